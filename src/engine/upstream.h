/*
 * Complaints that an upstream provider passed on to us: acknowledged at once, answered when their case is closed, overdue in a queue.
 *
 * The counterpart of engine/forward.h: the words that go out are those that its reader of answers takes. What is written is written to
 * a report alone, never to what comes back to it, so that two daemons end where each of them has spoken once a round. Nothing is said of
 * a sealed case or one that is marked do-not-tell: those become overdue, and a person speaks.
 */
#ifndef AUPD_ENGINE_UPSTREAM_H
#define AUPD_ENGINE_UPSTREAM_H

#include "engine/fold.h"
#include "model/upstream.h"

/* What became of a report that an upstream passed on, and the word back. Nothing for any other report, and none in a trial. */
enum err upstream_take(struct fold *f, const struct observation *o, const struct fold_result *result, struct why *why) MUST_CHECK;
/* Before a step: the case answers for what goes into it, a report or another case, and by when. */
enum err upstream_join(struct fold *f, struct casefile *c, const struct case_input *in, struct why *why) MUST_CHECK;
/* After a step: the customer's time ends before the upstream's. */
void upstream_bound(const struct fold *f, struct casefile *c);
/* The case is closed: each upstream that waits for it hears the result. */
enum err upstream_closed(struct fold *f, struct casefile *c, struct why *why) MUST_CHECK;
/* A person found that what waited before him is no violation. */
enum err upstream_discard(struct fold *f, const struct observation *o, struct why *why) MUST_CHECK;
/* A row of TABLE_UPSTREAM whose time has come. */
enum err upstream_due(struct fold *f, struct str key, struct why *why) MUST_CHECK;

#endif
