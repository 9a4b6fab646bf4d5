/*
 * An undertaking: what the customer promises so that his services come back, and the probation that follows.
 *
 * A person asks for it, the customer signs, the case is closed and what was in force is lifted. What happens anew within the
 * probation is no fresh start: the ladder goes on at the last step that the customer felt. What happened before it was signed is
 * judged as ever.
 */
#include "cases/step.h"

enum { BACK_MAX = 64 };

enum err undertaking_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->state != CASE_OPEN && c->state != CASE_PAUSED)
		return why_set(w->why, ERR_CONFLICT, "not with a case that is %s", case_state_words[c->state]);
	if (c->flags & CASE_DO_NOT_TELL)
		return why_set(w->why, ERR_DENIED, "the case is marked do-not-tell: no letter goes to the customer");
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "an undertaking says in 1 to %d octets what the customer promises", CASE_NOTE_MAX);
	if (w->in->span_us < DAY_US || w->in->span_us > CASE_PROBATION_DAYS_MAX * DAY_US)
		return why_set(w->why, ERR_RANGE, "a probation lasts 1 to %d days", CASE_PROBATION_DAYS_MAX);
	c->probation_us = w->in->span_us;
	c->probation_until_at = TIME_NONE;
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	struct act *act = step_act(w, VERB_NOTIFY, STR("undertaking"), str_format(w->a, "u%llu", (unsigned long long)c->event_count));
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("notify");
	c->letters++;
	struct case_event *e = step_event(w, EVENT_UNDERTAKING, w->in->actor, w->in->text);
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return OK;
}

/* The last step that was felt is where the ladder stood; nothing felt: where it would have gone on. */
static uint32_t stood_at(const struct step_work *w)
{
	const struct ladder *l = w->in->policy ? policy_ladder(w->in->policy, w->c->ladder) : NULL;
	for (uint32_t i = w->c->next_step; l && i-- > 0;)
		if (i < l->step_count && l->steps[i].verb >= VERB_LIMIT)
			return i;
	return w->c->next_step;
}

enum err signed_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (!c->probation_us || c->probation_until_at != TIME_NONE || case_is_closed(c))
		return why_set(w->why, ERR_CONFLICT, "the customer has not been asked for an undertaking");
	struct str actor = w->in->actor.len ? w->in->actor : STR("customer");
	if (!step_event(w, EVENT_SIGNED, actor, w->in->text.len ? w->in->text : STR("the undertaking is signed")))
		return ERR_LIMIT;
	/* an appeal is still decided, and an answer that somebody else's eye waits for is still read */
	if (c->flags & (CASE_APPEALED | CASE_CORRECTED | CASE_EMERGENCY))
		return request_answered(w);
	c->probation_step = stood_at(w);
	c->probation_since_at = w->in->now;
	c->probation_until_at = w->in->now + c->probation_us;
	case_close(w, STR("undertaking"));
	if (!step_event(w, EVENT_RESOLVED, actor, STR("what was in force is lifted, and the probation begins")))
		return ERR_LIMIT;
	return step_tell(w, "probation", str_format(w->a, "a%llu", (unsigned long long)c->event_count), 0, STR_NONE);
}

/* The latest begin after which that wait is over by now. Business days are found by going back as far as it still lacks. */
static int64_t begun_at(const struct wait *after, int64_t now)
{
	int64_t from = now, lacks;
	for (int i = 0; i < BACK_MAX && (lacks = wait_end(after, from) - now) > 0; i++)
		from -= lacks;
	return from;
}

bool undertaking_broken(const struct casefile *c, const struct observation *o, int64_t now)
{
	int64_t at = o->first_at != TIME_NONE ? o->first_at : o->event_at;
	return c->probation_until_at != TIME_NONE && now <= c->probation_until_at && at != TIME_NONE && at > c->probation_since_at;
}

enum err undertaking_go_on(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct ladder *l = w->in->policy ? policy_ladder(w->in->policy, c->ladder) : NULL;
	ladder_start(w, c->ladder);
	if (l && c->probation_step < l->step_count) {
		c->next_step = c->probation_step;
		c->ladder_started_at = begun_at(&l->steps[c->next_step].after, w->in->now);
	}
	c->probation_until_at = TIME_NONE;
	c->probation_us = 0;
	return step_event(w, EVENT_STEP, STR("rule"), STR("within the probation: the ladder goes on where it stood")) ? OK : ERR_LIMIT;
}
