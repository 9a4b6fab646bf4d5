/*
 * What people do to a case: answers of the customer, approvals, resolutions, reviews, flags, notes.
 *
 * In a sealed case whatever a person asks for is done when a second person asks for the same.
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

enum err answer_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (w->in->of_party)
		return copyright_answered(w);
	if (w->in->type == INPUT_AUTO_ANSWER)
		return said(w, EVENT_AUTO_ANSWER, STR("an automatic answer; it changes nothing"));
	enum err e = said(w, EVENT_ANSWER, w->in->text);
	if (!c->dispute)
		c->counter_at = w->in->now;
	bool waits = c->recheck_until_at != TIME_NONE;
	c->recheck_until_at = TIME_NONE;
	if (e || (c->state != CASE_OPEN && !waits))
		return e ? e : request_answered(w);
	c->answered = true;
	c->state = CASE_PAUSED;
	ladder_pause(w);
	return step_event(w, EVENT_PAUSED, STR("rule"), STR("the customer answered: the ladder stands until a person has read it")) ? request_answered(w) : ERR_LIMIT;
}

static struct act *changed_act(struct step_work *w)
{
	if (!w->in->act || w->out->act_count == CASE_CHANGES_MAX)
		return NULL;
	struct act *act = &w->out->acts[w->out->act_count++];
	*act = *w->in->act;
	return act;
}

enum err case_may_approve(const struct act *act, struct str who, struct why *why)
{
	if (act->hold & HOLD_PROTECTED)
		return why_set(why, ERR_DENIED, "%.*s is about a protected service: nobody can approve it", STR_ARG(act->key));
	/* observe-only holds what was approved: to let it go takes no further person */
	if (step_named(act->approvers, act->approver_count, who) && act->approver_count < act->approvals_needed)
		return why_set(why, ERR_DENIED, "%.*s has approved this already; another person has to", STR_ARG(who));
	return OK;
}

enum err approve_step(struct step_work *w)
{
	struct act *act = changed_act(w);
	struct str *list = ARENA_ARRAY(w->a, struct str, ACT_APPROVERS_MAX);
	if (!act || !list)
		return ERR_LIMIT;
	if (act->state != ACT_HELD || case_is_closed(w->c))
		return why_set(w->why, ERR_CONFLICT, "%.*s does not wait for an approval", STR_ARG(act->key));
	enum err may = case_may_approve(act, w->in->actor, w->why);
	if (may)
		return may;
	for (unsigned i = 0; i < act->approver_count; i++)
		list[i] = act->approvers[i];
	bool complete = act->approver_count >= act->approvals_needed;
	if (!complete && act->approver_count < ACT_APPROVERS_MAX)
		list[act->approver_count++] = w->in->actor;
	act->approvers = list;
	step_name(w, &w->c->deciders, &w->c->decider_count, w->in->actor);
	enum err e = said(w, EVENT_APPROVAL, str_format(w->a, complete ? "lets %s of %.*s go (%u of %u have approved it)" : "approves %s of %.*s (%u of %u)",
		verb_words[act->verb], STR_ARG(act->service), act->approver_count, act->approvals_needed));
	if (e)
		return e;
	w->out->events[w->out->event_count - 1].act = act->key;
	if (act->approver_count >= act->approvals_needed) {
		act->hold &= ~(uint32_t)(HOLD_APPROVAL | HOLD_GRADE | HOLD_LIFELINE | HOLD_OBSERVE | HOLD_UNTOLD | HOLD_BUDGET | HOLD_BREAKER);
		act->automatic = false;
		act->state = act->hold ? ACT_HELD : ACT_QUEUED;
		act_quietly(w, act);
	}
	return OK;
}

