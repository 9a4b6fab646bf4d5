/*
 * What a notice owes whom it goes to: the clause, the evidence, how to answer or appeal, and by when.
 *
 * A notice is the letter of a step "notify" of a ladder, and one that tells of what was ended, limited, suspended or terminated. A part is
 * there when the letter uses a field that says it, and that field has a value.
 */
#ifndef AUPD_POLICY_OWED_H
#define AUPD_POLICY_OWED_H

#include "model/policy.h"

enum { OWED_TEXT_MAX = 128 };
enum owed { OWED_CLAUSE = 1, OWED_EVIDENCE = 2, OWED_ANSWER = 4, OWED_DEADLINE = 8 };

/* Has that field a value? */
typedef bool owed_has(const void *of, const char *field);

/* Does a letter of that name tell of what was done? */
bool owed_tells(struct str name);
/* A set of enum owed: of the step's letter, or of one that tells of what the step has done; 0: it is no notice. */
unsigned owed_by(const struct step *s);
/* Those of the set that the letter lacks; has NULL: every field has a value. */
unsigned owed_lacks(const struct letter_template *t, unsigned owed, owed_has *has, const void *of);
/* "the clause, the deadline" */
const char *owed_text(unsigned set, char ret_text[OWED_TEXT_MAX]);
/* "{clause}, {clause_title} or {clause_text}" of the first of the set. */
const char *owed_fields(unsigned set, char ret_text[OWED_TEXT_MAX]);

#endif
