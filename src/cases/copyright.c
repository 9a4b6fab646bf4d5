/*
 * The way of a notice about what a customer has stored: disabled, disputed by a counter-notice, put back or stayed (17 U.S.C. 512(g)).
 *
 * Which letters go out and how long each wait is says the ladder (model/policy.h, struct counter); a ladder that says nothing has
 * no such way. Whether a letter is a counter-notice, and whether a rights holder has gone to court, people decide; a notice that
 * comes in the meantime and an answer that nobody has read stop the putting back, and never bring it about.
 */
#include "cases/step.h"

static const struct counter *way_of(const struct step_work *w)
{
	const struct ladder *l = w->in->policy ? policy_ladder(w->in->policy, w->c->ladder) : NULL;
	return l && l->counter.given ? &l->counter : NULL;
}

static unsigned standing(const struct casefile *c)
{
	unsigned n = 0;
	for (unsigned i = 0; i < c->notice_count; i++)
		n += !c->notices[i].retracted;
	return n;
}

/* "stays" letters keep to themselves what a closed case lifts: labels in "r" do (see engine/fold_case.c). */
static enum err letter(struct step_work *w, struct str name, uint32_t party)
{
	struct casefile *c = w->c;
	if (!name.len || c->flags & CASE_DO_NOT_TELL)
		return OK;
	struct act *act = step_act(w, VERB_NOTIFY, name, str_format(w->a, "r%llu.%u", (unsigned long long)c->event_count, party));
	if (!act)
		return ERR_LIMIT;
	act->driver = STR("notify");
	act->party = party;
	c->letters++;
	return OK;
}

static enum err said(struct step_work *w, enum case_event_type type, struct str actor, struct str text)
{
	return step_event(w, type, actor, text) ? OK : ERR_LIMIT;
}

enum err copyright_note(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct observation *o = w->in->observation;
	if (!way_of(w) || c->flags & CASE_SEALED_CLASS)
		return OK;
	if (c->notice_count < CASE_NOTICES_MAX) {
		struct rights_notice *more = ARENA_ARRAY(w->a, struct rights_notice, c->notice_count + 1);
		struct str url = observation_value(o, "url");
		if (!more)
			return ERR_NOMEM;
		if (c->notice_count)
			memcpy(more, c->notices, c->notice_count * sizeof(*more));
		more[c->notice_count++] = (struct rights_notice){ .report_id = o->report_id, .reporter = o->reporter, .reply_to = o->reply_to,
			.about = url.len ? url : o->source.text, .received_at = o->received_at };
		c->notices = more;
	}
	if (c->dispute != DISPUTE_COUNTERED)
		return OK;
	c->dispute = DISPUTE_ASKED;
	return said(w, EVENT_TASK, STR("rule"), STR("a further notice came while a counter-notice runs: decide whether what was disabled is put back"));
}

void copyright_retracted(struct step_work *w)
{
	for (unsigned i = 0; i < w->c->notice_count; i++)
		if (str_eq(w->c->notices[i].reporter, w->in->reporter))
			w->c->notices[i].retracted = true;
}

/* Each rights holder whose notice stands gets a copy; who left no address is for a person. */
static enum err forward(struct step_work *w, const struct counter *way)
{
	struct casefile *c = w->c;
	bool unknown = !standing(c);
	for (unsigned i = 0; i < c->notice_count; i++) {
		bool again = false;
		for (unsigned k = 0; k < i; k++)
			again |= !c->notices[k].retracted && str_eq(c->notices[k].reply_to, c->notices[i].reply_to);
		if (c->notices[i].retracted || again)
			continue;
		unknown |= !c->notices[i].reply_to.len;
		enum err e = c->notices[i].reply_to.len ? letter(w, way->forward, i + 1) : OK;
		if (e)
			return e;
	}
	return unknown ? said(w, EVENT_TASK, STR("rule"), STR("send the counter-notice to the rights holder, who left no address for an answer")) : OK;
}

/* Not complete: the customer is asked, and no clock runs. */
static enum err incomplete(struct step_work *w, const struct counter *way)
{
	struct casefile *c = w->c;
	enum err e = said(w, EVENT_COUNTER, w->in->actor, str_format(w->a, "the counter-notice is not complete: %.*s", STR_ARG(w->in->text)));
	if (e == OK)
		e = letter(w, way->incomplete, 0);
	if (e)
		return e;
	c->counter_at = TIME_NONE;
	if (c->state == CASE_PAUSED)
		c->state = CASE_OPEN;
	ladder_resume(w);
	return ladder_run(w);
}

