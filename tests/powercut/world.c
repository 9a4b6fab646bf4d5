/*
 * The roles on a bus and timers of the harness's own, and what stands at the other ends: sender, person, target. See world.h.
 *
 * The linker gives the roles these functions for those of the loop, the bus and the listeners (--wrap in meson.build).
 */
#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aupd/drivers.h"
#include "aupd/figures.h"
#include "aupd/ledger_key.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "disk.h"
#include "intake/smtp.h"

enum { KEPT_DAYS = 400 /* longer than the day */, ENDS_MAX = 16, TIMERS_MAX = 64, AFTER_MAX = 8, QUEUE_MAX = 8192, RESULTS_MAX = 1024, FIRST_FD = 1 << 20, ROUNDS_MAX = 100000 };

enum { WORLD_EAR, WORLD_JUDGE, WORLD_HAND, WORLD_SIGNER, WORLD_ROLES };
enum { END_EAR, END_EAR_JUDGE, END_DESK, END_DESK_JUDGE, END_HAND, END_HAND_JUDGE, END_SIGNER, END_SIGNER_JUDGE, END_COUNT };

struct timer {
	loop_fn *fn;
	void *arg;
	int64_t after_us, every_us;
	bool is_set;
};

/* One end of a link; the other one is its number with the lowest bit turned. */
struct end {
	const struct bus_handler *handler;
	void *arg;
};

struct mail {
	struct end *to;
	struct frame frame;
	char *body;
};

static struct {
	struct role roles[WORLD_ROLES];
	struct end ends[ENDS_MAX];
	struct timer timers[TIMERS_MAX];
	unsigned timer_count, after_count;
	struct { loop_fn *fn; void *arg; } after[AFTER_MAX];
	struct mail queue[QUEUE_MAX];
	size_t queue_from, queue_to;
	struct { action_done_fn *done; void *arg; enum act_result result; } results[RESULTS_MAX];
	unsigned result_count;
	struct sink sink;
	const char *operator_name;
	struct arena *arena;
	struct str answer;
	enum err answer_code;
	uint8_t public_key[BOX_PUBLIC_LEN], secret_key[BOX_SECRET_LEN];
	char officer_key[2 * BOX_PUBLIC_LEN + 1];
} world;

struct event_list outside;

/* --- what the world outside knows --- */

static struct event *tell(enum told told, struct str id)
{
	if (outside.count == outside.room) {
		outside.room = outside.room ? outside.room * 2 : 256;
		outside.list = realloc(outside.list, outside.room * sizeof(*outside.list));
		BUG_ON(!outside.list);
	}
	struct event *e = &outside.list[outside.count++];
	*e = (struct event){ .told = told, .change = disk_count(), .at = clock_wall_at() };
	(void)snprintf(e->id, sizeof(e->id), "%.*s", STR_ARG(id));
	return e;
}

void world_tell(enum told told, const char *id)
{
	(void)tell(told, str_of(id));
}

const struct event *world_told(enum told told, const char *id)
{
	for (size_t i = outside.count; i--;)
		if (outside.list[i].told == told && (!id || strcmp(outside.list[i].id, id) == 0))
			return &outside.list[i];
	return NULL;
}

/* --- the loop --- */

enum err __wrap_timer_new(struct loop *l, loop_fn *fn, void *arg, struct timer **ret_timer);
void __wrap_timer_set(struct timer *t, int64_t after_us, int64_t every_us);
void __wrap_timer_free(struct timer *t);
enum err __wrap_loop_after(struct loop *l, loop_fn *fn, void *arg);
enum err __wrap_bus_open(struct loop *l, const struct bus_driver *driver, const struct bus_options *options, struct bus *ret_bus);
enum err __wrap_smtp_open(struct loop *l, const struct smtp_options *options, struct smtp **ret_smtp, struct why *why);
void __wrap_role_send(struct role *r, const char *op);
struct str __wrap_role_operator(const struct role *r, int fd);

enum err __wrap_timer_new(struct loop *l, loop_fn *fn, void *arg, struct timer **ret_timer)
{
	(void)l;
	BUG_ON(world.timer_count == TIMERS_MAX);
	*ret_timer = &world.timers[world.timer_count++];
	**ret_timer = (struct timer){ .fn = fn, .arg = arg };
	return OK;
}

