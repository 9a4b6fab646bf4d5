/*
 * The instance of the embedded store, shared by its files. Private to store/sqlite.
 */
#ifndef AUPD_STORE_SQLITE_SQLITE_H
#define AUPD_STORE_SQLITE_SQLITE_H

#include <sqlite3.h>

#include "base/time.h"
#include "store/store.h"

enum statement_kind { STATEMENT_LOAD, STATEMENT_INSERT, STATEMENT_UPDATE, STATEMENT_DELETE, STATEMENT_PATH, STATEMENT_COUNT };

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[TABLE_END][STATEMENT_COUNT], *put_mark;
	bool writes, loading;   /* loading: a read transaction of loads is open; only a writer keeps one */
};

void sqlite_end_loads(struct store *s);
enum err sqlite_fail(struct store *s, int code, const char *what, struct why *why);
void sqlite_bind(sqlite3_stmt *st, int i, struct str v);
/* The current row of a statement that selects key, version, owner, state, tenant, due, rank, body. */
enum err sqlite_row(struct arena *a, sqlite3_stmt *st, enum table t, struct row *ret_row, struct why *why) MUST_CHECK;

enum err sqlite_page(struct store *s, struct arena *a, const struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why) MUST_CHECK;
enum err sqlite_shred(struct store *s, struct why *why) MUST_CHECK;
enum err sqlite_next_due(struct store *s, int64_t *ret_due_at, struct why *why) MUST_CHECK;
enum err sqlite_count(struct store *s, enum table t, struct str state, uint64_t most, uint64_t *ret_count, struct why *why) MUST_CHECK;

#endif
