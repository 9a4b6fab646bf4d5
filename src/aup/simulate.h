/*
 * What the parts of aup simulate share.
 */
#ifndef AUPD_AUP_SIMULATE_H
#define AUPD_AUP_SIMULATE_H

#include "base/arena.h"
#include "simulate/isp.h"

struct simulate {
	struct isp_options isp;         /* as the options say */
	const char *faults;             /* as they were given */
	struct str secret;              /* of the packets */
	bool own_secret, from_now;      /* the one was given, --from was not */
	bool no_packets, json, bar;
};

/* How time goes for what is sent. */
enum simulate_mode {
	SIMULATE_REAL_TIME,             /* it begins now, and each message is sent when it is due */
	SIMULATE_RATE,                  /* it is over now: each says for how long it was under way */
	SIMULATE_TEST_CLOCK,            /* the clock of a daemon of tests is moved along */
};

struct simulate_to {
	const char *address;            /* "192.0.2.1:1813" */
	const char *nat_address;        /* where the logs of NATs go, by UDP; NULL: nowhere */
	const char *socket_path;        /* of the API, for a test clock */
	enum simulate_mode mode;
	uint64_t rate;                  /* messages a second; 0: as quickly as they are answered */
};

struct simulate_asking {
	const char *socket_path, *because;
	uint64_t questions, seed;
	int64_t until_at;               /* nothing later is asked about; TIME_NONE: what the file tells */
	bool json;
};

/* Writes the files of a provider into a directory, which is made. The exit status. */
int simulate_out(const struct simulate *s, const char *directory);
/* Asks so many questions of seeds that follow each other, in this process. The exit status: EXIT_NO when a name at grade A is wrong. */
int simulate_trial(const struct simulate *s, uint64_t questions, uint64_t seeds);
/* The time of a daemon of tests. The exit status. */
int simulate_test_clock(const struct simulate_to *to, int64_t *ret_now);
/* Sends its packets. The exit status: EXIT_NO when some were given up, EXIT_DOWN when nobody answers. */
int simulate_send(const struct simulate *s, const struct simulate_to *to);
/* Asks a daemon, and holds its answers against the truth in the directory. The exit status: as of a trial. */
int simulate_ask(struct arena *a, const char *directory, const struct simulate_asking *o);

#endif
