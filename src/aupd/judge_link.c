/*
 * The judge's links: what comes over them is held for the batch. See judge.h.
 *
 * A frame that is no business of a link is passed over; one that breaks the codec ends it. While the store takes nothing
 * ear and hand are not read, so that what waits, waits with its sender; people are told.
 */
#include "aupd/errand.h"
#include "aupd/judge_oidc.h"
#include "aupd/judge_stamp.h"
#include "aupd/judge_witness.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/net.h"

enum { COMMAND_BYTES_MAX = 257 << 20 /* the longest body of the desk, and its proof */ };

/* Stuck and full: the ear sends it again when it is asked to, a person is told, the hand's answer is asked for again. */
static void drop(struct judge *j, enum bus_end from, const struct frame *f, int fd)
{
	struct frame reply = { .type = FRAME_REPLY, .at = f->at, .now = clock_wall_at(), .body = STR("{\"error\":\"the store takes nothing now; try again\"}") };
	net_close(fd);
	if (from == FROM_DESK)
		judge_oidc_forget(j, &f->at);
	j->ear_lost |= from == FROM_EAR;
	if (from == FROM_DESK && j->has_desk && bus_send(&j->desk, &reply, NULL, 0) != OK)
		log_warn("a frame cannot be sent", "to", "desk");
}

/* Nobody waits before a screen for a disk. Nothing of the batch is committed, so that no is the truth. */
static void refuse_commands(struct judge *j)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < j->batch_count; i++) {
		struct held_frame *h = &j->batch[i];
		if (h->from == FROM_DESK)
			drop(j, FROM_DESK, &h->frame, h->fd);
		else
			j->batch[kept++] = *h;
	}
	j->batch_count = kept;
}

void judge_links_pause(struct judge *j, bool paused)
{
	struct frame back = { .type = FRAME_REWIND, .source = 1, .body = STR("{}") };
	if (j->has_ear)
		bus_pause(&j->ear, paused);
	if (j->has_hand)
		bus_pause(&j->hand, paused);
	if (!paused && j->ear_lost && j->has_ear && bus_send(&j->ear, &back, NULL, 0) != OK)
		log_warn("cannot ask the ear to go back");
	j->ear_lost &= paused;
	if (paused)
		refuse_commands(j);
}

static bool full(const struct judge *j, size_t more_bytes)
{
	return j->batch_count == BATCH_FRAMES_MAX || (j->batch_count && j->batch_bytes + more_bytes > BATCH_BYTES_MAX);
}

static void hold(struct judge *j, enum bus_end from, const struct frame *f, int fd)
{
	if (full(j, f->body.len))
		judge_turn(j);
	if (full(j, f->body.len)) {
		drop(j, from, f, fd);
		return;
	}
	struct held_frame *h = &j->batch[j->batch_count++];
	j->batch_bytes += f->body.len;
	*h = (struct held_frame){ *f, fd, from };
	h->frame.body = str_copy(j->batch_arena, f->body);
}

void judge_link_again(struct judge *j, const struct position *at, struct str body)
{
	struct frame f = { .type = FRAME_COMMAND, .at = *at, .now = clock_wall_at(), .body = body };
	if (j->stuck)
		drop(j, FROM_DESK, &f, -1);
	else
		hold(j, FROM_DESK, &f, -1);
}

static void greet_ear(struct judge *j)
{
	for (int i = 0; i < LANE_COUNT; i++) {
		struct frame f = { .type = FRAME_MARK, .source = 1, .lane = (uint8_t)i, .at = j->lane_committed[i], .body = STR("{}") };
		if (bus_send(&j->ear, &f, NULL, 0) != OK)
			return;
	}
	j->keys_stale = true;
	judge_keys_tell(j);
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
	else if (f->type == FRAME_OBSERVATION || f->type == FRAME_ITEM || f->type == FRAME_ACCOUNTING || f->type == FRAME_NAT)
		hold(j, FROM_EAR, f, -1);
}

static void desk_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct judge *j = arg;
	struct frame whole = *f;
	struct why why;
	/* a long command comes as a memory file beside the connection; a full batch ends before its arena takes it */
	if (full(j, 0))
		judge_turn(j);
	if (f->type == FRAME_COMMAND && j->stuck) {
		drop(j, FROM_DESK, f, -1);
		close_fds(take_fds, 0, fd_count);
		return;
	}
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

/* The hand is new, or only its child that runs nft. */
static void look_anew(struct judge *j, bool *is_new)
{
	*is_new = true;
	judge_look(j);
}

/* What a witness or the authority said. */
static void take_errand(struct judge *j, struct str body)
{
	struct arena *a = arena_new("errand", 8 * ERRAND_BYTES_MAX);
	struct json *root;
	if (a && json_read(a, str_copy(a, body), &root, NULL) == OK) {
		if (json_int(root, "to", -1) == ERRAND_STAMP)
			judge_stamp_answer(j, root);
		else
			judge_witness_answer(j, root);
	}
	arena_free(a);
}

static void hand_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct judge *j = arg;
	close_fds(take_fds, 0, fd_count);
	if (f->type == FRAME_RESULT || f->type == FRAME_HOOK)
		hold(arg, FROM_HAND, f, -1);
	else if (f->type == FRAME_ERRAND)
		take_errand(j, f->body);
	else if (f->type == FRAME_OIDC)
		judge_oidc_answer(j, f->body);
	else if (f->type == FRAME_HELLO)
		look_anew(j, &j->nft_is_new);
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void ear_ready(void *arg)
{
	judge_keys_tell(arg);
}

static void ear_closed(void *arg, enum err e)
{
	struct judge *j = arg;
	bus_close(&j->ear);
	role_link_ended(j->role, "ear", e);
	j->has_ear = false;
	clock_goes_on(j);
}

static void desk_closed(void *arg, enum err e)
{
	struct judge *j = arg;
	bus_close(&j->desk);
	role_link_ended(j->role, "desk", e);
	j->has_desk = false;
	judge_oidc_forget(j, NULL);
}

static void hand_closed(void *arg, enum err e)
{
	struct judge *j = arg;
	bus_close(&j->hand);
	role_link_ended(j->role, "hand", e);
	j->has_hand = false;
}

void judge_link(struct role *r, struct str name, int take_fd)
{
	static const struct bus_handler ear = { ear_frame, ear_ready, ear_closed }, desk = { desk_frame, on_ready, desk_closed },
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
		if (i == 2) {
			look_anew(j, &j->hand_is_new);
			judge_witness_hand_is_new(j);
			judge_stamp_hand_is_new(j);
			judge_oidc_hand_is_new(j);
		}
		if (i == 1)
			judge_oidc_forget(j, NULL);
		return;
	}
	if (str_eq(name, STR("signer")))
		judge_ledger_linked(j, take_fd);
	else
		net_close(take_fd);
}
