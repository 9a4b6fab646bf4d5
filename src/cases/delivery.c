/*
 * Did the letter arrive? What came back goes out again by the customer's next way, with all the time that it names.
 *
 * A way is the keyed digest of an address, so that the case names none. A letter that was handed over counts as told from that
 * moment once it is proven: by word of the customer's mail server, by an answer, or by silence long enough (engine/delivery.c). With
 * no way left the ladder stands until a person has found one.
 */
#include "cases/step.h"

enum { DOUBT_DAYS = 5 };        /* RFC 5321 4.5.4.1: so long a server goes on trying */

/* The time that went by before it was known to be lost is given back; what a pause gives already is not given twice. */
static void give_back(struct casefile *c, int64_t since, int64_t now)
{
	int64_t lost = (c->paused_at != TIME_NONE && c->paused_at < now ? c->paused_at : now) - since;
	if (lost <= 0)
		return;
	c->ladder_started_at += lost;
	if (c->fix_by_at != TIME_NONE)
		c->fix_by_at += lost;
}

/* Something the customer feels was done on the strength of a letter that never arrived. */
static bool felt_since(const struct step_work *w, const struct act *act)
{
	const struct ladder *l = w->in->policy ? policy_ladder(w->in->policy, w->c->ladder) : NULL;
	for (unsigned i = act->step; l && act->step && i < w->c->next_step && i < l->step_count; i++)
		if (l->steps[i].verb >= VERB_END)
			return true;
	return false;
}

/* The same letter once more, as an act of its own. */
static enum err letter_anew(struct step_work *w, const struct act *was, enum case_event_type type, struct str actor, struct str text)
{
	struct act *again = step_act(w, was->verb, was->service, str_format(w->a, "w%llu", (unsigned long long)w->c->event_count));
	struct case_event *e = again ? step_event(w, type, actor, text) : NULL;
	if (!e)
		return ERR_LIMIT;
	again->driver = STR("notify");
	again->step = was->step;
	again->in_digest = was->in_digest;
	again->target = was->target;
	w->c->letters++;
	e->act = again->key;
	return OK;
}

enum err delivery_anew(struct step_work *w)
{
	const struct act was = *w->in->act;
	return letter_anew(w, &was, EVENT_STEP, w->in->actor, str_format(w->a, "letter \"%.*s\", which was not sent, is written anew", STR_ARG(was.service)));
}

static enum err send_again(struct step_work *w, const struct act *act)
{
	struct casefile *c = w->c;
	const struct act was = *act;
	enum err e = letter_anew(w, &was, EVENT_BOUNCE, STR("customer's mail server"), STR("the letter did not arrive: it goes out again to the customer's next address"));
	if (e)
		return e;
	if (case_is_closed(c) || !was.step)
		return OK;
	if (felt_since(w, &was) && !step_event(w, EVENT_TASK, STR("rule"), STR("a service was cut on a letter that never arrived: decide whether it stays so")))
		return ERR_LIMIT;
	give_back(c, was.created_at, w->in->now);
	return ladder_run(w);
}

enum err delivery_failed(struct step_work *w, struct str text)
{
	struct casefile *c = w->c;
	const struct act *act = w->in->act;
	bool before = act && act->way.len && step_named(c->dead, c->dead_count, act->way);
	if (before)
		return step_event(w, EVENT_BOUNCE, STR("customer's mail server"), STR("a letter came back from an address that is no longer used")) ? OK : ERR_LIMIT;
	if (act && act->way.len)
		step_name(w, &c->dead, &c->dead_count, act->way);
	/* what was asked is not said again of itself: its time would be another */
	if (act && str_eq(act->service, STR(CASE_REQUEST_LETTER))) {
		enum err e = request_lost(w);
		if (e || w->in->on)
			return e || step_event(w, EVENT_BOUNCE, STR("customer's mail server"), STR("the letter with the request came back")) ? e : ERR_LIMIT;
	}
	if (act && w->in->on && c->state != CASE_MERGED && !(c->flags & (CASE_DO_NOT_TELL | CASE_SEALED_CLASS)))
		return send_again(w, act);
	if (!case_is_closed(c)) {
		c->flags |= CASE_NOTICE_BOUNCED;
		ladder_pause(w);
	}
	return step_event(w, EVENT_BOUNCE, STR("customer's mail server"), text) ? OK : ERR_LIMIT;
}

/* The time that it waited is given back, so that the letter can name it in full. */
static enum err digest_goes(struct step_work *w)
{
	struct casefile *c = w->c;
	const bool clocked = w->in->act->step && !case_is_closed(c);
	if (w->out->act_count == CASE_CHANGES_MAX)
		return ERR_LIMIT;
	struct act *act = &w->out->acts[w->out->act_count++];
	*act = *w->in->act;
	/* what waited since before the ladder was begun anew */
	if (clocked)
		give_back(c, act->created_at > c->ladder_started_at ? act->created_at : c->ladder_started_at, w->in->now);
	act->created_at = w->in->now;
	act->in_digest = w->in->on;
	act->state = w->in->on ? ACT_SENT : ACT_QUEUED;
	act->next_at = w->in->on ? TIME_NONE : w->in->now;
	struct case_event *e = step_event(w, EVENT_STEP, STR("clock"), str_format(w->a, w->in->on ? "letter \"%.*s\" goes in the digest of the account" :
		"letter \"%.*s\" goes alone", STR_ARG(act->service)));
	if (!e)
		return ERR_LIMIT;
	e->act = act->key;
	return clocked ? ladder_run(w) : OK;
}

enum err delivery_step(struct step_work *w)
{
	if (w->in->type == INPUT_DIGEST)
		return digest_goes(w);
	if (w->in->type == INPUT_BOUNCE)
		return delivery_failed(w, case_is_closed(w->c) ? STR("a letter came back") : STR("the notice came back: the ladder stands until a person finds another way"));
	bool late = w->in->type == INPUT_DELAYED;
	if (w->in->act && w->out->act_count < CASE_CHANGES_MAX) {
		struct act *act = &w->out->acts[w->out->act_count++];
		*act = *w->in->act;
		act->proven |= !late;
		act->doubt_until_at = late && !act->proven ? w->in->now + DOUBT_DAYS * DAY_US : TIME_NONE;
	}
	return step_event(w, EVENT_DELIVERY, STR("customer's mail server"), late ? STR("the letter is late: nothing is cut while it may still come back") :
		STR("the letter was delivered")) ? OK : ERR_LIMIT;
}
