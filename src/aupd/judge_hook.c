/*
 * Webhooks that are due. See judge_hook.h.
 */
#include "aupd/judge_hook.h"

#include "aupd/figures.h"
#include "base/json.h"

enum { ANSWER_WITHIN_SECONDS = 60, ORDER_GOOD_SECONDS = 45, NO_HAND_SECONDS = 2, PAGE = 200, SET_BYTES_MAX = 16 << 20 };

struct str judge_hook_subject(struct arena *a, struct str hook)
{
	return str_format(a, "webhook/%.*s", STR_ARG(hook));
}

static enum err load_page(struct judge *j, struct query *q, struct hook *list, unsigned *count, size_t *ret_n, struct why *why)
{
	struct row *rows;
	enum err e = j->driver->page(j->store, j->hooks_arena, q, &rows, ret_n, why);
	for (size_t i = 0; e == OK && i < *ret_n && *count < WEBHOOKS_MAX; i++) {
		struct webhook w = { 0 };
		e = field_decode(j->hooks_arena, rows[i].body, webhook_fields, &w, why);
		list[*count] = (struct hook){ rows[i].key, webhook_principal(&w), webhook_kinds(&w) };
		j->hooks.kinds |= list[(*count)++].kinds;
		q->has_after = true;
		q->after_rank = rows[i].rank;
		q->after_key = rows[i].key;
	}
	return e;
}

enum err judge_hooks_load(struct judge *j, struct why *why)
{
	const struct share *share = &j->role->share;
	struct query q = { .table = TABLE_WEBHOOK, .state = str_of(hook_state_words[HOOK_ON]), .due_by = TIME_NONE, .limit = PAGE };
	size_t n = PAGE;
	unsigned count = 0;
	if (!j->hooks_arena && !(j->hooks_arena = arena_new("webhooks", SET_BYTES_MAX)))
		return why_set(why, ERR_NOMEM, "no memory for webhooks");
	arena_reset(j->hooks_arena);
	struct hook *list = ARENA_ARRAY(j->hooks_arena, struct hook, WEBHOOKS_MAX);
	j->hooks = (struct hook_set){ .list = list, .retry_us = share->hooks_retry_us, .disable_us = share->hooks_disable_us, .keep_us = share->hooks_keep_us };
	enum err e = list ? OK : why_set(why, ERR_NOMEM, "no memory for webhooks");
	while (e == OK && n == PAGE)
		e = load_page(j, &q, list, &count, &n, why);
	j->hooks.count = e ? 0 : count;
	j->fold.hooks = &j->hooks;
	j->hooks_stale = e != OK;
	return e;
}

enum err judge_hooks_follow(struct judge *j, struct why *why)
{
	return j->hooks_stale ? judge_hooks_load(j, why) : OK;
}

enum err judge_hooks_change(struct judge *j, struct why *why)
{
	j->hooks_stale = true;
	return judge_tables_change(j, why);
}

/* --- what is removed --- */

static enum err forget_page(struct judge *j, enum table t, struct str hook, size_t *ret_n, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	struct query q = { .table = t, .key_prefix = str_format(a, "%.*s/", STR_ARG(hook)), .by_key = true, .due_by = TIME_NONE, .limit = PAGE };
	struct row *rows;
	enum err e = j->driver->page(j->store, a, &q, &rows, ret_n, why);
	for (size_t i = 0; e == OK && i < *ret_n; i++)
		e = work_delete(j->fold.work, t, rows[i].key, why);
	return e;
}

/* Page by page; the row goes last, and the key of its secrets with it. */
static enum err remove_more(struct judge *j, const struct row *due, struct why *why)
{
	struct webhook w = { 0 };
	struct row row;
	size_t n = 0;
	enum err e = work_load(j->fold.work, TABLE_WEBHOOK, due->key, webhook_fields, &w, &row, why);
	if (e || w.state != HOOK_REMOVED)
		return e == ERR_NOTFOUND ? OK : e;
	e = forget_page(j, TABLE_HOOK_LANE, row.key, &n, why);
	if (e == OK && !n)
		e = forget_page(j, TABLE_DELIVERY, row.key, &n, why);
	if (e)
		return e;
	if (n) {
		row.due_at = j->fold.now;
		return work_put(j->fold.work, &row, why);
	}
	e = keyring_destroy(j->fold.keyring, judge_hook_subject(work_arena(j->fold.work), row.key), why);
	return e && e != ERR_NOTFOUND ? e : work_delete(j->fold.work, TABLE_WEBHOOK, row.key, why);
}

