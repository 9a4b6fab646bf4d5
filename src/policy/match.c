/*
 * Rules by kind. See match.h.
 *
 * A rule that is left out has a condition on kind or signal that says no, and one such makes the whole rule say no, whatever the
 * others cannot tell.
 */
#include "policy/match.h"

#include "policy/rules.h"

static bool can_match(const struct rule *r, bool meter, enum kind kind)
{
	for (unsigned i = 0; i < r->cond_count; i++) {
		const struct cond *c = &r->conds[i];
		bool known = c->type == COND_REPORT || (c->type == COND_SIGNAL && !meter);
		bool yes = c->type == COND_REPORT && !meter && c->kinds[kind / 64] >> kind % 64 & 1;
		if (known && yes == c->negate)
			return false;
	}
	return true;
}

static enum err list_of(struct arena *a, struct rules *r, bool meter, enum kind kind, const struct rule *const **ret_list)
{
	unsigned n = 0;
	for (unsigned i = 0; i < r->count; i++)
		n += can_match(&r->list[i], meter, kind);
	const struct rule **list = ARENA_ARRAY(a, const struct rule *, n + 1);
	if (!list)
		return ERR_NOMEM;
	n = 0;
	for (unsigned i = 0; i < r->count; i++)
		if (can_match(&r->list[i], meter, kind))
			list[n++] = &r->list[i];
	*ret_list = list;
	return OK;
}

enum err match_make(struct arena *a, struct policy *p)
{
	struct rules *r = p->rules;
	enum err e = list_of(a, r, true, KIND_UNCLASSIFIED, &r->for_meter);
	for (int k = 0; e == OK && k < KIND_COUNT; k++)
		e = list_of(a, r, false, (enum kind)k, &r->for_kind[k]);
	return e;
}

const struct rule *const *match_rules(const struct policy *p, const struct observation *o)
{
	return o->witness == WITNESS_METER ? p->rules->for_meter : p->rules->for_kind[o->kind];
}
