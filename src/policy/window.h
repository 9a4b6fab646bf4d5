/*
 * A rule's count over time for one subject: sliding over event time in WINDOW_BUCKETS buckets, constant time an event.
 *
 * A distinct count is exact to WINDOW_MEMBERS_MAX members, then saturated at that. Late events fold in as long as they lie
 * within the window of the latest one. The body is JSON, the same bytes for the same events in the same order.
 */
#ifndef AUPD_POLICY_WINDOW_H
#define AUPD_POLICY_WINDOW_H

#include "model/field.h"

enum { WINDOW_MEMBERS_MAX = 256 };

struct window_bucket {
	int64_t slot;           /* event time / width of a bucket */
	int64_t count;
};

struct window_member {
	uint64_t hash;
	int64_t last_at;
};

struct window {
	int64_t first_at, last_at;
	struct window_bucket *buckets;
	unsigned bucket_count;
	struct window_member *members;
	unsigned member_count;
	bool saturated;
};

enum err window_read(struct arena *a, struct str body, struct window *ret_window, struct why *why) MUST_CHECK;
enum err window_write(struct arena *a, const struct window *w, struct str *ret_body) MUST_CHECK;
/* Adds count at at; member is the distinct value or STR_NONE. Gives the window's count as of the latest event. */
int64_t window_add(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member);

#endif
