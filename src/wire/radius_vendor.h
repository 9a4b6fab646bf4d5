/*
 * Attributes within attributes: Vendor-Specific (RFC 2865 5.26), and the extended types 241 to 246 with their fragments (RFC 6929 2).
 *
 * Which vendor's type means what is the caller's: here each is a number and octets. Vendors that do not keep to the usual one octet
 * of type and one of length are given whole, as opaque. Pure; values borrow from the packet, a joined one from the caller's struct.
 */
#ifndef AUPD_WIRE_RADIUS_VENDOR_H
#define AUPD_WIRE_RADIUS_VENDOR_H

#include "wire/radius.h"

enum { RADIUS_VENDOR_ADSL_FORUM = 3561 };       /* RFC 4679: type 1 Agent-Circuit-Id, 2 Agent-Remote-Id */
enum { RADIUS_EXTENDED_VENDOR = 26 };           /* RFC 6929 2.4 */

struct radius_vendor {
	uint32_t vendor;        /* an enterprise number; 0 when the attribute is too short for one */
	uint8_t type;           /* 0 with opaque */
	bool opaque;            /* the octets behind the number do not come out even as types and lengths: value is all of them */
	struct str value;
};

struct radius_vendor_walk {     /* zero at first */
	size_t at;
	uint32_t vendor;
	struct str rest;
};

/* Each attribute of each vendor, in order. False at the end. One Vendor-Specific that overruns is opaque as a whole, and none of its parts is given. */
bool radius_vendor_next(const struct radius_packet *p, struct radius_vendor_walk *walk, struct radius_vendor *ret_vendor);

struct radius_extended {
	uint8_t type;           /* 241 to 246 */
	uint8_t extended;       /* so that type 241 and extended 6 are what RFCs write as 241.6 */
	struct str value;       /* its fragments joined: at most a packet */
};

struct radius_join { char octets[RADIUS_PACKET_MAX]; };

/*
 * The next extended attribute; *at is 0 at first. ERR_NOTFOUND: there is none. ERR_SYNTAX: one without a value, one whose fragments do not
 * follow each other or do not end, or a fragment that is not full (RFC 6929 2.2): it is passed, and the walk goes on with the next call.
 */
enum err radius_extended_next(const struct radius_packet *p, size_t *at, struct radius_join *join, struct radius_extended *ret_extended) MUST_CHECK;
/* An extended Vendor-Specific; false when it is another one, or too short. */
bool radius_extended_vendor(const struct radius_extended *e, struct radius_vendor *ret_vendor);

/* The parts of a value that is a row of type, length, value (RFC 6929 2.3): cut the first off. ERR_NOTFOUND: there are no more. */
enum err radius_tlv_next(struct str *rest, struct radius_attr *ret_part) MUST_CHECK;

#endif
