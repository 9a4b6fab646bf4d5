/*
 * What a reporter who wrote by mail hears after his receipt: one letter, when his report has come to its end, and an answer when he asks.
 *
 * It says what receipt_tell() says, and no more. Only where the policy in force says `reporter-status yes`, to persons: no feedback
 * loop, no machine, no address that nobody reads, nobody with an API key. Never of what is sealed or marked do-not-tell, never twice
 * for one report, never to an address from which a letter of ours came back.
 */
#ifndef AUPD_ENGINE_REPORTER_STATUS_H
#define AUPD_ENGINE_REPORTER_STATUS_H

#include "engine/receipt.h"

/* He got the receipt by mail: where its end is to be told, sealed in it. Nothing for whoever is not told. The caller stores r. */
enum err reporter_status_keep(struct fold *f, const struct observation *o, struct receipt *r, struct why *why) MUST_CHECK;
/* The report of that receipt led to a case, which remembers whom to tell, within CASE_RECEIPTS_MAX. Nothing when it did not. */
enum err reporter_status_join(struct fold *f, struct str id, const struct receipt *r, struct why *why) MUST_CHECK;
/* After a step of a case: what another one remembered when that is merged into it; the letters when it is closed. The caller stores c. */
enum err reporter_status_step(struct fold *f, struct casefile *c, const struct case_input *in, struct why *why) MUST_CHECK;
/* A person discarded the report that waited under that receipt. */
enum err reporter_status_discarded(struct fold *f, struct str id, struct why *why) MUST_CHECK;
/* A letter that waited for its turn is due: it is dropped when nothing of its report may be told any more. */
enum err reporter_status_gate(struct fold *f, struct act *act, enum gate *ret_gate, struct why *why) MUST_CHECK;

/*
 * A mail to the letter with that Message-ID, which may be one about a report of `owner`'s. *ret_taken: he asks what became of it, was
 * answered, and all has been done with the mail. From another address, a second time in a day, without the letter or the receipt, and
 * where the policy tells no reporters, it is left as it is.
 */
enum err reporter_status_asked(struct fold *f, const struct item *i, struct str message_id, struct str owner, bool *ret_taken, struct why *why) MUST_CHECK;

#endif
