/*
 * What rules read. See reads.h.
 */
#include "policy/reads.h"

#include "policy/rules.h"

static bool is_fact(struct str distinct)
{
	static const char *const words[] = { "", "reporters", "addresses", "sources", "incidents" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(distinct, str_of(words[i])))
			return false;
	return true;
}

static void add(struct rules *r, struct str name, bool compared)
{
	unsigned at = 0;
	while (at < r->read_count && str_cmp(r->reads[at].name, name) < 0)
		at++;
	if (at < r->read_count && str_eq(r->reads[at].name, name)) {
		r->reads[at].compared |= compared;
		return;
	}
	memmove(r->reads + at + 1, r->reads + at, (r->read_count - at) * sizeof(*r->reads));
	r->reads[at] = (struct read_fact){ name, compared };
	r->read_count++;
}

enum err reads_make(struct arena *a, struct policy *p)
{
	struct rules *r = p->rules;
	size_t most = 1;
	for (unsigned i = 0; i < r->count; i++)
		most += r->list[i].cond_count + 1;
	r->reads = ARENA_ARRAY(a, struct read_fact, most);
	if (!r->reads)
		return ERR_NOMEM;
	for (unsigned i = 0; i < r->count; i++) {
		const struct rule *rule = &r->list[i];
		for (unsigned k = 0; k < rule->cond_count; k++) {
			if (rule->conds[k].type == COND_FACT)
				add(r, rule->conds[k].words[0], true);
			if (rule->conds[k].type == COND_OUTSIDE)
				add(r, STR("use"), true);
		}
		if (rule->counted && is_fact(rule->distinct))
			add(r, rule->distinct, false);
	}
	return OK;
}

const struct read_fact *reads_facts(const struct policy *p, unsigned *ret_count)
{
	*ret_count = p->rules->read_count;
	return p->rules->reads;
}

const struct read_fact *reads_fact(const struct policy *p, struct str name)
{
	for (unsigned i = 0; i < p->rules->read_count; i++)
		if (str_eq(p->rules->reads[i].name, name))
			return &p->rules->reads[i];
	return NULL;
}
