/*
 * One reporter's account. See reporter.h. Integers alone, so that every replay gives the same.
 */
#include "model/reporter.h"

#include "base/time.h"

const char *const standing_words[] = { "none", "trusted", "distrusted", "trusted-flagger", NULL };
const char *const reputation_words[] = { "cannot-tell", "poor", "fair", "good", NULL };
const char *const verdict_words[] = { "none", "upheld", "refused", "undone", "retracted", "not-ours", NULL };

enum { HALVES_MAX = 40, DAY_HOURS = 24 };

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct reporter, member) }
#define P(member) { .name = #member, .type = FIELD_STRUCT, .offset = offsetof(struct reporter, member), .fields = position_fields }

extern const struct field position_fields[];

const struct field reporter_fields[] = {
	F(name, FIELD_STR), { .name = "standing", .type = FIELD_ENUM, .offset = offsetof(struct reporter, standing), .words = standing_words },
	F(because, FIELD_STR), F(decided_by, FIELD_STR), F(decided_at, FIELD_INT), F(capped, FIELD_BOOL), F(cap_hour, FIELD_U64), F(cap_day, FIELD_U64),
	F(upheld, FIELD_INT), F(refused, FIELD_INT), F(undone, FIELD_INT), F(retracted, FIELD_INT), F(not_ours, FIELD_INT), F(faded_at, FIELD_INT),
	F(reports, FIELD_U64), F(over, FIELD_U64), F(copies, FIELD_U64), F(hour, FIELD_U64), F(in_hour, FIELD_U64), F(day, FIELD_U64), F(in_day, FIELD_U64),
	P(last), F(last_over, FIELD_BOOL), P(last_not_ours), F(seen_at, FIELD_INT), F(silent, FIELD_BOOL), F(language, FIELD_STR), F(bounced_at, FIELD_INT), { .name = NULL },
};

static int64_t *weight(struct reporter *r, enum verdict v)
{
	switch (v) {
	case VERDICT_UPHELD: return &r->upheld;
	case VERDICT_REFUSED: return &r->refused;
	case VERDICT_UNDONE: return &r->undone;
	case VERDICT_RETRACTED: return &r->retracted;
	case VERDICT_NOT_OURS: return &r->not_ours;
	case VERDICT_NONE: case VERDICT_COUNT: break;
	}
	return NULL;
}

/* Whole half lives by shifts, the rest of one along a straight line. */
static int64_t faded(int64_t w, int64_t age_us)
{
	const int64_t half_us = REPORTER_HALF_LIFE_DAYS * DAY_US;
	int64_t halves = age_us / half_us, rest_minutes = age_us % half_us / MINUTE_US;
	if (halves >= HALVES_MAX)
		return 0;
	w >>= halves;
	return w - w * rest_minutes / (2 * half_us / MINUTE_US);
}

void reporter_fade(struct reporter *r, int64_t now)
{
	/* less than an hour is not worth the rounding */
	if (r->faded_at && now - r->faded_at < HOUR_US)
		return;
	for (int v = VERDICT_UPHELD; r->faded_at && v < VERDICT_COUNT; v++) {
		int64_t *w = weight(r, (enum verdict)v);
		if (w)
			*w = faded(*w, now - r->faded_at);
	}
	r->faded_at = now;
}

void reporter_verdict(struct reporter *r, enum verdict v, bool take, int64_t now)
{
	int64_t *w = weight(r, v);
	reporter_fade(r, now);
	if (w && take)
		*w = *w > REPORTER_UNIT ? *w - REPORTER_UNIT : 0;
	else if (w && *w < INT64_C(1) << 50)
		*w += REPORTER_UNIT;
}

enum reputation reporter_reputation(const struct reporter *r, int64_t now)
{
	struct reporter x = *r;
	reporter_fade(&x, now);
	int64_t bad = x.refused + x.undone + (x.retracted + x.not_ours) / 2, all = x.upheld + bad;
	/* a few days are no reason to forget the third of three */
	if (all * 10 < (int64_t)REPORTER_ENOUGH * REPORTER_UNIT * 9)
		return REPUTATION_CANNOT_TELL;
	return x.upheld * 5 >= all * 4 ? REPUTATION_GOOD : x.upheld * 2 < all ? REPUTATION_POOR : REPUTATION_FAIR;
}

bool reporter_is_trusted(const struct reporter *r)
{
	return r->standing == STANDING_TRUSTED || r->standing == STANDING_FLAGGER;
}

struct reporter_cap reporter_cap(const struct reporter *r, bool proven)
{
	if (r->capped || r->cap_hour || r->cap_day)
		return (struct reporter_cap){ r->cap_hour, r->cap_day };
	return proven && !reporter_is_trusted(r) ? (struct reporter_cap){ REPORTER_HOUR_CAP, REPORTER_DAY_CAP } : (struct reporter_cap){ 0, 0 };
}

static void move_to(struct reporter *r, uint64_t hour)
{
	r->in_day = r->day == hour / DAY_HOURS ? r->in_day : 0;
	r->day = hour / DAY_HOURS;
	r->in_hour = 0;
	r->hour = hour;
}

/* Takes room in the first hour that has some; false when that is a later one than it came in. */
static bool take_room(struct reporter *r, uint64_t hour, struct reporter_cap cap)
{
	/* ahead of the clock without any that waits: of two that came at the turn of an hour the later was read first */
	bool waits = r->hour > hour && r->last_over && (cap.hour || cap.day);
	if (r->hour < hour || (r->hour > hour && r->last_over && !waits))
		move_to(r, hour);
	if (cap.day && r->in_day >= cap.day) {
		move_to(r, (r->day + 1) * DAY_HOURS);
		waits = true;
	} else if (cap.hour && r->in_hour >= cap.hour) {
		move_to(r, r->hour + 1);
		waits = true;
	}
	r->in_hour++;
	r->in_day++;
	return !waits;
}

int64_t reporter_admit(struct reporter *r, const struct position *at, int64_t received_at, struct reporter_cap cap)
{
	const struct position item = { at->segment, at->offset, 0 };
	int order = position_cmp(&item, &r->last);
	/* a part of an older item, that another judge was slower with: what came first has been counted */
	if (order < 0)
		return TIME_NONE;
	if (order > 0) {
		r->last_over = !take_room(r, (uint64_t)(received_at / HOUR_US), cap);
		r->last = item;
		r->seen_at = received_at;
		r->reports++;
		r->over += r->last_over;
	}
	/* what falls due in one hour does so in the order in which it came */
	return r->last_over ? (int64_t)r->hour * HOUR_US + (int64_t)r->in_hour : TIME_NONE;
}
