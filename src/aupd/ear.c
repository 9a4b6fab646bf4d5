/*
 * The ear: listeners, spool and decoding; frames to the judge. Stops 1 and 2 are joined here.
 *
 * What a listener takes is durable before it is answered, also while the judge is down. Decoding reads the spool, never the
 * network: after a restart it begins at the oldest item and skips what the judges' marks cover. Before an item is decoded
 * its position stands in the page shared with the keeper; one that ended two processes is skipped and goes before a person.
 * A spool that is new numbers nothing before the judge has told what its store knows: until then listeners only queue.
 * Of several judges each folds the lanes that are its own; frames flow when all of them are there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aupd/ear.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/names.h"
#include "base/net.h"
#include "base/time.h"
#include "format/maps.h"
#include "model/item.h"

enum { ITEM_ARENA_MAX = 512 << 20, TRIM_EVERY_US = 2000000, ITEMS_A_TURN = 256, SEGMENT_BYTES_MAX = 64 << 20,
	SEGMENTS_MIN = 8 };

static void show_figures(struct ear *e)
{
	struct ometrics *f = &e->role->figures;
	struct spool_stats s;
	spool_stats(e->spool, &s);
	ometric_set(f, EAR_IN_FLIGHT, 0, e->flight_count);
	ometric_set(f, EAR_SPOOL_BYTES, 0, (int64_t)s.used_bytes);
	ometric_set(f, EAR_SYNCS, 0, (int64_t)s.syncs);
	ometric_set(f, EAR_SYNC_FAILURES, 0, (int64_t)s.sync_failures);
	ear_accounting_figures(e);
	ear_nat_figures(e);
	for (unsigned i = 0; i < ITEM_CLASS_COUNT; i++)
		ometric_set(f, EAR_SHED, i, (int64_t)s.shed[i]);
}

static bool all_greeted(const struct ear *e)
{
	for (unsigned i = 0; i < e->role->share.judges; i++)
		if (!e->judges[i].linked || !e->judges[i].greeted)
			return false;
	return true;
}

static void open_reader(struct ear *e, const struct position *from)
{
	struct why why;
	spool_reader_close(e->reader);
	e->reader = NULL;
	if (spool_reader_open(e->spool_fd, from, &e->reader, &why) != OK)
		log_error("cannot read the spool", "why", why.text);
}

static void restart_reader(struct ear *e)
{
	struct position first = spool_first(e->spool);
	if (e->flight_count)
		role_tell(e->role, "frames were sent again because the judge had not kept them", e->flight_count);
	e->flight_count = 0;
	e->blocked = false;
	e->unsealed_at = (struct position){ 0 };
	memcpy(e->lane_sent, e->lane_mark, sizeof(e->lane_sent));
	open_reader(e, &first);
}

static void answer_idle(struct ear *e)
{
	struct frame f = { .type = FRAME_CONTROL, .source = 1, .now = clock_wall_at(), .body = STR("{\"op\":\"idle\"}") };
	for (unsigned i = 0; e->all_done && i < e->role->share.judges; i++) {
		struct judge_link *j = &e->judges[i];
		if (j->asked_idle && bus_send(&j->bus, &f, NULL, 0) != OK)
			log_warn("cannot answer the judge");
		j->asked_idle = false;
	}
}

/* Sends what the spool holds until the link, or what may be in flight, is full. */
static void pump(void *arg)
{
	struct ear *e = arg;
	struct why why;
	unsigned n = 0;
	if (spool_sync(e->spool, &why) != OK) {
		log_error("the spool cannot be synced; nothing is acknowledged", "why", why.text);
		role_tell(e->role, "the spool could not be synced: its senders were told to come again", 1);
	}
	show_figures(e);
	if (!all_greeted(e) || !e->reader || e->blocked)
		return;
	struct position end = spool_end(e->spool);
	spool_reader_limit(e->reader, &end);
	e->all_done = false;
	for (; n < ITEMS_A_TURN; n++, arena_reset(e->arena)) {
		struct spool_record r;
		enum err err = spool_reader_next(e->reader, e->arena, &r, &why);
		if (err == ERR_CORRUPT) {
			struct position from, to;
			spool_reader_bad(e->reader, &from, &to);
			if (ear_send_damage(e, &from, &to, &why))
				continue;
			e->blocked = true;
			e->blocked_at = from;
			break;
		}
		if (err) {
			if (err != ERR_NOTFOUND)
				log_error("cannot read the spool", "why", why.text);
			e->all_done = err == ERR_NOTFOUND && !e->flight_count;
			answer_idle(e);
			break;
		}
		ear_count(e, EAR_ITEMS);
		bool sent = ear_send(e, &r);
		attempt_end(e->attempt);
		if (!sent) {
			/* no room: the same item again from its start, once there is */
			e->blocked = true;
			e->blocked_at = r.at;
			break;
		}
	}
	arena_reset(e->arena);
	/* what is already covered by marks brings no answer that would wake us */
	if (n == ITEMS_A_TURN)
		timer_set(e->more_timer, 0, 0);
}

