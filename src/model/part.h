/*
 * What part a customer had in what is reported: two questions, each answered in one word or not told.
 *
 * Role: he acted himself, or others act and what he offers helps them (a site that sells attacks, kits, a host for whom nobody is too bad;
 * a site that others promote by spam). Content: what he did with it: it is stored with him, he sent it, he shows it.
 *
 * A report presumes an answer by its kind (kind.def) and, of content, by what it names. A case keeps the gravest of its
 * reports, until a person says what it was. Not told is no answer: a rule that asks cannot tell.
 */
#ifndef AUPD_MODEL_PART_H
#define AUPD_MODEL_PART_H

#include <stdbool.h>

#include "base/str.h"

/* Of each question the graver is the later one. */
enum part { PART_UNTOLD, PART_HELPER, PART_ACTOR, PART_STORED, PART_SENT, PART_SHOWN };
extern const char *const part_words[];          /* by value, NULL-terminated */

struct observation;

bool part_is_role(enum part p);
bool part_is_content(enum part p);
enum part part_find(struct str word);           /* PART_UNTOLD when it is none */

/* What the observation presumes; what it says of itself already stays. Pure. */
void part_presume(struct observation *o);

#endif
