/*
 * Checks of ladders and of what carries out their steps. See checks.h.
 */
#include "policy/checks.h"

enum { TERMINATE_APPROVALS = 2 };

const struct conf *check_step_at(const struct checking *c, unsigned ladder, unsigned step)
{
	unsigned n = 0;
	for (const struct conf *s = c->r->ladder_at[ladder]->child; s; s = s->next)
		if ((str_eq(s->args[0].text, STR("at")) || str_eq(s->args[0].text, STR("after"))) && n++ == step)
			return s;
	return c->r->ladder_at[ladder];
}

/* What a wait lasts at least, and at most. */
static int64_t shortest(const struct wait *w)
{
	return w->by ? w->days * DAY_US : w->us;
}

static int64_t longest(const struct wait *w)
{
	return w->by ? calendar_longest_days(w->by, w->days) * DAY_US : w->us;
}

/* Whenever it begins: not before the other one, and more, are over. Days of one calendar can be compared exactly. */
static bool surely_after(const struct wait *w, const struct wait *before, const struct wait *more)
{
	if (w->by && !wait_given(before) && more && more->by == w->by)
		return w->days >= more->days;
	if (w->by && w->by == before->by && !(more && wait_given(more)))
		return w->days >= before->days;
	return shortest(w) >= longest(before) + (more ? longest(more) : 0);
}

static const char *may_be(const struct wait *w, const struct wait *before)
{
	return w->by || before->by ? ", or may come," : "";
}

/* Who is told of a proceeding before the name is locked may move it away; and without a limit nothing locks it. */
static enum err proceeding(struct checking *c, unsigned ladder)
{
	const struct ladder *l = &c->p->ladders[ladder];
	const struct conf *at = conf_find(c->r->ladder_at[ladder]->child, "proceeding");
	bool locks = false;
	if (!l->proceeding.given)
		return OK;
	if (l->counter.given)
		return conf_fail(c->why, at, 0, ERR_CONFLICT, "a ladder has either a counter-notice or a proceeding");
	for (unsigned k = 0; k < l->step_count; k++) {
		enum verb v = l->steps[k].verb;
		if (v == VERB_NOTIFY || v == VERB_ADVISE || v == VERB_FORWARD)
			return conf_fail(c->why, check_step_at(c, ladder, k), 2, ERR_DENIED, "nobody hears of a proceeding before the name is locked: its letters stand in the block");
		locks |= v == VERB_LIMIT && !wait_given(&l->steps[k].after);
	}
	if (locks)
		return OK;
	enum err e = conf_fail(c->why, at, 0, ERR_NOTFOUND, "nothing locks the name");
	why_hint(c->why, "write: at once limit SERVICE, and what carries that out: enforce limit SERVICE { ... }");
	return e;
}

enum err check_ladder_steps(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++) {
		const struct ladder *l = &c->p->ladders[i];
		if (!l->step_count)
			return conf_fail(c->why, c->r->ladder_at[i], 1, ERR_NOTFOUND, "ladder %.*s has no step", STR_ARG(l->name));
		for (unsigned k = 1; k < l->step_count; k++)
			if (!surely_after(&l->steps[k].after, &l->steps[k - 1].after, NULL))
				return conf_fail(c->why, check_step_at(c, i, k), 1, ERR_RANGE, "this step comes%s before the one above it",
					may_be(&l->steps[k].after, &l->steps[k - 1].after));
		enum err e = proceeding(c, i);
		if (e)
			return e;
	}
	return OK;
}

/* One step behind another that is further up: milder, or the same on less. */
static bool falls(const struct step *before, const struct step *s)
{
	bool cuts = before->verb >= VERB_END, letter = s->verb == VERB_NOTIFY || s->verb == VERB_ADVISE || s->verb == VERB_FORWARD;
	if (letter)
		return before->verb == VERB_TERMINATE || (s->verb == VERB_ADVISE && before->verb >= VERB_NOTIFY);
	if (!cuts || s->verb < VERB_END)
		return false;
	return s->verb < before->verb || (s->verb == before->verb && str_eq(before->service, STR("all")) && !str_eq(s->service, STR("all")));
}

