/*
 * What was deleted, out of the files too. See store.h.
 *
 * secure_delete overwrites a row where it lies, and a checkpoint that truncates the log takes away the older pages in it. That is not
 * all: a page that was split keeps, in its unused middle, copies of rows that went to its neighbour. So the file is written
 * anew. What VACUUM puts beside it for the time is a copy of living rows, in the same directory, without a name. It takes as
 * long as copying the store, and twice its room. SQLite does not sync a log that it cut off, since it never needs what was in it; we do,
 * or a power cut would give it back.
 */
#include <stdio.h>

#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite.h"

static enum err truncate_log(struct store *s, struct why *why)
{
	sqlite3_file *log = NULL;
	int r = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log);
	if (r == SQLITE_OK && log && log->pMethods)
		r = log->pMethods->xSync(log, SQLITE_SYNC_FULL);
	return r == SQLITE_OK ? OK : sqlite_fail(s, r, "cannot empty the log of the store", why);
}

/* A path that no row has any more names a reseller who may have been erased. */
static enum err drop_paths(struct store *s, struct why *why)
{
	char sql[160];
	int r = SQLITE_OK;
	for (int t = 1; r == SQLITE_OK && t < TABLE_END; t++) {
		(void)snprintf(sql, sizeof(sql), "DELETE FROM t%d_path WHERE NOT EXISTS (SELECT 1 FROM t%d WHERE t%d.tenant=t%d_path.tenant)", t, t, t, t);
		r = schema_has_tenant((enum table)t) ? sqlite3_exec(s->db, sql, NULL, NULL, NULL) : SQLITE_OK;
	}
	return r == SQLITE_OK ? OK : sqlite_fail(s, r, "cannot drop what the store has no row of", why);
}

enum err sqlite_shred(struct store *s, struct why *why)
{
	const char *path = sqlite3_db_filename(s->db, "main"), *end = strrchr(path, '/');
	sqlite_end_loads(s);
	enum err e = drop_paths(s, why);
	if (e)
		return e;
	/* in memory the copy would be as large as the store */
	sqlite3_temp_directory = end ? sqlite3_mprintf("%.*s", (int)(end - path), path) : NULL;
	(void)sqlite3_exec(s->db, "PRAGMA temp_store=FILE", NULL, NULL, NULL);
	int r = sqlite3_exec(s->db, "VACUUM", NULL, NULL, NULL);
	e = r == SQLITE_OK ? OK : sqlite_fail(s, r, "cannot write the store anew", why);
	(void)sqlite3_exec(s->db, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL);
	sqlite3_free(sqlite3_temp_directory);
	sqlite3_temp_directory = NULL;
	return e ? e : truncate_log(s, why);
}
