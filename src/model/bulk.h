/*
 * One command over many cases, as it is kept: what was done to which case, so that it can be told and taken back.
 *
 * It names cases and operators, and never a customer: what was written stands in each case by itself.
 */
#ifndef AUPD_MODEL_BULK_H
#define AUPD_MODEL_BULK_H

#include "model/field.h"

enum { BULK_CASES_MAX = 200 };

struct bulk_case {
	uint64_t number;
	struct str assigned;            /* who looked after it before */
	uint32_t flags;                 /* its flags before */
	struct str letter;              /* key of the letter that was made, or "" */
	struct str then_assigned;       /* of a macro, which does several things: how the case was when it was done */
	uint32_t then_flags;
	int64_t then_snoozed;
	bool undone;
};

/* TABLE_BULK, by its number in 8 digits. */
struct bulk {
	struct str what;                /* verb: "resolve", "assign"... */
	struct str to;                  /* of assign: to whom; of merge: into which case; of macro: its name */
	uint32_t flag;
	bool on;
	struct str by, undone_by;
	int64_t at, undone_at;          /* undone_at TIME_NONE: nobody has taken it back */
	struct bulk_case *cases;
	unsigned case_count;
};

extern const struct field bulk_fields[];

#endif