/* A reminder may follow a letter; nothing milder may follow an act. */
enum err check_ladder_rises(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++) {
		const struct ladder *l = &c->p->ladders[i];
		for (unsigned k = 0; k < l->step_count; k++)
			for (unsigned n = 0; n < k; n++) {
				const struct step *before = &l->steps[n], *s = &l->steps[k];
				bool same = s->verb == before->verb;
				if (falls(before, s))
					return conf_fail(c->why, check_step_at(c, i, k), 2, ERR_RANGE, "a ladder never falls: %s%s%.*s after %s%s%.*s", verb_words[s->verb],
						same ? " " : "", STR_ARG(same ? s->service : STR_NONE), verb_words[before->verb], same ? " " : "",
						STR_ARG(same ? before->service : STR_NONE));
			}
	}
	return OK;
}

enum err check_terminate(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; k < c->p->ladders[i].step_count; k++) {
			const struct step *s = &c->p->ladders[i].steps[k];
			if (s->verb != VERB_TERMINATE || s->approvals >= TERMINATE_APPROVALS)
				continue;
			enum err e = conf_fail(c->why, check_step_at(c, i, k), 2, ERR_DENIED, "no contract ends without two people");
			why_hint(c->why, "write: terminate with approval of %d", TERMINATE_APPROVALS);
			return e;
		}
	return OK;
}

enum err check_emergency(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; c->p->ladders[i].emergency && k < c->p->ladders[i].step_count; k++) {
			const struct step *s = &c->p->ladders[i].steps[k];
			if (s->verb < VERB_END || s->verb == VERB_TERMINATE || s->review_within_us)
				continue;
			enum err e = conf_fail(c->why, check_step_at(c, i, k), 2, ERR_DENIED, "an act in an emergency is looked at by a person soon after");
			why_hint(c->why, "write: %s %.*s with review within 24h", verb_words[s->verb], STR_ARG(s->service));
			return e;
		}
	return OK;
}

/* A letter that gives 48 hours must not be followed by an act after 24. In an emergency the act is not the deadline's. */
enum err check_deadlines(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++) {
		const struct ladder *l = &c->p->ladders[i];
		for (unsigned k = 0; !l->emergency && k < l->step_count; k++)
			for (unsigned n = 0; n < k; n++) {
				bool act = l->steps[k].verb >= VERB_END, promise = l->steps[n].verb == VERB_NOTIFY && wait_given(&l->steps[n].fix);
				if (act && promise && !surely_after(&l->steps[k].after, &l->steps[n].after, &l->steps[n].fix))
					return conf_fail(c->why, check_step_at(c, i, k), 1, ERR_RANGE, "this step comes%s before the deadline that the letter \"%.*s\" gives",
						may_be(&l->steps[k].after, &l->steps[n].fix), STR_ARG(l->steps[n].service));
			}
	}
	return OK;
}

/* What is cut, or by law told, at once is told at once. */
static const char *cannot_wait(const struct policy *p, const struct ladder *l, unsigned k)
{
	const struct step *s = &l->steps[k];
	if (l->emergency)
		return "an emergency does not wait";
	if (l->counter.given)
		return "whoever may dispute a notice is told of it at once";
	if (!policy_letter(p, p->languages[0], STR("digest")))
		return "there is no letter \"digest\" to wait for";
	for (unsigned n = 0; n < l->step_count; n++)
		if (l->steps[n].verb >= VERB_END && surely_after(&s->after, &l->steps[n].after, NULL) && surely_after(&l->steps[n].after, &s->after, NULL))
			return "what is cut at the same time is told at once";
	return NULL;
}

