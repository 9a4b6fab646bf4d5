/*
 * The reading half of the embedded store: keyset pages, the earliest due row, counts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite.h"

/* Numbered parameters: 1 owner, 2 state, 3 tenant, 4 end of tenant, 5 key prefix, 6 its end, 7 due, 8 rank, 9 key, 10 limit, 11 a step of tenant, 12 the tenant whole. */
static void build(struct buf *sql, const struct query *q, struct str path, enum table t)
{
	buf_printf(sql, "SELECT key, version, owner, state, tenant, due, %s, body FROM t%d WHERE 1", q->by_age ? "rowid" : "rank", (int)t);
	/* a plus keeps a column from being the way to the rows where a narrower one is: SQLite cannot know how many are in a state */
	if (q->owner.ptr)
		buf_puts(sql, q->by_key && q->key_prefix.len ? " AND +owner=?1" : " AND owner=?1");
	if (q->state.ptr)
		buf_puts(sql, q->owner.ptr || path.len || (q->by_key && q->key_prefix.len) ? " AND +state=?2" : " AND state=?2");
	if (path.len)
		buf_puts(sql, " AND tenant=?12");
	if (q->tenant.len)
		buf_puts(sql, " AND tenant>=?3 AND tenant<?4");
	/* one step of the path, whatever the text */
	if (q->below.ptr)
		buf_puts(sql, str_chr(q->below, '/') == SIZE_MAX ? " AND instr(tenant, ?11)>0" : " AND 0");
	if (q->key_prefix.len)
		buf_puts(sql, " AND key>=?5 AND key<?6");
	if (q->due_by != TIME_NONE)
		buf_puts(sql, " AND due<=?7");
	if (q->has_after && q->by_age)
		buf_puts(sql, q->descending ? " AND rowid<?8" : " AND rowid>?8");
	else if (q->has_after && q->by_key)
		buf_puts(sql, " AND key>?9");
	else if (q->has_after)
		buf_puts(sql, q->descending ? " AND (rank, key)<(?8, ?9)" : " AND (rank, key)>(?8, ?9)");
	if (q->due_by != TIME_NONE)
		buf_puts(sql, " ORDER BY due, key LIMIT ?10");
	else if (q->by_age)
		buf_puts(sql, q->descending ? " ORDER BY rowid DESC LIMIT ?10" : " ORDER BY rowid LIMIT ?10");
	else if (q->by_key)
		buf_puts(sql, " ORDER BY key LIMIT ?10");
	else
		buf_puts(sql, q->descending ? " ORDER BY rank DESC, key DESC LIMIT ?10" : " ORDER BY rank, key LIMIT ?10");
}

/* The first text behind every text that starts with s: its last byte counted up. */
static struct str behind(struct arena *a, struct str s)
{
	while (s.len && (unsigned char)s.ptr[s.len - 1] == 0xff)
		s.len--;
	if (!s.len)
		return s;
	return str_format(a, "%.*s%c", (int)s.len - 1, s.ptr, s.ptr[s.len - 1] + 1);
}

static int by_rank(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : str_cmp(x->key, y->key);
}

static int by_rank_down(const void *a, const void *b)
{
	return by_rank(b, a);
}

/* path: of that tenant alone; STR_NONE: of any. */
static enum err page_of(struct store *s, struct arena *a, const struct query *q, struct str path, enum table t, struct row *rows, size_t room, size_t *n, struct why *why)
{
	struct buf sql;
	sqlite3_stmt *st = NULL;
	enum err e = OK;
	buf_init(&sql, 1024);
	build(&sql, q, path, t);
	int r = sqlite3_prepare_v2(s->db, sql.ptr, (int)sql.len, &st, NULL);
	buf_done(&sql);
	if (r != SQLITE_OK)
		return sqlite_fail(s, r, "the store refused a query", why);
	struct str values[10] = { STR_NONE, q->owner, q->state, q->tenant, behind(a, q->tenant), q->key_prefix, behind(a, q->key_prefix), STR_NONE, STR_NONE,
		q->after_key };
	for (int i = 1; i <= 9; i++)
		if (i != 7 && i != 8)
			sqlite_bind(st, i, values[i]);
	sqlite_bind(st, 11, str_format(a, "/%.*s/", STR_ARG(q->below)));
	sqlite_bind(st, 12, path);
	(void)sqlite3_bind_int64(st, 7, q->due_by);
	(void)sqlite3_bind_int64(st, 8, q->after_rank);
	(void)sqlite3_bind_int64(st, 10, (sqlite3_int64)(room - *n));
	while (e == OK && *n < room && (r = sqlite3_step(st)) == SQLITE_ROW)
		e = sqlite_row(a, st, t, &rows[(*n)++], why);
	if (e == OK && r != SQLITE_DONE && r != SQLITE_ROW)
		e = sqlite_fail(s, r, "cannot read the store", why);
	(void)sqlite3_finalize(st);
	return e;
}

