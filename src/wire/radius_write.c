/*
 * Building packets. See radius_write.h.
 */
#include "wire/radius_write.h"

enum { AT_LENGTH = 2, AT_AUTHENTICATOR = 4, VENDOR_HEADER_LEN = 6, PREFIX_HEADER_LEN = 2, RANGE_PART_LEN = 6 };

static void fail(struct radius_writer *w, enum err e)
{
	if (w->err == OK)
		w->err = e;
}

void radius_put(struct radius_writer *w, uint8_t type, struct str value)
{
	if (!value.len || value.len > RADIUS_VALUE_MAX) {
		fail(w, ERR_RANGE);
		return;
	}
	if (RADIUS_ATTR_HEADER_LEN + value.len > sizeof(w->octets) - w->len) {
		fail(w, ERR_LIMIT);
		return;
	}
	w->octets[w->len] = (char)type;
	w->octets[w->len + 1] = (char)(RADIUS_ATTR_HEADER_LEN + value.len);
	memcpy(w->octets + w->len + RADIUS_ATTR_HEADER_LEN, value.ptr, value.len);
	w->len += RADIUS_ATTR_HEADER_LEN + value.len;
}

static void put_be32(char out[4], uint32_t v)
{
	for (int i = 0; i < 4; i++)
		out[i] = (char)(v >> (24 - 8 * i));
}

void radius_put_u32(struct radius_writer *w, uint8_t type, uint32_t value)
{
	char octets[4];
	put_be32(octets, value);
	radius_put(w, type, (struct str){ octets, sizeof(octets) });
}

void radius_put_addr(struct radius_writer *w, uint8_t type, const struct addr *addr)
{
	struct str octets = { (const char *)addr->octets, sizeof(addr->octets) };
	radius_put(w, type, addr_is_v4(addr) ? str_sub(octets, sizeof(addr->octets) - 4, 4) : octets);
}

void radius_put_prefix6(struct radius_writer *w, uint8_t type, const struct prefix *prefix)
{
	char octets[PREFIX_HEADER_LEN + sizeof(prefix->addr.octets)] = { 0 };
	size_t needed = (prefix->bits + 7u) / 8;
	BUG_ON(prefix->bits > 128);
	octets[1] = (char)prefix->bits;
	memcpy(octets + PREFIX_HEADER_LEN, prefix->addr.octets, needed);
	radius_put(w, type, (struct str){ octets, PREFIX_HEADER_LEN + needed });
}

void radius_put_vendor(struct radius_writer *w, uint32_t vendor, uint8_t type, struct str value)
{
	char octets[RADIUS_VALUE_MAX];
	if (!value.len || value.len > sizeof(octets) - VENDOR_HEADER_LEN) {
		fail(w, ERR_RANGE);
		return;
	}
	put_be32(octets, vendor);
	octets[4] = (char)type;
	octets[5] = (char)(RADIUS_ATTR_HEADER_LEN + value.len);
	memcpy(octets + VENDOR_HEADER_LEN, value.ptr, value.len);
	radius_put(w, RADIUS_VENDOR_SPECIFIC, (struct str){ octets, VENDOR_HEADER_LEN + value.len });
}

void radius_put_range(struct radius_writer *w, const struct addr *external, uint16_t first, uint16_t last, enum radius_ports_alloc alloc)
{
	/* the extended type, and four parts of type, length and four octets */
	const uint32_t numbers[] = { alloc, first, last };
	static const uint8_t types[] = { RADIUS_PORTS_ALLOC, RADIUS_PORTS_START, RADIUS_PORTS_END };
	char octets[1 + 4 * RANGE_PART_LEN] = { RADIUS_PORTS_RANGE, RADIUS_PORTS_EXTERNAL, RANGE_PART_LEN };
	char *p = octets + 1;
	memcpy(p + 2, external->octets + sizeof(external->octets) - 4, 4);
	for (unsigned i = 0; i < 3; i++) {
		p += RANGE_PART_LEN;
		p[0] = (char)types[i];
		p[1] = RANGE_PART_LEN;
		put_be32(p + 2, numbers[i]);
	}
	radius_put(w, RADIUS_EXTENDED_FIRST, (struct str){ octets, sizeof(octets) });
}

static void begin(struct radius_writer *w, uint8_t code, uint8_t id, bool message_authenticator)
{
	memset(w->octets, 0, RADIUS_HEADER_LEN);
	w->octets[0] = (char)code;
	w->octets[1] = (char)id;
	w->len = RADIUS_HEADER_LEN;
	w->authenticator_at = 0;
	w->err = OK;
	if (!message_authenticator)
		return;
	radius_put(w, RADIUS_MESSAGE_AUTHENTICATOR, radius_zeros);
	w->authenticator_at = w->len - RADIUS_AUTHENTICATOR_LEN;
}

void radius_write_reply(struct radius_writer *w, uint8_t code, const struct radius_packet *request, bool message_authenticator)
{
	struct radius_attr attr;
	BUG_ON(!radius_answers(code, request->code));
	begin(w, code, request->id, message_authenticator && request->code != RADIUS_ACCOUNTING_REQUEST);
	for (size_t at = 0; radius_next_of(request, RADIUS_PROXY_STATE, &at, &attr);)
		if (attr.value.len)
			radius_put(w, RADIUS_PROXY_STATE, attr.value);
}

void radius_write_request(struct radius_writer *w, uint8_t code, uint8_t id, bool message_authenticator)
{
	begin(w, code, id, message_authenticator || code == RADIUS_STATUS_SERVER);
}

static struct str finish(struct radius_writer *w)
{
	w->octets[AT_LENGTH] = (char)(w->len >> 8);
	w->octets[AT_LENGTH + 1] = (char)(w->len & 0xff);
	return (struct str){ w->octets, w->len };
}

static void sign(struct radius_writer *w, struct str packet, struct str authenticator, struct str secret)
{
	uint8_t made[RADIUS_AUTHENTICATOR_LEN];
	if (!w->authenticator_at)
		return;
	radius_hmac(packet, authenticator, w->authenticator_at, secret, made);
	memcpy(w->octets + w->authenticator_at, made, sizeof(made));
}

static void set_authenticator(struct radius_writer *w, struct str packet, struct str authenticator, struct str secret)
{
	uint8_t made[RADIUS_AUTHENTICATOR_LEN];
	radius_digest(packet, authenticator, secret, made);
	memcpy(w->octets + AT_AUTHENTICATOR, made, sizeof(made));
}

enum err radius_end_reply(struct radius_writer *w, const struct radius_packet *request, struct str secret, struct str *ret)
{
	if (w->err != OK || !secret.len)
		return w->err != OK ? w->err : ERR_DENIED;
	struct str packet = finish(w);
	sign(w, packet, radius_authenticator(request), secret);
	set_authenticator(w, packet, radius_authenticator(request), secret);
	*ret = packet;
	return OK;
}

enum err radius_end_request(struct radius_writer *w, struct str secret, struct str nonce, struct str *ret)
{
	bool is_status = (uint8_t)w->octets[0] == RADIUS_STATUS_SERVER;
	BUG_ON(nonce.len != (is_status ? RADIUS_AUTHENTICATOR_LEN : 0));
	if (w->err != OK || !secret.len)
		return w->err != OK ? w->err : ERR_DENIED;
	struct str packet = finish(w);
	sign(w, packet, is_status ? nonce : radius_zeros, secret);
	if (is_status)
		memcpy(w->octets + AT_AUTHENTICATOR, nonce.ptr, nonce.len);
	else
		set_authenticator(w, packet, radius_zeros, secret);
	*ret = packet;
	return OK;
}
