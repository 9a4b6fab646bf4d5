/*
 * What comes without an observation: deadlines, answers to letters, results of acts. See fold.h.
 */
#include "engine/brake.h"
#include "engine/acknowledge.h"
#include "engine/answer_word.h"
#include "engine/complete.h"
#include "engine/deed.h"
#include "engine/delivery.h"
#include "engine/digest.h"
#include "engine/fold_case.h"
#include "engine/forward.h"
#include "engine/plan.h"
#include "engine/remedy.h"
#include "engine/reporter.h"
#include "engine/reporter_status.h"
#include "engine/request.h"
#include "engine/returning.h"
#include "engine/upstream.h"

/* RFC 3463 3.2: it is the address that the server will not have. */
#define NO_SUCH_ADDRESS " 5.1."

enum { UNKNOWN_FIRST_SECONDS = 30, RETRY_FIRST_SECONDS = 10, RETRY_MAX_HOURS = 4 };

/* Is anything of the case felt by the customer, or not yet known to be gone? */
static enum err nothing_in_force(struct fold *f, const struct casefile *c, bool *ret_free, struct why *why)
{
	*ret_free = false;
	for (unsigned i = 0; i < c->act_count; i++) {
		struct act act = { 0 };
		struct row row;
		enum err e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, &act, &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		bool waits = act.state == ACT_HELD || act.state == ACT_QUEUED || act.state == ACT_REFUSED || act.state == ACT_UNDONE || act.state == ACT_EXPIRED;
		if (e == OK && act.verb >= VERB_LIMIT && !waits && !str_eq(act.driver, STR("task")))
			return OK;
	}
	*ret_free = true;
	return OK;
}

