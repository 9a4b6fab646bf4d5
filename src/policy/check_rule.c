/*
 * Checks of rules: whole, able to fire, not in each other's way, and true to what they judge. See checks.h.
 */
#include "policy/checks.h"
#include "policy/window.h"

static const char *const because_fields[] = { "count", "first", "last", "source", "ip", "kind", "port", "customer", NULL };

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

enum err check_rule_parts(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		enum err e = OK;
		if (!r->cond_count)
			e = missing(c, r, "write: when report KIND", "has no condition");
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
		if (r->distinct.len && r->least > WINDOW_MEMBERS_MAX)
			return conf_fail(c->why, check_part(r, "count"), 0, ERR_RANGE, "rule %.*s can never fire: a distinct count goes to %d", STR_ARG(r->name),
				WINDOW_MEMBERS_MAX);
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

static bool kinds_overlap(const struct cond *a, const struct cond *b)
{
	for (size_t i = 0; i < sizeof(a->kinds) / sizeof(a->kinds[0]); i++)
		if (a->kinds[i] & b->kinds[i])
			return true;
	return false;
}

/* A port belongs to an address: a domain, a mail address or a login has none. */
static bool has_no_port(const struct cond *c)
{
	const uint32_t portless = 1u << SOURCE_DOMAIN | 1u << SOURCE_EMAIL | 1u << SOURCE_LOGIN | 1u << SOURCE_PREFIX;
	return c->type == COND_SOURCE && !c->negate && !(c->set & ~portless);
}

static bool same_but_negated(const struct cond *a, const struct cond *b)
{
	const struct cond *no = a->negate ? a : b, *yes = a->negate ? b : a;
	return no->negate && !yes->negate && str_eq(str_sub(no->text, sizeof("not ") - 1, no->text.len), yes->text);
}

static bool contradict(const struct cond *a, const struct cond *b)
{
	if ((a->type == COND_PORT && has_no_port(b)) || (b->type == COND_PORT && has_no_port(a)))
		return true;
	if (a->type != b->type)
		return !a->negate && !b->negate && ((a->type == COND_SIGNAL && b->type == COND_REPORT) || (a->type == COND_REPORT && b->type == COND_SIGNAL));
	if (a->negate != b->negate)
		return same_but_negated(a, b);
	if (a->negate)
		return false;
	if (a->type == COND_GRADE || a->type == COND_SOURCE)
		return !(a->set & b->set);
	return a->type == COND_REPORT && !kinds_overlap(a, b);
}

enum err check_can_fire(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		for (unsigned x = 0; x < r->cond_count; x++)
			for (unsigned y = 0; y < x; y++)
				if (contradict(&r->conds[x], &r->conds[y]))
					return conf_fail(c->why, check_part(r, "when"), 0, ERR_RANGE, "rule %.*s can never fire: \"%.*s\" against \"%.*s\"", STR_ARG(r->name),
						STR_ARG(r->conds[y].text), STR_ARG(r->conds[x].text));
	}
	return OK;
}

static bool subset(const struct cond *inner, const struct cond *outer)
{
	if (inner->type != outer->type || inner->negate != outer->negate)
		return false;
	if (inner->negate)
		return str_eq(inner->text, outer->text);
	if (inner->type == COND_GRADE || inner->type == COND_SOURCE)
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

/* The first kind of the rule with one of the flags; KIND_UNCLASSIFIED when there is none. */
static enum kind flagged(const struct rule *r, unsigned flags)
{
	for (unsigned i = 0; i < r->cond_count; i++)
		for (int k = 1; r->conds[i].type == COND_REPORT && !r->conds[i].negate && k < KIND_COUNT; k++)
			if (r->conds[i].kinds[k / 64] >> k % 64 & 1 && kind_info((enum kind)k)->flags & flags)
				return (enum kind)k;
	return KIND_UNCLASSIFIED;
}

/* What may show a child's abuse is never in a letter and never in an open clause. */
enum err check_sealed(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		const struct ladder *l = policy_ladder(c->p, r->ladder);
		enum kind k = flagged(r, KIND_SEALED);
		if (k && !r->clause->sealed)
			return conf_fail(c->why, check_part(r, "when"), 0, ERR_DENIED, "reports of %s are sealed, and clause %.*s is not", kind_words[k],
				STR_ARG(r->clause->id));
		for (unsigned n = 0; r->clause->sealed && n < l->step_count; n++)
			if (l->steps[n].verb == VERB_NOTIFY || l->steps[n].verb == VERB_ADVISE)
				return conf_fail(c->why, check_part(r, "ladder"), 1, ERR_DENIED, "no letter is written about a sealed case, but ladder %.*s sends \"%.*s\"",
					STR_ARG(l->name), STR_ARG(l->steps[n].service));
	}
	return OK;
}

/* A weakness is not a deed: it may be written about, but nothing is cut for it. */
enum err check_advice(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		const struct ladder *l = policy_ladder(c->p, r->ladder);
		enum kind k = flagged(r, KIND_ADVICE);
		for (unsigned n = 0; (k || r->advice) && n < l->step_count; n++)
			if (l->steps[n].verb >= VERB_LIMIT)
				return conf_fail(c->why, check_part(r, "ladder"), 1, ERR_DENIED, "%s is a weakness, not a deed, but ladder %.*s goes on to %s",
					k ? kind_words[k] : "what is advised about", STR_ARG(l->name), verb_words[l->steps[n].verb]);
	}
	return OK;
}

enum err check_undo(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		enum kind k = flagged(&c->r->list[i], KIND_UNDO);
		if (k)
			return conf_fail(c->why, check_part(&c->r->list[i], "when"), 0, ERR_DENIED, "%s takes a report back: no rule waits for it", kind_words[k]);
	}
	return OK;
}
