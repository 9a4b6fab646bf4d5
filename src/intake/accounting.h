/*
 * The RADIUS accounting listener (RFC 2866, RFC 5080 2.2.2, RFC 5997): a copy of what access servers send, or themselves.
 *
 * A request is answered when the sink says that it is durable, and not before: who gets no answer sends it again. Under overload nobody is
 * answered. The same request again (same sender, id and authenticator within CACHE_S) is answered once more and not taken a second time.
 * Who is no client, and what the secret does not prove, gets no answer and is counted.
 *
 * All that came in one turn is one item of the spool, class accounting: many packets share one record and one sync. Its payload:
 *
 *   u8 version 1 | i64 since | u64 lost | for each packet: u8 feed | i64 received | 16 octets of address | u16 port | u16 length | the packet
 *
 * Integers in network order. since: from when on this listener was open; lost: how many packets the system has dropped, and
 * how many found no room, since the last item: who sent them may have given up.
 */
#ifndef AUPD_INTAKE_ACCOUNTING_H
#define AUPD_INTAKE_ACCOUNTING_H

#include "base/loop.h"
#include "model/accounting.h"
#include "model/sink.h"
#include "wire/radius.h"

enum {
	ACCOUNTING_CLIENTS_MAX = 1024,
	ACCOUNTING_ITEM_PACKETS = 1024,         /* of one item; their messages fit one frame */
	ACCOUNTING_CACHE_S = 30,
	ACCOUNTING_SOCKET_BYTES = 16 << 20,     /* what the system holds while we sync */
};

struct accounting_client {
	struct prefix prefix;           /* of its addresses; the longest counts */
	uint8_t feed;
	bool need_authenticator;        /* it always sends a Message-Authenticator */
	struct str secret;
};

struct accounting_options {
	int fd;
	uint32_t source;
	const struct accounting_client *clients;        /* borrowed */
	unsigned client_count;
	struct sink sink;
};

struct accounting_stats {
	uint64_t packets, taken, repeated, unknown, denied, malformed, refused, lost;   /* unknown: of no client; lost: dropped by the system */
};

struct accounting_listener;

enum err accounting_listen(struct loop *l, const struct accounting_options *options, struct accounting_listener **ret_listener, struct why *why) MUST_CHECK;
void accounting_close(struct accounting_listener *a);           /* accepts NULL */
const struct accounting_stats *accounting_stats(const struct accounting_listener *a);

/* How the packets of an item were heard. */
struct accounting_batch {
	int64_t since_at;
	uint64_t lost;
};

/* A packet of an item. */
struct accounting_packet {
	uint8_t feed;
	int64_t received_at;
	struct addr sender;
	uint16_t port;
	struct str octets;
};

/* The payload of an item, as a reader of it. ERR_SYNTAX, ERR_NOTFOUND as in model/accounting.h. */
enum err accounting_item_open(struct str payload, struct accounting_batch *ret_batch, struct str *ret_rest) MUST_CHECK;
enum err accounting_item_next(struct str *rest, struct accounting_packet *ret_packet) MUST_CHECK;

#endif
