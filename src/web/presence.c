/*
 * See presence.h. Hostile is the list that a browser sends: numbers of cases that may not be there, which harm nobody.
 */
#include "web/presence.h"

#include "model/ids.h"

enum err presence_read(struct str text, const struct principal *who, struct viewer *ret_viewer)
{
	struct viewer v = { .who = who->id };
	struct str part;
	while (str_split(&text, ',', &part)) {
		uint64_t number;
		if (v.count == PRESENCE_CASES_MAX || case_parse(part, &number) != OK)
			return ERR_SYNTAX;
		if (!presence_views(&v, number))
			v.cases[v.count++] = number;
	}
	if (who->scope != SCOPE_OPERATOR)
		v.count = 0;
	*ret_viewer = v;
	return OK;
}

void presence_add(struct presence *p, const struct viewer *v)
{
	if (v->count && p->count < PRESENCE_MAX)
		p->list[p->count++] = v;
}

void presence_remove(struct presence *p, const struct viewer *v)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->list[i] == v) {
			p->list[i] = p->list[--p->count];
			return;
		}
}

bool presence_views(const struct viewer *v, uint64_t number)
{
	for (unsigned i = 0; i < v->count; i++)
		if (v->cases[i] == number)
			return true;
	return false;
}

void presence_put(const struct presence *p, uint64_t number, const struct principal *who, struct jsonw *w)
{
	struct str told[PRESENCE_TOLD_MAX] = { { NULL, 0 } };
	unsigned n = 0;
	for (unsigned i = 0; p && who->scope == SCOPE_OPERATOR && i < p->count && n < PRESENCE_TOLD_MAX; i++) {
		const struct viewer *v = p->list[i];
		bool known = str_eq(v->who, who->id);
		for (unsigned k = 0; k < n; k++)
			known |= str_eq(told[k], v->who);
		if (!known && presence_views(v, number))
			told[n++] = v->who;
	}
	if (!n)
		return;
	jsonw_array(w, "viewing");
	for (unsigned i = 0; i < n; i++)
		jsonw_str(w, NULL, told[i]);
	jsonw_end(w, ']');
}
