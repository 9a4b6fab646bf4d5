/*
 * A merge taken back: the case that went goes on by itself, and the other one gives back what it took.
 *
 * Its own counts stand in the case that went, as they were; what the other one was before it keeps too (struct joined). Reports that came since
 * stay where they came. What was lifted when it went is not put back unasked: the ladder begins anew, as that of a case that is reopened.
 */
#include "cases/step.h"

enum { TAKEN = CASE_HOLD | CASE_COUNSEL | CASE_DO_NOT_TELL, TAKEN_BY_REPORTS = CASE_URGENT | CASE_FLAGGED };

enum err unmerge_note(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct casefile *o = w->in->other;
	struct joined *j = ARENA_ARRAY(w->a, struct joined, 1);
	if (!j)
		return why_set(w->why, ERR_NOMEM, "no memory for a merge");
	*j = (struct joined){ .state = c->state, .at = w->in->now, .resolved_at = c->resolved_at, .review_by_at = c->review_by_at, .receipts = c->receipts,
		.receipt_count = c->receipt_count, .event = o->event_count + 1, .reports = o->report_count, .strikes = o->strikes, .flags = o->flags, .grade = o->grade,
		.role = o->role, .content = o->content, .first_event_at = o->first_event_at, .last_event_at = o->last_event_at, .asked = request_is_open(o) };
	c->joined = j;
	c->joined_count = 1;
	return OK;
}

static enum err tell(struct step_work *w, enum case_event_type type, const char *what, const char *end)
{
	char number[CASE_TEXT_MAX];
	case_text(w->in->other->number, number);
	struct str text = str_format(w->a, "%s %s%s%s%.*s", what, number, end, w->in->text.len ? ": " : "", STR_ARG(w->in->text));
	return step_event(w, type, w->in->actor, text) ? OK : ERR_LIMIT;
}

/* A request for information went along, and is still open: it goes back. */
static bool request_goes_back(const struct casefile *gone, const struct casefile *into)
{
	return !gone->joined->asked && request_is_open(into) && gone->ask_act.len && str_eq(gone->ask_act, into->ask_act);
}

static enum err go_on(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct joined j = *c->joined;
	if (request_goes_back(c, w->in->other))
		c->asked_until_at = w->in->other->asked_until_at;
	c->state = j.state;
	c->merged_into = STR_NONE;
	c->resolved_at = j.resolved_at;
	c->review_by_at = j.review_by_at;
	c->receipts = j.receipts;
	c->receipt_count = j.receipt_count;
	c->joined_count = 0;
	enum err e = tell(w, EVENT_REOPENED, "taken out of", " again");
	if (e || case_is_closed(c))
		return e;
	/* the answer that it waited with is still to be read */
	c->paused_at = c->state == CASE_PAUSED ? w->in->now : TIME_NONE;
	ladder_start(w, c->ladder);
	return ladder_run(w);
}

static void forget_receipts(struct step_work *w, const struct joined *j)
{
	struct casefile *c = w->c;
	struct str *kept = ARENA_ARRAY(w->a, struct str, c->receipt_count + 1);
	unsigned n = 0;
	for (unsigned i = 0; kept && i < c->receipt_count; i++)
		if (!step_named(j->receipts, j->receipt_count, c->receipts[i]))
			kept[n++] = c->receipts[i];
	if (kept) {
		c->receipts = kept;
		c->receipt_count = n;
	}
}

static enum err give_back(struct step_work *w)
{
	struct casefile *c = w->c;
	const struct casefile *o = w->in->other;
	const struct joined *j = o->joined;
	bool quiet = c->report_count == j->reports + o->report_count;
	uint64_t raised = o->strikes > j->strikes ? o->strikes - j->strikes : 0;
	incident_part(w, o, w->in->moved, w->in->moved_count);
	c->strikes -= raised < c->strikes ? raised : c->strikes;
	/* of what reports said that came since nothing is known to be the other one's alone */
	c->flags &= ~(o->flags & ~j->flags & (quiet ? TAKEN | TAKEN_BY_REPORTS : TAKEN));
	if (quiet) {
		c->grade = j->grade;
		c->first_event_at = j->first_event_at;
		c->last_event_at = j->last_event_at;
		c->role = c->role_by.len ? c->role : j->role;
		c->content = c->content_by.len ? c->content : j->content;
	}
	if (request_goes_back(o, c)) {
		c->asked_at = c->asked_until_at = TIME_NONE;
		c->ask_act = STR_NONE;
	}
	c->untold -= o->untold < c->untold ? o->untold : c->untold;
	forget_receipts(w, j);
	enum err e = tell(w, EVENT_SPLIT, "gave", " back");
	return e ? e : ladder_run(w);
}

enum err unmerge_step(struct step_work *w)
{
	const struct casefile *gone = w->in->type == INPUT_UNMERGE ? w->c : w->in->other;
	if (!w->in->other || gone->state != CASE_MERGED || !gone->joined_count)
		return why_set(w->why, ERR_CONFLICT, "it was not merged, or nothing is known of how it was before");
	return w->in->type == INPUT_UNMERGE ? go_on(w) : give_back(w);
}
