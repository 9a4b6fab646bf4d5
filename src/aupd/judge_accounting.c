/*
 * Accounting in the judge: messages about sessions become bindings, and the feed was heard while they come. See judge_binding.h.
 *
 * What comes again after a crash says nothing new.
 */
#include "aupd/judge_binding.h"
#include "aupd/judge_duration.h"
#include "aupd/judge_metering.h"
#include "aupd/judge_session_act.h"
#include "aupd/judge_usage.h"

#include "base/log.h"
#include "model/accounting.h"

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

/* In memory alone; what a decision rests on is put before its commit (judge_bindings_late). */
static enum err note_binding(void *arg, const struct binding *b, struct why *why)
{
	const struct accounting_fold *x = arg;
	struct binding one = *b;
	(void)why;
	one.recorded_at = x->j->fold.now;
	if (x->j->bindings->store && binding_normalise(&one, NULL) == OK)
		binding_index_confirm(x->j->bindings->view.index, &one);
	return OK;
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
	enum err e = judge_session_heard(x->j, h, why);
	if (e == OK)
		e = judge_duration_heard(x->j, h, why);
	if (e == OK)
		e = judge_metering_heard(x->j, h, why);
	return e ? e : judge_usage_heard(x->j, h, why);
}

static enum err put_span(void *arg, const struct feed_span *s, struct why *why)
{
	struct judge *j = arg;
	struct feed_span one = *s;
	one.recorded_at = j->fold.now;
	return judge_bindings_span(j, &one, why);
}

static struct feed_listener listener(struct judge *j, uint8_t feed)
{
	struct judge_bindings *b = j->bindings;
	return (struct feed_listener){ &b->heard[feed], feed, b->view.slack_us, b->view.health, put_span, j };
}

enum err judge_bindings_hear(struct judge *j, uint8_t feed, int64_t at, int64_t since_at, bool lost, struct why *why)
{
	struct feed_listener ear = listener(j, feed);
	return (lost ? feed_listen_lost : feed_listen_heard)(&ear, at, since_at, why);
}

enum err judge_accounting(struct judge *j, struct str body, struct why *why)
{
	struct accounting_fold x = { .j = j };
	struct session_sink sink = { .put = put_binding, .name = name_user, .heard = tell_heard, .note = note_binding, .arg = &x };
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
		e = judge_bindings_hear(j, feed, message.received_at, since_at, lost, why);
		if (lost)
			continue;
		struct feed_listener ear = listener(j, feed);
		if (e == OK)
			e = feed_listen_late(&ear, message.received_at, message.delay_us, why);
		if (e == OK)
			e = session_take(j->bindings->sessions, feed, &message, &sink, why);
	}
	return e == ERR_NOTFOUND ? OK : e;
}
