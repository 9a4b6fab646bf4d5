/*
 * NoticeAck and NoticeStatus: what answers a copyright notice in the notice's own system (ACNS 1.0 to 1.2), for the program that sent it.
 */
#ifndef AUPD_ENGINE_NOTICE_ACK_H
#define AUPD_ENGINE_NOTICE_ACK_H

#include "engine/receipt.h"

enum { NOTICE_ACK_BYTES_MAX = 4096 };

/*
 * The document in UTF-8, in the arena, or STR_NONE where there is nothing to say: it is no such notice or one of 0.6 or 0.7, it
 * has no number that may be repeated, or what becomes of it is not settled (it waits, a person has it, more was asked for).
 * Accepted is "true" when it was counted, made or joined a case, or took one back, and "false" when it is about nobody of ours.
 * provider and address: who answers.
 */
struct str notice_ack(struct arena *a, const struct observation *o, const struct fold_result *r, struct str provider, struct str address);

/* What of a notice its later status names: false where it can have none, by the same rules. */
bool notice_names(const struct observation *o, struct str *ret_version, struct str *ret_id);
/*
 * The status of that notice, as its receipt tells it: OPEN until the report has ended, then REJECTED where it was refused or is not ours,
 * else CLOSED. In the arena, or STR_NONE: there is no such version.
 */
struct str notice_status(struct arena *a, struct str version, struct str id, struct receipt_told told, bool ended);

#endif
