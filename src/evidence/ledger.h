/*
 * The ledger's files: the tiles of the Merkle tree over all records, and the last checkpoint that was signed for it.
 *
 *   tile/<L>/<N>[.p/<W>]   C2SP tlog-tiles, see tile.h
 *   checkpoint             a signed note, see checkpoint.h
 *
 * The store's records in their order are the truth; everything here can be made again from them, by ledger_reset and an append
 * for each leaf. A tile that was torn or has rotted is never believed: the tree is held against its checkpoint when it is
 * opened, and each proof against its root before it is given; both then say ERR_CORRUPT, and the caller makes the tiles again.
 * One writer. Whoever signs answers for it that the records covered are synced.
 */
#ifndef AUPD_EVIDENCE_LEDGER_H
#define AUPD_EVIDENCE_LEDGER_H

#include "evidence/checkpoint.h"

struct ledger;

/*
 * dir_fd stays the caller's and must outlive the ledger. The tree is as the last checkpoint has it: what was appended since must
 * be appended again. ERR_CORRUPT: tiles and checkpoint do not fit; *ret_ledger is there all the same, to be reset and filled.
 */
enum err ledger_open(int dir_fd, struct ledger **ret_ledger, struct why *why) MUST_CHECK;
void ledger_close(struct ledger *l);
/* Back to the empty tree; the checkpoint stays, for what comes must fit it. */
void ledger_reset(struct ledger *l);

uint64_t ledger_size(const struct ledger *l);
void ledger_root(const struct ledger *l, struct digest *ret_root);
enum err ledger_append(struct ledger *l, const struct digest *leaf, struct why *why) MUST_CHECK;
/* What was appended is in files afterwards; full tiles are synced. Before it nothing new can be proved. */
enum err ledger_flush(struct ledger *l, struct why *why) MUST_CHECK;

/* ERR_CORRUPT when the tree does not begin with that of its checkpoint: these are not the records that were signed. */
enum err ledger_check(struct ledger *l, struct why *why) MUST_CHECK;
/* size <= the size at the last flush. Errors of merkle_inclusion and merkle_consistency; ERR_CORRUPT as above. */
enum err ledger_root_at(struct ledger *l, uint64_t size, struct digest *ret_root, struct why *why) MUST_CHECK;
enum err ledger_prove(struct ledger *l, const struct digest *leaf, uint64_t index, uint64_t size, struct merkle_proof *ret_proof, struct why *why) MUST_CHECK;
enum err ledger_prove_growth(struct ledger *l, uint64_t old, uint64_t size, struct merkle_proof *ret_proof, struct why *why) MUST_CHECK;

/* The last one kept, borrowed until the next; STR_NONE before the first. Its size is 0 then. */
struct str ledger_checkpoint(const struct ledger *l);
uint64_t ledger_checkpoint_size(const struct ledger *l);
/* Kept and synced when it returns OK. ERR_CONFLICT when it is not of this tree: nothing is kept. */
enum err ledger_checkpoint_keep(struct ledger *l, struct str note, struct why *why) MUST_CHECK;

#endif
