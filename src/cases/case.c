/*
 * The step of a case: dispatch, and what its files share. See case.h.
 */
#include "cases/case.h"

#include "cases/step.h"

struct str case_key(struct arena *a, struct str customer, struct str group, uint64_t thread)
{
	return str_format(a, "%.*s/%.*s/%llu", STR_ARG(customer), STR_ARG(group), (unsigned long long)thread);
}

bool case_is_closed(const struct casefile *c)
{
	return c->state == CASE_RESOLVED || c->state == CASE_MERGED || c->state == CASE_TERMINATED;
}

enum urgency case_urgency(const struct casefile *c)
{
	return c->flags & CASE_URGENT ? URGENCY_URGENT : c->flags & CASE_FLAGGED ? URGENCY_FLAGGER : URGENCY_NONE;
}

bool case_is_forgotten(const struct casefile *c, const struct ladder *l, int64_t now)
{
	if (c->state == CASE_MERGED || c->state == CASE_TERMINATED)
		return true;
	if (c->probation_until_at != TIME_NONE && now <= c->probation_until_at)
		return false;
	return c->state == CASE_RESOLVED && now - c->resolved_at > (l ? l->forget_us : 0);
}

struct case_event *step_event(struct step_work *w, enum case_event_type type, struct str actor, struct str text)
{
	if (w->out->event_count == CASE_CHANGES_MAX)
		return NULL;
	struct case_event *e = &w->out->events[w->out->event_count++];
	*e = (struct case_event){ .number = w->c->number, .n = ++w->c->event_count, .type = type, .at = w->in->now, .event_at = TIME_NONE, .actor = actor,
		.text = text, .policy = w->c->policy, .clause = w->c->clause, .rule = w->c->rule, .grade = w->c->grade };
	return e;
}

struct act *step_act(struct step_work *w, enum verb verb, struct str service, struct str label)
{
	if (w->out->act_count == CASE_CHANGES_MAX || w->c->act_count >= CASE_ACTS_MAX)
		return NULL;
	struct act *act = &w->out->acts[w->out->act_count++];
	struct str *keys = ARENA_ARRAY(w->a, struct str, w->c->act_count + 1);
	char number[CASE_TEXT_MAX];
	if (!keys)
		return NULL;
	case_text(w->c->number, number);
	*act = (struct act){ .key = str_format(w->a, "%s/%.*s/%s/%.*s", number, STR_ARG(label), verb_words[verb], STR_ARG(service)), .number = w->c->number,
		.customer = w->c->customer, .verb = verb, .service = service, .instance = w->c->service, .desired = true, .state = ACT_QUEUED,
		.grade = w->c->grade, .clause = w->c->clause, .rule = w->c->rule, .policy = w->c->policy, .created_at = w->in->now, .next_at = w->in->now,
		.expires_at = TIME_NONE, .done_at = TIME_NONE, .doubt_until_at = TIME_NONE, .automatic = true };
	/* what is to be done for a sealed case says neither for whom nor why */
	if (w->c->flags & CASE_SEALED_CLASS)
		act->customer = act->instance = act->clause = act->rule = STR_NONE;
	if (w->c->act_count)
		memcpy(keys, w->c->acts, w->c->act_count * sizeof(*keys));
	keys[w->c->act_count] = act->key;
	w->c->acts = keys;
	w->c->act_count++;
	return act;
}

bool step_named(const struct str *list, unsigned count, struct str name)
{
	for (unsigned i = 0; i < count; i++)
		if (str_eq(list[i], name))
			return true;
	return false;
}

void step_name(struct step_work *w, struct str **list, unsigned *count, struct str name)
{
	if (step_named(*list, *count, name) || *count == CASE_PEOPLE_MAX)
		return;
	struct str *more = ARENA_ARRAY(w->a, struct str, *count + 1);
	if (!more)
		return;
	if (*count)
		memcpy(more, *list, *count * sizeof(*more));
	more[(*count)++] = name;
	*list = more;
}

enum err case_step(struct arena *a, struct arena *lists, struct casefile *c, const struct case_input *in, struct case_output *ret_output, struct why *why)
{
	struct step_work w = { a, c, in, ret_output, why };
	enum err e;
	*ret_output = (struct case_output){ .events = ARENA_ARRAY(lists, struct case_event, CASE_CHANGES_MAX), .acts = ARENA_ARRAY(lists, struct act, CASE_CHANGES_MAX) };
	if (!ret_output->events || !ret_output->acts)
		return why_set(why, ERR_NOMEM, "no memory for a step of a case");
	switch (in->type) {
	case INPUT_FINDING: e = finding_step(&w); break;
	case INPUT_OPEN: e = open_step(&w); break;
	case INPUT_DUE: e = due_step(&w); break;
	case INPUT_RETRACT: e = retract_step(&w); break;
	case INPUT_CORRECT: e = correct_step(&w); break;
	case INPUT_RESULT: case INPUT_HOLD: e = result_step(&w); break;
	default: e = operator_step(&w); break;
	}
	if (e == OK && c->snoozed_until_at)
		e = snooze_disturbed(&w);
	c->changed_at = in->now;
	return e;
}
