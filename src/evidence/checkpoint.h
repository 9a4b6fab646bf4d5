/*
 * Checkpoints, C2SP tlog-checkpoint: a log's size and root as the text of a signed note.
 *
 *   origin LF, size in decimal LF, base64(root) LF, then extension lines, none of them empty
 *
 * A checkpoint is believed through checkpoint_verify only: signed by the log's key, of the origin expected, cosigned as told. What
 * a witness says is that it saw no other tree; who decides how many must have said so is the caller.
 */
#ifndef AUPD_EVIDENCE_CHECKPOINT_H
#define AUPD_EVIDENCE_CHECKPOINT_H

#include "evidence/merkle.h"
#include "evidence/note.h"

enum { CHECKPOINT_ORIGIN_MAX = 255, CHECKPOINT_BYTES_MAX = 4096 /* of the text */, CHECKPOINT_WITNESSES_MAX = 31 };

struct checkpoint {
	struct str origin;
	uint64_t size; /* <= MERKLE_SIZE_MAX */
	struct digest root;
	struct str extensions; /* lines with their LF, or nothing */
};

/* ERR_CORRUPT: size 0 with another root than that of the empty tree. */
enum err checkpoint_read(struct arena *a, struct str text, struct checkpoint *ret_checkpoint, struct why *why) MUST_CHECK;
/* Refuses what checkpoint_read would. */
enum err checkpoint_write(struct arena *a, const struct checkpoint *c, struct str *ret_text, struct why *why) MUST_CHECK;

/* The whole note, signed by the log. The log answers for it that all it covers is synced and that it never signed another. */
enum err checkpoint_sign(
	struct arena *a, const struct checkpoint *c, const struct note_signer *log, struct str *ret_note, struct why *why) MUST_CHECK;
/* A witness's signature line over the checkpoint in `note`, whose signatures and consistency the caller has checked. */
enum err checkpoint_cosign(struct arena *a, const struct note *note, const struct note_signer *witness, int64_t unix_s,
	struct str *ret_line, struct why *why) MUST_CHECK;

struct checkpoint_witnesses {
	const struct note_verifier *verifiers; /* of type NOTE_COSIGNATURE */
	unsigned count;                        /* <= CHECKPOINT_WITNESSES_MAX */
};

/*
 * Beside the errors of note_read, note_verify and checkpoint_read: ERR_DENIED when the origin is another or the log has not
 * signed. ret_seen has a verdict a witness; it may be NULL where there are none.
 */
enum err checkpoint_verify(struct arena *a, struct str note, struct str origin, const struct note_verifier *log,
	const struct checkpoint_witnesses *witnesses, struct checkpoint *ret_checkpoint, struct note_verdict *ret_seen,
	struct why *why) MUST_CHECK;

/* The base64 text of one hash, 44 characters. */
enum err checkpoint_hash_read(struct arena *a, struct str text, struct digest *ret_hash) MUST_CHECK;
struct str checkpoint_hash_write(struct arena *a, const struct digest *hash);

#endif
