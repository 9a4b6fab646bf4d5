/*
 * The judge: its loop, its batches and its links. See judge.h.
 */
#include "aupd/judge.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/net.h"

enum { POLICY_ARENA_MAX = 512 << 20, BATCH_ARENA_MAX = 256 << 20, REPLIES_MAX = 64 << 20, COMMAND_BYTES_MAX = 64 << 20 };

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	struct judge *j = arg;
	return j->driver->load(j->store, a, keys, count, rows, why);
}

static void on_due(void *arg);
static void on_retry(void *arg);
static void turn(void *arg);

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
		.contact = r->share.contact, .word_to = r->share.word_to, .now = clock_wall_at(), .source = 1, .keep = judge_keep, .keep_arg = j };
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
		e = judge_load_policies(j, why);
	if (e == OK)
		e = judge_load_registry(j, why);
	if (e == OK)
		e = judge_read_marks(j, why);
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
	if (r->share.number)
		return;
	timer_set(j->due_timer, 0, 0);
	if (judge_enforces(j, &on, &why) == OK)
		role_send(r, on ? "enforce" : "observe");
	work_reset(j->fold.work);
	if (!j->fold.policy_count)
		log_warn("no policy has been posted: nothing can be judged; aup policy post");
}

static void put_receipt(struct judge *j, const struct observation *o, const struct fold_result *res)
{
	struct row row;
	struct why why;
	if (!o->receipt.len || work_get(j->fold.work, TABLE_RECEIPT, o->receipt, &row, &why) != OK)
		return;
	/* an item of many observations keeps the fate of its last one that led to something */
	if (row.version && res->fate != FATE_CASE)
		return;
	row.owner = o->reporter;
	row.state = str_of(fate_words[res->fate]);
	row.rank = o->received_at;
	row.body = str_format(work_arena(j->fold.work), "{\"fate\":\"%s\"}", fate_words[res->fate]);
	if (work_put(j->fold.work, &row, &why) != OK)
		log_warn("a receipt could not be written");
}

/* What cannot be folded is kept for a person; the mark passes. */
static enum err keep_bad(struct judge *j, const struct frame *f, const char *reason)
{
	struct item i = { .type = ITEM_UNPARSED, .at = f->at, .received_at = f->now, .reason = str_of(reason) };
	return fold_item(&j->fold, &i, NULL);
}

static enum err fold_intake(struct judge *j, const struct frame *f)
{
	struct why why = { .line = 0 };
	struct arena *a = work_arena(j->fold.work);
	enum err e;
	if (f->type == FRAME_OBSERVATION) {
		struct observation o = { 0 };
		struct fold_result res;
		e = field_decode(a, str_copy(a, f->body), observation_fields, &o, &why);
		if (e)
			return keep_bad(j, f, "a frame that was no observation");
		o.at = f->at;
		if (!o.receipt.len && o.reply_to.len)
			o.receipt = fold_receipt(&j->fold, &o.at);
		e = fold_observation(&j->fold, &o, &res, &why);
		if (e == OK)
			put_receipt(j, &o, &res);
	} else {
		struct item i = { 0 };
		e = field_decode(a, str_copy(a, f->body), item_fields, &i, &why);
		if (e)
			return keep_bad(j, f, "a frame that was no item");
		i.at = f->at;
		e = fold_item(&j->fold, &i, &why);
	}
	if (e)
		log_error("an item could not be folded", "why", why.text);
	return e;
}

bool judge_passes(enum err e)
{
	return e == ERR_NOMEM || e == ERR_IO || e == ERR_AGAIN || e == ERR_FULL || e == ERR_CONFLICT;
}

/* At or below the mark: a duplicate. Behind a gap: the ear goes back. */
static enum err fold_from_ear(struct judge *j, const struct frame *f)
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
		e = fold_intake(j, f);
		if (e && !judge_passes(e)) {
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
		j->folded++;
	}
	return e;
}

