/*
 * The way of a proceeding over a domain name before a dispute provider: locked, decided, carried out or stayed, released.
 *
 * The rules behind it, as of the summary that ICANN publishes for registrars: UDRP Rules 4(b), the registrar locks the name within two
 * business days of the provider's verification request, and tells its holder of the proceeding no sooner; 4(e), the lock goes within
 * one business day of the notice that the complaint was withdrawn or dismissed; UDRP 4(k), a decision is carried out ten business days
 * after it was told, unless the holder shows that he has gone to court. URS Procedure 4.1, the registry locks the name within 24 hours
 * of the notice, and 10.2, carries a determination out at once. How long each wait is and which letters go out says the ladder
 * (model/policy.h, struct proceeding_rules); a ladder that says nothing has no such way.
 *
 * Nothing here cuts a name off: the lock is a step of the ladder, done and taken back like every other. What providers and courts
 * have decided, people enter, and what a decision demands, people carry out.
 */
#include "cases/step.h"

static const struct proceeding_rules *way_of(const struct step_work *w)
{
	const struct ladder *l = w->in->policy ? policy_ladder(w->in->policy, w->c->ladder) : NULL;
	return l && l->proceeding.given ? &l->proceeding : NULL;
}

static enum err said(struct step_work *w, enum case_event_type type, struct str actor, struct str text)
{
	return step_event(w, type, actor, text) ? OK : ERR_LIMIT;
}

static enum err letter(struct step_work *w, struct str name)
{
	struct casefile *c = w->c;
	if (!name.len || c->flags & CASE_DO_NOT_TELL)
		return OK;
	/* grades C to E name nobody for sure */
	if (c->grade > GRADE_B || c->grade == GRADE_NONE)
		return said(w, EVENT_HELD, STR("clock"), STR("no letter: it is not sure whose the name was"));
	struct act *act = step_act(w, VERB_NOTIFY, name, str_format(w->a, "r%llu", (unsigned long long)c->event_count));
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("notify");
	c->letters++;
	return OK;
}

