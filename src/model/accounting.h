/*
 * One message of accounting about one session, in the terms of what it says and not of the protocol: what RADIUS accounting becomes.
 * And many of them, as the body of a frame:
 *
 *   u8 version 3 | i64 since | for each: u8 feed | u8 status | u8 flags | i64 received | i64 delay | i64 event | i64 lasted
 *   | u64 in | u64 out | u32 port type | u32 timeout | u8 said | u8 unclear | nas, session, user, port, station as u8 length and octets
 *   | identity as u16 length and octets | u8 count
 *   | for each holding: u8 kind, and 128 when taken back | 16 octets of address | u8 bits | u16 port from | u16 port to
 *
 * Integers in network order.
 *
 * since: they are listened to without a break from then on. One of status lost speaks of no session: messages of that feed were lost, all
 * of them may be of the time between the one heard before and when it says that it was received.
 *
 * What it does not say is not said: TIME_NONE, an empty text, a bit of `said` that is 0. Who sends it may be wrong in each of them.
 */
#ifndef AUPD_MODEL_ACCOUNTING_H
#define AUPD_MODEL_ACCOUNTING_H

#include "base/addr.h"
#include "base/time.h"

enum {
	ACCOUNTING_HELD_MAX = 24,       /* addresses, prefixes and blocks of ports of one message */
	ACCOUNTING_TEXT_MAX = 255,
	ACCOUNTING_IDENTITY_MAX = 1024,
	ACCOUNTING_DELAY_MAX_S = 90 * 86400,    /* a message that says that it was under way for longer is not believed */
	ACCOUNTING_PORT_LAST = 65535,   /* 0 to this: the whole address */
};
#define ACCOUNTING_UNSAID UINT32_MAX     /* a number that it does not say */

enum accounting_status { ACCOUNTING_START, ACCOUNTING_STOP, ACCOUNTING_INTERIM, ACCOUNTING_ON, ACCOUNTING_OFF, ACCOUNTING_LOST, ACCOUNTING_STATUS_END };
extern const char *const accounting_status_words[];

/* What a message says of one of these is all that the session holds of it; of another one nothing has changed. */
enum accounting_held_kind { HELD_ADDR4, HELD_ADDR6, HELD_FRAMED6, HELD_DELEGATED6, HELD_ROUTE4, HELD_PORTS, HELD_KIND_END };

struct accounting_held {
	enum accounting_held_kind kind;
	struct prefix prefix;
	uint16_t port_from, port_to;    /* both included; the whole, but for HELD_PORTS */
	bool taken_back;                /* HELD_PORTS: that block is given back, others stay */
};

struct accounting {
	enum accounting_status status;
	struct str nas;                 /* who counts: unique among the access servers of one feed */
	struct str session;             /* Acct-Session-Id: unique only per access server and boot */
	struct str user, port, station; /* login; line or port; what the device calls itself */
	int64_t received_at;            /* by us */
	int64_t delay_us;               /* how long it says that it was on its way */
	int64_t event_at;               /* by the clock of the access server, in whole seconds; TIME_NONE */
	int64_t lasted_us;              /* how long the session has lasted; -1 = not said */
	bool counted;                   /* the octets are said */
	bool wide;                      /* with their upper halves (Acct-*-Gigawords): else they may have wrapped at 4 GiB */
	uint64_t in_octets, out_octets; /* in: from the user */
	uint32_t port_type;             /* NAS-Port-Type: 0 is a dial-up line; ACCOUNTING_UNSAID */
	uint32_t timeout_s;             /* how long it may last, as the server says (Session-Timeout); ACCOUNTING_UNSAID */
	/*
	 * The attributes that name server and session, octet for octet as they were sent, for whoever asks the server to end it (RFC 5176 3);
	 * then those that such a change sets, as far as there is room; "" when they are too many, or their names are unclear. It holds a login and addresses of devices: personal data.
	 */
	struct str identity;
	unsigned said;                  /* 1 << enum accounting_held_kind */
	unsigned unclear;               /* the same: it speaks of it, and what it says cannot be told */
	struct accounting_held held[ACCOUNTING_HELD_MAX];
	unsigned held_count;
};

void accounting_begin(struct buf *out, int64_t since_at);
/* Texts longer than ACCOUNTING_TEXT_MAX are cut; an identity that is too long is left out. */
void accounting_put(struct buf *out, uint8_t feed, const struct accounting *e);
void accounting_put_lost(struct buf *out, uint8_t feed, int64_t at);
/* The head of a body; rest is what accounting_next takes. ERR_SYNTAX: it is no such body. */
enum err accounting_open(struct str body, int64_t *ret_since_at, struct str *ret_rest) MUST_CHECK;
/* The next message; texts borrow. ERR_NOTFOUND: there are no more. ERR_SYNTAX: it is none, nor is what follows. */
enum err accounting_next(struct str *rest, uint8_t *ret_feed, struct accounting *ret_accounting) MUST_CHECK;

#endif
