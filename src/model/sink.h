/*
 * Where an intake puts what it heard: the door to the spool, plugged in by the ear.
 *
 * The answer to the sender (SMTP 250, HTTP 2xx, exit 0) waits for `done`: only then the item is durable. `done` comes
 * exactly once for each put that gave OK, later in the same turn of the loop, never from inside put; it may put again. A
 * session that goes away before stays in memory until its `done` came.
 */
#ifndef AUPD_MODEL_SINK_H
#define AUPD_MODEL_SINK_H

#include "model/ids.h"

/* In the order in which they are shed: the lowest first. Complaints are refused only when the bounds are really reached. */
enum item_class { CLASS_TELEMETRY, CLASS_SIGNAL, CLASS_ACCOUNTING, CLASS_COMPLAINT, ITEM_CLASS_COUNT };

enum { ITEM_META_MAX = 64 << 10, ITEM_PAYLOAD_MAX = 100 << 20 };

struct sink_item {
	enum item_class item_class;
	uint32_t source;                /* as in struct frame */
	int64_t received_at;
	struct str meta;                /* JSON: listener, peer, envelope */
	struct str payload;             /* the raw bytes */
};

/* e OK: durable, at names it for good (index 0). Otherwise nothing was kept: answer tempfail. at is valid during the call. */
typedef void sink_done_fn(void *arg, enum err e, const struct position *at);

struct sink {
	void *state;
	/* meta and payload are copied. ERR_FULL: shed or tempfail (452, 503); ERR_LIMIT: too long for ever. */
	enum err (*put)(void *state, const struct sink_item *item, sink_done_fn *done, void *arg) MUST_CHECK;
	/* To say no early (at MAIL FROM, before a body is read). */
	bool (*refuses)(void *state, enum item_class item_class);
};

#endif
