/*
 * Signed notes, C2SP signed-note, with two kinds of signature: Ed25519 (type 01) and the time-stamped Ed25519 cosignature of
 * tlog-cosignature (type 04). Signatures of other kinds are read, kept and never believed.
 *
 *   text LF, an empty line, then lines "U+2014 SP name SP base64(key id 4 || signature) LF"
 *   key id = SHA-256(name || LF || type || public key), its first four octets
 *   verifier key   name+hex(key id)+base64(type || public key 32)
 *   signer key     PRIVATE+KEY+name+hex(key id)+base64(type || seed 32), RFC 8032's private key
 *
 * Strict: UTF-8 without control characters but LF; a name is not empty and has neither Unicode white space nor "+"; base64 has
 * one form. What is read is written again octet for octet. A note says nothing before note_verify. What is read borrows from the
 * text or lies in the arena.
 */
#ifndef AUPD_EVIDENCE_NOTE_H
#define AUPD_EVIDENCE_NOTE_H

#include "base/arena.h"
#include "base/seal.h"
#include "base/str.h"

enum {
	NOTE_BYTES_MAX = 256 << 10,
	NOTE_SIGNATURES_MAX = 64,
	NOTE_NAME_MAX = 255,
	NOTE_SIGNATURE_MAX = 8 << 10 /* base64 */,
	NOTE_KEY_ID_LEN = 4
};
enum note_type { NOTE_ED25519 = 0x01, NOTE_COSIGNATURE = 0x04 };

struct note_signature {
	struct str name;
	struct str octets; /* the key id, and at least one octet of signature */
};

struct note {
	struct str text; /* ends in LF */
	struct note_signature signatures[NOTE_SIGNATURES_MAX];
	unsigned count;
};

struct note_verifier {
	struct str name;
	enum note_type type;
	uint8_t key_id[NOTE_KEY_ID_LEN];
	uint8_t public_key[SIGN_PUBLIC_LEN];
};

struct note_signer {
	struct note_verifier verifier;
	uint8_t secret_key[SIGN_SECRET_LEN]; /* the caller wipes it, and the arena that a text of it went through */
};

/* ERR_LIMIT beyond a maximum, ERR_SYNTAX for the rest. */
enum err note_read(struct arena *a, struct str bytes, struct note *ret_note, struct why *why) MUST_CHECK;
/* Refuses what note_read would. */
enum err note_write(struct arena *a, const struct note *n, struct str *ret_bytes, struct why *why) MUST_CHECK;
/* Signature lines alone, as a witness answers them: adds to those of the note. */
enum err note_read_signatures(struct arena *a, struct str lines, struct note *n, struct why *why) MUST_CHECK;
bool note_text_ok(struct str text);
bool note_name_ok(struct str name);

enum err note_verifier_init(
	struct note_verifier *ret_verifier, struct str name, enum note_type type, const uint8_t public_key[SIGN_PUBLIC_LEN]) MUST_CHECK;
enum err note_verifier_read(struct arena *a, struct str text, struct note_verifier *ret_verifier, struct why *why) MUST_CHECK;
struct str note_verifier_write(struct arena *a, const struct note_verifier *v);
enum err note_signer_init(
	struct note_signer *ret_signer, struct str name, enum note_type type, const uint8_t seed[SIGN_SEED_LEN]) MUST_CHECK;
enum err note_signer_read(struct arena *a, struct str text, struct note_signer *ret_signer, struct why *why) MUST_CHECK;
struct str note_signer_write(struct arena *a, const struct note_signer *s);

/* Adds a signature; the note's text must be complete. `unix_s` is the time of a cosignature, and 0 otherwise. */
enum err note_sign(struct arena *a, struct note *n, const struct note_signer *s, int64_t unix_s, struct why *why) MUST_CHECK;

/* What of the note a known key has signed. */
struct note_verdict {
	bool signed_by_it;
	int64_t unix_s; /* of a cosignature, the latest of this key */
};

/*
 * One verdict a verifier. Lines of unknown keys are passed over. ERR_DENIED when a known key's line does not verify,
 * ERR_NOTFOUND when no known key signed, ERR_CONFLICT when two verifiers have the same name and key id.
 */
enum err note_verify(struct arena *a, const struct note *n, const struct note_verifier *verifiers, size_t count,
	struct note_verdict *ret_verdicts, struct why *why) MUST_CHECK;

#endif
