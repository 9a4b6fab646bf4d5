/*
 * CSV (RFC 4180), record by record, from bytes in memory: imports of registries and reports that come as tables.
 *
 * Line ends are CRLF, LF or CR; a byte order mark is skipped and empty lines are not records. Quotes follow RFC 4180 2.5 to
 * 2.7 strictly. Every field knows its bytes in the text, because a fact that is used as evidence must point at them; every
 * record knows the line it begins in. Encoding is the caller's business: fields may hold any byte but NUL.
 */
#ifndef AUPD_BASE_CSV_H
#define AUPD_BASE_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { CSV_FIELDS_MAX = 256, CSV_RECORD_BYTES_MAX = 1 << 20 };

struct csv_field {
	struct str text;                /* quotes taken off; borrowed from the text unless a doubled quote had to be undone */
	size_t from, to;                /* its bytes in the text, quotes included */
	bool quoted;
};

struct csv_row {
	struct csv_field *fields;
	unsigned count;                 /* at least 1 */
	uint32_t line;                  /* where it begins, from 1 */
	uint32_t number;                /* of this record, from 1: a header counts */
	size_t from, to;                /* its bytes in the text, without the line end */
	bool bent;                      /* its quotes broke the rules: where fields end was guessed */
};

struct csv {
	const char *file;
	struct str text;
	char separator;
	size_t at, line_at;             /* next byte; first byte of its line */
	uint32_t line, number;
	bool lenient;                   /* the reader's to set: a record of wrong quotes is its line, read as well as can be, and bent */
	bool stops[256];                /* bytes at which a field that is not quoted may end, or be wrong */
};

/* file (for errors; may be "") and text stay borrowed. separator: ',', ';' or a tab. */
void csv_init(struct csv *c, const char *file, struct str text, char separator);
/*
 * The next record, its fields in the arena. ERR_NOTFOUND at the end. ERR_SYNTAX or ERR_LIMIT with file, line and column for
 * a record that breaks the rules: the next call goes on with the line after the one that the error is in.
 */
enum err csv_next(struct csv *c, struct arena *a, struct csv_row *ret_row, struct why *why) MUST_CHECK;
/* The same, its fields in an array of the caller, for a reader of many records: they are gone with the next call. */
enum err csv_next_into(struct csv *c, struct arena *a, struct csv_field fields[CSV_FIELDS_MAX], struct csv_row *ret_row, struct why *why) MUST_CHECK;
/* The field with that name in a header (case folded, white space off both ends), or -1. */
int csv_column(const struct csv_row *header, const char *name);
/* One field, STR_NONE when column is negative or beyond the record. */
struct str csv_text(const struct csv_row *row, int column);

#endif
