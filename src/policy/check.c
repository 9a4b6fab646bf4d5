/*
 * The load-time checks. See check.h. Each is one function; the table at the end is their order.
 */
#include "policy/check.h"

#include "base/time.h"
#include "model/clause.h"
#include "model/letter.h"
#include "policy/rules.h"

struct checking {
	const struct policy *p;
	const struct rules *r;
	const struct driver_ability *drivers;
	struct why *why;
};

static bool has_rule(const struct checking *c, const struct clause *cl)
{
	for (unsigned i = 0; i < c->r->count; i++)
		if (c->r->list[i].clause == cl)
			return true;
	return false;
}

static enum err check_times(struct checking *c)
{
	if (c->p->effective_at < c->p->posted_at)
		return conf_fail(c->why, conf_find(c->r->policy_at->child, "effective"), 1, ERR_RANGE, "the policy takes effect before it is posted");
	return OK;
}

static enum err check_known_clauses(struct checking *c)
{
	const char *names[POLICY_CLAUSES_MAX];
	size_t n = 0;
	for (const struct clause_info *i = clause_table; i->id; i++)
		names[n++] = i->id;
	names[n] = NULL;
	for (unsigned i = 0; i < c->p->clause_count; i++) {
		const struct clause *cl = &c->p->clauses[i];
		if (clause_find(cl->id))
			continue;
		enum err e = conf_fail(c->why, c->r->clause_at[i], 1, ERR_SYNTAX, "\"%.*s\" is no clause id", STR_ARG(cl->id));
		const char *near = conf_nearest(cl->id, names);
		if (near)
			why_hint(c->why, "did you mean \"%s\"?", near);
		return e;
	}
	return OK;
}

static enum err check_every_clause(struct checking *c)
{
	for (const struct clause_info *i = clause_table; i->id; i++)
		if (!policy_clause(c->p, str_of(i->id))) {
			enum err e = conf_fail(c->why, c->r->policy_at, 0, ERR_NOTFOUND, "clause %s is missing", i->id);
			why_hint(c->why, "give it rules, or write: clause %s unused because \"...\"", i->id);
			return e;
		}
	return OK;
}

static enum err check_clause_ways(struct checking *c)
{
	for (unsigned i = 0; i < c->p->clause_count; i++) {
		const struct clause *cl = &c->p->clauses[i];
		const struct clause_info *info = clause_find(cl->id);
		if (cl->manual && info && info->duty == CLAUSE_RULES && !cl->reason.len)
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_DENIED, "clause %s can be judged by rules: to leave it to people needs reviewed \"reason\"", info->id);
		if (cl->product && info && info->duty != CLAUSE_PRODUCT)
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_DENIED, "clause %s is not one that the product keeps by itself", info->id);
		if (!has_rule(c, cl) && !cl->manual && !cl->product && !cl->unused)
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_NOTFOUND, "clause %.*s has no rule and is neither manual nor unused", STR_ARG(cl->id));
		if (!cl->group.len && (has_rule(c, cl) || cl->manual))
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_NOTFOUND, "clause %.*s has no group", STR_ARG(cl->id));
	}
	return OK;
}

static enum err check_paragraphs(struct checking *c)
{
	for (unsigned i = 0; i < c->p->clause_count; i++)
		if (!c->p->clauses[i].text.len && !c->p->clauses[i].unused) {
			enum err e = conf_fail(c->why, c->r->clause_at[i], 1, ERR_NOTFOUND, "%.*s has no paragraph for clause %.*s", STR_ARG(c->r->document_name),
				STR_ARG(c->p->clauses[i].id));
			why_hint(c->why, "a paragraph is marked: ### Title {#%.*s}", STR_ARG(c->p->clauses[i].id));
			return e;
		}
	return OK;
}

static const struct conf *step_at(const struct checking *c, unsigned ladder, unsigned step)
{
	unsigned n = 0;
	for (const struct conf *s = c->r->ladder_at[ladder]->child; s; s = s->next)
		if ((str_eq(s->args[0].text, STR("at")) || str_eq(s->args[0].text, STR("after"))) && n++ == step)
			return s;
	return c->r->ladder_at[ladder];
}

