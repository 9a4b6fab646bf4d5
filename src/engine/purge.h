/*
 * What a closed case may lose when it is old: letters, openings, raw bytes, free texts, addresses and names. What stays is what an erasure
 * would leave, under the customer's own id.
 */
#ifndef AUPD_ENGINE_PURGE_H
#define AUPD_ENGINE_PURGE_H

#include "engine/fold.h"

/* What retention took since the last record of it; the row "purge" of TABLE_ERASURE. */
struct purge {
	uint32_t stage;                 /* of the day's walk */
	struct str after;
	uint64_t cases, letters, openings, items, lookups, windows, expired;
};

extern const struct field purge_fields[];

/* Thins the case out; not when it is open, held, of the sealed class, or thinned already. */
enum err purge_case(struct fold *f, const struct row *row, int64_t closed_before_at, struct purge *p,
	enum err (*wipe_raw)(void *arg, struct str reference, struct why *why), void *arg, struct why *why) MUST_CHECK;

#endif