static void resume(struct ear *e)
{
	if (!e->blocked)
		return;
	e->blocked = false;
	open_reader(e, &e->blocked_at);
}

static void on_mark(struct ear *e, const struct frame *f)
{
	if (position_cmp(&f->at, &e->lane_mark[f->lane]) > 0)
		e->lane_mark[f->lane] = f->at;
	while (e->flight_count) {
		struct sent *s = &e->flight[e->flight_from];
		if (position_cmp(&s->at, &e->lane_mark[s->lane]) > 0)
			break;
		e->done_below = s->at;
		e->flight_from = (e->flight_from + 1) % IN_FLIGHT_MAX;
		e->flight_count--;
		e->attempt->progress++;
	}
	if (e->blocked && e->flight_count < IN_FLIGHT_MAX / 2)
		resume(e);
}

/* After a restore on a machine without the old spool the store knows positions that this one has still to give. */
static void number_beyond_marks(struct ear *e)
{
	struct why why;
	struct position beyond = { 0 }, end = spool_end(e->spool);
	for (int i = 0; i < LANE_COUNT; i++)
		if (position_cmp(&e->lane_mark[i], &beyond) > 0)
			beyond = e->lane_mark[i];
	if (position_cmp(&beyond, &end) <= 0)
		return;
	log_warn("the store has judged what this spool never held: the spool is numbered on from there");
	role_tell(e->role, "the spool was not the one that fed this store: it is numbered on from there", 1);
	if (spool_skip(e->spool, beyond.segment, &why) != OK) {
		log_error("the spool cannot be numbered anew", "why", why.text);
		exit(1);
	}
}

static void open_listeners(struct ear *e);

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct judge_link *j = arg;
	struct ear *e = j->ear;
	for (unsigned i = 0; i < fd_count; i++)
		net_close(take_fds[i]);
	if (f->type == FRAME_MARK && ear_judge(e, f->lane) != j) {
		/* a lane of another judge, which tells it itself */
	} else if (f->type == FRAME_MARK && j->greeted) {
		on_mark(e, f);
	} else if (f->type == FRAME_MARK) {
		/* before the greeting: what the store has of each lane */
		e->lane_mark[f->lane] = f->at;
	} else if (f->type == FRAME_REWIND) {
		restart_reader(e);
	} else if (f->type == FRAME_CONTROL) {
		j->asked_idle = true;
	} else if (f->type == FRAME_TABLE) {
		if (report_keys_take(e->keys, f->body) != OK)
			log_error("the keys of reporters cannot be read; those that were known hold on");
	} else if (f->type == FRAME_HELLO) {
		j->greeted = true;
		if (all_greeted(e)) {
			number_beyond_marks(e);
			restart_reader(e);
			open_listeners(e);
		}
	}
}

static void on_ready(void *arg)
{
	const struct judge_link *j = arg;
	resume(j->ear);
}

static void on_closed(void *arg, enum err err)
{
	struct judge_link *j = arg;
	char name[16];
	log_warn("a judge is away; complaints are kept meanwhile", "error", err_text(err));
	bus_close(&j->bus);
	(void)snprintf(name, sizeof(name), j->number ? "judge.%u" : "judge", j->number);
	role_link_ended(j->ear->role, name, err);
	j->linked = j->greeted = j->asked_idle = false;
}

