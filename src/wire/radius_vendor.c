/*
 * Vendors' and extended attributes. See radius_vendor.h.
 */
#include "wire/radius_vendor.h"

enum { VENDOR_LEN = 4, LONG_HEADER_LEN = 2, MORE = 0x80 };

enum err radius_tlv_next(struct str *rest, struct radius_attr *ret)
{
	if (!rest->len)
		return ERR_NOTFOUND;
	if (rest->len < RADIUS_ATTR_HEADER_LEN)
		return ERR_SYNTAX;
	size_t n = (uint8_t)rest->ptr[1];
	if (n < RADIUS_ATTR_HEADER_LEN || n > rest->len)
		return ERR_SYNTAX;
	*ret = (struct radius_attr){ (uint8_t)rest->ptr[0], str_sub(*rest, RADIUS_ATTR_HEADER_LEN, n - RADIUS_ATTR_HEADER_LEN) };
	*rest = str_sub(*rest, n, rest->len);
	return OK;
}

static bool comes_out_even(struct str parts)
{
	struct radius_attr part;
	enum err e = parts.len ? OK : ERR_SYNTAX;
	while (e == OK)
		e = radius_tlv_next(&parts, &part);
	return e == ERR_NOTFOUND;
}

static uint32_t vendor_of(struct str value)
{
	struct reader r;
	reader_init(&r, value);
	return reader_u32(&r);
}

bool radius_vendor_next(const struct radius_packet *p, struct radius_vendor_walk *w, struct radius_vendor *ret)
{
	struct radius_attr attr;
	if (!w->rest.len) {
		if (!radius_next_of(p, RADIUS_VENDOR_SPECIFIC, &w->at, &attr))
			return false;
		struct str inside = str_sub(attr.value, VENDOR_LEN, attr.value.len);
		w->vendor = vendor_of(attr.value);
		if (!comes_out_even(inside)) {
			*ret = (struct radius_vendor){ .vendor = w->vendor, .opaque = true, .value = attr.value.len < VENDOR_LEN ? attr.value : inside };
			return true;
		}
		w->rest = inside;
	}
	BUG_ON(radius_tlv_next(&w->rest, &attr) != OK);
	*ret = (struct radius_vendor){ .vendor = w->vendor, .type = attr.type, .value = attr.value };
	return true;
}

/* The fragments behind the first, as long as More says so. */
static enum err join_fragments(const struct radius_packet *p, size_t *at, const struct radius_attr *first, struct radius_join *join, struct str *ret)
{
	struct radius_attr attr = *first;
	size_t len = 0;
	for (;;) {
		struct str part = str_sub(attr.value, LONG_HEADER_LEN, attr.value.len);
		bool more = (uint8_t)attr.value.ptr[1] & MORE;
		if (more && attr.value.len != RADIUS_VALUE_MAX)
			return ERR_SYNTAX;
		BUG_ON(part.len > sizeof(join->octets) - len);
		if (part.len)
			memcpy(join->octets + len, part.ptr, part.len);
		len += part.len;
		if (!more)
			break;
		size_t next = *at;
		if (!radius_next(p, &next, &attr) || attr.type != first->type || attr.value.len < LONG_HEADER_LEN || attr.value.ptr[0] != first->value.ptr[0])
			return ERR_SYNTAX;
		*at = next;
	}
	*ret = (struct str){ join->octets, len };
	return len ? OK : ERR_SYNTAX;
}

enum err radius_extended_next(const struct radius_packet *p, size_t *at, struct radius_join *join, struct radius_extended *ret)
{
	struct radius_attr attr;
	do {
		if (!radius_next(p, at, &attr))
			return ERR_NOTFOUND;
	} while (attr.type < RADIUS_EXTENDED_FIRST || attr.type > RADIUS_EXTENDED_LAST);
	bool is_long = attr.type >= RADIUS_LONG_EXTENDED_FIRST;
	if (attr.value.len < (is_long ? LONG_HEADER_LEN + 1 : 2))
		return ERR_SYNTAX;
	struct radius_extended e = { attr.type, (uint8_t)attr.value.ptr[0], str_sub(attr.value, is_long ? LONG_HEADER_LEN : 1, attr.value.len) };
	if (is_long && (uint8_t)attr.value.ptr[1] & MORE) {
		enum err bad = join_fragments(p, at, &attr, join, &e.value);
		if (bad != OK)
			return bad;
	}
	*ret = e;
	return OK;
}

bool radius_extended_vendor(const struct radius_extended *e, struct radius_vendor *ret)
{
	if (e->extended != RADIUS_EXTENDED_VENDOR || e->value.len <= VENDOR_LEN)
		return false;
	*ret = (struct radius_vendor){ .vendor = vendor_of(e->value), .type = (uint8_t)e->value.ptr[VENDOR_LEN],
		.value = str_sub(e->value, VENDOR_LEN + 1, e->value.len) };
	return true;
}
