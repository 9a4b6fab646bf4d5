/*
 * What findings do to a case: opening, aggregation, witnesses, reopening, strikes; retraction; results of acts.
 *
 * Constant time whatever the length of the case: only the last CASE_INCIDENTS_MAX incidents are looked at.
 */
#include "cases/step.h"

enum { SAME_INCIDENT_US_MINUTES = 5 };

static struct str actor_rule(struct step_work *w, const struct finding *f)
{
	return str_format(w->a, "rule %.*s/%.*s", STR_ARG(f->clause), STR_ARG(f->rule));
}

static int64_t when(const struct observation *o)
{
	return o->event_at != TIME_NONE ? o->event_at : o->received_at;
}

static struct incident *find_incident(struct step_work *w, int64_t at)
{
	const int64_t slack = SAME_INCIDENT_US_MINUTES * MINUTE_US;
	for (unsigned i = 0; i < w->c->recent_count; i++) {
		struct incident *x = &w->c->recent[i];
		if (str_eq(x->key, w->in->incident_key) && at >= x->first_at - slack && at <= x->last_at + slack)
			return x;
	}
	return NULL;
}

static bool add_witness(struct step_work *w, struct incident *x, struct str reporter)
{
	for (unsigned i = 0; i < x->witness_count; i++)
		if (str_eq(x->witnesses[i], reporter))
			return false;
	struct str *list = ARENA_ARRAY(w->a, struct str, x->witness_count + 1);
	if (!list || x->witness_count == CASE_WITNESSES_MAX)
		return false;
	if (x->witness_count)
		memcpy(list, x->witnesses, x->witness_count * sizeof(*list));
	list[x->witness_count++] = reporter;
	x->witnesses = list;
	return true;
}

static struct incident *add_incident(struct step_work *w, int64_t at)
{
	struct incident *list = ARENA_ARRAY(w->a, struct incident, w->c->recent_count + 1);
	if (!list)
		return NULL;
	unsigned skip = w->c->recent_count == CASE_INCIDENTS_MAX;
	unsigned kept = w->c->recent_count - skip;
	if (kept)
		memcpy(list, w->c->recent + skip, kept * sizeof(*list));
	list[kept] = (struct incident){ .key = w->in->incident_key, .first_at = at, .last_at = at };
	w->c->recent = list;
	w->c->recent_count = kept + 1;
	w->c->incident_count++;
	return &list[kept];
}

/* The event row of a report, with all that explains why it is here. */
static enum err report_event(struct step_work *w, enum case_event_type type, struct str text)
{
	const struct case_input *in = w->in;
	struct case_event *e = step_event(w, type, actor_rule(w, in->finding), text);
	if (!e)
		return ERR_LIMIT;
	e->event_at = when(in->observation);
	e->policy = in->finding->policy;
	e->clause = in->finding->clause;
	e->rule = in->finding->rule;
	e->grade = in->subject->grade;
	e->binding = in->subject->binding;
	e->reasons = in->subject->reasons;
	e->reason_count = in->subject->reason_count;
	e->terms = in->finding->terms;
	e->term_count = in->finding->term_count;
	e->item = in->observation->at;
	e->raw = in->raw;
	if (w->c->state == CASE_SEALED)
		return OK;
	e->source = in->observation->source.text;
	e->reporter = in->observation->reporter;
	return OK;
}

static enum err count_report(struct step_work *w)
{
	int64_t at = when(w->in->observation);
	struct incident *x = find_incident(w, at);
	bool fresh = !x;
	if (!x)
		x = add_incident(w, at);
	if (!x)
		return ERR_NOMEM;
	bool new_witness = add_witness(w, x, w->in->observation->reporter);
	x->reports++;
	x->first_at = at < x->first_at ? at : x->first_at;
	x->last_at = at > x->last_at ? at : x->last_at;
	w->c->report_count++;
	if (w->c->first_event_at == TIME_NONE || at < w->c->first_event_at)
		w->c->first_event_at = at;
	if (w->c->last_event_at == TIME_NONE || at > w->c->last_event_at)
		w->c->last_event_at = at;
	if (fresh)
		return report_event(w, EVENT_FINDING, STR("a report of a new incident"));
	return report_event(w, EVENT_WITNESS, new_witness ? STR("one more witness of a known incident") : STR("the same witness again of a known incident"));
}

static void take_finding(struct step_work *w, const struct finding *f, const struct subject *s)
{
	struct casefile *c = w->c;
	c->policy = f->policy;
	c->clause = f->clause;
	c->rule = f->rule;
	c->severity = f->severity;
	c->because = f->weight == WEIGHT_SEALED ? STR_NONE : f->because;
	c->source_text = f->weight == WEIGHT_SEALED ? STR_NONE : w->in->observation->source.text;
	c->user = s->user;
	c->service = s->service;
	c->appeal_until_at = w->in->now + f->appeal_us;
}

