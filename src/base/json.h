/*
 * JSON (RFC 8259): a bounded reader that keeps byte offsets, and a streaming writer.
 *
 * The reader gives a tree in the caller's arena; every node knows the span of its value in the text, because a fact that
 * is used as evidence must point at its bytes. Duplicate keys, invalid UTF-8, unpaired surrogates, trailing bytes, depth
 * beyond JSON_DEPTH_MAX and numbers that are not RFC 8259 numbers are errors. Numbers keep their text; integers that fit
 * are also given as int64. The writer writes no white space and no floats, escapes what RFC 8259 demands, and gives the
 * same bytes for the same calls.
 */
#ifndef AUPD_BASE_JSON_H
#define AUPD_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { JSON_DEPTH_MAX = 64, JSON_NODES_MAX = 1000000, JSON_MEMBERS_MAX = 1024 /* of one object */ };

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_type type;
	bool boolean;
	bool is_integer;
	int64_t integer;
	struct str text;                /* string: decoded; number: as written */
	struct str key;                 /* decoded, in an object's member */
	uint32_t from, to;              /* span of the value in the text, quotes included */
	struct json *child, *next;      /* members or elements in the order of the text */
};

/* why->line and ->column are set from the offset of the error. text stays borrowed by the tree. */
enum err json_read(struct arena *a, struct str text, struct json **ret_root, struct why *why) MUST_CHECK;
const struct json *json_get(const struct json *object, const char *key);        /* NULL when absent or no object */
const struct json *json_at(const struct json *root, const char *path);          /* "a.b.c" */
struct str json_text(const struct json *object, const char *key);               /* STR_NONE unless a string */
int64_t json_int(const struct json *object, const char *key, int64_t absent);
bool json_flag(const struct json *object, const char *key, bool absent);

/* The writer appends to a buf; nesting is the caller's, commas are the writer's. */
struct jsonw {
	struct buf *out;
	uint64_t comma;                 /* bit n: a comma is due at depth n */
	unsigned depth;
};

void jsonw_init(struct jsonw *w, struct buf *out);
void jsonw_object(struct jsonw *w, const char *key);            /* key is NULL at the top and in arrays */
void jsonw_array(struct jsonw *w, const char *key);
void jsonw_end(struct jsonw *w, char closing);                  /* '}' or ']' */
void jsonw_str(struct jsonw *w, const char *key, struct str value);      /* invalid UTF-8 becomes U+FFFD */
void jsonw_int(struct jsonw *w, const char *key, int64_t value);
void jsonw_bool(struct jsonw *w, const char *key, bool value);
void jsonw_null(struct jsonw *w, const char *key);
void jsonw_time(struct jsonw *w, const char *key, int64_t at);  /* RFC 3339, or null for TIME_NONE */
void jsonw_raw(struct jsonw *w, const char *key, struct str json);       /* text that is JSON already */
/* Writes a tree again, compactly; with from/to forgotten. */
void jsonw_tree(struct jsonw *w, const char *key, const struct json *node);

#endif
