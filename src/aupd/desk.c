/*
 * The desk: the API (web/web.h) on a Unix socket for `aup`, and on listeners of kind api for whoever has a key; reads by a read-only
 * store, writes as command frames to the judge.
 *
 * A command goes with its proof: the very connection it came by, so that the judge reads the peer's credentials itself, or the key,
 * which the judge looks up itself. The desk cannot speak for anybody. With the judge down commands are answered 503.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "aupd/desk_events.h"
#include "aupd/figures.h"
#include "aupd/marked_text.h"
#include "aupd/role.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/httpd.h"
#include "base/json.h"
#include "base/net.h"
#include "base/point.h"
#include "base/seal.h"
#include "engine/retest.h"
#include "model/config_web.h"
#include "store/store.h"
#include "web/console.h"
#include "web/login.h"
#include "web/onetime.h"
#include "web/census.h"
#include "web/web.h"

enum { WAITING_MAX = 256, API_BODY_BYTES = 256 << 20, KEY_BODY_BYTES = 16 << 20, FRAME_COMMAND_MAX = 1 << 20, GARDEN_BODY_BYTES = 4096, CENSUS_EVERY_US = 20000, CENSUS_IDLE_US = 60000000 };

struct door {
	struct desk *desk;
	struct httpd *http;
	bool takes_keys, network, garden, tls;
};

struct desk {
	struct role *role;
	struct door doors[1 + CONFIG_WEB_LISTEN_MAX];       /* the first one is that of `aup` */
	unsigned door_count;
	struct bus judge;
	struct web web;
	struct timer *census_timer;
	struct http_request *waiting[WAITING_MAX];      /* tag: struct waiting */
	uint64_t last_serial;
	struct desk_events *events;
};

/* What waits for the judge; in the arena of its request. */
struct waiting {
	const struct route *route;
	struct console_call *call;      /* NULL: it is not of the console */
	uint64_t serial;                /* an answer may come late, when its place is another one's: it says whose it is */
};

#define HEADER(n, text) (headers[count++] = (struct http_pair){ STR(n), (text) })

/* streams hold one each, for as long as their pages are open */
enum { CONNECTIONS_MAX = 2048, CONNECTIONS_OF_ADDRESS = 512, FILES_MAX = 4096 };

#define FENCE "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
#define NO_DEVICES "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"

