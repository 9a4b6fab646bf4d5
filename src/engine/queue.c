/*
 * Rows of queues. See queue.h.
 *
 * A row's key is the queue's name and the number of the case, or the key of the act; its rank is since when. Sealed cases have rows
 * like all others: they say nothing.
 */
#include "engine/queue.h"

static const struct { uint32_t bit; const char *name; } names[] = { { QUEUE_APPEALS, "appeals" }, { QUEUE_EMERGENCIES, "emergencies" }, { QUEUE_COUNSEL, "counsel" },
	{ QUEUE_CORRECTIONS, "corrections" }, { QUEUE_BOUNCED, "bounced" }, { QUEUE_SECOND, "second" } };

uint32_t queue_of(const struct casefile *c)
{
	uint32_t in = 0;
	bool closed = case_is_closed(c) || c->state == CASE_NONE;
	if (c->state == CASE_NONE || c->state == CASE_MERGED)
		return 0;
	/* one may appeal against what is over, and a late fact may be about it */
	in |= c->flags & CASE_APPEALED ? QUEUE_APPEALS : 0;
	in |= c->flags & CASE_CORRECTED ? QUEUE_CORRECTIONS : 0;
	in |= c->wanted_by.len ? QUEUE_SECOND : 0;
	if (closed)
		return in;
	in |= c->flags & CASE_EMERGENCY ? QUEUE_EMERGENCIES : 0;
	in |= c->flags & CASE_COUNSEL ? QUEUE_COUNSEL : 0;
	in |= c->flags & CASE_NOTICE_BOUNCED ? QUEUE_BOUNCED : 0;
	return in;
}

static enum err set_since(struct fold *f, const char *name, struct str about, bool in, int64_t since_at, struct why *why)
{
	struct row row;
	enum err e = work_get(f->work, TABLE_QUEUE, str_format(work_arena(f->work), "%s/%.*s", name, STR_ARG(about)), &row, why);
	if (e || (row.version != 0) == in)
		return e;
	if (!in)
		return work_delete(f->work, TABLE_QUEUE, row.key, why);
	row.state = str_of(name);
	row.rank = since_at;
	row.body = STR("{}");
	return work_put(f->work, &row, why);
}

static enum err set(struct fold *f, const char *name, struct str about, bool in, struct why *why)
{
	return set_since(f, name, about, in, f->now, why);
}

enum err queue_follow(struct fold *f, const struct casefile *c, uint32_t before, struct why *why)
{
	uint32_t now = queue_of(c);
	struct str number = now | before ? str_format(work_arena(f->work), "%llu", (unsigned long long)c->number) : STR_NONE;
	enum err e = OK;
	for (size_t i = 0; e == OK && i < sizeof(names) / sizeof(names[0]); i++)
		if ((now | before) & names[i].bit)
			e = set(f, names[i].name, number, now & names[i].bit, why);
	if (e == OK && case_is_closed(c) && str_starts(c->clause, STR("reseller.")))
		e = queue_plan(f, c->number, false, why);
	return e;
}

enum err queue_plan(struct fold *f, uint64_t number, bool in, struct why *why)
{
	return set(f, "plans", str_format(work_arena(f->work), "%llu", (unsigned long long)number), in, why);
}

enum err queue_webhook(struct fold *f, struct str hook, bool in, struct why *why)
{
	return set(f, "webhooks", hook, in, why);
}

static bool is_refused(const struct act *act)
{
	return act->state == ACT_UNCLEAR || (act->state == ACT_REFUSED && act->desired);
}

static bool is_of_service(const struct act *act)
{
	return act->number && act->verb >= VERB_LIMIT;
}

enum err queue_act(struct fold *f, const struct act *act, struct why *why)
{
	return is_of_service(act) ? set(f, "refused", act->key, is_refused(act), why) : OK;
}

enum err queue_case_before(struct fold *f, const struct casefile *c, bool *ret_in, struct why *why)
{
	uint32_t in = queue_of(c);
	struct str number = str_format(work_arena(f->work), "%llu", (unsigned long long)c->number);
	enum err e = OK;
	*ret_in = in != 0;
	for (size_t i = 0; e == OK && i < sizeof(names) / sizeof(names[0]); i++)
		if (in & names[i].bit)
			e = set_since(f, names[i].name, number, true, c->changed_at != TIME_NONE ? c->changed_at : c->opened_at, why);
	return e;
}

enum err queue_act_before(struct fold *f, const struct act *act, bool *ret_in, struct why *why)
{
	*ret_in = is_of_service(act) && is_refused(act);
	return *ret_in ? set_since(f, "refused", act->key, true, act->created_at, why) : OK;
}
