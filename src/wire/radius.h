/*
 * A packet of RADIUS (RFC 2865 3, 5): its header, its attributes in order, and what the shared secret says of it. Accounting
 * (RFC 2866), Disconnect and Change of Authorization (RFC 5176), Status-Server (RFC 5997), Message-Authenticator (RFC 3579 3.2,
 * RFC 5080 2.2.2). What attributes mean stands in radius_acct.h, radius_ports.h and radius_vendor.h; packets are built by radius_write.h.
 *
 * Pure, and without memory of its own: a packet and its attributes borrow from the octets that were read. Limits: a packet has
 * 20 to 4096 octets, an attribute a value of at most 253, a packet as many attributes as fit.
 *
 * What is hostile here is everything before radius_check_request: anybody may write a packet. A packet is read whole or refused
 * whole, so that no walk over its attributes can fail later. Nothing of a packet may be used before a check of it gave OK, but the code.
 */
#ifndef AUPD_WIRE_RADIUS_H
#define AUPD_WIRE_RADIUS_H

#include "base/str.h"

enum {
	RADIUS_HEADER_LEN = 20,
	RADIUS_PACKET_MAX = 4096,
	RADIUS_ATTR_HEADER_LEN = 2,
	RADIUS_VALUE_MAX = 253,
	RADIUS_AUTHENTICATOR_LEN = 16,
	RADIUS_ATTRS_MAX = (RADIUS_PACKET_MAX - RADIUS_HEADER_LEN) / RADIUS_ATTR_HEADER_LEN,
};

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1, RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCOUNTING_REQUEST = 4, RADIUS_ACCOUNTING_RESPONSE = 5,
	RADIUS_STATUS_SERVER = 12,
	RADIUS_DISCONNECT_REQUEST = 40, RADIUS_DISCONNECT_ACK = 41, RADIUS_DISCONNECT_NAK = 42,
	RADIUS_COA_REQUEST = 43, RADIUS_COA_ACK = 44, RADIUS_COA_NAK = 45,
};

/* Types of attributes that this program gives a meaning. */
enum radius_type {
	RADIUS_USER_NAME = 1, RADIUS_NAS_IP_ADDRESS = 4, RADIUS_NAS_PORT = 5, RADIUS_SERVICE_TYPE = 6, RADIUS_FRAMED_IP_ADDRESS = 8,
	RADIUS_FRAMED_IP_NETMASK = 9, RADIUS_FILTER_ID = 11, RADIUS_FRAMED_ROUTE = 22, RADIUS_CLASS = 25, RADIUS_VENDOR_SPECIFIC = 26,
	RADIUS_SESSION_TIMEOUT = 27, RADIUS_CALLED_STATION_ID = 30, RADIUS_CALLING_STATION_ID = 31, RADIUS_NAS_IDENTIFIER = 32,
	RADIUS_PROXY_STATE = 33, RADIUS_ACCT_STATUS_TYPE = 40, RADIUS_ACCT_DELAY_TIME = 41, RADIUS_ACCT_INPUT_OCTETS = 42,
	RADIUS_ACCT_OUTPUT_OCTETS = 43, RADIUS_ACCT_SESSION_ID = 44, RADIUS_ACCT_SESSION_TIME = 46, RADIUS_ACCT_INPUT_PACKETS = 47,
	RADIUS_ACCT_OUTPUT_PACKETS = 48, RADIUS_ACCT_TERMINATE_CAUSE = 49, RADIUS_ACCT_MULTI_SESSION_ID = 50,
	RADIUS_ACCT_INPUT_GIGAWORDS = 52, RADIUS_ACCT_OUTPUT_GIGAWORDS = 53, RADIUS_EVENT_TIMESTAMP = 55, RADIUS_NAS_PORT_TYPE = 61,
	RADIUS_MESSAGE_AUTHENTICATOR = 80, RADIUS_NAS_PORT_ID = 87, RADIUS_CHARGEABLE_USER_IDENTITY = 89, RADIUS_NAS_IPV6_ADDRESS = 95,
	RADIUS_FRAMED_INTERFACE_ID = 96, RADIUS_FRAMED_IPV6_PREFIX = 97, RADIUS_FRAMED_IPV6_ROUTE = 99, RADIUS_ERROR_CAUSE = 101,
	RADIUS_DELEGATED_IPV6_PREFIX = 123, RADIUS_FRAMED_IPV6_ADDRESS = 168,
	RADIUS_EXTENDED_FIRST = 241, RADIUS_LONG_EXTENDED_FIRST = 245, RADIUS_EXTENDED_LAST = 246,      /* RFC 6929 */
};