/* The paths that go through a reseller. Parameter 1: the step. */
static enum err paths_below(struct store *s, enum table t, sqlite3_stmt **ret, struct why *why)
{
	char sql[128];
	(void)snprintf(sql, sizeof(sql), "SELECT tenant FROM t%d_path WHERE instr(tenant, ?1)>0", (int)t);
	int r = sqlite3_prepare_v2(s->db, sql, -1, ret, NULL);
	return r == SQLITE_OK ? OK : sqlite_fail(s, r, "the store refused a query", why);
}

/*
 * Below a reseller: each path that goes through it has its rows in the order of the index, and the first of all of them together
 * make the page. To walk through all rows for the few of one reseller would take as long as there are rows.
 */
static enum err page_below(struct store *s, struct arena *a, const struct query *q, struct row *rows, size_t room, size_t *n, struct why *why)
{
	struct row *both = ARENA_ARRAY(a, struct row, 2 * room);
	struct query of = *q;
	sqlite3_stmt *paths = NULL;
	int r = SQLITE_DONE;
	enum err e = both ? paths_below(s, q->table, &paths, why) : why_set(why, ERR_NOMEM, "no memory for a page");
	of.below = STR_NONE;
	if (e == OK)
		sqlite_bind(paths, 1, str_format(a, "/%.*s/", STR_ARG(q->below)));
	while (e == OK && (r = sqlite3_step(paths)) == SQLITE_ROW) {
		size_t end = *n;
		struct str path = str_copy(a, (struct str){ sqlite3_column_blob(paths, 0), (size_t)sqlite3_column_bytes(paths, 0) });
		e = page_of(s, a, &of, path, q->table, both, *n + room, &end, why);
		qsort(both, end, sizeof(*both), q->descending ? by_rank_down : by_rank);
		*n = end < room ? end : room;
	}
	if (e == OK && r != SQLITE_DONE)
		e = sqlite_fail(s, r, "cannot read the store", why);
	(void)sqlite3_finalize(paths);
	for (size_t i = 0; e == OK && i < *n; i++)
		rows[i] = both[i];
	return e;
}

enum err sqlite_page(struct store *s, struct arena *a, const struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why)
{
	size_t room = q->limit && q->limit < QUERY_LIMIT_MAX ? q->limit : QUERY_LIMIT_MAX, n = 0;
	struct row *rows = ARENA_ARRAY(a, struct row, room);
	enum err e = OK;
	if (!rows)
		return why_set(why, ERR_NOMEM, "no memory for a page");
	sqlite_end_loads(s);
	bool below = q->below.ptr && q->table && !q->by_key && q->due_by == TIME_NONE && schema_has_tenant(q->table) && str_chr(q->below, '/') == SIZE_MAX;
	if (below)
		e = page_below(s, a, q, rows, room, &n, why);
	else if (q->table)
		e = page_of(s, a, q, STR_NONE, q->table, rows, room, &n, why);
	else
		for (int t = 1; e == OK && t < TABLE_END && n < room; t++)
			if (schema_has_due((enum table)t))
				e = page_of(s, a, q, STR_NONE, (enum table)t, rows, room, &n, why);
	if (e)
		return e;
	*ret_rows = rows;
	*ret_count = n;
	return OK;
}

static enum err one_integer(struct store *s, const char *sql, const struct str *text, int64_t none, int64_t *ret, struct why *why)
{
	sqlite3_stmt *st = NULL;
	sqlite_end_loads(s);
	int r = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
	if (r == SQLITE_OK) {
		if (text)
			sqlite_bind(st, 1, *text);
		r = sqlite3_step(st);
	}
	enum err e = OK;
	if (r == SQLITE_ROW)
		*ret = sqlite3_column_type(st, 0) == SQLITE_NULL ? none : sqlite3_column_int64(st, 0);
	else
		e = sqlite_fail(s, r, "cannot read the store", why);
	(void)sqlite3_finalize(st);
	return e;
}

enum err sqlite_next_due(struct store *s, int64_t *ret_due_at, struct why *why)
{
	char sql[96];
	int64_t earliest = TIME_NONE, due = TIME_NONE;
	for (int t = 1; t < TABLE_END; t++) {
		if (!schema_has_due((enum table)t))
			continue;
		(void)snprintf(sql, sizeof(sql), "SELECT min(due) FROM t%d WHERE due IS NOT NULL", t);
		enum err e = one_integer(s, sql, NULL, TIME_NONE, &due, why);
		if (e)
			return e;
		if (due != TIME_NONE && (earliest == TIME_NONE || due < earliest))
			earliest = due;
	}
	*ret_due_at = earliest;
	return OK;
}

enum err sqlite_count(struct store *s, enum table t, struct str state, uint64_t most, uint64_t *ret_count, struct why *why)
{
	char sql[128];
	int64_t n = 0;
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM (SELECT 1 FROM t%d%s LIMIT %lld)", (int)t, state.ptr ? " WHERE state=?1" : "",
		(long long)(most < INT64_MAX ? most : INT64_MAX));
	enum err e = one_integer(s, sql, state.ptr ? &state : NULL, 0, &n, why);
	if (e == OK)
		*ret_count = (uint64_t)n;
	return e;
}
