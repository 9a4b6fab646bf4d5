/*
 * Releasing acts: what the outbox owes the world, re-read and re-checked just before it is handed over. See judge.h.
 *
 * Observe-only holds limits and suspensions here, and the hand refuses once more on its own. An act that was handed over and
 * not answered is handed over again under the same key.
 */
#include "aupd/judge.h"
#include "base/json.h"
#include "engine/fold_case.h"
#include "model/letter.h"

enum { ANSWER_WITHIN_US_SECONDS = 60, NO_HAND_US_SECONDS = 2 };

static bool enforces(const struct act *act)
{
	return act->verb >= VERB_LIMIT && !str_eq(act->driver, STR("task")) && !str_eq(act->driver, STR("null"));
}

static enum err letter_of(struct judge *j, const struct act *act, struct letter *ret_letter, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	struct seal_key key;
	struct row row;
	struct str clear;
	enum err e = work_get(j->fold.work, TABLE_LETTER, act->letter, &row, why);
	if (e == OK && !row.version)
		e = why_set(why, ERR_NOTFOUND, "the letter is gone");
	if (e == OK && keyring_find(j->fold.keyring, row.owner, &key) != OK)
		e = why_set(why, ERR_NOTFOUND, "the key of the letter is gone");
	if (e == OK)
		e = unseal(a, &key, act->letter, row.body, &clear);
	return e ? e : field_decode(a, clear, letter_fields, ret_letter, why);
}

/* Into the orders of this batch: they leave when it is committed, so that what was sent is known to have been sent. */
static enum err order_act(struct judge *j, const struct act *act, struct why *why)
{
	struct buf b;
	struct jsonw w;
	struct letter l = { 0 };
	enum err e = OK;
	buf_init(&b, FRAME_BODY_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "op", str_of(act_op_words[act->state == ACT_UNCLEAR ? ACT_CHECK : act->desired ? ACT_DO : ACT_UNDO]));
	jsonw_object(&w, "act");
	field_write(&w, act_fields, act);
	jsonw_end(&w, '}');
	if (act->letter.len) {
		e = letter_of(j, act, &l, why);
		jsonw_object(&w, "letter");
		field_write(&w, letter_fields, &l);
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, '}');
	struct frame f = { .type = FRAME_ACT, .now = j->fold.now, .body = buf_str(&b) };
	size_t before = j->orders.len;
	if (e == OK)
		e = b.err ? b.err : frame_encode(&j->orders, &f);
	if (e) {
		j->orders.len = before;
		j->orders.err = OK;
	}
	buf_done(&b);
	return e;
}

/* A task is a person's: it stands in the case, and the word goes out in the log. */
static enum err do_task(struct judge *j, const struct act *act, struct why *why)
{
	struct act_report r = { .key = act->key, .op = act->desired ? ACT_DO : ACT_UNDO, .result = RESULT_DONE, .retry_at = TIME_NONE };
	char number[CASE_TEXT_MAX];
	case_text(act->number, number);
	log_info(act->desired ? "a person is needed" : "a task is no longer needed", "case", number, "task", log_str(act->params[0]));
	return fold_report(&j->fold, &r, why);
}

enum err judge_hurry(struct judge *j, struct why *why)
{
	static const enum act_state unanswered[] = { ACT_QUEUED, ACT_SENT, ACT_UNDOING };
	enum err e = OK;
	for (size_t s = 0; e == OK && s < sizeof(unanswered) / sizeof(unanswered[0]); s++) {
		struct row *rows;
		size_t n = 0;
		struct query q = { .table = TABLE_ACT, .state = str_of(act_state_words[unanswered[s]]), .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX };
		e = j->driver->page(j->store, j->scratch, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n; i++) {
			struct act act = { 0 };
			struct row now;
			e = work_load(j->fold.work, TABLE_ACT, rows[i].key, act_fields, &act, &now, why);
			if (e || act.next_at <= j->fold.now)
				continue;
			act.next_at = j->fold.now;
			e = put_act(&j->fold, &act, why);
		}
	}
	return e;
}

enum err judge_release(struct judge *j, const struct row *row, struct why *why)
{
	struct act act = { 0 };
	struct row now;
	enum err e = work_load(j->fold.work, TABLE_ACT, row->key, act_fields, &act, &now, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (now.due_at == TIME_NONE || now.due_at > j->fold.now)
		return OK;
	if (act.state == ACT_DONE_ && act.desired && act.expires_at != TIME_NONE && act.expires_at <= j->fold.now) {
		act.desired = false;
		act.state = ACT_UNDOING;
		act.next_at = j->fold.now;
		return put_act(&j->fold, &act, why);
	}
	if (str_eq(act.driver, STR("task")))
		return do_task(j, &act, why);
	if (enforces(&act) && act.desired && act.state == ACT_QUEUED && !j->enforce) {
		act.state = ACT_HELD;
		act.hold |= HOLD_OBSERVE;
		act.approvals_needed = act.approvals_needed ? act.approvals_needed : 1;
		log_info("observe only: an act is held", "verb", verb_words[act.verb]);
		return put_act(&j->fold, &act, why);
	}
	act.next_at = j->fold.now + (j->has_hand ? ANSWER_WITHIN_US_SECONDS : NO_HAND_US_SECONDS) * SECOND_US;
	if (j->has_hand) {
		e = order_act(j, &act, why);
		if (e == ERR_NOTFOUND || e == ERR_CORRUPT) {
			struct act_report r = { .key = act.key, .op = ACT_DO, .result = RESULT_REFUSED, .text = str_of(why->text), .retry_at = TIME_NONE };
			return fold_report(&j->fold, &r, why);
		}
		if (e)
			log_warn("an act cannot be ordered now", "error", err_text(e));
		else if (act.state == ACT_QUEUED)
			act.state = ACT_SENT;
		act.attempts++;
	}
	return put_act(&j->fold, &act, why);
}
