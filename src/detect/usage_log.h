/*
 * The log of the meter: first all that it knew when the log was begun, then each reading that changed it. Records of 52 octets:
 *
 *   0 type   1 flags   2 feed   3 zero   4, 8, 12 numbers of 4 octets   16, 24, 32, 40 numbers of 8   48 CRC32C
 *
 * Integers in network order. The checksum covers serial of the log and number of the record before its octets: one that stands where it was
 * not written is a bad one. A file's name has its serial; the highest counts. It is made under another name and is whole when it gets
 * its own.
 */
#ifndef AUPD_DETECT_USAGE_LOG_H
#define AUPD_DETECT_USAGE_LOG_H

#include "detect/usage_meter.h"

enum { USAGE_RECORD_LEN = 52, USAGE_LOG_NAME_MAX = 32 };
#define USAGE_LOG_NEW "usage-log-new"

enum usage_record_type { USAGE_HEAD = 1, USAGE_NAS, USAGE_TOTAL, USAGE_SESSION, USAGE_READY, USAGE_READING, USAGE_RECORD_TYPE_END };

struct usage_record {
	enum usage_record_type type;
	uint8_t flags, feed;
	uint32_t small[3];
	uint64_t big[4];
};

/* The head of a log. */
struct usage_head {
	uint32_t block;                 /* serial of the next block; those before have all that was counted before this log */
	uint32_t began_s, trust_s;      /* trust: as in struct usage_meter */
	uint32_t damage_from_s, damage_until_s; /* what was lost of that time nobody knows; equal: nothing */
};

void usage_record_encode(const struct usage_record *r, uint32_t serial, uint32_t number, char out[USAGE_RECORD_LEN]);
enum err usage_record_decode(const char in[USAGE_RECORD_LEN], uint32_t serial, uint32_t number, struct usage_record *ret_record) MUST_CHECK;
void usage_record_of_reading(const struct usage_reading *r, struct usage_record *ret_record);

/* "usage-log-0000000001", and the serial of such a name; 0: it is none. */
void usage_log_name(uint32_t serial, char out[USAGE_LOG_NAME_MAX]);
uint32_t usage_log_serial(const char *name);

/* Makes the log of that serial, of the meter as it is without its spans; durable when this returns. */
enum err usage_log_begin(int dir_fd, uint32_t serial, const struct usage_head *head, const struct usage_meter *m, int *ret_fd, uint32_t *ret_count, struct why *why) MUST_CHECK;

/* What reading a log found. */
struct usage_log_found {
	struct usage_head head;
	uint32_t count;                 /* number of the last good record */
	uint32_t readings;
	uint32_t bad;                   /* records that cannot be read, before the last good one */
	bool bad_snapshot;              /* some of them in what it began with */
	bool torn;                      /* more follows the last good one */
};

/* Into an empty meter. ERR_CORRUPT: it has no head. ERR_FULL: the meter has no room. */
enum err usage_log_read(int fd, uint32_t serial, struct usage_meter *m, struct usage_log_found *ret_found, struct why *why) MUST_CHECK;

#endif
