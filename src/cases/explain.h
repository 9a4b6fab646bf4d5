/*
 * The story of a case in plain words: what came in, whose it was and why, which clause in which version, what was decided
 * and on which terms, what happens next and when.
 */
#ifndef AUPD_CASES_EXPLAIN_H
#define AUPD_CASES_EXPLAIN_H

#include "base/arena.h"
#include "model/case.h"

/* story: with every event; otherwise the head and what comes next. */
void explain_case(struct arena *a, const struct casefile *c, const struct case_event *events, unsigned event_count, const struct act *acts, unsigned act_count,
	bool story, struct buf *out);

#endif
