/*
 * Releasing acts: what the outbox owes the world, re-read and re-checked just before it is handed over. See judge.h.
 *
 * Observe-only holds limits and suspensions here, and the hand refuses once more on its own. An act that was handed over and
 * not answered is handed over again under the same key. When the hand is new, what is in force is compared with what should
 * be: it is looked at before anything is done again.
 */
#include "aupd/judge.h"
#include "aupd/judge_aaa.h"
#include "aupd/judge_session_act.h"
#include "base/json.h"
#include "engine/fold_case.h"
#include "engine/letter.h"
#include "model/letter.h"

enum { ANSWER_WITHIN_SECONDS = 60, ORDER_GOOD_SECONDS = 60, NO_HAND_SECONDS = 2 };

enum err judge_enforces(struct judge *j, bool *ret_on, struct why *why)
{
	struct row row;
	enum err e = work_get(j->fold.work, TABLE_SWITCH, STR("enforcement"), &row, why);
	if (e == OK)
		*ret_on = row.version ? str_eq(row.body, STR("on")) : j->role->share.enforce;
	return e;
}

static bool enforces(const struct act *act)
{
	return act->verb >= VERB_END && !str_eq(act->driver, STR("task")) && !str_eq(act->driver, STR("null"));
}

/* Who gets a letter holds a copy of the ledger's size and root, so that it cannot be made anew behind him. Each try says the same. */
static void put_footer(struct judge *j, struct act *act, struct letter *l)
{
	struct arena *a = work_arena(j->fold.work);
	if (!act->ledger.len)
		act->ledger = judge_ledger_told(j, a);
	if (act->ledger.len)
		l->body = str_format(a, "%.*s\n\nLedger: %.*s\n", STR_ARG(l->body), STR_ARG(act->ledger));
}

/* What an order is about beside its act: names of sessions, or logins. */
struct order_about {
	struct str *sessions, *saved, *logins;  /* saved: of each session, or NULL */
	unsigned session_count, login_count;
};

/* Into the orders of this batch: they leave when it is committed, so that what was sent is known to have been sent. */
static enum err order_act(struct judge *j, struct act *act, const struct order_about *about, struct why *why)
{
	struct buf b;
	struct jsonw w;
	struct letter l = { 0 };
	enum err e = OK;
	buf_init(&b, FRAME_BODY_MAX);
	jsonw_init(&w, &b);
	if (act->letter.len)
		e = letter_open(&j->fold, act->letter, &l, why);
	if (e == OK && act->letter.len && act->desired)
		put_footer(j, act, &l);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "op", str_of(act_op_words[act->state == ACT_UNCLEAR ? ACT_CHECK : act->desired ? ACT_DO : ACT_UNDO]));
	jsonw_time(&w, "good_until", j->fold.now + ORDER_GOOD_SECONDS * SECOND_US);
	jsonw_object(&w, "act");
	field_write(&w, act_fields, act);
	jsonw_end(&w, '}');
	if (act->letter.len) {
		jsonw_object(&w, "letter");
		field_write(&w, letter_fields, &l);
		jsonw_end(&w, '}');
	}
	jsonw_array(&w, "sessions");
	for (unsigned i = 0; i < about->session_count; i++)
		jsonw_str(&w, NULL, str_hex(work_arena(j->fold.work), about->sessions[i]));
	jsonw_end(&w, ']');
	jsonw_array(&w, "saved");
	for (unsigned i = 0; about->saved && i < about->session_count; i++)
		jsonw_str(&w, NULL, str_hex(work_arena(j->fold.work), about->saved[i]));
	jsonw_end(&w, ']');
	jsonw_array(&w, "logins");
	for (unsigned i = 0; i < about->login_count; i++)
		jsonw_str(&w, NULL, about->logins[i]);
	jsonw_end(&w, ']');
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

