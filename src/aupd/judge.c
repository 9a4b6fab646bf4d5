/*
 * The judge: its loop, its batches and its links. See judge.h.
 */
#include "aupd/figures.h"
#include "aupd/judge_binding.h"
#include "aupd/judge_duration.h"
#include "aupd/judge_erase.h"
#include "aupd/judge_hook.h"
#include "aupd/judge_metering.h"
#include "aupd/judge_oidc.h"
#include "aupd/judge_stamp.h"
#include "aupd/judge_witness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"

enum { POLICY_ARENA_MAX = 512 << 20, BATCH_ARENA_MAX = 320 << 20, REPLIES_MAX = 64 << 20 };

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	struct judge *j = arg;
	return j->driver->load(j->store, a, keys, count, rows, why);
}

static void on_due(void *arg);
static void on_retry(void *arg);
static void turn(void *arg);

void judge_turn(struct judge *j)
{
	turn(j);
}

void judge_look(struct judge *j)
{
	on_due(j);
}

static enum err judge_start(struct role *r, struct why *why)
{
	struct judge *j = calloc(1, sizeof(*j));
	if (!j)
		return why_set(why, ERR_NOMEM, "no memory");
	struct row_reader reader = { load_rows, j };
	int data_fd = role_fd(r, "data");
	r->state = j;
	j->role = r;
	j->driver = &store_sqlite;
	j->policy_arena = arena_new("policies", POLICY_ARENA_MAX);
	j->batch_arena = arena_new("batch", BATCH_ARENA_MAX);
	j->scratch = arena_new("scratch", BATCH_ARENA_MAX);
	j->fold = (struct fold){ .work = work_new(&reader), .provider = r->share.provider, .mail_domain = r->share.mail_domain, .mail_local = r->share.mail_local,
		.contact = r->share.contact, .web_url = r->share.web_url, .word_to = r->share.word_to, .now = clock_wall_at(), .source = 1, .keep = judge_keep,
		.drop = judge_raw_wipe, .keep_arg = j, .keep_receipts_us = (int64_t)r->share.keep_items_us, .notes_sightings = true, .searchable = true };
	j->brakes = (struct brakes){ r->share.suspensions_per_hour, r->share.suspensions_per_day, r->share.suspensions_of_rule, r->share.suspensions_of_reseller,
		r->share.suspensions_of_reporter, 0, 0 };
	j->fold.brakes = &j->brakes;
#ifdef AUPD_TESTING
	if (point_planted("no brakes"))
		j->fold.brakes = NULL;
#endif
	buf_init(&j->replies, REPLIES_MAX);
	buf_init(&j->orders, REPLIES_MAX);
	if (!j->policy_arena || !j->batch_arena || !j->scratch || !j->fold.work)
		return why_set(why, ERR_NOMEM, "no memory");
	enum err e = j->driver->open(data_fd, str_c(r->arena, r->share.store), STORE_WRITE, &j->store, why);
	if (e == OK)
		e = keyring_open(data_fd, "subjects.keys", true, &j->fold.keyring, why);
	if (e == OK)
		e = judge_token_key(j, data_fd, why);
	if (e == OK)
		e = judge_raw_open(j, why);
	if (e == OK)
		e = names_open(NULL, &j->names, why);
	if (e == OK)
		e = judge_load_policies(j, why);
	if (e == OK)
		e = judge_load_registry(j, why);
	if (e == OK)
		e = judge_hooks_load(j, why);
	if (e == OK)
		e = judge_bindings_open(j, why);
	if (e == OK)
		e = judge_duration_open(j, why);
	if (e == OK)
		e = judge_metering_open(j, why);
	if (e == OK)
		e = judge_read_marks(j, why);
	if (e == OK)
		e = judge_ledger_open(j, why);
	if (e == OK)
		e = judge_witness_open(j, why);
	if (e == OK)
		e = judge_stamp_open(j, why);
	if (e == OK)
		e = judge_oidc_open(j, why);
	if (e == OK)
		e = attempt_map(role_fd(r, "attempt"), &j->attempt, why);
	if (e == OK)
		e = timer_new(r->loop, on_due, j, &j->due_timer);
	if (e == OK)
		e = timer_new(r->loop, on_retry, j, &j->retry_timer);
	return e;
}

