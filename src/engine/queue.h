/*
 * Queues of the desk that no index of a case or an act tells: a row of TABLE_QUEUE for each reason why a person must look, as long as
 * it holds. A row names a case, an act, a parked report or an item and nothing else.
 *
 * What stands first (enum urgency) has a row in every queue, also in one that an index tells: its state is QUEUE_FIRST_STATE instead of the
 * queue's name, so that each is paged along the index like all others. Of such a queue the index has these rows as well; whoever reads it
 * passes over them.
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
	QUEUE_DUE = 64,                 /* these three the index of cases tells; rank of the first: when it is due */
	QUEUE_REVIEW = 128,
	QUEUE_ANSWERS = 256,
	QUEUE_SNOOZED = 512,            /* put away; rank: until when. A row whose time is over says nothing, and goes with the next step of the case */
};

/* "NAME.urgent" */
#define QUEUE_FIRST_STATE "%s.%s"

/* Where a case stands. */
struct queue_standing {
	uint32_t in;
	enum urgency urgency;
	int64_t due_at;
	int64_t snoozed_until_at;
};

struct queue_standing queue_of(const struct casefile *c);
/* The case stood in `before`, now it stands where it says. */
enum err queue_follow(struct fold *f, const struct casefile *c, const struct queue_standing *before, struct why *why) MUST_CHECK;
/*
 * A case, an act, a report that is parked, from before there were such rows: where it stands by now, and since when at the latest. True when
 * it stands anywhere.
 */
enum err queue_case_before(struct fold *f, const struct casefile *c, bool *ret_in, struct why *why) MUST_CHECK;
enum err queue_act_before(struct fold *f, const struct act *act, bool *ret_in, struct why *why) MUST_CHECK;
enum err queue_parked_before(struct fold *f, const struct row *row, const struct observation *o, bool *ret_in, struct why *why) MUST_CHECK;
/* Whether a date of the plan of a review, in that open case, was missed: "plans" holds it until it is kept after all or the case is closed. */
enum err queue_plan(struct fold *f, uint64_t number, bool in, struct why *why) MUST_CHECK;
/*
 * What was to be done at a service, and was refused, or nobody can tell: "refused" holds it until it is done or lifted. What is held stands
 * first among the "approvals" when its case does.
 */
enum err queue_act(struct fold *f, const struct act *act, struct why *why) MUST_CHECK;
/* A report that waits under that key of TABLE_PARKED, over its reporter's cap or for another reason; or waits no longer. */
enum err queue_parked(struct fold *f, struct str key, const struct observation *o, bool over_cap, struct why *why) MUST_CHECK;
enum err queue_unparked(struct fold *f, struct str key, const struct observation *o, struct why *why) MUST_CHECK;
/* An item under that key, which stood there with that urgency. */
enum err queue_item(struct fold *f, struct str key, const struct item *i, enum urgency before, struct why *why) MUST_CHECK;

/* Deliveries of that webhook were given up, or it was disabled: "webhooks" holds it until it takes one again, is enabled or removed. */
enum err queue_webhook(struct fold *f, struct str hook, bool in, struct why *why) MUST_CHECK;

#endif
