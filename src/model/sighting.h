/*
 * A sighting: one observation as it was judged, with whose it was found to be. What a back-test replays.
 *
 * Kept for SIGHTING_KEPT_DAYS, sealed under the key of its customer: who is erased is gone from the log. It holds the least that
 * rules, windows and cases read: no text of the report, no address to answer to, no bytes; reporter, id and
 * evidence as keyed digests; and of
 * the facts those that a rule of a posted version reads. A fact that is longer than SIGHTING_VALUE_MAX is left out, never cut: a rule
 * that reads it cannot tell, and says so.
 *
 * Many lie in one row of TABLE_SIGHTING, in the order in which they were judged.
 */
#ifndef AUPD_MODEL_SIGHTING_H
#define AUPD_MODEL_SIGHTING_H

#include "model/observation.h"
#include "model/subject.h"

enum { SIGHTING_FACTS_MAX = 64, SIGHTING_VALUE_MAX = 512, SIGHTING_KEPT_DAYS = 90, SIGHTING_BYTES_MAX = 64 << 10 };

struct sighting {
	int64_t at;                     /* when it was judged */
	uint64_t number;                /* of the case that it went into; 0 = none */
	bool reversed;                  /* in an export: on appeal that case was not upheld */
	struct observation seen;
	struct subject whose;           /* of ours: nothing else is kept */
};

extern const struct field sighting_fields[];

/* The inside of a row: whose key opens what. A row holds at least one. */
void sighting_pack(struct buf *out, struct str customer, struct str sealed);
/* The next of rest, which moves on; false at its end. ERR_CORRUPT is kept in *ret_err. */
bool sighting_unpack(struct str *rest, struct str *ret_customer, struct str *ret_sealed, enum err *ret_err);

#endif
