/*
 * The load-time checks. See check.h. Here those of the version, its clauses, its document and its tests, and the order of all.
 */
#include "policy/check.h"

#include "base/digest.h"
#include "base/time.h"
#include "model/clause.h"
#include "policy/checks.h"

bool check_has_rule(const struct checking *c, const struct clause *cl)
{
	for (unsigned i = 0; i < c->r->count; i++)
		if (c->r->list[i].clause == cl)
			return true;
	return false;
}

const struct conf *check_part(const struct rule *r, const char *part)
{
	const struct conf *s = conf_find(r->at->child, part);
	return s ? s : r->at;
}

enum err check_field(const struct checking *c, const struct conf *at, struct str text, const char *const *good)
{
	for (size_t i = str_chr(text, '{'); i < text.len; i++) {
		if (text.ptr[i] != '{')
			continue;
		size_t close = str_chr(str_sub(text, i, text.len), '}');
		struct str name = str_sub(text, i + 1, close == SIZE_MAX ? 0 : close - 1);
		const char *const *g = good;
		while (*g && !str_eq(name, str_of(*g)))
			g++;
		if (*g) {
			i += close;
			continue;
		}
		enum err e = close == SIZE_MAX ? conf_fail(c->why, at, 1, ERR_SYNTAX, "this brace is never closed: \"%.*s\"", STR_ARG(str_sub(text, i, 30)))
			: conf_fail(c->why, at, 1, ERR_NOTFOUND, "there is no field {%.*s}", STR_ARG(name));
		const char *near = close == SIZE_MAX ? NULL : conf_nearest(name, good);
		if (near)
			why_hint(c->why, "did you mean {%s}?", near);
		return e;
	}
	return OK;
}

static enum err check_times(struct checking *c)
{
	if (c->p->effective_at < c->p->posted_at)
		return conf_fail(c->why, conf_find(c->r->policy_at->child, "effective"), 1, ERR_RANGE, "the policy takes effect before it is posted");
	return OK;
}

static const char *nearest_clause(struct str id)
{
	const char *names[POLICY_CLAUSES_MAX];
	size_t n = 0;
	for (const struct clause_info *i = clause_table; i->id; i++)
		names[n++] = i->id;
	names[n] = NULL;
	return conf_nearest(id, names);
}

static enum err check_known_clauses(struct checking *c)
{
	for (unsigned i = 0; i < c->p->clause_count; i++) {
		const struct clause *cl = &c->p->clauses[i];
		if (clause_find(cl->id))
			continue;
		enum err e = conf_fail(c->why, c->r->clause_at[i], 1, ERR_SYNTAX, "\"%.*s\" is no clause id", STR_ARG(cl->id));
		const char *near = nearest_clause(cl->id);
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

static enum err check_manual(struct checking *c)
{
	for (unsigned i = 0; i < c->p->clause_count; i++) {
		const struct clause *cl = &c->p->clauses[i];
		const struct clause_info *info = clause_find(cl->id);
		if (cl->manual && !cl->task.len)
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_NOTFOUND, "clause %.*s is left to people, but no task says what they do", STR_ARG(cl->id));
		if (!cl->manual || !info || info->duty == CLAUSE_MANUAL || cl->reason.len)
			continue;
		enum err e = conf_fail(c->why, c->r->clause_at[i], 1, ERR_DENIED, "clause %s can be judged by rules", info->id);
		why_hint(c->why, "to leave it to people all the same, say why: reviewed \"...\"");
		return e;
	}
	return OK;
}

static enum err check_product(struct checking *c)
{
	for (unsigned i = 0; i < c->p->clause_count; i++) {
		const struct clause_info *info = clause_find(c->p->clauses[i].id);
		if (!c->p->clauses[i].product || !info || *info->does)
			continue;
		enum err e = conf_fail(c->why, c->r->clause_at[i], 1, ERR_DENIED, "clause %s is not one that the product keeps by itself%s", info->id,
			info->duty == CLAUSE_PRODUCT ? " yet" : "");
		if (info->duty == CLAUSE_PRODUCT)
			why_hint(c->why, "leave it to people: manual { task \"...\"; reviewed \"...\" }");
		return e;
	}
	return OK;
}

static enum err check_kept(struct checking *c)
{
	for (unsigned i = 0; i < c->p->clause_count; i++) {
		const struct clause *cl = &c->p->clauses[i];
		bool ruled = check_has_rule(c, cl);
		if (!ruled && !cl->manual && !cl->product && !cl->unused)
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_NOTFOUND, "clause %.*s has no rule and is neither manual nor unused", STR_ARG(cl->id));
		if (cl->manual + cl->product + cl->unused > 1)
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_CONFLICT, "clause %.*s is kept in more than one way", STR_ARG(cl->id));
		if (ruled && (cl->unused || cl->product))
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_CONFLICT, "clause %.*s has rules although it is %s", STR_ARG(cl->id),
				cl->unused ? "unused" : "kept by the product");
		if (!cl->group.len && (ruled || cl->manual))
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_NOTFOUND, "clause %.*s has no group", STR_ARG(cl->id));
		if ((cl->unused || cl->product) && !cl->reason.len)
			return conf_fail(c->why, c->r->clause_at[i], 1, ERR_NOTFOUND, "clause %.*s does not say why", STR_ARG(cl->id));
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

