/*
 * The schema of the embedded store. See schema.h.
 *
 * One physical table a logical one, so that the hot append-only ones carry no index they do not need.
 */
#include "store/sqlite/schema.h"

#include <stdio.h>

enum { INDEX_OWNER = 1, INDEX_STATE = 2, INDEX_RANK = 4, INDEX_DUE = 8, INDEX_TENANT = 16 };

_Static_assert(TABLE_END == 47, "a table more or less: raise SCHEMA_VERSION, so that stores that are there follow");

static const unsigned indexes[TABLE_END] = {
	[TABLE_CASE] = INDEX_OWNER | INDEX_STATE | INDEX_RANK | INDEX_DUE | INDEX_TENANT,
	[TABLE_CASE_EVENT] = INDEX_RANK,
	[TABLE_ATTRIBUTION] = INDEX_RANK,
	[TABLE_SEEN] = INDEX_DUE,
	[TABLE_PARKED] = INDEX_OWNER | INDEX_STATE | INDEX_RANK | INDEX_DUE,
	[TABLE_ACT] = INDEX_OWNER | INDEX_STATE | INDEX_RANK | INDEX_DUE,
	[TABLE_RECORD] = INDEX_RANK,
	[TABLE_ITEM] = INDEX_STATE | INDEX_RANK | INDEX_DUE,
	[TABLE_LETTER] = INDEX_OWNER | INDEX_DUE,
	[TABLE_TOKEN] = INDEX_DUE,
	[TABLE_REPORTER] = INDEX_DUE,
	[TABLE_POLICY] = INDEX_RANK,
	[TABLE_ENTITY] = INDEX_OWNER | INDEX_RANK,
	[TABLE_RECEIPT] = INDEX_DUE | INDEX_OWNER,
	[TABLE_LEAF] = INDEX_RANK,
	[TABLE_SWITCH] = INDEX_DUE,
	[TABLE_BINDING_USE] = INDEX_OWNER | INDEX_RANK | INDEX_DUE,
	[TABLE_SIGHTING] = INDEX_RANK | INDEX_DUE,
	[TABLE_SESSION] = INDEX_OWNER | INDEX_DUE,
	[TABLE_HOLD] = INDEX_DUE,
	[TABLE_ERASURE] = INDEX_DUE,
	[TABLE_QUEUE] = INDEX_STATE,
	[TABLE_BULK] = INDEX_RANK,
	[TABLE_API_KEY] = INDEX_OWNER | INDEX_RANK,
	[TABLE_REPLAY] = INDEX_DUE,
	[TABLE_FORWARDING] = INDEX_OWNER | INDEX_STATE | INDEX_RANK | INDEX_DUE,
	[TABLE_CONDUCT] = INDEX_RANK | INDEX_DUE,
	[TABLE_ONETIME] = INDEX_OWNER | INDEX_DUE,
	[TABLE_WEBHOOK] = INDEX_OWNER | INDEX_STATE | INDEX_RANK | INDEX_DUE,
	[TABLE_DELIVERY] = INDEX_OWNER | INDEX_STATE | INDEX_RANK | INDEX_DUE,
	[TABLE_HOOK_LANE] = INDEX_OWNER | INDEX_STATE | INDEX_DUE,
	[TABLE_UPSTREAM] = INDEX_STATE | INDEX_RANK | INDEX_DUE,
	[TABLE_MARK] = INDEX_DUE,
	[TABLE_DIGEST] = INDEX_OWNER | INDEX_DUE,
	[TABLE_DURATION] = INDEX_OWNER | INDEX_DUE,
	[TABLE_METERING] = INDEX_DUE,
	[TABLE_IDENTITY] = INDEX_OWNER | INDEX_DUE,
};

bool schema_has_due(enum table t)
{
	return indexes[t] & INDEX_DUE;
}

bool schema_has_tenant(enum table t)
{
	return indexes[t] & INDEX_TENANT;
}

static enum err run(sqlite3 *db, const char *sql, struct why *why)
{
	char *text = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &text) == SQLITE_OK)
		return OK;
	enum err e = why_set(why, ERR_IO, "the store refused its schema: %s", text ? text : sqlite3_errmsg(db));
	sqlite3_free(text);
	return e;
}

