/*
 * What one interval of a session shows that cannot be, by what its server counts: its clock against ours, and counters that fall.
 *
 * Each is an indication and proves nothing: a server that errs shows it for all of its customers. Pure; seconds and octets.
 */
#ifndef AUPD_DETECT_SESSION_CHECK_H
#define AUPD_DETECT_SESSION_CHECK_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SESSION_CHECK_LEAST_S = 60,     /* shorter intervals tell nothing of clocks */
	SESSION_CHECK_DRIFT_S = 5,      /* beside 2 % of the interval */
};
/* The most that one session moves in a second, when it is asked whether a counter wrapped: 10 Gbit/s. */
#define SESSION_CHECK_RATE UINT64_C(1250000000)

struct session_interval {
	int64_t from_s, until_s;        /* by our clock; how unsure both are together: */
	int64_t unsure_s;
	int64_t lasted_before_s, lasted_s;      /* by the server's; -1 = not told */
	bool counted, wide;             /* the octets are told on both sides; with their upper halves */
	uint64_t in_before, in, out_before, out;
};

/* The session lasted longer, or less long, than the time that passed. */
bool session_check_clock(const struct session_interval *x);
/* A counter fell, and that is no wrap at 4 GiB. */
bool session_check_counter(const struct session_interval *x);

#endif
