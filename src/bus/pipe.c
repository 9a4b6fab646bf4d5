/*
 * The pipe driver: frames over a connected Unix stream socket, descriptors by SCM_RIGHTS.
 *
 * Memory a link: its queue, one frame being read, FDS_HELD_MAX descriptors. A hostile peer can make us read one frame of
 * FRAME_MAX before its checksum is looked at; anything that breaks the codec, or descriptors that no frame announces, ends
 * the link.
 */
#include "base/arena.h"
#include "base/net.h"
#include "bus/queue.h"

enum { READ_WINDOW = 64 << 10, READS_A_TURN = 16, FDS_HELD_MAX = 2 * NET_FDS_MAX };

struct pipe_link {
	struct arena *own;
	int fd;
	struct watch *watch;
	struct timer *later;            /* to go on, or to tell `closed`, from outside any call of the user */
	const struct bus_handler *handler;
	void *arg;
	struct queue out;
	struct buf in;
	int held[FDS_HELD_MAX];         /* received, waiting for their frame */
	unsigned held_count;
	enum err down;                  /* why the link ended */
	bool told, paused, blocked, closing;
	unsigned busy;                  /* depth of handler calls: freed when it is back at 0 */
};

static void release(struct pipe_link *p)
{
	/* a frame that is being given borrows the buffer */
	if (!p->closing || p->busy)
		return;
	buf_done(&p->in);
	arena_free(p->own);
}

static void set_watch(struct pipe_link *p)
{
	if (p->watch)
		watch_set(p->watch, (p->paused ? 0u : LOOP_READ) | (queue_len(&p->out) ? LOOP_WRITE : 0u));
}

/* The link ends: no more events, `closed` from the timer. */
static void go_down(struct pipe_link *p, enum err e)
{
	if (p->down)
		return;
	p->down = e;
	watch_free(p->watch);
	p->watch = NULL;
	timer_set(p->later, 0, 0);
}

static enum err give(struct pipe_link *p, struct frame *f)
{
	unsigned n = (unsigned)(f->flags & FRAME_FDS_MASK) >> FRAME_FDS_SHIFT;
	int fds[BUS_FDS_MAX];
	if (n > BUS_FDS_MAX || n > p->held_count)
		return ERR_SYNTAX;
	memcpy(fds, p->held, n * sizeof(int));
	p->held_count -= n;
	memmove(p->held, p->held + n, p->held_count * sizeof(int));
	f->flags &= (uint16_t)~FRAME_FDS_MASK;
	p->busy++;
	p->handler->frame(p->arg, f, fds, n);
	p->busy--;
	return OK;
}

/* Give the whole frames that are here, as long as the user wants them. */
static enum err give_all(struct pipe_link *p)
{
	size_t used = 0;
	enum err e = OK;
	while (e == OK && !p->paused && !p->closing) {
		struct frame f;
		size_t len;
		e = frame_decode(str_sub(buf_str(&p->in), used, p->in.len), &f, &len);
		if (e == OK) {
			used += len;
			e = give(p, &f);
		}
	}
	buf_cut_front(&p->in, used);
	return e == ERR_AGAIN ? OK : e;
}

static enum err read_some(struct pipe_link *p)
{
	char window[READ_WINDOW];
	int fds[NET_FDS_MAX];
	unsigned fd_count = 0;
	size_t len;
	enum err e = net_recv_fds(p->fd, window, sizeof(window), &len, fds, &fd_count);
	if (e)
		return e;
	for (unsigned i = 0; i < fd_count; i++) {
		if (p->held_count == FDS_HELD_MAX) {
			net_close(fds[i]);
			e = ERR_SYNTAX;
		} else {
			p->held[p->held_count++] = fds[i];
		}
	}
	buf_put(&p->in, (struct str){ window, len });
	return e ? e : p->in.err;
}