static void open_new(struct step_work *w)
{
	const struct finding *f = w->in->finding;
	const struct subject *s = w->in->subject;
	struct casefile *c = w->c;
	c->customer = s->customer;
	c->tenant = s->tenant;
	c->resellers = s->resellers;
	c->reseller_count = s->reseller_count;
	c->group = f->group;
	c->grade = s->grade;
	c->opened_at = w->in->now;
	c->resolved_at = c->paused_at = c->next_due_at = c->fix_by_at = c->review_by_at = c->first_event_at = c->last_event_at = c->ladder_started_at = TIME_NONE;
	c->opened_by = STR("rule");
	c->state = f->weight == WEIGHT_SEALED ? CASE_SEALED : f->weight == WEIGHT_PERSON ? CASE_REVIEW : CASE_OPEN;
	if (f->weight == WEIGHT_ADVICE)
		c->flags |= CASE_ADVICE;
	if (f->weight == WEIGHT_SEALED)
		c->flags |= CASE_DO_NOT_TELL | CASE_HOLD;
	take_finding(w, f, s);
}

enum err finding_step(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct finding *f = w->in->finding;
	bool fresh = c->state == CASE_NONE, again = c->state == CASE_RESOLVED, harder = f->severity > c->severity && !fresh && !again;
	if (fresh)
		open_new(w);
	if (!fresh && w->in->subject->grade > c->grade)
		c->grade = w->in->subject->grade;
	enum err e = count_report(w);
	if (e)
		return e;
	if (again) {
		c->state = CASE_OPEN;
		c->answered = c->noticed = false;
		c->resolved_at = TIME_NONE;
		c->grade = w->in->subject->grade;
		take_finding(w, f, w->in->subject);
		if (!step_event(w, EVENT_REOPENED, actor_rule(w, f), STR("it happened again after the case was resolved")))
			return ERR_LIMIT;
	}
	/* advice that turns into a deed: from here on it counts */
	if (c->flags & CASE_ADVICE && f->weight != WEIGHT_ADVICE) {
		c->flags &= ~(uint32_t)CASE_ADVICE;
		harder = true;
	}
	if (harder)
		take_finding(w, f, w->in->subject);
	if ((fresh || again) && !(c->flags & CASE_ADVICE))
		c->strikes++;
	if (fresh && !step_event(w, EVENT_OPENED, actor_rule(w, f), f->weight == WEIGHT_SEALED ? STR("a sealed case was opened") : STR("the case was opened")))
		return ERR_LIMIT;
	if (fresh || again || harder)
		ladder_start(w, f);
	return ladder_run(w);
}

enum err open_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->state != CASE_NONE)
		return why_set(w->why, ERR_CONFLICT, "this customer has an open case of that group already");
	if (!w->in->text.len)
		return why_set(w->why, ERR_RANGE, "a case opened by a person needs a reason");
	open_new(w);
	c->state = CASE_REVIEW;
	c->opened_by = w->in->actor;
	c->because = w->in->text;
	struct case_event *e = step_event(w, EVENT_OPENED, w->in->actor, w->in->text);
	return e ? OK : ERR_LIMIT;
}

enum err retract_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (case_is_closed(c))
		return OK;
	struct case_event *e = step_event(w, EVENT_RETRACTED, STR("reporter"), STR("a reporter took a report back"));
	if (!e)
		return ERR_LIMIT;
	if (c->report_count)
		c->report_count--;
	if (c->report_count)
		return OK;
	c->state = CASE_RESOLVED;
	c->resolved_at = w->in->now;
	c->resolution = STR("retracted");
	c->next_due_at = TIME_NONE;
	if (c->strikes)
		c->strikes--;
	w->out->lift_acts = true;
	return step_event(w, EVENT_RESOLVED, STR("reporter"), STR("nothing is left that anybody reports")) ? OK : ERR_LIMIT;
}

enum err result_step(struct step_work *w)
{
	const struct act *act = w->in->act;
	struct str driver = str_format(w->a, "driver %.*s", STR_ARG(act->driver));
	struct case_event *e = NULL;
	switch (w->in->result) {
	case RESULT_DONE:
		if (!act->desired)
			e = step_event(w, EVENT_ACT_LIFTED, driver, str_format(w->a, "%s of %.*s was lifted, seen gone", verb_words[act->verb], STR_ARG(act->service)));
		else if (act->verb == VERB_NOTIFY || act->verb == VERB_ADVISE)
			e = step_event(w, EVENT_LETTER, driver, str_format(w->a, "letter \"%.*s\" was handed to the mail server", STR_ARG(act->service)));
		else if (act->verb == VERB_TASK || act->verb == VERB_ASK)
			return OK;
		else
			e = step_event(w, EVENT_ACT_DONE, driver, str_format(w->a, "%s of %.*s is in force, its effect was seen", verb_words[act->verb], STR_ARG(act->service)));
		if (act->desired && act->verb == VERB_NOTIFY)
			w->c->noticed = true;
		if (act->desired && act->verb == VERB_TERMINATE)
			w->c->state = CASE_TERMINATED;
		break;
	case RESULT_REFUSED:
		e = step_event(w, EVENT_ACT_REFUSED, driver, str_format(w->a, "%s of %.*s was refused: %.*s", verb_words[act->verb], STR_ARG(act->service),
			STR_ARG(w->in->text)));
		break;
	case RESULT_UNKNOWN:
		e = step_event(w, EVENT_ACT_UNKNOWN, driver, str_format(w->a, "it cannot be told whether %s of %.*s took effect: it is checked again", verb_words[act->verb],
			STR_ARG(act->service)));
		break;
	case RESULT_RETRY: case RESULT_NONE:
		return OK;
	}
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}
