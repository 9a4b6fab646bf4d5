/*
 * The binding store: segments, index and feed health as one. The segments are the truth; what is in memory is made from them when the
 * store opens and follows each item that is put.
 *
 * An item counts in answers as soon as it is put, and is durable after binding_store_sync: a decision that rests on an answer is
 * committed after a sync. One thread, one writer; only while it opens a second thread shows a watch what is read.
 *
 * Nothing is lost silently: what opening finds damaged, torn or missing is told, and becomes a hole in all feeds (once, itself
 * recorded), so that answers about that time are graded down. Retention counts from when a fact was recorded: purging forgets
 * whole days, after what still holds has been carried forward into the current one.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_STORE_H
#define AUPD_ATTRIBUTION_BINDING_STORE_H

#include "attribution/binding_index.h"
#include "attribution/binding_recall.h"
#include "attribution/binding_segment.h"

struct binding_store;

struct binding_store_report {
	unsigned days;
	uint64_t records;
	uint64_t bad_records;           /* damaged, or missing at the end of a file that another one follows */
	unsigned damaged_days;
	struct binding_damage cut;      /* torn off the newest; count 0: nothing */
};

/*
 * dir_fd is borrowed. Opens what is there, bounded by capacity bindings (ERR_FULL). retention_us: older facts are left out as
 * binding_index_purge says; 0: none are. *ret_report for a person. watch: or NULL.
 */
enum err binding_store_open(int dir_fd, size_t capacity, int64_t retention_us, int64_t now, const struct binding_store_watch *watch, struct binding_store **ret_store,
	struct binding_store_report *ret_report, struct why *why) MUST_CHECK;
void binding_store_close(struct binding_store *s);              /* accepts NULL */
/*
 * One normalised item. What memory has no room for is not written either. After an error of the disk every further put and sync
 * fails: close and open again.
 */
enum err binding_store_put(struct binding_store *s, const struct binding_item *item, int64_t now, struct why *why) MUST_CHECK;
enum err binding_store_sync(struct binding_store *s, struct why *why) MUST_CHECK;
/*
 * Forgets what the retention no longer holds at now: in memory, and by unlinking the days that lie wholly before, of which what
 * still holds is first carried forward and synced. *ret_days, *ret_carried: what was done, for the record of the purge.
 */
enum err binding_store_purge(struct binding_store *s, int64_t now, unsigned *ret_days, uint64_t *ret_carried, struct why *why) MUST_CHECK;

struct binding_index *binding_store_index(struct binding_store *s);             /* to ask; borrowed */
const struct feed_health *binding_store_health(const struct binding_store *s);  /* borrowed */

#endif
