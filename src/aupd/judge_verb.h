/*
 * What people do to one case, by the words that bulk commands and macros share; and the trial that tells what it would do.
 */
#ifndef AUPD_AUPD_JUDGE_VERB_H
#define AUPD_AUPD_JUDGE_VERB_H

#include "aupd/judge_command.h"
#include "engine/consequence.h"

enum { VERB_IN_BULK = 1, VERB_IN_MACRO = 2 };

/* Fills type and on of the command; false: there is no such word among those for that use. */
bool verb_command(struct str word, unsigned use, struct fold_command *cmd);
/* "do-not-tell", "hold" or "counsel"; 0: none of them. */
uint32_t verb_flag(struct str name);

/* For how long, by a span or a time to come. ERR_SYNTAX. */
enum err snooze_span(struct str text, int64_t now, int64_t *ret_us, struct why *why) MUST_CHECK;
/* A flag by its name in text; a span. ERR_RANGE, ERR_SYNTAX. */
enum err verb_text(struct fold_command *cmd, struct why *why) MUST_CHECK;

/* ERR_DENIED of a sealed case: it is dealt with by itself, by two people. */
enum err verb_may(struct commanding *c, uint64_t number, struct casefile *ret_case, struct why *why) MUST_CHECK;
/* The act of that verb that a brake holds. ERR_CONFLICT: there is none, or several. ERR_DENIED: it waits for more than that. */
enum err verb_held(struct commanding *c, const struct casefile *of, struct str verb, struct str *ret_act, struct why *why) MUST_CHECK;
/* Tells as an array of sentences. */
void verb_put(struct jsonw *w, const struct str *list, unsigned count);

#endif
