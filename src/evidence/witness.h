/*
 * What is said to a witness and heard of it, C2SP tlog-witness, add-checkpoint; octets in, octets out.
 *
 *   request   "old SIZE" LF, the consistency proof from that size in base64, a line each, LF, the checkpoint as a signed note
 *   200       signature lines; those of the witness's key are kept, the rest is passed over
 *   409       the size that it knows, in decimal, LF, as text/x.tlog.size
 *
 * A cosignature is believed when its key's signature holds over the very checkpoint that was sent and its time is not 0 and within
 * WITNESS_CLOCK_OFF_S of now: beyond that one of the two clocks is wrong, and what it says about time is worth nothing.
 */
#ifndef AUPD_EVIDENCE_WITNESS_H
#define AUPD_EVIDENCE_WITNESS_H

#include "evidence/checkpoint.h"

enum { WITNESS_ANSWER_MAX = 64 << 10, WITNESS_REQUEST_MAX = NOTE_BYTES_MAX + (8 << 10), WITNESS_CLOCK_OFF_S = 86400 };

#define WITNESS_SIZE_TYPE "text/x.tlog.size"

/* `old` 0: no proof. */
enum err witness_request_write(struct arena *a, uint64_t old, const struct merkle_proof *proof, struct str note, struct str *ret_body, struct why *why) MUST_CHECK;
/*
 * Adds the cosignature of that key to the note, in place of an earlier one of the same key. ERR_NOTFOUND: no line is of that key;
 * ERR_DENIED: one does not verify; ERR_RANGE: its time. The note is left as it is then.
 */
enum err witness_cosignature_take(struct arena *a, struct str lines, const struct note_verifier *key, int64_t now_s, struct note *n, int64_t *ret_unix_s,
	struct why *why) MUST_CHECK;
enum err witness_size_read(struct str body, uint64_t *ret_size) MUST_CHECK;
bool witness_has_signed(const struct note *n, const struct note_verifier *key); /* a line of that key is there: what was taken was verified */

#endif
