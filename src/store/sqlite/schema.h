/*
 * The schema of the embedded store: which table has which indexes, and the forward migrations. Private to store/sqlite.
 */
#ifndef AUPD_STORE_SQLITE_SCHEMA_H
#define AUPD_STORE_SQLITE_SCHEMA_H

#include <sqlite3.h>

#include "base/err.h"
#include "model/row.h"

enum { SCHEMA_VERSION = 24 };

/* Creates or migrates; ERR_UNSUPPORTED when the file is from a newer aupd. */
enum err schema_ready(sqlite3 *db, struct why *why) MUST_CHECK;
/* As ready, for a reader: nothing is written. */
enum err schema_check(sqlite3 *db, struct why *why) MUST_CHECK;
/* Tables whose rows can be due, for the one query that asks all of them. */
bool schema_has_due(enum table t);
/* Tables that are found by the path of resellers: each path stands once in tN_path, as long as a row has it and until the next shred. */
bool schema_has_tenant(enum table t);

#endif
