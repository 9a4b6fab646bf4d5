/*
 * The embedded store: SQLite in WAL mode with synchronous=FULL behind the three shapes of store.h.
 *
 * A commit is one BEGIN IMMEDIATE transaction: each effect names the version it was folded from, and one that does not
 * match rolls all back. Several processes may hold the file open; a writer waits BUSY_MS for another. Deleted content is
 * overwritten (secure_delete). Extensions cannot be loaded.
 */
#include "store/sqlite/sqlite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/point.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/vfs.h"

enum { BUSY_MS = 10000, BUSY_STEP_MS = 10, PATH_BYTES_MAX = 4096, BACKUP_PAGES = 256, BACKUP_NAME_MAX = 256 };

/* What stands before and behind the number of the table. */
static const struct { const char *head, *tail; } statement_sql[STATEMENT_COUNT] = {
	[STATEMENT_LOAD] = { "SELECT key, version, owner, state, tenant, due, rank, body FROM t", " WHERE key=?1" },
	[STATEMENT_INSERT] = { "INSERT INTO t", "(key, version, owner, state, tenant, due, rank, body) VALUES(?1, ?2+1, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING" },
	[STATEMENT_UPDATE] = { "UPDATE t", " SET version=?2+1, owner=?3, state=?4, tenant=?5, due=?6, rank=?7, body=?8 WHERE key=?1 AND version=?2" },
	[STATEMENT_DELETE] = { "DELETE FROM t", " WHERE key=?1 AND version=?2" },
	[STATEMENT_PATH] = { "INSERT INTO t", "_path VALUES(?1) ON CONFLICT DO NOTHING" },
};

enum err sqlite_fail(struct store *s, int code, const char *what, struct why *why)
{
	enum err e;
	switch (code & 0xff) {
	case SQLITE_BUSY: case SQLITE_LOCKED: e = ERR_AGAIN; break;
	case SQLITE_FULL: e = ERR_FULL; break;
	case SQLITE_CORRUPT: case SQLITE_NOTADB: e = ERR_CORRUPT; break;
	case SQLITE_NOMEM: e = ERR_NOMEM; break;
	case SQLITE_READONLY: e = ERR_DENIED; break;
	default: e = ERR_IO; break;
	}
	(void)why_set(why, e, "%s: %s", what, s && s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(code));
	if (e == ERR_CORRUPT)
		why_hint(why, "stop aupd and restore the last backup; the spool keeps what came since");
	return e;
}

static enum err pragma(struct store *s, const char *sql, struct why *why)
{
	int r = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	/* the change to WAL does not wait by itself when another process opens the same new file */
	for (int i = 0; (r & 0xff) == SQLITE_BUSY && i < BUSY_MS / BUSY_STEP_MS; i++) {
		(void)sqlite3_sleep(BUSY_STEP_MS);
		r = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	}
	return r == SQLITE_OK ? OK : sqlite_fail(s, r, sql, why);
}

static enum err tune(struct store *s, enum store_mode mode, struct why *why)
{
	static const char *const write_pragmas[] = { "PRAGMA page_size=8192", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON",
		"PRAGMA wal_autocheckpoint=4000", "PRAGMA journal_size_limit=67108864", "PRAGMA cache_size=-65536", NULL };
	static const char *const read_pragmas[] = { "PRAGMA query_only=ON", "PRAGMA cache_size=-16384", NULL };
	(void)sqlite3_busy_timeout(s->db, BUSY_MS);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	enum err e = pragma(s, "PRAGMA temp_store=MEMORY", why);
	if (e == OK)
		e = pragma(s, "PRAGMA cell_size_check=ON", why);
	for (const char *const *p = mode == STORE_WRITE ? write_pragmas : read_pragmas; e == OK && *p; p++)
		e = pragma(s, *p, why);
	return e;
}

/* SQLite opens by name: the directory descriptor becomes a path through /proc, so that no search is needed. */
static enum err path_of(int dir_fd, const char *name, char out[PATH_BYTES_MAX], struct why *why)
{
	char link[64];
	ssize_t n = 0;
	if (dir_fd != AT_FDCWD) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir_fd);
		n = readlink(link, out, PATH_BYTES_MAX - 2);
		if (n < 0)
			return why_errno(why, "cannot find the data directory");
		out[n++] = '/';
	}
	int m = snprintf(out + n, PATH_BYTES_MAX - (size_t)n, "%s", name);
	return m >= 0 && m < PATH_BYTES_MAX - n ? OK : why_set(why, ERR_LIMIT, "the path of the store is too long");
}

