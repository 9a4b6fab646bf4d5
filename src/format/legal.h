/*
 * What letters about rights and law say: phrases found in one pass over a text, and the class they speak for.
 *
 * Every class here goes before a person, so a phrase that is found decides about a queue and never about a customer. A
 * blank of a phrase is any run of white space and marks of a quotation; words begin and end where letters do.
 */
#ifndef AUPD_FORMAT_LEGAL_H
#define AUPD_FORMAT_LEGAL_H

#include "base/str.h"
#include "model/kind.h"

enum { LEGAL_BYTES_MAX = 1 << 20 };

enum legal {
	LEGAL_COURT, LEGAL_COURT_WEAK, LEGAL_AGENCY, LEGAL_AGENCY_WEAK, LEGAL_COUNTER, LEGAL_MISTAKE, LEGAL_CONSENT, LEGAL_SERVICE, LEGAL_RETRACT,
	LEGAL_DMCA, LEGAL_COPYRIGHT, LEGAL_INFRING, LEGAL_GOOD_FAITH, LEGAL_NOT_AUTHORIZED, LEGAL_PERJURY, LEGAL_ACCURATE, LEGAL_AUTHORITY,
	LEGAL_UDRP, LEGAL_URS, LEGAL_PENDING, LEGAL_PATENT, LEGAL_SECRET, LEGAL_TRADEMARK, LEGAL_THREAT, LEGAL_WORK, LEGAL_MATERIAL, LEGAL_SIGNED, LEGAL_CLOSING, LEGAL_COUNT
};

/* The first place of each; from == to when it is not there. */
struct legal_found {
	struct legal_place {
		size_t from, to;
	} at[LEGAL_COUNT];
};

void legal_scan(struct str text, struct legal_found *ret_found);
bool legal_says(const struct legal_found *f, enum legal what);
/* The class that the text as a whole speaks for; KIND_UNCLASSIFIED when it is no such letter. */
enum kind legal_kind(const struct legal_found *f);

#endif
