/*
 * What the parts of aup simulate share.
 */
#ifndef AUPD_AUP_SIMULATE_H
#define AUPD_AUP_SIMULATE_H

#include "simulate/isp.h"

struct simulate {
	struct isp_options isp;         /* as the options say */
	const char *faults;             /* as they were given */
	struct str secret;              /* of the packets */
	bool no_packets, json, bar;
};

/* Writes the files of a provider into a directory, which is made. The exit status. */
int simulate_out(const struct simulate *s, const char *directory);
/* Asks so many questions of seeds that follow each other, in this process. The exit status: EXIT_NO when a name at grade A is wrong. */
int simulate_trial(const struct simulate *s, uint64_t questions, uint64_t seeds);

#endif