static void close_store(struct store *s)
{
	if (!s)
		return;
	for (int t = 0; t < TABLE_END; t++)
		for (int k = 0; k < STATEMENT_COUNT; k++)
			(void)sqlite3_finalize(s->statements[t][k]);
	(void)sqlite3_finalize(s->put_mark);
	(void)sqlite3_close_v2(s->db);
	free(s);
}

static enum err open_store(int dir_fd, const char *name, enum store_mode mode, struct store **ret_store, struct why *why)
{
	char path[PATH_BYTES_MAX];
	struct store *s;
	enum err e = path_of(dir_fd, name, path, why);
	if (e)
		return e;
	s = calloc(1, sizeof(*s));
	if (!s)
		return why_set(why, ERR_NOMEM, "no memory for the store");
	s->writes = mode == STORE_WRITE;
	int flags = mode == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
	int r = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, vfs_name());
	if (r != SQLITE_OK)
		e = sqlite_fail(s, r, "cannot open the store", why);
	if (e == OK)
		e = tune(s, mode, why);
	if (e == OK)
		e = mode == STORE_WRITE ? schema_ready(s->db, why) : schema_check(s->db, why);
	if (e) {
		close_store(s);
		return e;
	}
	*ret_store = s;
	return OK;
}

static enum err statement(struct store *s, enum table t, enum statement_kind k, sqlite3_stmt **ret, struct why *why)
{
	char sql[512];
	if (!s->statements[t][k]) {
		(void)snprintf(sql, sizeof(sql), "%s%d%s", statement_sql[k].head, (int)t, statement_sql[k].tail);
		int r = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->statements[t][k], NULL);
		if (r != SQLITE_OK)
			return sqlite_fail(s, r, "the store refused a statement", why);
	}
	*ret = s->statements[t][k];
	return OK;
}

void sqlite_bind(sqlite3_stmt *st, int i, struct str v)
{
	(void)sqlite3_bind_blob64(st, i, v.len ? v.ptr : "", v.len, SQLITE_STATIC);
}

static struct str column(struct arena *a, sqlite3_stmt *st, int i)
{
	struct str v = { sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i) };
	return str_copy(a, v);
}

enum err sqlite_row(struct arena *a, sqlite3_stmt *st, enum table t, struct row *ret_row, struct why *why)
{
	*ret_row = (struct row){ .table = t, .key = column(a, st, 0), .version = (uint64_t)sqlite3_column_int64(st, 1), .owner = column(a, st, 2),
		.state = column(a, st, 3), .tenant = column(a, st, 4), .due_at = sqlite3_column_type(st, 5) == SQLITE_NULL ? TIME_NONE : sqlite3_column_int64(st, 5),
		.rank = sqlite3_column_int64(st, 6), .body = column(a, st, 7) };
	return ret_row->body.ptr ? OK : why_set(why, ERR_NOMEM, "no memory for a row");
}

/*
 * The loads of a batch share one read transaction, for a lock a row costs more than the row. Whatever else is asked of the
 * store ends it first, so what is old is never read for long; a commit compares versions anyway.
 */
static enum err begin_loads(struct store *s, struct why *why)
{
	if (s->loading || !s->writes)
		return OK;
	int r = sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL);
	s->loading = r == SQLITE_OK;
	return r == SQLITE_OK ? OK : sqlite_fail(s, r, "cannot begin to read", why);
}

void sqlite_end_loads(struct store *s)
{
	if (s->loading)
		(void)sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	s->loading = false;
}

static enum err load(struct store *s, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	enum err e = begin_loads(s, why);
	if (e)
		return e;
	for (size_t i = 0; i < count; i++) {
		sqlite3_stmt *st = NULL;
		e = statement(s, keys[i].table, STATEMENT_LOAD, &st, why);
		if (e)
			return e;
		sqlite_bind(st, 1, keys[i].key);
		int r = sqlite3_step(st);
		rows[i] = (struct row){ .table = keys[i].table, .key = keys[i].key, .due_at = TIME_NONE };
		if (r == SQLITE_ROW)
			e = sqlite_row(a, st, keys[i].table, &rows[i], why);
		else if (r != SQLITE_DONE)
			e = sqlite_fail(s, r, "cannot read the store", why);
		(void)sqlite3_reset(st);
		if (e)
			return e;
	}
	return OK;
}

