/*
 * The ladder: steps that fall due, pauses that move it, the emergency lane.
 *
 * Every act carries its own key, so a step taken twice is one act. Grade A alone acts without a person; nothing here ends a
 * contract without the approvals that the policy demands.
 */
#include "cases/step.h"

enum { TERMINATE_APPROVALS = 2, ALIKE_MAX = 8 };

static const int64_t emergency_review_us = 24 * HOUR_US;
static const char review_words[] = "what was cut at once is lifted, unless another person has looked at it";

static const struct ladder *ladder_of(const struct step_work *w)
{
	return w->in->policy ? policy_ladder(w->in->policy, w->c->ladder) : NULL;
}

void ladder_start(struct step_work *w, struct str ladder)
{
	w->c->ladder = ladder;
	w->c->ladder_started_at = w->in->now;
	w->c->next_step = 0;
	w->c->rounds++;
	/* the pause that stands shifts the new ladder from here on */
	if (w->c->paused_at != TIME_NONE)
		w->c->paused_at = w->in->now;
}

static void due_sooner(struct casefile *c, int64_t at, struct str what)
{
	if (at == TIME_NONE || (c->next_due_at != TIME_NONE && c->next_due_at <= at))
		return;
	c->next_due_at = at;
	c->next_what = what;
}

/* What is due whether the ladder stands or not. */
void ladder_besides(struct casefile *c)
{
	due_sooner(c, c->review_by_at, STR(review_words));
	due_sooner(c, copyright_due_at(c), c->dispute == DISPUTE_ASKED ? STR("the last day on which what was disabled can be put back: a person decides")
		: STR("what was disabled is put back, unless a court has been asked"));
	due_sooner(c, proceeding_due_at(c), c->proceeding == PROCEEDING_NOTICED ? STR("the last time to lock the name")
		: STR("the decision about the name is carried out, unless a court has been asked"));
	due_sooner(c, c->recheck_until_at, STR("closed, unless something new happens before"));
	due_sooner(c, c->asked_until_at, STR("silence about the request for information is a finding of its own, unless the customer has answered"));
}

