/*
 * What findings do to a case: opening, aggregation, reopening, strikes; retraction and correction; results of acts.
 */
#include "cases/step.h"

static struct str actor_rule(struct step_work *w, struct str clause, struct str rule)
{
	return str_format(w->a, "rule %.*s/%.*s", STR_ARG(clause), STR_ARG(rule));
}

static int64_t when(const struct observation *o)
{
	return o->event_at != TIME_NONE ? o->event_at : o->received_at;
}

/* A report with all that explains why it is here: what was said, whose it was, by which rule of which version. */
struct reported {
	const struct observation *seen;
	const struct subject *whose;
	struct str key, policy, clause, rule;
	const struct finding *finding;  /* NULL: counted before the rule fired */
};

static enum teller told_by(const struct observation *o)
{
	return o->witness != WITNESS_REPORT ? TELLER_OURSELVES : o->flagger ? TELLER_FLAGGER : o->reporter_verified ? TELLER_TRUSTED : o->complaint ? TELLER_FEEDBACK : TELLER_OTHER;
}

static enum err count_report(struct step_work *w, const struct reported *r)
{
	static const char *const texts[] = { "a report of a new incident", "one more witness of a known incident",
		"the same evidence as another report of a known incident, under another name: no witness more", "the same witness again of a known incident" };
	enum telling telling;
	struct told told = { .key = r->key, .at = when(r->seen), .reporter = r->seen->reporter, .shown = r->seen->shown };
	struct case_event *e = step_event(w, EVENT_FINDING, actor_rule(w, r->clause, r->rule), STR_NONE);
	if (!e)
		return ERR_LIMIT;
	enum err err = incident_count(w, &told, &telling);
	if (err)
		return err;
	e->type = telling == TELLING_FRESH ? EVENT_FINDING : EVENT_WITNESS;
	e->text = str_of(texts[telling]);
	e->copy = telling == TELLING_COPY;
	e->event_at = when(r->seen);
	e->policy = r->policy;
	e->clause = r->clause;
	e->rule = r->rule;
	e->grade = r->whose->grade;
	e->binding = r->whose->binding;
	e->held_from_at = r->whose->binding.len && r->whose->from_at != TIME_NONE ? r->whose->from_at : 0;
	e->held_until_at = r->whose->binding.len && r->whose->until_at != TIME_NONE ? r->whose->until_at : 0;
	e->reasons = r->whose->reasons;
	e->reason_count = r->whose->reason_count;
	e->terms = r->finding ? r->finding->terms : NULL;
	e->term_count = r->finding ? r->finding->term_count : 0;
	e->item = r->seen->at;
	e->raw = r->finding ? w->in->raw : STR_NONE;
	e->incident = r->key;
	w->c->flags |= kind_info(r->seen->kind)->flags & KIND_URGENT ? CASE_URGENT : 0;
	w->c->flags |= r->seen->flagger ? CASE_FLAGGED : 0;
	if (w->c->flags & CASE_SEALED_CLASS)
		return OK;
	e->source = r->seen->source.text;
	e->reporter = r->seen->reporter;
	e->shown = r->seen->shown;
	e->kind = r->seen->kind;
	e->told = told_by(r->seen);
	part_note(w->c, r->seen->role, r->seen->content);
	return OK;
}

static enum err count_all(struct step_work *w)
{
	const struct case_input *in = w->in;
	for (unsigned i = 0; i < in->earlier_count; i++) {
		const struct earlier *x = &in->earlier[i];
		enum err e = count_report(w, &(struct reported){ &x->seen, &x->whose, x->key, x->policy, x->clause, x->rule, NULL });
		if (e)
			return e;
		if (x->whose.grade > w->c->grade)
			w->c->grade = x->whose.grade;
	}
	w->c->report_count += in->earlier_more;
	const struct finding *f = in->finding;
	return count_report(w, &(struct reported){ in->observation, in->subject, in->incident_key, f->policy, f->clause, f->rule, f });
}

static void take_finding(struct step_work *w, const struct finding *f, const struct subject *s)
{
	struct casefile *c = w->c;
	c->policy = f->policy;
	c->clause = f->clause;
	c->rule = f->rule;
	c->severity = f->severity;
	c->because = c->flags & CASE_SEALED_CLASS ? STR_NONE : f->because;
	c->source_text = c->flags & CASE_SEALED_CLASS ? STR_NONE : w->in->observation->source.text;
	c->kind = w->in->observation->kind != KIND_UNCLASSIFIED ? str_of(kind_info(w->in->observation->kind)->name) : w->in->observation->kind_text;
	c->port = w->in->observation->source.port;
	c->user = s->user;
	c->service = s->service;
	c->appeal_until_at = w->in->now + f->appeal_us;
}

