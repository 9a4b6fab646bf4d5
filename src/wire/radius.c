/*
 * Packets of RADIUS and their checks. See radius.h.
 */
#include "wire/radius.h"

#include "base/digest.h"

enum { AT_ID = 1, AT_LENGTH = 2, AT_AUTHENTICATOR = 4, NO_VALUE = 0 };

static const char zeros[RADIUS_AUTHENTICATOR_LEN];
const struct str radius_zeros = { zeros, sizeof(zeros) };

_Static_assert((int)RADIUS_AUTHENTICATOR_LEN == (int)DIGEST_MD5_LEN, "an authenticator is an MD5");

static uint8_t octet(struct str s, size_t at)
{
	return (uint8_t)s.ptr[at];
}

enum err radius_read(struct str datagram, struct radius_packet *ret)
{
	struct radius_packet p = { 0 };
	if (datagram.len < RADIUS_HEADER_LEN)
		return ERR_SYNTAX;
	size_t len = (size_t)octet(datagram, AT_LENGTH) << 8 | octet(datagram, AT_LENGTH + 1);
	if (len > RADIUS_PACKET_MAX)
		return ERR_LIMIT;
	if (len < RADIUS_HEADER_LEN || len > datagram.len)
		return ERR_SYNTAX;
	for (size_t at = RADIUS_HEADER_LEN; at < len; p.attrs++) {
		if (len - at < RADIUS_ATTR_HEADER_LEN)
			return ERR_SYNTAX;
		size_t n = octet(datagram, at + 1);
		if (n < RADIUS_ATTR_HEADER_LEN || n > len - at)
			return ERR_SYNTAX;
		at += n;
	}
	BUG_ON(p.attrs > RADIUS_ATTRS_MAX);
	p.code = octet(datagram, 0);
	p.id = octet(datagram, AT_ID);
	p.octets = str_sub(datagram, 0, len);
	*ret = p;
	return OK;
}

bool radius_next(const struct radius_packet *p, size_t *at, struct radius_attr *ret)
{
	if (*at < RADIUS_HEADER_LEN)
		*at = RADIUS_HEADER_LEN;
	if (*at >= p->octets.len)
		return false;
	size_t n = octet(p->octets, *at + 1);
	*ret = (struct radius_attr){ octet(p->octets, *at), str_sub(p->octets, *at + RADIUS_ATTR_HEADER_LEN, n - RADIUS_ATTR_HEADER_LEN) };
	*at += n;
	return true;
}

bool radius_next_of(const struct radius_packet *p, uint8_t type, size_t *at, struct radius_attr *ret)
{
	struct radius_attr attr;
	while (radius_next(p, at, &attr))
		if (attr.type == type) {
			*ret = attr;
			return true;
		}
	return false;
}

struct str radius_authenticator(const struct radius_packet *p)
{
	return str_sub(p->octets, AT_AUTHENTICATOR, RADIUS_AUTHENTICATOR_LEN);
}

void radius_digest(struct str octets, struct str authenticator, struct str secret, uint8_t ret[RADIUS_AUTHENTICATOR_LEN])
{
	const struct str parts[] = { str_sub(octets, 0, AT_AUTHENTICATOR), authenticator, str_sub(octets, RADIUS_HEADER_LEN, octets.len), secret };
	digest_md5_parts(parts, sizeof(parts) / sizeof(*parts), ret);
}

void radius_hmac(struct str octets, struct str authenticator, size_t value_at, struct str secret, uint8_t ret[RADIUS_AUTHENTICATOR_LEN])
{
	const struct str parts[] = { str_sub(octets, 0, AT_AUTHENTICATOR), authenticator,
		str_sub(octets, RADIUS_HEADER_LEN, value_at - RADIUS_HEADER_LEN), radius_zeros,
		str_sub(octets, value_at + RADIUS_AUTHENTICATOR_LEN, octets.len) };
	digest_hmac_md5(secret, parts, sizeof(parts) / sizeof(*parts), ret);
}

