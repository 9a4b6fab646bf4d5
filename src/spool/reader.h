/*
 * Reading spooled records: by position, or all from a position on. Needs the directory, or the two files, read-only.
 *
 * Every record is checked: CRC32C of its head and its body, the seal, SHA-256 of the clear payload. A record that fails is
 * reported with its position and skipped, the next good head is searched for. The tail of the highest segment may be in
 * the making: bytes that are no record yet are the end, not an error.
 */
#ifndef AUPD_SPOOL_READER_H
#define AUPD_SPOOL_READER_H

#include "base/digest.h"
#include "model/sink.h"

struct spool_reader;

struct spool_record {
	struct position at, next;       /* next: where the following record of this segment begins */
	enum item_class item_class;
	uint32_t source;
	int64_t received_at;
	struct str meta, payload;       /* clear, in the caller's arena */
	struct digest digest;           /* SHA-256 of payload */
};

/* dir_fd is borrowed. from is inclusive; {0,0,0} = everything. */
enum err spool_reader_open(int dir_fd, const struct position *from, struct spool_reader **ret_reader, struct why *why) MUST_CHECK;
void spool_reader_close(struct spool_reader *r);                /* accepts NULL */
/* Do not go to or beyond this position (spool_end of the writer); without it, to the end of the bytes. */
void spool_reader_limit(struct spool_reader *r, const struct position *limit);
/*
 * The next record. ERR_NOTFOUND: no more now, ask again when more was written. ERR_CORRUPT: a stretch was bad; see
 * spool_reader_bad; the next call goes on behind it. ERR_NOMEM: the arena is too small; the next call tries again.
 */
enum err spool_reader_next(struct spool_reader *r, struct arena *a, struct spool_record *ret_record, struct why *why) MUST_CHECK;
/* The last bad stretch: from inclusive, to exclusive. */
void spool_reader_bad(const struct spool_reader *r, struct position *ret_from, struct position *ret_to);
/* One record. ERR_NOTFOUND: trimmed or never there. ERR_CORRUPT: there, but not as it was written. */
enum err spool_read(int dir_fd, const struct position *at, struct arena *a, struct spool_record *ret_record, struct why *why) MUST_CHECK;
/* The same from the descriptors of a segment and of its key file. */
enum err spool_read_fds(int segment_fd, int key_fd, const struct position *at, struct arena *a, struct spool_record *ret_record, struct why *why) MUST_CHECK;
/* Names of a segment's two files in the directory. */
enum { SPOOL_NAME_MAX = 24 };
void spool_segment_name(uint64_t segment, char out[SPOOL_NAME_MAX]);
void spool_key_name(uint64_t segment, char out[SPOOL_NAME_MAX]);

#endif
