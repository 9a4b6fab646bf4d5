/*
 * What becomes of a delivery to a webhook. See hook.h.
 *
 * All tries of one lane are in order; a webhook that fails holds up no other, and its own lanes wait together.
 */
#include "engine/hook.h"
#include "engine/queue.h"

#include "base/digest.h"

enum { PAUSE_AFTER = 3 /* failures in a row */, AGAIN_SECONDS = 1 };

/* The first waits are for a restart of what answers there, the last for its owner. */
static int64_t wait_of(uint32_t failures, struct str id)
{
	static const int64_t waits[] = { 5 * SECOND_US, 60 * SECOND_US, 300 * SECOND_US, 1800 * SECOND_US, 2 * HOUR_US, 5 * HOUR_US, 12 * HOUR_US };
	enum { WAITS = sizeof(waits) / sizeof(waits[0]) };
	int64_t us = waits[failures > WAITS ? WAITS - 1 : failures ? failures - 1 : 0];
	/* not all at once */
	return us + us / 8 * (int64_t)(crc32c(0, id) & 0xff) / 256;
}

enum err hook_store(struct fold *f, struct row *at, const struct webhook *w, struct why *why)
{
	at->state = str_of(hook_state_words[w->state]);
	at->owner = webhook_owner(work_arena(f->work), w->scope, w->owner);
	at->rank = w->made_at;
	return work_store(f->work, at, webhook_fields, w, why);
}

enum err hook_lane_store(struct fold *f, struct row *at, const struct hook_lane *lane, int64_t due_at, struct why *why)
{
	at->state = lane->in_hand ? STR("sent") : STR("waiting");
	at->due_at = due_at;
	return work_store(f->work, at, hook_lane_fields, lane, why);
}

enum err hook_disable(struct fold *f, struct row *at, struct webhook *w, enum hook_end because, struct why *why)
{
	w->state = HOOK_DISABLED;
	w->because = because;
	w->disabled_at = f->now;
	enum err e = hook_store(f, at, w, why);
	return e ? e : queue_webhook(f, at->key, true, why);
}

enum err hook_over(struct fold *f, struct row *at, struct hook_lane *lane, enum delivery_state state, enum hook_failure failure, bool gone, struct why *why)
{
	struct str hook = str_sub(at->key, 0, str_chr(at->key, '/')), next;
	struct hook_delivery d = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_DELIVERY, hook_delivery_key(f, hook, lane->head), hook_delivery_fields, &d, &row, why);
	next = str_eq(lane->head, lane->tail) ? STR_NONE : d.next;
	d.state = state;
	d.failure = failure;
	d.done_at = f->now;
	d.next = STR_NONE;
	row.state = str_of(delivery_state_words[state]);
	row.due_at = f->now + (f->hooks ? f->hooks->keep_us : 0);
	if (e == OK)
		e = gone ? work_delete(f->work, TABLE_DELIVERY, row.key, why) : work_store(f->work, &row, hook_delivery_fields, &d, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	if (!next.len)
		return work_delete(f->work, TABLE_HOOK_LANE, at->key, why);
	lane->head = next;
	lane->attempts = 0;
	lane->first_at = TIME_NONE;
	lane->in_hand = false;
	return hook_lane_store(f, at, lane, f->now, why);
}

struct trying {
	struct fold *f;
	const struct hook_result *r;
	struct webhook w;
	struct hook_lane lane;
	struct hook_delivery d;
	struct row hook_at, lane_at, delivery_at;
	struct why *why;
};

