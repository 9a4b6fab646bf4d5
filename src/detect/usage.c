/*
 * Series of use. See usage.h. Pure.
 */
#include "detect/usage.h"

#include <stdio.h>
#include <stdlib.h>

const char *const usage_direction_words[] = { "in", "out", "sum", "max", NULL };

uint64_t usage_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static int offset_minutes;

void usage_months_begin(int minutes)
{
	BUG_ON(minutes % 15 || minutes < -USAGE_OFFSET_MINUTES_MAX || minutes > USAGE_OFFSET_MINUTES_MAX);
	offset_minutes = minutes;
}

int usage_months_offset(void)
{
	return offset_minutes;
}

void usage_zone_print(int minutes, char out[USAGE_ZONE_TEXT])
{
	unsigned n = (unsigned)(minutes < 0 ? -minutes : minutes);
	if (n)
		(void)snprintf(out, USAGE_ZONE_TEXT, "UTC%c%02u:%02u", minutes < 0 ? '-' : '+', n / 60 % 24, n % 60);
	else
		(void)snprintf(out, USAGE_ZONE_TEXT, "UTC");
}

uint32_t usage_month_in(uint32_t at_s, int minutes)
{
	struct civil c;
	int64_t there_s = (int64_t)at_s + minutes * 60;
	time_to_civil((there_s > 0 ? there_s : 0) * SECOND_US, &c);
	return (uint32_t)((c.year - 1970) * 12 + c.month - 1);
}

uint32_t usage_month_of(uint32_t at_s)
{
	return usage_month_in(at_s, offset_minutes);
}

uint32_t usage_month_start_in_s(uint32_t month, int minutes)
{
	struct civil c = { .year = 1970 + (int)(month / 12), .month = 1 + (int)(month % 12), .day = 1 };
	int64_t s = civil_to_time(&c) / SECOND_US - minutes * 60;
	return s <= 0 ? 0 : s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

uint32_t usage_month_start_s(uint32_t month)
{
	return usage_month_start_in_s(month, offset_minutes);
}

void usage_month_print(uint32_t month, char out[USAGE_MONTH_TEXT])
{
	(void)snprintf(out, USAGE_MONTH_TEXT, "%04u-%02u", (1970 + month / 12) % 10000, 1 + month % 12);
}

enum err usage_month_parse(struct str text, uint32_t *ret_month)
{
	uint64_t year = 0, month = 0;
	if (text.len != 7 || text.ptr[4] != '-' || str_to_u64(str_sub(text, 0, 4), 2105, &year) != OK || str_to_u64(str_sub(text, 5, 2), 12, &month) != OK || year < 1970 || !month)
		return ERR_SYNTAX;
	*ret_month = (uint32_t)((year - 1970) * 12 + month - 1);
	return OK;
}

uint64_t usage_share(const struct usage_span *s, uint64_t octets, uint32_t before_s)
{
	if (before_s <= s->from_s)
		return 0;
	if (before_s >= s->until_s)
		return octets;
	__extension__ unsigned __int128 part = (unsigned __int128)octets * (before_s - s->from_s);
	return (uint64_t)(part / (s->until_s - s->from_s));
}

void usage_series_init(struct usage_series *u, uint32_t month)
{
	usage_series_init_in(u, month, offset_minutes);
}

void usage_series_init_like(struct usage_series *u, const struct usage_series *of)
{
	memset(u, 0, sizeof(*u));
	u->first_cell = of->first_cell;
	u->count = of->count;
}

void usage_series_init_in(struct usage_series *u, uint32_t month, int minutes)
{
	memset(u, 0, sizeof(*u));
	u->first_cell = usage_month_start_in_s(month, minutes) / USAGE_CELL_S;
	u->count = usage_month_start_in_s(month + 1, minutes) / USAGE_CELL_S - u->first_cell;
	BUG_ON(u->count > USAGE_CELLS_MAX);
}

void usage_series_add(struct usage_series *u, const struct usage_span *s)
{
	uint32_t first = s->from_s / USAGE_CELL_S, last = (s->until_s - 1) / USAGE_CELL_S, end = u->first_cell + u->count;
	if (last < u->first_cell || first >= end)
		return;
	u->feeds[s->feed / 8] |= (uint8_t)(1 << s->feed % 8);
	first = first < u->first_cell ? u->first_cell : first;
	last = last >= end ? end - 1 : last;
	uint64_t in = usage_share(s, s->in, first * USAGE_CELL_S), out = usage_share(s, s->out, first * USAGE_CELL_S);
	for (uint32_t i = first; i <= last; i++) {
		struct usage_cell *c = &u->cells[i - u->first_cell];
		uint64_t in_next = usage_share(s, s->in, (i + 1) * USAGE_CELL_S), out_next = usage_share(s, s->out, (i + 1) * USAGE_CELL_S);
		c->in = usage_add(c->in, in_next - in);
		c->out = usage_add(c->out, out_next - out);
		c->flags |= s->flags;
		in = in_next;
		out = out_next;
	}
}

void usage_series_mark(struct usage_series *u, uint32_t from_s, uint32_t until_s, uint8_t flags)
{
	if (from_s >= until_s)
		return;
	uint32_t first = from_s / USAGE_CELL_S, last = (until_s - 1) / USAGE_CELL_S;
	for (uint32_t i = first < u->first_cell ? u->first_cell : first; i <= last && i < u->first_cell + u->count; i++)
		u->cells[i - u->first_cell].flags |= flags;
}

static uint64_t value_of(const struct usage_cell *c, enum usage_direction d)
{
	return d == USAGE_IN ? c->in : d == USAGE_OUT ? c->out : usage_add(c->in, c->out);
}

static uint64_t scaled(uint64_t octets, unsigned by, unsigned part)
{
	__extension__ unsigned __int128 all = (unsigned __int128)octets * by / part;
	return all > UINT64_MAX ? UINT64_MAX : (uint64_t)all;
}

static void volume_one(const struct usage_series *u, enum usage_direction d, struct usage_volume *ret)
{
	struct usage_volume v = { 0 };
	uint64_t known = 0;
	for (unsigned i = 0; i < u->count; i++) {
		const struct usage_cell *c = &u->cells[i];
		v.octets = usage_add(v.octets, value_of(c, d));
		v.sure = usage_add(v.sure, c->flags & USAGE_INFERRED ? 0 : value_of(c, d));
		if (c->flags & USAGE_AHEAD)
			continue;
		v.passed++;
		v.unknown += (c->flags & USAGE_UNKNOWN) != 0;
		v.inferred += (c->flags & USAGE_INFERRED) != 0;
		if (!(c->flags & USAGE_UNKNOWN))
			known = usage_add(known, value_of(c, d));
	}
	/* what was counted in cells that are not known counts as it is, and is no measure of others */
	unsigned others = u->count - (v.passed - v.unknown);
	if (v.passed - v.unknown >= USAGE_FORECAST_CELLS_MIN) {
		uint64_t rest = scaled(known, others, v.passed - v.unknown), counted = v.octets - known;
		v.forecast = usage_add(known, rest > counted ? rest : counted);
	}
	*ret = v;
}

void usage_volume(const struct usage_series *u, enum usage_direction d, struct usage_volume *ret_volume)
{
	struct usage_volume out;
	volume_one(u, d == USAGE_MAX ? USAGE_IN : d, ret_volume);
	if (d != USAGE_MAX)
		return;
	volume_one(u, USAGE_OUT, &out);
	ret_volume->octets = out.octets > ret_volume->octets ? out.octets : ret_volume->octets;
	ret_volume->sure = out.sure > ret_volume->sure ? out.sure : ret_volume->sure;
	ret_volume->forecast = out.forecast > ret_volume->forecast ? out.forecast : ret_volume->forecast;
}

static int descending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x > y ? -1 : x < y;
}