/* Once of the sealed class, always: whatever else the case is about. */
static void seal_if(struct casefile *c, const struct finding *f)
{
	if (f->weight == WEIGHT_SEALED)
		c->flags |= CASE_SEALED_CLASS | CASE_DO_NOT_TELL | CASE_HOLD;
	if (c->flags & CASE_SEALED_CLASS) {
		c->flags |= CASE_URGENT;
		c->state = CASE_SEALED;
		part_forget(c);
		c->because = c->source_text = STR_NONE;
		c->paused_at = c->recheck_until_at = c->asked_until_at = TIME_NONE;
	}
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
	c->resolved_at = c->paused_at = c->next_due_at = c->fix_by_at = c->review_by_at = c->recheck_since_at = c->recheck_until_at = c->probation_since_at =
		c->probation_until_at = c->asked_at = c->asked_until_at = c->first_event_at = c->last_event_at = c->ladder_started_at =
		c->counter_at = c->restore_at = c->restore_by_at = c->lock_by_at = c->implement_at = TIME_NONE;
	c->opened_by = STR("rule");
	c->state = f->weight == WEIGHT_PERSON ? CASE_REVIEW : CASE_OPEN;
	if (f->weight == WEIGHT_ADVICE)
		c->flags |= CASE_ADVICE;
	seal_if(c, f);
	take_finding(w, f, s);
}

enum err finding_step(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct finding *f = w->in->finding;
	bool fresh = c->state == CASE_NONE, again = c->state == CASE_RESOLVED, advice = f->weight == WEIGHT_ADVICE, harder = f->severity > c->severity && !fresh && !again;
	if (fresh)
		open_new(w);
	if (!fresh && w->in->subject->grade > c->grade)
		c->grade = w->in->subject->grade;
	if (kind_info(w->in->observation->kind)->flags & KIND_COUNSEL)
		c->flags |= CASE_COUNSEL | CASE_HOLD;
	seal_if(c, f);
	if (again) {
		part_forget(c);
		c->flags &= ~(uint32_t)(CASE_URGENT | CASE_FLAGGED);
	}
	enum err e = count_all(w);
	if (e == OK)
		e = remedy_seen(w);
	if (e)
		return e;
	if (again) {
		c->state = f->weight == WEIGHT_PERSON ? CASE_REVIEW : CASE_OPEN;
		seal_if(c, f);
		c->answered = c->noticed = false;
		c->fixes = 0;
		c->decider_count = 0;
		c->resolution = STR_NONE;
		c->resolved_at = TIME_NONE;
		c->grade = w->in->subject->grade;
		take_finding(w, f, w->in->subject);
		if (!step_event(w, EVENT_REOPENED, actor_rule(w, f->clause, f->rule), STR("it happened again after the case was resolved")))
			return ERR_LIMIT;
	}
	/* advice that turns into a deed: from here on it counts; and a settled case that advice opens again is advice */
	bool turned = c->flags & CASE_ADVICE && !advice;
	if (turned) {
		c->flags &= ~(uint32_t)CASE_ADVICE;
		harder = true;
	} else if (again && advice) {
		c->flags |= CASE_ADVICE;
	}
	if (harder)
		take_finding(w, f, w->in->subject);
	/* whoever tells of himself is helped; what was held against him before stays */
	if ((fresh || again || turned) && !advice && w->in->observation->kind != KIND_SELF_REPORT)
		c->strikes++;
	if (again) {
		c->dispute = DISPUTE_NONE;
		c->notice_count = 0;
	}
	if (fresh && !step_event(w, EVENT_OPENED, actor_rule(w, f->clause, f->rule), f->weight == WEIGHT_SEALED ? STR("a sealed case was opened") : STR("the case was opened")))
		return ERR_LIMIT;
	/* the same ladder goes on from where it stands; another one begins */
	if (again && undertaking_broken(c, w->in->observation, w->in->now)) {
		e = undertaking_go_on(w);
		if (e)
			return e;
	} else if (fresh || again || (harder && !str_eq(c->ladder, f->ladder)))
		ladder_start(w, f->ladder);
	e = copyright_note(w);
	if (e == OK)
		e = proceeding_note(w);
	return e ? e : ladder_run(w);
}

