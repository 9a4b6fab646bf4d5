/*
 * What each feed of bindings was heard of, and where it has holes: an answer is only as good as the listening was.
 *
 * A span says of one feed (or of all) that it was listened to without loss from one time to another, or that it was not. What no
 * span covers was not heard: silence is never taken for health. Where spans overlap, the one recorded last counts, so an import
 * closes a hole and a loss that is found later opens one. Asked as of a time, only spans recorded by then exist.
 *
 * Spans are facts of the binding segments like bindings. Kept here in 16 octets each, at most FEED_SPANS_MAX; one a minute and feed
 * is plenty. Times are whole seconds: what was heard is rounded inwards, a hole outwards.
 */
#ifndef AUPD_ATTRIBUTION_FEED_HEALTH_H
#define AUPD_ATTRIBUTION_FEED_HEALTH_H

#include "base/time.h"

enum { FEED_ALL = 255, FEED_SPANS_MAX = 2 << 20 };

enum feed_state { FEED_HEARD, FEED_HOLE, FEED_STATE_END };
enum feed_reason {
	FEED_REASON_NONE,               /* nothing was said of that time */
	FEED_DOWN,                      /* the feed itself was away */
	FEED_WE_WERE_DOWN,
	FEED_DROPPED,                   /* a gap in its sequence, a queue that was full */
	FEED_RECORDS_LOST,              /* our own segment was damaged or torn */
	FEED_CLOCK,                     /* its clock stepped */
	FEED_REASON_END
};
extern const char *const feed_reason_words[];   /* plain sentences' ends: "the feed was down" */

struct feed_span {
	uint8_t feed;                   /* as in struct binding, or FEED_ALL for a hole in all */
	enum feed_state state;
	enum feed_reason reason;        /* FEED_REASON_NONE when heard */
	int64_t from_at, until_at;      /* half open; a hole may begin at TIME_NONE and last until TIME_MAX */
	int64_t recorded_at;
};

struct feed_health;

struct feed_health *feed_health_new(void);
void feed_health_free(struct feed_health *h);                   /* accepts NULL */
/* Checks and rounds, for segments too. ERR_RANGE: an empty or impossible span; one heard for less than a second. */
enum err feed_span_normalise(struct feed_span *s, struct why *why) MUST_CHECK;
/* A normalised span. ERR_FULL at the bound, ERR_NOMEM. Exactly the same again changes nothing. */
enum err feed_health_add(struct feed_health *h, const struct feed_span *s) MUST_CHECK;
bool feed_health_has(const struct feed_health *h, const struct feed_span *s);   /* recorded_at aside */
/*
 * Was the feed heard over the whole of [from_at, until_at], by what was known at as_of (TIME_MAX: by all)? If not, *ret_hole is
 * one of the holes that touch it, cut to the window, with its reason.
 */
bool feed_health_whole(const struct feed_health *h, uint8_t feed, int64_t from_at, int64_t until_at, int64_t as_of, struct feed_span *ret_hole);
int64_t feed_health_last_at(const struct feed_health *h, uint8_t feed);         /* until when it was heard last; TIME_NONE: never */
int64_t feed_health_told_at(const struct feed_health *h, uint8_t feed);         /* until when anything was said of it, a hole too; TIME_NONE: nothing */
/* The hole from when the feed was heard last until now: what to record when it or we come back. False: never heard, or no gap. */
bool feed_health_gap(const struct feed_health *h, uint8_t feed, int64_t now, enum feed_reason reason, struct feed_span *ret_hole);
/*
 * Forgets spans that were over before that time, and of others that the feed was heard before it: what it said then may be forgotten,
 * so that nobody is known to have held nothing.
 */
void feed_health_purge(struct feed_health *h, int64_t before_at);
size_t feed_health_count(const struct feed_health *h);

#endif
