/*
 * Accounting in the judge: messages about sessions become bindings, and the feed was heard while they come. See judge_binding.h.
 *
 * A feed is heard from one message to the next one, when no more than SILENCE_S lies between: silence is no health. What the ear did not
 * hear, or lost, is a hole. What comes again after a crash says nothing new.
 */
#include "aupd/judge_binding.h"
#include "aupd/judge_duration.h"
#include "aupd/judge_metering.h"

#include "base/log.h"
#include "model/accounting.h"

enum { SILENCE_S = 900, RECORD_EVERY_S = 60 };

struct accounting_fold {
	struct judge *j;
	struct binding_uses uses;
	uint64_t others;
};

/* An unknown login has a key too: the register may have it later. */
static enum err name_user(void *arg, struct str user, struct binding_subject *ret_subject)
{
	const struct accounting_fold *x = arg;
	const struct binding_book *book = x->j->bindings->book;
	enum err e = binding_book_key(book, user, ret_subject);
	if (e == ERR_NOTFOUND && binding_book_login(book, user, ret_subject) != OK)
		*ret_subject = (struct binding_subject){ { 0 } };
	return e;
}

static enum err put_binding(void *arg, const struct binding *b, struct why *why)
{
	struct accounting_fold *x = arg;
	struct binding one = *b;
	struct why bad = { .line = 0 };
	one.recorded_at = x->j->fold.now;
	if (binding_normalise(&one, &bad) != OK) {
		log_warn("a server tells what cannot have been; it is left out", "why", bad.text);
		return OK;
	}
	enum err e = judge_bindings_add(x->j, &one, why);
	/* one that is only confirmed is no other answer */
	bool confirms = one.kind == BINDING_INTERIM && one.end_at == TIME_NONE;
	return e || confirms ? e : judge_bindings_changed(x->j, &x->uses, &one, &x->others, why);
}

/* Whoever meters sessions, or ends them. */
static enum err tell_heard(void *arg, const struct session_heard *h, struct why *why)
{
	const struct accounting_fold *x = arg;
	enum err e = judge_duration_heard(x->j, h, why);
	return e ? e : judge_metering_heard(x->j, h, why);
}

static enum err record(struct judge *j, uint8_t feed, enum feed_state state, enum feed_reason reason, int64_t from_at, int64_t until_at, struct why *why)
{
	struct feed_span s = { feed, state, reason, from_at, until_at, j->fold.now };
	return until_at - from_at < SECOND_US ? OK : judge_bindings_span(j, &s, why);
}

/* What was heard and stands nowhere yet. */
static enum err record_heard(struct judge *j, uint8_t feed, struct why *why)
{
	struct judge_bindings *b = j->bindings;
	int64_t until = (b->heard_at[feed] - b->view.slack_us) / SECOND_US * SECOND_US;
	enum err e = b->heard_from_at[feed] ? record(j, feed, FEED_HEARD, FEED_REASON_NONE, b->heard_from_at[feed], until, why) : OK;
	if (until > b->heard_from_at[feed])
		b->heard_from_at[feed] = until;
	return e;
}

/* When it was heard last. After a start what the store knows of it goes on, so that no hole is closed that was open. */
static int64_t last_heard(struct judge *j, uint8_t feed, int64_t at, int64_t since_at)
{
	struct judge_bindings *b = j->bindings;
	if (!b->heard_at[feed]) {
		int64_t last = feed_health_last_at(b->view.health, feed), told = feed_health_told_at(b->view.health, feed);
		b->heard_at[feed] = last != TIME_NONE ? last : since_at > at - SILENCE_S * SECOND_US ? since_at : at;
		b->heard_from_at[feed] = told != TIME_NONE && told > b->heard_at[feed] ? told : b->heard_at[feed];
	}
	return b->heard_at[feed];
}

/* What was heard stands as heard; from there on nobody knows. */
static enum err open_hole(struct judge *j, uint8_t feed, enum feed_reason reason, int64_t until_at, struct why *why)
{
	struct judge_bindings *b = j->bindings;
	enum err e = record_heard(j, feed, why);
	if (e || until_at <= b->heard_from_at[feed])
		return e;
	e = record(j, feed, FEED_HOLE, reason, b->heard_from_at[feed], until_at, why);
	b->heard_from_at[feed] = until_at;
	return e;
}

/* Said of the feed, and not by it: it was not heard now. */
static enum err lose(struct judge *j, uint8_t feed, int64_t at, int64_t since_at, struct why *why)
{
	int64_t last = last_heard(j, feed, at, since_at);
	return open_hole(j, feed, FEED_DROPPED, at > last ? at : last, why);
}

/* From the last message of the feed to this one. */
static enum err hear(struct judge *j, uint8_t feed, int64_t at, int64_t since_at, struct why *why)
{
	struct judge_bindings *b = j->bindings;
	int64_t last = last_heard(j, feed, at, since_at);
	enum feed_reason hole = since_at > last ? FEED_WE_WERE_DOWN : at - last > SILENCE_S * SECOND_US ? FEED_DOWN : FEED_REASON_NONE;
	enum err e = OK;
	if (hole != FEED_REASON_NONE)
		e = open_hole(j, feed, hole, hole == FEED_WE_WERE_DOWN && since_at < at ? since_at : at, why);
	if (at > b->heard_at[feed])
		b->heard_at[feed] = at;
	if (e == OK && b->heard_at[feed] - b->heard_from_at[feed] >= RECORD_EVERY_S * SECOND_US)
		e = record_heard(j, feed, why);
	return e;
}

enum err judge_accounting(struct judge *j, struct str body, struct why *why)
{
	struct accounting_fold x = { .j = j };
	struct session_sink sink = { .put = put_binding, .name = name_user, .heard = tell_heard, .arg = &x };
	struct accounting message;
	struct str rest;
	int64_t since_at;
	uint8_t feed;
	if (!j->bindings || !j->role->share.radius_sessions)
		return OK;
	enum err e = judge_bindings_mend(j, why);
	if (e == OK)
		e = accounting_open(body, &since_at, &rest) == OK ? judge_bindings_uses(j, &x.uses, why) : why_set(why, ERR_SYNTAX, "a frame that holds no messages of accounting");
	while (e == OK && (e = accounting_next(&rest, &feed, &message)) == OK) {
		if (!feed || feed > BINDING_FEED_MAX)
			continue;
		bool lost = message.status == ACCOUNTING_LOST;
		e = (lost ? lose : hear)(j, feed, message.received_at, since_at, why);
		if (e == OK && !lost)
			e = session_take(j->bindings->sessions, feed, &message, &sink, why);
	}
	return e == ERR_NOTFOUND ? OK : e;
}
