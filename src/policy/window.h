/*
 * A rule's count over time for one subject: sliding over event time in WINDOW_BUCKETS buckets, constant time an event.
 *
 * A window reaches back its span from its latest event, exact to one bucket. A distinct count is exact to WINDOW_MEMBERS_MAX
 * members, then saturated at that. Late events fold in as long as they lie within the window of the latest one; older ones
 * count nothing. Evidence belongs to the member who showed it first: whoever shows the same afterwards counts as he. That is known of the
 * last WINDOW_SHOWN_MAX pieces. The body is plain text, the same bytes for the same events in the same order. Whoever feeds it keeps events of the
 * future out: one of them would push all others out of the window.
 */
#ifndef AUPD_POLICY_WINDOW_H
#define AUPD_POLICY_WINDOW_H

#include "model/field.h"

enum { WINDOW_MEMBERS_MAX = 256, WINDOW_SHOWN_MAX = 32 };

struct window_bucket {
	int64_t slot;           /* event time / width of a bucket */
	int64_t count, first_at;
};

struct window_member {
	uint64_t hash;
	int64_t last_at, count;
};

struct window_shown {
	uint64_t hash, member;  /* of the evidence; of who showed it first */
	int64_t last_at;
};

struct window {
	int64_t first_at, last_at;      /* of the events that still count */
	struct window_bucket *buckets;
	unsigned bucket_count;
	struct window_member *members;
	unsigned member_count;
	struct window_shown *shown;     /* in the order in which they came */
	unsigned shown_count;
	bool saturated;
};

enum err window_read(struct arena *a, struct str body, struct window *ret_window, struct why *why) MUST_CHECK;
enum err window_write(struct arena *a, const struct window *w, struct str *ret_body) MUST_CHECK;
/* Adds count at at; member is the distinct value or STR_NONE, shown his evidence or "". Gives the window's count as of the latest event, 0 when at is too old. */
int64_t window_add(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member, struct str shown);
/* Takes an event back out that was added so; what has left the window already changes nothing. Gives the count that remains. */
int64_t window_take(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member, struct str shown);

#endif
