/*
 * The sealed class: what only a named officer may read (content whose mere possession is a crime, notices under secrecy).
 *
 * The bytes are boxed to the officer's public key and lie in segments of their own directory; this program cannot open
 * them again. Class and time stand in clear, nothing else. Durable after chest_sync.
 */
#ifndef AUPD_EVIDENCE_OFFICER_H
#define AUPD_EVIDENCE_OFFICER_H

#include "base/seal.h"
#include "evidence/chest.h"

enum { OFFICER_CLASS_MAX = 64, OFFICER_BYTES_MAX = 32 << 20 };

struct officer_item {
	struct str class_name;
	int64_t at;
	struct str boxed;
};

enum err officer_put(struct chest *c, struct arena *a, const uint8_t public_key[BOX_PUBLIC_LEN], struct str class_name, int64_t at, struct str bytes,
	struct chest_place *ret_place, struct why *why) MUST_CHECK;
/* Needs no key: what can be shown without the officer. */
enum err officer_read(struct chest *c, struct arena *a, struct chest_place place, struct officer_item *ret_item, struct why *why) MUST_CHECK;
/* With the officer's own key, which this daemon never has. */
enum err officer_open(struct arena *a, const struct officer_item *item, const uint8_t public_key[BOX_PUBLIC_LEN], const uint8_t secret_key[BOX_SECRET_LEN],
	struct str *ret_bytes, struct why *why) MUST_CHECK;

#endif
