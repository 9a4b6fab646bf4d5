/*
 * The evidence record: one a state change, final from the first day.
 *
 *   "aupd-record/1" LF, then lines `key SP value LF`; keys [a-z0-9.-]+ in byte order, each once; in values the bytes below
 *   0x21, "%" and 0x7f are percent-encoded; times RFC 3339 UTC with six digits
 *
 * No personal data stands in a record: a `com.NAME` value is HMAC-SHA-256(salt, "aupd-commit/1" 00 NAME 00 value), the
 * salt derived from the subject's key by HKDF over the record's id and the name, so that records do not link and a replay
 * gives the same bytes. The values lie in the vault, sealed under the subject's key: who has that key can open every
 * commitment, and when it is destroyed nobody can.
 */
#ifndef AUPD_EVIDENCE_RECORD_H
#define AUPD_EVIDENCE_RECORD_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/seal.h"
#include "base/str.h"

enum { RECORD_LINES_MAX = 64, RECORD_BYTES_MAX = 16 << 10, RECORD_KEY_MAX = 64 };

struct record_line {
	struct str key, value;
};

struct record {
	struct str id;
	struct record_line lines[RECORD_LINES_MAX];
	unsigned count;
	struct record_line secrets[RECORD_LINES_MAX];   /* to be committed: name and value */
	unsigned secret_count;
};

void record_put(struct record *r, const char *key, struct str value);           /* an empty value is left out */
void record_put_time(struct arena *a, struct record *r, const char *key, int64_t at);
void record_put_u64(struct arena *a, struct record *r, const char *key, uint64_t v);
void record_commit(struct record *r, const char *name, struct str value);       /* an empty value is left out */

/* The canonical text; and the opening (the values, in lines as those of the record), sealed under the subject's key. */
enum err record_write(struct arena *a, struct record *r, const struct seal_key *subject_key, struct str *ret_text, struct str *ret_opening,
	struct why *why) MUST_CHECK;
/* Strict: whatever record_write would not write is refused. */
enum err record_read(struct arena *a, struct str text, struct record *ret_record, struct why *why) MUST_CHECK;
bool record_key_ok(struct str key); /* of a line, or of what is committed to */
/* The value of a line, STR_NONE when there is none. */
struct str record_value(const struct record *r, struct str key);
/* Opens and checks: every secret of the opening against its com. line. */
enum err record_open(struct arena *a, const struct record *r, struct str opening, const struct seal_key *subject_key, struct record_line **ret_values,
	unsigned *ret_count, struct why *why) MUST_CHECK;
/* The salt of one commitment of the record, of which r->id must be there: who is given it can check the value and nothing else. */
enum err record_salt(struct arena *a, const struct record *r, struct str name, const struct seal_key *subject_key, uint8_t ret_salt[32]) MUST_CHECK;
/* The opening without the values that keep says no to; *ret_dropped: how many those are. The record stays as it is. */
enum err record_reopen(struct arena *a, struct str id, struct str opening, const struct seal_key *subject_key, bool (*keep)(void *arg, const struct record_line *value),
	void *arg, struct str *ret_opening, unsigned *ret_dropped, struct why *why) MUST_CHECK;
void record_commitment(const uint8_t salt[32], struct str name, struct str value, struct digest *ret_digest);

#endif
