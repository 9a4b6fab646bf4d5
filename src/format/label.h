/*
 * Lines of the form "Name: value", as people and their programs write them into the text of a notice. Pure; one pass.
 */
#ifndef AUPD_FORMAT_LABEL_H
#define AUPD_FORMAT_LABEL_H

#include "base/str.h"

enum { LABEL_NAME_MAX = 64 };

struct label {
	struct str name, value;         /* both trimmed; the value may be empty */
	unsigned levels;                /* how deep the line is quoted */
};

/* The next such line at or behind *at, which goes on behind it. Bullets and marks of a quotation in front are no part of the name. */
bool label_next(struct str text, size_t *at, struct label *ret_label);
/* The name without case is one of "a|b|c", where a leading or trailing "*" stands for anything. */
bool label_is(struct str name, const char *names);

#endif
