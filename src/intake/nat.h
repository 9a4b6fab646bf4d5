/*
 * The listener for what NATs log, by UDP: syslog, IPFIX, NetFlow version 9. Nothing is answered and nothing comes again, so what cannot be kept is
 * counted, and the next item says so. Who is no exporter of the configuration is counted and dropped.
 *
 * All that came in one turn is one item of the spool, class accounting. Its payload:
 *
 *   u8 'N' | i64 since | u64 lost | for each datagram: u8 feed | u8 speech | i64 received | 16 octets of address | u16 port | u16 length | the datagram
 *
 * Integers in network order. since: from when on this listener was open; lost: datagrams since the last item.
 */
#ifndef AUPD_INTAKE_NAT_H
#define AUPD_INTAKE_NAT_H

#include "base/loop.h"
#include "intake/nat_read.h"
#include "model/sink.h"

enum {
	NAT_ITEM_DATAGRAMS = 1024,      /* of one item; their events fit one frame */
	NAT_SOCKET_BYTES = 16 << 20,    /* what the system holds while we sync */
};

struct nat_exporter {
	struct prefix prefix;           /* of its addresses; the longest counts */
	uint8_t feed, speech;
};

struct nat_options {
	int fd;
	uint32_t source;
	const struct nat_exporter *exporters;   /* borrowed */
	unsigned exporter_count;
	struct sink sink;
};

/* unknown: of no exporter; refused: there was no room; cut: longer than is taken; dropped: by the system. */
struct nat_stats {
	uint64_t taken, unknown, refused, cut, dropped;
};

struct nat_listener;

enum err nat_listen(struct loop *l, const struct nat_options *options, struct nat_listener **ret_listener, struct why *why) MUST_CHECK;
void nat_close(struct nat_listener *n);                         /* accepts NULL */
const struct nat_stats *nat_stats(const struct nat_listener *n);

bool nat_item_is(struct str payload);                           /* of this kind, and not of accounting */
/* The payload of an item, as a reader of it. ERR_SYNTAX, ERR_NOTFOUND as in model/nat.h. */
enum err nat_item_open(struct str payload, struct nat_batch *ret_batch, struct str *ret_rest) MUST_CHECK;
enum err nat_item_next(struct str *rest, struct nat_datagram *ret_datagram) MUST_CHECK;

#endif
