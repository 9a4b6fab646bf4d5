/*
 * Binding segments: the truth about bindings and feeds, one file a day, written at its end only and purged by unlinking it.
 *
 * A day is the day on which records were written, in UTC. After its head (binding_record.h) a file is an array of records of 64
 * octets: what is damaged costs the records that it touches and no other, and the reader knows again where it is at the next one.
 *
 * The writer appends to a buffer; nothing is durable, and nothing may be promised, before binding_segment_sync went well. After a
 * failed write or sync the writer stays failed: open again, which recovers. Opening cuts what is not whole at the end of the newest
 * file: bytes that no sync covered, or damage to its last records, which cannot be told apart. Both are told.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_SEGMENT_H
#define AUPD_ATTRIBUTION_BINDING_SEGMENT_H

#include "attribution/binding_record.h"

enum { BINDING_SEGMENT_RECORDS_MAX = 1 << 26, BINDING_DAYS_MAX = 4000 };

/*
 * Records that cannot be read, and the time that their loss puts in doubt: from the earliest start to the latest recording of the
 * records beside them, since what was written together speaks of the same time. At the end of a file it begins with the recording of
 * the last good one: what no sync covered was promised to nobody and comes again. The day bounds it where a neighbour is missing.
 */
struct binding_damage {
	uint32_t day;
	uint32_t first, count;          /* numbers; a part of a record counts as one. count 0: the head, which puts nothing in doubt */
	int64_t from_at, until_at;
};

struct binding_segment;

/*
 * The writer in that directory (borrowed). *ret_cut: what was cut; cut.count 0: nothing. A directory without segments gets its
 * first with the first record.
 */
enum err binding_segment_open(int dir_fd, struct binding_segment **ret_segment, struct binding_damage *ret_cut, struct why *why) MUST_CHECK;
void binding_segment_close(struct binding_segment *s);          /* accepts NULL; what is not synced may be lost */
/*
 * A normalised item. With the first of a later day than the last one's the old file is synced and a new one begun; a clock that
 * goes back begins none. ERR_LIMIT: BINDING_SEGMENT_RECORDS_MAX in one day.
 */
enum err binding_segment_append(struct binding_segment *s, const struct binding_item *item, int64_t now, struct why *why) MUST_CHECK;
/* The same turn of the day without an item. */
enum err binding_segment_turn(struct binding_segment *s, int64_t now, struct why *why) MUST_CHECK;
enum err binding_segment_sync(struct binding_segment *s, struct why *why) MUST_CHECK;
uint32_t binding_segment_current(const struct binding_segment *s);              /* its day; 0: none yet */

/* The days that have a file, oldest first, at most BINDING_DAYS_MAX (ERR_LIMIT). */
enum err binding_segment_days(int dir_fd, struct arena *a, uint32_t **ret_days, unsigned *ret_count, struct why *why) MUST_CHECK;
/* Unlinks a day's file; durable when this returns. Never the writer's current one: that is the caller's to see to. */
enum err binding_segment_unlink(int dir_fd, uint32_t day, struct why *why) MUST_CHECK;

/* One day's records in their order. Reads 64 KB at a time. */
struct binding_reader;

enum err binding_reader_open(int dir_fd, uint32_t day, struct binding_reader **ret_reader, struct why *why) MUST_CHECK;
void binding_reader_close(struct binding_reader *r);            /* accepts NULL */
/* Of the head; previous_day is 0 when it is damaged. */
const struct binding_head *binding_reader_head(const struct binding_reader *r);
/*
 * OK and the next item; ERR_CORRUPT and a run of records that cannot be read, told when what follows it is known: reading goes on;
 * ERR_NOTFOUND at the end; anything else is the disk's and final. For a run at the very end binding_reader_torn is true.
 */
enum err binding_reader_next(struct binding_reader *r, struct binding_item *ret_item, struct binding_damage *ret_damage, struct why *why) MUST_CHECK;
bool binding_reader_torn(const struct binding_reader *r);
uint32_t binding_reader_count(const struct binding_reader *r);  /* number of the last good record so far */

#endif