static unsigned put_headers(const struct http_request *r, const struct web_answer *x, struct http_pair headers[HTTPD_ANSWER_HEADERS_MAX])
{
	unsigned count = 0;
	HEADER("Content-Type", str_of(x->type));
	HEADER("Cache-Control", x->keeps ? STR("public, max-age=31536000, immutable") : STR("no-store"));
	/* nothing that we answer frames anything, runs or loads anything from elsewhere, or tells another site its address; pages alone run what is ours */
	HEADER("Content-Security-Policy", x->has_forms ? STR(FENCE "; script-src 'self'; connect-src 'self'; trusted-types aupd")
		: x->file.len ? STR(FENCE "; trusted-types 'none'; sandbox") : STR(FENCE "; trusted-types 'none'"));
	HEADER("Permissions-Policy", STR(NO_DEVICES));
	if (r->tls)
		HEADER("Strict-Transport-Security", STR("max-age=31536000"));
	if (x->keeps)
		HEADER("Vary", STR("Accept-Encoding"));
	if (x->packed)
		HEADER("Content-Encoding", STR("gzip"));
	HEADER("Referrer-Policy", x->has_forms ? STR("same-origin") : STR("no-referrer"));
	HEADER("X-Content-Type-Options", STR("nosniff"));
	HEADER("Cross-Origin-Opener-Policy", STR("same-origin"));
	HEADER("Cross-Origin-Resource-Policy", STR("same-origin"));
	if (x->retry_after_s)
		HEADER("Retry-After", str_format(r->arena, "%u", x->retry_after_s));
	if (x->file.len)
		HEADER("Content-Disposition", str_format(r->arena, "attachment; filename=\"%.*s\"", STR_ARG(x->file)));
	if (x->location.len)
		HEADER("Location", x->location);
	/* the policy of the page before would not let a form lead to another site, however often that leads on; this does (HTML 7.4.2.3) */
	if (x->away.len)
		HEADER("Refresh", str_format(r->arena, "0;url=%.*s", STR_ARG(x->away)));
	if (str_eq(x->sign_in, STR("-")))
		HEADER("Set-Cookie", STR(LOGIN_OIDC_COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
	else if (x->sign_in.len)
		HEADER("Set-Cookie", str_format(r->arena, LOGIN_OIDC_COOKIE "=%.*s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600", STR_ARG(x->sign_in)));
	if (str_eq(x->cookie, STR("-")))
		HEADER("Set-Cookie", STR(LOGIN_COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
	else if (x->cookie.len)
		HEADER("Set-Cookie", str_format(r->arena, LOGIN_COOKIE "=%.*s; Path=/; Secure; HttpOnly; SameSite=Lax", STR_ARG(x->cookie)));
	return count;
}

static void answer(struct http_request *r, const struct web_answer *x)
{
	struct http_pair headers[HTTPD_ANSWER_HEADERS_MAX];
	unsigned count = put_headers(r, x, headers);
	httpd_answer(r, x->status, headers, count, x->body);
}

static void stream(struct desk *d, struct http_request *r, const struct web_door *door, const struct web_answer *x)
{
	struct http_pair headers[HTTPD_ANSWER_HEADERS_MAX];
	struct web_answer full = { .status = 503, .type = "application/json", .retry_after_s = DESK_BEAT_S };
	if (desk_events_room(d->events, &x->who)) {
		unsigned count = put_headers(r, x, headers);
		/* a proxy that gathers answers would keep it */
		HEADER("X-Accel-Buffering", STR("no"));
		desk_events_begin(d->events, r, door, x, headers, count);
		return;
	}
	full.body = web_error(r->arena, "as many are told as can be; try again");
	answer(r, &full);
}

/* 503: whoever came by a one-time link gets a page. */
static void refuse(struct http_request *r, const struct waiting *w, const char *text)
{
	struct web_answer x = { .status = 503, .type = "application/json" };
	if (w->call)
		console_refuse(r, 503, text, &x);
	else if (onetime_asked(w->route))
		onetime_refuse(r->arena, &x);
	else
		x.body = web_error(r->arena, text);
	answer(r, &x);
}

/* The proof stands in a line before the command; what is too long for a frame goes beside it. */
static enum err send_command(struct desk *d, const struct web_answer *x, int connection, uint64_t serial, unsigned index)
{
	struct frame f = { .type = FRAME_COMMAND, .at = { 0, serial, index }, .now = clock_wall_at() };
	struct why why;
	struct buf b;
	int fds[2] = { connection, -1 };
	buf_init(&b, API_BODY_BYTES + FRAME_COMMAND_MAX);
	buf_put(&b, x->proof);
	buf_putc(&b, '\n');
	buf_put(&b, x->command);
	f.body = buf_str(&b);
	enum err e = b.err;
	if (e == OK && f.body.len > FRAME_COMMAND_MAX) {
		e = file_memory(f.body, &fds[1], &why);
		f.body = STR("{}");
	}
	if (e == OK)
		e = bus_send(&d->judge, &f, fds, fds[1] >= 0 ? 2 : 1);
	if (fds[1] >= 0)
		net_close(fds[1]);
	buf_done(&b);
	return e;
}

static void forward(struct desk *d, struct http_request *r, const struct web_answer *x)
{
	const struct waiting wait = { x->route, x->call, ++d->last_serial };
	struct waiting *kept = arena_alloc(r->arena, sizeof(*kept));
	unsigned i = 0;
	while (i < WAITING_MAX && d->waiting[i])
		i++;
	if (!d->web.has_judge || i == WAITING_MAX || !kept) {
		refuse(r, &wait, d->web.has_judge ? "too many commands at once" : "the judge is away; try again");
		return;
	}
	enum err e = send_command(d, x, r->fd, wait.serial, i);
	POINT("desk.told");
	if (e) {
		refuse(r, &wait, "the judge cannot be told");
		return;
	}
	*kept = wait;
	r->tag = kept;
	d->waiting[i] = r;
}

static void on_request(void *arg, struct http_request *r)
{
	const struct door *at = arg;
	struct desk *d = at->desk;
	struct web_answer x;
	struct web_door door = { .takes_keys = at->takes_keys, .network = at->network, .garden = at->garden, .tls = at->tls };
	if (!at->network)
		door.operator_name = role_operator(d->role, r->fd);
	ometric_add(&d->role->figures, DESK_REQUESTS, 0, 1);
	web_take(&d->web, r, &door, &x);
	if (x.from)
		stream(d, r, &door, &x);
	else if (x.status)
		answer(r, &x);
	else
		forward(d, r, &x);
}

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct desk *d = arg;
	for (unsigned i = 0; i < fd_count; i++)
		net_close(take_fds[i]);
	if (f->type != FRAME_REPLY || f->at.index >= WAITING_MAX || !d->waiting[f->at.index])
		return;
	struct http_request *r = d->waiting[f->at.index];
	const struct waiting *w = r->tag;
	if (w->serial != f->at.offset)
		return;
	d->waiting[f->at.index] = NULL;
	struct web_answer x = { .type = "application/json", .body = f->body, .route = w->route };
	if (w->call)
		console_told(&d->web, r, w->call, f->body, &x);
	else if (onetime_asked(w->route))
		onetime_told(r->arena, f->body, &x);
	else
		x.status = web_told(w->route, r->arena, f->body);
	if (x.status)
		answer(r, &x);
	else
		forward(d, r, &x);
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
	d->web.has_judge = false;
	for (unsigned i = 0; i < WAITING_MAX; i++)
		if (d->waiting[i]) {
			refuse(d->waiting[i], d->waiting[i]->tag, "the judge went away before it answered: look whether it was done");
			d->waiting[i] = NULL;
		}
}

/* The pages of all roles, handed over as "figures.NAME". */
static enum err read_figures(struct desk *d, struct why *why)
{
	struct role *r = d->role;
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < r->fd_count && d->web.figure_count < WEB_FIGURES_MAX; i++)
		if (str_starts(r->fds[i].name, STR("figures."))) {
			e = figures_read_from(r->fds[i].fd, str_c(r->arena, str_sub(r->fds[i].name, 8, r->fds[i].name.len)), &d->web.figures[d->web.figure_count], why);
			d->web.figure_count++;
		}
	return e;
}

static enum err desk_start(struct role *r, struct why *why)
{
	struct desk *d = calloc(1, sizeof(*d));
	struct rlimit files;
	if (!d)
		return why_set(why, ERR_NOMEM, "no memory");
	r->state = d;
	d->role = r;
	d->web.source = (struct view_source){ .driver = &store_sqlite, .data_fd = role_fd(r, "data"), .name = str_c(r->arena, r->share.store) };
	d->web.marked = marked_text_write;
	d->web.operators = r->share.operators;
	d->web.operator_count = r->share.operator_count;
	d->web.hears = r->share.hears;
	d->web.settings_file = r->share.settings_file;
	d->web.settings = r->share.settings;
	d->web.setting_count = r->share.setting_count;
	d->web.census = census_new();
	if (!d->web.census)
		return why_set(why, ERR_NOMEM, "no memory");
	d->web.oidc = r->share.oidc_count ? r->share.oidc->name : STR_NONE;
	d->web.form_open = r->share.form_rate && r->share.web_url.len;
	d->events = desk_events_new(r->loop, &d->web);
	if (!d->events)
		return why_set(why, ERR_NOMEM, "no memory");
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_MAX) {
		files.rlim_cur = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	random_bytes(d->web.console_key, sizeof(d->web.console_key));
	d->web.limits.per_minute = d->web.page_limits.per_minute = r->share.key_rate;
	return read_figures(d, why);
}

static struct door *open_door(struct desk *d, struct httpd_options *o, bool takes_keys, bool network)
{
	struct door *at = &d->doors[d->door_count];
	struct why why;
	*at = (struct door){ .desk = d, .takes_keys = takes_keys, .network = network };
	o->fn = on_request;
	o->arg = at;
	if (httpd_open(d->role->loop, o, &at->http, &why) != OK) {
		log_error("the API cannot be served", "why", why.text);
		exit(1);
	}
	d->door_count++;
	return at;
}

/* The census catches up while nobody asks, a slice in a few; what is wrong with the store is told to who asks. */
static void on_census(void *arg)
{
	struct desk *d = arg;
	struct why why;
	bool whole = true;
	if (view_open(&d->web.source, &why) == OK && census_step(d->web.census, &d->web.source, CENSUS_BESIDE_US, &whole, &why) != OK)
		whole = true;
	timer_set(d->census_timer, whole ? CENSUS_IDLE_US : CENSUS_EVERY_US, 0);
}

static void desk_run(struct role *r)
{
	struct desk *d = r->state;
	struct net_peer own = { .is_unix = false };
	struct httpd_options o = { .take_listen_fd = role_fd(r, "api"), .body_bytes = API_BODY_BYTES, .connections = CONNECTIONS_MAX };
	bool local = net_local(o.take_listen_fd, &own) == OK && own.is_unix;
	(void)open_door(d, &o, local, false);
	if (timer_new(r->loop, on_census, d, &d->census_timer) == OK)
		timer_set(d->census_timer, CENSUS_IDLE_US, 0);
	for (unsigned i = 0; i < r->share.web_listen_count; i++) {
		const struct web_listen *at = &r->share.web_listens[i];
		o = (struct httpd_options){ .take_listen_fd = role_fd(r, str_c(r->arena, str_format(r->arena, "web.%u", i))), .body_bytes = KEY_BODY_BYTES,
			.connections = CONNECTIONS_MAX, .connections_per_address = CONNECTIONS_OF_ADDRESS,
			.tls_cert = at->cert.len ? str_c(r->arena, at->cert) : NULL, .tls_key = at->key.len ? str_c(r->arena, at->key) : NULL };
		if (at->garden)
			o.body_bytes = GARDEN_BODY_BYTES;
		struct door *door = open_door(d, &o, !at->garden, true);
		door->garden = at->garden;
		door->tls = at->cert.len;
	}
}

static void desk_link(struct role *r, struct str name, int take_fd)
{
	static const struct bus_handler handler = { on_frame, on_ready, on_closed };
	struct desk *d = r->state;
	struct bus_options o = { .take_fd = take_fd, .handler = &handler, .arg = d };
	(void)name;
	if (d->web.has_judge)
		on_closed(d, OK);
	d->web.has_judge = bus_open(r->loop, &bus_pipe, &o, &d->judge) == OK;
}

static void desk_clock(struct role *r)
{
	const struct desk *d = r->state;
	if (d->events)
		desk_events_look(d->events);
}

static void desk_stop(struct role *r)
{
	struct desk *d = r->state;
	for (unsigned i = 0; i < d->door_count; i++)
		httpd_close(d->doors[i].http);
	timer_free(d->census_timer);
	retest_free(d->web.retest);
	census_free(d->web.census);
	view_close(&d->web.source);
}

const struct role_ops desk_ops = { desk_start, desk_run, desk_link, desk_clock, desk_stop };
