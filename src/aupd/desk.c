/*
 * The desk: the API for `aup` on a Unix socket; reads by a read-only store, writes as command frames to the judge.
 *
 * A command goes with the very connection it came by, so that the judge reads the peer's credentials itself; the desk cannot
 * speak for anybody. With the judge down commands are answered 503. Only operators read what is about people.
 */
#include <stdio.h>
#include <stdlib.h>

#include "aupd/desk_read.h"
#include "aupd/figures.h"
#include "aupd/role.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/httpd.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"

enum { WAITING_MAX = 256, API_BODY_BYTES = 256 << 20, FRAME_COMMAND_MAX = 1 << 20 };

struct desk {
	struct role *role;
	struct httpd *http;
	struct bus judge;
	struct desk_store store;
	struct http_request *waiting[WAITING_MAX];
};

static void answer(struct http_request *r, unsigned status, struct str body)
{
	struct http_pair type = { STR("Content-Type"), str_starts(body, STR("{")) || str_starts(body, STR("[")) ? STR("application/json")
		: STR("application/openmetrics-text; version=1.0.0; charset=utf-8") };
	httpd_answer(r, status, &type, 1, body);
}

static void refuse(struct http_request *r, unsigned status, const char *text)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, 8192);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "error", str_of(text));
	jsonw_end(&w, '}');
	answer(r, status, buf_str(&b));
	buf_done(&b);
}

static void forward(struct desk *d, struct http_request *r)
{
	unsigned i = 0;
	while (i < WAITING_MAX && d->waiting[i])
		i++;
	if (!d->store.has_judge || i == WAITING_MAX) {
		refuse(r, 503, d->store.has_judge ? "too many commands at once" : "the judge is away; try again");
		return;
	}
	struct frame f = { .type = FRAME_COMMAND, .at = { 0, 0, i }, .now = clock_wall_at(), .body = r->body };
	struct why why;
	int fds[2] = { r->fd, -1 };
	enum err e = OK;
	/* what is too long for a frame goes beside it */
	if (r->body.len > FRAME_COMMAND_MAX) {
		e = file_memory(r->body, &fds[1], &why);
		f.body = STR("{}");
	}
	if (e == OK)
		e = bus_send(&d->judge, &f, fds, fds[1] >= 0 ? 2 : 1);
	POINT("desk.told");
	if (fds[1] >= 0)
		net_close(fds[1]);
	if (e)
		refuse(r, 503, "the judge cannot be told");
	else
		d->waiting[i] = r;
}

static void on_request(void *arg, struct http_request *r)
{
	struct desk *d = arg;
	struct why why = { .line = 0 };
	struct str out;
	ometric_add(&d->role->figures, DESK_REQUESTS, 0, 1);
	if (str_eq(r->method, STR("POST")) && str_eq(r->path, STR("/v1/command"))) {
		forward(d, r);
		return;
	}
	if (!str_eq(r->method, STR("GET"))) {
		refuse(r, 405, "GET, or POST /v1/command");
		return;
	}
	/* how much there is may be known to anybody who reaches us; what it is, to operators */
	bool open_to_all = str_eq(r->path, STR("/v1/status")) || str_eq(r->path, STR("/metrics"));
	if (!open_to_all && !role_operator(d->role, r->fd).len) {
		refuse(r, 403, "you are no operator: the configuration names none with your user id");
		return;
	}
	enum err e = desk_read(&d->store, r, &out, &why);
	if (e == OK)
		answer(r, 200, out);
	else
		refuse(r, e == ERR_NOTFOUND ? 404 : e == ERR_SYNTAX || e == ERR_RANGE ? 400 : 503, why.text);
}

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct desk *d = arg;
	for (unsigned i = 0; i < fd_count; i++)
		net_close(take_fds[i]);
	if (f->type != FRAME_REPLY || f->at.index >= WAITING_MAX || !d->waiting[f->at.index])
		return;
	struct http_request *r = d->waiting[f->at.index];
	d->waiting[f->at.index] = NULL;
	bool failed = str_starts(f->body, STR("{\"error\""));
	answer(r, failed ? 409 : 200, str_copy(r->arena, f->body));
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void on_closed(void *arg, enum err e)
{
	struct desk *d = arg;
	bus_close(&d->judge);
	role_link_ended(d->role, "judge", e);
	d->store.has_judge = false;
	for (unsigned i = 0; i < WAITING_MAX; i++)
		if (d->waiting[i]) {
			refuse(d->waiting[i], 503, "the judge went away before it answered: look whether it was done");
			d->waiting[i] = NULL;
		}
}

/* The pages of all roles, handed over as "figures.NAME". */
static enum err read_figures(struct desk *d, struct why *why)
{
	struct role *r = d->role;
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < r->fd_count && d->store.figure_count < FIGURE_PAGES_MAX; i++)
		if (str_starts(r->fds[i].name, STR("figures."))) {
			e = figures_read_from(r->fds[i].fd, str_c(r->arena, str_sub(r->fds[i].name, 8, r->fds[i].name.len)), &d->store.figures[d->store.figure_count], why);
			d->store.figure_count++;
		}
	return e;
}

static enum err desk_start(struct role *r, struct why *why)
{
	struct desk *d = calloc(1, sizeof(*d));
	if (!d)
		return why_set(why, ERR_NOMEM, "no memory");
	r->state = d;
	d->role = r;
	d->store = (struct desk_store){ .driver = &store_sqlite, .data_fd = role_fd(r, "data"), .name = str_c(r->arena, r->share.store) };
	return read_figures(d, why);
}

static void desk_run(struct role *r)
{
	struct desk *d = r->state;
	struct why why;
	struct httpd_options o = { .take_listen_fd = role_fd(r, "api"), .body_bytes = API_BODY_BYTES, .fn = on_request, .arg = d };
	if (httpd_open(r->loop, &o, &d->http, &why) != OK) {
		log_error("the API cannot be served", "why", why.text);
		exit(1);
	}
}

static void desk_link(struct role *r, struct str name, int take_fd)
{
	static const struct bus_handler handler = { on_frame, on_ready, on_closed };
	struct desk *d = r->state;
	struct bus_options o = { .take_fd = take_fd, .handler = &handler, .arg = d };
	(void)name;
	if (d->store.has_judge)
		on_closed(d, OK);
	d->store.has_judge = bus_open(r->loop, &bus_pipe, &o, &d->judge) == OK;
}

static void desk_clock(struct role *r)
{
	(void)r;
}

static void desk_stop(struct role *r)
{
	struct desk *d = r->state;
	httpd_close(d->http);
	desk_store_close(&d->store);
}

const struct role_ops desk_ops = { desk_start, desk_run, desk_link, desk_clock, desk_stop };
