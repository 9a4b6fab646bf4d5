/*
 * What is handed over of a case so that a stranger can check it: records with their places in the ledger, the values that the
 * exporter chose to open, the policies they name, the raw bytes they commit to. A text, aup-evidence(5) has the whole of it:
 *
 *   "aupd-bundle/1" LF, then sections `NAME SP LENGTH LF octets LF`, then "sha256 " and in hex the digest of all before this line, LF
 *   checkpoint   a signed note, once
 *   stamp        a checkpoint of the same ledger that was stamped with a time, see stamped.h; at most once
 *   record       the canonical text; by rising leaf. After each:
 *   proof        "index N LF", the hashes of the inclusion proof in base64, a line each; and for each value that is opened:
 *   opening      "NAME SP salt in hex LF", the value; in byte order of names
 *   masked       "NAME LF", pieces of the value, see redaction.h; in byte order of names
 *   policy       the octets whose SHA-256 a record names as policy.digest; in order of digests
 *   raw          "salt in hex LF", the octets that a record's line `raw` commits to; in order of commitments
 *   redaction    under which profile it was handed over, and all that is withheld, see handed.h; and with it, once each:
 *   handed       the record of that deed, which names the digest of the section before; behind it its openings
 *   handed-proof its proof (C2SP tlog-proof), under a checkpoint of its own
 *   growth       the hashes of the consistency proof from the checkpoint of the bundle to that one, in base64, a line each
 *
 * Strict: there is one text for a bundle, and evidence_bundle_verify accepts no octet that neither a signature, a record nor a
 * commitment covers, but for those of a stamp that its authority's signature does not: certificates, and the words beside its status.
 * What a bundle does not hold it cannot prove: that a case has no further records.
 */
#ifndef AUPD_EVIDENCE_EVIDENCE_BUNDLE_H
#define AUPD_EVIDENCE_EVIDENCE_BUNDLE_H

#include "evidence/checkpoint.h"
#include "evidence/record.h"
#include "evidence/stamped.h"

enum {
	EVIDENCE_BUNDLE_BYTES_MAX = 256 << 20,
	EVIDENCE_BUNDLE_RECORDS_MAX = 20000,
	EVIDENCE_BUNDLE_POLICIES_MAX = 64,
	EVIDENCE_BUNDLE_POLICY_MAX = 8 << 20,
	EVIDENCE_BUNDLE_RAWS_MAX = 20000,
	EVIDENCE_BUNDLE_RAW_MAX = 32 << 20,
	EVIDENCE_SALT_LEN = 32
};

struct evidence_opening {
	struct str name, value;
	uint8_t salt[EVIDENCE_SALT_LEN];
};

/* A value in part: nothing proves it before the whole is opened. */
struct evidence_masked {
	struct str name, pieces;
	int64_t len;                    /* while it is written: of the whole */
};

struct evidence_withheld {
	struct str name, reason;
	int64_t len;                    /* -1: not told */
};

struct evidence_entry {
	struct str record; /* canonical text */
	uint64_t index;
	const struct digest *path;
	unsigned path_count;
	struct evidence_opening *openings;
	unsigned opening_count;
	struct evidence_masked *masked;
	unsigned masked_count;
	struct evidence_withheld *withheld;     /* while it is written: what handed_write lists */
	unsigned withheld_count;
};

struct evidence_raw {
	uint8_t salt[EVIDENCE_SALT_LEN];
	struct str bytes;
};

struct evidence_bundle {
	struct str checkpoint; /* a note */
	struct str stamp; /* STR_NONE: none */
	struct evidence_entry *entries;
	unsigned entry_count;
	struct str *policies;
	unsigned policy_count;
	struct evidence_raw *raws;
	unsigned raw_count;
	struct str redaction;           /* STR_NONE: chosen by hand */
	struct evidence_entry handed;   /* record and openings; its place is in the proof */
	struct str handed_proof, growth;
};

/* Borrows from bytes; lists lie in the arena. It says nothing before evidence_bundle_verify. */
enum err evidence_bundle_read(struct arena *a, struct str bytes, struct evidence_bundle *ret_bundle, struct why *why) MUST_CHECK;
/* Puts all in the order in which it is written: policies, raw bytes, records, and what is shown of them. */
enum err evidence_bundle_order(struct arena *a, struct evidence_bundle *b, struct why *why) MUST_CHECK;
/* Of what an ordered bundle holds, whatever checkpoint proves it: the SHA-256 of its sections record, opening, masked, policy and raw. */
void evidence_bundle_content(struct arena *a, const struct evidence_bundle *b, struct digest *ret_digest);
/* Puts all in order, and writes; refuses what evidence_bundle_read would. `out` holds nothing useful after an error. */
enum err evidence_bundle_write(struct arena *a, struct evidence_bundle *b, struct buf *out, struct why *why) MUST_CHECK;

/* Of one record that was proved: what else of the bundle belongs to it, NULL when it is not there. */
struct evidence_link {
	const struct str *policy;
	const struct evidence_raw *raw;
};

/* What a bundle says it holds: of the values and raw bytes that its records commit to. */
struct evidence_count {
	unsigned shown, withheld, masked; /* masked: of the withheld, those that are shown in part */
};

struct evidence_verdict {
	struct checkpoint checkpoint;
	struct evidence_count count;
	struct record handed;           /* when it was handed over under a profile */
	struct evidence_link *links; /* one an entry */
	struct note_verdict witnesses[CHECKPOINT_WITNESSES_MAX];
	unsigned unchecked;             /* signature lines of the checkpoint that no given key covers: they say nothing */
	struct stamped stamp; /* when the bundle has one: of this ledger; the stamp itself is for stamped_check */
};

/*
 * The log's key tells the origin: its name is the ledger's. ERR_DENIED: not signed by that key. ERR_CORRUPT: something does not fit what was signed. why says what and where.
 */
enum err evidence_bundle_verify(struct arena *a, const struct evidence_bundle *b, const struct note_verifier *log,
	const struct checkpoint_witnesses *witnesses, struct evidence_verdict *ret_verdict, struct why *why) MUST_CHECK;

#endif
