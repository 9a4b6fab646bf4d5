/*
 * What a reseller owes for each version of the policy: its acknowledgement, and proof that its customers were told.
 *
 * Kept in the reseller's row of TABLE_CONDUCT. Asked for when the version is posted, where that version says by when; without an
 * acknowledgement by then the signal reseller.not-acknowledged is raised, once a version.
 */
#ifndef AUPD_ENGINE_ACKNOWLEDGE_H
#define AUPD_ENGINE_ACKNOWLEDGE_H

#include "engine/fold.h"
#include "model/forwarding.h"

enum { ACKNOWLEDGE_PROOF_MAX = 1000 };

/* The letter that asks; nothing when that reseller was asked for this version or has acknowledged it. Without an address it still owes. */
enum err acknowledge_ask(struct fold *f, const struct policy *p, struct str reseller, struct why *why) MUST_CHECK;
/*
 * A mail to the letter with that Message-ID, which may be one that asks `owner`. *ret_taken: it was, and all has been done with the mail;
 * what goes beyond the one word that is agreed on, and what comes from a stranger, is put before a person.
 */
enum err acknowledge_answer(struct fold *f, const struct item *i, struct str message_id, struct str owner, bool *ret_taken, struct why *why) MUST_CHECK;
/*
 * What an operator knows, or a reseller says over the API. told_at: when its customers were told, as text says; TIME_NONE and "" = that
 * is not proven yet. What stands there already is done. When it was overdue its case is told, and a person looks.
 * ERR_EXISTS: something else was proven before. ERR_LIMIT: more versions than are kept.
 */
struct acknowledge_proof {
	struct str by;                  /* "reseller", or the operator */
	int64_t told_at;
	struct str text, sha256;        /* sha256: of a document, 64 hex digits; "" = none */
};
enum err acknowledge_enter(struct fold *f, struct str reseller, struct str version, const struct acknowledge_proof *proof, struct why *why) MUST_CHECK;
/* A row of TABLE_CONDUCT whose time has come. */
enum err acknowledge_due(struct fold *f, struct str reseller, struct why *why) MUST_CHECK;

#endif