enum err open_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->state != CASE_NONE)
		return why_set(w->why, ERR_CONFLICT, "this customer has an open case of that group already");
	if (!w->in->text.len)
		return why_set(w->why, ERR_RANGE, "a case opened by a person needs a reason");
	open_new(w);
	c->opened_by = w->in->actor;
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	/* what may be of the sealed class is at once, and its reason stands nowhere in clear */
	if (c->state == CASE_SEALED) {
		ladder_start(w, w->in->finding->ladder);
		return step_event(w, EVENT_OPENED, w->in->actor, STR("a sealed case was opened by a person")) ? ladder_run(w) : ERR_LIMIT;
	}
	c->state = CASE_REVIEW;
	c->because = w->in->text;
	c->ladder = w->in->finding->ladder;
	return step_event(w, EVENT_OPENED, w->in->actor, w->in->text) ? OK : ERR_LIMIT;
}

enum err retract_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (case_is_closed(c) || !incident_take_back(w, w->in->incident_key, w->in->reporter))
		return OK;
	struct case_event *e = step_event(w, EVENT_RETRACTED, STR("reporter"), STR("a reporter took his reports of an incident back"));
	if (!e)
		return ERR_LIMIT;
	e->incident = w->in->incident_key;
	if (!(c->flags & CASE_SEALED_CLASS))
		e->reporter = w->in->reporter;
	copyright_retracted(w);
	/* what is sealed people alone close */
	if (c->report_count || c->state == CASE_SEALED)
		return OK;
	c->state = CASE_RESOLVED;
	c->resolved_at = w->in->now;
	c->resolution = STR("retracted");
	c->next_due_at = c->paused_at = c->review_by_at = c->recheck_until_at = c->restore_at = c->restore_by_at = c->asked_until_at = TIME_NONE;
	proceeding_forget(c);
	c->dispute = DISPUTE_NONE;
	if (c->strikes)
		c->strikes--;
	w->out->lift = LIFT_ALL;
	return step_event(w, EVENT_RESOLVED, STR("reporter"), STR("nothing is left that anybody reports")) ? OK : ERR_LIMIT;
}

/* Nothing is undone, and nothing goes on, by itself. */
enum err correct_step(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct subject *s = w->in->subject;
	/* what comes next rests on this too */
	enum grade now = s->ours == OURS_YES && str_eq(s->customer, c->customer) ? s->grade : GRADE_D;
	c->grade = now > c->grade ? now : c->grade;
	c->flags |= CASE_CORRECTED;
	if (!case_is_closed(c))
		ladder_pause(w);
	struct case_event *e = step_event(w, EVENT_CORRECTED, STR("late fact"), w->in->text);
	if (!e)
		return ERR_LIMIT;
	e->grade = s->grade;
	e->binding = s->binding;
	e->reasons = s->reasons;
	e->reason_count = s->reason_count;
	return OK;
}

/*
 * The customer is told of what is felt: by one letter for all that a step did, and by one when nothing is in force any more.
 * A policy without such a letter tells nothing.
 */
enum err step_tell(struct step_work *w, const char *letter, struct str label, uint32_t step, struct str service)
{
	const struct casefile *c = w->c;
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	struct str key = str_format(w->a, "%s/%.*s/notify/%s", number, STR_ARG(label), letter);
	if (c->flags & (CASE_DO_NOT_TELL | CASE_SEALED_CLASS) || !w->in->policy || !policy_letter(w->in->policy, STR("en"), str_of(letter)))
		return OK;
	for (unsigned i = 0; i < c->act_count; i++)
		if (str_eq(c->acts[i], key))
			return OK;
	struct act *act = step_act(w, VERB_NOTIFY, str_of(letter), label);
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("notify");
	act->step = step;
	act->target = service;
	w->c->letters++;
	return OK;
}

/* What the customer calls it: the step's own word, which may mean all. */
static struct str felt_service(const struct step_work *w, const struct act *act)
{
	const struct ladder *l = policy_ladder(w->in->policy, w->c->ladder);
	bool all = l && act->step && act->step <= l->step_count && str_eq(l->steps[act->step - 1].service, STR("all"));
	return all ? STR("all") : act->service;
}

static struct str label_of(struct str key)
{
	struct str rest = str_sub(key, str_chr(key, '/') + 1, key.len);
	return str_sub(rest, 0, str_chr(rest, '/'));
}

static enum err tell_result(struct step_work *w, const struct act *act)
{
	bool told;
	/* what is ended behind an act was told with it */
	if (act->verb < VERB_END || act->after.len)
		return OK;
	enum err e = proceeding_done(w, act, &told);
	if (e || told)
		return e;
	/* what was lifted because the case goes on under another number goes on there */
	if (!act->desired && w->c->state == CASE_MERGED)
		return OK;
	if (!act->desired)
		return w->in->free ? step_tell(w, "lifted", str_format(w->a, "f%llu", (unsigned long long)w->c->event_count), 0, STR_NONE) : OK;
	const char *letter = act->verb == VERB_END ? "end-notice" : act->verb == VERB_LIMIT ? "limit-notice" : act->verb == VERB_SUSPEND ? "suspend-notice" : "terminated";
	return step_tell(w, letter, label_of(act->key), act->step, w->in->policy ? felt_service(w, act) : act->service);
}

