/*
 * The event loop over libuv. See loop.h; the only user of uv.h.
 *
 * libuv closes handles asynchronously: a watch that was freed is kept until libuv is done with it, its callback gone.
 */
#include "base/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

enum { AFTER_MAX = 8, SIGNALS_MAX = 8 };

struct signal_watch {
	uv_signal_t uv;
	loop_signal_fn *fn;
	void *arg;
};

struct loop {
	uv_loop_t uv;
	struct { loop_fn *fn; void *arg; } after[AFTER_MAX];
	unsigned after_count, signal_count;
	struct signal_watch signals[SIGNALS_MAX];
	bool stopped;
};

struct watch {
	uv_poll_t uv;
	int fd;
	unsigned events;
	loop_fd_fn *fn;
	void *arg;
};

struct timer {
	uv_timer_t uv;
	loop_fn *fn;
	void *arg;
};

struct loop *loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));
	if (l && uv_loop_init(&l->uv) == 0)
		return l;
	free(l);
	return NULL;
}

static void close_walk(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	uv_walk(&l->uv, close_walk, NULL);
	while (uv_run(&l->uv, UV_RUN_DEFAULT))
		;
	(void)uv_loop_close(&l->uv);
	free(l);
}

static void run_after(struct loop *l)
{
	for (unsigned i = 0; i < l->after_count; i++)
		l->after[i].fn(l->after[i].arg);
}

enum err loop_turn(struct loop *l, bool wait)
{
	(void)uv_run(&l->uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
	run_after(l);
	return OK;
}

enum err loop_run(struct loop *l)
{
	l->stopped = false;
	while (!l->stopped) {
		enum err e = loop_turn(l, true);
		if (e)
			return e;
	}
	return OK;
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}

static void on_poll(uv_poll_t *uv, int status, int events)
{
	struct watch *w = uv->data;
	unsigned seen = status < 0 ? LOOP_READ | LOOP_WRITE : 0;
	if (events & (UV_READABLE | UV_DISCONNECT))
		seen |= LOOP_READ;
	if (events & UV_WRITABLE)
		seen |= LOOP_WRITE;
	if (w->fn && w->events)
		w->fn(w->arg, w->fd, seen);
}

enum err watch_new(struct loop *l, int fd, unsigned events, loop_fd_fn *fn, void *arg, struct watch **ret_watch)
{
	struct watch *w = calloc(1, sizeof(*w));
	if (!w)
		return ERR_NOMEM;
	int r = uv_poll_init(&l->uv, &w->uv, fd);
	if (r < 0) {
		free(w);
		return err_from_errno(-r);
	}
	w->fd = fd;
	w->fn = fn;
	w->arg = arg;
	w->uv.data = w;
	watch_set(w, events);
	*ret_watch = w;
	return OK;
}

void watch_set(struct watch *w, unsigned events)
{
	int uv_events = (events & LOOP_READ ? UV_READABLE : 0) | (events & LOOP_WRITE ? UV_WRITABLE : 0);
	if (w->events == events)
		return;
	w->events = events;
	if (uv_events)
		(void)uv_poll_start(&w->uv, uv_events, on_poll);
	else
		(void)uv_poll_stop(&w->uv);
}

static void free_handle(uv_handle_t *h)
{
	free(h->data);
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	w->fn = NULL;
	w->events = 0;
	(void)uv_poll_stop(&w->uv);
	uv_close((uv_handle_t *)&w->uv, free_handle);
}

static void on_timer(uv_timer_t *uv)
{
	struct timer *t = uv->data;
	/* timers run before the poll: without this the turn would go on to wait for a descriptor, and what follows a turn with it */
	uv_stop(uv->loop);
	if (t->fn)
		t->fn(t->arg);
}

enum err timer_new(struct loop *l, loop_fn *fn, void *arg, struct timer **ret_timer)
{
	struct timer *t = calloc(1, sizeof(*t));
	if (!t)
		return ERR_NOMEM;
	if (uv_timer_init(&l->uv, &t->uv) < 0) {
		free(t);
		return ERR_IO;
	}
	t->fn = fn;
	t->arg = arg;
	t->uv.data = t;
	*ret_timer = t;
	return OK;
}

void timer_set(struct timer *t, int64_t after_us, int64_t every_us)
{
	if (after_us < 0)
		(void)uv_timer_stop(&t->uv);
	else
		(void)uv_timer_start(&t->uv, on_timer, (uint64_t)(after_us + 999) / 1000, (uint64_t)(every_us + 999) / 1000);
}

void timer_free(struct timer *t)
{
	if (!t)
		return;
	t->fn = NULL;
	(void)uv_timer_stop(&t->uv);
	uv_close((uv_handle_t *)&t->uv, free_handle);
}

static void on_signal(uv_signal_t *uv, int signum)
{
	struct signal_watch *s = uv->data;
	s->fn(s->arg, signum);
}

enum err loop_signal(struct loop *l, int signum, loop_signal_fn *fn, void *arg)
{
	if (l->signal_count == SIGNALS_MAX)
		return ERR_LIMIT;
	struct signal_watch *s = &l->signals[l->signal_count];
	s->fn = fn;
	s->arg = arg;
	s->uv.data = s;
	if (uv_signal_init(&l->uv, &s->uv) < 0 || uv_signal_start(&s->uv, on_signal, signum) < 0)
		return ERR_IO;
	l->signal_count++;
	return OK;
}

enum err loop_after(struct loop *l, loop_fn *fn, void *arg)
{
	if (l->after_count == AFTER_MAX)
		return ERR_LIMIT;
	l->after[l->after_count].fn = fn;
	l->after[l->after_count++].arg = arg;
	return OK;
}