static bool same(const uint8_t made[RADIUS_AUTHENTICATOR_LEN], struct str stands)
{
	return str_eq_secret((struct str){ (const char *)made, RADIUS_AUTHENTICATOR_LEN }, stands);
}

/* Where the value of the one Message-Authenticator starts; NO_VALUE: there is none. False: two, or one of another length. */
static bool find_message_authenticator(const struct radius_packet *p, size_t *ret_value_at)
{
	struct radius_attr attr;
	size_t found = NO_VALUE;
	for (size_t at = 0; radius_next_of(p, RADIUS_MESSAGE_AUTHENTICATOR, &at, &attr);) {
		if (found != NO_VALUE || attr.value.len != RADIUS_AUTHENTICATOR_LEN)
			return false;
		found = at - RADIUS_AUTHENTICATOR_LEN;
	}
	*ret_value_at = found;
	return true;
}

static bool message_authenticator_holds(const struct radius_packet *p, struct str authenticator, struct str secret, bool needed)
{
	uint8_t made[RADIUS_AUTHENTICATOR_LEN];
	size_t value_at;
	if (!find_message_authenticator(p, &value_at))
		return false;
	if (value_at == NO_VALUE)
		return !needed;
	radius_hmac(p->octets, authenticator, value_at, secret, made);
	return same(made, str_sub(p->octets, value_at, RADIUS_AUTHENTICATOR_LEN));
}

static bool is_keyed(uint8_t code)
{
	return code == RADIUS_ACCOUNTING_REQUEST || code == RADIUS_DISCONNECT_REQUEST || code == RADIUS_COA_REQUEST;
}

enum err radius_check_request(const struct radius_packet *p, struct str secret, bool need_authenticator)
{
	uint8_t made[RADIUS_AUTHENTICATOR_LEN];
	bool is_status = p->code == RADIUS_STATUS_SERVER;
	if (!is_status && !is_keyed(p->code))
		return ERR_UNSUPPORTED;
	if (!secret.len)
		return ERR_DENIED;
	if (!is_status) {
		radius_digest(p->octets, radius_zeros, secret, made);
		if (!same(made, radius_authenticator(p)))
			return ERR_DENIED;
	}
	struct str authenticator = is_status ? radius_authenticator(p) : radius_zeros;
	return message_authenticator_holds(p, authenticator, secret, need_authenticator || is_status) ? OK : ERR_DENIED;
}

bool radius_answers(uint8_t reply, uint8_t request)
{
	switch (request) {
	case RADIUS_ACCOUNTING_REQUEST: return reply == RADIUS_ACCOUNTING_RESPONSE;
	case RADIUS_STATUS_SERVER: return reply == RADIUS_ACCESS_ACCEPT || reply == RADIUS_ACCOUNTING_RESPONSE;
	case RADIUS_DISCONNECT_REQUEST: return reply == RADIUS_DISCONNECT_ACK || reply == RADIUS_DISCONNECT_NAK;
	case RADIUS_COA_REQUEST: return reply == RADIUS_COA_ACK || reply == RADIUS_COA_NAK;
	default: return false;
	}
}

enum err radius_check_reply(const struct radius_packet *reply, const struct radius_packet *request, struct str secret, bool need_authenticator)
{
	uint8_t made[RADIUS_AUTHENTICATOR_LEN];
	if (reply->id != request->id || !radius_answers(reply->code, request->code))
		return ERR_NOTFOUND;
	if (!secret.len)
		return ERR_DENIED;
	radius_digest(reply->octets, radius_authenticator(request), secret, made);
	if (!same(made, radius_authenticator(reply)))
		return ERR_DENIED;
	if (request->code == RADIUS_ACCOUNTING_REQUEST)
		return OK;
	return message_authenticator_holds(reply, radius_authenticator(request), secret, need_authenticator) ? OK : ERR_DENIED;
}