static enum err check_ladders(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++) {
		const struct ladder *l = &c->p->ladders[i];
		enum verb highest = VERB_NONE;
		if (!l->step_count)
			return conf_fail(c->why, c->r->ladder_at[i], 1, ERR_NOTFOUND, "ladder %.*s has no step", STR_ARG(l->name));
		for (unsigned k = 0; k < l->step_count; k++) {
			const struct step *s = &l->steps[k];
			if (k && s->after_us < l->steps[k - 1].after_us)
				return conf_fail(c->why, step_at(c, i, k), 1, ERR_RANGE, "this step comes before the one above it");
			if (s->verb >= VERB_NOTIFY && s->verb < highest && s->verb != VERB_NOTIFY)
				return conf_fail(c->why, step_at(c, i, k), 2, ERR_RANGE, "a ladder never falls: %s after %s", verb_words[s->verb], verb_words[highest]);
			if (s->verb > highest)
				highest = s->verb;
			if (s->verb == VERB_TERMINATE && s->approvals < 2)
				return conf_fail(c->why, step_at(c, i, k), 2, ERR_DENIED, "terminate needs: with approval of 2");
			if (l->emergency && s->verb >= VERB_LIMIT && !s->review_within_us)
				return conf_fail(c->why, step_at(c, i, k), 2, ERR_DENIED, "an emergency step needs: with review within 24h");
		}
	}
	return OK;
}

static enum err check_drivers(struct checking *c)
{
	for (unsigned i = 0; i < c->p->enforcement_count; i++) {
		const struct enforcement *f = &c->p->enforcements[i];
		const struct driver_ability *d = c->drivers;
		while (d->name && !str_eq(f->driver, str_of(d->name)))
			d++;
		if (!d->name)
			return conf_fail(c->why, c->r->enforce_at[i]->child, 1, ERR_NOTFOUND, "there is no driver \"%.*s\"", STR_ARG(f->driver));
		if (!d->can_check || !d->can_undo) {
			enum err e = conf_fail(c->why, c->r->enforce_at[i]->child, 1, ERR_UNSUPPORTED, "driver %s cannot %s", d->name, d->can_check ? "undo" : "verify");
			why_hint(c->why, "give the work to a person: task \"...\"");
			return e;
		}
	}
	return OK;
}

static enum err check_enforced(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; k < c->p->ladders[i].step_count; k++) {
			const struct step *s = &c->p->ladders[i].steps[k];
			bool any = str_eq(s->service, STR("offending")) || str_eq(s->service, STR("all"));
			if (s->verb < VERB_LIMIT || policy_enforcement(c->p, s->verb, s->service))
				continue;
			for (unsigned f = 0; any && f < c->p->enforcement_count; f++)
				any = c->p->enforcements[f].verb != s->verb;
			if (any || !(str_eq(s->service, STR("offending")) || str_eq(s->service, STR("all"))))
				return conf_fail(c->why, step_at(c, i, k), 3, ERR_NOTFOUND, "nothing is named that could %s %.*s; write: enforce %s %.*s { ... }",
					verb_words[s->verb], STR_ARG(s->service), verb_words[s->verb], STR_ARG(s->service));
		}
	return OK;
}

static enum err check_rules(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		if (!r->cond_count)
			return conf_fail(c->why, r->at, 1, ERR_NOTFOUND, "rule %.*s has no condition", STR_ARG(r->name));
		if (!r->because.len)
			return conf_fail(c->why, r->at, 1, ERR_NOTFOUND, "rule %.*s does not say because what", STR_ARG(r->name));
		if (!r->ladder.len || !policy_ladder(c->p, r->ladder))
			return conf_fail(c->why, r->at, 1, ERR_NOTFOUND, "rule %.*s names no ladder that exists", STR_ARG(r->name));
		if (!r->appeal_us)
			return conf_fail(c->why, r->at, 1, ERR_NOTFOUND, "rule %.*s gives no time to appeal", STR_ARG(r->name));
		if (r->severity == SEVERITY_NONE)
			return conf_fail(c->why, r->at, 1, ERR_NOTFOUND, "rule %.*s has no severity", STR_ARG(r->name));
		if (r->counted && r->in_us > c->r->retention_us)
			return conf_fail(c->why, r->at, 1, ERR_RANGE, "rule %.*s counts over a longer time than its facts are kept", STR_ARG(r->name));
		for (unsigned k = 0; k < i; k++)
			if (c->r->list[k].clause == r->clause && str_eq(c->r->list[k].name, r->name))
				return conf_fail(c->why, r->at, 1, ERR_EXISTS, "clause %.*s has two rules %.*s", STR_ARG(r->clause->id), STR_ARG(r->name));
	}
	return OK;
}

static bool because_field(struct str name)
{
	static const char *const fields[] = { "count", "first", "last", "source", "ip", "kind", "port", "customer", NULL };
	for (const char *const *f = fields; *f; f++)
		if (str_eq(name, str_of(*f)))
			return true;
	return false;
}

/* Calls bad for the first "{name}" that good refuses. */
static bool unknown_field(struct str text, bool (*good)(struct str), struct str *ret_name)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '{')
			continue;
		size_t close = str_chr(str_sub(text, i, text.len), '}');
		*ret_name = str_sub(text, i + 1, close == SIZE_MAX ? 20 : close - 1);
		if (close == SIZE_MAX || !good(*ret_name))
			return true;
		i += close;
	}
	return false;
}

