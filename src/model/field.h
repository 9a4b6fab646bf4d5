/*
 * The one codec between structs and their stored or framed form: a table of fields per noun, JSON as the form.
 *
 * A noun's table names each member with its type and offset; field_write and field_read do the rest, in the order of the
 * table, so the same struct always gives the same bytes. Defaults (empty, zero, false, TIME_NONE) are left out. Reading
 * is strict about types and unknown enum words and lenient about unknown members, so that older code reads newer rows.
 */
#ifndef AUPD_MODEL_FIELD_H
#define AUPD_MODEL_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

enum field_type {
	FIELD_STR,              /* struct str, UTF-8 */
	FIELD_BYTES,            /* struct str, base64 in the text */
	FIELD_INT,              /* int64_t */
	FIELD_U64,              /* uint64_t below 2^63 */
	FIELD_U32,              /* uint32_t */
	FIELD_U16,
	FIELD_BOOL,
	FIELD_OPTIONAL,         /* int64_t of which 0 is a value, INT64_MIN when absent */
	FIELD_TIME,             /* int64_t, TIME_NONE when absent; microseconds as integer in the text */
	FIELD_ENUM,             /* an enum of int size; words[] by value, words[0] is the default */
	FIELD_ADDR,             /* struct addr; absent when all zero */
	FIELD_DIGEST,           /* struct digest; hex; absent when all zero */
	FIELD_STRUCT,           /* an embedded struct with its own table */
	FIELD_LIST,             /* pointer + unsigned count; elements by table */
	FIELD_STRS,             /* struct str * + unsigned count */
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	const char *const *words;       /* FIELD_ENUM */
	const struct field *fields;     /* FIELD_STRUCT, FIELD_LIST; closed by a NULL name */
	size_t size;                    /* FIELD_LIST: of one element */
	size_t count_offset;            /* FIELD_LIST, FIELD_STRS: of the unsigned count */
	unsigned max;                   /* FIELD_LIST, FIELD_STRS: more is ERR_LIMIT */
};

#define FIELD(type_, struct_, member, kind) { .name = #member, .type = (kind), .offset = offsetof(type_ struct_, member) }

/* Members of one object; the caller opens and closes it. */
void field_write(struct jsonw *w, const struct field *fields, const void *noun);
/* Texts point into the tree. The caller zeroes *noun; times that are absent become TIME_NONE. */
enum err field_read(struct arena *a, const struct json *object, const struct field *fields, void *noun, struct why *why) MUST_CHECK;
/* Whole bodies, for rows and frames. */
enum err field_encode(struct arena *a, const struct field *fields, const void *noun, struct str *ret_text) MUST_CHECK;
enum err field_decode(struct arena *a, struct str text, const struct field *fields, void *noun, struct why *why) MUST_CHECK;

#endif
