/*
 * The table of clauses, made from clause.def. Owns no text of any policy: titles here are the house names, a posted policy
 * may word its own. Look-up is by exact id; a few dozen entries need no index.
 */
#include "model/clause.h"

const struct clause_info clause_table[] = {
#define CLAUSE(id, title, duty) { (id), (title), CLAUSE_##duty, "", "" },
#define KEPT(id, title, does, lacks) { (id), (title), CLAUSE_PRODUCT, (does), (lacks) },
#include "model/clause.def"
#undef KEPT
#undef CLAUSE
	{ NULL, NULL, CLAUSE_RULES, "", "" },
};

const struct clause_info *clause_find(struct str id)
{
	for (const struct clause_info *c = clause_table; c->id; c++) {
		if (str_eq(id, str_of(c->id)))
			return c;
	}
	return NULL;
}