/* The title is what letters cite: it must be the one that customers can find. */
static enum err check_titles(struct checking *c)
{
	for (unsigned i = 0; i < c->p->clause_count; i++) {
		const struct clause *cl = &c->p->clauses[i];
		if (!cl->title.len || !cl->text.len || str_eq(cl->title, c->r->titles[i]))
			continue;
		enum err e = conf_fail(c->why, c->r->clause_at[i], 2, ERR_CONFLICT, "the paragraph of clause %.*s has another title", STR_ARG(cl->id));
		why_hint(c->why, "%.*s calls it \"%.*s\"", STR_ARG(c->r->document_name), STR_ARG(c->r->titles[i]));
		return e;
	}
	return OK;
}

/* paragraph sha256 "HEX": the rules were written for this text and no other. */
static enum err check_pinned(struct checking *c)
{
	for (unsigned i = 0; i < c->p->clause_count; i++) {
		const struct conf *pin = conf_find(c->r->clause_at[i]->child, "paragraph");
		char hex[2 * DIGEST_LEN + 1];
		if (!pin)
			continue;
		for (size_t k = 0; k < DIGEST_LEN; k++) {
			hex[2 * k] = "0123456789abcdef"[c->p->clauses[i].text_digest.octets[k] >> 4];
			hex[2 * k + 1] = "0123456789abcdef"[c->p->clauses[i].text_digest.octets[k] & 15];
		}
		hex[2 * DIGEST_LEN] = 0;
		if (str_eq_fold(pin->args[2].text, str_of(hex)))
			continue;
		enum err e = conf_fail(c->why, pin, 2, ERR_CONFLICT, "the paragraph of clause %.*s is not the one that its rules were written for",
			STR_ARG(c->p->clauses[i].id));
		why_hint(c->why, "if the rules suit the new text: paragraph sha256 \"%s\"", hex);
		return e;
	}
	return OK;
}

static enum err check_expectation(struct checking *c, const struct policy_test *t, const struct test_step *s, const struct expectation *x)
{
	bool letter = x->type == EXPECT_NOTIFY || x->type == EXPECT_ADVISE;
	if (x->type == EXPECT_CASE && x->name.len && !policy_clause(c->p, x->name)) {
		(void)why_set(c->why, ERR_NOTFOUND, "the test expects a case of clause %.*s, which does not exist", STR_ARG(x->name));
		const char *near = nearest_clause(x->name);
		if (near)
			why_hint(c->why, "did you mean \"%s\"?", near);
	} else if (letter && x->name.len && c->p->language_count && !policy_letter(c->p, c->p->languages[0], x->name)) {
		(void)why_set(c->why, ERR_NOTFOUND, "the test expects the letter %.*s, which does not exist", STR_ARG(x->name));
	} else {
		return OK;
	}
	why_at(c->why, t->file, s->line, s->column);
	return ERR_NOTFOUND;
}

static enum err check_tests(struct checking *c)
{
	for (unsigned i = 0; i < c->r->test_count; i++) {
		const struct policy_test *t = &c->r->tests[i];
		for (unsigned k = 0; k < i; k++)
			if (str_eq(c->r->tests[k].name, t->name)) {
				(void)why_set(c->why, ERR_EXISTS, "there are two tests \"%.*s\"", STR_ARG(t->name));
				why_at(c->why, t->file, t->line, t->column);
				return ERR_EXISTS;
			}
		for (unsigned k = 0; k < t->step_count; k++)
			for (unsigned x = 0; x < t->steps[k].expect_count; x++) {
				enum err e = check_expectation(c, t, &t->steps[k], &t->steps[k].expect[x]);
				if (e)
					return e;
			}
	}
	return OK;
}

enum err policy_check(const struct policy *p, const struct driver_ability *drivers, struct why *why)
{
	static check *const checks[] = { check_times, check_known_clauses, check_every_clause, check_manual, check_product, check_kept, check_paragraphs,
		check_titles, check_pinned, check_rule_parts, check_rule_names, check_windows, check_because, check_can_fire, check_can_count, check_undo, check_shadowed,
		check_ladder_steps, check_ladder_rises, check_terminate, check_emergency, check_deadlines, check_may_wait, check_drivers, check_enforced, check_resellers, check_letter_fields,
		check_letter_languages, check_letter_owed, check_sealed, check_advice, check_tests };
	struct checking c = { p, p->rules, drivers, why };
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		enum err e = checks[i](&c);
		if (e)
			return e;
	}
	return OK;
}
