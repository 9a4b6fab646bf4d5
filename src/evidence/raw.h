/*
 * Raw bytes that became evidence: complaints, sealed so that erasing one subject leaves the others what is theirs.
 *
 * The key of an item is derived (HKDF) from the keys of all its subjects together and the item's id: destroy one of them
 * and the whole item can no longer be opened. When there are several, each subject's spans are sealed a second time under
 * that subject's key alone and stay readable. Ids of subjects are the opaque keys of the register, never names.
 *
 * An item is addressed by its commitment, HMAC-SHA-256(salt, "aupd-commit/1" 00 "raw" 00 bytes) with a salt derived from
 * its key, not by a plain hash. The same bytes, id and keys give the same record: a replay writes what was written.
 */
#ifndef AUPD_EVIDENCE_RAW_H
#define AUPD_EVIDENCE_RAW_H

#include "base/digest.h"
#include "evidence/chest.h"
#include "evidence/keyring.h"

enum { RAW_SUBJECTS_MAX = 32, RAW_SPANS_MAX = 256, RAW_ID_MAX = 100, RAW_BYTES_MAX = 32 << 20, RAW_REFERENCE_LEN = 4 + 8 + DIGEST_LEN };

/* What belongs to one subject: byte ranges of the item, none beyond its end. No spans: the subject has a share in the key only. */
struct raw_span {
	uint32_t offset, len;
};

struct raw_subject {
	struct str id;
	const struct raw_span *spans;
	unsigned span_count;
};

struct raw_reference {
	struct chest_place place;
	struct digest commitment;
};

struct raw_piece {
	uint32_t offset;
	struct str bytes;
};

/* id: the item's position, once for ever. At least one subject, each once. Durable after chest_sync. */
enum err raw_put(struct chest *c, struct keyring *keys, struct arena *a, struct str id, struct str bytes, const struct raw_subject *subjects, unsigned count,
	struct raw_reference *ret_reference, struct why *why) MUST_CHECK;
/* The whole item, checked against its commitment, and the salt that opens it (or NULL). ERR_NOTFOUND: a key it needs was destroyed. */
enum err raw_get(struct chest *c, struct keyring *keys, struct arena *a, const struct raw_reference *ref, struct str *ret_bytes, uint8_t ret_salt[32],
	struct why *why) MUST_CHECK;
/* One subject's spans, whether or not the others' keys are there. ERR_NOTFOUND: its key was destroyed, or nothing is its. */
enum err raw_get_subject(struct chest *c, struct keyring *keys, struct arena *a, const struct raw_reference *ref, struct str subject, struct raw_piece **ret_pieces,
	unsigned *ret_count, struct why *why) MUST_CHECK;

/* A reference as RAW_REFERENCE_LEN octets, for rows. */
struct str raw_reference_encode(struct arena *a, const struct raw_reference *ref);
enum err raw_reference_decode(struct str bytes, struct raw_reference *ret_reference) MUST_CHECK;
/* The same as text, with the number of the judge whose chest it lies in: what events and items name. */
struct str raw_text_write(struct arena *a, unsigned judge, const struct raw_reference *ref);
enum err raw_text_read(struct arena *a, struct str text, unsigned *ret_judge, struct raw_reference *ret_reference) MUST_CHECK;

#endif
