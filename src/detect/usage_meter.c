/*
 * The rules of readings. See usage_meter.h. Hostile here are counters and times: what they say that cannot be is not known.
 */
#include "detect/usage_meter.h"

#include "detect/usage_table.h"

/* Is it the same session, or another one under the same name? */
static bool is_same(const struct usage_session *s, const struct usage_reading *r, uint32_t start_s)
{
	if (!(r->flags & USAGE_READ_FRESH))
		return true;
	if (!s->start_s || !start_s)
		return !(s->flags & USAGE_SESSION_ENDED);
	uint32_t apart = s->start_s > start_s ? s->start_s - start_s : start_s - s->start_s;
	uint32_t allowed = r->lasted_s == USAGE_LASTED_UNSAID ? 0 : r->lasted_s / 100;
	return apart <= (allowed > USAGE_APART_S ? allowed : USAGE_APART_S);
}

/* Does it say what was read before? */
static bool is_old(const struct usage_session *s, const struct usage_reading *r)
{
	bool ends = r->flags & (USAGE_READ_STOP | USAGE_READ_LOST), ended = s->flags & USAGE_SESSION_ENDED;
	if (r->flags & USAGE_READ_LOST)
		return ended;
	if (r->lasted_s != USAGE_LASTED_UNSAID && s->lasted_s != USAGE_LASTED_UNSAID)
		return r->lasted_s < s->lasted_s || (r->lasted_s == s->lasted_s && (ended || !ends));
	return r->at_s < s->at_s || (r->at_s == s->at_s && (ended || (!ends && r->in == s->in && r->out == s->out)));
}

static bool is_wide(const struct usage_meter *m, uint64_t ref)
{
	uint64_t nas = ref >> (64 - USAGE_NAS_BITS);
	return m->wide[nas / 8] >> nas % 8 & 1;
}

static void set_wide(struct usage_meter *m, uint64_t ref)
{
	uint64_t nas = ref >> (64 - USAGE_NAS_BITS);
	m->wide[nas / 8] |= (uint8_t)(1 << nas % 8);
}

/* What a counter grew by; *flags says what of that is not as read. */
static uint64_t growth(struct usage_meter *m, const struct usage_reading *r, uint64_t before, uint64_t now, uint8_t *flags)
{
	if (now >= before)
		return now - before;
	if (!is_wide(m, r->session) && before <= UINT32_MAX && !(r->flags & USAGE_READ_STOP && !now)) {
		m->count.wrapped++;
		*flags |= USAGE_INFERRED;
		return now + (UINT64_C(1) << 32) - before;
	}
	m->count.fell++;
	*flags |= USAGE_UNKNOWN;
	return 0;
}

/* A line of the month that a second lies in is looked up once a month, nearly always. */
static uint32_t month_of(struct usage_meter *m, uint32_t at_s)
{
	if (at_s < m->month_from_s || at_s >= m->month_until_s) {
		m->month = usage_month_of(at_s);
		m->month_from_s = usage_month_start_s(m->month);
		m->month_until_s = usage_month_start_s(m->month + 1);
	}
	return m->month;
}

static void add_part(struct usage_account *a, uint32_t month, const struct usage_span *s, uint32_t from_s, uint32_t until_s)
{
	struct usage_total *t = &a->total[month & 1];
	if (t->month > month)
		return;
	if (t->month < month)
		*t = (struct usage_total){ .month = month };
	t->in = usage_add(t->in, usage_share(s, s->in, until_s) - usage_share(s, s->in, from_s));
	t->out = usage_add(t->out, usage_share(s, s->out, until_s) - usage_share(s, s->out, from_s));
	if (s->flags & USAGE_UNKNOWN)
		t->unknown_s += until_s - from_s;
}

static enum err keep(struct usage_meter *m, uint32_t number, const struct usage_span *s)
{
	struct usage_account *a = &m->accounts[number];
	struct usage_kept *k = usage_table_keep(m);
	if (!k)
		return ERR_NOMEM;
	*k = (struct usage_kept){ *s, number, a->last_span };
	a->last_span = m->kept_count;
	a->moved++;
	uint32_t last = month_of(m, s->until_s - 1);
	if (s->from_s >= m->month_from_s) {
		add_part(a, last, s, s->from_s, s->until_s);
		return OK;
	}
	for (uint32_t from_s = s->from_s, month; from_s < s->until_s; from_s = usage_month_start_s(month + 1)) {
		month = usage_month_of(from_s);
		uint32_t end_s = usage_month_start_s(month + 1);
		add_part(a, month, s, from_s, end_s < s->until_s ? end_s : s->until_s);
	}
	return OK;
}

