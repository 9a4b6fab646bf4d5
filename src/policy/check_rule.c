/*
 * Checks of rules: whole, not in each other's way, and true to what they judge. See checks.h.
 */
#include "policy/checks.h"

/* The last five are facts of signals about use. */
static const char *const because_fields[] = { "count", "first", "last", "source", "ip", "kind", "port", "customer", "limit", "agreed", "used", "forecast", "month", NULL };

static enum err missing(struct checking *c, const struct rule *r, const char *hint, const char *what)
{
	enum err e = conf_fail(c->why, r->at, 1, ERR_NOTFOUND, "rule %.*s %s", STR_ARG(r->name), what);
	why_hint(c->why, "%s", hint);
	return e;
}

static enum err rule_ladder(struct checking *c, const struct rule *r)
{
	const char *names[POLICY_CLAUSES_MAX + 1];
	char texts[POLICY_CLAUSES_MAX][64];
	if (policy_ladder(c->p, r->ladder))
		return OK;
	enum err e = conf_fail(c->why, check_part(r, "ladder"), 1, ERR_NOTFOUND, "there is no ladder \"%.*s\"", STR_ARG(r->ladder));
	for (unsigned i = 0; i < c->p->ladder_count; i++) {
		struct str name = str_sub(c->p->ladders[i].name, 0, sizeof(texts[0]) - 1);
		memcpy(texts[i], name.ptr, name.len);
		texts[i][name.len] = 0;
		names[i] = texts[i];
	}
	names[c->p->ladder_count] = NULL;
	const char *near = conf_nearest(r->ladder, names);
	if (near)
		why_hint(c->why, "did you mean \"%s\"?", near);
	return e;
}

/* A rule that asks its reporter opens no case: what a case needs would be read as if it did. */
static enum err asks_alone(struct checking *c, const struct rule *r)
{
	static const char *const parts[] = { "ladder", "because", "appeal", "severity", "advice", "person", "count" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (conf_find(r->at->child, parts[i]))
			return conf_fail(c->why, conf_find(r->at->child, parts[i]), 0, ERR_CONFLICT, "a rule that asks its reporter opens no case: %s means nothing", parts[i]);
	if (policy_letter(c->p, STR("en"), r->asks))
		return OK;
	enum err e = conf_fail(c->why, check_part(r, "asks"), 1, ERR_NOTFOUND, "there is no letter \"%.*s\" in language en", STR_ARG(r->asks));
	why_hint(c->why, "reporters are written to in English: %.*s/en/%.*s.txt", STR_ARG(c->r->letters_dir), STR_ARG(r->asks));
	return e;
}

enum err check_rule_parts(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		enum err e = OK;
		if (!r->cond_count)
			e = missing(c, r, "write: when report KIND", "has no condition");
		else if (!check_waits_for(r, COND_REPORT) && !check_waits_for(r, COND_SIGNAL))
			e = missing(c, r, "write: when report KIND, or: when signal NAME", "waits for neither a report nor a signal");
		else if (r->asks.len)
			e = asks_alone(c, r);
		else if (!r->ladder.len)
			e = missing(c, r, "write: ladder NAME", "names no ladder");
		else if (!r->because.len)
			e = missing(c, r, "write: because \"...\"", "does not say because of what");
		else if (!r->appeal_us)
			e = missing(c, r, "write: appeal 30d", "gives no time to appeal");
		else if (r->severity == SEVERITY_NONE)
			e = missing(c, r, "write: severity low, medium, high or critical", "has no severity");
		else
			e = rule_ladder(c, r);
		if (e)
			return e;
	}
	return OK;
}

enum err check_rule_names(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++)
		for (unsigned k = 0; k < i; k++)
			if (c->r->list[k].clause == c->r->list[i].clause && str_eq(c->r->list[k].name, c->r->list[i].name))
				return conf_fail(c->why, c->r->list[i].at, 1, ERR_EXISTS, "clause %.*s has two rules %.*s", STR_ARG(c->r->list[i].clause->id),
					STR_ARG(c->r->list[i].name));
	return OK;
}

enum err check_windows(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		if (!r->counted)
			continue;
		if (r->in_us > c->r->retention_us)
			return conf_fail(c->why, check_part(r, "count"), 0, ERR_RANGE, "rule %.*s counts over a longer time than its evidence is kept", STR_ARG(r->name));
	}
	return OK;
}

enum err check_because(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		enum err e = check_field(c, check_part(&c->r->list[i], "because"), c->r->list[i].because, because_fields);
		if (e)
			return e;
	}
	return OK;
}