enum err copyright_counter(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct counter *way = way_of(w);
	if (!way)
		return why_set(w->why, ERR_UNSUPPORTED, "the ladder of this case knows no counter-notice");
	if (c->state != CASE_OPEN && c->state != CASE_PAUSED)
		return why_set(w->why, ERR_CONFLICT, "not with a case that is %s", case_state_words[c->state]);
	if (c->dispute)
		return why_set(w->why, ERR_CONFLICT, "the case has a counter-notice already: it is %s", dispute_words[c->dispute]);
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, w->in->on ? "the words of the counter-notice are needed, 1 to %d octets" : "say what is missing, in 1 to %d octets",
			CASE_NOTE_MAX);
	if (!w->in->on)
		return incomplete(w, way);
	/* the waits begin when it was received, however long it lay */
	int64_t from = c->counter_at != TIME_NONE ? c->counter_at : w->in->now;
	c->answered = true;
	c->state = CASE_PAUSED;
	c->dispute = DISPUTE_COUNTERED;
	c->counter_at = from;
	c->restore_at = wait_end(&way->restore, from);
	c->restore_by_at = wait_end(&way->latest, from);
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	ladder_pause(w);
	enum err e = said(w, EVENT_COUNTER, w->in->actor, str_format(w->a, "the counter-notice is complete; what was disabled is put back on %.*s, unless a court is asked",
		STR_ARG(time_str(w->a, c->restore_at))));
	return e ? e : forward(w, way);
}

enum err copyright_stay(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct counter *way = way_of(w);
	if (c->dispute != DISPUTE_COUNTERED && c->dispute != DISPUTE_ASKED)
		return why_set(w->why, ERR_CONFLICT, "nothing is about to be put back in this case");
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "say what shows that a court has been asked, in 1 to %d octets", CASE_NOTE_MAX);
	c->dispute = DISPUTE_STAYED;
	c->restore_at = c->restore_by_at = TIME_NONE;
	step_name(w, &c->deciders, &c->decider_count, w->in->actor);
	ladder_pause(w);
	enum err e = said(w, EVENT_STAYED, w->in->actor, w->in->text);
	return e || !way ? e : letter(w, way->stayed, 0);
}

/* What a rights holder answers may be that he has gone to court: nothing is put back before a person has read it. */
enum err copyright_answered(struct step_work *w)
{
	struct casefile *c = w->c;
	if (w->in->type == INPUT_BOUNCE && c->dispute == DISPUTE_COUNTERED)
		return said(w, EVENT_TASK, STR("rights holder"), STR("the copy of the counter-notice came back: send it in another way"));
	if (w->in->type != INPUT_ANSWER)
		return OK;
	if (c->dispute == DISPUTE_COUNTERED) {
		c->dispute = DISPUTE_ASKED;
		ladder_pause(w);
	}
	return said(w, EVENT_ANSWER, STR("rights holder"), w->in->text);
}

enum err copyright_goes_on(struct step_work *w, bool *ret_done)
{
	struct casefile *c = w->c;
	*ret_done = c->dispute == DISPUTE_COUNTERED || c->dispute == DISPUTE_ASKED || c->dispute == DISPUTE_STAYED;
	if (!*ret_done)
		return OK;
	if (c->dispute != DISPUTE_ASKED)
		return why_set(w->why, ERR_CONFLICT, "the case is %s: its ladder does not go on", dispute_words[c->dispute]);
	c->dispute = DISPUTE_COUNTERED;
	ladder_pause(w);
	return copyright_due(w);
}

int64_t copyright_due_at(const struct casefile *c)
{
	return c->dispute == DISPUTE_COUNTERED ? c->restore_at : c->dispute == DISPUTE_ASKED ? c->restore_by_at : TIME_NONE;
}

enum err copyright_due(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct counter *way = way_of(w);
	int64_t due_at = copyright_due_at(c);
	if (due_at == TIME_NONE || due_at > w->in->now)
		return OK;
	if (c->dispute == DISPUTE_ASKED) {
		c->restore_by_at = TIME_NONE;
		return said(w, EVENT_TASK, STR("clock"), STR("the last day to put back what was disabled: decide whether a court has been asked"));
	}
	c->dispute = DISPUTE_RESTORED;
	/* what was disputed and never brought before a court counts no more */
	if (c->strikes)
		c->strikes--;
	case_close(w, STR("restored after a counter-notice"));
	enum err e = said(w, EVENT_RESTORED, STR("clock"), STR("nobody has shown that a court was asked: what was disabled is put back"));
	if (e == OK && way)
		e = letter(w, way->restored, 0);
	return e ? e : said(w, EVENT_RESOLVED, STR("clock"), c->resolution);
}
