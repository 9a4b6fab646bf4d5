/*
 * What every role does alike. See role.h.
 */
#include "aupd/role.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "aupd/figures.h"
#include "aupd/sandbox.h"
#include "base/charset.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"
#include "base/seal.h"

enum { SHARE_BYTES_MAX = 4 << 20 };

const char *const role_words[] = { "ear", "judge", "desk", "hand", "signer", "nft", "fetcher", NULL };

static const struct role_ops *const all_ops[ROLE_COUNT] = { &ear_ops, &judge_ops, &desk_ops, &hand_ops, &signer_ops, &nft_ops,
	&fetcher_ops };

int role_fd(const struct role *r, const char *name)
{
	for (unsigned i = 0; i < r->fd_count; i++)
		if (str_eq(r->fds[i].name, str_of(name)))
			return r->fds[i].fd;
	return -1;
}

static void send_body(struct role *r, struct str body)
{
	struct frame f = { .type = FRAME_CONTROL, .incarnation = r->share.incarnation, .body = body };
	if (bus_send(&r->keeper, &f, NULL, 0) != OK)
		log_warn("cannot speak to the keeper");
}

void role_send(struct role *r, const char *op)
{
	char body[64];
	(void)snprintf(body, sizeof(body), "{\"op\":\"%s\"}", op);
	send_body(r, str_of(body));
}

void role_tell(struct role *r, const char *text, uint64_t count)
{
	char body[512];
	(void)snprintf(body, sizeof(body), "{\"op\":\"told\",\"count\":%llu,\"text\":\"%s\"}", (unsigned long long)count, text);
	send_body(r, str_of(body));
}

void role_link_ended(struct role *r, const char *peer, enum err e)
{
	char body[64];
	if (e == OK || e == ERR_PEER)
		return;
	log_error("a role sent a bad frame", "role", peer, "error", err_text(e));
	(void)snprintf(body, sizeof(body), "{\"op\":\"bad\",\"name\":\"%s\"}", peer);
	send_body(r, str_of(body));
}

struct str role_operator(const struct role *r, int fd)
{
	struct net_creds creds;
	uint64_t uid;
	if (fd < 0 || net_creds(fd, &creds) != OK)
		return STR_NONE;
	for (unsigned i = 0; i < r->share.operator_count; i++) {
		struct str rest = r->share.operators[i], name, word;
		if (str_split(&rest, ' ', &name) && str_split(&rest, ' ', &word) && str_to_u64(rest, UINT32_MAX, &uid) == OK && uid == creds.uid)
			return name;
	}
	return STR_NONE;
}

static void start(struct role *r, const struct json *share)
{
	struct why why;
	char line[700];
	enum err e = field_read(r->arena, share, share_fields, &r->share, &why);
	if (e == OK) {
		log_start(role_words[r->name], (enum log_level)r->share.log_level, (enum log_form)r->share.log_form);
		if (r->share.testing && role_fd(r, "clock") >= 0)
			e = clock_test_use(role_fd(r, "clock"), &why);
	}
	if (e == OK)
		e = figures_write_to(role_fd(r, "figures"), role_words[r->name], &r->figures, &why);
	if (e == OK)
		e = r->ops->start(r, &why);
	if (e == OK)
		e = sandbox_enter(r->name, r, &why);
	if (e) {
		why_print(&why, line, sizeof(line));
		log_error("the role cannot start", "why", line);
		exit(1);
	}
	r->started = true;
	r->ops->run(r);
	role_send(r, "ready");
}

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct role *r = arg;
	struct json *root;
	/* what comes before the start stays, what comes later is of its moment */
	struct arena *a = r->started ? r->scratch : r->arena;
	arena_reset(r->scratch);
	if (f->type != FRAME_CONTROL || json_read(a, str_copy(a, f->body), &root, NULL) != OK)
		exit(1);
	struct str op = json_text(root, "op"), name = json_text(root, "name");
	if (str_eq(op, STR("fd")) && fd_count == 1) {
		if (r->fd_count == ROLE_FDS_MAX)
			exit(1);
		r->fds[r->fd_count++] = (struct role_fd){ name, take_fds[0] };
	} else if (str_eq(op, STR("start")) && !r->started) {
		start(r, json_get(root, "share"));
	} else if (str_eq(op, STR("link")) && fd_count == 1) {
		POINT("role.link");
		r->ops->link(r, name, take_fds[0]);
		role_send(r, "linked");
	} else if (str_eq(op, STR("clock"))) {
		r->ops->clock(r);
	} else if (str_eq(op, STR("refuse")) || str_eq(op, STR("accept"))) {
		r->refuse = str_eq(op, STR("refuse"));
	} else if (str_eq(op, STR("stop"))) {
		loop_stop(r->loop);
	}
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void on_closed(void *arg, enum err e)
{
	struct role *r = arg;
	/* without its keeper a role has no reason to be */
	log_warn("the keeper is gone", "error", err_text(e));
	loop_stop(r->loop);
}

int role_main(enum role_name name)
{
	static const struct bus_handler handler = { on_frame, on_ready, on_closed };
	struct role r = { .name = name, .ops = all_ops[name], .loop = loop_new(), .arena = arena_new("role", SHARE_BYTES_MAX * 16),
		.scratch = arena_new("control", SHARE_BYTES_MAX * 4) };
	struct bus_options options = { .take_fd = ROLE_LINK_FD, .handler = &handler, .arg = &r };
	log_start(role_words[name], LOG_INFO, LOG_PLAIN);
	(void)signal(SIGPIPE, SIG_IGN);
	point_open();
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	if (seal_start() != OK || !r.loop || !r.arena || !r.scratch || bus_open(r.loop, &bus_pipe, &options, &r.keeper) != OK)
		return 1;
	/* the desk reads again what it shows */
	if (name == ROLE_EAR || name == ROLE_DESK)
		charset_start();
	enum err e = loop_run(r.loop);
	/* not before: the turn in which it is told to stop goes on, with all that it may still call */
	if (r.started)
		r.ops->stop(&r);
	bus_close(&r.keeper);
	loop_free(r.loop);
	arena_free(r.arena);
	arena_free(r.scratch);
	return e != OK;
}
