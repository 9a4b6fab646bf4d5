/*
 * The store: three shapes, no call per row. load(keys[]), commit(effects[], marks[]) and read-only page(query).
 *
 * commit is one transaction: all effects and marks, durable when it returns OK, or nothing. An effect whose row has another
 * version than the one it was folded from makes the whole commit ERR_CONFLICT: reload and fold again. ERR_FULL, ERR_IO:
 * nothing was written. Several processes may hold the same store open. Drivers know no noun.
 */
#ifndef AUPD_STORE_STORE_H
#define AUPD_STORE_STORE_H

#include "base/arena.h"
#include "model/row.h"

struct store;                           /* opaque instance of a driver */

enum store_mode { STORE_WRITE, STORE_READ };

struct store_driver {
	const char *name, *doc;
	/* dir_fd: the data directory; name: file or connection text. Creates or migrates forward in STORE_WRITE. */
	enum err (*open)(int dir_fd, const char *name, enum store_mode mode, struct store **ret_store, struct why *why);
	/*
	 * rows[i] answers keys[i]: version 0 when there is no such row. Texts live in a. The loads of a writer between two other
	 * calls may all show the store as it was at the first of them.
	 */
	enum err (*load)(struct store *s, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why);
	enum err (*commit)(struct store *s, const struct effect *effects, size_t count, const struct mark *marks, size_t mark_count, struct why *why);
	enum err (*page)(struct store *s, struct arena *a, const struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why);
	enum err (*marks)(struct store *s, struct arena *a, uint32_t source, struct mark **ret_marks, size_t *ret_count, struct why *why);
	/* The earliest due row of all tables; TIME_NONE when there is none. */
	enum err (*next_due)(struct store *s, int64_t *ret_due_at, struct why *why);
	/* Rows of a table in a state (STR_NONE: all), for status and metrics: no further than `most`. */
	enum err (*count)(struct store *s, enum table table, struct str state, uint64_t most, uint64_t *ret_count, struct why *why);
	/* A copy as of now under that name, whole and durable when it returns OK; otherwise what stood there stays. */
	enum err (*backup)(struct store *s, int dir_fd, const char *name, struct why *why);
	/*
	 * What was deleted or written over before is in no file of the store any more when it returns OK: all is written anew, which
	 * takes long. ERR_AGAIN: somebody is reading; ask again.
	 */
	enum err (*shred)(struct store *s, struct why *why);
	void (*close)(struct store *s);
};

extern const struct store_driver store_sqlite, store_null;

#endif
