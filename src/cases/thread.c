/*
 * Cases joined and taken apart: merging into another, taking in another, splitting reports off.
 *
 * Each side is a step of its own over its own case; the caller makes both in one commit. What was counted is neither lost
 * nor counted twice.
 */
#include "cases/step.h"

static struct str number_of(struct step_work *w, const struct casefile *c)
{
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	return str_copy(w->a, str_of(number));
}

static enum err said(struct step_work *w, enum case_event_type type, struct str text)
{
	return step_event(w, type, w->in->actor, text) ? OK : ERR_LIMIT;
}

static enum err because(struct step_work *w, enum case_event_type type, const char *what)
{
	struct str reason = w->in->text.len ? str_format(w->a, ": %.*s", STR_ARG(w->in->text)) : STR("");
	return said(w, type, str_format(w->a, "%s %.*s%.*s", what, STR_ARG(number_of(w, w->in->other)), STR_ARG(reason)));
}

static enum err merge(struct step_work *w)
{
	struct casefile *c = w->c;
	if (c->state == CASE_SEALED || c->state == CASE_MERGED || c->state == CASE_TERMINATED)
		return why_set(w->why, ERR_CONFLICT, "not with a case that is %s", case_state_words[c->state]);
	if (copyright_due_at(c) != TIME_NONE || c->dispute == DISPUTE_STAYED)
		return why_set(w->why, ERR_CONFLICT, "a counter-notice runs in this case: it is %s", dispute_words[c->dispute]);
	if (c->proceeding && c->proceeding != PROCEEDING_ENDED)
		return why_set(w->why, ERR_CONFLICT, "a proceeding runs in this case: it is %s", proceeding_words[c->proceeding]);
	enum err e = unmerge_note(w);
	if (e)
		return e;
	c->state = CASE_MERGED;
	c->merged_into = number_of(w, w->in->other);
	c->next_due_at = c->review_by_at = c->paused_at = c->asked_until_at = TIME_NONE;
	c->resolved_at = w->in->now;
	w->out->lift = LIFT_ALL;
	return because(w, EVENT_MERGED, "merged into");
}

static enum err absorb(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct casefile *o = w->in->other;
	if (case_is_closed(c) || c->state == CASE_SEALED)
		return why_set(w->why, ERR_CONFLICT, "nothing can be merged into a case that is %s", case_state_words[c->state]);
	enum err e = incident_absorb(w, o);
	if (e)
		return e;
	/* together they are one course of conduct: the worse count of strikes, not the sum */
	c->strikes = o->strikes > c->strikes ? o->strikes : c->strikes;
	c->grade = o->grade > c->grade ? o->grade : c->grade;
	c->flags |= o->flags & (CASE_HOLD | CASE_COUNSEL | CASE_DO_NOT_TELL | CASE_URGENT | CASE_FLAGGED);
	part_absorb(c, o);
	request_absorb(w);
	return because(w, EVENT_MERGED, "took in");
}

static enum err split(struct step_work *w)
{
	if (case_is_closed(w->c) || w->c->state == CASE_SEALED)
		return why_set(w->why, ERR_CONFLICT, "not with a case that is %s", case_state_words[w->c->state]);
	if (w->in->moved_count >= w->c->report_count)
		return why_set(w->why, ERR_RANGE, "at least one report stays with the case");
	for (unsigned i = 0; i < w->in->moved_count; i++)
		incident_release(w, &w->in->moved[i]);
	return because(w, EVENT_SPLIT, "reports left for");
}

/* The copy of a report's event under the new case: facts stay, what was decided about them is told anew. */
static enum err take_report(struct step_work *w, const struct case_event *from)
{
	enum telling telling;
	struct told told = { .key = from->incident, .at = from->event_at, .reporter = from->reporter, .shown = from->shown };
	struct case_event *e = step_event(w, EVENT_FINDING, from->actor, from->text);
	if (!e)
		return ERR_LIMIT;
	struct case_event head = *e;
	*e = *from;
	e->number = head.number;
	e->n = head.n;
	e->at = head.at;
	e->record = STR_NONE;
	e->told = TELLER_NONE;
	part_note(w->c, kind_info(from->kind)->role, kind_info(from->kind)->content);
	w->c->flags |= kind_info(from->kind)->flags & KIND_URGENT ? CASE_URGENT : 0;
	w->c->flags |= from->told == TELLER_FLAGGER ? CASE_FLAGGED : 0;
	enum err err = incident_count(w, &told, &telling);
	if (err)
		return err;
	e->type = telling == TELLING_FRESH ? EVENT_FINDING : EVENT_WITNESS;
	e->copy = telling == TELLING_COPY;
	return OK;
}

static enum err split_off(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct casefile *o = w->in->other;
	uint64_t number = c->number, thread = c->thread;
	*c = (struct casefile){ .number = number, .thread = thread, .customer = o->customer, .tenant = o->tenant, .group = o->group, .user = o->user,
		.service = o->service, .resellers = o->resellers, .reseller_count = o->reseller_count, .state = CASE_REVIEW,
		.flags = o->flags & (CASE_DO_NOT_TELL | CASE_HOLD | CASE_COUNSEL), .policy = o->policy, .clause = o->clause, .rule = o->rule, .severity = o->severity,
		.grade = o->grade, .opened_at = w->in->now, .resolved_at = TIME_NONE, .first_event_at = TIME_NONE, .last_event_at = TIME_NONE,
		.ladder_started_at = TIME_NONE, .paused_at = TIME_NONE, .next_due_at = TIME_NONE, .fix_by_at = TIME_NONE, .review_by_at = TIME_NONE,
		.recheck_since_at = TIME_NONE, .recheck_until_at = TIME_NONE, .probation_since_at = TIME_NONE, .probation_until_at = TIME_NONE,
		.asked_at = TIME_NONE, .asked_until_at = TIME_NONE, .lock_by_at = TIME_NONE, .implement_at = TIME_NONE,
		.dead = o->dead, .dead_count = o->dead_count,
		.appeal_until_at = o->appeal_until_at, .because = o->because, .source_text = w->in->moved_count ? w->in->moved[0].source : STR_NONE,
		.opened_by = STR("rule"), .strikes = o->strikes ? 1 : 0 };
	enum err e = because(w, EVENT_OPENED, SPLIT_OFF_FROM);
	for (unsigned i = 0; e == OK && i < w->in->moved_count; i++)
		e = take_report(w, &w->in->moved[i]);
	if (e)
		return e;
	ladder_start(w, o->ladder);
	return ladder_run(w);
}

enum err thread_step(struct step_work *w)
{
	if (!w->in->other)
		return why_set(w->why, ERR_RANGE, "which other case?");
	switch (w->in->type) {
	case INPUT_MERGE: return merge(w);
	case INPUT_ABSORB: return absorb(w);
	case INPUT_SPLIT: return split(w);
	case INPUT_SPLIT_OFF: return split_off(w);
	default: break;
	}
	return why_set(w->why, ERR_UNSUPPORTED, "no joining and no taking apart");
}
