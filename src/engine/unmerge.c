/*
 * A merge taken back, as steps of both cases in one commit. See fold.h and cases/unmerge.c.
 *
 * Refused as soon as anything came after it in the other case that rests on both: it was closed, marked, judged or merged itself, took in a further
 * one, or a report of it was taken back. Of its story at most STORY_MAX events are looked at.
 */
#include "engine/fold_case.h"
#include "engine/hook.h"

enum { STORY_MAX = 2000, DAYS = 7 };

struct parting {
	struct fold *f;
	struct casefile gone, into;
	struct row gone_row, into_row;
	struct case_event *own;
	unsigned own_count;
};

static bool rests_on_both(const struct case_event *e)
{
	switch (e->type) {
	case EVENT_RESOLVED: case EVENT_REOPENED: case EVENT_MERGED: case EVENT_FLAG: case EVENT_PART: case EVENT_RETRACTED: case EVENT_CORRECTED: case EVENT_REVIEWED:
	case EVENT_APPEAL: case EVENT_SIGNED: case EVENT_FIXED:
		return true;
	default:
		return false;
	}
}

static bool is_shared(const struct parting *p, const struct case_event *e)
{
	for (unsigned i = 0; i < p->gone.recent_count; i++)
		if (str_eq(p->gone.recent[i].key, e->incident))
			return true;
	return false;
}

/* The reports of its own that tell of incidents which both know; and nothing since that forbids it. */
static enum err read_story(struct parting *p, struct why *why)
{
	struct arena *a = work_arena(p->f->work);
	uint64_t most = p->into.event_count, least = most > STORY_MAX ? most - STORY_MAX : 0;
	p->own = ARENA_ARRAY(a, struct case_event, most - least + 1);
	if (!p->own)
		return why_set(why, ERR_NOMEM, "no memory for the story of a case");
	for (uint64_t n = least + 1; n <= most; n++) {
		struct case_event x = { 0 };
		struct row row;
		enum err e = work_load(p->f->work, TABLE_CASE_EVENT, str_format(a, "%llu/%08llu", (unsigned long long)p->into.number, (unsigned long long)n), case_event_fields, &x, &row, why);
		if (e == ERR_NOTFOUND)
			continue;
		if (e)
			return e;
		if (n > p->gone.joined->event && rests_on_both(&x))
			return why_set(why, ERR_CONFLICT, "%.*s has gone on since: %s", STR_ARG(p->gone.merged_into), case_event_words[x.type]);
		if ((x.type == EVENT_FINDING || x.type == EVENT_WITNESS) && is_shared(p, &x))
			p->own[p->own_count++] = x;
	}
	return p->gone.joined->event > least ? OK : why_set(why, ERR_LIMIT, "too much has happened in %.*s since", STR_ARG(p->gone.merged_into));
}

static enum err find_both(struct parting *p, const struct fold_command *cmd, struct why *why)
{
	uint64_t number;
	enum err e = fold_find_case(p->f, cmd->number, &p->gone, &p->gone_row, why);
	if (e)
		return e;
	if (p->gone.state != CASE_MERGED || !p->gone.joined_count || case_parse(p->gone.merged_into, &number) != OK)
		return why_set(why, ERR_CONFLICT, "it was not merged, or nothing is known of how it was before");
	if (p->f->now - p->gone.joined->at > DAYS * DAY_US)
		return why_set(why, ERR_CONFLICT, "it was merged more than %d days ago", DAYS);
	e = fold_find_case(p->f, number, &p->into, &p->into_row, why);
	if (e == OK && case_is_closed(&p->into))
		e = why_set(why, ERR_CONFLICT, "%.*s is %s by now", STR_ARG(p->gone.merged_into), case_state_words[p->into.state]);
	return e;
}

enum err fold_unmerge(struct fold *f, const struct fold_command *cmd, uint64_t *ret_number, struct why *why)
{
	struct parting p = { .f = f };
	enum err e = find_both(&p, cmd, why);
	if (e == OK)
		e = read_story(&p, why);
	if (e)
		return e;
	/* each side is told of the other as it was before */
	struct casefile was_gone = p.gone, was_into = p.into;
	struct case_input release = { .type = INPUT_RELEASE, .actor = cmd->actor, .text = cmd->text, .other = &was_gone, .moved = p.own, .moved_count = p.own_count };
	struct case_input leave = { .type = INPUT_UNMERGE, .actor = cmd->actor, .text = cmd->text, .other = &was_into };
	*ret_number = p.gone.number;
	e = step_case(f, &p.into_row, &p.into, &release, why);
	if (e == OK)
		e = step_case(f, &p.gone_row, &p.gone, &leave, why);
	return e ? e : hook_unmerged(f, p.into.number, p.gone.number, why);
}
