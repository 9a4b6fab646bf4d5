/*
 * Requests by profiles. See radius_packet.h.
 */
#include "action/radius_packet.h"

#include "base/arena.h"

/* The usual ones (RFC 5176 3): who the server is, and what names a session; the others are sent where a profile wants them. */
static const uint8_t usual[] = { RADIUS_USER_NAME, RADIUS_NAS_IP_ADDRESS, RADIUS_FRAMED_IP_ADDRESS, RADIUS_CALLING_STATION_ID, RADIUS_NAS_IDENTIFIER,
	RADIUS_ACCT_SESSION_ID, RADIUS_CHARGEABLE_USER_IDENTITY, RADIUS_NAS_IPV6_ADDRESS, RADIUS_FRAMED_INTERFACE_ID, RADIUS_FRAMED_IPV6_PREFIX };

/* The next attribute of an identity; what does not come out even is no more of it. */
static bool next(struct str *rest, struct radius_attr *ret)
{
	size_t len = rest->len >= RADIUS_ATTR_HEADER_LEN ? (uint8_t)rest->ptr[1] : 0;
	if (len < RADIUS_ATTR_HEADER_LEN || len > rest->len)
		return false;
	*ret = (struct radius_attr){ (uint8_t)rest->ptr[0], str_sub(*rest, RADIUS_ATTR_HEADER_LEN, len - RADIUS_ATTR_HEADER_LEN) };
	*rest = str_sub(*rest, len, rest->len);
	return true;
}

static bool names_address(const struct nas_at *n, struct str value)
{
	struct addr a = { { [10] = 0xff, [11] = 0xff } }, own;
	if (value.len != 4 && value.len != sizeof(a.octets))
		return false;
	memcpy(a.octets + sizeof(a.octets) - value.len, value.ptr, value.len);
	for (unsigned i = 0; i < n->address_count; i++)
		if (addr_parse(n->addresses[i], &own) == OK && addr_eq(&own, &a))
			return true;
	return false;
}

static bool fits(const struct nas_at *n, struct str identity)
{
	struct radius_attr x;
	bool named = false;
	while (!named && next(&identity, &x)) {
		for (unsigned i = 0; x.type == RADIUS_NAS_IDENTIFIER && i < n->identifier_count; i++)
			named |= str_eq(n->identifiers[i], x.value);
		if (x.type == RADIUS_NAS_IP_ADDRESS || x.type == RADIUS_NAS_IPV6_ADDRESS)
			named |= names_address(n, x.value);
	}
	return named;
}

const struct nas_at *radius_packet_nas(const struct nas_at *list, unsigned count, struct str identity, const char **ret_why)
{
	const struct nas_at *found = NULL;
	for (unsigned i = 0; i < count; i++) {
		if (!fits(&list[i], identity))
			continue;
		if (found) {
			*ret_why = "two access servers of the configuration go by the names of the session's server";
			return NULL;
		}
		found = &list[i];
	}
	if (!found)
		*ret_why = "no access server of the configuration goes by the names of the session's server";
	return found;
}

static bool listed(const struct str *list, unsigned count, uint8_t type)
{
	uint64_t n;
	for (unsigned i = 0; i < count; i++)
		if (str_to_u64(list[i], UINT8_MAX, &n) == OK && n == type)
			return true;
	return false;
}

static bool is_sent(const struct nas_at *n, uint8_t type)
{
	return !listed(n->omit, n->omit_count, type) && (memchr(usual, type, sizeof(usual)) || listed(n->send, n->send_count, type));
}

struct constant {
	uint64_t vendor, type;
	struct str hex;
	bool saved;
};

/* "VENDOR TYPE HEX", which the configuration has made. */
static bool read_constant(struct str text, struct constant *c)
{
	struct str vendor, type;
	*c = (struct constant){ 0 };
	if (!str_split(&text, ' ', &vendor) || !str_split(&text, ' ', &type) || str_to_u64(vendor, UINT32_MAX, &c->vendor) != OK || str_to_u64(type, UINT8_MAX, &c->type) != OK)
		return false;
	c->hex = text;
	c->saved = str_eq(text, STR(NAS_SAVED));
	return true;
}

static void put_value(struct radius_writer *w, const struct constant *c, struct str value)
{
	if (c->vendor)
		radius_put_vendor(w, (uint32_t)c->vendor, (uint8_t)c->type, value);
	else
		radius_put(w, (uint8_t)c->type, value);
}

static void put_constant(struct radius_writer *w, struct str text)
{
	char octets[NAS_VALUE_MAX];
	struct constant c;
	size_t len = 0;
	if (!read_constant(text, &c) || c.saved)
		return;
	for (struct str hex = c.hex; len < sizeof(octets) && hex.len > 1; hex = str_sub(hex, 2, hex.len)) {
		int value = 0;
		for (int i = 0; i < 2; i++) {
			int ch = hex.ptr[i];
			value = value << 4 | (ch >= 'a' ? ch - 'a' + 10 : ch - '0');
		}
		octets[len++] = (char)value;
	}
	put_value(w, &c, (struct str){ octets, len });
}

/* Is it that attribute; of a vendor the first one in its Vendor-Specific. */
static bool is_of(const struct radius_attr *x, const struct constant *c, struct str *ret_value)
{
	const uint8_t *v = (const uint8_t *)x->value.ptr;
	if (!c->vendor) {
		*ret_value = x->value;
		return x->type == c->type;
	}
	if (x->type != RADIUS_VENDOR_SPECIFIC || x->value.len < 6 || ((uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3]) != c->vendor || v[4] != c->type ||
		v[5] < RADIUS_ATTR_HEADER_LEN || (size_t)v[5] + 4 > x->value.len)
		return false;
	*ret_value = str_sub(x->value, 6, v[5] - RADIUS_ATTR_HEADER_LEN);
	return true;
}