void ladder_pause(struct step_work *w)
{
	if (w->c->paused_at == TIME_NONE)
		w->c->paused_at = w->in->now;
	w->c->next_due_at = TIME_NONE;
	w->c->next_what = STR_NONE;
	ladder_besides(w->c);
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

/* Is one of the kind, or with any of all, something that must not be cut? */
static bool is_delicate(const struct step_work *w, struct str kind, bool any)
{
	for (unsigned i = 0; i < w->in->service_count; i++) {
		const struct case_service *s = &w->in->services[i];
		if ((any || str_eq(s->kind, kind)) && (s->lifeline || s->protected_))
			return true;
	}
	return false;
}

/*
 * What of the customer's an act is about: the offending service when it is of the kind, else the only one of the kind. Of
 * several none can be named: then it is about the address alone, and as delicate as any of them. All may lie behind an access
 * that the register does not know.
 */
static struct case_service service_of(const struct step_work *w, struct str kind)
{
	const struct case_service *found = NULL;
	unsigned n = 0;
	for (unsigned i = 0; i < w->in->service_count; i++) {
		const struct case_service *s = &w->in->services[i];
		if (!str_eq(s->kind, kind))
			continue;
		if (str_eq(s->id, w->c->service))
			return *s;
		found = s;
		n++;
	}
	if (n == 1)
		return *found;
	return (struct case_service){ .kind = kind, .lifeline = is_delicate(w, kind, !n && str_eq(kind, STR("access"))) };
}

enum err hold_event(struct step_work *w, const struct act *act)
{
	const char *verb = verb_words[act->verb];
	const struct case_service s = service_of(w, act->service);
	struct str why;
	if (act->hold & HOLD_PROTECTED)
		why = str_format(w->a, "%s is not done: the service is protected", verb);
	else if (act->hold & HOLD_APPROVAL && act->approvals_needed > 1)
		why = str_format(w->a, "%s waits for the approval of %u people", verb, act->approvals_needed);
	else if (act->hold & HOLD_APPROVAL)
		why = str_format(w->a, "%s waits for the approval of a person", verb);
	else if (act->hold & HOLD_LIFELINE)
		why = str_format(w->a, "%s waits for a person: it %s cut a lifeline service", verb, s.id.len && s.lifeline ? "would" : "could");
	else if (act->hold & (HOLD_BREAKER | HOLD_BUDGET))
		why = str_format(w->a, "%s waits for a person: %.*s", verb, STR_ARG(act->last_text));
	else if (act->hold & HOLD_UNTOLD)
		why = str_format(w->a, "%s waits for a person: no notice of it has reached the customer", verb);
	else
		why = str_format(w->a, "%s waits for a person: the attribution is of grade %s", verb, grade_words[act->grade]);
	struct case_event *e = step_event(w, EVENT_HELD, STR("clock"), why);
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

static void aim(struct step_work *w, struct act *act, const struct enforcement *f, const struct case_service *s)
{
	act->driver = f->driver;
	act->param_count = f->param_count;
	for (unsigned i = 0; i < f->param_count; i++)
		act->params[i] = f->params[i];
	act->then = f->then;
	act->target = s->target.len ? s->target : w->c->source_text;
	if (s->id.len)
		act->instance = s->id;
	if (w->in->protected_ || s->protected_)
		act->hold |= HOLD_PROTECTED;
	if (s->lifeline)
		act->hold |= HOLD_LIFELINE;
}

/* Marked do-not-tell before any notice went out: nothing is felt by a customer who was told nothing, unless a person says so. */
static bool is_untold(const struct step_work *w)
{
	const struct ladder *l = ladder_of(w);
	return w->c->flags & CASE_DO_NOT_TELL && !w->c->noticed && !(l && l->emergency);
}

/* At once, or in the quiet hours. */
void act_quietly(const struct step_work *w, struct act *act)
{
	const struct policy *p = w->in->policy;
	act->next_at = act->quiet && p ? quiet_at(&p->quiet, p->zone_minutes, w->in->now, act->key) : w->in->now;
}

/* One act of END, LIMIT, SUSPEND or TERMINATE by one enforcement. */
static enum err enforce(struct step_work *w, const struct step *s, const struct enforcement *f, const struct case_service *on, bool one_of_several, struct str label)
{
	struct str name = one_of_several ? str_format(w->a, "%.*s:%.*s", STR_ARG(f->service), STR_ARG(on->id)) : f->service;
	struct act *act = step_act(w, s->verb, name, label);
	if (!act)
		return ERR_LIMIT;
	act->service = f->service;
	act->step = w->c->next_step + 1;
	aim(w, act, f, on);
	act->quiet = s->quiet;
	act_quietly(w, act);
	act->expires_at = s->for_us ? w->in->now + s->for_us : TIME_NONE;
	act->approvals_needed = s->verb == VERB_TERMINATE && s->approvals < TERMINATE_APPROVALS ? TERMINATE_APPROVALS : s->approvals;
	if (act->approvals_needed)
		act->hold |= HOLD_APPROVAL;
	if (w->c->grade != GRADE_A)
		act->hold |= HOLD_GRADE;
	if (is_untold(w))
		act->hold |= HOLD_UNTOLD;
	if (act->hold) {
		act->state = ACT_HELD;
		act->approvals_needed = act->approvals_needed ? act->approvals_needed : 1;
		return hold_event(w, act);
	}
	struct case_event *e = step_event(w, EVENT_STEP, STR("clock"), str_format(w->a, "%s %.*s%s%.*s", verb_words[s->verb], STR_ARG(f->service),
		on->below.len ? ", and with it what depends on it: " : "", STR_ARG(on->below)));
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

static unsigned count_of(const struct step_work *w, struct str kind)
{
	unsigned n = 0;
	for (unsigned i = 0; i < w->in->service_count; i++)
		n += str_eq(w->in->services[i].kind, kind);
	return n;
}

/* All services of the kind, one act each. */
static enum err enforce_each(struct step_work *w, const struct step *s, const struct enforcement *f, struct str label)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < w->in->service_count; i++)
		if (str_eq(w->in->services[i].kind, f->service))
			e = enforce(w, s, f, &w->in->services[i], true, label);
	return e;
}

static enum err person_has_to(struct step_work *w, const struct step *s, const char *why, struct str kind)
{
	return step_event(w, EVENT_TASK, STR("clock"), str_format(w->a, "%s %s %.*s: a person has to", why, verb_words[s->verb], STR_ARG(kind))) ? OK : ERR_LIMIT;
}

/* The kind of the service that it is about, as the register has it; the access itself where it names none. */
static struct str offending_kind(const struct step_work *w)
{
	for (unsigned i = 0; w->c->service.len && i < w->in->service_count; i++)
		if (str_eq(w->in->services[i].id, w->c->service))
			return w->in->services[i].kind;
	return w->in->service.len ? w->in->service : STR("access");
}

static enum err enforce_step(struct step_work *w, const struct step *s, struct str label)
{
	const struct policy *p = w->in->policy;
	bool all = str_eq(s->service, STR("all")) && !policy_enforcement(p, s->verb, s->service);
	struct str kind = str_eq(s->service, STR("offending")) ? offending_kind(w) : s->service;
	unsigned done = 0;
	for (unsigned i = 0; i < p->enforcement_count; i++) {
		const struct enforcement *f = &p->enforcements[i];
		if (f->verb != s->verb || (!all && !str_eq(f->service, kind)))
			continue;
		unsigned several = all ? count_of(w, f->service) : 0;
		struct case_service on = service_of(w, f->service);
		enum err e = several > ALIKE_MAX ? person_has_to(w, s, "too many are alike to", f->service)
			: several > 1 ? enforce_each(w, s, f, label) : enforce(w, s, f, &on, false, label);
		if (e)
			return e;
		done++;
	}
	return done ? OK : person_has_to(w, s, "nothing can", kind);
}

static enum err letter_step(struct step_work *w, const struct step *s, struct str label)
{
	if (w->c->flags & CASE_DO_NOT_TELL)
		return step_event(w, EVENT_HELD, STR("clock"), STR("no letter: the case is marked do-not-tell")) ? OK : ERR_LIMIT;
	/* grades C to E name nobody for sure */
	if (w->c->grade > GRADE_B || w->c->grade == GRADE_NONE)
		return step_event(w, EVENT_HELD, STR("clock"), STR("no letter: it is not sure whose it was")) ? OK : ERR_LIMIT;
	struct act *act = step_act(w, s->verb == VERB_FORWARD ? VERB_FORWARD : VERB_NOTIFY, s->service, label);
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("notify");
	act->step = w->c->next_step + 1;
	w->c->letters++;
	if (wait_given(&s->fix))
		w->c->fix_by_at = wait_end(&s->fix, w->in->now);
	struct case_event *e = step_event(w, EVENT_STEP, STR("clock"), str_format(w->a, "%s with letter \"%.*s\"", verb_words[s->verb], STR_ARG(s->service)));
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

/* To the reseller that serves the customer; who is served by the provider itself has none. */
static enum err forward_step(struct step_work *w, const struct step *s, struct str label)
{
	if (!w->c->reseller_count)
		return step_event(w, EVENT_STEP, STR("clock"), STR("nothing is passed on: the provider itself serves the customer")) ? OK : ERR_LIMIT;
	return letter_step(w, s, label);
}

static enum err task_step(struct step_work *w, const struct step *s, struct str label)
{
	struct act *act = step_act(w, s->verb, STR("person"), label);
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("task");
	act->params[act->param_count++] = s->service;
	act->quiet = s->quiet;
	act_quietly(w, act);
	struct case_event *e = step_event(w, EVENT_TASK, STR("clock"), s->service);
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

static enum err take_step(struct step_work *w, const struct step *s)
{
	struct str label = str_format(w->a, "s%u.%u", w->c->next_step, w->c->rounds);
	if (s->unless == UNLESS_ANSWERED && w->c->answered)
		return step_event(w, EVENT_STEP, STR("clock"), str_format(w->a, "%s %.*s is not taken: the customer answered", verb_words[s->verb], STR_ARG(s->service)))
			? OK : ERR_LIMIT;
	if (s->review_within_us)
		w->c->review_by_at = w->in->now + s->review_within_us;
	switch (s->verb) {
	case VERB_NOTIFY: case VERB_ADVISE: return letter_step(w, s, label);
	case VERB_FORWARD: return forward_step(w, s, label);
	case VERB_TASK: case VERB_ASK: return task_step(w, s, label);
	case VERB_END: case VERB_LIMIT: case VERB_SUSPEND: case VERB_TERMINATE: return enforce_step(w, s, label);
	case VERB_NONE: break;
	}
	return OK;
}

/* Before a person has looked, and in a sealed case, only people are called; a bounced notice stops all. */
static bool may_take(const struct casefile *c, const struct step *s)
{
	if (c->flags & CASE_NOTICE_BOUNCED)
		return false;
	if (c->state == CASE_REVIEW || c->state == CASE_SEALED)
		return s->verb == VERB_TASK || s->verb == VERB_ASK;
	return c->state == CASE_OPEN;
}

static struct str words_of(struct step_work *w, const struct step *s)
{
	const char *unless = s->unless == UNLESS_ANSWERED ? ", unless the customer has answered" : "";
	switch (s->verb) {
	case VERB_NOTIFY: case VERB_ADVISE: return str_format(w->a, "the letter \"%.*s\" to the customer%s", STR_ARG(s->service), unless);
	case VERB_FORWARD: return str_format(w->a, "the letter \"%.*s\" to the reseller%s", STR_ARG(s->service),
		s->unless == UNLESS_ANSWERED ? ", unless it has answered" : "");
	case VERB_TASK: case VERB_ASK: return str_format(w->a, "a person is asked%s: %.*s", s->quiet ? " in the quiet hours" : "", STR_ARG(s->service));
	default: break;
	}
	const char *approved = s->verb == VERB_TERMINATE || s->approvals ? ", once it has been approved" : "";
	return str_format(w->a, "%s %.*s%s%s%s", verb_words[s->verb], STR_ARG(s->service), s->quiet ? " in the quiet hours" : "", approved, unless);
}

/* A deadline that has passed is never left standing: what cannot be taken now has none. */
static void set_due(struct step_work *w, const struct ladder *l)
{
	struct casefile *c = w->c;
	c->next_due_at = TIME_NONE;
	c->next_what = STR_NONE;
	if (l && c->next_step < l->step_count && may_take(c, &l->steps[c->next_step])) {
		c->next_due_at = wait_end(&l->steps[c->next_step].after, c->ladder_started_at);
		c->next_what = words_of(w, &l->steps[c->next_step]);
	}
	ladder_besides(c);
}

enum err ladder_run(struct step_work *w)
{
	const struct ladder *l = ladder_of(w);
	struct casefile *c = w->c;
	while (l && c->next_step < l->step_count) {
		const struct step *s = &l->steps[c->next_step];
		if (!may_take(c, s) || wait_end(&s->after, c->ladder_started_at) > w->in->now)
			break;
		enum err e = take_step(w, s);
		if (e)
			return why_set(w->why, e, "a step of ladder %.*s asks for too much at once", STR_ARG(c->ladder));
		c->next_step++;
	}
	set_due(w, l);
	return OK;
}

/* The word to whoever is on call: a task, which stands in the case and goes out at once. */
static enum err call_person(struct step_work *w, struct str label, struct str text)
{
	struct act *act = step_act(w, VERB_TASK, STR("on-call"), label);
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("task");
	act->params[act->param_count++] = text;
	struct case_event *e = step_event(w, EVENT_TASK, STR("rule"), text);
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

enum err emergency_step(struct step_work *w)
{
	const struct enforcement *f = w->in->policy ? policy_enforcement(w->in->policy, VERB_SUSPEND, w->in->service) : NULL;
	struct casefile *c = w->c;
	if (case_is_closed(c) || c->state == CASE_SEALED)
		return why_set(w->why, ERR_CONFLICT, "a %s case has no emergency", case_state_words[c->state]);
	if (!w->in->text.len)
		return why_set(w->why, ERR_RANGE, "an emergency needs a reason");
	/* one person alone cuts for a day, not day after day */
	if (c->state == CASE_REVIEW && step_named(c->cutters, c->cutter_count, w->in->actor))
		return why_set(w->why, ERR_DENIED, "nobody has looked at what %.*s cut before; another person has to first", STR_ARG(w->in->actor));
	if (!f)
		return why_set(w->why, ERR_NOTFOUND, "nothing is named that could suspend %.*s", STR_ARG(w->in->service));
	struct str label = str_format(w->a, "e%llu", (unsigned long long)c->event_count);
	struct act *act = step_act(w, VERB_SUSPEND, f->service, label);
	if (!act)
		return ERR_LIMIT;
	act->automatic = false;
	struct case_service on = service_of(w, f->service);
	aim(w, act, f, &on);
	if (act->hold)
		return why_set(w->why, ERR_DENIED, act->hold & HOLD_PROTECTED ? "the service is protected" : "it would cut a lifeline service: not by one person alone");
	/* a review that is due already keeps its time: cutting again does not put it off */
	int64_t by = w->in->now + emergency_review_us;
	if (c->review_by_at == TIME_NONE)
		c->flags |= CASE_EMERGENCY;
	if (c->review_by_at == TIME_NONE || c->review_by_at > by)
		c->review_by_at = by;
	step_name(w, &c->cutters, &c->cutter_count, w->in->actor);
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	struct case_event *e = step_event(w, EVENT_EMERGENCY, w->in->actor, str_format(w->a, "cut now, to be reviewed within 24 hours: %.*s", STR_ARG(w->in->text)));
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	enum err err = call_person(w, label, STR("review an emergency within 24 hours: another person than the one who cut"));
	set_due(w, ladder_of(w));
	return err;
}

enum err due_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->review_by_at != TIME_NONE && c->review_by_at <= w->in->now) {
		bool person = c->flags & CASE_EMERGENCY;
		c->review_by_at = TIME_NONE;
		c->flags &= ~(uint32_t)CASE_EMERGENCY;
		w->out->lift = person ? LIFT_EMERGENCY : LIFT_ALL;
		/* an answer that waits for a person goes on waiting */
		if (c->state == CASE_OPEN)
			c->state = CASE_REVIEW;
		if (!step_event(w, EVENT_ACT_LIFTED, STR("clock"), STR("nobody reviewed the emergency in time: what was cut is lifted, a person decides")))
			return ERR_LIMIT;
	}
	enum err e = copyright_due(w);
	if (e == OK)
		e = proceeding_due(w);
	if (e == OK)
		e = request_due(w);
	if (e == OK && c->recheck_until_at != TIME_NONE && c->recheck_until_at <= w->in->now)
		e = remedy_due(w);
	return e || case_is_closed(c) ? e : ladder_run(w);
}