static enum err fold_one(struct judge *j, const struct held_frame *h)
{
	struct act_report r = { 0 };
	struct why why = { .line = 0 };
	j->fold.now = clock_wall_at();
	switch (h->from) {
	case FROM_EAR:
		return fold_from_ear(j, &h->frame);
	case FROM_DESK:
		judge_answer(j, h);
		return OK;
	case FROM_HAND:
		if (field_decode(work_arena(j->fold.work), str_copy(work_arena(j->fold.work), h->frame.body), act_report_fields, &r, &why) != OK) {
			log_error("the hand reports what is no result", "why", why.text);
			return OK;
		}
		return fold_report(&j->fold, &r, &why);
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

enum err judge_commit(struct judge *j, struct why *why)
{
	struct effect *effects;
	struct mark marks[LANE_COUNT];
	size_t count, mark_count = 0;
	enum err e = work_effects(j->fold.work, &effects, &count);
	for (int i = 0; i < LANE_COUNT; i++)
		if (j->lane_touched[i])
			marks[mark_count++] = j->lanes[i];
	if (e == OK && j->chest_dirty)
		e = chest_sync(j->chest, why);
	j->chest_dirty &= e != OK;
	if (e == OK && (count || mark_count))
		e = j->driver->commit(j->store, effects, count, marks, mark_count, why);
	return e;
}

static void drop_batch(struct judge *j)
{
	work_reset(j->fold.work);
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

static void pause_links(struct judge *j, bool paused)
{
	if (j->has_ear)
		bus_pause(&j->ear, paused);
	if (j->has_desk)
		bus_pause(&j->desk, paused);
	if (j->has_hand)
		bus_pause(&j->hand, paused);
}

void judge_get_stuck(struct judge *j, const struct why *why)
{
	if (!j->stuck)
		log_error("the store takes nothing; all waits and is tried again", "why", why->text);
	j->stuck = true;
	pause_links(j, true);
	timer_set(j->retry_timer, JUDGE_RETRY_US, 0);
}

/* Folds the batch and commits it; again from fresh rows when another judge was quicker. */
static bool run_batch(struct judge *j)
{
	struct why why = { .line = 0 };
	enum err e = OK;
	for (int tries = 0; tries < 100; tries++) {
		e = judge_tables_follow(j, &why);
		for (unsigned i = 0; e == OK && i < j->batch_count; i++)
			e = fold_one(j, &j->batch[i]);
		if (e == OK)
			e = judge_commit(j, &why);
		if (e != ERR_CONFLICT)
			break;
		j->conflicts++;
		drop_batch(j);
	}
	if (e) {
		drop_batch(j);
		judge_get_stuck(j, &why);
		return false;
	}
	if (j->stuck) {
		log_info("the store takes changes again");
		j->stuck = false;
		pause_links(j, false);
	}
	j->committed += j->batch_count;
	j->attempt->progress += j->batch_count > 0;
	if (j->role->share.number && work_changes(j->fold.work))
		role_send(j->role, "due");
	send_marks(j);
	judge_send_kept(&j->desk, j->has_desk, &j->replies, "desk");
	end_batch(j);
	return true;
}

static void refresh(struct judge *j)
{
	struct why why;
	if (j->policies_stale && judge_load_policies(j, &why) != OK)
		log_error("the policies cannot be read", "why", why.text);
	if (j->registry_stale && judge_load_registry(j, &why) != OK)
		log_error("the registry cannot be read", "why", why.text);
	j->policies_stale = j->registry_stale = false;
}

/* The end of a turn in which something came. */
static void turn(void *arg)
{
	struct judge *j = arg;
	if (!j->batch_count || j->stuck)
		return;
	if (run_batch(j)) {
		refresh(j);
		if (judge_due(j))
			judge_set_due_timer(j);
	}
}

static void on_due(void *arg)
{
	struct judge *j = arg;
	if (!j->stuck && judge_due(j))
		judge_set_due_timer(j);
}

static void on_retry(void *arg)
{
	struct judge *j = arg;
	if (run_batch(j)) {
		refresh(j);
		(void)judge_due(j);
		judge_set_due_timer(j);
	}
}

static bool full(const struct judge *j, size_t more_bytes)
{
	return j->batch_count == BATCH_FRAMES_MAX || (j->batch_count && j->batch_bytes + more_bytes > BATCH_BYTES_MAX);
}

static void hold(struct judge *j, enum bus_end from, const struct frame *f, int fd)
{
	if (full(j, f->body.len))
		turn(j);
	if (full(j, f->body.len)) {
		/* stuck and full: the sender keeps it and sends it again after the link was made anew */
		if (fd >= 0)
			net_close(fd);
		return;
	}
	struct held_frame *h = &j->batch[j->batch_count++];
	j->batch_bytes += f->body.len;
	*h = (struct held_frame){ *f, fd, from };
	h->frame.body = str_copy(j->batch_arena, f->body);
}

static void greet_ear(struct judge *j)
{
	for (int i = 0; i < LANE_COUNT; i++) {
		struct frame f = { .type = FRAME_MARK, .source = 1, .lane = (uint8_t)i, .at = j->lane_committed[i], .body = STR("{}") };
		if (bus_send(&j->ear, &f, NULL, 0) != OK)
			return;
	}
	struct frame hello = { .type = FRAME_HELLO, .body = STR("{}") };
	if (bus_send(&j->ear, &hello, NULL, 0) != OK)
		log_warn("cannot greet the ear");
}

static void close_fds(const int *fds, unsigned from, unsigned count)
{
	for (unsigned i = from; i < count; i++)
		net_close(fds[i]);
}

/* Time stands still until what came before is judged. */
static bool clock_must_wait(struct judge *j, const struct frame *f, int fd)
{
	struct frame ask = { .type = FRAME_CONTROL, .now = clock_wall_at(), .body = STR("{\"op\":\"idle\"}") };
	if (!clock_is_test() || !j->has_ear || j->clock_waits || f->body.len > sizeof(j->clock_text) ||
	    str_find(f->body, STR("\"op\":\"clock\"")) == SIZE_MAX || bus_send(&j->ear, &ask, NULL, 0) != OK)
		return false;
	memcpy(j->clock_text, f->body.ptr, f->body.len);
	j->clock = (struct held_frame){ *f, fd, FROM_DESK };
	j->clock.frame.body = (struct str){ j->clock_text, f->body.len };
	j->clock_waits = true;
	return true;
}

static void clock_goes_on(struct judge *j)
{
	if (j->clock_waits)
		hold(j, FROM_DESK, &j->clock.frame, j->clock.fd);
	j->clock_waits = false;
}

static void ear_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct judge *j = arg;
	close_fds(take_fds, 0, fd_count);
	if (f->type == FRAME_HELLO)
		greet_ear(j);
	else if (f->type == FRAME_CONTROL)
		clock_goes_on(j);
	else if (f->type == FRAME_OBSERVATION || f->type == FRAME_ITEM)
		hold(j, FROM_EAR, f, -1);
}

static void desk_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct judge *j = arg;
	struct frame whole = *f;
	struct why why;
	/* a long command comes as a memory file beside the connection; a full batch ends before its arena takes it */
	if (full(j, 0))
		turn(j);
	if (f->type == FRAME_COMMAND && fd_count == 2 && file_memory_read(j->batch_arena, take_fds[1], COMMAND_BYTES_MAX, &whole.body, &why) != OK) {
		log_warn("a long command cannot be read", "why", why.text);
		whole.body = STR("{}");
	}
	f = &whole;
	close_fds(take_fds, 1, fd_count);
	if (f->type == FRAME_COMMAND && fd_count && clock_must_wait(arg, f, take_fds[0]))
		return;
	if (f->type == FRAME_COMMAND)
		hold(arg, FROM_DESK, f, fd_count ? take_fds[0] : -1);
	else
		close_fds(take_fds, 0, fd_count ? 1 : 0);
}

/* The hand, or a child of it, is new. */
static void look_anew(struct judge *j)
{
	j->hand_is_new = true;
	on_due(j);
}

static void hand_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	close_fds(take_fds, 0, fd_count);
	if (f->type == FRAME_RESULT)
		hold(arg, FROM_HAND, f, -1);
	else if (f->type == FRAME_HELLO)
		look_anew(arg);
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void ear_closed(void *arg, enum err e)
{
	struct judge *j = arg;
	(void)e;
	bus_close(&j->ear);
	j->has_ear = false;
	clock_goes_on(j);
}

static void desk_closed(void *arg, enum err e)
{
	struct judge *j = arg;
	(void)e;
	bus_close(&j->desk);
	j->has_desk = false;
}

static void hand_closed(void *arg, enum err e)
{
	struct judge *j = arg;
	(void)e;
	bus_close(&j->hand);
	j->has_hand = false;
}

static void judge_link(struct role *r, struct str name, int take_fd)
{
	static const struct bus_handler ear = { ear_frame, on_ready, ear_closed }, desk = { desk_frame, on_ready, desk_closed },
		hand = { hand_frame, on_ready, hand_closed };
	struct judge *j = r->state;
	struct { const char *name; const struct bus_handler *handler; struct bus *bus; bool *has; } ends[] = { { "ear", &ear, &j->ear, &j->has_ear },
		{ "desk", &desk, &j->desk, &j->has_desk }, { "hand", &hand, &j->hand, &j->has_hand } };
	for (size_t i = 0; i < 3; i++) {
		if (!str_eq(name, str_of(ends[i].name)))
			continue;
		struct bus_options o = { .take_fd = take_fd, .handler = ends[i].handler, .arg = j };
		if (*ends[i].has)
			bus_close(ends[i].bus);
		*ends[i].has = bus_open(r->loop, &bus_pipe, &o, ends[i].bus) == OK;
		if (i == 2)
			look_anew(j);
		return;
	}
	net_close(take_fd);
}

static void judge_clock(struct role *r)
{
	on_due(r->state);
}

static void judge_stop(struct role *r)
{
	struct judge *j = r->state;
	turn(j);
	if (j->store)
		j->driver->close(j->store);
	keyring_close(j->fold.keyring);
}

static void judge_status(struct role *r, struct jsonw *w)
{
	const struct judge *j = r->state;
	jsonw_int(w, "folded", (int64_t)j->folded);
	jsonw_int(w, "conflicts", (int64_t)j->conflicts);
	jsonw_bool(w, "stuck", j->stuck);
}

const struct role_ops judge_ops = { judge_start, judge_run, judge_link, judge_clock, judge_stop, judge_status };
