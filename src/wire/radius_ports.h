/*
 * Ports of shared addresses, told in accounting (RFC 8045): what limit a subscriber has, which block was given or taken back, which
 * single port is forwarded. Pure; local_id borrows from the packet or from the walk's memory.
 *
 * One that leaves open what it says is ERR_SYNTAX, never half an answer: a block names a customer.
 */
#ifndef AUPD_WIRE_RADIUS_PORTS_H
#define AUPD_WIRE_RADIUS_PORTS_H

#include "base/addr.h"
#include "wire/radius_vendor.h"

enum radius_ports_kind {
	RADIUS_PORTS_LIMIT = 5,         /* 241.5 IP-Port-Limit-Info: limit is there */
	RADIUS_PORTS_RANGE = 6,         /* 241.6 IP-Port-Range: alloc is there; when it is given, start and end too */
	RADIUS_PORTS_FORWARD = 7,       /* 241.7 IP-Port-Forwarding-Map: both ports are there */
};

enum radius_ports_alloc { RADIUS_PORTS_GIVEN = 1, RADIUS_PORTS_TAKEN_BACK = 2 };

/* The bits of has: 1 << the type of the part. */
enum radius_ports_part {
	RADIUS_PORTS_TRANSPORT = 1, RADIUS_PORTS_LIMIT_COUNT = 2, RADIUS_PORTS_EXTERNAL = 3, RADIUS_PORTS_INTERNAL4 = 4, RADIUS_PORTS_INTERNAL6 = 5,
	RADIUS_PORTS_INTERNAL_PORT = 6, RADIUS_PORTS_EXTERNAL_PORT = 7, RADIUS_PORTS_ALLOC = 8, RADIUS_PORTS_START = 9, RADIUS_PORTS_END = 10,
	RADIUS_PORTS_LOCAL_ID = 11, RADIUS_PORTS_PART_COUNT,
};

struct radius_ports {
	enum radius_ports_kind kind;
	uint16_t has;
	uint8_t transport;              /* what kind of port (RFC 8045 3.2.1) */
	uint16_t limit;                 /* so many ports */
	struct addr external;           /* IPv4 */
	struct addr internal;           /* of either family; never both */
	uint16_t internal_port, external_port;
	enum radius_ports_alloc alloc;
	uint16_t start, end;            /* both included, start <= end; without the bit of one, a block that is taken back is open there */
	struct str local_id;
};

/*
 * The next one; *at is 0 at first. ERR_NOTFOUND: there is none. ERR_SYNTAX: one that cannot be read (a part cut off, given twice, of another
 * length, beyond its range, missing); it is passed. Parts of unknown types are passed over.
 */
enum err radius_ports_next(const struct radius_packet *p, size_t *at, struct radius_join *join, struct radius_ports *ret_ports) MUST_CHECK;

#endif
