/*
 * What a NAT tells of the ports of a shared address: one event, in the terms of what it says and not of the line or record that said it.
 * And many of them, as the body of a frame:
 *
 *   u8 version 1 | i64 since | for each: u8 feed | u8 what, and 128 for a mapping | i64 received | of a feed no more, else: i64 first | i64 last
 *   | i64 said since | 16 octets inside | 4 octets outside | u16 port from | u16 port to
 *
 * Integers in network order. Whom the NAT's customers spoke to is never part of it.
 */
#ifndef AUPD_MODEL_NAT_H
#define AUPD_MODEL_NAT_H

#include "base/addr.h"
#include "base/time.h"

enum { NAT_PORT_LAST = 65535 };

enum nat_what {
	NAT_GIVEN,                      /* a block was given to an inside address */
	NAT_TOLD,                       /* given, or has it still: the NAT says all it has from time to time */
	NAT_HELD,                       /* has it still; when it was given lies before */
	NAT_BACK,                       /* taken back */
	NAT_UNVERIFIED,                 /* something happened to it, and what the exporter's dialect does not tell */
	NAT_HEARD,                      /* of the feed as a whole: it was heard */
	NAT_LOST,                       /* the same: something of it was lost, or could not be read */
	NAT_WHAT_END
};
extern const char *const nat_what_words[];      /* "given", "told", "held", "back", "unverified", "heard", "lost", NULL */

struct nat_event {
	enum nat_what what;
	bool mapping;                   /* one port of one transport protocol: in another one it may be another's */
	struct addr inside, outside;    /* outside is IPv4 */
	uint16_t port_from, port_to;    /* both included */
	int64_t first_at, last_at;      /* it happened between these */
	int64_t since_at;               /* when the block was given, where that is said beside; TIME_NONE */
};

/* How the events of a batch were heard. */
struct nat_batch {
	int64_t since_at;               /* we listen without a break from then on */
	uint64_t lost;                  /* so many datagrams were lost since the batch before; not in a frame, where each feed is told */
};

enum { NAT_EVENT_BYTES = 58 };         /* of one in a frame, at most */

void nat_begin(struct buf *out, const struct nat_batch *batch);
void nat_put(struct buf *out, uint8_t feed, int64_t received_at, const struct nat_event *e);
/* The head of a body; rest is what nat_next takes. ERR_SYNTAX: it is no such body. */
enum err nat_open(struct str body, struct nat_batch *ret_batch, struct str *ret_rest) MUST_CHECK;
/* The next event. ERR_NOTFOUND: there are no more. ERR_SYNTAX: it is none, nor is what follows. */
enum err nat_next(struct str *rest, uint8_t *ret_feed, int64_t *ret_received_at, struct nat_event *ret_event) MUST_CHECK;

#endif
