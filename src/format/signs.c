/*
 * Signs in a report. See signs.h.
 *
 * A sender can write any Received line below those of the reporter's server, so these prove nothing; the reporter's own line is the
 * one that a report stands by. What hostile input can do is to have itself looked at.
 */
#include "format/signs.h"

#include "base/names.h"

static void add(struct decode *d, struct observation *o, const char *text, struct span span)
{
	decode_fact(d, o, STR("sign"), str_of(text), span, CERTAINTY_DERIVED);
}

static bool is_in_address(char c)
{
	return c && strchr("0123456789abcdefABCDEF.:", c);
}

/* An address as it stands in text, between what no address is written with; *ret_other: another one does. */
static bool names_address(struct str text, const struct addr *wanted, bool *ret_other)
{
	struct addr one;
	bool found = false;
	for (size_t i = 0, n; i < text.len; i += n ? n : 1) {
		for (n = 0; i + n < text.len && is_in_address(text.ptr[i + n]);)
			n++;
		struct str token = str_sub(text, i, n);
		/* "IPv6:" of an address literal (RFC 5321 4.1.3) ends in what an address may begin with */
		if (str_starts(token, STR("6:")))
			token = str_sub(token, 2, token.len);
		if (addr_parse(token, &one) != OK)
			continue;
		found |= addr_eq(&one, wanted);
		*ret_other |= !addr_eq(&one, wanted);
	}
	return found;
}

/* The word behind " by ", and where it begins. */
static struct str host_of(struct str line, size_t *ret_by)
{
	size_t by = str_find_fold(line, STR(" by "));
	*ret_by = by;
	if (by == SIZE_MAX)
		return STR_NONE;
	struct str rest = str_trim(str_sub(line, by + 4, line.len));
	size_t n = 0;
	while (n < rest.len && !strchr(" ;(\t\r\n", rest.ptr[n]))
		n++;
	return str_sub(rest, 0, n);
}

static bool is_reporters(struct decode *d, const struct observation *o, struct str host)
{
	struct str mta = observation_value(o, "reporting-mta"), name, own;
	size_t semicolon = str_chr(mta, ';'), at = str_chr(d->from, '@');
	if (semicolon != SIZE_MAX)
		mta = str_trim(str_sub(mta, semicolon + 1, mta.len));
	if (names_normal(d->arena, host, &name) != OK)
		return false;
	if (names_normal(d->arena, mta, &own) == OK && str_eq(own, name))
		return true;
	return at != SIZE_MAX && names_normal(d->arena, str_sub(d->from, at + 1, d->from.len), &own) == OK && names_is_within(name, own);
}

void signs_chain(struct decode *d, struct observation *o, struct str header, struct str path, size_t base)
{
	struct mime_field f;
	struct span where = { 0 };
	bool told = false, other = false, named = false;
	unsigned hops = 0;
	if (o->source.type != SOURCE_ADDR || o->source.certainty != CERTAINTY_STATED)
		return;
	for (size_t at = 0; mime_next_field(header, &at, &f);) {
		bool hop = str_eq_fold(f.name, STR("received")), ignored = false;
		size_t by;
		struct str line = mime_unfold(d->arena, f.value);
		named |= names_address(line, &o->source.addr, &ignored);
		if (!hop)
			continue;
		if (++hops > SIGNS_HOPS_MAX)
			return;
		/* the one on top: a line further down may be the sender's invention, in the reporter's name too */
		if (is_reporters(d, o, host_of(line, &by)) && hops == 1) {
			told = true;
			(void)names_address(str_sub(line, 0, by), &o->source.addr, &other);
			where = (struct span){ path, (uint32_t)(base + f.from), (uint32_t)(base + f.from + f.value.len) };
		}
	}
	if (told && other && !named)
		add(d, o, "the reported message did not come from the reported address by the reporter's own Received field", where);
}

void signs_times(struct decode *d)
{
	const int64_t ahead_us = SIGNS_AHEAD_HOURS * HOUR_US;
	for (unsigned i = 0; i < d->count; i++) {
		struct observation *o = &d->observations[i];
		if (o->event_at != TIME_NONE && o->event_at > o->received_at + ahead_us)
			add(d, o, "by its own words it happens in the future", (struct span){ 0 });
		else if (o->first_at != TIME_NONE && o->last_at != TIME_NONE && o->first_at > o->last_at)
			add(d, o, "by its own words it ended before it began", (struct span){ 0 });
	}
}
