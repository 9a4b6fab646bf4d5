/*
 * Proofs from the ledger, for the commands that give them out. See judge_evidence.c.
 */
#ifndef AUPD_AUPD_JUDGE_EVIDENCE_H
#define AUPD_AUPD_JUDGE_EVIDENCE_H

#include "aupd/judge_command.h"
#include "evidence/merkle.h"

/* ERR_AGAIN: nothing is signed yet; it is seen to. ERR_UNSUPPORTED, ERR_CORRUPT: there is no ledger, or it stands still. */
enum err evidence_need_signed(struct commanding *c) MUST_CHECK;
/* The checkpoint that is given out with a record: the last that witnesses signed, when it covers the record; else the last. */
enum err evidence_choose(struct commanding *c, const struct row *last, struct str *ret_note, uint64_t *ret_size) MUST_CHECK;
/* ERR_AGAIN: not under a signed checkpoint of that size yet; it is seen to. */
enum err evidence_prove(struct commanding *c, const struct row *row, uint64_t size, uint64_t *ret_leaf, struct merkle_proof *ret_proof) MUST_CHECK;

#endif
