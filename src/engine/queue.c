/*
 * Rows of queues. See queue.h.
 *
 * A row's key is the queue's name and the number of the case, or the key of the act; its rank is since when. Sealed cases have rows
 * like all others: they say nothing.
 */
#include "engine/queue.h"

#include "engine/fold_case.h"

/* A queue. indexed: only what stands first has a row here; dated: its rank is a deadline, else since when it stands there. */
struct queue {
	uint32_t bit;
	const char *name;
	bool indexed, dated;
};

static const struct queue of_cases[] = { { QUEUE_APPEALS, "appeals", false, false }, { QUEUE_EMERGENCIES, "emergencies", false, false },
	{ QUEUE_COUNSEL, "counsel", false, false }, { QUEUE_CORRECTIONS, "corrections", false, false }, { QUEUE_BOUNCED, "bounced", false, false },
	{ QUEUE_SECOND, "second", false, false }, { QUEUE_DUE, "due", true, true }, { QUEUE_REVIEW, "review", true, false }, { QUEUE_ANSWERS, "answers", true, false },
	{ QUEUE_SNOOZED, "snoozed", false, true } };
static const struct queue plans = { 0, "plans", false, false }, webhooks = { 0, "webhooks", false, false }, refused = { 0, "refused", false, false }, approvals = { 0, "approvals", true, false },
	unattributed = { 0, "unattributed", true, false }, over_caps = { 0, "over-cap", true, false }, intake = { 0, "intake", true, false };

enum { OF_CASES = sizeof(of_cases) / sizeof(of_cases[0]) };

static uint32_t waits_in(const struct casefile *c)
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
	in |= c->next_due_at != TIME_NONE ? QUEUE_DUE : 0;
	in |= c->snoozed_until_at ? QUEUE_SNOOZED : 0;
	in |= c->state == CASE_REVIEW ? QUEUE_REVIEW : 0;
	/* what stands for another reason has a queue of its own */
	in |= c->state == CASE_PAUSED && !(c->flags & (CASE_APPEALED | CASE_CORRECTED)) ? QUEUE_ANSWERS : 0;
	return in;
}

struct queue_standing queue_of(const struct casefile *c)
{
	return (struct queue_standing){ waits_in(c), case_urgency(c), c->next_due_at, c->snoozed_until_at };
}

/* What stands first among what waits does not among what is put away. */
static enum urgency urgency_in(const struct queue *q, enum urgency urgency)
{
	return q->bit == QUEUE_SNOOZED ? URGENCY_NONE : urgency;
}

static int64_t rank_in(const struct queue *q, const struct queue_standing *s, int64_t since_at)
{
	return q->bit == QUEUE_SNOOZED ? s->snoozed_until_at : q->dated ? s->due_at : since_at;
}

static struct str state_of(struct fold *f, const struct queue *q, enum urgency urgency)
{
	return urgency ? str_format(work_arena(f->work), QUEUE_FIRST_STATE, q->name, urgency_words[urgency]) : str_of(q->name);
}

static enum err row_of(struct fold *f, const struct queue *q, enum urgency urgency, struct str about, struct row *ret_row, struct why *why)
{
	struct str state = state_of(f, q, urgency);
	enum err e = work_get(f->work, TABLE_QUEUE, str_format(work_arena(f->work), "%.*s/%.*s", STR_ARG(state), STR_ARG(about)), ret_row, why);
	ret_row->state = state;
	return e;
}

/* Takes the row away; whoever moves to another place keeps since when he waits. */
static enum err leave(struct fold *f, const struct queue *q, enum urgency urgency, struct str about, int64_t *since_at, struct why *why)
{
	struct row row;
	enum err e = row_of(f, q, urgency, about, &row, why);
	if (e || !row.version)
		return e;
	if (!q->dated)
		*since_at = row.rank;
	return work_delete(f->work, TABLE_QUEUE, row.key, why);
}

static enum err enter(struct fold *f, const struct queue *q, enum urgency urgency, struct str about, int64_t since_at, struct why *why)
{
	struct row row;
	enum err e = row_of(f, q, urgency, about, &row, why);
	if (e || (row.version && (!q->dated || row.rank == since_at)))
		return e;
	row.rank = since_at;
	row.body = STR("{}");
	return work_put(f->work, &row, why);
}

/* Something stood there with the urgency `before`, or did not stand there; now it stands there, or does not. */
static enum err stand(struct fold *f, const struct queue *q, struct str about, bool in, enum urgency before, enum urgency now, int64_t since_at, struct why *why)
{
	enum err e = OK;
	if ((!in || before != now) && !(q->indexed && !before))
		e = leave(f, q, before, about, &since_at, why);
	return e || !in || (q->indexed && !now) ? e : enter(f, q, now, about, since_at, why);
}

enum err queue_webhook(struct fold *f, struct str hook, bool in, struct why *why)
{
	return stand(f, &webhooks, hook, in, URGENCY_NONE, URGENCY_NONE, f->now, why);
}

static bool is_refused(const struct act *act)
{
	return act->state == ACT_UNCLEAR || act->state == ACT_REFUSED;
}

