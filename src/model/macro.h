/*
 * A macro: a named sequence of what people do to a case, with placeholders that are filled when it is run.
 *
 * "{customer}" and the like stand for what the case says, "{ask NAME}" for what whoever runs it says, "{{" for a brace.
 */
#ifndef AUPD_MODEL_MACRO_H
#define AUPD_MODEL_MACRO_H

#include "model/field.h"

enum { MACRO_STEPS_MAX = 16, MACRO_NAME_MAX = 64, MACRO_TEXT_MAX = 8192, MACRO_ASKED_MAX = 16, MACROS_MAX = 500 };

struct macro_step {
	struct str verb, text;
};

/* TABLE_MACRO, by its name. */
struct macro {
	struct str name, by;
	int64_t at;
	struct macro_step *steps;
	unsigned step_count;
};

extern const struct field macro_fields[];

struct macro_value {
	struct str name, value;
};

/* The names that its texts ask for, each once; at most MACRO_ASKED_MAX. */
unsigned macro_asks(const struct macro *m, struct str ret_names[MACRO_ASKED_MAX]);
/* Small letters, digits and "-", at most MACRO_NAME_MAX of them. */
bool macro_name_ok(struct str name);
/*
 * The text with its placeholders filled. known: what a case says; asked: what was said by whoever runs it, NULL = it is only checked,
 * and any name may be asked for. ERR_NOTFOUND: a placeholder that nothing fills; ERR_SYNTAX; ERR_LIMIT: longer than MACRO_TEXT_MAX.
 */
enum err macro_fill(struct arena *a, struct str text, const struct macro_value *known, unsigned known_count, const struct macro_value *asked, unsigned asked_count,
	struct str *ret_text, struct why *why) MUST_CHECK;

#endif