static enum err due_case(struct fold *f, const struct row *due, struct why *why)
{
	struct casefile c = { 0 };
	struct row row;
	struct case_input in = { .type = INPUT_DUE };
	enum err e = work_load(f->work, TABLE_CASE, due->key, casefile_fields, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (c.next_due_at == TIME_NONE || c.next_due_at > f->now)
		return OK;
	const struct entity *service = registry_find(f->registry, ENTITY_SERVICE, c.service);
	in.service = service ? service->kind : STR_NONE;
	e = c.recheck_until_at != TIME_NONE ? nothing_in_force(f, &c, &in.free, why) : OK;
	if (e == OK)
		e = request_is_silence(f, &c, &in.on, why);
	if (e == OK)
		e = step_case(f, &row, &c, &in, why);
	return e || !in.on ? e : request_signal(f, &c, why);
}

static enum err due_parked(struct fold *f, const struct row *due, struct why *why)
{
	struct observation o = { 0 };
	struct fold_result r;
	struct row row;
	enum err e = work_load(f->work, TABLE_PARKED, due->key, observation_fields, &o, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	/* its own content is known from the first try, if there was one: it must not count as the second copy */
	if (!str_eq(row.state, OVER_CAP_STATE))
		o.report_id = STR_NONE;
	e = fold_again(f, &o, &r, why);
	if (e || r.fate == FATE_PARKED)
		return e;
	return fold_unpark(f, due->key, &o, r.fate, why);
}

static enum err due_conduct(struct fold *f, struct str reseller, struct why *why)
{
	enum err e = acknowledge_due(f, reseller, why);
	if (e == OK)
		e = plan_due(f, reseller, why);
	return e ? e : remedy_word_due(f, reseller, why);
}

enum err fold_due(struct fold *f, const struct row *row, struct why *why)
{
	switch (row->table) {
	case TABLE_CASE: return due_case(f, row, why);
	case TABLE_PARKED: return due_parked(f, row, why);
	case TABLE_SEEN: case TABLE_RECEIPT: case TABLE_SESSION: case TABLE_REPORTER: case TABLE_LETTER: case TABLE_TOKEN: case TABLE_SIGHTING: case TABLE_REPLAY:
	case TABLE_ONETIME: case TABLE_IDENTITY:
		return work_delete(f->work, row->table, row->key, why);
	case TABLE_FORWARDING: return forward_due(f, row->key, why);
	case TABLE_UPSTREAM: return upstream_due(f, row->key, why);
	case TABLE_MARK: return returning_due(f, row->key, why);
	case TABLE_DIGEST: return digest_due(f, row->key, NULL, why);
	case TABLE_CONDUCT: return due_conduct(f, row->key, why);
	case TABLE_BINDING_USE: return correction_due(f, row->key, why);
	default: return OK;
	}
}

static int64_t backoff(int64_t first_us, uint32_t attempts)
{
	int64_t us = first_us;
	while (attempts-- > 1 && us < RETRY_MAX_HOURS * HOUR_US)
		us *= 2;
	return us;
}

/* What a look at the target means for what is wanted of it: in force is DONE, absent is RETRY. */
static enum act_result meaning(const struct act *act, const struct act_report *r)
{
	if (r->op != ACT_CHECK || act->desired)
		return r->result;
	return r->result == RESULT_DONE ? RESULT_RETRY : r->result == RESULT_RETRY ? RESULT_DONE : r->result;
}

/* The act's next state from what the hand reports. */
static void take_report(struct fold *f, struct act *act, enum act_result result, const struct act_report *r)
{
	act->last_result = result;
	act->last_text = r->text;
	/* what the hand did not ask, or was told to ask later, is not one of the questions that had no effect */
	act->asks -= act->in_hand && act->asks && r->op != ACT_CHECK && result == RESULT_RETRY;
	act->in_hand = false;
	switch (result) {
	case RESULT_DONE:
		act->state = act->desired ? ACT_DONE_ : ACT_UNDONE;
		act->done_at = f->now;
		act->attempts = 0;
		break;
	case RESULT_REFUSED:
		act->state = ACT_REFUSED;
		break;
	case RESULT_UNKNOWN:
		act->state = ACT_UNCLEAR;
		act->next_at = f->now + backoff(UNKNOWN_FIRST_SECONDS * SECOND_US, act->attempts);
		break;
	case RESULT_RETRY: case RESULT_NONE: case RESULT_SAVED:
		act->state = act->desired ? ACT_QUEUED : ACT_UNDOING;
		/* a look that found it otherwise than it should be is followed by the deed at once */
		act->next_at = r->op == ACT_CHECK ? f->now : r->retry_at != TIME_NONE ? r->retry_at : f->now + backoff(RETRY_FIRST_SECONDS * SECOND_US, act->attempts);
		break;
	}
}

/* What was found is in the row before anything is changed: the order that follows has it. */
static enum err keep_saved(struct fold *f, struct act *act, const struct act_report *r, struct why *why)
{
	act->next_at = act->saved.len ? f->now + RETRY_FIRST_SECONDS * SECOND_US : f->now;
	act->saved = r->text;
	act->in_hand = false;
	act->state = ACT_QUEUED;
	return put_act(f, act, why);
}

enum err fold_report(struct fold *f, const struct act_report *r, struct why *why)
{
	struct act act = { 0 };
	struct casefile c;
	struct row row;
	enum err e = work_load(f->work, TABLE_ACT, r->key, act_fields, &act, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	/* the answer to an older order than the one that stands */
	if ((r->op == ACT_DO) != act.desired && r->op != ACT_CHECK)
		return OK;
	if (act.state != ACT_SENT && act.state != ACT_UNDOING && act.state != ACT_QUEUED && act.state != ACT_UNCLEAR)
		return OK;
	if (r->result == RESULT_SAVED)
		return keep_saved(f, &act, r, why);
	bool was_done = act.done_at != TIME_NONE && act.desired;
	enum act_result before = act.last_result, result = meaning(&act, r);
	take_report(f, &act, result, r);
	e = brake_result(f, &act, r->op, result, why);
	if (e)
		return e;
	if (result == RESULT_REFUSED && act.letter.len && str_find(r->text, STR(NO_SUCH_ADDRESS)) != SIZE_MAX)
		e = reporter_bounced(f, act.letter, why);
	if (e)
		return e;
	/* what belongs to no case is over when it is done */
	if (!act.number && (result == RESULT_DONE || result == RESULT_REFUSED)) {
		e = digest_report(f, &act, r, why);
		return e ? e : work_delete(f->work, TABLE_ACT, act.key, why);
	}
	e = put_act(f, &act, why);
	if (e || !act.number)
		return e;
	/* found as it should be, or as unclear as before: nothing new for the case */
	if ((result == RESULT_DONE && was_done && before == RESULT_DONE) || (result == RESULT_UNKNOWN && before == RESULT_UNKNOWN))
		return OK;
	e = fold_find_case(f, act.number, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	struct case_input in = { .type = INPUT_RESULT, .act = &act, .result = result, .text = r->text, .on = was_done && r->op == ACT_CHECK };
	if (result == RESULT_REFUSED && act.letter.len)
		e = delivery_about(f, &c, act.letter, &in, why);
	if (e == OK && result == RESULT_DONE && !act.desired && act.verb >= VERB_LIMIT)
		e = nothing_in_force(f, &c, &in.free, why);
	return e ? e : step_case(f, &row, &c, &in, why);
}

static bool of_a_server(enum item_type t)
{
	return t == ITEM_BOUNCE || t == ITEM_DELAYED || t == ITEM_DELIVERED;
}

/* The letter that a reply token or a returned Message-ID names, whose it is, and its case; 0 when there is none. */
static enum err case_of_item(struct fold *f, const struct item *i, struct str *ret_letter, struct str *ret_owner, uint64_t *ret_number, struct why *why)
{
	struct row row;
	*ret_number = 0;
	struct str key = of_a_server(i->type) ? i->about : STR_NONE, number = STR_NONE;
	if (i->token.len) {
		enum err e = work_get(f->work, TABLE_TOKEN, i->token, &row, why);
		if (e)
			return e;
		key = row.version ? row.body : key;
		number = row.version ? row.state : STR_NONE;
	}
	if (!key.len)
		return OK;
	enum err e = work_get(f->work, TABLE_LETTER, key, &row, why);
	if (e || !row.version)
		return e;
	*ret_letter = key;
	*ret_owner = row.owner;
	/* the number of the case stands in clear beside the sealed letter; of one about several, beside the token */
	return str_to_u64(number.len ? number : row.state, INT64_MAX, ret_number) == OK ? OK : why_set(why, ERR_CORRUPT, "letter of no case");
}

enum err fold_item(struct fold *f, const struct item *i, struct why *why)
{
	struct item kept = *i;
	kept.said_count = 0;
	struct casefile c;
	struct row row;
	uint64_t number;
	struct str letter = STR_NONE, owner = STR_NONE;
	bool taken = false;
	enum err e = case_of_item(f, i, &letter, &owner, &number, why);
	if (e == OK && i->type == ITEM_BOUNCE && letter.len)
		e = reporter_bounced(f, letter, why);
	if (e)
		return e;
	/* what it reports came as an observation of its own */
	if (!number && i->type == ITEM_ANSWER && i->candidate_count && kind_info(i->candidates[0].kind)->flags & KIND_SEALED)
		return OK;
	if (!number && letter.len && i->type == ITEM_ANSWER)
		e = acknowledge_answer(f, &kept, letter, owner, &taken, why);
	if (e == OK && !taken && !number && letter.len && i->type == ITEM_ANSWER)
		e = reporter_status_asked(f, i, letter, owner, &taken, why);
	if (e == OK && !taken && !number && letter.len && i->type == ITEM_ANSWER)
		e = complete_answer(f, i, letter, owner, &taken, why);
	if (e == OK && !taken && !number && letter.len)
		e = digest_item(f, i, letter, &number, &taken, why);
	if (e || taken)
		return e;
	bool machine = i->type == ITEM_AUTO_ANSWER || i->type == ITEM_DELAYED || i->type == ITEM_DELIVERED;
	if (!number || (i->type != ITEM_ANSWER && i->type != ITEM_BOUNCE && !machine)) {
		if (machine)
			kept.state = ITEM_DONE;
		return put_item(f, &kept, true, why);
	}
	e = fold_find_case(f, number, &c, &row, why);
	if (e == OK)
		e = follow_merged(f, &c, &row, why);
	if (e == OK && (i->type == ITEM_ANSWER || i->type == ITEM_AUTO_ANSWER))
		e = forward_answer(f, i, number, letter, &c, &row, &taken, why);
	if (e || taken)
		return e;
	static const enum case_input_type inputs[] = { [ITEM_ANSWER] = INPUT_ANSWER, [ITEM_AUTO_ANSWER] = INPUT_AUTO_ANSWER, [ITEM_BOUNCE] = INPUT_BOUNCE,
		[ITEM_DELAYED] = INPUT_DELAYED, [ITEM_DELIVERED] = INPUT_DELIVERED };
	struct case_input in = { .type = inputs[i->type], .text = i->text };
	in.of_party = str_starts(owner, STR(DEED_REPORTER)) && !str_eq(owner, c.customer);
	if (i->type == ITEM_ANSWER && !in.of_party && !c.dispute)
		in.type = answer_word(i->text, &c, f->now);
	if (of_a_server(i->type))
		e = delivery_about(f, &c, letter, &in, why);
	if (e)
		return e;
	/* nothing of a closed case asks for a person: the answer itself does */
	if (i->type != ITEM_ANSWER || !case_is_closed(&c))
		kept.state = ITEM_DONE;
	e = put_item(f, &kept, false, why);
	return e ? e : step_case(f, &row, &c, &in, why);
}