void __wrap_timer_set(struct timer *t, int64_t after_us, int64_t every_us)
{
	t->is_set = after_us >= 0;
	t->after_us = after_us;
	t->every_us = every_us;
}

void __wrap_timer_free(struct timer *t)
{
	t->is_set = false;
}

enum err __wrap_loop_after(struct loop *l, loop_fn *fn, void *arg)
{
	(void)l;
	BUG_ON(world.after_count == AFTER_MAX);
	world.after[world.after_count].fn = fn;
	world.after[world.after_count++].arg = arg;
	return OK;
}

void __wrap_role_send(struct role *r, const char *op)
{
	(void)r;
	(void)op;
}

struct str __wrap_role_operator(const struct role *r, int fd)
{
	(void)r;
	(void)fd;
	return str_of(world.operator_name);
}

enum err __wrap_smtp_open(struct loop *l, const struct smtp_options *options, struct smtp **ret_smtp, struct why *why)
{
	(void)l;
	(void)ret_smtp;
	(void)why;
	world.sink = options->sink;
	return OK;
}

/* --- the bus --- */

static void see_signature(struct str body)
{
	struct arena *a = arena_new("note", 1 << 20);
	struct json *root;
	struct note *n = ARENA_NEW(a, struct note);
	struct checkpoint c;
	BUG_ON(json_read(a, str_copy(a, body), &root, NULL) != OK);
	struct str note = json_text(root, "note"), refused = json_text(root, "refused");
	if (refused.len)
		(void)tell(TOLD_REFUSED, refused);
	if (note.len) {
		BUG_ON(note_read(a, note, n, NULL) != OK || checkpoint_read(a, n->text, &c, NULL) != OK);
		struct event *e = tell(TOLD_SIGNED, STR(""));
		e->size = c.size;
		e->root = c.root;
	}
	arena_free(a);
}

static enum err bus_put(void *state, const struct frame *f, const int *fds, unsigned fd_count)
{
	struct end *from = state;
	size_t n = (size_t)(from - world.ends);
	struct mail *m = &world.queue[world.queue_to];
	(void)fds;
	BUG_ON(fd_count);
	world.queue_to = (world.queue_to + 1) % QUEUE_MAX;
	BUG_ON(world.queue_to == world.queue_from);
	*m = (struct mail){ .to = &world.ends[n ^ 1], .frame = *f, .body = malloc(f->body.len + 1) };
	BUG_ON(!m->body);
	if (f->body.len)
		memcpy(m->body, f->body.ptr, f->body.len);
	m->frame.body = (struct str){ m->body, f->body.len };
	/* whoever has it may show it to anybody, also when the judge never gets it */
	if (n == END_SIGNER && f->type == FRAME_SIGN)
		see_signature(f->body);
	return OK;
}

static void bus_nothing(void *state, bool paused)
{
	(void)state;
	(void)paused;
}

static size_t bus_queued(const void *state)
{
	(void)state;
	return 0;
}

static void bus_end(void *state)
{
	*(struct end *)state = (struct end){ 0 };
}

static const struct bus_driver bus_world = { "world", NULL, bus_put, bus_nothing, bus_queued, bus_end };

enum err __wrap_bus_open(struct loop *l, const struct bus_driver *driver, const struct bus_options *options, struct bus *ret_bus)
{
	struct end *e = &world.ends[options->take_fd - FIRST_FD];
	(void)l;
	(void)driver;
	*e = (struct end){ options->handler, options->arg };
	*ret_bus = (struct bus){ &bus_world, e };
	return OK;
}

static bool deliver(void)
{
	bool any = world.queue_from != world.queue_to;
	while (world.queue_from != world.queue_to) {
		struct mail *m = &world.queue[world.queue_from];
		world.queue_from = (world.queue_from + 1) % QUEUE_MAX;
		if (m->to->handler)
			m->to->handler->frame(m->to->arg, &m->frame, NULL, 0);
		free(m->body);
	}
	return any;
}

