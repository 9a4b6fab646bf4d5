/*
 * What people do to a case: answers of the customer, approvals, resolutions, flags, notes, merging and splitting.
 */
#include "cases/step.h"

static enum err said(struct step_work *w, enum case_event_type type, struct str text)
{
	return step_event(w, type, w->in->actor.len ? w->in->actor : STR("customer"), text) ? OK : ERR_LIMIT;
}

static enum err not_in(struct step_work *w)
{
	return why_set(w->why, ERR_CONFLICT, "not with a case that is %s", case_state_words[w->c->state]);
}

static enum err answer_step(struct step_work *w)
{
	if (w->in->type == INPUT_AUTO_ANSWER)
		return said(w, EVENT_AUTO_ANSWER, STR("an automatic answer; it changes nothing"));
	if (w->in->type == INPUT_BOUNCE) {
		w->c->flags |= CASE_NOTICE_BOUNCED;
		ladder_pause(w);
		return said(w, EVENT_BOUNCE, STR("the notice came back: the ladder stands until a person finds another way"));
	}
	enum err e = said(w, EVENT_ANSWER, w->in->text);
	if (e || w->c->state != CASE_OPEN)
		return e;
	w->c->answered = true;
	w->c->state = CASE_PAUSED;
	ladder_pause(w);
	return step_event(w, EVENT_PAUSED, STR("rule"), STR("the customer answered: the ladder stands until a person has read it")) ? OK : ERR_LIMIT;
}

static enum err approve_step(struct step_work *w)
{
	struct act *act = w->out->act_count < CASE_CHANGES_MAX ? &w->out->acts[w->out->act_count++] : NULL;
	if (!act || !w->in->act)
		return ERR_LIMIT;
	*act = *w->in->act;
	if (act->state != ACT_HELD)
		return why_set(w->why, ERR_CONFLICT, "%.*s does not wait for an approval", STR_ARG(act->key));
	struct str *list = ARENA_ARRAY(w->a, struct str, ACT_APPROVERS_MAX);
	if (!list)
		return ERR_NOMEM;
	for (unsigned i = 0; i < act->approver_count; i++) {
		list[i] = act->approvers[i];
		if (str_eq(list[i], w->in->actor))
			return why_set(w->why, ERR_DENIED, "%.*s has approved this already; another person has to", STR_ARG(w->in->actor));
	}
	if (act->approver_count < ACT_APPROVERS_MAX)
		list[act->approver_count++] = w->in->actor;
	act->approvers = list;
	enum err e = said(w, EVENT_APPROVAL, str_format(w->a, "approves %s of %.*s (%u of %u)", verb_words[act->verb], STR_ARG(act->service), act->approver_count,
		act->approvals_needed));
	if (act->approver_count >= act->approvals_needed) {
		act->hold &= ~(uint32_t)(HOLD_APPROVAL | HOLD_GRADE | HOLD_LIFELINE);
		act->automatic = false;
		act->state = act->hold ? ACT_HELD : ACT_QUEUED;
		act->next_at = w->in->now;
	}
	return e;
}

static enum err resolve_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (case_is_closed(c))
		return not_in(w);
	c->state = CASE_RESOLVED;
	c->resolved_at = w->in->now;
	c->resolution = w->in->text.len ? w->in->text : STR("resolved");
	c->next_due_at = c->paused_at = c->review_by_at = TIME_NONE;
	c->flags &= ~(uint32_t)(CASE_EMERGENCY | CASE_NOTICE_BOUNCED | CASE_APPEALED);
	w->out->lift_acts = true;
	return said(w, EVENT_RESOLVED, c->resolution);
}

static enum err reopen_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->state != CASE_RESOLVED)
		return not_in(w);
	c->state = CASE_OPEN;
	c->resolved_at = TIME_NONE;
	c->ladder_started_at = w->in->now;
	c->next_step = 0;
	c->strikes++;
	enum err e = said(w, EVENT_REOPENED, w->in->text);
	return e ? e : ladder_run(w);
}

