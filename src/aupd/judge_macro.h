/*
 * Macros as they are run: on one case, or on many (judge_bulk.c).
 */
#ifndef AUPD_AUPD_JUDGE_MACRO_H
#define AUPD_AUPD_JUDGE_MACRO_H

#include "aupd/judge_verb.h"
#include "model/macro.h"

/* ERR_NOTFOUND */
enum err macro_load(struct commanding *c, struct str name, struct macro *m, struct row *row) MUST_CHECK;
/* Fills its texts with what the case says and the command's `set`; the steps of *m are the case's own from then on. */
enum err macro_for(struct commanding *c, struct macro *m, const struct casefile *of) MUST_CHECK;
/* Its steps, one after the other; whoever calls takes back what was done before one that fails. */
enum err macro_steps(struct commanding *c, const struct macro *m, uint64_t number) MUST_CHECK;

#endif