void case_close(struct step_work *w, struct str reason)
{
	struct casefile *c = w->c;
	c->state = CASE_RESOLVED;
	c->resolved_at = w->in->now;
	c->resolution = reason;
	c->next_due_at = c->paused_at = c->review_by_at = c->recheck_until_at = c->restore_at = c->restore_by_at = c->counter_at = c->asked_until_at = TIME_NONE;
	proceeding_forget(c);
	c->cutter_count = 0;
	c->flags &= ~(uint32_t)(CASE_EMERGENCY | CASE_NOTICE_BOUNCED | CASE_APPEALED | CASE_CORRECTED);
	w->out->lift = LIFT_ALL;
}

static enum err resolve_step(struct step_work *w)
{
	if (case_is_closed(w->c))
		return not_in(w);
	case_close(w, w->in->text.len ? w->in->text : STR("resolved"));
	return said(w, EVENT_RESOLVED, w->c->resolution);
}

/* The resolution was wrong: the ladder begins again, and it is no further strike. */
static enum err reopen_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->state != CASE_RESOLVED)
		return not_in(w);
	c->state = c->flags & CASE_SEALED_CLASS ? CASE_SEALED : CASE_OPEN;
	c->resolved_at = TIME_NONE;
	c->resolution = STR_NONE;
	c->answered = false;
	c->dispute = DISPUTE_NONE;
	c->fixes = 0;
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	ladder_start(w, c->ladder);
	enum err e = said(w, EVENT_REOPENED, w->in->text);
	return e ? e : ladder_run(w);
}

enum err case_may_review(const struct casefile *c, struct str who, struct why *why)
{
	if (c->state == CASE_REVIEW && str_eq(c->opened_by, who))
		return why_set(why, ERR_DENIED, "%.*s opened this case; another person has to look at it", STR_ARG(who));
	if (step_named(c->cutters, c->cutter_count, who))
		return why_set(why, ERR_DENIED, "%.*s cut this service; another person has to look at it", STR_ARG(who));
	if (c->flags & CASE_APPEALED && step_named(c->deciders, c->decider_count, who))
		return why_set(why, ERR_DENIED, "%.*s took part in the decision; another person has to look at the appeal", STR_ARG(who));
	return OK;
}

/* The look that a paused, bounced, emergency or review case waits for. on: it goes on; off: it is closed. */
static enum err reviewed_step(struct step_work *w)
{
	struct casefile *c = w->c;
	/* a late fact about what is over: it was looked at, and that is all */
	if (case_is_closed(c) && c->flags & CASE_CORRECTED) {
		c->flags &= ~(uint32_t)CASE_CORRECTED;
		return said(w, EVENT_REVIEWED, w->in->text.len ? w->in->text : w->in->on ? STR("stays as it is") : STR("was not upheld"));
	}
	bool appealed = c->flags & CASE_APPEALED, closed = case_is_closed(c);
	if (closed && (!appealed || c->state == CASE_MERGED))
		return not_in(w);
	enum err e = case_may_review(c, w->in->actor, w->why);
	if (e)
		return e;
	e = said(w, EVENT_REVIEWED, w->in->text.len ? w->in->text : w->in->on ? STR("goes on") : STR("is not upheld"));
	if (e)
		return e;
	c->review_by_at = c->recheck_until_at = TIME_NONE;
	c->cutter_count = 0;
	c->flags &= ~(uint32_t)(CASE_EMERGENCY | CASE_NOTICE_BOUNCED | CASE_APPEALED | CASE_CORRECTED);
	if (!w->in->on) {
		/* what was wrong is held against nobody later on; a contract that has ended people alone bring back */
		c->strikes -= c->strikes > 0;
		if (c->state != CASE_TERMINATED)
			case_close(w, STR("not upheld"));
		if (!step_event(w, EVENT_RESOLVED, w->in->actor, STR("not upheld")))
			return ERR_LIMIT;
	}
	if (appealed && (e = appeal_decided(w)) != OK)
		return e;
	if (!w->in->on || closed)
		return OK;
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	bool disputed;
	e = copyright_goes_on(w, &disputed);
	if (e || disputed)
		return e;
	if (c->paused_at != TIME_NONE && !step_event(w, EVENT_RESUMED, w->in->actor, STR("the ladder goes on, later by the length of the pause")))
		return ERR_LIMIT;
	ladder_resume(w);
	/* the customer's deadlines begin when the finding is upheld, however long the review took */
	if (c->state == CASE_REVIEW)
		c->ladder_started_at = w->in->now;
	if (c->state != CASE_SEALED)
		c->state = CASE_OPEN;
	/* the pause gave its time back, so it names a deadline in full */
	e = w->in->act ? delivery_anew(w) : OK;
	return e ? e : ladder_run(w);
}