void judge_tell_brakes(struct judge *j)
{
	struct brakes *b = &j->brakes;
	if (b->opened) {
		log_error("a breaker is open: what it is about is suspended by people only, until enforcement is switched on anew");
		role_tell(j->role, "a breaker was opened: automatic suspensions wait for people, until enforcement is switched on anew", b->opened);
	}
	if (b->held) {
		log_warn("automatic suspensions are held for a person", "acts", log_u64(b->held));
		role_tell(j->role, "automatic suspensions beyond a budget, or behind an open breaker, were held for people: aup queue approvals", b->held);
	}
	b->opened = b->held = 0;
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
	bool on = true;
	if (enforces(&act) && act.desired && act.state == ACT_QUEUED) {
		e = judge_enforces(j, &on, why);
		if (e)
			return e;
	}
	if (!on) {
		act.state = ACT_HELD;
		act.hold |= HOLD_OBSERVE;
		act.approvals_needed = act.approvals_needed ? act.approvals_needed : 1;
		log_info("observe only: an act is held", "verb", verb_words[act.verb]);
		return put_act(&j->fold, &act, why);
	}
	enum gate gate;
	e = fold_gate(&j->fold, &act, &gate, why);
	if (e == OK && gate == GATE_DROP && !act.number)
		return work_delete(j->fold.work, TABLE_ACT, act.key, why);
	if (e || gate != GATE_GO)
		return e ? e : put_act(&j->fold, &act, why);
	struct order_about about = { 0 };
	bool order = true;
	if (judge_session_act(&act))
		e = judge_session_release(j, &act, &order, &about.sessions, &about.saved, &about.session_count, why);
	else if (judge_aaa_act(&act))
		e = judge_aaa_release(j, &act, &order, &about.logins, &about.login_count, why);
	if (e || !order)
		return e;
	act.next_at = j->fold.now + (j->has_hand ? ANSWER_WITHIN_SECONDS : NO_HAND_SECONDS) * SECOND_US;
	if (j->has_hand) {
		e = order_act(j, &act, &about, why);
		if (e == ERR_NOTFOUND || e == ERR_CORRUPT) {
			struct act_report r = { .key = act.key, .op = ACT_DO, .result = RESULT_REFUSED, .text = str_of(why->text), .retry_at = TIME_NONE };
			return fold_report(&j->fold, &r, why);
		}
		if (e)
			log_warn("an act cannot be ordered now", "error", err_text(e));
		if (e == OK && act.state == ACT_QUEUED)
			act.state = ACT_SENT;
		act.in_hand = e == OK;
		act.attempts++;
	}
	return put_act(&j->fold, &act, why);
}

/* What is to be asked or said again of an act that the hand may or must know; false when it can stay as it is. */
static bool look_again(const struct judge *j, struct act *act)
{
	/* the hand still has its other orders: an answer may be on its way */
	if (!j->hand_is_new && !str_eq(act->driver, STR("nft")))
		return false;
	/* it goes with another one */
	if (act->in_digest && act->next_at == TIME_NONE)
		return false;
	if (act->state == ACT_SENT)
		act->state = enforces(act) ? ACT_UNCLEAR : act->desired ? ACT_QUEUED : ACT_UNDOING;
	else if (act->state == ACT_DONE_ && act->desired && act->verb >= VERB_LIMIT && enforces(act))
		act->state = ACT_UNCLEAR;
	else if (act->state != ACT_UNCLEAR && act->state != ACT_UNDOING && act->state != ACT_QUEUED)
		return false;
	act->next_at = j->fold.now;
	act->in_hand = false;
	return true;
}

static enum err reconcile_page(struct judge *j, struct query *q, size_t *ret_count, struct why *why)
{
	struct row *rows;
	size_t n = 0;
	arena_reset(j->scratch);
	enum err e = j->driver->page(j->store, j->scratch, q, &rows, &n, why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct act act = { 0 };
		struct row now;
		e = work_load(j->fold.work, TABLE_ACT, rows[i].key, act_fields, &act, &now, why);
		if (e == OK && look_again(j, &act))
			e = put_act(&j->fold, &act, why);
		else if (e == ERR_NOTFOUND)
			e = OK;
	}
	if (e == OK)
		e = judge_commit(j, why);
	work_reset(j->fold.work);
	*ret_count = n;
	if (e == OK && n) {
		q->has_after = true;
		q->after_rank = rows[n - 1].rank;
		q->after_key = rows[n - 1].key;
	}
	return e;
}

enum err judge_reconcile(struct judge *j, struct why *why)
{
	static const enum act_state states[] = { ACT_SENT, ACT_UNDOING, ACT_UNCLEAR, ACT_QUEUED, ACT_DONE_ };
	char after[ROW_KEY_MAX];
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct query q = { .table = TABLE_ACT, .state = str_of(act_state_words[states[i]]), .due_by = TIME_NONE, .limit = RELEASE_MAX };
		size_t n = RELEASE_MAX;
		while (n == RELEASE_MAX) {
			enum err e = reconcile_page(j, &q, &n, why);
			if (e)
				return e;
			/* outlives the reset of the arena that the page lies in */
			size_t len = q.after_key.len < sizeof(after) ? q.after_key.len : sizeof(after);
			if (len)
				memcpy(after, q.after_key.ptr, len);
			q.after_key = (struct str){ after, len };
		}
	}
	return OK;
}