static void ear_link(struct role *r, struct str name, int take_fd)
{
	static const struct bus_handler handler = { on_frame, on_ready, on_closed };
	struct ear *e = r->state;
	uint64_t number = 0;
	if (str_starts(name, STR("judge.")) && str_to_u64(str_sub(name, 6, name.len), r->share.judges - 1, &number) != OK) {
		net_close(take_fd);
		return;
	}
	struct judge_link *j = &e->judges[number];
	struct bus_options options = { .take_fd = take_fd, .handler = &handler, .arg = j };
	if (j->linked)
		bus_close(&j->bus);
	*j = (struct judge_link){ .ear = e, .number = (unsigned)number };
	e->blocked = false;
	j->linked = bus_open(r->loop, &bus_pipe, &options, &j->bus) == OK;
	struct frame hello = { .type = FRAME_HELLO, .source = 1, .incarnation = r->share.incarnation, .now = clock_wall_at(), .body = STR("{}") };
	if (j->linked && bus_send(&j->bus, &hello, NULL, 0) != OK)
		log_warn("cannot greet the judge");
}

/* Said when it begins and when it ends. */
static void say_room(struct ear *e, bool full)
{
	struct spool_stats stats;
	spool_stats(e->spool, &stats);
	if (full && !e->full) {
		log_error("complaints are told to come again", "why", e->role->refuse ? "the judge stays down" : stats.disk_full ? "the disk of the spool is full"
			: "the spool has reached its bound");
		role_tell(e->role, "complaints were told to come again, for want of room or of a judge", 1);
	}
	if (!full && e->full)
		log_info("complaints are taken again");
	e->full = full;
}

/* While a judge stays down for good nothing new is taken: nobody knows when it will be judged. */
static enum err door_put(void *state, const struct sink_item *item, sink_done_fn *done, void *arg)
{
	struct ear *e = state;
	enum err err = e->role->refuse ? ERR_FULL : spool_put(e->spool, item, done, arg);
	if (item->item_class == CLASS_COMPLAINT)
		say_room(e, err == ERR_FULL);
	return err;
}

static bool door_refuses(void *state, enum item_class item_class)
{
	struct ear *e = state;
	bool no = e->role->refuse || spool_refuses(e->spool, item_class);
	if (no && item_class == CLASS_COMPLAINT)
		say_room(e, true);
	return no;
}

/* All that was taken is judged, and half of the room is used: the segment at hand is closed, so that it can go too. */
static void make_room(struct ear *e)
{
	struct why why;
	if (!e->all_done)
		return;
	e->done_below = spool_end(e->spool);
	if (spool_refuses(e->spool, CLASS_TELEMETRY) && spool_roll(e->spool, &why) != OK)
		log_warn("cannot close a segment of the spool", "why", why.text);
}

/* Whole segments below the oldest unconfirmed item go; their keys first. */
static void on_trim(void *arg)
{
	struct ear *e = arg;
	struct why why;
	make_room(e);
	if (!e->done_below.segment)
		return;
	struct position below = e->flight_count ? e->flight[e->flight_from].at : e->done_below;
	if (e->unsealed_at.segment && position_cmp(&e->unsealed_at, &below) < 0)
		below = e->unsealed_at;
	below.index = 0;
	if (spool_trim(e->spool, &below, &why) != OK)
		log_warn("cannot trim the spool", "why", why.text);
}

static void on_more(void *arg)
{
	/* the end of this turn pumps */
	(void)arg;
}

static void tell_recovery(struct ear *e)
{
	struct spool_stats stats;
	spool_stats(e->spool, &stats);
	if (stats.cut_bytes) {
		log_warn("the end of the spool was no whole record and was cut off", "octets", log_u64(stats.cut_bytes));
		role_tell(e->role, "octets at the end of the spool were no whole record and were cut off; what is torn was never acknowledged", stats.cut_bytes);
	}
}