static void judge_run(struct role *r)
{
	struct judge *j = r->state;
	struct why why;
	bool on;
	if (loop_after(r->loop, turn, j) != OK)
		exit(1);
	if (r->share.number) {
		judge_set_due_timer(j);
		return;
	}
	judge_bindings_run(j);
	timer_set(j->due_timer, 0, 0);
	judge_ledger_soon(j);
	if (judge_enforces(j, &on, &why) == OK)
		role_send(r, on ? "enforce" : "observe");
	work_reset(j->fold.work);
	enum err e = judge_purge_begin(j, &why);
	if (e == OK)
		e = judge_backfill_begin(j, &why);
	if (e == OK)
		e = judge_commit(j, &why);
	if (e)
		log_warn("retention, and what old rows lack, begin with the next start", "why", why.text);
	work_reset(j->fold.work);
	if (!j->fold.policy_count)
		log_warn("no policy has been posted: nothing can be judged; aup policy post");
}

/* What cannot be folded is kept for a person; the mark passes. */
static enum err keep_bad(struct judge *j, const struct frame *f, const char *reason)
{
	struct item i = { .type = ITEM_UNPARSED, .at = f->at, .received_at = f->now, .reason = str_of(reason) };
	return fold_item(&j->fold, &i, NULL);
}

static enum err fold_intake(struct judge *j, const struct frame *f, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	enum err e;
	if (f->type == FRAME_ACCOUNTING)
		return judge_accounting(j, f->body, why);
	if (f->type == FRAME_NAT)
		return judge_nat(j, f->body, why);
	if (f->type == FRAME_OBSERVATION) {
		struct observation o = { 0 };
		struct fold_result res;
		e = field_decode(a, str_copy(a, f->body), observation_fields, &o, why);
		if (e)
			return keep_bad(j, f, "a frame that was no observation");
		o.at = f->at;
		if (!o.receipt.len && o.reply_to.len)
			o.receipt = fold_receipt(&j->fold, &o.at);
		judge_in_hand(j, &o.at, !o.at.index && f->flags & FRAME_LAST_OF_ITEM, STR_NONE);
		e = fold_observation(&j->fold, &o, &res, why);
		judge_in_hand(j, NULL, false, STR_NONE);
	} else {
		struct item i = { 0 };
		e = field_decode(a, str_copy(a, f->body), item_fields, &i, why);
		if (e)
			return keep_bad(j, f, "a frame that was no item");
		i.at = f->at;
		e = fold_item(&j->fold, &i, why);
	}
	return e;
}

bool judge_passes(enum err e)
{
	return e == ERR_NOMEM || e == ERR_IO || e == ERR_AGAIN || e == ERR_FULL || e == ERR_CONFLICT;
}

/* At or below the mark: a duplicate. Behind a gap: the ear goes back. */
static enum err fold_from_ear(struct judge *j, const struct frame *f, struct why *why)
{
	const struct position *mark = j->lane_touched[f->lane] ? &j->lanes[f->lane].at : &j->lane_committed[f->lane];
	if (position_cmp(&f->at, mark) <= 0) {
		j->lane_touched[f->lane] = true;
		j->lanes[f->lane] = (struct mark){ 1, HOP_LANE, f->lane, *mark };
		return OK;
	}
	if (position_cmp(&f->prev, mark) > 0) {
		struct frame back = { .type = FRAME_REWIND, .source = 1, .lane = f->lane, .at = *mark, .body = STR("{}") };
		if (j->has_ear && bus_send(&j->ear, &back, NULL, 0) != OK)
			log_warn("cannot ask the ear to go back");
		return OK;
	}
	enum err e;
	work_begin(j->fold.work);
	if (attempt_begin(j->attempt, &f->at)) {
		e = fold_intake(j, f, why);
		if (e && !judge_passes(e)) {
			log_error("an item could not be folded", "why", why->text);
			work_undo(j->fold.work);
			e = keep_bad(j, f, "it could not be judged");
		}
	} else {
		log_error("an item ended the judge twice and is not judged: a person has to look at it");
		e = keep_bad(j, f, "it ended the judge twice");
	}
	attempt_end(j->attempt);
	if (e == OK) {
		j->lane_touched[f->lane] = true;
		j->lanes[f->lane] = (struct mark){ 1, HOP_LANE, f->lane, f->at };
		ometric_add(&j->role->figures, JUDGE_FOLDED, 0, 1);
	}
	return e;
}