struct radius_packet {
	uint8_t code, id;
	struct str octets;      /* as the header's length has it: what the datagram has behind it is padding, and not in here */
	unsigned attrs;         /* how many */
};

struct radius_attr {
	uint8_t type;
	struct str value;       /* 0 to 253 octets */
};

/*
 * A datagram as a packet, of any code. ERR_SYNTAX: shorter than a header, or than its header says; the header says less than 20;
 * an attribute of length 0 or 1, or one that reaches beyond the packet. ERR_LIMIT: the header says more than 4096. RFC 2865 3 wants
 * each of them dropped without an answer.
 */
enum err radius_read(struct str datagram, struct radius_packet *ret_packet) MUST_CHECK;
/* The attributes in order; *at is 0 at first. False at the end. */
bool radius_next(const struct radius_packet *p, size_t *at, struct radius_attr *ret_attr);
/* The next one of a type: Class, Framed-Route, Proxy-State and others of which a packet may have many. */
bool radius_next_of(const struct radius_packet *p, uint8_t type, size_t *at, struct radius_attr *ret_attr);
struct str radius_authenticator(const struct radius_packet *p);

/*
 * A request under the secret of whoever sent it. ERR_DENIED: the Request Authenticator or the Message-Authenticator is wrong; or there is
 * none although need_authenticator, or code Status-Server, wants one; or there are two. Drop it without an answer.
 * ERR_UNSUPPORTED: no code whose Request Authenticator is made with the secret, and not Status-Server.
 * An empty secret proves nothing, and is ERR_DENIED.
 *
 * A request without a Message-Authenticator is keyed by its Request Authenticator already, so that none has to be there
 * (CVE-2024-3596 is about Access-Request alone); need_authenticator is for a client that is known to send it.
 */
enum err radius_check_request(const struct radius_packet *p, struct str secret, bool need_authenticator) MUST_CHECK;
/*
 * A reply to a request of ours. ERR_NOTFOUND: its id is another's, or its code answers another code: it is no reply to this one.
 * ERR_DENIED: as above, by the Response Authenticator. Status-Server is answered by Access-Accept or Accounting-Response.
 * A Message-Authenticator in an Accounting-Response to anything but Status-Server is not looked at: no RFC says what it is made over,
 * and servers differ.
 */
enum err radius_check_reply(const struct radius_packet *reply, const struct radius_packet *request, struct str secret, bool need_authenticator) MUST_CHECK;
bool radius_answers(uint8_t reply_code, uint8_t request_code);

/*
 * The two digests. MD5 of the packet with these 16 octets as its authenticator, and the secret behind (RFC 2866 3); HMAC-MD5 of the
 * packet with these, and with 16 zero octets in place of the value that starts at value_at (RFC 3579 3.2).
 */
void radius_digest(struct str octets, struct str authenticator, struct str secret, uint8_t ret_octets[RADIUS_AUTHENTICATOR_LEN]);
void radius_hmac(struct str octets, struct str authenticator, size_t value_at, struct str secret, uint8_t ret_octets[RADIUS_AUTHENTICATOR_LEN]);
extern const struct str radius_zeros;   /* 16 zero octets, which stand for an authenticator while it is made */

#endif