/* What could not be undone by itself, and a person has seen to. */
static enum err seen_to(struct step_work *w, struct act *act)
{
	act->state = ACT_UNDONE;
	enum err e = said(w, EVENT_UNDONE, str_format(w->a, "has seen to it that %s of %.*s is lifted", verb_words[act->verb], STR_ARG(act->service)));
	if (e == OK)
		w->out->events[w->out->event_count - 1].act = act->key;
	return e;
}

static enum err undo_step(struct step_work *w)
{
	struct act *act = changed_act(w);
	if (!act)
		return ERR_LIMIT;
	if (!act->desired && act->state == ACT_REFUSED)
		return seen_to(w, act);
	if (!act->desired || act->state == ACT_EXPIRED)
		return why_set(w->why, ERR_CONFLICT, "%.*s is lifted already", STR_ARG(act->key));
	if (act->verb < VERB_LIMIT && !act_waits(act))
		return why_set(w->why, ERR_CONFLICT, "%.*s has been done and cannot be taken back", STR_ARG(act->key));
	act->desired = false;
	act->state = act_lifted(act);
	act->next_at = w->in->now;
	act->attempts = 0;
	enum err e = said(w, EVENT_UNDONE, str_format(w->a, "lifts %s of %.*s", verb_words[act->verb], STR_ARG(act->service)));
	if (e == OK)
		w->out->events[w->out->event_count - 1].act = act->key;
	return e;
}

static enum err flag_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (!(w->in->flag & (CASE_DO_NOT_TELL | CASE_HOLD | CASE_COUNSEL)))
		return why_set(w->why, ERR_RANGE, "the flags that people set are do-not-tell, hold and counsel");
	if (c->flags & CASE_SEALED_CLASS && !w->in->on)
		return why_set(w->why, ERR_DENIED, "a case of the sealed class keeps its flags");
	if (w->in->on)
		c->flags |= w->in->flag;
	else
		c->flags &= ~w->in->flag;
	/* letters that have not left yet do not leave */
	if (w->in->on && w->in->flag & CASE_DO_NOT_TELL)
		w->out->lift = LIFT_LETTERS;
	return said(w, EVENT_FLAG, str_format(w->a, "%s %.*s", w->in->on ? "sets" : "clears", STR_ARG(w->in->text)));
}

/* A letter in a person's own words. */
static enum err reply_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->flags & CASE_DO_NOT_TELL || c->state == CASE_MERGED)
		return c->state == CASE_MERGED ? not_in(w) : why_set(w->why, ERR_DENIED, "the case is marked do-not-tell: no letter goes to the customer");
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "a reply has 1 to %d octets", CASE_NOTE_MAX);
	struct act *act = step_act(w, VERB_NOTIFY, STR("reply"), str_format(w->a, "r%llu", (unsigned long long)c->event_count));
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("notify");
	act->automatic = false;
	c->letters++;
	enum err e = said(w, EVENT_LETTER, w->in->text);
	if (e == OK)
		w->out->events[w->out->event_count - 1].act = act->key;
	return e;
}

static enum err note_step(struct step_work *w)
{
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "a note has 1 to %d octets", CASE_NOTE_MAX);
	return said(w, EVENT_NOTE, w->in->text);
}