/* A person has to do something now. */
static enum err call(struct step_work *w, struct str actor, struct str text)
{
	struct act *act = step_act(w, VERB_TASK, STR("person"), str_format(w->a, "r%llu", (unsigned long long)w->c->event_count));
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("task");
	act->params[act->param_count++] = text;
	struct case_event *e = step_event(w, EVENT_TASK, actor, text);
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

enum err proceeding_note(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct proceeding_rules *way = way_of(w);
	const struct observation *o = w->in->observation;
	/* a report of another kind in the same case is no notice of a proceeding */
	if (c->flags & CASE_SEALED_CLASS || !(kind_info(o->kind)->flags & KIND_DISPUTE))
		return OK;
	/* a case of the group that something else has opened, or a policy that says nothing: no clock runs, and a person has to know */
	if (!way)
		return call(w, STR("rule"), STR("a proceeding over a name is pending, and the ladder of this case locks none: lock it, and tell the provider"));
	if (c->proceeding != PROCEEDING_NONE && c->proceeding != PROCEEDING_ENDED)
		return str_eq(o->source.text, c->disputed) ? OK
			: call(w, STR("rule"), STR("a notice of a proceeding about another name came into this case: split it off, and lock that name too"));
	c->proceeding = PROCEEDING_NOTICED;
	c->disputed = o->source.text;
	c->decision = DECISION_NONE;
	c->implement_at = TIME_NONE;
	/* the time runs from the provider's notice, however long it lay */
	c->lock_by_at = wait_end(&way->lock, o->received_at);
	/* that a proceeding is pending is no question for a person; whether the name is unlawful the panel decides */
	if (c->state == CASE_REVIEW && w->in->finding->weight == WEIGHT_OPEN)
		c->state = CASE_OPEN;
	return said(w, EVENT_TASK, STR("rule"), str_format(w->a, "a proceeding about the name is pending: it is locked by %.*s; the customer hears nothing of it before",
		STR_ARG(time_str(w->a, c->lock_by_at))));
}

static enum err locked(struct step_work *w, struct str actor, struct str text)
{
	struct casefile *c = w->c;
	const struct proceeding_rules *way = way_of(w);
	c->proceeding = PROCEEDING_LOCKED;
	c->lock_by_at = TIME_NONE;
	enum err e = said(w, EVENT_LOCKED, actor, text);
	if (e == OK && way)
		e = letter(w, way->locked);
	return e ? e : ladder_run(w);
}

enum err proceeding_locked(struct step_work *w)
{
	if (w->c->proceeding != PROCEEDING_NOTICED)
		return why_set(w->why, ERR_CONFLICT, "no lock is waited for in this case: its proceeding is %s", proceeding_words[w->c->proceeding]);
	return locked(w, w->in->actor, w->in->text.len ? w->in->text : STR("the name is locked"));
}

enum err proceeding_done(struct step_work *w, const struct act *act, bool *ret_told)
{
	/* of its end he heard with the decision that ended it */
	bool ended = w->c->decision == DECISION_DENIED || w->c->decision == DECISION_WITHDRAWN;
	*ret_told = w->c->proceeding != PROCEEDING_NONE && act->verb == VERB_LIMIT && (act->desired || ended);
	if (!*ret_told || !act->desired || w->c->proceeding != PROCEEDING_NOTICED)
		return OK;
	return locked(w, str_format(w->a, "driver %.*s", STR_ARG(act->driver)), STR("the name is locked, as was seen"));
}

/* It is over: what is in force is lifted. A person who has to do that by hand has so long. */
static enum err release(struct step_work *w, const struct proceeding_rules *way)
{
	struct casefile *c = w->c;
	/* what was not found is held against nobody later on */
	c->strikes -= c->strikes > 0;
	case_close(w, str_format(w->a, "proceeding %s", decision_words[c->decision]));
	enum err e = said(w, EVENT_TASK, STR("rule"), str_format(w->a, "the lock of the name is gone by %.*s", STR_ARG(time_str(w->a, wait_end(&way->release, w->in->now)))));
	if (e == OK)
		e = letter(w, way->released);
	return e ? e : said(w, EVENT_RESOLVED, w->in->actor, c->resolution);
}

enum err proceeding_decided(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct proceeding_rules *way = way_of(w);
	enum decision d = w->in->decision;
	bool after_court = c->proceeding == PROCEEDING_STAYED;
	if (!way || (c->proceeding != PROCEEDING_NOTICED && c->proceeding != PROCEEDING_LOCKED && !after_court))
		return why_set(w->why, ERR_CONFLICT, "no decision is waited for in this case: its proceeding is %s", proceeding_words[c->proceeding]);
	if (!d)
		return why_set(w->why, ERR_RANGE, "a decision is transfer, cancel or suspend, or denied or withdrawn");
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "which decision is it? its number and date, 1 to %d octets", CASE_NOTE_MAX);
	c->decision = d;
	c->lock_by_at = TIME_NONE;
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	enum err e = said(w, EVENT_DECIDED, w->in->actor, str_format(w->a, "%s: %.*s", decision_words[d], STR_ARG(w->in->text)));
	if (e || d == DECISION_DENIED || d == DECISION_WITHDRAWN)
		return e ? e : release(w, way);
	c->proceeding = PROCEEDING_DECIDED;
	/* after a court there is nothing more to wait for */
	c->implement_at = after_court || !wait_given(&way->implement) ? w->in->now : wait_end(&way->implement, w->in->now);
	e = letter(w, way->decided);
	if (e == OK)
		e = proceeding_due(w);
	return e ? e : ladder_run(w);
}

enum err proceeding_stay(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct proceeding_rules *way = way_of(w);
	if (c->proceeding != PROCEEDING_DECIDED)
		return why_set(w->why, ERR_CONFLICT, "no decision waits to be carried out in this case: its proceeding is %s", proceeding_words[c->proceeding]);
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "say what shows that a court has been asked, in 1 to %d octets", CASE_NOTE_MAX);
	c->proceeding = PROCEEDING_STAYED;
	c->implement_at = TIME_NONE;
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	enum err e = said(w, EVENT_STAYED, w->in->actor, w->in->text);
	if (e == OK && way)
		e = letter(w, way->stayed);
	return e ? e : ladder_run(w);
}

void proceeding_forget(struct casefile *c)
{
	c->lock_by_at = c->implement_at = TIME_NONE;
	if (c->proceeding)
		c->proceeding = PROCEEDING_ENDED;
}

int64_t proceeding_due_at(const struct casefile *c)
{
	return c->proceeding == PROCEEDING_NOTICED ? c->lock_by_at : c->proceeding == PROCEEDING_DECIDED ? c->implement_at : TIME_NONE;
}

enum err proceeding_due(struct step_work *w)
{
	struct casefile *c = w->c;
	int64_t due_at = proceeding_due_at(c);
	if (due_at == TIME_NONE || due_at > w->in->now)
		return OK;
	if (c->proceeding == PROCEEDING_NOTICED) {
		c->lock_by_at = TIME_NONE;
		return call(w, STR("clock"), STR("the time to lock the name is over, and nobody has said that it is: lock it now, and tell the provider"));
	}
	c->proceeding = PROCEEDING_DUE;
	c->implement_at = TIME_NONE;
	return call(w, STR("clock"), str_format(w->a, "carry out the decision now, no court has been shown to be asked: %s; then resolve the case, which lifts the lock",
		decision_words[c->decision]));
}
