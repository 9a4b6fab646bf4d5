/*
 * Regular expressions (Perl's syntax, PCRE2) for patterns that operators write and text that strangers write.
 *
 * A pattern is compiled once. A search has limits on steps, depth and memory, so that no pattern and no text can hold a role
 * up: when one is reached the answer is ERR_LIMIT, "cannot tell", never "no match". Interpreted only: no memory is ever
 * both writable and executable. Text may be any bytes; "." and classes work on characters where it is UTF-8.
 */
#ifndef AUPD_BASE_REGEX_H
#define AUPD_BASE_REGEX_H

#include "base/str.h"

enum { REGEX_PATTERN_MAX = 4096, REGEX_GROUPS_MAX = 16 /* the whole match included */, REGEX_TEXT_MAX = 16 << 20 };
enum { REGEX_STEPS_MAX = 1000000, REGEX_DEPTH_MAX = 10000, REGEX_HEAP_KIB = 4096 };
enum { REGEX_FOLD = 1 /* upper and lower case alike */, REGEX_LINES = 2 /* ^ and $ at each line */, REGEX_LITERAL = 4 /* no syntax */ };

struct regex;

struct regex_group {
	bool set;
	size_t from, to;                /* bytes of the text */
};

struct regex_match {
	struct regex_group group[REGEX_GROUPS_MAX];     /* [0]: the whole match */
};

/* ERR_SYNTAX with why->text and ->column (in the pattern, from 1); ERR_LIMIT when it is too long or has too many groups. */
enum err regex_new(struct str pattern, unsigned flags, struct regex **ret_regex, struct why *why) MUST_CHECK;
void regex_free(struct regex *r);                               /* accepts NULL */
/* The first match at or after byte `from`: OK, ERR_NOTFOUND, or ERR_LIMIT. Not for two threads at once. */
enum err regex_search(struct regex *r, struct str text, size_t from, struct regex_match *ret_match) MUST_CHECK;
int regex_group_number(const struct regex *r, const char *name);        /* of (?<name>...), or -1 */
struct str regex_text(const struct regex_match *m, unsigned group, struct str text);    /* STR_NONE when not set */

#endif
