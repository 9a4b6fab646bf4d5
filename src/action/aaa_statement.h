/*
 * The statements of aaa-sql: what is asked and written of a login. Values are parameters, always; names of tables are the configuration's.
 */
#ifndef AUPD_ACTION_AAA_STATEMENT_H
#define AUPD_ACTION_AAA_STATEMENT_H

#include "action/aaa_doc.h"
#include "base/pq.h"

/* A row, where any of the tables knows the login. Texts of statements live in the arena, their values are borrowed. */
void aaa_ask_known(struct arena *a, const struct aaa_sql *at, struct str login, struct pq_statement *ret_statement);
/* The unit's rows, one more than are kept so that more of them show: attribute or group, operator, value or priority. */
void aaa_ask_rows(struct arena *a, const struct aaa_sql *at, const struct aaa_unit *u, bool lock, struct pq_statement *ret_statement);
void aaa_clear(struct arena *a, const struct aaa_sql *at, const struct aaa_unit *u, struct pq_statement *ret_statement);
void aaa_put(struct arena *a, const struct aaa_sql *at, const struct aaa_unit *u, const struct aaa_row *r, struct pq_statement *ret_statement);

#endif
