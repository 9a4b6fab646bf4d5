/*
 * How fast a session was between two messages of accounting that follow each other, by what its server counts and for how long it says that it has
 * lasted: not by when they came.
 *
 * Told of intervals of SESSION_PACE_LEAST_S to SESSION_PACE_MOST_S only: within a short one a second more or less is much, and the mean of a long one
 * hides how fast it was at times. Counters that fall tell nothing. Those of a server that never sent their upper halves may have wrapped at 4 GiB without falling:
 * what it carried then was at least that. Pure.
 */
#ifndef AUPD_ATTRIBUTION_SESSION_PACE_H
#define AUPD_ATTRIBUTION_SESSION_PACE_H

#include "model/accounting.h"

enum { SESSION_PACE_LEAST_S = 60, SESSION_PACE_MOST_S = 4000 };
/* More is no line's: it is not told. */
#define SESSION_PACE_MAX UINT64_C(400000000000)

struct session_count_at {
	bool counted;                   /* the octets were said */
	int64_t lasted_us;              /* -1 = not said */
	uint64_t in_octets, out_octets;
};

struct session_pace {
	uint32_t over_s;                /* 0 = not told */
	bool whole;                     /* it was no more than that */
	uint64_t in_bits, out_bits;     /* a second; in: from the user */
};

/* wide: its server sends the upper halves of counters. */
struct session_pace session_pace_of(const struct session_count_at *before, const struct session_count_at *now, bool wide);

/* In 16 bits, rounded down by less than a thousandth. */
uint16_t session_pace_pack(uint64_t bits);
uint64_t session_pace_unpack(uint16_t packed);

#endif
