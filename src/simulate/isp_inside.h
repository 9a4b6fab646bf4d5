/*
 * The inside of a provider in motion, for isp.c (what happens), isp_tell.c (what is told of it, and what arrives) and isp_queue.c (what comes next). See isp.h.
 */
#ifndef AUPD_SIMULATE_ISP_INSIDE_H
#define AUPD_SIMULATE_ISP_INSIDE_H

#include "simulate/dice.h"
#include "simulate/isp.h"

#define ISP_NOTHING UINT32_MAX
#define ISP_ROTATION UINT32_MAX         /* what is due then: a lease file is cleaned up */

enum { ISP_LINE_BLOCKS = 3, ISP_LINE_LEFT = 4, ISP_PENDING_MAX = 1 << 26, ISP_DOUBTS = 4 };

/* One subscriber's line. */
struct line {
	uint32_t due_s;                 /* when the next thing happens to it */
	uint32_t next, before;          /* of the sessions of its server */
	uint32_t started_s, interim_s, until_s, change_s, counted_s;
	uint32_t four, four_s, six, six_s;      /* numbers of resources, and since when */
	uint32_t blocks[ISP_LINE_BLOCKS], block_s[ISP_LINE_BLOCKS];
	uint32_t left[ISP_LINE_LEFT], left_s[ISP_LINE_LEFT];    /* what the session gave back, and when */
	uint32_t boot, sequence;        /* the session's id */
	uint8_t block_count, left_next;
	bool online;
	uint64_t in_octets, out_octets;
};

struct server {
	uint32_t first;                 /* of its lines with a session */
	uint32_t boot, sequence;
	uint32_t down_until_s, reboot_s, step_s;
	int64_t off_us;                 /* of its clock */
	bool greets;                    /* with an Accounting-On, when it is up again */
};

/* An address behind a NAT with a log. */
struct inside {
	uint32_t holder;                /* ISP_NOTHING: nobody */
	uint32_t blocks[ISP_LINE_BLOCKS], given_s[ISP_LINE_BLOCKS], held_s[ISP_LINE_BLOCKS];    /* held_s: since when the holder has it */
	uint8_t count;
	bool queued;                    /* something is due */
};

/* The NAT beside a server. */
struct box {
	uint32_t reboot_s, says_s, step_s;      /* when it starts again, says what it says from time to time, has its clock set */
	uint32_t sequence;
	int64_t off_us;                 /* of its clock */
	int64_t last_at;                /* when its last message in order arrives */
};

struct pending {
	int64_t at;
	uint64_t order;
	uint32_t slot;
};

struct isp {
	struct isp_options o;
	struct isp_plan plan;
	struct dice dice;
	struct line *lines;
	struct server *servers;
	struct inside *insides;         /* NULL: there are no NATs with a log, nor the following */
	struct box *boxes;
	uint32_t *doubtful;             /* of each block of theirs ISP_DOUBTS addresses of which a message was not told as it was */
	uint32_t *lease_doubts;         /* the same of each leased address, subscribers. NULL: there is no DHCP server */
	int64_t lease_at;               /* when its last line is read */
	bool lease_begins;              /* the next one is the first of a file */
	uint32_t *spare[ISP_KIND_END], *spare_count[ISP_KIND_END];      /* what each server has to give out */
	uint64_t *due;                  /* a heap: second, then line or server */
	size_t due_count;
	struct pending *pending;        /* a heap */
	struct isp_message *slots;
	uint32_t *slots_free;
	uint32_t pending_count, pending_room, slots_used, free_count;
	uint64_t order;
	uint32_t now_s;
	int64_t outage_from_s, outage_until_s, since_at;
	bool outage_ours, over;
	enum err err;
};

static inline bool isp_has(const struct isp *s, enum fault f)
{
	return s->o.faults >> f & 1;
}

/* Of whom something was not told as it was; a list of ISP_DOUBTS, the last first. */
static inline bool isp_is_doubtful(const uint32_t *list, uint32_t who)
{
	for (unsigned i = 0; i < ISP_DOUBTS; i++)
		if (list[i] == who)
			return true;
	return false;
}

static inline void isp_doubt(uint32_t *list, uint32_t who)
{
	if (isp_is_doubtful(list, who))
		return;
	memmove(list + 1, list, (ISP_DOUBTS - 1) * sizeof(*list));
	list[0] = who;
}

/* Things that are due: keys sort by time. False: none. */
void isp_queue_put(struct isp *s, uint32_t at_s, uint32_t who);
bool isp_queue_first(const struct isp *s, uint32_t *ret_at_s, uint32_t *ret_who);
void isp_queue_pop(struct isp *s);
/* Messages under way. The error sticks in s->err. */
void isp_queue_send(struct isp *s, const struct isp_message *m);
bool isp_queue_arrived(const struct isp *s, int64_t until_at);
void isp_queue_receive(struct isp *s, struct isp_message *ret_message);

/* Says that of a session, at isp.now_s: with its addresses or without. A block: that one is given, or taken back. */
void isp_tell(struct isp *s, uint32_t subscriber, enum accounting_status status, bool addressed);
void isp_tell_block(struct isp *s, uint32_t subscriber, uint32_t block, bool taken_back);
void isp_tell_server(struct isp *s, uint32_t server, enum accounting_status status);
/* Clocks as they are at the beginning, and at each step. */
void isp_tell_set_clock(struct isp *s, uint32_t server, bool step);
/* Goes through outages up to that second; true: it lies in one. */
bool isp_tell_outage(struct isp *s, int64_t at_s);

/* What a server has to give out. ISP_NOTHING: nothing any more. */
uint32_t isp_take(struct isp *s, enum isp_kind kind, uint32_t server);
void isp_give_back(struct isp *s, enum isp_kind kind, uint32_t server, uint32_t number);

/* NATs with a log. Their things that are due are numbered behind servers: first the NATs, then addresses behind them. */
enum err isp_nat_begin(struct isp *s) MUST_CHECK;
size_t isp_nat_dues(const struct isp *s);
void isp_nat_done(struct isp *s);
void isp_nat_due(struct isp *s, uint32_t which);
/* A message of theirs did not come as it was sent. */
void isp_nat_doubt(struct isp *s, const struct isp_message *m);
/* Somebody has an address behind it from now on, and has it no more. */
void isp_nat_dial(struct isp *s, uint32_t number, uint32_t subscriber);
void isp_nat_hang_up(struct isp *s, uint32_t number);

/* Leases. What is due to a line of theirs; the file is cleaned up; it is all over. */
enum err isp_lease_begin(struct isp *s) MUST_CHECK;
void isp_lease_due(struct isp *s, uint32_t subscriber);
void isp_lease_rotate(struct isp *s);
void isp_lease_end(struct isp *s, uint32_t subscriber);
void isp_lease_doubt(struct isp *s, const struct isp_message *m);

#endif
