/*
 * What was heard of a feed. See feed_listen.h.
 */
#include "attribution/feed_listen.h"

static enum err tell(const struct feed_listener *x, enum feed_state state, enum feed_reason reason, int64_t from_at, int64_t until_at, struct why *why)
{
	struct feed_span s = { .feed = x->number, .state = state, .reason = reason, .from_at = from_at, .until_at = until_at };
	return until_at - from_at < SECOND_US ? OK : x->put(x->arg, &s, why);
}

/* Until when messages have come, by those that came late. TIME_MAX: none did. */
static int64_t come_until(const struct feed_listen *l, int64_t at)
{
	if (!l->late_at || at - l->late_at >= 2 * FEED_LISTEN_GONE_S * SECOND_US)
		return TIME_MAX;
	return at - l->late_at >= FEED_LISTEN_GONE_S * SECOND_US ? l->sent_at : l->sent_at < l->sent_before_at ? l->sent_at : l->sent_before_at;
}

/* What was heard and stands nowhere yet. */
static enum err tell_heard(const struct feed_listener *x, struct why *why)
{
	struct feed_listen *l = x->feed;
	int64_t come = come_until(l, l->heard_at), until = ((come < l->heard_at ? come : l->heard_at) - x->slack_us) / SECOND_US * SECOND_US;
	enum err e = l->told_at ? tell(x, FEED_HEARD, FEED_REASON_NONE, l->told_at, until, why) : OK;
	if (until > l->told_at)
		l->told_at = until;
	return e;
}

static int64_t last_heard(const struct feed_listener *x, int64_t at, int64_t since_at)
{
	struct feed_listen *l = x->feed;
	if (!l->heard_at) {
		int64_t last = feed_health_last_at(x->health, x->number), told = feed_health_told_at(x->health, x->number);
		l->heard_at = last != TIME_NONE ? last : since_at > at - FEED_LISTEN_SILENCE_S * SECOND_US ? since_at : at;
		l->told_at = told != TIME_NONE && told > l->heard_at ? told : l->heard_at;
	}
	return l->heard_at;
}

/* What was heard stands as heard; from there on nobody knows. */
static enum err open_hole(const struct feed_listener *x, enum feed_reason reason, int64_t until_at, struct why *why)
{
	struct feed_listen *l = x->feed;
	enum err e = tell_heard(x, why);
	if (e || until_at <= l->told_at)
		return e;
	e = tell(x, FEED_HOLE, reason, l->told_at, until_at, why);
	l->told_at = until_at;
	return e;
}

enum err feed_listen_lost(const struct feed_listener *x, int64_t at, int64_t since_at, struct why *why)
{
	int64_t last = last_heard(x, at, since_at);
	return open_hole(x, FEED_DROPPED, at > last ? at : last, why);
}

enum err feed_listen_heard(const struct feed_listener *x, int64_t at, int64_t since_at, struct why *why)
{
	struct feed_listen *l = x->feed;
	int64_t last = last_heard(x, at, since_at);
	enum feed_reason hole = since_at > last ? FEED_WE_WERE_DOWN : at - last > FEED_LISTEN_SILENCE_S * SECOND_US ? FEED_DOWN : FEED_REASON_NONE;
	enum err e = OK;
	if (hole != FEED_REASON_NONE)
		/* silence behind a start of ours is no health either */
		e = open_hole(x, hole, hole == FEED_WE_WERE_DOWN && since_at < at && at - since_at <= FEED_LISTEN_SILENCE_S * SECOND_US ? since_at : at, why);
	if (at > l->heard_at)
		l->heard_at = at;
	if (e == OK && l->heard_at - l->told_at >= FEED_LISTEN_TELL_S * SECOND_US)
		e = tell_heard(x, why);
	return e;
}

static void note_late(struct feed_listen *l, int64_t at, int64_t sent_at)
{
	bool none = come_until(l, at) == TIME_MAX;
	if (none || at - l->late_at >= FEED_LISTEN_GONE_S * SECOND_US) {
		l->sent_before_at = none ? TIME_MAX : l->sent_at;
		l->sent_at = sent_at;
		l->late_at = at;
	} else if (sent_at < l->sent_at) {
		l->sent_at = sent_at;
	}
}

enum err feed_listen_late(const struct feed_listener *x, int64_t at, int64_t delay_us, struct why *why)
{
	struct feed_listen *l = x->feed;
	if (delay_us <= FEED_LISTEN_LATE_S * SECOND_US)
		return OK;
	note_late(l, at, at - (delay_us < FEED_LISTEN_BACK_S * SECOND_US ? delay_us : FEED_LISTEN_BACK_S * SECOND_US));
	int64_t come = (come_until(l, at) - x->slack_us) / SECOND_US * SECOND_US, told = l->told_at;
	if (come >= told)
		return OK;
	/* where it was not whole anyway it stays so */
	if (feed_health_whole(x->health, x->number, come, told - SECOND_US, TIME_MAX, NULL))
		l->told_at = come;
	return tell(x, FEED_HOLE, FEED_DOWN, come, told, why);
}