static bool fire(bool all)
{
	bool any = false;
	for (unsigned i = 0; i < world.timer_count; i++) {
		struct timer *t = &world.timers[i];
		if (!t->is_set || (!all && (t->after_us || t->every_us)))
			continue;
		t->is_set = t->every_us > 0;
		any = true;
		disk_mark_syncs(world_judge() && t == world_judge()->ledger_timer);
		t->fn(t->arg);
		disk_mark_syncs(false);
	}
	return any;
}

static bool give_results(void)
{
	unsigned n = world.result_count;
	for (unsigned i = 0; i < n; i++)
		world.results[i].done(world.results[i].arg, world.results[i].result, STR_NONE);
	memmove(world.results, world.results + n, (world.result_count - n) * sizeof(world.results[0]));
	world.result_count -= n;
	return n > 0;
}

void world_turn(void)
{
	bool moved = true;
	for (unsigned round = 0; moved; round++) {
		BUG_ON(round == ROUNDS_MAX);
		moved = deliver();
		for (unsigned i = 0; i < world.after_count; i++)
			world.after[i].fn(world.after[i].arg);
		moved |= give_results();
		moved |= fire(false);
		moved |= world.queue_from != world.queue_to;
	}
	(void)tell(TOLD_SETTLED, STR(""));
}

void world_tick(void)
{
	(void)fire(true);
	world_turn();
}

/* --- the target of acts --- */

static enum err target_open(const struct action_options *o, void **ret_state, struct why *why)
{
	(void)o;
	(void)why;
	*ret_state = &world;
	return OK;
}

static void target_close(void *state)
{
	(void)state;
}

static void answer_later(enum act_result result, action_done_fn *done, void *arg)
{
	BUG_ON(world.result_count == RESULTS_MAX);
	world.results[world.result_count].done = done;
	world.results[world.result_count].arg = arg;
	world.results[world.result_count++].result = result;
}

static void letter_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	const struct letter *l = order->letter;
	(void)state;
	if (l) {
		struct event *e = tell(TOLD_LETTER, l->message_id);
		(void)snprintf(e->text, sizeof(e->text), "%.*s %.*s", STR_ARG(l->to), STR_ARG(l->subject));
		(void)snprintf(e->more, sizeof(e->more), "%.*s", STR_ARG(l->reply_to));
	}
	answer_later(l ? RESULT_DONE : RESULT_REFUSED, done, arg);
}

/* It applies a key once, and says of a key whether it is in force, as the driver of hooks has it from them. */
static void hook_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	char key[WORLD_TEXT_MAX];
	(void)state;
	(void)snprintf(key, sizeof(key), "%.*s", STR_ARG(order->act->key));
	const struct event *did = world_told(TOLD_DO, key), *undid = world_told(TOLD_UNDO, key);
	bool in_force = did && (!undid || undid < did);
	if (order->op == ACT_CHECK) {
		answer_later(in_force ? RESULT_DONE : RESULT_RETRY, done, arg);
		return;
	}
	struct event *e = tell(order->op == ACT_DO ? TOLD_DO : TOLD_UNDO, order->act->key);
	(void)snprintf(e->text, sizeof(e->text), "%s", verb_words[order->act->verb]);
	answer_later(RESULT_DONE, done, arg);
}

static const struct action_driver letters = { "notify", "", true, true, false, target_open, letter_run, target_close },
	hook = { "webhook", "", true, true, true, target_open, hook_run, target_close };
const struct action_driver *const action_drivers[] = { &letters, &hook, NULL };
const struct driver_ability driver_abilities[] = { { "task", true, true, true }, { "webhook", true, true, true }, { NULL, false, false, false } };

/* --- the sender and the person --- */

static void on_ack(void *arg, enum err e, const struct position *at)
{
	if (e == OK)
		tell(TOLD_ACK, str_of(arg))->position = *at;
	free(arg);
}

void world_hear(const char *id, const char *meta, struct str payload)
{
	struct sink_item item = { .item_class = CLASS_COMPLAINT, .source = 1, .received_at = clock_wall_at(), .meta = str_of(meta), .payload = payload };
	char *own = strdup(id);
	BUG_ON(!own);
	/* what is refused is sent again by its sender */
	if (world.sink.put(world.sink.state, &item, on_ack, own) != OK)
		free(own);
}