/* From the last reading to this one. */
static enum err go_on(struct usage_meter *m, struct usage_session *s, const struct usage_reading *r, uint8_t flags)
{
	struct usage_span span = { .from_s = s->at_s, .until_s = r->at_s > s->at_s ? r->at_s : s->at_s + 1, .feed = r->feed, .flags = flags };
	bool counted = r->flags & USAGE_READ_COUNTED, ends = r->flags & (USAGE_READ_STOP | USAGE_READ_LOST);
	if (counted) {
		span.in = growth(m, r, s->in, r->in, &span.flags);
		span.out = growth(m, r, s->out, r->out, &span.flags);
	} else if (ends) {
		span.flags |= USAGE_UNKNOWN;
	} else {
		return OK;
	}
	uint64_t most = USAGE_RATE_MAX * (span.until_s - span.from_s);
	if (span.in > most || span.out > most) {
		m->count.implausible++;
		span.in = span.out = 0;
		span.flags |= USAGE_UNKNOWN;
	}
	if (span.flags & USAGE_UNKNOWN && !span.in && !span.out && span.until_s - span.from_s > USAGE_UNKNOWN_MAX_S)
		span.until_s = span.from_s + USAGE_UNKNOWN_MAX_S;
	enum err e = span.in || span.out || span.flags & USAGE_UNKNOWN ? keep(m, s->account, &span) : OK;
	if (e)
		return e;
	if (counted && !(r->flags & USAGE_READ_STOP && !r->in && !r->out)) {
		s->in = r->in;
		s->out = r->out;
	}
	/* one that was lost may be heard of again: then it counts from its last reading */
	if (!(r->flags & USAGE_READ_LOST) && r->at_s > s->at_s)
		s->at_s = r->at_s;
	if (r->lasted_s != USAGE_LASTED_UNSAID)
		s->lasted_s = r->lasted_s;
	s->feed = r->feed;
	s->flags = (uint8_t)((s->flags & ~USAGE_SESSION_ENDED) | (ends ? USAGE_SESSION_ENDED : 0));
	return OK;
}

/* One that is not remembered. */
static enum err begin(struct usage_meter *m, struct usage_session *s, const struct usage_reading *r, uint32_t start_s, bool *ret_took)
{
	bool starts = r->flags & USAGE_READ_START, counted = r->flags & USAGE_READ_COUNTED;
	uint32_t account;
	if (r->flags & USAGE_READ_LOST || (!starts && !counted))
		return OK;
	enum err e = s ? OK : usage_table_session(m, r->session, &s);
	if (e == OK)
		e = usage_table_account(m, r->account, &account);
	if (e == ERR_FULL) {
		m->count.crowded++;
		if (s)
			usage_table_drop(m, s);
		return OK;
	}
	if (e)
		return e;
	bool whole = start_s && (starts || start_s >= m->trust_s);
	*s = (struct usage_session){ .ref = r->session, .at_s = whole ? start_s : r->at_s, .start_s = start_s, .lasted_s = whole ? 0 : r->lasted_s, .account = account, .feed = r->feed };
	*ret_took = true;
	if (!whole) {
		s->in = r->in;
		s->out = r->out;
		s->flags = r->flags & USAGE_READ_STOP ? USAGE_SESSION_ENDED : 0;
		return OK;
	}
	return starts || !counted ? OK : go_on(m, s, r, start_s < r->at_s ? USAGE_INFERRED : 0);
}

enum err usage_meter_take(struct usage_meter *m, const struct usage_reading *r, bool *ret_took)
{
	struct usage_session *s = usage_table_find(m, r->session);
	uint32_t start_s = r->flags & USAGE_READ_START ? r->at_s : r->lasted_s == USAGE_LASTED_UNSAID || r->lasted_s >= r->at_s ? 0 : r->at_s - r->lasted_s;
	*ret_took = false;
	m->count.readings++;
	m->feeds[r->feed / 8] |= (uint8_t)(1 << r->feed % 8);
	if (r->flags & USAGE_READ_WIDE)
		set_wide(m, r->session);
	if (!s || !is_same(s, r, start_s))
		return begin(m, s, r, start_s, ret_took);
	if (is_old(s, r)) {
		m->count.repeated++;
		return OK;
	}
	*ret_took = true;
	return go_on(m, s, r, 0);
}

const struct usage_account *usage_meter_account(const struct usage_meter *m, uint64_t key)
{
	uint32_t n = usage_table_number(m, key);
	return n == UINT32_MAX ? NULL : &m->accounts[n];
}

struct usage_total usage_account_total(const struct usage_account *a, uint32_t month)
{
	return a && a->total[month & 1].month == month ? a->total[month & 1] : (struct usage_total){ .month = month };
}
