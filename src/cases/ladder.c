/*
 * The ladder: steps that fall due, pauses that move it, the emergency lane.
 *
 * Every act carries its own key, so a step taken twice is one act. Grade A alone acts without a person; nothing here ends a
 * contract without the approvals that the policy demands.
 */
#include "cases/step.h"

static const int64_t emergency_review_us = 24 * HOUR_US;

static const struct ladder *ladder_of(const struct step_work *w)
{
	return w->in->policy ? policy_ladder(w->in->policy, w->c->ladder) : NULL;
}

void ladder_start(struct step_work *w, const struct finding *f)
{
	w->c->ladder = f->ladder;
	w->c->ladder_started_at = w->in->now;
	w->c->next_step = 0;
}

void ladder_pause(struct step_work *w)
{
	if (w->c->paused_at == TIME_NONE)
		w->c->paused_at = w->in->now;
	w->c->next_due_at = w->c->review_by_at;
}

void ladder_resume(struct step_work *w)
{
	if (w->c->paused_at == TIME_NONE)
		return;
	int64_t pause = w->in->now - w->c->paused_at;
	w->c->ladder_started_at += pause;
	if (w->c->fix_by_at != TIME_NONE)
		w->c->fix_by_at += pause;
	w->c->paused_at = TIME_NONE;
}

