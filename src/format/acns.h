/*
 * The Automated Copyright Notice System: what acns.c (one document), acns_find.c (where documents stand in a message) and
 * acns_rules.c (the rules of the versions) know of each other. Internal to the recogniser.
 */
#ifndef AUPD_FORMAT_ACNS_H
#define AUPD_FORMAT_ACNS_H

#include "base/xml.h"
#include "format/format.h"
#include "format/mend.h"

/* 0.6 and 0.7 have no namespace; 1.0 and 1.1 that of movielabs; 1.2 its own. */
enum acns_version { ACNS_0 = 1, ACNS_1 = 2, ACNS_1_2 = 4 };

enum { ACNS_PATHS = 21 };

struct acns {
	/* given */
	struct decode *d;
	const struct xml *root;
	struct str text;                /* what was parsed */
	struct mended mended;           /* how it came from the part's bytes */
	struct str part;
	size_t base;                    /* where the document begins in the part */
	enum acns_version version;
	/* found by acns_document */
	const struct xml *source, *sub_type, *type, *item, *told[ACNS_PATHS];
	struct str id, ip, port, url, name, email, word;
	enum kind kind;
	int64_t at;                     /* of the source, or TIME_NONE */
	unsigned first, count;          /* its observations in d */
};

/* The observations of a document, and what of it is bent. False when it names nothing that could be one. */
bool acns_document(struct acns *n);
/* Rules of its version that it breaks, as strict problems. */
void acns_check(const struct acns *n);
/* A time as these notices write it; TIME_NONE when it is none. */
int64_t acns_time(struct arena *a, struct str text, bool *ret_zone);

#endif
