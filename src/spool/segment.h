/*
 * One segment as its writer sees it: created with its key, appended through a buffer, synced, cut, destroyed.
 */
#ifndef AUPD_SPOOL_SEGMENT_H
#define AUPD_SPOOL_SEGMENT_H

#include "base/seal.h"
#include "model/sink.h"

struct segment {
	uint64_t number;
	int fd;                         /* -1: none is open */
	struct seal_key key;
	uint64_t end;                   /* bytes appended, buffered ones included */
	uint64_t synced;                /* bytes that a finished sync covers */
	struct buf tail;                /* appended and not written yet */
	enum err failed;                /* sticky: nothing may be appended any more */
};

void segment_init(struct segment *g);
/* Key file first and synced, then the segment, then the mark: the names of both are durable when this returns. */
enum err segment_create(struct segment *g, int dir_fd, uint64_t number, unsigned key_mode, struct why *why) MUST_CHECK;
enum err segment_append(struct segment *g, struct arena *scratch, const struct sink_item *item, struct position *ret_at) MUST_CHECK;
enum err segment_sync(struct segment *g, struct why *why) MUST_CHECK;
/* Takes off what no sync covers, as far as the disk lets us, and closes. */
void segment_abandon(struct segment *g);
void segment_close(struct segment *g);
/*
 * Where the records of a file end: behind the last whole one, whatever is bad before it. Cuts what is behind; *ret_cut
 * is how many bytes went.
 */
enum err segment_recover(int dir_fd, uint64_t number, uint64_t *ret_end, uint64_t *ret_cut, struct why *why) MUST_CHECK;
/* Key overwritten and synced, segment gone, key file gone. Finishes what a crash left half done. */
enum err segment_destroy(int dir_fd, uint64_t number, struct why *why) MUST_CHECK;

#endif
