/*
 * Append-only segment files in a directory of their own: where sealed bytes that are kept lie.
 *
 * A segment is PREFIX-NNNNNNNN; a record in it is magic, length, body, CRC32C, and is found by (segment, offset) alone.
 * What was appended is durable after chest_sync; a commit that names a place must come after it. Torn bytes at the end of
 * a segment are harmless: no commit names them, later records stand behind them. After a failed sync nothing is appended
 * any more until what was in it is taken back. Knows neither keys nor nouns; bodies are sealed by the caller.
 */
#ifndef AUPD_EVIDENCE_CHEST_H
#define AUPD_EVIDENCE_CHEST_H

#include "base/arena.h"
#include "base/str.h"

enum { CHEST_PREFIX_MAX = 16, CHEST_BODY_MAX = 96 << 20, CHEST_SEGMENT_BYTES = 64 << 20 };

enum chest_mode { CHEST_WRITE, CHEST_READ };

struct chest;

struct chest_place {
	uint32_t segment;               /* from 1 */
	uint64_t offset;
};

/* dir_fd stays the caller's and must outlive the chest. segment_bytes: a segment that long is closed; 0 = CHEST_SEGMENT_BYTES. */
enum err chest_open(int dir_fd, const char *prefix, enum chest_mode mode, uint64_t segment_bytes, struct chest **ret_chest, struct why *why) MUST_CHECK;
void chest_close(struct chest *c);
enum err chest_append(struct chest *c, struct str body, struct chest_place *ret_place, struct why *why) MUST_CHECK;
enum err chest_sync(struct chest *c, struct why *why) MUST_CHECK;
/* A commit names all that was appended so far. */
void chest_named(struct chest *c);
/* No commit will name what was appended since: it goes, also when its sync failed. What a full segment ended with stays. */
enum err chest_rewind(struct chest *c, struct why *why) MUST_CHECK;
/* Overwrites the body where it lies, synced; the records around it stay. OK when it was wiped before, or its segment is gone. Any mode. */
enum err chest_wipe(struct chest *c, struct chest_place at, struct why *why) MUST_CHECK;
/* The body, in a. ERR_NOTFOUND: no such segment, or wiped; ERR_CORRUPT: no whole record stands there. */
enum err chest_read(struct chest *c, struct arena *a, struct chest_place at, struct str *ret_body, struct why *why) MUST_CHECK;

#endif
