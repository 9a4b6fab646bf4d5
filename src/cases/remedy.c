/*
 * "Fixed": the customer says that the cause is gone, and the case waits for what the network says.
 *
 * While it waits the ladder stands. When nothing new happened within the policy's time the case is closed; but silence under a limit
 * or a suspension proves nothing, so a person looks where one is in force, where it was said before and was not true, and where the
 * customer was asked something. What happened before it was said counts neither way.
 */
#include "cases/step.h"

enum { FIXES_BELIEVED = 1 };

static bool believed(const struct casefile *c)
{
	return c->state == CASE_OPEN && !request_is_open(c) && c->fixes < FIXES_BELIEVED && !(c->flags & (CASE_EMERGENCY | CASE_APPEALED | CASE_CORRECTED | CASE_NOTICE_BOUNCED | CASE_COUNSEL));
}

enum err fixed_step(struct step_work *w)
{
	struct casefile *c = w->c;
	struct str actor = w->in->actor.len ? w->in->actor : STR("customer");
	if (!step_event(w, EVENT_FIXED, actor, w->in->text.len ? w->in->text : STR("it is mended")))
		return ERR_LIMIT;
	if (c->state != CASE_OPEN && c->state != CASE_PAUSED)
		return OK;
	c->answered = true;
	bool again = believed(c) && w->in->policy;
	c->state = CASE_PAUSED;
	if (!again) {
		c->recheck_until_at = TIME_NONE;
		ladder_pause(w);
		return step_event(w, EVENT_PAUSED, STR("rule"), STR("the ladder stands until a person has looked")) ? request_answered(w) : ERR_LIMIT;
	}
	c->fixes++;
	c->recheck_since_at = w->in->now;
	c->recheck_until_at = w->in->now + w->in->policy->recheck_us;
	ladder_pause(w);
	if (!step_event(w, EVENT_PAUSED, STR("rule"), STR("the ladder stands while it is looked whether anything new happens")))
		return ERR_LIMIT;
	return step_tell(w, "recheck", str_format(w->a, "k%llu", (unsigned long long)c->event_count), 0, STR_NONE);
}

enum err remedy_due(struct step_work *w)
{
	struct casefile *c = w->c;
	c->recheck_until_at = TIME_NONE;
	if (!w->in->free)
		return step_event(w, EVENT_TASK, STR("clock"), STR("nothing new was seen, but what is in force keeps it from being seen: look whether it is mended"))
			? OK : ERR_LIMIT;
	case_close(w, STR("fixed"));
	if (!step_event(w, EVENT_RESOLVED, STR("clock"), STR("nothing new happened since the customer mended it")))
		return ERR_LIMIT;
	return step_tell(w, "recheck-good", str_format(w->a, "k%llu", (unsigned long long)c->event_count), 0, STR_NONE);
}

enum err remedy_seen(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct observation *o = w->in->observation;
	int64_t at = o->first_at != TIME_NONE ? o->first_at : o->event_at;
	if (c->recheck_until_at == TIME_NONE || (at != TIME_NONE && at <= c->recheck_since_at))
		return OK;
	c->recheck_until_at = TIME_NONE;
	/* when it happened cannot be told: neither mended nor not */
	if (at == TIME_NONE) {
		ladder_pause(w);
		return step_event(w, EVENT_TASK, STR("rule"), STR("reported again, and it cannot be told whether it happened before it was mended: look"))
			? OK : ERR_LIMIT;
	}
	c->answered = false;
	if (!step_event(w, EVENT_RESUMED, STR("rule"), STR("it happened again after the customer had mended it: the ladder goes on")))
		return ERR_LIMIT;
	ladder_resume(w);
	c->state = CASE_OPEN;
	return step_tell(w, "recheck-bad", str_format(w->a, "k%llu", (unsigned long long)c->event_count), 0, STR_NONE);
}

enum err appeal_step(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->appeal_until_at != TIME_NONE && w->in->now > c->appeal_until_at)
		return why_set(w->why, ERR_DENIED, "the time to appeal has passed");
	if (c->state == CASE_MERGED)
		return why_set(w->why, ERR_CONFLICT, "not with a case that is %s", case_state_words[c->state]);
	bool twice = c->flags & CASE_APPEALED;
	c->flags |= CASE_APPEALED;
	c->recheck_until_at = TIME_NONE;
	if (c->state == CASE_OPEN || c->state == CASE_PAUSED) {
		c->state = CASE_PAUSED;
		ladder_pause(w);
	}
	if (!step_event(w, EVENT_APPEAL, w->in->actor.len ? w->in->actor : STR("customer"), w->in->text))
		return ERR_LIMIT;
	enum err e = request_answered(w);
	return e ? e : twice ? OK : step_tell(w, "appeal-received", str_format(w->a, "a%llu", (unsigned long long)c->event_count), 0, STR_NONE);
}

enum err appeal_decided(struct step_work *w)
{
	return step_tell(w, w->in->on ? "appeal-refused" : "appeal-granted", str_format(w->a, "a%llu", (unsigned long long)w->c->event_count), 0, STR_NONE);
}