static bool subset(const struct cond *inner, const struct cond *outer)
{
	if (inner->type != outer->type || inner->negate != outer->negate)
		return false;
	if (inner->negate)
		return str_eq(inner->text, outer->text);
	if (inner->type == COND_GRADE || inner->type == COND_SOURCE || inner->type == COND_ROLE || inner->type == COND_CONTENT)
		return !(inner->set & ~outer->set);
	if (inner->type != COND_REPORT)
		return str_eq(inner->text, outer->text);
	for (size_t i = 0; i < sizeof(inner->kinds) / sizeof(inner->kinds[0]); i++)
		if (inner->kinds[i] & ~outer->kinds[i])
			return false;
	return true;
}

/* Whenever narrow's conditions hold, wide's do. */
static bool implies(const struct rule *narrow, const struct rule *wide)
{
	for (unsigned w = 0; w < wide->cond_count; w++) {
		bool held = false;
		for (unsigned n = 0; !held && n < narrow->cond_count; n++)
			held = subset(&narrow->conds[n], &wide->conds[w]);
		if (!held)
			return false;
	}
	return true;
}

static bool shadows(const struct rule *wide, const struct rule *narrow)
{
	bool same = wide->clause == narrow->clause && str_eq(wide->ladder, narrow->ladder) && wide->severity == narrow->severity &&
		wide->person == narrow->person && wide->advice == narrow->advice;
	bool first = !wide->counted || (narrow->counted && wide->per == narrow->per && str_eq(wide->distinct, narrow->distinct) &&
		wide->least <= narrow->least && wide->in_us >= narrow->in_us);
	return same && first && implies(narrow, wide);
}

enum err check_shadowed(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++)
		for (unsigned k = 0; k < c->r->count; k++)
			if (k != i && shadows(&c->r->list[k], &c->r->list[i]))
				return conf_fail(c->why, c->r->list[i].at, 1, ERR_RANGE, "rule %.*s is shadowed: whenever it could fire, rule %.*s has fired",
					STR_ARG(c->r->list[i].name), STR_ARG(c->r->list[k].name));
	return OK;
}

/* What may show a child's abuse is never in a letter and never in an open clause. */
enum err check_sealed(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		const struct ladder *l = policy_ladder(c->p, r->ladder);
		enum kind k = check_kind(r, KIND_SEALED);
		if (k && !r->clause->sealed)
			return conf_fail(c->why, check_part(r, "when"), 0, ERR_DENIED, "reports of %s are sealed, and clause %.*s is not", kind_words[k],
				STR_ARG(r->clause->id));
		for (unsigned n = 0; l && r->clause->sealed && n < l->step_count; n++)
			if (l->steps[n].verb == VERB_NOTIFY || l->steps[n].verb == VERB_ADVISE || l->steps[n].verb == VERB_FORWARD)
				return conf_fail(c->why, check_part(r, "ladder"), 1, ERR_DENIED, "no letter is written about a sealed case, but ladder %.*s sends \"%.*s\"",
					STR_ARG(l->name), STR_ARG(l->steps[n].service));
	}
	return OK;
}

/* A weakness is not a deed: it may be written about, but nothing is cut for it. A ladder that begins with advice is one of those. */
enum err check_advice(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		const struct ladder *l = policy_ladder(c->p, r->ladder);
		if (!l)
			continue;
		enum kind k = check_kind(r, KIND_ADVICE);
		bool advice = k || r->advice || l->steps[0].verb == VERB_ADVISE;
		if (advice && r->person)
			return conf_fail(c->why, check_part(r, "person"), 0, ERR_CONFLICT, "rule %.*s gives advice: there is no deed that a person could judge",
				STR_ARG(r->name));
		for (unsigned n = 0; advice && n < l->step_count; n++)
			if (l->steps[n].verb >= VERB_END)
				return conf_fail(c->why, check_part(r, "ladder"), 1, ERR_DENIED, "%s is a weakness, not a deed, but ladder %.*s goes on to %s",
					k ? kind_words[k] : "what is advised about", STR_ARG(l->name), verb_words[l->steps[n].verb]);
	}
	return OK;
}

enum err check_undo(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		enum kind k = check_kind(&c->r->list[i], KIND_UNDO);
		if (k)
			return conf_fail(c->why, check_part(&c->r->list[i], "when"), 0, ERR_DENIED, "%s takes a report back: no rule waits for it", kind_words[k]);
	}
	return OK;
}