static enum err ear_start(struct role *r, struct why *why)
{
	struct ear *e = calloc(1, sizeof(*e));
	if (!e)
		return why_set(why, ERR_NOMEM, "no memory");
	r->state = e;
	e->role = r;
	e->spool_fd = role_fd(r, "spool");
	e->sealed_fd = role_fd(r, "sealed");
	enum err err = attempt_map(role_fd(r, "attempt"), &e->attempt, why);
	if (err == OK)
		err = maps_read(r->arena, r->share.maps, r->share.map_count, &e->maps, why);
	if (err == OK && r->share.authserv_id_count)
		err = names_open(NULL, &e->names, why);
	if (err)
		return err;
	e->arena = arena_new("item", ITEM_ARENA_MAX);
	e->held_arena = arena_new("held", ITEM_ARENA_MAX);
	e->flight = calloc(IN_FLIGHT_MAX, sizeof(*e->flight));
	e->keys = report_keys_new();
	buf_init(&e->messages, FRAME_BODY_MAX);
	if (!e->arena || !e->held_arena || !e->flight || !e->keys)
		return why_set(why, ERR_NOMEM, "no memory");
	uint64_t share = r->share.spool_bytes / SEGMENTS_MIN;
	struct spool_limits limits = { .max_bytes = r->share.spool_bytes, .segment_bytes = share < SEGMENT_BYTES_MAX ? share : SEGMENT_BYTES_MAX, .payload_bytes = r->share.message_bytes,
		.key_mode = 0640 };
	err = spool_open(e->spool_fd, &limits, &e->spool, why);
	if (err == OK)
		tell_recovery(e);
	if (err == OK)
		err = timer_new(r->loop, on_more, e, &e->more_timer);
	return err ? err : timer_new(r->loop, on_trim, e, &e->trim_timer);
}

static void open_listeners(struct ear *e)
{
	struct role *r = e->role;
	struct why why;
	struct str domain = r->share.mail_domain;
	struct sink door = { e, door_put, door_refuses };
	enum err err = OK;
	if (e->listen_count)
		return;
	for (unsigned i = 0; err == OK && i < r->share.listen_count; i++) {
		char name[32];
		enum listen_kind kind = r->share.listens[i].kind;
		(void)snprintf(name, sizeof(name), "listen.%u", i);
		int fd = role_fd(r, name);
		if (kind == LISTEN_SMTP || kind == LISTEN_LMTP) {
			struct smtp_options o = { .listen_fd = fd, .lmtp = kind == LISTEN_LMTP, .source = 1, .name = str_c(r->arena, domain), .domain = domain,
				.message_bytes = r->share.message_bytes, .sink = door };
			err = smtp_open(r->loop, &o, &e->smtps[i], &why);
		} else {
			struct reports_options o = { .take_listen_fd = fd, .trusted = kind == LISTEN_INGEST, .source = 1, .message_bytes = r->share.message_bytes,
				.api_keys = r->share.api_keys, .api_key_count = r->share.api_key_count, .keys = e->keys, .per_minute = r->share.api_rate, .sink = door,
				.form_per_minute = kind == LISTEN_HTTP ? r->share.form_rate : 0, .web_url = r->share.web_url };
			err = reports_open(r->loop, &o, &e->reports[i], &why);
		}
	}
	if (err == OK)
		err = ear_accounting_listen(e, door, &why);
	if (err == OK)
		err = ear_nat_listen(e, door, &why);
	e->listen_count = r->share.listen_count;
	if (err) {
		log_error("a listener cannot start", "why", why.text);
		exit(1);
	}
}

static void ear_run(struct role *r)
{
	struct ear *e = r->state;
	struct position end = spool_end(e->spool);
	if (loop_after(r->loop, pump, e) != OK)
		exit(1);
	timer_set(e->trim_timer, TRIM_EVERY_US, TRIM_EVERY_US);
	if (end.segment > 1)
		open_listeners(e);
}

static void ear_clock(struct role *r)
{
	(void)r;
}

static void ear_stop(struct role *r)
{
	struct ear *e = r->state;
	struct why why;
	if (e->spool && spool_sync(e->spool, &why) != OK)
		log_error("the spool cannot be synced", "why", why.text);
}

const struct role_ops ear_ops = { ear_start, ear_run, ear_link, ear_clock, ear_stop };
