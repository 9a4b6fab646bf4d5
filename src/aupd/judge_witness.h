/*
 * The witnesses of the ledger, in judge number 0: each signed checkpoint goes to all of them through the hand, and what they sign is
 * kept beside it. See judge.h for the judge, evidence/witness.h for what is said, witness_state.h for what is remembered.
 *
 * One checkpoint at a time, so that all of them sign the same. It is asked for only what the signer signed and the ledger synced. A
 * witness that is late, down or mad holds up the next checkpoint for as long as one request may take, half a minute, and then only
 * itself: it is asked again, later each time. One that says that the ledger
 * did not grow from what it signed is told to people, and remembered.
 */
#ifndef AUPD_AUPD_JUDGE_WITNESS_H
#define AUPD_AUPD_JUDGE_WITNESS_H

#include "aupd/judge.h"
#include "aupd/witness_state.h"

/* The ledger must be open. Without witnesses there is nothing. */
enum err judge_witness_open(struct judge *j, struct why *why) MUST_CHECK;
void judge_witness_close(struct judge *j);
void judge_witness_look(struct judge *j);               /* a checkpoint was kept, or something may go on */
void judge_witness_hand_is_new(struct judge *j);        /* what the old one was asked nobody answers */
void judge_witness_answer(struct judge *j, const struct json *root);   /* of a FRAME_ERRAND */

/* The last checkpoint that enough witnesses signed, borrowed until the next frame; STR_NONE and 0 when there is none. */
struct str judge_witness_note(const struct judge *j, uint64_t *ret_size);
unsigned judge_witness_known(const struct judge *j, const struct witness_known **ret_list);

#endif