static enum err fold_one(struct judge *j, const struct held_frame *h, struct why *why)
{
	struct act_report r = { 0 };
	struct hook_result hook = { 0 };
	struct str body;
	j->fold.now = clock_wall_at();
	switch (h->from) {
	case FROM_EAR:
		return fold_from_ear(j, &h->frame, why);
	case FROM_DESK:
		judge_answer(j, h);
		return OK;
	case FROM_HAND:
		body = str_copy(work_arena(j->fold.work), h->frame.body);
		if (h->frame.type == FRAME_HOOK) {
			if (field_decode(work_arena(j->fold.work), body, hook_result_fields, &hook, why) == OK)
				return hook_result(&j->fold, &hook, why);
			log_error("the hand reports of a webhook what is no result", "why", why->text);
			return OK;
		}
		if (field_decode(work_arena(j->fold.work), body, act_report_fields, &r, why) != OK) {
			log_error("the hand reports what is no result", "why", why->text);
			return OK;
		}
		return fold_report(&j->fold, &r, why);
	}
	return OK;
}

static void send_marks(struct judge *j)
{
	for (int i = 0; i < LANE_COUNT; i++) {
		if (!j->lane_touched[i])
			continue;
		struct frame f = { .type = FRAME_MARK, .source = 1, .lane = (uint8_t)i, .at = j->lanes[i].at, .body = STR("{}") };
		j->lane_committed[i] = j->lanes[i].at;
		j->lane_touched[i] = false;
		if (j->has_ear && bus_send(&j->ear, &f, NULL, 0) != OK)
			log_warn("cannot tell the ear its mark");
	}
}

void judge_send_kept(struct bus *to, bool is_up, struct buf *kept, const char *whom)
{
	struct str rest = buf_str(kept);
	struct frame f;
	size_t len;
	while (rest.len && frame_decode(rest, &f, &len) == OK) {
		if (is_up && bus_send(to, &f, NULL, 0) != OK)
			log_warn("a frame cannot be sent", "to", whom);
		rest = str_sub(rest, len, rest.len);
	}
	buf_clear(kept);
}

/* One transaction. Two, when a test plants the fault that its harness must see. */
static enum err commit_all(struct judge *j, const struct effect *effects, size_t count, const struct mark *marks, size_t mark_count, struct why *why)
{
#ifdef AUPD_TESTING
	if (point_planted("split")) {
		enum err e = j->driver->commit(j->store, effects, count / 2, NULL, 0, why);
		return e ? e : j->driver->commit(j->store, effects + count / 2, count - count / 2, marks, mark_count, why);
	}
	if (point_planted("marks apart")) {
		enum err e = j->driver->commit(j->store, NULL, 0, marks, mark_count, why);
		return e ? e : j->driver->commit(j->store, effects, count, NULL, 0, why);
	}
#endif
	return j->driver->commit(j->store, effects, count, marks, mark_count, why);
}

enum err judge_commit(struct judge *j, struct why *why)
{
	struct effect *effects;
	struct mark marks[LANE_COUNT];
	size_t count, mark_count = 0;
	enum err e = judge_bindings_late(j, why);
	if (e == OK)
		e = fold_close(&j->fold, why);
	if (e == OK)
		e = work_effects(j->fold.work, &effects, &count);
	for (int i = 0; i < LANE_COUNT; i++)
		if (j->lane_touched[i])
			marks[mark_count++] = j->lanes[i];
	if (e == OK)
		e = chest_sync(j->chest, why);
	if (e == OK)
		e = judge_bindings_sync(j, why);
	if (e == OK && (count || mark_count))
		e = commit_all(j, effects, count, marks, mark_count, why);
	if (e == OK)
		chest_named(j->chest);
	return e;
}

static void drop_batch(struct judge *j)
{
	registry_undo(j->registry, 0);
	work_reset(j->fold.work);
	judge_raw_forget(j);
	buf_clear(&j->replies);
	memset(j->lane_touched, 0, sizeof(j->lane_touched));
}

static void end_batch(struct judge *j)
{
	for (unsigned i = 0; i < j->batch_count; i++)
		if (j->batch[i].fd >= 0)
			net_close(j->batch[i].fd);
	j->batch_count = 0;
	j->batch_bytes = 0;
	arena_reset(j->batch_arena);
	work_reset(j->fold.work);
}