static void on_readable(struct pipe_link *p)
{
	enum err e = OK;
	for (unsigned i = 0; i < READS_A_TURN && e == OK && !p->paused && !p->closing; i++) {
		e = read_some(p);
		if (e == OK)
			e = give_all(p);
	}
	if (e && e != ERR_AGAIN && !p->closing)
		go_down(p, e);
}

static void on_writable(struct pipe_link *p)
{
	while (queue_len(&p->out)) {
		const struct fd_batch *batch;
		struct str front = queue_front(&p->out, &batch);
		size_t len;
		enum err e = net_send_fds(p->fd, front, batch ? batch->fds : NULL, batch ? batch->count : 0, &len);
		if (e == ERR_AGAIN)
			break;
		if (e) {
			/* frames of the peer may still wait to be read: the reading side finds the end */
			if (p->paused)
				go_down(p, ERR_PEER);
			queue_left(&p->out, queue_len(&p->out));
			break;
		}
		queue_left(&p->out, len);
	}
	if (p->blocked && queue_len(&p->out) < p->out.max_bytes / 2) {
		p->blocked = false;
		p->handler->ready(p->arg);
	}
}

static void on_event(void *arg, int fd, unsigned events)
{
	struct pipe_link *p = arg;
	(void)fd;
	p->busy++;
	if (events & LOOP_WRITE)
		on_writable(p);
	if (events & LOOP_READ && !p->closing && !p->down && !p->paused)
		on_readable(p);
	if (!p->closing)
		set_watch(p);
	p->busy--;
	release(p);
}

static void on_later(void *arg)
{
	struct pipe_link *p = arg;
	p->busy++;
	if (!p->down) {
		enum err e = give_all(p);
		if (e && !p->closing)
			go_down(p, e);
	}
	if (p->down && !p->told && !p->closing) {
		p->told = true;
		p->handler->closed(p->arg, p->down);
	}
	p->busy--;
	release(p);
}

static void pipe_close(void *state)
{
	struct pipe_link *p = state;
	p->closing = true;
	watch_free(p->watch);
	timer_free(p->later);
	p->watch = NULL;
	p->later = NULL;
	net_close(p->fd);
	queue_done(&p->out);
	while (p->held_count)
		net_close(p->held[--p->held_count]);
	release(p);
}

static enum err pipe_open(struct loop *l, const struct bus_options *options, void **ret_state)
{
	struct arena *own = arena_new("bus-pipe", 64 << 10);
	struct pipe_link *p = own ? ARENA_NEW(own, struct pipe_link) : NULL;
	enum err e = p ? OK : ERR_NOMEM;
	if (e == OK)
		e = timer_new(l, on_later, p, &p->later);
	if (e == OK)
		e = watch_new(l, options->take_fd, LOOP_READ, on_event, p, &p->watch);
	if (e) {
		if (p)
			timer_free(p->later);
		arena_free(own);
		return e;
	}
	p->own = own;
	p->fd = options->take_fd;
	p->handler = options->handler;
	p->arg = options->arg;
	queue_init(&p->out, options->queue_bytes);
	buf_init(&p->in, FRAME_MAX + READ_WINDOW);
	*ret_state = p;
	return OK;
}

static enum err pipe_send(void *state, const struct frame *f, const int *fds, unsigned fd_count)
{
	struct pipe_link *p = state;
	if (p->down)
		return ERR_PEER;
	enum err e = queue_put(&p->out, f, fds, fd_count);
	p->blocked = p->blocked || e == ERR_AGAIN;
	set_watch(p);
	return e;
}

static void pipe_pause(void *state, bool paused)
{
	struct pipe_link *p = state;
	bool again = p->paused && !paused;
	p->paused = paused;
	set_watch(p);
	if (again && !p->down && p->in.len)
		timer_set(p->later, 0, 0);
}

static size_t pipe_queued(const void *state)
{
	const struct pipe_link *p = state;
	return queue_len(&p->out);
}

const struct bus_driver bus_pipe = { "pipe", pipe_open, pipe_send, pipe_pause, pipe_queued, pipe_close };
