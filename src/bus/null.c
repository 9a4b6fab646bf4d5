/*
 * The null driver: every frame comes back to the link's own handler in a later turn of the loop. The contract of bus.h in
 * its shortest form, and a bus for tests; it never goes down by itself.
 */
#include "base/arena.h"
#include "base/net.h"
#include "bus/queue.h"

struct null_link {
	struct arena *own;
	struct timer *later;
	const struct bus_handler *handler;
	void *arg;
	struct queue queue;
	bool paused, blocked, closing, busy;
};

static void release(struct null_link *n)
{
	if (!n->closing || n->busy)
		return;
	queue_done(&n->queue);
	arena_free(n->own);
}

/* One frame a turn: the handler may send, pause and close, and the bytes that a frame borrows stay in place meanwhile. */
static void on_later(void *arg)
{
	struct null_link *n = arg;
	const struct fd_batch *batch;
	int fds[BUS_FDS_MAX];
	struct frame f;
	size_t len;
	unsigned fd_count = 0;
	struct str front = queue_front(&n->queue, &batch);
	if (n->paused || !front.len)
		return;
	BUG_ON(frame_decode(front, &f, &len) != OK);
	/* a copy, because the handler's own sends may move the queue */
	struct arena *item = arena_new("bus-null", FRAME_MAX);
	BUG_ON(!item);
	f.body = str_copy(item, f.body);
	f.flags &= (uint16_t)~FRAME_FDS_MASK;
	if (batch)
		fd_count = queue_take_fds(&n->queue, fds);
	queue_left(&n->queue, len);
	n->busy = true;
	n->handler->frame(n->arg, &f, fds, fd_count);
	if (!n->closing && n->blocked && queue_len(&n->queue) < n->queue.max_bytes / 2) {
		n->blocked = false;
		n->handler->ready(n->arg);
	}
	n->busy = false;
	arena_free(item);
	if (!n->closing && queue_len(&n->queue))
		timer_set(n->later, 0, 0);
	release(n);
}

static enum err null_open(struct loop *l, const struct bus_options *options, void **ret_state)
{
	struct arena *own = arena_new("bus-null", 64 << 10);
	struct null_link *n = own ? ARENA_NEW(own, struct null_link) : NULL;
	enum err e = n ? timer_new(l, on_later, n, &n->later) : ERR_NOMEM;
	if (e) {
		arena_free(own);
		return e;
	}
	n->own = own;
	n->handler = options->handler;
	n->arg = options->arg;
	queue_init(&n->queue, options->queue_bytes);
	net_close(options->take_fd);
	*ret_state = n;
	return OK;
}

static enum err null_send(void *state, const struct frame *f, const int *fds, unsigned fd_count)
{
	struct null_link *n = state;
	enum err e = queue_put(&n->queue, f, fds, fd_count);
	n->blocked = n->blocked || e == ERR_AGAIN;
	timer_set(n->later, 0, 0);
	return e;
}

static void null_pause(void *state, bool paused)
{
	struct null_link *n = state;
	n->paused = paused;
	timer_set(n->later, paused ? -1 : 0, 0);
}

static size_t null_queued(const void *state)
{
	const struct null_link *n = state;
	return queue_len(&n->queue);
}

static void null_close(void *state)
{
	struct null_link *n = state;
	n->closing = true;
	timer_free(n->later);
	n->later = NULL;
	release(n);
}

const struct bus_driver bus_null = { "null", null_open, null_send, null_pause, null_queued, null_close };