/* --- what is to be delivered --- */

struct release {
	struct judge *j;
	struct webhook w;
	struct hook_lane lane;
	struct hook_delivery d;
	struct row hook_at, lane_at, delivery_at;
	struct why *why;
};

static enum err secret_of(struct release *r, struct str sealed, struct str *ret_secret)
{
	struct arena *a = work_arena(r->j->fold.work);
	struct seal_key key;
	*ret_secret = STR_NONE;
	if (!sealed.len)
		return OK;
	enum err e = keyring_find(r->j->fold.keyring, judge_hook_subject(a, r->hook_at.key), &key);
	if (e == OK)
		e = unseal(a, &key, r->hook_at.key, sealed, ret_secret);
	secret_wipe(&key, sizeof(key));
	return e ? why_set(r->why, ERR_CORRUPT, "the secret of a webhook cannot be opened") : OK;
}

/* Does the one who registered it still have a say, and may he see what it is about? */
static enum err may_be_told(struct release *r, enum hook_end *ret_end, bool *ret_sees)
{
	struct judge *j = r->j;
	struct principal who = webhook_principal(&r->w);
	struct api_key key = { .revoked_at = TIME_NONE };
	struct casefile c;
	struct row row;
	uint64_t number;
	enum err e = OK;
	*ret_end = HOOK_NOT_ENDED;
	*ret_sees = true;
	if (who.scope == SCOPE_OPERATOR && !operator_named(j->role->share.operators, j->role->share.operator_count, who.id))
		*ret_end = HOOK_OWNER_GONE;
	if (r->w.key.len)
		e = work_load(j->fold.work, TABLE_API_KEY, r->w.key, api_key_fields, &key, &row, r->why);
	if (e == ERR_NOTFOUND || (e == OK && key.revoked_at != TIME_NONE))
		*ret_end = HOOK_KEY_REVOKED;
	if ((e && e != ERR_NOTFOUND) || *ret_end || r->d.kind == HOOK_TEST || r->d.kind == HOOK_REPORT_STATE)
		return e == ERR_NOTFOUND ? OK : e;
	e = case_parse(r->d.about, &number) == OK ? fold_find_case(&j->fold, number, &c, &row, r->why) : ERR_NOTFOUND;
	*ret_sees = e == OK && principal_sees(&who, &c);
	return e == ERR_NOTFOUND ? OK : e;
}

/* Into the orders of this batch: it leaves when the row says so. */
static enum err order(struct release *r)
{
	struct judge *j = r->j;
	struct arena *a = work_arena(j->fold.work);
	struct hook_order o = { .hook = r->hook_at.key, .lane = r->d.lane, .id = r->lane.head, .url = r->w.url, .good_until = j->fold.now + ORDER_GOOD_SECONDS * SECOND_US,
		.failing = r->w.failures > 0 };
	struct frame f = { .type = FRAME_HOOK, .now = j->fold.now };
	size_t before = j->orders.len;
	enum err e = secret_of(r, r->w.secret, &o.secret);
	if (e == OK && r->w.old_until_at != TIME_NONE && r->w.old_until_at > j->fold.now)
		e = secret_of(r, r->w.old_secret, &o.old_secret);
	if (e == OK)
		e = webhook_body(a, r->lane.head, &r->d, r->w.scope, r->hook_at.key, &o.body);
	if (e == OK)
		e = field_encode(a, hook_order_fields, &o, &f.body);
	if (e == OK)
		e = frame_encode(&j->orders, &f);
	if (e) {
		j->orders.len = before;
		j->orders.err = OK;
	}
	return e;
}

/* What is given out although it may have arrived is counted, and has the same id. */
static enum err give_out(struct release *r)
{
	struct fold *f = &r->j->fold;
	bool again = r->lane.in_hand;
	enum err e = order(r);
	if (e)
		return e;
	r->d.attempts += !again;
	r->d.repeated += again;
	r->d.tried_at = f->now;
	r->lane.attempts += !again;
	r->lane.in_hand = true;
	if (r->lane.first_at == TIME_NONE)
		r->lane.first_at = f->now;
	ometric_add(&r->j->role->figures, JUDGE_HOOKS_REPEATED, 0, again);
	e = work_store(f->work, &r->delivery_at, hook_delivery_fields, &r->d, r->why);
	return e ? e : hook_lane_store(f, &r->lane_at, &r->lane, f->now + ANSWER_WITHIN_SECONDS * SECOND_US, r->why);
}

