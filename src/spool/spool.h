/*
 * The spool: what the ear heard, on disk before anybody is told that we have it. The writer's half; see reader.h.
 *
 * A directory of append-only segments `NNNNNNNNNNNNNNNN.seg` (number in hex), beside each the key file `.key` (0600) that
 * its records are sealed under, and `mark`, which remembers the highest number ever given, so that no position is used
 * twice. A record is written once; its position (segment, offset) never changes. spool_sync once a turn makes everything
 * put before it durable with one fdatasync and then tells the callers, in order. A process starts a segment of its own:
 * old ones are only read. One writer a directory.
 *
 * Trimming destroys the key (overwritten, synced, unlinked) before the segment. Not a thread's friend, reads no clock.
 */
#ifndef AUPD_SPOOL_SPOOL_H
#define AUPD_SPOOL_SPOOL_H

#include "model/sink.h"

struct spool;

enum { SPOOL_PENDING_MAX = 65536 };

struct spool_limits {
	uint64_t max_bytes;             /* all segments together; also the bound that complaints meet */
	uint64_t segment_bytes;         /* a segment is closed when it has reached this */
	uint64_t payload_bytes;         /* longest payload, at most ITEM_PAYLOAD_MAX */
	uint8_t shed_percent[ITEM_CLASS_COUNT]; /* of max_bytes, from where a class is refused; 0 = 50, 65, 80, 100 */
	unsigned key_mode;              /* of key files; 0 = 0600 */
};

struct spool_stats {
	uint64_t used_bytes, segments, records, syncs, sync_failures;
	uint64_t shed[ITEM_CLASS_COUNT];        /* puts refused for want of room */
	uint64_t cut_bytes;                     /* torn tail cut off at open */
	bool disk_full;
};

/* dir_fd is borrowed and must stay open. Finds the segments, cuts the torn tail of the last ones. */
enum err spool_open(int dir_fd, const struct spool_limits *limits, struct spool **ret_spool, struct why *why) MUST_CHECK;
void spool_close(struct spool *s);                              /* accepts NULL; what was not synced gets its callback with ERR_IO */
/* Copies the item. ERR_LIMIT: too long; ERR_FULL: no room for this class or too many wait; ERR_IO: the disk. */
enum err spool_put(struct spool *s, const struct sink_item *item, sink_done_fn *done, void *arg) MUST_CHECK;
/* Group sync, then the callbacks. On failure they get the error, their records are cut off, the next put starts a new segment. */
enum err spool_sync(struct spool *s, struct why *why) MUST_CHECK;
bool spool_refuses(struct spool *s, enum item_class item_class);
/* Close the current segment, so that a trim can destroy it too (for quiet systems, on a timer of the caller). */
enum err spool_roll(struct spool *s, struct why *why) MUST_CHECK;
/* Destroys every closed segment all of whose records lie below `below`. */
enum err spool_trim(struct spool *s, const struct position *below, struct why *why) MUST_CHECK;
/*
 * Numbers up to `beyond` were given by a spool that is lost: whoever knows them would take ours for old ones. What is held goes
 * under numbers above, durable when this returns; who waited is told before. Nothing is done when ours are above already.
 */
enum err spool_skip(struct spool *s, uint64_t beyond, struct why *why) MUST_CHECK;
struct position spool_first(const struct spool *s);             /* start of the oldest segment that is there */
struct position spool_end(const struct spool *s);               /* where synced records end; nothing at or beyond it is durable */
void spool_stats(const struct spool *s, struct spool_stats *ret_stats);
struct sink spool_sink(struct spool *s);

#endif