/* The greatest behind those that are discarded of `all`; of values that are fewer, the rest is zero. */
static uint64_t ranked(const uint64_t *values, unsigned count, unsigned all)
{
	unsigned discarded = all * USAGE_DISCARD_PERCENT / 100;
	return discarded < count ? values[discarded] : 0;
}

static void percentile_one(const struct usage_series *u, enum usage_direction d, struct usage_percentile *ret)
{
	static uint64_t known[USAGE_CELLS_MAX], all[USAGE_CELLS_MAX], read[USAGE_CELLS_MAX];
	unsigned count = 0, ahead = 0, discarded = u->count * USAGE_DISCARD_PERCENT / 100;
	for (unsigned i = 0; i < u->count; i++) {
		const struct usage_cell *c = &u->cells[i];
		all[i] = value_of(c, d);
		read[i] = c->flags & (USAGE_UNKNOWN | USAGE_INFERRED) ? 0 : value_of(c, d);
		ahead += (c->flags & USAGE_AHEAD) != 0;
		if (!(c->flags & (USAGE_AHEAD | USAGE_UNKNOWN)))
			known[count++] = value_of(c, d);
	}
	qsort(all, u->count, sizeof(all[0]), descending);
	qsort(read, u->count, sizeof(read[0]), descending);
	qsort(known, count, sizeof(known[0]), descending);
	unsigned open = u->count - count;
	*ret = (struct usage_percentile){ .octets = ranked(known, count, count), .least = ranked(all, u->count, u->count),
		.sure = ranked(read, u->count, u->count), .most = UINT64_MAX, .cells = count };
	/* each that is not known may have been among the discarded */
	if (!ahead && open <= discarded && discarded - open < count)
		ret->most = known[discarded - open];
}

void usage_percentile(const struct usage_series *u, enum usage_direction d, struct usage_percentile *ret_percentile)
{
	struct usage_percentile out;
	percentile_one(u, d == USAGE_MAX ? USAGE_IN : d, ret_percentile);
	if (d != USAGE_MAX)
		return;
	percentile_one(u, USAGE_OUT, &out);
	ret_percentile->octets = out.octets > ret_percentile->octets ? out.octets : ret_percentile->octets;
	ret_percentile->least = out.least > ret_percentile->least ? out.least : ret_percentile->least;
	ret_percentile->sure = out.sure > ret_percentile->sure ? out.sure : ret_percentile->sure;
	ret_percentile->most = out.most > ret_percentile->most ? out.most : ret_percentile->most;
}

uint64_t usage_bits_per_s(uint64_t octets)
{
	return scaled(octets, 8, USAGE_CELL_S);
}