void judge_get_stuck(struct judge *j, const struct why *why)
{
	if (!j->stuck) {
		log_error("the store takes nothing; all waits and is tried again", "why", why->text);
		role_tell(j->role, "the store took nothing for a while: disk full, broken, or held by another program", 1);
	}
	j->stuck = true;
	ometric_set(&j->role->figures, JUDGE_STUCK, 0, 1);
	judge_links_pause(j, true);
	timer_set(j->retry_timer, JUDGE_RETRY_US, 0);
}

static void come_free(struct judge *j)
{
	if (!j->stuck)
		return;
	log_info("the store takes changes again");
	j->stuck = false;
	ometric_set(&j->role->figures, JUDGE_STUCK, 0, 0);
	judge_links_pause(j, false);
}

/* Folds the batch and commits it; again from fresh rows when another judge was quicker. */
static bool run_batch(struct judge *j)
{
	struct why why = { .line = 0 };
	enum err e = OK;
	for (int tries = 0; tries < 100; tries++) {
		e = judge_tables_follow(j, &why);
		if (e == OK)
			e = judge_hooks_follow(j, &why);
		if (e == OK)
			e = judge_bindings_mend(j, &why);
		for (unsigned i = 0; e == OK && i < j->batch_count; i++)
			e = fold_one(j, &j->batch[i], &why);
		if (e == OK)
			e = judge_commit(j, &why);
		if (e != ERR_CONFLICT)
			break;
		ometric_add(&j->role->figures, JUDGE_CONFLICTS, 0, 1);
		drop_batch(j);
	}
	if (e) {
		drop_batch(j);
		judge_get_stuck(j, &why);
		return false;
	}
	come_free(j);
	ometric_add(&j->role->figures, JUDGE_BATCHES, 0, j->batch_count > 0);
	j->attempt->progress += j->batch_count > 0;
	if (j->role->share.number && work_changes(j->fold.work))
		role_send(j->role, "due");
	send_marks(j);
	judge_keys_tell(j);
	POINT("judge.marked");
	judge_send_kept(&j->desk, j->has_desk, &j->replies, "desk");
	judge_oidc_done(j);
	end_batch(j);
	return true;
}

static void refresh(struct judge *j)
{
	struct why why;
	if (j->policies_stale && judge_load_policies(j, &why) != OK)
		log_error("the policies cannot be read", "why", why.text);
	if (judge_keep_registry(j, &why) != OK)
		log_error("the registry cannot be read", "why", why.text);
	j->policies_stale = false;
}

/* The end of a turn in which something came. */
static void turn(void *arg)
{
	struct judge *j = arg;
	judge_watch_clock(j);
	if (!j->batch_count || j->stuck)
		return;
	if (run_batch(j)) {
		refresh(j);
		if (judge_due(j))
			judge_set_due_timer(j);
		judge_ledger_soon(j);
	}
}

static void on_due(void *arg)
{
	struct judge *j = arg;
	struct why why;
	judge_watch_clock(j);
	/* also when nothing comes: what another judge erased is not kept in memory, and what it took is what is looked at */
	if (judge_tables_follow(j, &why) != OK)
		log_warn("what the other judges changed cannot be read; it is tried again", "why", why.text);
	if (!j->stuck && judge_due(j))
		judge_set_due_timer(j);
}

static void on_retry(void *arg)
{
	struct judge *j = arg;
	if (j->batch_count && !run_batch(j))
		return;
	refresh(j);
	/* with nothing in the batch it is what is due that shows whether the store takes something */
	if (judge_due(j)) {
		come_free(j);
		judge_set_due_timer(j);
	}
}

static void judge_clock(struct role *r)
{
	on_due(r->state);
	judge_stamp_look(r->state);
}

static void judge_stop(struct role *r)
{
	struct judge *j = r->state;
	turn(j);
	judge_ledger_turn(j);
	judge_oidc_close(j);
	judge_stamp_close(j);
	judge_witness_close(j);
	judge_ledger_close(j);
	judge_bindings_close(j);
	judge_metering_close(j);
	if (j->store)
		j->driver->close(j->store);
	keyring_close(j->fold.keyring);
}

const struct role_ops judge_ops = { judge_start, judge_run, judge_link, judge_clock, judge_stop };
