/*
 * Digests whose time has come. See engine/digest.h.
 */
#ifndef AUPD_AUPD_JUDGE_DIGEST_H
#define AUPD_AUPD_JUDGE_DIGEST_H

#include "aupd/judge.h"

/* A row of TABLE_DIGEST that is due: with what else is open on the account, as the store has it. */
enum err judge_digest(struct judge *j, const struct row *due, struct why *why) MUST_CHECK;

#endif
