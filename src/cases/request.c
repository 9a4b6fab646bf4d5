/*
 * A request for information: what a person asks the customer, and by when.
 *
 * One is open at a time. Whatever the customer writes by then is no silence, and a person reads it; what the letter's fate leaves open
 * is not read as silence either. Silence is a finding of its own, which the fold makes (engine/request.h). A request ends with its
 * case, and goes along into the one that the case is merged into.
 */
#include "cases/step.h"

bool request_is_open(const struct casefile *c)
{
	return c->asked_until_at != TIME_NONE;
}

enum err request_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->state != CASE_REVIEW && c->state != CASE_OPEN && c->state != CASE_PAUSED)
		return why_set(w->why, ERR_CONFLICT, "not with a case that is %s", case_state_words[c->state]);
	if (c->flags & CASE_DO_NOT_TELL)
		return why_set(w->why, ERR_DENIED, "the case is marked do-not-tell: no letter goes to the customer");
	if (request_is_open(c))
		return why_set(w->why, ERR_CONFLICT, "the customer has been asked already, and has not answered yet");
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "a request says in 1 to %d octets what the customer is asked", CASE_NOTE_MAX);
	if (w->in->span_us < DAY_US || w->in->span_us > CASE_REQUEST_DAYS_MAX * DAY_US)
		return why_set(w->why, ERR_RANGE, "a customer has 1 to %d days to answer", CASE_REQUEST_DAYS_MAX);
	if (!w->in->policy || !policy_letter(w->in->policy, STR("en"), STR(CASE_REQUEST_LETTER)))
		return why_set(w->why, ERR_NOTFOUND, "the policy has no letter %s", CASE_REQUEST_LETTER);
	struct act *act = step_act(w, VERB_NOTIFY, STR(CASE_REQUEST_LETTER), str_format(w->a, "q%llu", (unsigned long long)c->event_count));
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("notify");
	act->automatic = false;
	c->letters++;
	c->asked_at = w->in->now;
	c->asked_until_at = w->in->now + w->in->span_us;
	c->ask_act = act->key;
	struct case_event *e = step_event(w, EVENT_REQUEST, w->in->actor, w->in->text);
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	ladder_besides(c);
	return OK;
}

enum err request_answered(struct step_work *w)
{
	struct casefile *c = w->c;
	if (!request_is_open(c))
		return OK;
	c->asked_until_at = TIME_NONE;
	if (!step_event(w, EVENT_REQUEST, STR("rule"), STR("the customer has written: the request for information waits no longer")))
		return ERR_LIMIT;
	return case_is_closed(c) ? OK : ladder_run(w);
}

enum err request_lost(struct step_work *w)
{
	struct casefile *c = w->c;
	if (!request_is_open(c) || !str_eq(w->in->act->key, c->ask_act))
		return OK;
	c->asked_until_at = TIME_NONE;
	if (!step_event(w, EVENT_TASK, STR("rule"), STR("the request for information did not arrive: ask once more, when the customer can be reached")))
		return ERR_LIMIT;
	return case_is_closed(c) ? OK : ladder_run(w);
}

enum err request_due(struct step_work *w)
{
	struct casefile *c = w->c;
	if (!request_is_open(c) || c->asked_until_at > w->in->now)
		return OK;
	c->asked_until_at = TIME_NONE;
	if (!w->in->on)
		return step_event(w, EVENT_TASK, STR("clock"), STR("nobody answered the request for information, and it cannot be said that the customer kept silent: look"))
			? OK : ERR_LIMIT;
	return step_event(w, EVENT_UNANSWERED, STR("clock"), STR("the request for information has not been answered in time")) ? OK : ERR_LIMIT;
}

void request_absorb(struct step_work *w)
{
	const struct casefile *o = w->in->other;
	if (request_is_open(w->c) || !request_is_open(o))
		return;
	w->c->asked_at = o->asked_at;
	w->c->asked_until_at = o->asked_until_at;
	w->c->ask_act = o->ask_act;
	ladder_besides(w->c);
}
