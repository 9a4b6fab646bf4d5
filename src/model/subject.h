/*
 * Who was behind it: the answer of attribution, never one name without a grade.
 *
 * Three verdicts exist. NOT_OURS and CANNOT_TELL are answers of their own and are never read as one another. The grade says
 * what the answer may be used for: A alone permits automatic action; B a notice, and an act after a person; C and E a
 * question to the reporter; D nothing.
 */
#ifndef AUPD_MODEL_SUBJECT_H
#define AUPD_MODEL_SUBJECT_H

#include "base/arena.h"
#include "base/time.h"
#include "model/field.h"

enum { SUBJECT_CHAIN_MAX = 64, SUBJECT_REASONS_MAX = 32, SUBJECT_CANDIDATES_MAX = 32 };

enum ours { OURS_CANNOT_TELL, OURS_YES, OURS_NO };
extern const char *const ours_words[];

enum grade { GRADE_NONE, GRADE_A, GRADE_B, GRADE_C, GRADE_D, GRADE_E };
extern const char *const grade_words[];

/* What the report does not say, and who held the address hangs on. */
enum subject_missing { MISSING_PORT = 1, MISSING_TIME = 2, MISSING_ZONE = 4 };

struct subject {
	enum ours ours;
	enum grade grade;
	struct str customer;            /* opaque registry id: the key of everything that follows; "" unless OURS_YES */
	struct str user, affiliate;     /* ids below the customer, when known */
	struct str service;             /* service instance id, when the binding names one */
	struct str *resellers;          /* from the provider's own down to the one that serves the customer */
	unsigned reseller_count;
	struct str tenant;              /* "/r1/r2/" */
	struct str binding;             /* what it rests on: "prefix 192.0.2.0/24", "domain example.net", "login joe" */
	struct str source;              /* which register or feed said so: "registry" */
	int64_t from_at, until_at;      /* validity of the binding; TIME_MAX = open */
	int64_t known_at;               /* since when we have known of the binding; TIME_NONE = of no matter */
	bool lifeline;                  /* the service instance carries emergency calls or the like */
	struct str *reasons;            /* each a plain sentence without personal data */
	unsigned reason_count;
	struct str *candidates;         /* grade C: every customer possible */
	unsigned candidate_count;
	uint32_t missing;               /* MISSING_ bits, for a question to the reporter; not stored */
	uint64_t registry_version;      /* which state of the registry answered */
};

extern const struct field subject_fields[];

/* Adds a reason, whose text stays borrowed; beyond SUBJECT_REASONS_MAX or without memory it is left out. */
void subject_reason(struct arena *a, struct subject *s, struct str text);

#endif
