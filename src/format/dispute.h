/*
 * What notices of a dispute provider say: the names that a proceeding is about, and its number.
 */
#ifndef AUPD_FORMAT_DISPUTE_H
#define AUPD_FORMAT_DISPUTE_H

#include "format/format.h"

enum { DISPUTE_NAMES_MAX = 50 };

/*
 * For prose_decode, of a text that is such a notice: each name becomes an observation of that kind, a guess like all that is read out
 * of prose, with the fact "proceeding" when the text has a number. path and base as in prose.c. Names that stand among the
 * observations already are not added again.
 */
void dispute_tell(struct decode *d, struct str text, enum kind kind, struct str path, size_t base);

#endif