/* What a person does is not seen: it stands in the case until somebody says more. */
static enum err task_result(struct step_work *w, const struct act *act)
{
	struct str text = act->param_count ? act->params[0] : STR("a person has to");
	if (act->verb < VERB_END || w->in->result != RESULT_DONE)
		return OK;
	if (act->desired && act->verb == VERB_TERMINATE)
		w->c->state = CASE_TERMINATED;
	struct case_event *e = step_event(w, EVENT_TASK, STR("clock"), act->desired ? text : str_format(w->a, "take back: %.*s", STR_ARG(text)));
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

/* In force now, whoever is in goes out: an act of its own, with its own proof, which stays undone without this one. */
static enum err end_behind(struct step_work *w, const struct act *act)
{
	struct str label = str_format(w->a, "%.*s.%llu", STR_ARG(label_of(act->key)), (unsigned long long)w->c->event_count);
	struct act *end = act->desired && act->then.len && !w->in->on ? step_act(w, VERB_END, act->service, label) : NULL;
	if (!end)
		return act->desired && act->then.len && !w->in->on ? ERR_LIMIT : OK;
	end->driver = act->then;
	end->after = act->key;
	end->target = act->target;
	end->instance = act->instance;
	end->step = act->step;
	end->automatic = act->automatic;
	end->grade = act->grade;
	end->urgency = act->urgency;
	return OK;
}

enum err result_step(struct step_work *w)
{
	const struct act *act = w->in->act;
	struct str driver = str_format(w->a, "driver %.*s", STR_ARG(act->driver));
	struct case_event *e = NULL;
	if (str_eq(act->driver, STR("task")))
		return task_result(w, act);
	if (w->in->type == INPUT_HOLD)
		return hold_event(w, act);
	switch (w->in->result) {
	case RESULT_DONE:
		if (!act->desired)
			e = step_event(w, EVENT_ACT_LIFTED, driver, str_format(w->a, "%s of %.*s was lifted, seen gone", verb_words[act->verb], STR_ARG(act->service)));
		else if (act->verb == VERB_END)
			e = step_event(w, EVENT_ACT_DONE, driver, str_format(w->a, "what ran of %.*s was ended, its end was seen", STR_ARG(act->service)));
		else if (act->verb < VERB_END)
			e = step_event(w, EVENT_LETTER, driver, str_format(w->a, "letter \"%.*s\" was handed to the mail server", STR_ARG(act->service)));
		else
			e = step_event(w, EVENT_ACT_DONE, driver, str_format(w->a, "%s of %.*s is in force, its effect was seen%s", verb_words[act->verb], STR_ARG(act->service),
				act->then.len && !w->in->on ? "; what runs of it is to be ended yet" : ""));
		if (act->desired && act->verb == VERB_NOTIFY && !act->party)
			w->c->noticed = true;
		if (act->desired && act->verb == VERB_TERMINATE)
			w->c->state = CASE_TERMINATED;
		if (tell_result(w, act) != OK || end_behind(w, act) != OK)
			return ERR_LIMIT;
		break;
	case RESULT_REFUSED:
		if (act->verb == VERB_NOTIFY && !act->party && w->in->on)
			return delivery_failed(w, STR_NONE);
		e = step_event(w, EVENT_ACT_REFUSED, driver, str_format(w->a, "%s of %.*s was refused: %.*s", verb_words[act->verb], STR_ARG(act->service),
			STR_ARG(w->in->text)));
		if (!e || (act->verb != VERB_NOTIFY && act->verb != VERB_FORWARD) || act->party)
			break;
		e->act = act->key;
		return delivery_failed(w, STR("nobody was told: the ladder stands until a person finds another way"));
	case RESULT_UNKNOWN:
		e = step_event(w, EVENT_ACT_UNKNOWN, driver, str_format(w->a, "it cannot be told whether %s of %.*s took effect: it is checked again", verb_words[act->verb],
			STR_ARG(act->service)));
		break;
	case RESULT_RETRY: case RESULT_NONE: case RESULT_SAVED:
		if (!w->in->on)
			return OK;
		e = step_event(w, EVENT_ACT_UNKNOWN, driver, str_format(w->a, "%s of %.*s was found gone, and not by us: it is done again", verb_words[act->verb],
			STR_ARG(act->service)));
		break;
	}
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}
