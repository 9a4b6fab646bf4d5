/*
 * Building a packet of RADIUS: an answer to a request that came (RFC 2866 4.2, RFC 5176 2, RFC 5997 4), or a request of our own, and the
 * authenticators over it. Pure; the packet lies in the caller's struct and is never longer than 4096 octets.
 *
 * The first failure sticks in .err; what is put after it does not mend it, and the end tells it.
 */
#ifndef AUPD_WIRE_RADIUS_WRITE_H
#define AUPD_WIRE_RADIUS_WRITE_H

#include "base/addr.h"
#include "wire/radius_ports.h"

struct radius_writer {
	char octets[RADIUS_PACKET_MAX];
	size_t len;
	size_t authenticator_at;        /* of the Message-Authenticator's value; 0: it has none */
	enum err err;
};

/*
 * An answer has the request's id, and its Proxy-State in their order (an empty one, which may not be, is left out) behind a Message-Authenticator, which is there when asked for and
 * is the first attribute. An Accounting-Response has it to Status-Server alone (see radius_check_reply), whatever is asked for.
 * A code that does not answer the request's is a bug of the caller's.
 */
void radius_write_reply(struct radius_writer *w, uint8_t code, const struct radius_packet *request, bool message_authenticator);
/* Any of the codes that radius_check_request knows; Status-Server always gets its Message-Authenticator (RFC 5997 3). */
void radius_write_request(struct radius_writer *w, uint8_t code, uint8_t id, bool message_authenticator);

void radius_put(struct radius_writer *w, uint8_t type, struct str value);       /* ERR_RANGE beyond 253 octets or when empty; ERR_LIMIT: no room */
void radius_put_u32(struct radius_writer *w, uint8_t type, uint32_t value);
void radius_put_addr(struct radius_writer *w, uint8_t type, const struct addr *addr);   /* 4 or 16 octets, by its family */
void radius_put_prefix6(struct radius_writer *w, uint8_t type, const struct prefix *prefix);    /* as few octets as it needs */
void radius_put_vendor(struct radius_writer *w, uint32_t vendor, uint8_t type, struct str value);       /* at most 247 octets */

/* A block of ports of a shared IPv4 address (RFC 8045 3.1.2): given, or taken back. */
void radius_put_range(struct radius_writer *w, const struct addr *external, uint16_t first, uint16_t last, enum radius_ports_alloc alloc);

/*
 * Length and authenticators, and the packet, which borrows from the writer. An empty secret is ERR_DENIED.
 * nonce: the Request Authenticator of Status-Server, which must be random (RFC 5997 3); STR_NONE for the others, which make their own.
 */
enum err radius_end_reply(struct radius_writer *w, const struct radius_packet *request, struct str secret, struct str *ret_octets) MUST_CHECK;
enum err radius_end_request(struct radius_writer *w, struct str secret, struct str nonce, struct str *ret_octets) MUST_CHECK;

#endif
