/*
 * A made-up provider in motion: subscribers come and go, access servers tell of it, and what they tell arrives, or does not. The truth is told
 * beside it, so that who held what can be held against what was made of the messages.
 *
 * Pure: the options decide every octet, no clock is read. Time is in whole seconds where things happen; messages arrive in between. Streams:
 * memory is about 170 octets a subscriber, 70 more behind a NAT with a log, and what is under way.
 *
 * What nobody could know is left out: a session does not give something back and get it again between two of its messages, a server that says
 * addresses at the Start alone does not move them, and one that says no time says how late it is.
 *
 * Servers are of four sorts, by their number modulo 4: 0 says everything and its faults are those of the way; 1 has a clock that is off, and no
 * Gigawords; 2 has a clock that is set, and one session id for each line; 3 sends no Event-Timestamp and addresses at the Start and the Stop only. Each of it
 * with its fault alone. Even ones repeat in each message which blocks of ports a session has, odd ones tell of each block once when it is
 * given and once when it is taken back.
 *
 * NATs with a log of their own (isp_nat.h) stand beside servers: subscribers of theirs have an address behind it by accounting, and blocks of ports by
 * the log alone. A DHCP server (isp_lease.h) leases addresses, of which accounting tells nothing.
 */
#ifndef AUPD_SIMULATE_ISP_H
#define AUPD_SIMULATE_ISP_H

#include "base/time.h"
#include "model/accounting.h"
#include "model/nat.h"
#include "simulate/fault.h"
#include "simulate/isp_plan.h"

enum { ISP_HELD_MAX = 8, ISP_LOG_MAX = 4, ISP_SESSION_MAX = 24, ISP_DAYS_MAX = 400, ISP_INTERIM_MIN_S = 60, ISP_INTERIM_MAX_S = 86400, ISP_CELL_S = 300 };

struct isp_held {
	struct isp_resource resource;
	bool taken_back;
};

/* Of a NAT's log. */
struct isp_block {
	enum nat_what what;
	uint32_t inside, block;         /* numbers of ISP_INSIDE4 and ISP_LOGGED_PORTS */
	uint32_t given_s;               /* when it was given */
};

enum isp_lease_what { ISP_LEASE_GIVEN, ISP_LEASE_RELEASED, ISP_LEASE_RECLAIMED };

/* Of a lease file. */
struct isp_lease {
	enum isp_lease_what what;
	uint32_t number;                /* of ISP_LEASED4 */
	uint32_t given_s, lasts_s;      /* given or asked for last */
	bool relayed;                   /* with what the relay says */
	bool first;                     /* a file begins */
};

enum isp_teller { ISP_ACCOUNTING, ISP_NAT, ISP_LEASE };

struct isp_message {
	enum isp_teller by;
	int64_t arrives_at;
	int64_t event_at;               /* by the server's clock, in whole seconds; TIME_NONE: it says none */
	int64_t since_at;               /* since when all that arrives was heard: an outage of ours ended then */
	uint32_t delay_s, lasted_s, subscriber, server;
	enum accounting_status status;
	char session[ISP_SESSION_MAX];
	uint64_t in_octets, out_octets; /* of the session */
	bool gigawords;                 /* said; else the octets are modulo 2^32 */
	struct isp_held held[ISP_HELD_MAX];
	unsigned held_count;
	/* of a NAT, which is its server's: */
	struct isp_block blocks[ISP_LOG_MAX];
	unsigned block_count;           /* 0: that it is there */
	uint32_t sequence;              /* of its records */
	uint8_t form;                   /* enum isp_nat_form */
	int64_t clock_us;               /* how far its clock is off */
	struct isp_lease lease;
};

/* Somebody holds something from then on; and he did until then. Times in seconds from the beginning. */
typedef void isp_begin(void *arg, struct isp_resource what, uint32_t subscriber, uint32_t from_s);
typedef void isp_end(void *arg, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s);

struct isp_options {
	uint64_t seed;
	uint32_t subscribers, seconds;  /* how long it is watched */
	uint32_t interim_s;
	struct isp_mix mix;
	unsigned nat_form;              /* 1 + enum isp_nat_form: all NATs speak it; 0: each its own */
	int64_t from_at;                /* when it begins, in whole seconds */
	unsigned faults;                /* 1 << enum fault */
	isp_begin *begin;               /* may be NULL, as end */
	isp_end *end;
	void *arg;
};

struct isp;

/* ERR_RANGE with the reason: an option is none; ERR_NOMEM. */
enum err isp_new(const struct isp_options *o, struct isp **ret_isp, struct why *why) MUST_CHECK;
void isp_free(struct isp *s);                                   /* accepts NULL */
const struct isp_plan *isp_plan(const struct isp *s);
/*
 * The next message in the order of arrival. ERR_NOTFOUND: the time is over and all has arrived; what was held still has ended then.
 * ERR_NOMEM. What arrives behind the time comes too.
 */
enum err isp_next(struct isp *s, struct isp_message *ret_message) MUST_CHECK;
uint32_t isp_now_s(const struct isp *s);                        /* until when it has gone */
/* Does it say addresses in each message? */
bool isp_tells_addresses(const struct isp_options *o, uint32_t server);
/* Does it repeat in each message which blocks of ports a session has? */
bool isp_repeats_blocks(uint32_t server);
/* What a subscriber sends and receives in each second of one cell of five minutes, counted from the beginning, while he has a session. */
void isp_traffic(uint64_t seed, uint32_t subscriber, uint32_t cell, uint32_t *ret_in, uint32_t *ret_out);

#endif
