/*
 * Time stamps of the ledger, in judge number 0: every so often the last signed checkpoint, when it covers something new, is stamped by
 * the authority of the configuration (RFC 3161) through the hand, and kept as `ledger/stamps/SIZE`, see evidence/stamped.h.
 *
 * An authority that is down, or whose stamp is not good, is asked again, later each time; nothing waits for it. The hand has checked
 * what it answers with.
 */
#ifndef AUPD_AUPD_JUDGE_STAMP_H
#define AUPD_AUPD_JUDGE_STAMP_H

#include "aupd/judge.h"
#include "evidence/stamped.h"

/* The ledger must be open. Without an authority there is nothing. */
enum err judge_stamp_open(struct judge *j, struct why *why) MUST_CHECK;
void judge_stamp_close(struct judge *j);
void judge_stamp_look(struct judge *j);                 /* a checkpoint was kept, the clock went on, or there is a new hand */
void judge_stamp_hand_is_new(struct judge *j);
void judge_stamp_answer(struct judge *j, const struct json *root);     /* of a FRAME_ERRAND to ERRAND_STAMP */

/* Size and time of the last stamp, and what is in the way of the next; 0, TIME_NONE and STR_NONE when there is none. */
void judge_stamp_known(const struct judge *j, uint64_t *ret_size, int64_t *ret_at, struct str *ret_trouble);
/*
 * The stamped checkpoint to show with a record at that leaf under the checkpoint of `size`: the first that covers it, else the last.
 * ERR_NOTFOUND: there is none.
 */
enum err judge_stamp_find(struct judge *j, struct arena *a, uint64_t leaf, uint64_t size, struct str *ret_bytes, struct why *why) MUST_CHECK;

#endif
