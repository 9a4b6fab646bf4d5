/*
 * A checkpoint that an authority stamped with a time, as it is kept beside the tiles and goes into bundles:
 *
 *   "time SECONDS" LF, the text of the checkpoint, LF, the hashes of a consistency proof in base64, a line each, LF, the DER of a
 *   TimeStampResp (RFC 3161) over the SHA-256 of that text
 *
 * The proof is between the stamped ledger and that of the checkpoint it is shown with, whichever is larger; none where they are the
 * same, and in what is kept. There is one form; what is read is written again octet for octet. It says nothing before stamped_fits
 * and stamp_check (base/stamp.h), whose time must be that of the first line.
 */
#ifndef AUPD_EVIDENCE_STAMPED_H
#define AUPD_EVIDENCE_STAMPED_H

#include "base/stamp.h"
#include "evidence/checkpoint.h"

enum { STAMPED_BYTES_MAX = STAMP_BYTES_MAX + CHECKPOINT_BYTES_MAX + 64 * 64 };

struct stamped {
	int64_t unix_s;
	struct str text; /* of the checkpoint */
	struct checkpoint checkpoint;
	struct merkle_proof growth;
	struct str der;
};

enum err stamped_read(struct arena *a, struct str bytes, struct stamped *ret_stamped, struct why *why) MUST_CHECK;
/* From unix_s, text, growth and der. Refuses what stamped_read would. */
enum err stamped_write(struct arena *a, const struct stamped *s, struct str *ret_bytes, struct why *why) MUST_CHECK;
/* That the ledger of one begins with that of the other. ERR_CORRUPT: it does not. */
enum err stamped_fits(const struct stamped *s, const struct checkpoint *c, struct why *why) MUST_CHECK;
/* The stamp itself, against certificates in PEM. */
enum err stamped_check(struct arena *a, const struct stamped *s, struct str pem, struct why *why) MUST_CHECK;

#endif
