/*
 * The last look at an act before it is handed over: may it still go, as its case stands now? See fold_case.h.
 *
 * No letter leaves a case that is sealed or marked do-not-tell. Nothing is cut by itself while the customer's answer waits for
 * a person, nor before the notice that threatens it was handed to the mail server; a notice that was late moves what follows. What the
 * brakes over all cases say comes last (brake.h).
 */
#include "engine/brake.h"
#include "engine/delivery.h"
#include "engine/fold_case.h"
#include "engine/reporter_status.h"

enum { LOOK_AGAIN_MINUTES = 10, LATE_MINUTES = 60 };

/* The last notice of the ladder's steps before this act; false when none was needed. */
static enum err notice_before(struct fold *f, const struct casefile *c, const struct act *act, struct act *ret_notice, bool *ret_found, struct why *why)
{
	*ret_found = false;
	for (unsigned i = 0; i < c->act_count && !str_eq(c->acts[i], act->key); i++) {
		struct act one = { 0 };
		struct row row;
		enum err e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, &one, &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		if (e == OK && one.verb == VERB_NOTIFY && one.step && one.step < act->step && str_eq(one.driver, STR("notify"))) {
			*ret_notice = one;
			*ret_found = true;
		}
	}
	return OK;
}

static enum gate wait_until(struct act *act, int64_t at, const char *text)
{
	act->next_at = at;
	act->last_text = str_of(text);
	return GATE_WAIT;
}

static enum err gate_cut(struct fold *f, const struct casefile *c, struct act *act, enum gate *ret_gate, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const struct ladder *l = p ? policy_ladder(p, c->ladder) : NULL;
	const int64_t later = f->now + LOOK_AGAIN_MINUTES * MINUTE_US;
	struct act notice;
	bool found;
	if (c->state == CASE_PAUSED || c->flags & CASE_NOTICE_BOUNCED) {
		*ret_gate = wait_until(act, later, c->state == CASE_PAUSED ? "a person reads the customer's answer first" : "the customer could not be reached");
		return OK;
	}
	if (c->flags & CASE_CORRECTED) {
		*ret_gate = wait_until(act, later, "a late fact changed whose it was: a person decides first");
		return OK;
	}
	if (l && l->emergency)
		return OK;
	enum err e = notice_before(f, c, act, &notice, &found, why);
	if (e || !found)
		return e;
	/* it will not go out any more: a person says what follows */
	if (notice.state == ACT_UNDONE || notice.state == ACT_REFUSED || notice.state == ACT_EXPIRED) {
		act->state = ACT_HELD;
		act->hold |= HOLD_UNTOLD;
		act->approvals_needed = act->approvals_needed ? act->approvals_needed : 1;
		*ret_gate = GATE_HOLD;
		return OK;
	}
	int64_t told_at = p ? delivery_proven_at(p, c, &notice) : f->now;
	int64_t late = notice.state == ACT_DONE_ ? notice.done_at - notice.created_at : 0;
	if (notice.state != ACT_DONE_)
		*ret_gate = wait_until(act, later, "the notice has not been handed over yet");
	else if (told_at > f->now)
		*ret_gate = wait_until(act, told_at < f->now + HOUR_US ? told_at : f->now + HOUR_US, "it is not yet known that the notice arrived");
	else if (late > LATE_MINUTES * MINUTE_US && act->created_at + late > f->now)
		*ret_gate = wait_until(act, act->created_at + late, "the notice was late: the time it names is given in full");
	return OK;
}

/* What waited for something else may be free at noon. */
static enum gate gate_quiet(const struct fold *f, struct act *act)
{
	const struct policy *p = fold_policy_at(f, f->now);
	if (!p || quiet_is(&p->quiet, p->zone_minutes, f->now))
		return GATE_GO;
	return wait_until(act, quiet_at(&p->quiet, p->zone_minutes, f->now, act->key), "it waits for the quiet hours");
}

/* What an end follows was lifted, or was never there: nobody is put out for it. */
static enum err gate_after(struct fold *f, struct act *act, enum gate *ret_gate, struct why *why)
{
	struct act first = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_ACT, act->after, act_fields, &first, &row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e == OK && first.desired)
		return OK;
	act->desired = false;
	act->state = ACT_UNDONE;
	act->last_text = STR("what it follows was lifted");
	*ret_gate = GATE_DROP;
	return OK;
}

enum err fold_gate(struct fold *f, struct act *act, enum gate *ret_gate, struct why *why)
{
	struct casefile c;
	struct row row;
	*ret_gate = GATE_GO;
	/* a hand that is new is given what waits anew */
	if (act->desired && act->state == ACT_QUEUED && act->undo_until_at > f->now) {
		*ret_gate = wait_until(act, act->undo_until_at, "it can be taken back until then");
		return OK;
	}
	if (!act->number && act->desired && act->state == ACT_QUEUED)
		return reporter_status_gate(f, act, ret_gate, why);
	if (!act->desired || act->state != ACT_QUEUED)
		return OK;
	enum err e = fold_find_case(f, act->number, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (act->verb == VERB_NOTIFY || act->verb == VERB_ADVISE || act->verb == VERB_FORWARD) {
		if (!(c.flags & (CASE_DO_NOT_TELL | CASE_SEALED_CLASS)))
			return OK;
		act->desired = false;
		act->state = ACT_UNDONE;
		act->last_text = STR("the case is marked do-not-tell");
		*ret_gate = GATE_DROP;
		return OK;
	}
	if (act->after.len)
		e = gate_after(f, act, ret_gate, why);
	if (e == OK && *ret_gate == GATE_GO && act->verb >= VERB_END && act->automatic)
		e = gate_cut(f, &c, act, ret_gate, why);
	if (e == OK && *ret_gate == GATE_GO && act->quiet)
		*ret_gate = gate_quiet(f, act);
	if (e == OK && *ret_gate == GATE_GO)
		e = brake_gate(f, &c, act, ret_gate, why);
	struct case_input in = { .type = INPUT_HOLD, .act = act };
	return e == OK && *ret_gate == GATE_HOLD ? step_case(f, &row, &c, &in, why) : e;
}