/* Cuts "PROFILE WORD " off; false: it is of another one. */
static bool of_profile(struct str *text, struct str profile, bool restore)
{
	struct str name, word;
	return str_split(text, ' ', &name) && str_split(text, ' ', &word) && str_eq(name, profile) && str_eq(word, restore ? STR("restore") : STR("set"));
}

static bool holds(struct str identity, struct str attribute)
{
	struct radius_attr x, want;
	if (!next(&attribute, &want))
		return false;
	while (next(&identity, &x))
		if (x.type == want.type && str_eq(x.value, want.value))
			return true;
	return false;
}

bool radius_packet_keep(const struct nas_at *nas, struct str profile, struct str identity, struct buf *out)
{
	for (unsigned i = 0; i < nas->coa_count; i++) {
		struct str text = nas->coa[i], rest = identity, value;
		struct constant c;
		struct radius_attr x;
		bool found = false;
		if (!of_profile(&text, profile, true) || !read_constant(text, &c) || !c.saved)
			continue;
		while (!found && next(&rest, &x))
			found = is_of(&x, &c, &value);
		if (!found)
			return false;
		buf_u8(out, x.type);
		buf_u8(out, (uint8_t)(x.value.len + RADIUS_ATTR_HEADER_LEN));
		buf_put(out, x.value);
	}
	return !out->err;
}

/* One of what takes a change back; false: it is what the session had, and that is not known. */
static bool put_restored(struct radius_writer *w, struct str text, struct str saved)
{
	struct constant c;
	struct radius_attr x;
	struct str value;
	if (!read_constant(text, &c) || !c.saved) {
		put_constant(w, text);
		return true;
	}
	while (next(&saved, &x))
		if (is_of(&x, &c, &value)) {
			put_value(w, &c, value);
			return true;
		}
	return false;
}

bool radius_packet_shows(const struct nas_at *nas, struct str profile, struct str identity, bool *ret_any)
{
	static struct radius_writer w;
	unsigned all = 0, shown = 0;
	for (unsigned i = 0; i < nas->coa_count; i++) {
		struct str text = nas->coa[i];
		if (!of_profile(&text, profile, false))
			continue;
		w.len = 0;
		w.err = OK;
		put_constant(&w, text);
		all++;
		shown += holds(identity, (struct str){ w.octets, w.len });
	}
	*ret_any = shown > 0;
	return all && shown == all;
}

bool radius_packet_tells(const struct nas_at *nas, struct str profile, struct str identity)
{
	for (unsigned i = 0; i < nas->coa_count; i++) {
		struct str text = nas->coa[i], rest = identity, value;
		struct constant c;
		struct radius_attr x;
		if (!of_profile(&text, profile, false) || !read_constant(text, &c))
			continue;
		while (next(&rest, &x))
			if (is_of(&x, &c, &value))
				return true;
	}
	return false;
}

uint8_t radius_packet_code(const struct nas_at *nas, const struct radius_question *q)
{
	return q->code == RADIUS_DISCONNECT_REQUEST && q->first && nas->session_timeout_s ? RADIUS_COA_REQUEST : q->code;
}

enum err radius_packet_make(struct radius_writer *w, const struct nas_at *nas, const struct radius_question *q, uint8_t id, uint32_t event_s, struct str *ret_octets,
	const char **ret_why)
{
	struct radius_attr x;
	struct str rest = q->identity;
	bool server = false, session = false, user = false;
	radius_write_request(w, radius_packet_code(nas, q), id, nas->authenticator);
	while (next(&rest, &x)) {
		if (!is_sent(nas, x.type))
			continue;
		radius_put(w, x.type, x.value);
		server |= x.type == RADIUS_NAS_IDENTIFIER || x.type == RADIUS_NAS_IP_ADDRESS || x.type == RADIUS_NAS_IPV6_ADDRESS;
		session |= x.type == RADIUS_ACCT_SESSION_ID;
		user |= x.type == RADIUS_USER_NAME;
	}
	radius_put_u32(w, RADIUS_EVENT_TIMESTAMP, event_s);
	for (unsigned i = 0; i < nas->add_count; i++)
		put_constant(w, nas->add[i]);
	if (radius_packet_code(nas, q) != q->code)
		radius_put_u32(w, RADIUS_SESSION_TIMEOUT, nas->session_timeout_s);
	bool changes = q->code != RADIUS_COA_REQUEST, known = true;
	for (unsigned i = 0; q->code == RADIUS_COA_REQUEST && i < nas->coa_count; i++) {
		struct str text = nas->coa[i];
		if (!of_profile(&text, q->profile, q->restore))
			continue;
		known = put_restored(w, text, q->saved) && known;
		changes = true;
	}
	*ret_why = !changes ? "the session's server has no coa profile of that name"
		: !known ? "what the session had before is not known"
		: !server ? "the server's own name is not sent to it: it could be another's session"
		: session ? NULL
		: !nas->without_session_id ? "the session has no id that its server would know it by"
		: !user ? "without a session id and a login it would be named by its address alone"
		: !q->alone ? "without a session id several sessions of the customer would be meant" : NULL;
	if (*ret_why)
		return ERR_DENIED;
	enum err e = radius_end_request(w, nas->secret, STR_NONE, ret_octets);
	if (e)
		*ret_why = "what names the session does not fit into a request";
	return e;
}
