/*
 * A bundle that was handed over under a profile: what of it is withheld, item by item, in a text whose digest is in the ledger.
 *
 *   "aupd-redaction/1" LF, "profile NAME" LF, "content HEX" LF, then for each record by rising leaf and each value that it commits to, `raw` among
 *   them, in byte order of names, when it is not shown:
 *   "withheld RECORD NAME LENGTH REASON" LF      LENGTH "-": not told
 *   "masked RECORD NAME LENGTH" LF               shown in part
 *
 * `content` is that of evidence_bundle_content. The record of the handing over, in the ledger like every other, names the digest of the text as
 * `redaction`, and case and profile: so nothing of the bundle, nor of what it leaves out, can be changed afterwards. Proofs are not part of it:
 * they say where a record stands, under whatever checkpoint was at hand.
 * That what is shown in part is a part of what the record commits to is proved when the whole is revealed.
 */
#ifndef AUPD_EVIDENCE_HANDED_H
#define AUPD_EVIDENCE_HANDED_H

#include "evidence/evidence_bundle.h"

enum { HANDED_BYTES_MAX = 32 << 20 };
#define HANDED_KIND STR("handed-over")

/* The text of a bundle in order (evidence_bundle_order), by what its entries say is withheld. */
enum err handed_write(struct arena *a, const struct evidence_bundle *b, struct str profile, struct str *ret_text, struct why *why) MUST_CHECK;
/* Is the deed in a ledger that the key signed, and is that the ledger of the bundle, grown? */
enum err handed_place(struct arena *a, const struct evidence_bundle *b, const struct checkpoint *c, const struct note_verifier *log,
	const struct checkpoint_witnesses *witnesses, struct str *ret_checkpoint, struct why *why) MUST_CHECK;
/* Is it the deed of this bundle, and does it list exactly what is not shown? */
enum err handed_check(struct arena *a, const struct evidence_bundle *b, const struct evidence_link *links, const struct record *deed, struct why *why) MUST_CHECK;
/*
 * Does `other`, which was verified too, reveal what b withholds? *ret_revealed: how many items; of those that b shows in part it was the whole.
 * ERR_CORRUPT: the part is none of the whole. ERR_NOTFOUND: nothing of it is withheld in b.
 */
enum err handed_reveal(const struct evidence_bundle *b, const struct evidence_link *links, const struct evidence_bundle *other,
	const struct evidence_link *other_links, unsigned *ret_revealed, struct why *why) MUST_CHECK;
/* Where the list begins: behind it handed_next gives the reason of each value that is not shown, in the order of the records and of their lines. */
struct str handed_list(const struct evidence_bundle *b);
struct str handed_next(struct str *rest);

#endif