static enum err attach_step(struct step_work *w)
{
	enum err e = said(w, EVENT_ATTACHED, w->in->text);
	if (e)
		return e;
	w->out->events[w->out->event_count - 1].raw = w->in->raw;
	w->c->attachments++;
	return OK;
}

/* *ret_second: the same was asked for by another person before. */
static enum err second_person(struct step_work *w, bool *ret_second)
{
	struct casefile *c = w->c;
	const struct case_input *in = w->in;
	struct str wanted = str_format(w->a, "%d %.*s %.*s %u %d", (int)in->type, STR_ARG(in->act ? in->act->key : STR("")), STR_ARG(in->service), in->flag, in->on);
	*ret_second = false;
	if (str_eq(c->wanted, wanted) && str_eq(c->wanted_by, in->actor))
		return why_set(w->why, ERR_DENIED, "the case is sealed: %.*s has asked for this already; another person has to", STR_ARG(in->actor));
	if (str_eq(c->wanted, wanted)) {
		c->wanted = c->wanted_by = STR_NONE;
		*ret_second = true;
		return OK;
	}
	c->wanted = wanted;
	c->wanted_by = in->actor;
	return said(w, EVENT_APPROVAL, STR("the case is sealed: asked for by one person, done when a second one asks for the same"));
}

static enum err by_person(struct step_work *w)
{
	switch (w->in->type) {
	case INPUT_APPROVE: return approve_step(w);
	case INPUT_RESOLVE: return resolve_step(w);
	case INPUT_REOPEN: return reopen_step(w);
	case INPUT_REVIEWED: return reviewed_step(w);
	case INPUT_EMERGENCY: return emergency_step(w);
	case INPUT_UNDO: return undo_step(w);
	case INPUT_FLAG: return flag_step(w);
	case INPUT_APPEAL: return appeal_step(w);
	case INPUT_UNDERTAKING: return undertaking_step(w);
	case INPUT_SIGNED: return signed_step(w);
	case INPUT_REQUEST: return request_step(w);
	case INPUT_FIXED: return fixed_step(w);
	case INPUT_MERGE: case INPUT_ABSORB: case INPUT_SPLIT: case INPUT_SPLIT_OFF: return thread_step(w);
	case INPUT_UNMERGE: case INPUT_RELEASE: return unmerge_step(w);
	case INPUT_REPLY: return reply_step(w);
	case INPUT_NOTE: return note_step(w);
	case INPUT_COUNTER: return copyright_counter(w);
	case INPUT_STAY: return w->c->proceeding ? proceeding_stay(w) : copyright_stay(w);
	case INPUT_LOCKED: return proceeding_locked(w);
	case INPUT_DECIDED: return proceeding_decided(w);
	case INPUT_PART: return part_step(w);
	case INPUT_ATTACH: return attach_step(w);
	case INPUT_SNOOZE: case INPUT_WAKE: return snooze_step(w);
	case INPUT_ASSIGN:
		w->c->assigned = w->in->text;
		return said(w, EVENT_ASSIGNED, w->in->text.len ? w->in->text : STR("nobody"));
	default: break;
	}
	return why_set(w->why, ERR_UNSUPPORTED, "this is not for a person");
}

enum err operator_step(struct step_work *w)
{
	bool second = true;
	enum case_input_type t = w->in->type;
	if (t == INPUT_ANSWER || t == INPUT_AUTO_ANSWER || w->in->of_party)
		return answer_step(w);
	if (t == INPUT_BOUNCE || t == INPUT_DELAYED || t == INPUT_DELIVERED || t == INPUT_DIGEST)
		return delivery_step(w);
	enum err e = OK;
	if (w->c->flags & CASE_SEALED_CLASS && t != INPUT_PART)
		e = second_person(w, &second);
	return e || !second ? e : by_person(w);
}
