/*
 * What of a record is given out under a profile, and the deed that says so. See judge_evidence.c and evidence/redaction.h.
 */
#ifndef AUPD_AUPD_JUDGE_REDACTION_H
#define AUPD_AUPD_JUDGE_REDACTION_H

#include "aupd/judge_command.h"
#include "evidence/evidence_bundle.h"
#include "evidence/redaction.h"

struct redaction_asked {
	enum redaction_profile profile;
	struct str reporter;            /* REDACTION_REPORTER: whose reports are his own */
};

/* As a look-up tells it; "" without a profile. */
struct str redaction_asked_text(struct arena *a, const struct redaction_asked *asked);
/* One value with its salt, as an object of the list that is being written. */
enum err redaction_put_opening(struct commanding *c, const struct record *r, const struct record_line *value, const struct seal_key *key) MUST_CHECK;
/*
 * What of a record is shown, in part, or withheld: the lists of *ret_entry, in the work's arena. values: those that still open. event: the row
 * that its raw bytes are named in; under full they are not spoken of.
 */
enum err redaction_sort(struct commanding *c, const struct redaction_asked *asked, const struct record *r, const struct record_line *values, unsigned count,
	const struct seal_key *key, const struct row *event, struct evidence_entry *ret_entry) MUST_CHECK;
/* The same as lists of the answer: openings, masked and withheld. */
enum err redaction_put(struct commanding *c, const struct redaction_asked *asked, const struct record *r, const struct record_line *values, unsigned count,
	const struct seal_key *key, const struct row *event) MUST_CHECK;
/* Records the handing over of the case's first `until` records. What it commits to is sealed under the key of `whose`. */
enum err redaction_seal(struct commanding *c, const struct redaction_asked *asked, const char *number, uint64_t until, struct str digest, struct str whose,
	struct record *ret_deed) MUST_CHECK;
/* The same, and answers record, text and the opening of its actor. */
enum err redaction_tell_seal(struct commanding *c, const struct redaction_asked *asked, const char *number, uint64_t until, struct str digest,
	struct str whose) MUST_CHECK;

#endif