static enum err wait_until(struct release *r, int64_t at)
{
	return hook_lane_store(&r->j->fold, &r->lane_at, &r->lane, at, r->why);
}

static enum err decide(struct release *r)
{
	struct fold *f = &r->j->fold;
	enum hook_end end;
	bool sees = true, test = r->d.kind == HOOK_TEST;
	enum err e = may_be_told(r, &end, &sees);
	if (e == OK && end && r->w.state == HOOK_ON) {
		e = hook_disable(f, &r->hook_at, &r->w, end, r->why);
		if (e == OK)
			e = judge_hooks_change(r->j, r->why);
	}
	if (e)
		return e;
	if (r->w.state == HOOK_REMOVED || !sees)
		return hook_over(f, &r->lane_at, &r->lane, DELIVERY_FAILED, HOOK_WAS_DISABLED, true, r->why);
	if (end || (r->w.state == HOOK_DISABLED && !test))
		return hook_over(f, &r->lane_at, &r->lane, DELIVERY_FAILED, HOOK_WAS_DISABLED, false, r->why);
	if (!test && !r->lane.in_hand && r->w.paused_until_at != TIME_NONE && r->w.paused_until_at > f->now)
		return wait_until(r, r->w.paused_until_at);
	return r->j->has_hand ? give_out(r) : wait_until(r, f->now + NO_HAND_SECONDS * SECOND_US);
}

static enum err release(struct judge *j, const struct row *due, struct why *why)
{
	struct release r = { .j = j, .why = why };
	struct fold *f = &j->fold;
	struct str hook = str_sub(due->key, 0, str_chr(due->key, '/'));
	enum err e = work_load(f->work, TABLE_HOOK_LANE, due->key, hook_lane_fields, &r.lane, &r.lane_at, why);
	if (e || r.lane_at.due_at == TIME_NONE || r.lane_at.due_at > f->now)
		return e == ERR_NOTFOUND ? OK : e;
	e = work_load(f->work, TABLE_DELIVERY, hook_delivery_key(f, hook, r.lane.head), hook_delivery_fields, &r.d, &r.delivery_at, why);
	if (e == ERR_NOTFOUND)
		return work_delete(f->work, TABLE_HOOK_LANE, due->key, why);
	if (e == OK)
		e = work_load(f->work, TABLE_WEBHOOK, hook, webhook_fields, &r.w, &r.hook_at, why);
	/* a removal or an erasure was quicker */
	if (e == ERR_NOTFOUND)
		return hook_over(f, &r.lane_at, &r.lane, DELIVERY_FAILED, HOOK_WAS_DISABLED, true, why);
	return e ? e : decide(&r);
}

enum err judge_hook_due(struct judge *j, const struct row *due, struct why *why)
{
	if (due->table == TABLE_WEBHOOK)
		return remove_more(j, due, why);
	if (due->table == TABLE_HOOK_LANE)
		return release(j, due, why);
	struct row row;
	enum err e = work_get(j->fold.work, due->table, due->key, &row, why);
	return e || row.due_at == TIME_NONE || row.due_at > j->fold.now ? e : work_delete(j->fold.work, due->table, due->key, why);
}

enum err judge_hooks_reconcile(struct judge *j, struct why *why)
{
	struct query q = { .table = TABLE_HOOK_LANE, .state = STR("sent"), .due_by = TIME_NONE, .limit = PAGE };
	struct row *rows, row, last;
	size_t n = PAGE;
	enum err e = OK;
	arena_reset(j->scratch);
	while (e == OK && n == PAGE) {
		e = j->driver->page(j->store, j->scratch, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n; i++) {
			e = work_get(j->fold.work, TABLE_HOOK_LANE, rows[i].key, &row, why);
			row.due_at = j->fold.now;
			if (e == OK && row.version)
				e = work_put(j->fold.work, &row, why);
		}
		if (e == OK)
			e = judge_commit(j, why);
		work_reset(j->fold.work);
		if (e == OK && n) {
			last = rows[n - 1];
			q.has_after = true;
			q.after_rank = last.rank;
			q.after_key = last.key;
		}
	}
	return e;
}
