/*
 * The sealed class. See officer.h. Body of a record: version u8, time u64, class (u16 length), boxed bytes to the end.
 */
#include "evidence/officer.h"

enum { VERSION = 1 };

enum err officer_put(struct chest *c, struct arena *a, const uint8_t public_key[BOX_PUBLIC_LEN], struct str class_name, int64_t at, struct str bytes,
	struct chest_place *ret_place, struct why *why)
{
	struct str boxed;
	struct buf b;
	if (!class_name.len || class_name.len > OFFICER_CLASS_MAX || bytes.len > OFFICER_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a sealed item has a class and at most %d octets", OFFICER_BYTES_MAX);
	enum err e = box_seal(a, public_key, bytes, &boxed);
	if (e)
		return why_set(why, e, "the officer's public key cannot be used");
	buf_init(&b, CHEST_BODY_MAX);
	buf_u8(&b, VERSION);
	buf_u64(&b, (uint64_t)at);
	buf_u16(&b, (uint16_t)class_name.len);
	buf_put(&b, class_name);
	buf_put(&b, boxed);
	e = b.err ? why_set(why, b.err, "no memory for a sealed item") : chest_append(c, buf_str(&b), ret_place, why);
	buf_done(&b);
	return e;
}

enum err officer_read(struct chest *c, struct arena *a, struct chest_place place, struct officer_item *ret_item, struct why *why)
{
	struct reader r;
	struct str body;
	struct officer_item item;
	enum err e = chest_read(c, a, place, &body, why);
	if (e)
		return e;
	reader_init(&r, body);
	uint8_t version = reader_u8(&r);
	item.at = (int64_t)reader_u64(&r);
	item.class_name = reader_take(&r, reader_u16(&r));
	item.boxed = reader_take(&r, reader_left(&r));
	if (r.err || version != VERSION || !item.class_name.len || item.class_name.len > OFFICER_CLASS_MAX)
		return why_set(why, ERR_CORRUPT, "a sealed item is malformed");
	*ret_item = item;
	return OK;
}

enum err officer_open(struct arena *a, const struct officer_item *item, const uint8_t public_key[BOX_PUBLIC_LEN], const uint8_t secret_key[BOX_SECRET_LEN],
	struct str *ret_bytes, struct why *why)
{
	enum err e = box_open(a, public_key, secret_key, item->boxed, ret_bytes);
	return e ? why_set(why, e, "the sealed item does not open under this officer's key") : OK;
}
