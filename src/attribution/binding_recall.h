/*
 * Shows somebody all bindings that the segments of a directory hold, in the order in which they were put, on a thread of its own: who makes an index
 * of them and who makes a book of sessions need nothing of each other, and each takes as long as the other. Where there can be no thread, all are
 * shown before it is ended. The thread is over when it is ended, so a role has one thread again before its sandbox goes up, which binds
 * whoever calls alone.
 *
 * What is damaged is left out and not told: whoever opens the store tells it. Nothing may be put meanwhile.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_RECALL_H
#define AUPD_ATTRIBUTION_BINDING_RECALL_H

#include "attribution/binding_segment.h"

struct binding_recall;

/*
 * `seen` is told each; `near`, or NULL, is told of each thrice before, step 0, then 1 and 2, so that what it will need can be fetched from memory
 * meanwhile. Both are called on that thread.
 */
struct binding_store_watch {
	enum err (*seen)(void *arg, const struct binding *b);
	void (*near)(const void *arg, const struct binding *b, unsigned step);
	void *arg;
};

/* dir_fd and watch are borrowed until the end. */
enum err binding_recall_start(int dir_fd, const struct binding_store_watch *watch, struct binding_recall **ret_recall, struct why *why) MUST_CHECK;
/* Waits until all were shown, and frees it; NULL is accepted. The first error of `seen`, or of reading. */
enum err binding_recall_end(struct binding_recall *r, struct why *why) MUST_CHECK;

#endif
