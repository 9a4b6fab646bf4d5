/*
 * The length of sessions in the judge: which of them are watched, and what engine/duration.h is told of them. See judge.h.
 */
#ifndef AUPD_AUPD_JUDGE_DURATION_H
#define AUPD_AUPD_JUDGE_DURATION_H

#include "attribution/session.h"
#include "aupd/judge.h"

/* Before the first step. */
enum err judge_duration_open(struct judge *j, struct why *why) MUST_CHECK;
/* A step of a session. One that is not watched costs a comparison. */
enum err judge_duration_heard(struct judge *j, const struct session_heard *h, struct why *why) MUST_CHECK;
/* A row of TABLE_DURATION whose time has come. */
enum err judge_duration_due(struct judge *j, const struct row *due, struct why *why) MUST_CHECK;

#endif
