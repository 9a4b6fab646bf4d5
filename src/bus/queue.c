/*
 * The queue of a link. See queue.h.
 */
#include "bus/queue.h"

#include <errno.h>
#include <fcntl.h>

#include "base/net.h"

void queue_init(struct queue *q, size_t max_bytes)
{
	*q = (struct queue){ .max_bytes = max_bytes ? max_bytes : BUS_QUEUE_DEFAULT };
	if (q->max_bytes < FRAME_MAX)
		q->max_bytes = FRAME_MAX;
	/* what has left is still in front of what waits, up to as much again */
	buf_init(&q->bytes, 2 * q->max_bytes);
}

void queue_done(struct queue *q)
{
	int fds[BUS_FDS_MAX];
	while (q->batch_count) {
		unsigned n = queue_take_fds(q, fds);
		while (n)
			net_close(fds[--n]);
	}
	buf_done(&q->bytes);
}

size_t queue_len(const struct queue *q)
{
	return q->bytes.len - q->gone;
}

static enum err duplicate(struct fd_batch *b, const int *fds, unsigned fd_count)
{
	for (b->count = 0; b->count < fd_count; b->count++) {
		int fd = fcntl(fds[b->count], F_DUPFD_CLOEXEC, 0);
		if (fd < 0) {
			enum err e = err_from_errno(errno);
			while (b->count)
				net_close(b->fds[--b->count]);
			return e;
		}
		b->fds[b->count] = fd;
	}
	return OK;
}

enum err queue_put(struct queue *q, const struct frame *f, const int *fds, unsigned fd_count)
{
	struct frame marked = *f;
	size_t before = q->bytes.len;
	if (queue_len(q) + FRAME_HEAD_LEN + f->body.len + 4 > q->max_bytes || (fd_count && q->batch_count == QUEUE_BATCHES_MAX))
		return ERR_AGAIN;
	marked.flags = (uint16_t)((f->flags & ~(unsigned)FRAME_FDS_MASK) | fd_count << FRAME_FDS_SHIFT);
	enum err e = frame_encode(&q->bytes, &marked);
	if (e == OK && fd_count) {
		struct fd_batch *b = &q->batches[q->batch_count];
		b->at = q->put;
		e = duplicate(b, fds, fd_count);
		q->batch_count += e == OK;
	}
	if (e) {
		q->bytes.len = before;
		q->bytes.err = OK;
		return e;
	}
	q->put += q->bytes.len - before;
	return OK;
}

struct str queue_front(const struct queue *q, const struct fd_batch **ret_batch)
{
	struct str all = str_sub(buf_str(&q->bytes), q->gone, q->bytes.len);
	uint64_t front_at = q->put - queue_len(q);
	bool rides = q->batch_count && q->batches[0].at == front_at;
	*ret_batch = rides ? &q->batches[0] : NULL;
	if (q->batch_count > rides && q->batches[rides].at - front_at < all.len)
		all.len = (size_t)(q->batches[rides].at - front_at);
	return all;
}

unsigned queue_take_fds(struct queue *q, int *ret_fds)
{
	unsigned n = q->batches[0].count;
	memcpy(ret_fds, q->batches[0].fds, n * sizeof(int));
	q->batch_count--;
	memmove(q->batches, q->batches + 1, q->batch_count * sizeof(q->batches[0]));
	return n;
}

void queue_left(struct queue *q, size_t n)
{
	int fds[BUS_FDS_MAX];
	if (!n)
		return;
	if (q->batch_count && q->batches[0].at == q->put - queue_len(q)) {
		unsigned count = queue_take_fds(q, fds);
		while (count)
			net_close(fds[--count]);
	}
	q->gone += n;
	if (q->gone == q->bytes.len || q->gone >= q->max_bytes / 2) {
		buf_cut_front(&q->bytes, q->gone);
		q->gone = 0;
	}
}
