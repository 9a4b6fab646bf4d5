/*
 * What the drivers share: encoded frames that wait, with the descriptors that ride on them, bounded in bytes and count.
 */
#ifndef AUPD_BUS_QUEUE_H
#define AUPD_BUS_QUEUE_H

#include "bus/bus.h"

enum { QUEUE_BATCHES_MAX = 32 };

/* Descriptors of one frame; at counts bytes from the beginning of the link. */
struct fd_batch {
	uint64_t at;
	unsigned count;
	int fds[BUS_FDS_MAX];
};

struct queue {
	struct buf bytes;
	size_t gone;                    /* bytes at the front that have left already */
	uint64_t put;                   /* all bytes ever put */
	size_t max_bytes;
	struct fd_batch batches[QUEUE_BATCHES_MAX];
	unsigned batch_count;
};

void queue_init(struct queue *q, size_t max_bytes);     /* 0 = BUS_QUEUE_DEFAULT */
void queue_done(struct queue *q);                       /* closes what is left */
size_t queue_len(const struct queue *q);
/* Encodes the frame behind the others and duplicates the descriptors. ERR_AGAIN: full. */
enum err queue_put(struct queue *q, const struct frame *f, const int *fds, unsigned fd_count) MUST_CHECK;
/* What may leave next: bytes up to the next frame that has descriptors, and those that ride on the first byte (or NULL). */
struct str queue_front(const struct queue *q, const struct fd_batch **ret_batch);
void queue_left(struct queue *q, size_t n);             /* n bytes of the front have left; descriptors of its first byte are closed */
/* The same, but the descriptors go to the caller. ret_fds has room for BUS_FDS_MAX. */
unsigned queue_take_fds(struct queue *q, int *ret_fds);

#endif