static enum err hold_event(struct step_work *w, const struct act *act)
{
	struct str why = act->hold & HOLD_APPROVAL ? str_format(w->a, "%s waits for the approval of %u people", verb_words[act->verb], act->approvals_needed)
		: str_format(w->a, "%s waits for a person: the attribution is of grade %s", verb_words[act->verb], grade_words[act->grade]);
	struct case_event *e = step_event(w, EVENT_HELD, STR("clock"), why);
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

/* One act of LIMIT, SUSPEND or TERMINATE by one enforcement. */
static enum err enforce(struct step_work *w, const struct step *s, const struct enforcement *f, struct str label)
{
	struct act *act = step_act(w, s->verb, f->service, label);
	if (!act)
		return ERR_LIMIT;
	act->driver = f->driver;
	act->param_count = f->param_count;
	for (unsigned i = 0; i < f->param_count; i++)
		act->params[i] = f->params[i];
	act->target = w->c->source_text;
	act->expires_at = s->for_us ? w->in->now + s->for_us : TIME_NONE;
	act->approvals_needed = s->approvals;
	if (s->approvals)
		act->hold |= HOLD_APPROVAL;
	if (w->c->grade != GRADE_A)
		act->hold |= HOLD_GRADE;
	if (act->hold) {
		act->state = ACT_HELD;
		act->approvals_needed = act->approvals_needed ? act->approvals_needed : 1;
		return hold_event(w, act);
	}
	struct case_event *e = step_event(w, EVENT_STEP, STR("clock"), str_format(w->a, "%s %.*s", verb_words[s->verb], STR_ARG(f->service)));
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

static enum err enforce_step(struct step_work *w, const struct step *s, struct str label)
{
	const struct policy *p = w->in->policy;
	bool all = str_eq(s->service, STR("all")) && !policy_enforcement(p, s->verb, s->service);
	struct str kind = str_eq(s->service, STR("offending")) ? (w->in->service.len ? w->in->service : STR("access")) : s->service;
	unsigned done = 0;
	for (unsigned i = 0; i < p->enforcement_count; i++) {
		const struct enforcement *f = &p->enforcements[i];
		if (f->verb != s->verb || (!all && !str_eq(f->service, kind)))
			continue;
		enum err e = enforce(w, s, f, label);
		if (e)
			return e;
		done++;
	}
	if (done)
		return OK;
	return step_event(w, EVENT_TASK, STR("clock"), str_format(w->a, "nothing can %s %.*s: a person has to", verb_words[s->verb], STR_ARG(kind))) ? OK : ERR_LIMIT;
}

static enum err letter_step(struct step_work *w, const struct step *s, struct str label)
{
	if (w->c->flags & CASE_DO_NOT_TELL)
		return step_event(w, EVENT_HELD, STR("clock"), STR("no letter: the case is marked do-not-tell")) ? OK : ERR_LIMIT;
	/* grades C to E name nobody for sure */
	if (w->c->grade > GRADE_B || w->c->grade == GRADE_NONE)
		return step_event(w, EVENT_HELD, STR("clock"), STR("no letter: it is not sure whose it was")) ? OK : ERR_LIMIT;
	struct act *act = step_act(w, VERB_NOTIFY, s->service, label);
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("notify");
	w->c->letters++;
	if (s->fix_within_us)
		w->c->fix_by_at = w->in->now + s->fix_within_us;
	struct case_event *e = step_event(w, EVENT_STEP, STR("clock"), str_format(w->a, "%s with letter \"%.*s\"", verb_words[s->verb], STR_ARG(s->service)));
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

static enum err task_step(struct step_work *w, const struct step *s, struct str label)
{
	struct act *act = step_act(w, s->verb, STR("person"), label);
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("task");
	act->params[act->param_count++] = s->service;
	struct case_event *e = step_event(w, EVENT_TASK, STR("clock"), s->service);
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

static enum err take_step(struct step_work *w, const struct step *s)
{
	struct str label = str_format(w->a, "s%u.%llu", w->c->next_step, (unsigned long long)w->c->strikes);
	if (s->unless == UNLESS_ANSWERED && w->c->answered)
		return step_event(w, EVENT_STEP, STR("clock"), str_format(w->a, "%s %.*s is not taken: the customer answered", verb_words[s->verb], STR_ARG(s->service)))
			? OK : ERR_LIMIT;
	if (s->review_within_us)
		w->c->review_by_at = w->in->now + s->review_within_us;
	switch (s->verb) {
	case VERB_NOTIFY: case VERB_ADVISE: return letter_step(w, s, label);
	case VERB_TASK: case VERB_ASK: return task_step(w, s, label);
	case VERB_LIMIT: case VERB_SUSPEND: case VERB_TERMINATE: return enforce_step(w, s, label);
	case VERB_NONE: break;
	}
	return OK;
}

static void set_due(struct step_work *w, const struct ladder *l)
{
	struct casefile *c = w->c;
	c->next_due_at = TIME_NONE;
	if (l && c->next_step < l->step_count && (c->state == CASE_OPEN || c->state == CASE_SEALED))
		c->next_due_at = c->ladder_started_at + l->steps[c->next_step].after_us;
	if (c->review_by_at != TIME_NONE && (c->next_due_at == TIME_NONE || c->review_by_at < c->next_due_at))
		c->next_due_at = c->review_by_at;
}

enum err ladder_run(struct step_work *w)
{
	const struct ladder *l = ladder_of(w);
	struct casefile *c = w->c;
	bool runs = c->state == CASE_OPEN || c->state == CASE_SEALED || c->state == CASE_REVIEW;
	while (l && runs && c->next_step < l->step_count) {
		const struct step *s = &l->steps[c->next_step];
		/* before a person has looked, and in a sealed case, only people are called */
		if ((c->state == CASE_REVIEW || c->state == CASE_SEALED) && s->verb != VERB_TASK && s->verb != VERB_ASK)
			break;
		if (c->ladder_started_at + s->after_us > w->in->now || c->flags & CASE_NOTICE_BOUNCED)
			break;
		enum err e = take_step(w, s);
		if (e)
			return why_set(w->why, e, "a step of ladder %.*s asks for too much at once", STR_ARG(c->ladder));
		c->next_step++;
	}
	set_due(w, l);
	return OK;
}

enum err emergency_step(struct step_work *w)
{
	const struct enforcement *f = w->in->policy ? policy_enforcement(w->in->policy, VERB_SUSPEND, w->in->service) : NULL;
	if (case_is_closed(w->c) || w->c->state == CASE_SEALED)
		return why_set(w->why, ERR_CONFLICT, "a %s case has no emergency", case_state_words[w->c->state]);
	if (!f)
		return why_set(w->why, ERR_NOTFOUND, "nothing is named that could suspend %.*s", STR_ARG(w->in->service));
	struct act *act = step_act(w, VERB_SUSPEND, f->service, str_format(w->a, "e%llu", (unsigned long long)w->c->event_count));
	if (!act)
		return ERR_LIMIT;
	act->driver = f->driver;
	act->param_count = f->param_count;
	for (unsigned i = 0; i < f->param_count; i++)
		act->params[i] = f->params[i];
	act->target = w->c->source_text;
	act->automatic = false;
	w->c->flags |= CASE_EMERGENCY;
	w->c->review_by_at = w->in->now + emergency_review_us;
	struct case_event *e = step_event(w, EVENT_EMERGENCY, w->in->actor, str_format(w->a, "cut now, to be reviewed within 24 hours: %.*s", STR_ARG(w->in->text)));
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	set_due(w, ladder_of(w));
	return OK;
}

enum err due_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->review_by_at != TIME_NONE && c->review_by_at <= w->in->now) {
		c->review_by_at = TIME_NONE;
		c->flags &= ~(uint32_t)CASE_EMERGENCY;
		w->out->lift_acts = true;
		c->state = CASE_REVIEW;
		if (!step_event(w, EVENT_ACT_LIFTED, STR("clock"), STR("nobody reviewed the emergency in time: what was cut is lifted, a person decides")))
			return ERR_LIMIT;
	}
	return ladder_run(w);
}