static enum err create_index(sqlite3 *db, int t, const char *name, const char *columns, const char *where, struct why *why)
{
	char sql[256];
	(void)snprintf(sql, sizeof(sql), "CREATE INDEX IF NOT EXISTS t%d_%s ON t%d(%s)%s", t, name, t, columns, where);
	return run(db, sql, why);
}

/*
 * The few paths that rows have, so that who asks below a reseller need not look for them in an index as long as the table. A commit adds
 * its own; those of a store that is there are found by one look for each.
 */
static enum err create_paths(sqlite3 *db, int t, struct why *why)
{
	char sql[512];
	(void)snprintf(sql, sizeof(sql), "CREATE TABLE IF NOT EXISTS t%d_path(tenant BLOB PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;"
		"WITH RECURSIVE p(x) AS (SELECT min(tenant) FROM t%d UNION ALL SELECT (SELECT min(tenant) FROM t%d WHERE tenant>p.x) FROM p WHERE p.x IS NOT NULL)"
		" INSERT OR IGNORE INTO t%d_path SELECT x FROM p WHERE x IS NOT NULL", t, t, t, t);
	return run(db, sql, why);
}

static enum err create_table(sqlite3 *db, int t, struct why *why)
{
	char sql[512];
	(void)snprintf(sql, sizeof(sql),
		"CREATE TABLE IF NOT EXISTS t%d(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL,"
		" tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT", t);
	enum err e = run(db, sql, why);
	if (e == OK && indexes[t] & INDEX_OWNER)
		e = create_index(db, t, "owner", "owner, rank, key", "", why);
	if (e == OK && indexes[t] & INDEX_STATE)
		e = create_index(db, t, "state", "state, rank, key", "", why);
	if (e == OK && indexes[t] & INDEX_RANK)
		e = create_index(db, t, "rank", "rank, key", "", why);
	if (e == OK && indexes[t] & INDEX_TENANT)
		e = create_index(db, t, "tenant", "tenant, rank, key", "", why);
	if (e == OK && indexes[t] & INDEX_TENANT)
		e = create_paths(db, t, why);
	if (e == OK && indexes[t] & INDEX_DUE)
		e = create_index(db, t, "due", "due", " WHERE due IS NOT NULL", why);
	return e;
}

static enum err version_of(sqlite3 *db, int *ret_version, struct why *why)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW) {
		enum err e = why_set(why, ERR_CORRUPT, "this is not a store of aupd: %s", sqlite3_errmsg(db));
		(void)sqlite3_finalize(s);
		return e;
	}
	*ret_version = sqlite3_column_int(s, 0);
	(void)sqlite3_finalize(s);
	return OK;
}

static enum err too_new(int version, struct why *why)
{
	enum err e = why_set(why, ERR_UNSUPPORTED, "the store has schema %d, this program knows %d", version, SCHEMA_VERSION);
	why_hint(why, "it was written by a newer aupd: install that, or restore a backup");
	return e;
}

enum err schema_check(sqlite3 *db, struct why *why)
{
	int version = 0;
	enum err e = version_of(db, &version, why);
	if (e)
		return e;
	if (version > SCHEMA_VERSION)
		return too_new(version, why);
	return version == SCHEMA_VERSION ? OK : why_set(why, ERR_NOTFOUND, "the store has not been made yet");
}

enum err schema_ready(sqlite3 *db, struct why *why)
{
	char sql[64];
	int version = 0;
	enum err e = version_of(db, &version, why);
	if (e)
		return e;
	if (version > SCHEMA_VERSION)
		return too_new(version, why);
	if (version == SCHEMA_VERSION)
		return OK;
	e = run(db, "BEGIN IMMEDIATE", why);
	for (int t = 1; e == OK && t < TABLE_END; t++)
		e = create_table(db, t, why);
	if (e == OK)
		e = run(db, "CREATE TABLE IF NOT EXISTS mark(source INTEGER, hop INTEGER, lane INTEGER, segment INTEGER NOT NULL, off INTEGER NOT NULL,"
			    " idx INTEGER NOT NULL, PRIMARY KEY(source, hop, lane)) STRICT, WITHOUT ROWID", why);
	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", SCHEMA_VERSION);
	if (e == OK)
		e = run(db, sql, why);
	if (e == OK)
		return run(db, "COMMIT", why);
	(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return e;
}