/* A trigger would do the same, and open a journal for each row. */
static enum err put_path(struct store *s, const struct row *row, struct why *why)
{
	sqlite3_stmt *st = NULL;
	enum err e = statement(s, row->table, STATEMENT_PATH, &st, why);
	if (e)
		return e;
	sqlite_bind(st, 1, row->tenant);
	int r = sqlite3_step(st);
	(void)sqlite3_reset(st);
	return r == SQLITE_DONE ? OK : sqlite_fail(s, r, "cannot write the store", why);
}

static enum err apply(struct store *s, const struct effect *f, struct why *why)
{
	const struct row *row = &f->row;
	sqlite3_stmt *st = NULL;
	enum statement_kind k = f->op == EFFECT_DELETE ? STATEMENT_DELETE : row->version ? STATEMENT_UPDATE : STATEMENT_INSERT;
	if (row->key.len > ROW_KEY_MAX || row->body.len > ROW_BODY_MAX)
		return why_set(why, ERR_LIMIT, "a row of table %s is too long", table_text(row->table));
	enum err e = statement(s, row->table, k, &st, why);
	if (e)
		return e;
	sqlite_bind(st, 1, row->key);
	(void)sqlite3_bind_int64(st, 2, (sqlite3_int64)row->version);
	if (k != STATEMENT_DELETE) {
		sqlite_bind(st, 3, row->owner);
		sqlite_bind(st, 4, row->state);
		sqlite_bind(st, 5, row->tenant);
		if (row->due_at == TIME_NONE)
			(void)sqlite3_bind_null(st, 6);
		else
			(void)sqlite3_bind_int64(st, 6, row->due_at);
		(void)sqlite3_bind_int64(st, 7, row->rank);
		sqlite_bind(st, 8, row->body);
	}
	int r = sqlite3_step(st);
	(void)sqlite3_reset(st);
	if (r != SQLITE_DONE)
		return sqlite_fail(s, r, "cannot write the store", why);
	if (sqlite3_changes(s->db) != 1)
		return why_set(why, ERR_CONFLICT, "a row of table %s changed meanwhile", table_text(row->table));
	return k != STATEMENT_DELETE && schema_has_tenant(row->table) ? put_path(s, row, why) : OK;
}

static enum err put_mark(struct store *s, const struct mark *m, struct why *why)
{
	int r = SQLITE_OK;
	if (!s->put_mark)
		r = sqlite3_prepare_v3(s->db, "INSERT INTO mark VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET segment=?4, off=?5, idx=?6", -1,
			SQLITE_PREPARE_PERSISTENT, &s->put_mark, NULL);
	if (r == SQLITE_OK) {
		(void)sqlite3_bind_int64(s->put_mark, 1, m->source);
		(void)sqlite3_bind_int(s->put_mark, 2, (int)m->hop);
		(void)sqlite3_bind_int(s->put_mark, 3, m->lane);
		(void)sqlite3_bind_int64(s->put_mark, 4, (sqlite3_int64)m->at.segment);
		(void)sqlite3_bind_int64(s->put_mark, 5, (sqlite3_int64)m->at.offset);
		(void)sqlite3_bind_int64(s->put_mark, 6, m->at.index);
		r = sqlite3_step(s->put_mark);
		(void)sqlite3_reset(s->put_mark);
	}
	return r == SQLITE_DONE ? OK : sqlite_fail(s, r, "cannot write a mark", why);
}

