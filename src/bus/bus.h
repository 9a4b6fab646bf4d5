/*
 * The bus: frames between roles, in order, over a driver. Drivers are const structs with every slot filled.
 *
 * A link never blocks and never loses a frame that send took while it stays up: what the peer does not read waits in a
 * queue bounded by queue_bytes, after that send gives ERR_AGAIN and `ready` is called once there is room again. A frame
 * that breaks the codec drops the link: `closed` with ERR_SYNTAX, ERR_LIMIT or ERR_CORRUPT, and nothing more is given.
 * Exactly once rests on the store, not here.
 */
#ifndef AUPD_BUS_BUS_H
#define AUPD_BUS_BUS_H

#include "base/loop.h"
#include "model/frame.h"

enum { BUS_QUEUE_DEFAULT = 16 << 20, BUS_FDS_MAX = 8 };

struct bus_handler {
	/* One whole frame; body and fds are valid during the call. The descriptors are the callee's from now on. */
	void (*frame)(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count);
	/* After an ERR_AGAIN of send: the queue has fallen below half of its bound. */
	void (*ready)(void *arg);
	/* Once, and never from inside send: ERR_PEER the other end went away. The link still wants bus_close. */
	void (*closed)(void *arg, enum err e);
};

struct bus_options {
	int take_fd;                    /* pipe: connected Unix stream socket; -1 for drivers without */
	size_t queue_bytes;             /* 0 = BUS_QUEUE_DEFAULT; never below FRAME_MAX */
	const struct bus_handler *handler;      /* every slot filled; must outlive the link */
	void *arg;
};

struct bus_driver {
	const char *name;
	enum err (*open)(struct loop *l, const struct bus_options *options, void **ret_state) MUST_CHECK;
	enum err (*send)(void *state, const struct frame *f, const int *fds, unsigned fd_count) MUST_CHECK;
	void (*pause)(void *state, bool paused);
	size_t (*queued_bytes)(const void *state);
	void (*close)(void *state);
};

extern const struct bus_driver bus_pipe;        /* a connected Unix stream socket */
extern const struct bus_driver bus_null;        /* hands every frame back to the link's own handler in a later turn: the contract */

struct bus { const struct bus_driver *driver; void *state; };

/* On success the link owns options->take_fd. */
enum err bus_open(struct loop *l, const struct bus_driver *driver, const struct bus_options *options, struct bus *ret_bus) MUST_CHECK;
/*
 * Copies the frame; descriptors are duplicated into the queue and stay the caller's. ERR_AGAIN: queue full, wait for
 * `ready`. ERR_PEER: the link is down. ERR_LIMIT: body or descriptor count beyond its maximum.
 */
enum err bus_send(struct bus *b, const struct frame *f, const int *fds, unsigned fd_count) MUST_CHECK;
void bus_pause(struct bus *b, bool paused);     /* stop giving frames: back-pressure towards the peer */
size_t bus_queued_bytes(const struct bus *b);
void bus_close(struct bus *b);                  /* at once; may be called from a handler; a closed bus is left zeroed */

#endif