static enum err load(struct trying *t, bool *ret_known)
{
	struct fold *f = t->f;
	*ret_known = false;
	enum err e = work_load(f->work, TABLE_HOOK_LANE, str_format(work_arena(f->work), "%.*s/%.*s", STR_ARG(t->r->hook), STR_ARG(t->r->lane)), hook_lane_fields, &t->lane,
		&t->lane_at, t->why);
	if (e == OK && (!t->lane.in_hand || !str_eq(t->lane.head, t->r->id)))
		return OK;
	if (e == OK)
		e = work_load(f->work, TABLE_DELIVERY, hook_delivery_key(f, t->r->hook, t->r->id), hook_delivery_fields, &t->d, &t->delivery_at, t->why);
	if (e == OK)
		e = work_load(f->work, TABLE_WEBHOOK, t->r->hook, webhook_fields, &t->w, &t->hook_at, t->why);
	*ret_known = e == OK;
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err taken(struct trying *t)
{
	enum err e = OK;
	if (t->w.failures || t->w.failing_since_at != TIME_NONE || t->w.paused_until_at != TIME_NONE) {
		t->w.failures = 0;
		t->w.failing_since_at = t->w.paused_until_at = TIME_NONE;
		e = hook_store(t->f, &t->hook_at, &t->w, t->why);
		if (e == OK && t->w.state == HOOK_ON)
			e = queue_webhook(t->f, t->hook_at.key, false, t->why);
	}
	return e ? e : hook_over(t->f, &t->lane_at, &t->lane, DELIVERY_DELIVERED, HOOK_NO_FAILURE, false, t->why);
}

/* A pause is counted once, however many lanes ran into what it is for. */
static enum err count_failure(struct trying *t)
{
	struct webhook *w = &t->w;
	struct fold *f = t->f;
	if (w->state != HOOK_ON || (w->paused_until_at != TIME_NONE && w->paused_until_at > f->now))
		return OK;
	w->failures++;
	if (w->failing_since_at == TIME_NONE)
		w->failing_since_at = f->now;
	if (w->failures >= PAUSE_AFTER)
		w->paused_until_at = f->now + wait_of(w->failures - PAUSE_AFTER + 1, t->r->hook);
	if (f->hooks && f->now - w->failing_since_at >= f->hooks->disable_us)
		return hook_disable(f, &t->hook_at, w, HOOK_FAILING, t->why);
	return hook_store(f, &t->hook_at, w, t->why);
}

static enum err failed(struct trying *t)
{
	struct fold *f = t->f;
	enum err e = t->r->outcome == HOOK_OUT_GONE && t->w.state == HOOK_ON ? hook_disable(f, &t->hook_at, &t->w, HOOK_GONE, t->why) : count_failure(t);
	if (e)
		return e;
	bool once = t->d.kind == HOOK_TEST, long_ago = f->hooks && t->lane.first_at != TIME_NONE && f->now - t->lane.first_at >= f->hooks->retry_us;
	if (once || long_ago || t->r->outcome == HOOK_OUT_GONE) {
		e = once ? OK : queue_webhook(f, t->hook_at.key, true, t->why);
		return e ? e : hook_over(f, &t->lane_at, &t->lane, DELIVERY_FAILED, t->r->failure, false, t->why);
	}
	t->lane.in_hand = false;
	return hook_lane_store(f, &t->lane_at, &t->lane, f->now + wait_of(t->lane.attempts, t->r->id), t->why);
}

enum err hook_result(struct fold *f, const struct hook_result *r, struct why *why)
{
	struct trying t = { .f = f, .r = r, .why = why };
	bool known;
	enum err e = load(&t, &known);
	if (e || !known)
		return e;
	if (r->outcome == HOOK_OUT_LATER) {
		int64_t soonest = f->now + AGAIN_SECONDS * SECOND_US;
		t.lane.in_hand = false;
		t.lane.attempts -= t.lane.attempts > 0;
		t.d.attempts -= t.d.attempts > 0;
		e = work_store(f->work, &t.delivery_at, hook_delivery_fields, &t.d, why);
		return e ? e : hook_lane_store(f, &t.lane_at, &t.lane, r->retry_at > soonest ? r->retry_at : soonest, why);
	}
	t.d.status = r->status;
	t.d.failure = r->failure;
	e = work_store(f->work, &t.delivery_at, hook_delivery_fields, &t.d, why);
	if (e)
		return e;
	return r->outcome == HOOK_OUT_DONE ? taken(&t) : failed(&t);
}
