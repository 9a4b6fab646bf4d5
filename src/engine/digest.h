/*
 * Letters that may wait for the digest of their account, and the digest itself. See model/digest.h.
 *
 * A letter in it is an act of its case like every other one: what becomes of the digest becomes of each of them. So one that came
 * back goes out again to the next address, in a digest where they can, and a deadline counts once the digest is proven.
 */
#ifndef AUPD_ENGINE_DIGEST_H
#define AUPD_ENGINE_DIGEST_H

#include "engine/fold.h"
#include "model/digest.h"

/*
 * A letter of a ladder's step, before it is written: may it wait, and has the account a digest? *ret_taken: it waits. At once goes what
 * is no advice and what the policy does not let wait, what sets a deadline that is shorter than from one digest to the next, what comes
 * behind the ladder's next step, and what goes to somebody else than the customer.
 */
enum err digest_take(struct fold *f, const struct casefile *c, struct act *act, bool *ret_taken, struct why *why) MUST_CHECK;

/* What else the digest lists: cases of the account that the customer or the reseller may see. */
struct digest_open {
	const struct casefile *cases;
	unsigned count, more;           /* more: how many are there beside those */
	bool many;                      /* and not even all of them were counted */
};
/* A row of TABLE_DIGEST whose time has come: the letter is written, or what is over is forgotten. open: NULL = none are listed. */
enum err digest_due(struct fold *f, struct str key, const struct digest_open *open, struct why *why) MUST_CHECK;

/* What the hand says of a digest, for each letter that went in it. */
enum err digest_report(struct fold *f, const struct act *digest, const struct act_report *r, struct why *why) MUST_CHECK;
/*
 * A mail to a digest, or a mail server's word of it. *ret_taken: all has been done with it. Otherwise, where it is an answer about one case,
 * *ret_number is set.
 */
enum err digest_item(struct fold *f, const struct item *i, struct str message_id, uint64_t *ret_number, bool *ret_taken, struct why *why) MUST_CHECK;

/* digest_text.c: the lines of one letter, and those of the open cases but the ones that `listed` names, in the letter's language. */
struct digest_entry {
	const struct casefile *c;
	struct str title, reply_address, link;  /* link: "" = none */
	bool advice;
};
void digest_text_entry(struct buf *out, struct arena *a, struct str language, const struct digest_entry *x);
struct str digest_text_open(struct arena *a, struct str language, const struct policy *p, struct str customer, const struct digest_open *open,
	const uint64_t *listed, unsigned listed_count);

#endif
