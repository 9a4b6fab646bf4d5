/*
 * A trial of attribution in one process: what a made-up provider sends goes through the very code that the daemon has, as octets under a
 * secret, message of accounting, session, binding and index, or as a line of a NAT's log or of a lease file, and the answers of attribution
 * (bindings.h) are held against the truth. Half of the questions are
 * asked while it happens, about the last hour; half when all has come.
 */
#ifndef AUPD_SIMULATE_TRIAL_H
#define AUPD_SIMULATE_TRIAL_H

#include "simulate/isp.h"
#include "simulate/tally.h"

enum { TRIAL_SESSIONS_MAX = 1 << 22, TRIAL_BINDINGS_MAX = 1 << 27, TRIAL_SLACK_S = 2 };

struct trial {
	struct isp_options isp;         /* begin, end and arg are the trial's */
	uint64_t questions;
	unsigned restart_every;         /* messages after which the book of sessions is made again from the bindings; 0: never */
	void (*progress)(void *arg, uint64_t done, uint64_t all);       /* may be NULL */
	void (*wrong)(void *arg, const char *text);                     /* each wrong name at grade A, as a line; may be NULL */
	void *arg;
};

/* ERR_NOMEM, or what the options are refused for. *ret_sum is of this trial alone. */
enum err trial_run(const struct trial *t, struct tally *ret_sum, struct why *why) MUST_CHECK;

#endif