static void on_reply(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct json *root;
	(void)take_fds;
	(void)fd_count;
	world.answer = str_copy(world.arena, f->body);
	world.answer_code = json_read(world.arena, str_copy(world.arena, f->body), &root, NULL) == OK ? (enum err)json_int(root, "code", ERR_IO) : ERR_IO;
	if (world.answer_code == OK)
		(void)tell(TOLD_ANSWER, str_of(*(const char **)arg));
}

enum err world_command(const char *id, const char *who, struct str line, struct str *ret_answer)
{
	static const char *asked;
	static const struct bus_handler person = { on_reply, NULL, NULL };
	struct frame f = { .type = FRAME_COMMAND, .now = clock_wall_at(), .body = str_format(world.arena, "{}\n%.*s", STR_ARG(line)) };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	asked = id;
	world.operator_name = who;
	world.answer_code = ERR_PEER;
	world.ends[END_DESK] = (struct end){ &person, &asked };
	world.ends[END_DESK_JUDGE].handler->frame(world.ends[END_DESK_JUDGE].arg, &f, &fd, 1);
	world_turn();
	if (ret_answer)
		*ret_answer = world.answer;
	return world.answer_code;
}

/* --- the roles --- */

static const struct { const struct role_ops *ops; enum role_name name; } kinds[WORLD_ROLES] = { { &ear_ops, ROLE_EAR }, { &judge_ops, ROLE_JUDGE },
	{ &hand_ops, ROLE_HAND }, { &signer_ops, ROLE_SIGNER } };

void world_begin(void)
{
	box_keypair(world.public_key, world.secret_key);
	for (unsigned i = 0; i < BOX_PUBLIC_LEN; i++)
		(void)snprintf(world.officer_key + (size_t)2 * i, 3, "%02x", world.public_key[i]);
}

static void count_box(void *arg, const char *name)
{
	struct arena *a = arena_new("box", 16 << 20);
	struct str sealed, clear;
	if (str_ends_fold(str_of(name), STR(".box")) && file_read_all(a, role_fd(&world.roles[WORLD_EAR], "sealed"), name, 1 << 20, &sealed, NULL) == OK &&
		box_open(a, world.public_key, world.secret_key, sealed, &clear) == OK)
		(*(unsigned *)arg)++;
	arena_free(a);
}

unsigned world_boxes(void)
{
	unsigned n = 0;
	struct why why;
	BUG_ON(file_list(role_fd(&world.roles[WORLD_EAR], "sealed"), count_box, &n, &why) != OK);
	return n;
}

struct judge *world_judge(void)
{
	return world.roles[WORLD_JUDGE].state;
}

int64_t world_now(void)
{
	return clock_wall_at();
}

/* The keeper's directories, made as it makes them. */
static enum err give_dirs(const char *root, int *ret_data_fd, int *ret_signer_fd, struct why *why)
{
	static const struct { const char *name; unsigned roles; } dirs[] = { { "data", 1 << WORLD_JUDGE }, { "spool", 1 << WORLD_EAR | 1 << WORLD_JUDGE },
		{ "sealed", 1 << WORLD_EAR }, { "hand", 1 << WORLD_HAND }, { "signer", 0 } };
	int fd;
	enum err e = file_open(AT_FDCWD, root, O_RDONLY | O_DIRECTORY, 0, ret_data_fd, why);
	for (size_t i = 0; e == OK && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		fd = *ret_data_fd;
		if (i)
			e = file_open_dir(*ret_data_fd, dirs[i].name, 0700, &fd, why);
		for (unsigned k = 0; e == OK && k < WORLD_ROLES; k++)
			if (dirs[i].roles & 1u << k)
				world.roles[k].fds[world.roles[k].fd_count++] = (struct role_fd){ str_of(dirs[i].name), fd };
		*ret_signer_fd = fd;
	}
	return e;
}

static void link_two(unsigned role, const char *name, unsigned end)
{
	world.roles[role].ops->link(&world.roles[role], str_of(name), FIRST_FD + (int)end);
}

static void link_all(void)
{
	link_two(WORLD_EAR, "judge", END_EAR);
	link_two(WORLD_JUDGE, "ear", END_EAR_JUDGE);
	link_two(WORLD_JUDGE, "desk", END_DESK_JUDGE);
	link_two(WORLD_HAND, "judge", END_HAND);
	link_two(WORLD_JUDGE, "hand", END_HAND_JUDGE);
	link_two(WORLD_SIGNER, "judge", END_SIGNER);
	link_two(WORLD_JUDGE, "signer", END_SIGNER_JUDGE);
}

