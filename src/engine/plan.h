/*
 * What a reseller's review found, and the plan that came of it: entries with dates in the reseller's row of TABLE_CONDUCT.
 *
 * They are of the case of the review, see remedy.h, and each word about them stands in its story as well, and so in the ledger. Some days
 * before a date the letter review-plan reminds the reseller; a date that was missed is put before people and has no other consequence.
 */
#ifndef AUPD_ENGINE_PLAN_H
#define AUPD_ENGINE_PLAN_H

#include "engine/fold.h"
#include "model/forwarding.h"

enum { PLAN_TEXT_MAX = 1000, PLAN_DAYS_MAX = 730 };

/*
 * due_at: by when; TIME_NONE = a finding. Entries of a review before this one make room. ERR_CONFLICT: the reseller was not invited in a
 * case that is open. ERR_LIMIT: REVIEW_ENTRIES_MAX stand there.
 */
enum err plan_add(struct fold *f, struct str reseller, struct str who, struct str text, int64_t due_at, uint32_t *ret_n, struct why *why) MUST_CHECK;
/* Kept, in time or later. Again by whoever it is done. ERR_NOTFOUND: no such entry of a plan. ERR_CONFLICT: the case is over. */
enum err plan_kept(struct fold *f, struct str reseller, struct str who, uint32_t n, struct why *why) MUST_CHECK;
/* All is kept: the case of the review is closed as passed. ERR_CONFLICT: there is no plan, or something of it is not kept. */
enum err plan_pass(struct fold *f, struct str reseller, struct str who, struct str because, struct why *why) MUST_CHECK;
/* A row of TABLE_CONDUCT whose time has come: reminders, and dates that were missed. */
enum err plan_due(struct fold *f, struct str reseller, struct why *why) MUST_CHECK;
/* The texts of that case are thinned out: its entries go too. */
enum err plan_forget(struct fold *f, struct str reseller, uint64_t number, struct why *why) MUST_CHECK;

#endif
