/*
 * Statements of aaa-sql. See aaa_statement.h.
 */
#include "action/aaa_statement.h"

void aaa_ask_known(struct arena *a, const struct aaa_sql *at, struct str login, struct pq_statement *s)
{
	const struct str *t = at->tables;
	*s = (struct pq_statement){ .params = { login }, .param_count = 1 };
	s->sql = str_c(a, str_format(a, "SELECT 1 FROM %.*s WHERE username = $1 UNION ALL SELECT 1 FROM %.*s WHERE username = $1 UNION ALL "
		"SELECT 1 FROM %.*s WHERE username = $1 LIMIT 1", STR_ARG(t[AAA_CHECK]), STR_ARG(t[AAA_REPLY]), STR_ARG(t[AAA_GROUP])));
}

void aaa_ask_rows(struct arena *a, const struct aaa_sql *at, const struct aaa_unit *u, bool lock, struct pq_statement *s)
{
	const struct str table = at->tables[u->table];
	const char *end = lock ? " FOR UPDATE" : "";
	*s = (struct pq_statement){ .params = { u->login, u->attribute }, .param_count = u->table == AAA_GROUP ? 1 : 2 };
	s->sql = str_c(a, u->table == AAA_GROUP
		? str_format(a, "SELECT groupname, '', priority FROM %.*s WHERE username = $1 ORDER BY priority, groupname LIMIT %d%s", STR_ARG(table), AAA_UNIT_ROWS_MAX + 1, end)
		: str_format(a, "SELECT attribute, rtrim(op), value FROM %.*s WHERE username = $1 AND lower(attribute) = lower($2) ORDER BY id LIMIT %d%s", STR_ARG(table),
			AAA_UNIT_ROWS_MAX + 1, end));
}

void aaa_clear(struct arena *a, const struct aaa_sql *at, const struct aaa_unit *u, struct pq_statement *s)
{
	*s = (struct pq_statement){ .params = { u->login, u->attribute }, .param_count = u->table == AAA_GROUP ? 1 : 2 };
	s->sql = str_c(a, str_format(a, "DELETE FROM %.*s WHERE username = $1%s", STR_ARG(at->tables[u->table]), u->table == AAA_GROUP ? "" : " AND lower(attribute) = lower($2)"));
}

void aaa_put(struct arena *a, const struct aaa_sql *at, const struct aaa_unit *u, const struct aaa_row *r, struct pq_statement *s)
{
	const struct str table = at->tables[u->table];
	if (u->table == AAA_GROUP) {
		*s = (struct pq_statement){ .params = { u->login, r->attribute, r->value }, .param_count = 3 };
		s->sql = str_c(a, str_format(a, "INSERT INTO %.*s (username, groupname, priority) VALUES ($1, $2, $3::integer)", STR_ARG(table)));
	} else {
		*s = (struct pq_statement){ .params = { u->login, r->attribute, r->op, r->value }, .param_count = 4 };
		s->sql = str_c(a, str_format(a, "INSERT INTO %.*s (username, attribute, op, value) VALUES ($1, $2, $3, $4)", STR_ARG(table)));
	}
}