static enum err commit(struct store *s, const struct effect *effects, size_t count, const struct mark *marks, size_t mark_count, struct why *why)
{
	sqlite_end_loads(s);
	int r = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (r != SQLITE_OK)
		return sqlite_fail(s, r, "cannot begin a transaction", why);
	enum err e = OK;
	for (size_t i = 0; e == OK && i < count; i++)
		e = apply(s, &effects[i], why);
	for (size_t i = 0; e == OK && i < mark_count; i++)
		e = put_mark(s, &marks[i], why);
	if (e == OK) {
		POINT("store.middle");
		r = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
		POINT("store.committed");
		if (r == SQLITE_OK)
			return OK;
		e = sqlite_fail(s, r, "cannot commit", why);
	}
	(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return e;
}

static enum err marks(struct store *s, struct arena *a, uint32_t source, struct mark **ret_marks, size_t *ret_count, struct why *why)
{
	enum { MARKS_MAX = 2 * LANE_COUNT };
	sqlite3_stmt *st = NULL;
	struct mark *list = ARENA_ARRAY(a, struct mark, MARKS_MAX);
	size_t n = 0;
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for marks");
	sqlite_end_loads(s);
	int r = sqlite3_prepare_v2(s->db, "SELECT hop, lane, segment, off, idx FROM mark WHERE source=?1 ORDER BY hop, lane", -1, &st, NULL);
	if (r == SQLITE_OK) {
		(void)sqlite3_bind_int64(st, 1, source);
		while (n < MARKS_MAX && (r = sqlite3_step(st)) == SQLITE_ROW)
			list[n++] = (struct mark){ source, (enum hop)sqlite3_column_int(st, 0), (uint8_t)sqlite3_column_int(st, 1),
				{ (uint64_t)sqlite3_column_int64(st, 2), (uint64_t)sqlite3_column_int64(st, 3), (uint32_t)sqlite3_column_int64(st, 4) } };
	}
	(void)sqlite3_finalize(st);
	if (r != SQLITE_DONE && r != SQLITE_ROW)
		return sqlite_fail(s, r, "cannot read marks", why);
	*ret_marks = list;
	*ret_count = n;
	return OK;
}

/* Page by page, so that others may write meanwhile; who holds a lock is waited for as long as anywhere else. */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int r = b ? SQLITE_OK : sqlite3_errcode(to), waits = 0;
	while (r == SQLITE_OK || ((r == SQLITE_BUSY || r == SQLITE_LOCKED) && waits++ < BUSY_MS / BUSY_STEP_MS)) {
		if (r != SQLITE_OK)
			(void)sqlite3_sleep(BUSY_STEP_MS);
		r = sqlite3_backup_step(b, BACKUP_PAGES);
	}
	(void)sqlite3_backup_finish(b);
	return r;
}

/* What a backup that did not end left, and what SQLite keeps beside it: that would be played into the next one. */
static enum err remove_part(int dir_fd, const char *part, struct why *why)
{
	static const char *const tails[] = { "-journal", "-wal", "-shm", "" };
	char file[PATH_BYTES_MAX];
	enum err e = OK;
	for (size_t i = 0; e == OK && i < sizeof(tails) / sizeof(tails[0]); i++) {
		(void)snprintf(file, sizeof(file), "%s%s", part, tails[i]);
		e = file_unlink(dir_fd, file, why);
		e = e == ERR_NOTFOUND ? OK : e;
	}
	return e;
}

/* Under another name until it is whole: the backup of yesterday stays when that of today fails. */
static enum err backup(struct store *s, int dir_fd, const char *name, struct why *why)
{
	char path[PATH_BYTES_MAX], part[BACKUP_NAME_MAX];
	sqlite3 *to = NULL;
	if (snprintf(part, sizeof(part), "%s.part", name) >= BACKUP_NAME_MAX)
		return why_set(why, ERR_LIMIT, "the name of the backup is too long");
	enum err e = path_of(dir_fd, part, path, why);
	if (e == OK)
		e = remove_part(dir_fd, part, why);
	if (e)
		return e;
	sqlite_end_loads(s);
	int r = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs_name());
	if (r == SQLITE_OK)
		r = copy_pages(s->db, to);
	if (r != SQLITE_DONE)
		e = why_set(why, (r & 0xff) == SQLITE_FULL ? ERR_FULL : ERR_IO, "cannot write the backup %s: %s", name, sqlite3_errstr(r));
	(void)sqlite3_close_v2(to);
	if (e == OK)
		e = file_rename(dir_fd, part, name, why);
	if (e == OK)
		return file_sync_dir(dir_fd, why);
	/* the reason is told; the next backup removes what stays */
	(void)remove_part(dir_fd, part, NULL);
	return e;
}

const struct store_driver store_sqlite = {
	.name = "sqlite",
	.doc = "the embedded store: one file in the data directory",
	.open = open_store,
	.load = load,
	.commit = commit,
	.page = sqlite_page,
	.marks = marks,
	.next_due = sqlite_next_due,
	.count = sqlite_count,
	.backup = backup,
	.shred = sqlite_shred,
	.close = close_store,
};
