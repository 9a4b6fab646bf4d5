/*
 * What accounting shows of its own measuring, in the judge: signs of each step of a session for engine/metering.h. See judge.h.
 */
#ifndef AUPD_AUPD_JUDGE_METERING_H
#define AUPD_AUPD_JUDGE_METERING_H

#include "attribution/session.h"
#include "aupd/judge.h"

/* NULL-safe closing; opened with the book of sessions. */
enum err judge_metering_open(struct judge *j, struct why *why) MUST_CHECK;
void judge_metering_close(struct judge *j);
/* A step of a session. One that shows nothing costs some comparisons; its beginning and end two looks at a table. */
enum err judge_metering_heard(struct judge *j, const struct session_heard *h, struct why *why) MUST_CHECK;
/* A row of TABLE_METERING whose time has come. */
enum err judge_metering_due(struct judge *j, const struct row *due, struct why *why) MUST_CHECK;

#endif