static enum err share_of(int data_fd, int signer_fd, struct share *ret_share, struct why *why)
{
	static struct listen_at smtp = { LISTEN_SMTP, { "", 0 } };
	static struct str feeds[] = { { "radius 1", 8 } };
	struct config c = { .arena = world.arena, .all = { .incarnation = 1, .testing = true, .listens = &smtp, .listen_count = 1, .spool_bytes = 64 << 10,
		.message_bytes = 16 << 10, .officer_key = str_of(world.officer_key), .judges = 1, .provider = STR("Example Net"), .mail_domain = STR("example.net"),
		.mail_local = STR("abuse"), .contact = STR("abuse@example.net"), .store = STR("aupd.db"), .enforce = true,
		.keep_cases_us = KEPT_DAYS * DAY_US, .keep_items_us = KEPT_DAYS * DAY_US, .keep_lookups_us = KEPT_DAYS * DAY_US, .bindings = true,
		.bindings_capacity = 1000, .bindings_retention_us = DAY_US, .bindings_slack_us = SECOND_US, .feeds = feeds, .feed_count = 1,
		.suspensions_per_hour = WORLD_SUSPENSIONS, .suspensions_per_day = WORLD_SUSPENSIONS, .suspensions_of_rule = WORLD_SUSPENSIONS,
		.suspensions_of_reseller = WORLD_SUSPENSIONS, .suspensions_of_reporter = WORLD_SUSPENSIONS } };
	enum err e = ledger_key_open(&c, signer_fd, data_fd, why);
	*ret_share = c.all;
	return e;
}

enum err world_start(const char *root, int64_t now, struct why *why)
{
	struct share share;
	struct attempt *page;
	int clock_fd = -1, data_fd = -1, signer_fd = -1, fd, reader_fd;
	world.timer_count = world.after_count = world.result_count = 0;
	world.queue_from = world.queue_to = 0;
	memset(world.ends, 0, sizeof(world.ends));
	memset(world.roles, 0, sizeof(world.roles));
	world.arena = arena_new("world", 64 << 20);
	enum err e = clock_test_create(now, &clock_fd, why);
	if (e == OK)
		e = clock_test_use(clock_fd, why);
	if (e == OK)
		e = give_dirs(root, &data_fd, &signer_fd, why);
	if (e == OK)
		e = share_of(data_fd, signer_fd, &share, why);
	for (unsigned i = 0; e == OK && i < WORLD_ROLES; i++) {
		struct role *r = &world.roles[i];
		r->name = kinds[i].name;
		r->ops = kinds[i].ops;
		r->arena = r->scratch = world.arena;
		r->share = share;
		e = figures_create(&fd, &reader_fd, why);
		if (e == OK)
			e = figures_write_to(fd, role_words[r->name], &r->figures, why);
		if (e == OK)
			e = attempt_create(&fd, &page, why);
		if (e == OK)
			r->fds[r->fd_count++] = (struct role_fd){ STR("attempt"), fd };
		if (e == OK)
			e = r->ops->start(r, why);
		if (e == OK)
			r->ops->run(r);
	}
	if (e)
		return e;
	link_all();
	world_turn();
	return OK;
}

void world_stop(void)
{
	for (unsigned i = 0; i < WORLD_ROLES; i++)
		world.roles[i].ops->stop(&world.roles[i]);
}

void world_pass(int64_t to)
{
	struct judge *j = world_judge();
	struct why why;
	for (unsigned round = 0;; round++) {
		int64_t due = TIME_NONE, now = clock_wall_at();
		BUG_ON(round == ROUNDS_MAX || j->driver->next_due(j->store, &due, &why) != OK);
		bool is_due = due != TIME_NONE && due <= to;
		if (!is_due && now >= to)
			return;
		int64_t next = is_due ? due : to;
		if (next > now)
			BUG_ON(clock_test_set(next) != OK);
		world.roles[WORLD_JUDGE].ops->clock(&world.roles[WORLD_JUDGE]);
		world_turn();
	}
}
