/*
 * Erasures and holds: what is asked for, and the steps of an erasure that is under way.
 */
#ifndef AUPD_AUPD_JUDGE_ERASE_H
#define AUPD_AUPD_JUDGE_ERASE_H

#include "aupd/judge.h"
#include "model/erasure.h"

/* One step of the erasure of that row, into the batch. */
enum err judge_erase(struct judge *j, const struct row *due, struct why *why) MUST_CHECK;
/* A hold that has run out. */
enum err judge_hold_due(struct judge *j, const struct row *due, struct why *why) MUST_CHECK;
/* Retention: the row of the day's walk, made when there is none; one step of it; and rows that went because they were due. */
enum err judge_purge_begin(struct judge *j, struct why *why) MUST_CHECK;
enum err judge_purge(struct judge *j, struct why *why) MUST_CHECK;
enum err judge_purge_count(struct judge *j, unsigned n, struct why *why) MUST_CHECK;
/* The record of a refusal; number: the case that is held or open, 0 when it is the subject itself. */
enum err erase_refused(struct fold *f, const struct erasure *x, struct str who, uint64_t number, struct why *why) MUST_CHECK;

#endif
