/*
 * See covering.h. Pure.
 */
#include "engine/covering.h"

#include "model/clause.h"
#include "policy/load.h"

static void put_unenforced(const struct coverage *c, struct jsonw *w)
{
	jsonw_array(w, "unenforced");
	for (unsigned i = 0; i < c->clause_count; i++) {
		const struct coverage_clause *k = &c->clauses[i];
		const struct clause_info *info = clause_find(k->id);
		if (info && info->duty == CLAUSE_RULES && k->by == COVERAGE_NOTHING)
			jsonw_str(w, NULL, k->id);
	}
	jsonw_end(w, ']');
}

static void put_unjustified(const struct coverage *c, struct jsonw *w)
{
	jsonw_array(w, "unjustified");
	for (unsigned i = 0; i < c->clause_count; i++)
		for (unsigned n = 0; !c->clauses[i].justified && n < c->clauses[i].rule_count; n++) {
			jsonw_object(w, NULL);
			jsonw_str(w, "clause", c->clauses[i].id);
			jsonw_str(w, "rule", c->clauses[i].rules[n].name);
			jsonw_end(w, '}');
		}
	jsonw_end(w, ']');
}

enum err covering_of(struct arena *a, struct str blob, const struct coverage_sources *sources, struct policy **ret_policy, struct coverage *ret_coverage, struct why *why)
{
	struct bundle b;
	enum err e = bundle_decode(a, blob, &b, why);
	if (e == OK)
		e = policy_load(a, &b, ret_policy, why);
	return e ? e : coverage_make(a, *ret_policy, sources, ret_coverage);
}

enum err covering_put(struct arena *a, struct str blob, const struct coverage_sources *sources, const struct coverage_count *count, struct jsonw *w, struct why *why)
{
	struct policy *p = NULL;
	struct coverage c;
	enum err e = covering_of(a, blob, sources, &p, &c, why);
	if (e)
		return e;
	jsonw_str(w, "version", p->version);
	jsonw_str(w, "name", p->name);
	jsonw_str(w, "document", digest_hex(a, &p->text_digest));
	coverage_put(&c, count, w);
	put_unenforced(&c, w);
	put_unjustified(&c, w);
	return OK;
}
