/*
 * The store of use: the meter, its log, and the blocks of the days, as one. One thread, one writer.
 *
 * A reading counts as soon as it is taken and is durable after usage_sync. A reading that comes again after a crash, because what was decided
 * with it had not been committed, says nothing new. Now and then (USAGE_ROLL_US, USAGE_ROLL_SPANS) what was counted becomes a block, and a
 * new log begins; a crash between these leaves the old one. After an error of the disk everything fails: close and open again.
 *
 * What opening finds damaged is told, and of that time nothing is said to be known.
 */
#ifndef AUPD_DETECT_USAGE_STORE_H
#define AUPD_DETECT_USAGE_STORE_H

#include "detect/usage_log.h"

enum { USAGE_ROLL_SPANS = 1 << 22, USAGE_DAYS_MAX = 4000 };
#define USAGE_ROLL_US HOUR_US

struct usage_store;

struct usage_bounds {
	uint32_t accounts, sessions;
};

struct usage_report {
	uint32_t accounts, sessions, readings;
	unsigned days;
	uint32_t bad_records;           /* that were lost */
	bool cut;                       /* the log, or the last block, did not end whole and was cut */
};

/* dir_fd is borrowed. */
enum err usage_open(int dir_fd, const struct usage_bounds *b, int64_t now, struct usage_store **ret_store, struct usage_report *ret_report, struct why *why) MUST_CHECK;
void usage_close(struct usage_store *s);                        /* accepts NULL; what is not synced may be lost */
enum err usage_take(struct usage_store *s, const struct usage_reading *r, struct why *why) MUST_CHECK;
enum err usage_sync(struct usage_store *s, int64_t now, struct why *why) MUST_CHECK;
/* Now, whatever is due. */
enum err usage_roll(struct usage_store *s, int64_t now, struct why *why) MUST_CHECK;
/* Unlinks days that lie wholly before. *ret_days: how many. */
enum err usage_purge(struct usage_store *s, int64_t before_at, unsigned *ret_days, struct why *why) MUST_CHECK;
/* Nothing is left of that account afterwards; durable. */
enum err usage_erase(struct usage_store *s, uint64_t key, int64_t now, struct why *why) MUST_CHECK;
/*
 * Adds what is known of an account to a series. What is damaged or was lost is marked as not known; the cells from `now` on as ahead, and so
 * what a session that goes on has used since its last reading, unless that is more than USAGE_UNKNOWN_MAX_S ago: that is not known.
 */
enum err usage_read(struct usage_store *s, uint64_t key, int64_t now, struct usage_series *u, struct why *why) MUST_CHECK;
const struct usage_meter *usage_meter_of(const struct usage_store *s);          /* borrowed */
/* A time of which something was lost; false: none. */
bool usage_damage(const struct usage_store *s, uint32_t *ret_from_s, uint32_t *ret_until_s);

#endif