enum err check_may_wait(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; k < c->p->ladders[i].step_count; k++) {
			const char *no = c->p->ladders[i].steps[k].may_wait ? cannot_wait(c->p, &c->p->ladders[i], k) : NULL;
			if (no)
				return conf_fail(c->why, check_step_at(c, i, k), 2, ERR_DENIED, "%s: \"may wait\" cannot stand here", no);
		}
	return OK;
}

/* A driver of that name, in argument at of what carries the enforcement out. */
static enum err find_driver(struct checking *c, const struct conf *at, unsigned arg, struct str name, const struct driver_ability **ret_driver)
{
	const struct driver_ability *d = c->drivers;
	const char *names[POLICY_ENFORCEMENTS_MAX] = { NULL };
	for (size_t n = 0; n + 1 < POLICY_ENFORCEMENTS_MAX && d[n].name; n++)
		names[n] = d[n].name;
	while (d->name && !str_eq(name, str_of(d->name)))
		d++;
	*ret_driver = d;
	if (d->name)
		return OK;
	enum err e = conf_fail(c->why, at, arg, ERR_NOTFOUND, "there is no driver \"%.*s\"", STR_ARG(name));
	const char *near = conf_nearest(name, names);
	if (near)
		why_hint(c->why, "did you mean \"%s\"?", near);
	return e;
}

static enum err check_then(struct checking *c, const struct conf *at, const struct enforcement *f)
{
	const struct driver_ability *d;
	enum err e = f->then.len ? find_driver(c, at, at->arg_count - 1, f->then, &d) : OK;
	return e || !f->then.len || (d->ends && d->can_check && !str_eq(f->then, STR("task")) && !str_eq(f->then, STR("webhook"))) ? e
		: conf_fail(c->why, at, at->arg_count - 1, ERR_UNSUPPORTED, "driver %s does not end what runs by its name alone", d->name);
}

enum err check_drivers(struct checking *c)
{
	for (unsigned i = 0; i < c->p->enforcement_count; i++) {
		const struct enforcement *f = &c->p->enforcements[i];
		const struct conf *at = c->r->enforce_at[i]->child;
		const struct driver_ability *d;
		enum err e = find_driver(c, at, 1, f->driver, &d);
		if (e)
			return e;
		if (f->verb == VERB_END && !d->ends) {
			e = conf_fail(c->why, at, 1, ERR_UNSUPPORTED, "what driver %s does lasts: it ends nothing", d->name);
		} else if (!d->can_check || (!d->can_undo && f->verb != VERB_END)) {
			e = conf_fail(c->why, at, 1, ERR_UNSUPPORTED, "driver %s cannot %s what it does", d->name, d->can_check ? "undo" : "verify");
			why_hint(c->why, "give the work to a person: task \"...\"");
		}
		if (e == OK)
			e = check_then(c, at, f);
		if (e)
			return e;
	}
	return OK;
}

/* "offending" is known only with the finding: then there must be an enforcement of that verb for some service. */
static bool enforced(const struct policy *p, const struct step *s)
{
	bool open = str_eq(s->service, STR("offending")) || str_eq(s->service, STR("all"));
	if (policy_enforcement(p, s->verb, s->service))
		return true;
	for (unsigned i = 0; open && i < p->enforcement_count; i++)
		if (p->enforcements[i].verb == s->verb)
			return true;
	return false;
}

enum err check_enforced(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; k < c->p->ladders[i].step_count; k++) {
			const struct step *s = &c->p->ladders[i].steps[k];
			if (s->verb < VERB_END || enforced(c->p, s))
				continue;
			enum err e = conf_fail(c->why, check_step_at(c, i, k), 2, ERR_NOTFOUND, "nothing is named that could %s %.*s%s",
				verb_words[s->verb], STR_ARG(s->service), s->verb == VERB_END ? " and verify it" : ", verify and undo it");
			why_hint(c->why, "write: enforce %s %.*s { driver ... }, or { task \"...\" }", verb_words[s->verb], STR_ARG(s->service));
			return e;
		}
	return OK;
}
