/*
 * The proof of one record as a text that verifies offline, C2SP tlog-proof:
 *
 *   c2sp.org/tlog-proof@v1 LF, [extra SP base64 LF], index SP decimal LF, the hashes of the inclusion proof in base64, a line each,
 *   an empty line, the checkpoint as its log and witnesses signed it
 *
 * The extra data is bound to nothing. What is read is written again octet for octet; a proof says nothing before proof_verify.
 */
#ifndef AUPD_EVIDENCE_PROOF_H
#define AUPD_EVIDENCE_PROOF_H

#include "evidence/checkpoint.h"

enum { PROOF_EXTRA_MAX = 64 << 10, PROOF_BYTES_MAX = NOTE_BYTES_MAX + 2 * PROOF_EXTRA_MAX };

struct proof {
	uint64_t index;
	struct merkle_proof path;
	struct str extra;      /* STR_NONE: no such line */
	struct str checkpoint; /* a note */
};

enum err proof_read(struct arena *a, struct str text, struct proof *ret_proof, struct why *why) MUST_CHECK;
/* Refuses what proof_read would. */
enum err proof_write(struct arena *a, const struct proof *p, struct str *ret_text, struct why *why) MUST_CHECK;
/* That the leaf stands at the proof's index in the log, as of checkpoint_verify, whose errors it has; and merkle_inclusion_check's. */
enum err proof_verify(struct arena *a, const struct proof *p, const struct digest *leaf, struct str origin, const struct note_verifier *log,
	const struct checkpoint_witnesses *witnesses, struct checkpoint *ret_checkpoint, struct note_verdict *ret_seen,
	struct why *why) MUST_CHECK;

#endif
