/*
 * What is due: deadlines are folded, parked observations tried again, acts released. See judge.h.
 *
 * A row that cannot be folded is put off and said, so that it holds up nothing else.
 */
#include "aupd/judge_binding.h"
#include "aupd/judge_command.h"
#include "aupd/judge_digest.h"
#include "aupd/judge_duration.h"
#include "aupd/judge_erase.h"
#include "aupd/judge_hook.h"
#include "aupd/judge_metering.h"
#include "aupd/judge_usage.h"

#include "base/clock.h"
#include "base/point.h"
#include "engine/deed.h"

enum { ROUNDS_MAX = 1000, CLOCK_SET_US = 5000000, CLOCK_LOOK_US = 30000000 };

static enum err put_off(struct judge *j, const struct row *due, struct why *why)
{
	struct row row;
	log_error("a row that is due cannot be folded and is put off for an hour", "table", table_text(due->table), "why", why->text);
	work_undo(j->fold.work);
	enum err e = work_get(j->fold.work, due->table, due->key, &row, why);
	if (e)
		return e;
	row.due_at = j->fold.now + HOUR_US;
	return work_put(j->fold.work, &row, why);
}

/* A letter of somebody who is held is kept a day longer. */
static enum err letter_due(struct judge *j, const struct row *due, struct why *why)
{
	struct row row;
	bool held = false;
	enum err e = deed_held(&j->fold, due->owner, 0, &held, why);
	if (e == OK && !held)
		return fold_due(&j->fold, due, why);
	if (e == OK)
		e = work_get(j->fold.work, due->table, due->key, &row, why);
	if (e || !row.version)
		return e;
	row.due_at = j->fold.now + DAY_US;
	return work_put(j->fold.work, &row, why);
}

static enum err switch_due(struct judge *j, const struct row *due, struct why *why)
{
	if (judge_backfill_is(due))
		return judge_backfill(j, why);
	if (judge_usage_is_look(due))
		return judge_usage_look(j, why);
	if (judge_bindings_is_daily(due))
		return judge_bindings_daily(j, why);
	return judge_policy_is_telling(due) ? judge_policy_tell(j, due, why) : fold_due(&j->fold, due, why);
}

static enum err act_on(struct judge *j, const struct row *due, struct why *why)
{
	switch (due->table) {
	case TABLE_SWITCH: return switch_due(j, due, why);
	case TABLE_LETTER: return letter_due(j, due, why);
	case TABLE_ACT: return judge_release(j, due, why);
	case TABLE_ERASURE: return judge_erase(j, due, why);
	case TABLE_WEBHOOK: case TABLE_DELIVERY: case TABLE_HOOK_LANE: return judge_hook_due(j, due, why);
	case TABLE_DIGEST: return judge_digest(j, due, why);
	case TABLE_HOLD: return judge_hold_due(j, due, why);
	case TABLE_DURATION: return judge_duration_due(j, due, why);
	case TABLE_METERING: return judge_metering_due(j, due, why);
	default: return fold_due(&j->fold, due, why);
	}
}

/* Did it go because its time was over? Such rows are counted for the record of what retention took. */
static enum err has_expired(struct judge *j, const struct row *due, unsigned *count, struct why *why)
{
	struct row row;
	if (due->table != TABLE_SEEN && due->table != TABLE_RECEIPT && due->table != TABLE_LETTER && due->table != TABLE_TOKEN && due->table != TABLE_MARK)
		return OK;
	enum err e = work_get(j->fold.work, due->table, due->key, &row, why);
	*count += e == OK && !row.version;
	return e;
}

static enum err fold_row(struct judge *j, const struct row *due, unsigned *ret_expired, struct why *why)
{
	work_begin(j->fold.work);
	enum err e = act_on(j, due, why);
	if (e == OK)
		e = has_expired(j, due, ret_expired, why);
	return e && !judge_passes(e) ? put_off(j, due, why) : e;
}

bool judge_due(struct judge *j)
{
	struct why why = { .line = 0 };
	if (j->role->share.number)
		return true;
	for (int round = 0; round < ROUNDS_MAX; round++) {
		struct row *rows;
		size_t n = 0;
		struct query q = { .due_by = clock_wall_at(), .limit = RELEASE_MAX };
		j->fold.now = q.due_by;
		arena_reset(j->scratch);
		enum err e = j->hand_is_new || j->nft_is_new ? judge_reconcile(j, &why) : OK;
		if (e == OK && j->hand_is_new)
			e = judge_hooks_reconcile(j, &why);
		if (e == OK)
			e = judge_hooks_follow(j, &why);
		if (e == OK)
			e = j->driver->page(j->store, j->scratch, &q, &rows, &n, &why);
		unsigned expired = 0;
		for (size_t i = 0; e == OK && i < n; i++)
			e = fold_row(j, &rows[i], &expired, &why);
		if (e == OK && expired)
			e = judge_purge_count(j, expired, &why);
		size_t changes = work_changes(j->fold.work);
		if (e == OK)
			e = judge_commit(j, &why);
		work_reset(j->fold.work);
		if (e) {
			buf_clear(&j->orders);
			judge_raw_forget(j);
		}
		if (e == ERR_CONFLICT)
			continue;
		if (e) {
			judge_get_stuck(j, &why);
			return false;
		}
		judge_tell_brakes(j);
		POINT("judge.ordering");
		judge_keys_tell(j);
		judge_send_kept(&j->hand, j->has_hand, &j->orders, "hand");
		POINT("judge.ordered");
		j->hand_is_new = j->nft_is_new = false;
		/* an erasure, or the walk through old rows, takes many steps: what else came is looked at between them */
		bool rest = j->erasing && !clock_is_test();
		j->erasing = false;
		if (!changes || rest)
			return true;
	}
	return true;
}

void judge_watch_clock(struct judge *j)
{
	int64_t offset = clock_wall_at() - clock_monotonic_us(), by = offset - j->clock_offset;
	bool ahead = by > 0;
	if (j->clock_offset && !j->role->share.number && (ahead ? by : -by) >= CLOCK_SET_US) {
		uint64_t seconds = (uint64_t)((ahead ? by : -by) / SECOND_US);
		if (ahead) {
			log_warn("the clock was set ahead: what became due is done now", "seconds", log_u64(seconds));
			role_tell(j->role, "the clock was set ahead, and what became due was done; seconds", seconds);
		} else {
			log_warn("the clock was set back: deadlines stand as they are", "seconds", log_u64(seconds));
			role_tell(j->role, "the clock was set back, and deadlines stand as they are; seconds", seconds);
		}
	}
	j->clock_offset = offset;
}

void judge_set_due_timer(struct judge *j)
{
	int64_t due = TIME_NONE, wait = CLOCK_LOOK_US;
	struct why why;
	if (clock_is_test())
		return;
	/* never longer, for timers do not see the wall clock being set */
	if (!j->role->share.number && j->driver->next_due(j->store, &due, &why) == OK && due != TIME_NONE && due - clock_wall_at() < wait)
		wait = due - clock_wall_at();
	timer_set(j->due_timer, wait < 0 ? JUDGE_RETRY_US / 10 : wait, 0);
}