static enum err check_because(struct checking *c)
{
	struct str name;
	for (unsigned i = 0; i < c->r->count; i++)
		if (unknown_field(c->r->list[i].because, because_field, &name))
			return conf_fail(c->why, c->r->list[i].at, 1, ERR_NOTFOUND, "rule %.*s: because uses {%.*s}, which does not exist", STR_ARG(c->r->list[i].name),
				STR_ARG(name));
	return OK;
}

static bool letter_field(struct str name)
{
	for (const char *const *f = letter_field_names; *f; f++)
		if (str_eq(name, str_of(*f)))
			return true;
	return false;
}

static enum err check_letters(struct checking *c)
{
	struct str name;
	for (unsigned i = 0; i < c->p->letter_count; i++) {
		const struct letter_template *l = &c->p->letters[i];
		if (unknown_field(l->subject, letter_field, &name) || unknown_field(l->body, letter_field, &name))
			return conf_fail(c->why, c->r->policy_at, 0, ERR_NOTFOUND, "letter %.*s/%.*s uses {%.*s}, which does not exist", STR_ARG(l->language),
				STR_ARG(l->name), STR_ARG(name));
	}
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; k < c->p->ladders[i].step_count; k++) {
			const struct step *s = &c->p->ladders[i].steps[k];
			if (s->verb != VERB_NOTIFY && s->verb != VERB_ADVISE)
				continue;
			for (unsigned n = 0; n < c->p->language_count; n++) {
				const struct letter_template *l = policy_letter(c->p, c->p->languages[n], s->service);
				if (!l || !str_eq(l->language, c->p->languages[n]))
					return conf_fail(c->why, step_at(c, i, k), 3, ERR_NOTFOUND, "there is no letter %.*s in language %.*s", STR_ARG(s->service),
						STR_ARG(c->p->languages[n]));
			}
		}
	return OK;
}

static bool contradicts(const struct cond *a, const struct cond *b)
{
	bool overlap = false;
	if (a->type != b->type)
		return false;
	if (a->negate != b->negate)
		return str_eq(str_sub(a->negate ? a->text : b->text, 4, 4096), a->negate ? b->text : a->text);
	if (a->negate)
		return false;
	if (a->type == COND_GRADE || a->type == COND_SOURCE)
		return !(a->set & b->set);
	if (a->type != COND_REPORT)
		return false;
	for (size_t i = 0; i < sizeof(a->kinds) / sizeof(a->kinds[0]); i++)
		overlap |= (a->kinds[i] & b->kinds[i]) != 0;
	return !overlap;
}

static enum err check_can_fire(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		for (unsigned x = 0; x < r->cond_count; x++)
			for (unsigned y = 0; y < x; y++) {
				bool mixed = (r->conds[x].type == COND_SIGNAL && r->conds[y].type == COND_REPORT) ||
					(r->conds[x].type == COND_REPORT && r->conds[y].type == COND_SIGNAL);
				if (mixed || contradicts(&r->conds[x], &r->conds[y]))
					return conf_fail(c->why, r->at, 1, ERR_RANGE, "rule %.*s can never fire: \"%.*s\" against \"%.*s\"", STR_ARG(r->name),
						STR_ARG(r->conds[y].text), STR_ARG(r->conds[x].text));
			}
	}
	return OK;
}

/* The same conditions and ladder, and a threshold that the other reaches first. */
static enum err check_shadowed(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++)
		for (unsigned k = 0; k < i; k++) {
			const struct rule *a = &c->r->list[k], *b = &c->r->list[i];
			bool same = a->clause == b->clause && a->cond_count == b->cond_count && str_eq(a->ladder, b->ladder) && a->severity == b->severity;
			for (unsigned n = 0; same && n < a->cond_count; n++)
				same = str_eq(a->conds[n].text, b->conds[n].text);
			bool first = !a->counted || (b->counted && a->per == b->per && str_eq(a->distinct, b->distinct) && a->least <= b->least && a->in_us >= b->in_us);
			if (same && first)
				return conf_fail(c->why, b->at, 1, ERR_RANGE, "rule %.*s is shadowed: %.*s has fired whenever it could", STR_ARG(b->name), STR_ARG(a->name));
		}
	return OK;
}

enum err policy_check(const struct policy *p, const struct driver_ability *drivers, struct why *why)
{
	static enum err (*const checks[])(struct checking *) = { check_times, check_known_clauses, check_every_clause, check_clause_ways, check_paragraphs, check_rules,
		check_ladders, check_drivers, check_enforced, check_because, check_letters, check_can_fire, check_shadowed };
	struct checking c = { p, p->rules, drivers, why };
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		enum err e = checks[i](&c);
		if (e)
			return e;
	}
	return OK;
}
