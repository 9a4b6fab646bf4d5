/*
 * The elements of a copyright notice (17 U.S.C. 512(c)(3)(A)) and of a counter-notice (512(g)(3)), read out of a text.
 *
 * Each is one fact whose value is "present", "absent" or "unclear" and whose span is what shows it. Present is said only of
 * what stands there in so many words; what stands in a quotation, or may be the element or not, is unclear. Whether a
 * notice is complete is for a person, and never said here.
 */
#ifndef AUPD_FORMAT_DMCA_H
#define AUPD_FORMAT_DMCA_H

#include "format/format.h"
#include "format/legal.h"

/* Tells the elements of the text, which begins at base in the part, with every observation of d from first on. */
void dmca_tell(struct decode *d, unsigned first, struct str text, const struct legal_found *f, bool counter, struct str part, size_t base);

#endif
