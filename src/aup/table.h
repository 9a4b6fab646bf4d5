/*
 * Registry files: CSV with a header line, or JSON (a list, or {"entities": [...]}), to the lines of an import command; and back.
 *
 * Every row is checked as the daemon will check it, so that what is wrong with a row is told with file, line and column before
 * anything is sent. Times are RFC 3339 in files; a column that nobody knows is an error.
 */
#ifndef AUPD_AUP_TABLE_H
#define AUPD_AUP_TABLE_H

#include "base/json.h"

enum { TABLE_COLUMNS_MAX = 64, TABLE_LINES_BYTES = 250 << 20 };

struct table_file {
	const char *name;
	struct str bytes;
	bool json;
	struct buf lines;               /* one entity a line */
	struct buf starts;              /* where each row begins, as u64 */
	const char *columns[TABLE_COLUMNS_MAX]; /* of a CSV file */
	unsigned column_count;
	uint64_t count;
	/* Told now and then how far it is; may be NULL. */
	void (*progress)(const char *what, uint64_t done, uint64_t total);
};

/* name and bytes stay borrowed. The arena holds one row at a time. */
enum err table_open(struct arena *a, const char *name, struct str bytes, void (*progress)(const char *, uint64_t, uint64_t), struct table_file *t, struct why *why) MUST_CHECK;
void table_close(struct table_file *t);
/* Sets the place of row n (from 1) and its column, which may be NULL, in *why. */
void table_place(struct arena *a, const struct table_file *t, uint64_t n, const char *column, struct why *why);
/* An exported entity (with times as text) as a line of CSV; NULL: the header. */
void table_csv(const struct json *entity, struct buf *out);
/* An entity of the API as files have it: times as text. */
void table_json(struct jsonw *w, const struct json *entity);

#endif
