/*
 * What of a record is given out under a profile, and the deed that says so. See judge_evidence.c and evidence/redaction.h.
 */
#ifndef AUPD_AUPD_JUDGE_REDACTION_H
#define AUPD_AUPD_JUDGE_REDACTION_H

#include "aupd/judge_command.h"
#include "evidence/record.h"
#include "evidence/redaction.h"

struct redaction_asked {
	enum redaction_profile profile;
	struct str reporter;            /* REDACTION_REPORTER: whose reports are his own */
};

/* As a look-up tells it; "" without a profile. */
struct str redaction_asked_text(struct arena *a, const struct redaction_asked *asked);
/* One value with its salt, as an object of the list that is being written. */
enum err redaction_put_opening(struct commanding *c, const struct record *r, const struct record_line *value, const struct seal_key *key) MUST_CHECK;
/* The lists openings, masked and withheld of a record. values: those that still open. event: the row that its raw bytes are named in. */
enum err redaction_put(struct commanding *c, const struct redaction_asked *asked, const struct record *r, const struct record_line *values, unsigned count,
	const struct seal_key *key, const struct row *event) MUST_CHECK;
/* Records the handing over, and answers the record and what opens its actor. What it commits to is sealed under the key of `whose`. */
enum err redaction_seal(struct commanding *c, const struct redaction_asked *asked, const char *number, struct str digest, struct str whose) MUST_CHECK;

#endif