static bool is_of_service(const struct act *act)
{
	return act->number && act->verb >= VERB_END;
}

static enum err place_act(struct fold *f, const struct act *act, int64_t since_at, struct why *why)
{
	enum err e = is_of_service(act) ? stand(f, &refused, act->key, is_refused(act), act->urgency, act->urgency, since_at, why) : OK;
	return e || !act->urgency ? e : stand(f, &approvals, act->key, act->state == ACT_HELD, act->urgency, act->urgency, act->created_at, why);
}

/* Moves an act to where its case stands; since when it waits there stays. */
static enum err move_act(struct fold *f, struct act *act, enum urgency now, struct why *why)
{
	int64_t since_at = act->created_at;
	enum err e = leave(f, &refused, act->urgency, act->key, &since_at, why);
	if (e == OK && act->urgency)
		e = leave(f, &approvals, act->urgency, act->key, &(int64_t){ 0 }, why);
	act->urgency = now;
	if (e == OK)
		e = place_act(f, act, since_at, why);
	return e ? e : put_act(f, act, why);
}

static enum err follow_acts(struct fold *f, const struct casefile *c, enum urgency now, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < c->act_count; i++) {
		struct act act = { 0 };
		struct row row;
		e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, &act, &row, why);
		if (e == OK && act.urgency != now)
			e = move_act(f, &act, now, why);
		e = e == ERR_NOTFOUND ? OK : e;
	}
	return e;
}

enum err queue_follow(struct fold *f, const struct casefile *c, const struct queue_standing *before, struct why *why)
{
	struct queue_standing now = queue_of(c);
	struct str number = now.in | before->in ? str_format(work_arena(f->work), "%llu", (unsigned long long)c->number) : STR_NONE;
	enum err e = OK;
	for (size_t i = 0; e == OK && i < OF_CASES; i++)
		if ((now.in | before->in) & of_cases[i].bit)
			e = stand(f, &of_cases[i], number, now.in & of_cases[i].bit, urgency_in(&of_cases[i], before->urgency), urgency_in(&of_cases[i], now.urgency),
				rank_in(&of_cases[i], &now, f->now), why);
	if (e == OK && now.urgency != before->urgency)
		e = follow_acts(f, c, now.urgency, why);
	if (e == OK && case_is_closed(c) && str_starts(c->clause, STR("reseller.")))
		e = queue_plan(f, c->number, false, why);
	return e;
}

enum err queue_plan(struct fold *f, uint64_t number, bool in, struct why *why)
{
	return stand(f, &plans, str_format(work_arena(f->work), "%llu", (unsigned long long)number), in, URGENCY_NONE, URGENCY_NONE, f->now, why);
}

enum err queue_act(struct fold *f, const struct act *act, struct why *why)
{
	return place_act(f, act, f->now, why);
}

static enum err wait_in(struct fold *f, const struct queue *q, struct str key, const struct observation *o, bool in, struct why *why)
{
	enum urgency urgency = observation_urgency(o);
	return stand(f, q, key, in, urgency, urgency, o->received_at, why);
}

enum err queue_parked(struct fold *f, struct str key, const struct observation *o, bool over_cap, struct why *why)
{
	return wait_in(f, over_cap ? &over_caps : &unattributed, key, o, true, why);
}

enum err queue_unparked(struct fold *f, struct str key, const struct observation *o, struct why *why)
{
	enum err e = wait_in(f, &over_caps, key, o, false, why);
	return e ? e : wait_in(f, &unattributed, key, o, false, why);
}

enum err queue_item(struct fold *f, struct str key, const struct item *i, enum urgency before, struct why *why)
{
	return stand(f, &intake, key, i->state == ITEM_WAITING, before, i->urgency, i->received_at, why);
}

enum err queue_case_before(struct fold *f, const struct casefile *c, bool *ret_in, struct why *why)
{
	struct queue_standing in = queue_of(c);
	struct str number = str_format(work_arena(f->work), "%llu", (unsigned long long)c->number);
	int64_t since_at = c->changed_at != TIME_NONE ? c->changed_at : c->opened_at;
	enum err e = OK;
	*ret_in = false;
	for (size_t i = 0; e == OK && i < OF_CASES; i++)
		if (in.in & of_cases[i].bit && (in.urgency || !of_cases[i].indexed)) {
			*ret_in = true;
			e = stand(f, &of_cases[i], number, true, urgency_in(&of_cases[i], in.urgency), urgency_in(&of_cases[i], in.urgency), rank_in(&of_cases[i], &in, since_at), why);
		}
	return e;
}

enum err queue_parked_before(struct fold *f, const struct row *row, const struct observation *o, bool *ret_in, struct why *why)
{
	*ret_in = observation_urgency(o) != URGENCY_NONE;
	return *ret_in ? queue_parked(f, row->key, o, str_eq(row->state, OVER_CAP_STATE), why) : OK;
}

enum err queue_act_before(struct fold *f, const struct act *act, bool *ret_in, struct why *why)
{
	*ret_in = is_of_service(act) && is_refused(act);
	return *ret_in ? place_act(f, act, act->created_at, why) : OK;
}
