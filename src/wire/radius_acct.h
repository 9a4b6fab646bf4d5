/*
 * What the attributes of an accounting request say (RFC 2866, 2869, 3162, 4372, 4679, 4818, 6911), and of an answer to a Disconnect or a
 * Change of Authorization (RFC 5176 3.6).
 *
 * A field is said (has), or cannot be told, and then it says why: bad (a length or value that the field cannot have), or conflict (two
 * different values of what may stand there once). Then its bit of has is 0 and its value is zero: no first or last one is picked. The same value
 * twice is one. A list keeps what could be read of it, with bad for the rest, and more where it has no room.
 *
 * Pure and without memory of its own: texts borrow from the packet. Each octet of a text is as the peer sent it, so that a Disconnect can
 * repeat it; it is hostile, and not_utf8 where it is no text at all.
 */
#ifndef AUPD_WIRE_RADIUS_ACCT_H
#define AUPD_WIRE_RADIUS_ACCT_H

#include "base/addr.h"
#include "wire/radius.h"

enum { RADIUS_LIST_MAX = 8, RADIUS_INTERFACE_ID_LEN = 8 };

enum radius_status { RADIUS_START = 1, RADIUS_STOP = 2, RADIUS_INTERIM = 3, RADIUS_ACCOUNTING_ON = 7, RADIUS_ACCOUNTING_OFF = 8 };

/* Bits of has, bad, conflict, not_utf8 and more. */
enum radius_field {
	RADIUS_F_USER_NAME, RADIUS_F_NAS_ADDR4, RADIUS_F_NAS_ADDR6, RADIUS_F_NAS_IDENTIFIER, RADIUS_F_NAS_PORT, RADIUS_F_NAS_PORT_TYPE,
	RADIUS_F_NAS_PORT_ID, RADIUS_F_FRAMED_ADDR4, RADIUS_F_FRAMED_BITS4, RADIUS_F_FRAMED_ADDR6, RADIUS_F_FRAMED_PREFIX6,
	RADIUS_F_DELEGATED_PREFIX6, RADIUS_F_INTERFACE_ID, RADIUS_F_CALLED_STATION, RADIUS_F_CALLING_STATION, RADIUS_F_STATUS, RADIUS_F_DELAY,
	RADIUS_F_IN_OCTETS, RADIUS_F_OUT_OCTETS, RADIUS_F_IN_GIGAWORDS, RADIUS_F_OUT_GIGAWORDS, RADIUS_F_IN_PACKETS, RADIUS_F_OUT_PACKETS,
	RADIUS_F_SESSION_ID, RADIUS_F_MULTI_SESSION_ID, RADIUS_F_SESSION_TIME, RADIUS_F_TERMINATE_CAUSE, RADIUS_F_EVENT_AT, RADIUS_F_ERROR_CAUSE,
	RADIUS_F_SESSION_TIMEOUT, RADIUS_F_CHARGEABLE_USER, RADIUS_F_SERVICE_TYPE, RADIUS_F_CIRCUIT_ID, RADIUS_F_REMOTE_ID, RADIUS_F_COUNT,
};

struct radius_acct {
	uint64_t has, bad, conflict;
	uint64_t not_utf8;              /* of texts that are there */
	uint64_t more;                  /* of lists of which RADIUS_LIST_MAX were kept */
	/* 1 to 253 octets; an empty one is bad */
	struct str user_name, nas_identifier, nas_port_id, called_station, calling_station, session_id, multi_session_id, chargeable_user;
	struct str circuit_id, remote_id;                               /* the ADSL Forum's (RFC 4679) */
	struct addr nas_addr4, nas_addr6;
	/* 0.0.0.0, 255.255.255.254 and .255 are no address of anybody (RFC 2865 5.8): bad */
	struct addr framed_addr4;
	uint8_t framed_bits4;           /* of Framed-IP-Netmask, 0 to 32; bad when its ones have gaps */
	struct addr framed_addr6[RADIUS_LIST_MAX];
	/* May be as short as ::/0: what is bound to a prefix must have a least length of its own. */
	struct prefix framed_prefix6[RADIUS_LIST_MAX], delegated_prefix6[RADIUS_LIST_MAX];
	uint8_t framed_addr6_count, framed_prefix6_count, delegated_prefix6_count;
	uint16_t host_bits;             /* so many prefixes had bits beyond their length, which are taken off */
	uint8_t interface_id[RADIUS_INTERFACE_ID_LEN];                  /* of no use without a framed prefix */
	uint32_t status;                /* enum radius_status, or another number */
	uint32_t nas_port, nas_port_type, terminate_cause, error_cause, service_type;
	uint32_t delay_s, session_time_s, session_timeout_s;
	/*
	 * With their Gigawords in the upper half (RFC 2869 5.1); in = from the user. Without RADIUS_F_*_GIGAWORDS the lower half is all that was
	 * said, and may have wrapped. Gigawords that are alone, bad or in conflict make the octets bad.
	 */
	uint64_t in_octets, out_octets;
	uint32_t in_gigawords, out_gigawords;
	uint32_t in_packets, out_packets;       /* no RFC has Gigawords of packets: these wrap */
	int64_t event_at;               /* Event-Timestamp: the clock of the NAS, in whole seconds */
};

/* Never fails: what cannot be read is told field by field. Class, routes and Proxy-State are asked for with radius_next_of. */
void radius_acct_read(const struct radius_packet *p, struct radius_acct *ret_acct);
static inline bool radius_has(const struct radius_acct *a, enum radius_field field)
{
	return a->has >> field & 1;
}

/* The values of attributes, where they stand elsewhere. An IPv6 address that is an IPv4 one in disguise (::ffff:0:0/96) is none. */
bool radius_addr4(struct str value, struct addr *ret_addr);
bool radius_addr6(struct str value, struct addr *ret_addr);
/* RFC 3162 2.3: reserved, length, octets. False when the length is beyond 128, or there are fewer octets than it needs. */
bool radius_prefix6(struct str value, struct prefix *ret_prefix, bool *ret_host_bits);
/* "session context not found", or NULL for a number that RFC 5176 3.5 does not have. */
const char *radius_error_text(uint32_t error_cause);

#endif
