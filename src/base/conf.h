/*
 * The block language that configuration and policy share: words, "strings", numbers and { blocks }.
 *
 *   statement = word { argument } ( end of line | ";" | "{" { statement } "}" )
 *   argument  = word | string | ","          a word is any run of bytes other than white space ; { } " # ,
 *   comment   = "#" to the end of the line
 *
 * A statement also ends before "}" on one line. A line whose last byte is "\" goes on in the next; a line that begins
 * with deeper indentation than its statement and starts with "unless", "or", "and", "with", "fix" does not continue it:
 * only "\" or an open block does. Strings know \" \\ \n \t and end in the line they
 * begin in. conf_read gives the tree in the arena: lexer and recursive descent only, no meaning. Meaning comes from tables:
 * each reader of a block publishes `struct conf_item`s, from which checks, the normalised dump, completion and the manual's
 * option list are all made.
 */
#ifndef AUPD_BASE_CONF_H
#define AUPD_BASE_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { CONF_DEPTH_MAX = 16, CONF_ARGS_MAX = 64, CONF_BYTES_MAX = 16 << 20 };

struct conf_arg {
	struct str text;        /* strings unescaped */
	bool quoted;
	uint32_t line, column;
};

struct conf {
	struct conf_arg *args;  /* args[0] is the statement's word */
	unsigned arg_count;
	bool has_block;
	struct conf *child;     /* first statement of the block */
	struct conf *next;
	const char *file;
	uint32_t end_line;      /* of the closing brace */
};

/* text and file stay borrowed. An `include "path"` statement is the caller's business. */
enum err conf_read(struct arena *a, const char *file, struct str text, struct conf **ret_first, struct why *why) MUST_CHECK;
/* Error at one argument of a statement: file:line:column, the text, and a caret line is made by conf_excerpt. */
enum err conf_fail(struct why *why, const struct conf *at, unsigned arg, enum err e, const char *format, ...) PRINTF_LIKE(5, 6);
/* The offending line and a caret under its column, ready to print after why_print; empty when the place is not known. */
struct str conf_excerpt(struct arena *a, struct str text, const struct why *why);

enum conf_type {
	CONF_WORD, CONF_STRING, CONF_INT, CONF_SIZE, CONF_SPAN, CONF_TIME, CONF_YESNO, CONF_ADDR, CONF_PREFIX, CONF_LISTEN /* addr:port, [v6]:port or /path */,
	CONF_PATH, CONF_ENUM, CONF_BLOCK
};

/* One item that a block may hold: the single source of type, range, default, check and documentation. */
struct conf_item {
	const char *name;
	enum conf_type type;
	const char *arguments;          /* for the manual: "ADDRESS:PORT", "on|off"; with a blank inside, more than one value is let through */
	const char *fallback;           /* default as it would be written, or NULL: required when .required */
	int64_t min, max;               /* CONF_INT, CONF_SIZE (bytes), CONF_SPAN (microseconds) */
	const char *const *words;       /* CONF_ENUM: NULL-terminated */
	const struct conf_item *items;  /* CONF_BLOCK: what its block may hold, NULL-named last; NULL = free form */
	bool many, required, named;     /* may repeat; must be there; the block takes a name as first argument */
	const char *doc;                /* one line */
};

/* Checks the statements against the items: unknown words get the nearest name as hint. */
enum err conf_check(const struct conf *first, const struct conf_item *items, struct why *why) MUST_CHECK;
const struct conf *conf_find(const struct conf *first, const char *name);
/* Typed access after conf_check; the fallback of items is used when the statement is absent. */
struct str conf_text(const struct conf *first, const struct conf_item *items, const char *name);
int64_t conf_number(const struct conf *first, const struct conf_item *items, const char *name); /* INT, SIZE, SPAN, TIME, YESNO, ENUM index */
/* The nearest of the words within an edit distance of 3, or NULL. */
const char *conf_nearest(struct str word, const char *const *words);
/* The normalised dump: one canonical spacing, comments gone, defaults written out when items is given. */
void conf_dump(const struct conf *first, const struct conf_item *items, struct buf *out);

#endif