/* The look that a paused, bounced, emergency or review case waits for. on: it goes on; off: it is closed. */
static enum err reviewed_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (case_is_closed(c))
		return not_in(w);
	if (c->state == CASE_REVIEW && str_eq(c->opened_by, w->in->actor))
		return why_set(w->why, ERR_DENIED, "%.*s opened this case; another person has to look at it", STR_ARG(w->in->actor));
	enum err e = said(w, EVENT_REVIEWED, w->in->text.len ? w->in->text : w->in->on ? STR("goes on") : STR("is not upheld"));
	if (e)
		return e;
	c->review_by_at = TIME_NONE;
	c->flags &= ~(uint32_t)(CASE_EMERGENCY | CASE_NOTICE_BOUNCED);
	if (!w->in->on) {
		struct str none = STR("not upheld");
		c->state = CASE_RESOLVED;
		c->resolved_at = w->in->now;
		c->resolution = none;
		c->next_due_at = c->paused_at = TIME_NONE;
		w->out->lift_acts = true;
		return step_event(w, EVENT_RESOLVED, w->in->actor, none) ? OK : ERR_LIMIT;
	}
	ladder_resume(w);
	/* the customer's deadlines begin when the finding is upheld, however long the review took */
	if (c->state == CASE_REVIEW)
		c->ladder_started_at = w->in->now;
	if (c->state != CASE_SEALED)
		c->state = CASE_OPEN;
	return ladder_run(w);
}

static enum err undo_step(struct step_work *w)
{
	struct act *act = w->out->act_count < CASE_CHANGES_MAX ? &w->out->acts[w->out->act_count++] : NULL;
	if (!act || !w->in->act)
		return ERR_LIMIT;
	*act = *w->in->act;
	if (!act->desired)
		return why_set(w->why, ERR_CONFLICT, "%.*s is lifted already", STR_ARG(act->key));
	act->desired = false;
	act->state = act->state == ACT_HELD || act->state == ACT_QUEUED || act->state == ACT_REFUSED ? ACT_UNDONE : ACT_UNDOING;
	act->next_at = w->in->now;
	act->attempts = 0;
	return said(w, EVENT_UNDONE, str_format(w->a, "lifts %s of %.*s", verb_words[act->verb], STR_ARG(act->service)));
}

static enum err flag_step(struct step_work *w)
{
	if (w->in->on)
		w->c->flags |= w->in->flag;
	else
		w->c->flags &= ~w->in->flag;
	return said(w, EVENT_FLAG, str_format(w->a, "%s %.*s", w->in->on ? "sets" : "clears", STR_ARG(w->in->text)));
}

static enum err appeal_step(struct step_work *w)
{
	if (w->c->appeal_until_at != TIME_NONE && w->in->now > w->c->appeal_until_at)
		return why_set(w->why, ERR_DENIED, "the time to appeal has passed");
	w->c->flags |= CASE_APPEALED;
	if (w->c->state == CASE_OPEN) {
		w->c->state = CASE_PAUSED;
		ladder_pause(w);
	}
	return said(w, EVENT_APPEAL, w->in->text);
}

static enum err merge_step(struct step_work *w)
{
	if (case_is_closed(w->c) || w->c->state == CASE_SEALED)
		return not_in(w);
	w->c->state = CASE_MERGED;
	w->c->merged_into = w->in->text;
	w->c->next_due_at = TIME_NONE;
	w->out->lift_acts = true;
	return said(w, EVENT_MERGED, str_format(w->a, "merged into %.*s", STR_ARG(w->in->text)));
}

enum err operator_step(struct step_work *w)
{
	switch (w->in->type) {
	case INPUT_ANSWER: case INPUT_AUTO_ANSWER: case INPUT_BOUNCE: return answer_step(w);
	case INPUT_APPROVE: return approve_step(w);
	case INPUT_RESOLVE: return resolve_step(w);
	case INPUT_REOPEN: return reopen_step(w);
	case INPUT_REVIEWED: return reviewed_step(w);
	case INPUT_EMERGENCY: return emergency_step(w);
	case INPUT_UNDO: return undo_step(w);
	case INPUT_FLAG: return flag_step(w);
	case INPUT_APPEAL: return appeal_step(w);
	case INPUT_MERGE: return merge_step(w);
	case INPUT_SPLIT: return said(w, EVENT_SPLIT, w->in->text);
	case INPUT_REPLY: return said(w, EVENT_LETTER, w->in->text);
	case INPUT_NOTE: return said(w, EVENT_NOTE, w->in->text);
	case INPUT_ASSIGN:
		w->c->assigned = w->in->text;
		return said(w, EVENT_ASSIGNED, w->in->text);
	case INPUT_FINDING: case INPUT_DUE: case INPUT_RESULT: case INPUT_RETRACT: case INPUT_OPEN: break;
	}
	return why_set(w->why, ERR_UNSUPPORTED, "this is not for a person");
}
