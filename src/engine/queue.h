/*
 * Queues of the desk that no index of a case or an act tells: a row of TABLE_QUEUE for each reason why a person must look, as long as
 * it holds. A row names a case or an act and nothing else.
 */
#ifndef AUPD_ENGINE_QUEUE_H
#define AUPD_ENGINE_QUEUE_H

#include "engine/fold.h"

/* A set: a case may wait for several reasons. */
enum queue_bit {
	QUEUE_APPEALS = 1,
	QUEUE_EMERGENCIES = 2,
	QUEUE_COUNSEL = 4,
	QUEUE_CORRECTIONS = 8,
	QUEUE_BOUNCED = 16,             /* a letter did not reach the customer */
	QUEUE_SECOND = 32,              /* sealed: one person has asked for something */
};

/* Which queues the case stands in. */
uint32_t queue_of(const struct casefile *c);
/* The case stood in `before`, now it stands where it says. */
enum err queue_follow(struct fold *f, const struct casefile *c, uint32_t before, struct why *why) MUST_CHECK;
/* A case, an act, from before there were such rows: where it stands by now, and since when at the latest. True when it stands anywhere. */
enum err queue_case_before(struct fold *f, const struct casefile *c, bool *ret_in, struct why *why) MUST_CHECK;
enum err queue_act_before(struct fold *f, const struct act *act, bool *ret_in, struct why *why) MUST_CHECK;
/* Whether a date of the plan of a review, in that open case, was missed: "plans" holds it until it is kept after all or the case is closed. */
enum err queue_plan(struct fold *f, uint64_t number, bool in, struct why *why) MUST_CHECK;
/* What was to be done at a service, and was refused, or nobody can tell: "refused" holds it until it is done or lifted. */
enum err queue_act(struct fold *f, const struct act *act, struct why *why) MUST_CHECK;

/* Deliveries of that webhook were given up, or it was disabled: "webhooks" holds it until it takes one again, is enabled or removed. */
enum err queue_webhook(struct fold *f, struct str hook, bool in, struct why *why) MUST_CHECK;

#endif
