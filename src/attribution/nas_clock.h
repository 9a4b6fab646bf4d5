/*
 * When something happened that an access server tells: by its clock, which may be wrong, and by ours, when the message may have been
 * under way for hours.
 *
 * What lies between the two clocks is the least that was seen between the time of an event and the arrival of its message: a message can
 * be late, never early. An event is placed by its own time and that difference. Where this and the arrival are far apart, the message
 * was late or the clock was set back; which one nobody can tell, so the answer is all the time between. Samples are remembered for
 * NAS_CLOCK_SLOTS half hours. That a clock is off is believed when two half hours agree. Until then the messages
 * of one that is ahead, which nothing dates, are taken to be no later than NAS_CLOCK_LATE_S.
 *
 * Pure; 32-bit seconds.
 */
#ifndef AUPD_ATTRIBUTION_NAS_CLOCK_H
#define AUPD_ATTRIBUTION_NAS_CLOCK_H

#include "model/accounting.h"

enum {
	NAS_CLOCK_SLOTS = 8,
	NAS_CLOCK_SLOT_S = 1800,
	NAS_CLOCK_NEAR_S = 2,           /* messages that are no later than this are taken to be on time */
	NAS_CLOCK_LATE_S = 7200,
	NAS_CLOCK_SPAN_S = 30,          /* a message that gives no time may have been sent anew for so long */
	NAS_CLOCK_SAME_S = 2,           /* clocks that are no further apart are the same: whole seconds and the way */
};

struct nas_clock {
	int32_t least_s[NAS_CLOCK_SLOTS];       /* of arrival less event, in that half hour */
	uint32_t slot[NAS_CLOCK_SLOTS];         /* which half hour since 1970; 0 = none */
};

/* first_at <= last_at, in microseconds. */
struct nas_time {
	int64_t first_at, last_at;
};

/* Takes the message into account and says when what it tells happened. */
struct nas_time nas_clock_take(struct nas_clock *c, const struct accounting *e);
/* How far the server's clock is behind ours; 0 also when nothing is known. */
int64_t nas_clock_behind_us(const struct nas_clock *c, int64_t now);

#endif
