/*
 * The customer's part in a case: what its reports presume, and what a person says instead. See model/part.h.
 *
 * Of several reports the gravest presumption stands; what a person said stands against all that come. Of a sealed case nothing is
 * kept here.
 */
#include "cases/step.h"

static void graver(enum part *kept, enum part presumed, struct str said_by)
{
	if (!said_by.len && presumed > *kept)
		*kept = presumed;
}

void part_note(struct casefile *c, enum part role, enum part content)
{
	if (c->flags & CASE_SEALED_CLASS)
		return;
	graver(&c->role, role, c->role_by);
	graver(&c->content, content, c->content_by);
}

void part_forget(struct casefile *c)
{
	c->role = c->content = PART_UNTOLD;
	c->role_by = c->content_by = STR_NONE;
}

void part_absorb(struct casefile *c, const struct casefile *other)
{
	part_note(c, other->role, other->content);
}

enum err part_step(struct step_work *w)
{
	struct casefile *c = w->c;
	enum part p = w->in->part;
	bool role = part_is_role(p);
	if (c->flags & CASE_SEALED_CLASS)
		return why_set(w->why, ERR_DENIED, "of a case of the sealed class nothing is said in clear");
	if (!role && !part_is_content(p))
		return why_set(w->why, ERR_RANGE, "a part is actor or helper, or sent, stored or shown");
	if (!w->in->text.len || w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "why is it that part? 1 to %d octets", CASE_NOTE_MAX);
	enum part was = role ? c->role : c->content;
	*(role ? &c->role : &c->content) = p;
	*(role ? &c->role_by : &c->content_by) = w->in->actor;
	return step_event(w, EVENT_PART, w->in->actor, str_format(w->a, "%s is %s, it was %s: %.*s", role ? "the role" : "what was done with the content",
		part_words[p], was ? part_words[was] : "not told", STR_ARG(w->in->text))) ? OK : ERR_LIMIT;
}
