/*
 * Bindings shown on a thread of its own. See binding_recall.h.
 */
#include "attribution/binding_recall.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"

enum { AHEAD = 48, STEPS = 3 };

/* Bindings that were read wait until what the watch needs has come near, which takes as long as reading a dozen. */
struct binding_recall {
	int dir_fd;
	const struct binding_store_watch *watch;
	struct binding list[AHEAD];
	uint32_t first, count;
	pthread_t thread;
	bool running;
	enum err err;
	struct why why;
};

static enum err show_first(struct binding_recall *r)
{
	enum err e = r->watch->seen(r->watch->arg, &r->list[r->first]);
	r->first = (r->first + 1) % AHEAD;
	r->count--;
	return e;
}

/* One more has been read, behind the others. */
static enum err come_near(struct binding_recall *r, const struct binding *b)
{
	r->list[(r->first + r->count++) % AHEAD] = *b;
	for (unsigned step = 0; r->watch->near && step < STEPS && step * (AHEAD / STEPS) < r->count; step++)
		r->watch->near(r->watch->arg, &r->list[(r->first + r->count - 1 - step * (AHEAD / STEPS)) % AHEAD], step);
	return r->count == AHEAD ? show_first(r) : OK;
}

static enum err show_day(struct binding_recall *x, uint32_t day)
{
	struct binding_reader *r;
	struct binding_item item;
	struct binding_damage damage;
	enum err e = binding_reader_open(x->dir_fd, day, &r, &x->why);
	if (e)
		return e;
	while ((e = binding_reader_next(r, &item, &damage, &x->why)) == OK || e == ERR_CORRUPT) {
		if (e == OK && !item.is_span && (e = come_near(x, &item.binding)) != OK)
			break;
	}
	binding_reader_close(r);
	return e == ERR_NOTFOUND ? OK : e;
}

static void *show(void *arg)
{
	struct binding_recall *r = arg;
	struct arena *a = arena_new("days", 1 << 20);
	uint32_t *days;
	unsigned count = 0;
	enum err e = a ? binding_segment_days(r->dir_fd, a, &days, &count, &r->why) : ERR_NOMEM;
	for (unsigned i = 0; i < count && e == OK; i++)
		e = show_day(r, days[i]);
	while (e == OK && r->count)
		e = show_first(r);
	arena_free(a);
	r->err = e;
	return NULL;
}

enum err binding_recall_start(int dir_fd, const struct binding_store_watch *watch, struct binding_recall **ret_recall, struct why *why)
{
	struct binding_recall *r = calloc(1, sizeof(*r));
	if (!r)
		return why_set(why, ERR_NOMEM, "no memory to show bindings");
	r->dir_fd = dir_fd;
	r->watch = watch;
	r->running = pthread_create(&r->thread, NULL, show, r) == 0;
	*ret_recall = r;
	return OK;
}

enum err binding_recall_end(struct binding_recall *r, struct why *why)
{
	if (!r)
		return OK;
	if (!r->running || pthread_join(r->thread, NULL) != 0)
		(void)show(r);
	enum err e = r->err;
	if (e)
		*why = r->why;
	free(r);
	return e;
}
