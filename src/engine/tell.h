/*
 * What is told of a case to whoever it is of, on a page: in the words of its letters, as they would be written now.
 *
 * The sentence of the rule, the clause that the conduct is judged by, what it rests on without a word of any reporter, what comes next and
 * when, and how such a thing is mended: the letter "help-GROUP" of the policy version in force, or "help-other".
 */
#ifndef AUPD_ENGINE_TELL_H
#define AUPD_ENGINE_TELL_H

#include "base/json.h"
#include "engine/fold.h"
#include "model/principal.h"

/* language: "" = that of the register. scope: whose page it is, a customer's or a reseller's. Members of the object that is being written. */
enum err tell_case(struct fold *f, const struct casefile *c, enum scope scope, struct str language, struct jsonw *w, struct why *why) MUST_CHECK;
/* A text as blocks: an array `name` of {"head"}, {"text"} and {"items"}. */
void tell_blocks(struct arena *a, struct jsonw *w, const char *name, struct str text);

#endif
