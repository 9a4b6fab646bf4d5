/*
 * Who is told by webhook what the fold wrote, and what becomes of the telling.
 *
 * For each event of a case a row of TABLE_DELIVERY is written for each webhook that wants its kind and whose owner sees that case,
 * in the transaction of the event itself; deliveries of one webhook about one case stand in a lane and go out one after the other.
 * The state of a report is told likewise. Nothing of a case that its reader would not find over the API.
 *
 * When a try fails the lane waits, longer each time; when a webhook fails again and again all its lanes wait for it. A delivery that
 * could not be made for so long is given up, and a webhook that took none for longer is disabled: both stand before a person.
 */
#ifndef AUPD_ENGINE_HOOK_H
#define AUPD_ENGINE_HOOK_H

#include "engine/fold.h"
#include "engine/receipt.h"
#include "model/webhook.h"

/* Webhooks that are on, as the rows of the store tell. */
struct hook {
	struct str id;
	struct principal who;
	uint32_t kinds;
};

struct hook_set {
	const struct hook *list;
	unsigned count;
	uint32_t kinds;                 /* of all of them */
	int64_t retry_us, disable_us, keep_us;  /* how long a delivery is tried, a webhook may fail, a delivery is kept when it is over */
};

enum err hook_case(struct fold *f, const struct casefile *c, const struct case_event *e, struct why *why) MUST_CHECK;
/* The acts of a step by which the case was passed on to a reseller. */
enum err hook_forwarded(struct fold *f, const struct casefile *c, const struct act *acts, unsigned count, struct why *why) MUST_CHECK;
/* A receipt was written; before: what it said, NULL: it is new. owner: of its row. */
enum err hook_receipt(struct fold *f, struct str receipt, struct str owner, const struct receipt *before, const struct receipt *r, struct why *why) MUST_CHECK;
/* The case took a step: the reporters of what led to it are told when that changes what their receipts tell. */
enum err hook_reports(struct fold *f, const struct casefile *c, struct why *why) MUST_CHECK;
/* What led to the case `gone` goes back to it from `into`, which it was merged into. */
enum err hook_unmerged(struct fold *f, uint64_t into, uint64_t gone, struct why *why) MUST_CHECK;
/* To one webhook, at once. mark: what makes the id another one. */
enum err hook_test(struct fold *f, struct str hook, struct str owner, struct str mark, struct str *ret_id, struct why *why) MUST_CHECK;
/* A delivery that is over goes out once more, under its id. ERR_CONFLICT: it is not over. ERR_NOTFOUND. */
enum err hook_again(struct fold *f, struct str hook, struct str owner, struct str id, struct why *why) MUST_CHECK;

/* What the hand tells of a delivery. What it tells twice, or too late, changes nothing. */
enum err hook_result(struct fold *f, const struct hook_result *r, struct why *why) MUST_CHECK;
/* The head of the lane is over: kept for a while, and the next one is due. gone: nothing of it is kept. */
enum err hook_over(struct fold *f, struct row *at, struct hook_lane *lane, enum delivery_state state, enum hook_failure failure, bool gone, struct why *why) MUST_CHECK;
/* No more is told; what waits is given up as its time comes. A person is told, unless it is removed. */
enum err hook_disable(struct fold *f, struct row *at, struct webhook *w, enum hook_end because, struct why *why) MUST_CHECK;
enum err hook_store(struct fold *f, struct row *at, const struct webhook *w, struct why *why) MUST_CHECK;
enum err hook_lane_store(struct fold *f, struct row *at, const struct hook_lane *lane, int64_t due_at, struct why *why) MUST_CHECK;
struct str hook_delivery_key(struct fold *f, struct str hook, struct str id);

#endif
