/*
 * The record codec. See record.h.
 *
 * A segment's bytes are hostile here: a damaged disk or a broken ear wrote them. Lengths are bounded before memory is taken.
 */
#include "spool/record.h"

#include "base/file.h"

#define SEGMENT_MAGIC STR("aupspool")
#define RECORD_MAGIC "aupr"
#define KEY_MAGIC STR("aupskey1")

enum { VERSION = 1, CRC_LEN = 4, AD_LEN = RECORD_HEAD_LEN - 2 * CRC_LEN + 1, WINDOW = 32 << 10, MAGIC_LEN = 4 };

void segment_head_encode(uint64_t number, char out[SEGMENT_HEAD_LEN])
{
	memcpy(out, SEGMENT_MAGIC.ptr, SEGMENT_MAGIC.len);
	char *p = str_put_number(out + SEGMENT_MAGIC.len, VERSION, 2);
	p = str_put_number(p, 0, 2);
	p = str_put_number(p, number, 8);
	(void)str_put_number(p, crc32c(0, (struct str){ out, SEGMENT_HEAD_LEN - CRC_LEN }), CRC_LEN);
}

void key_encode(const struct seal_key *key, char out[KEY_FILE_LEN])
{
	memcpy(out, KEY_MAGIC.ptr, KEY_MAGIC.len);
	memcpy(out + KEY_MAGIC.len, key->octets, SEAL_KEY_LEN);
	(void)str_put_number(out + KEY_FILE_LEN - CRC_LEN, crc32c(0, (struct str){ out, KEY_FILE_LEN - CRC_LEN }), CRC_LEN);
}

enum err key_read(int fd, struct seal_key *ret_key)
{
	char got[KEY_FILE_LEN];
	size_t len;
	struct reader r;
	enum err e = file_read_at(fd, 0, got, sizeof(got), &len, NULL);
	if (e)
		return e;
	reader_init(&r, (struct str){ got + KEY_FILE_LEN - CRC_LEN, CRC_LEN });
	/* overwritten from its front on, and perhaps not to its end when the power went */
	if (len == sizeof(got) && !got[0]) {
		secret_wipe(got, sizeof(got));
		return ERR_NOTFOUND;
	}
	if (len != sizeof(got) || !str_starts((struct str){ got, len }, KEY_MAGIC) || reader_u32(&r) != crc32c(0, (struct str){ got, KEY_FILE_LEN - CRC_LEN }))
		e = ERR_CORRUPT;
	else
		memcpy(ret_key->octets, got + KEY_MAGIC.len, SEAL_KEY_LEN);
	secret_wipe(got, sizeof(got));
	return e;
}

/* What a part's seal authenticates: the head before the checksums, and which part it is. */
static struct str ad_of(const char head[RECORD_HEAD_LEN], char part, char out[AD_LEN])
{
	memcpy(out, head, AD_LEN - 1);
	out[AD_LEN - 1] = part;
	return (struct str){ out, AD_LEN };
}

static char *head_begin(const struct record_head *h, char out[RECORD_HEAD_LEN])
{
	memcpy(out, RECORD_MAGIC, MAGIC_LEN);
	char *p = str_put_number(out + MAGIC_LEN, VERSION, 1);
	p = str_put_number(p, h->item_class, 1);
	p = str_put_number(p, 0, 2);
	p = str_put_number(p, h->at.segment, 8);
	p = str_put_number(p, h->at.offset, 8);
	p = str_put_number(p, h->source, 4);
	p = str_put_number(p, (uint64_t)h->received_at, 8);
	p = str_put_number(p, h->meta_len, 4);
	p = str_put_number(p, h->payload_len, 4);
	memcpy(p, h->digest.octets, DIGEST_LEN);
	return p + DIGEST_LEN;
}

enum err record_encode(struct arena *a, const struct seal_key *key, const struct position *at, const struct sink_item *item, char out[RECORD_HEAD_LEN],
	struct str *ret_meta, struct str *ret_payload)
{
	struct record_head h = { .item_class = item->item_class, .source = item->source, .received_at = item->received_at, .at = *at,
		.meta_len = (uint32_t)item->meta.len + SEAL_EXTRA, .payload_len = (uint32_t)item->payload.len + SEAL_EXTRA };
	char ad[AD_LEN];
	struct str meta, payload;
	if (item->meta.len > ITEM_META_MAX || item->payload.len > ITEM_PAYLOAD_MAX)
		return ERR_LIMIT;
	digest_sha256(item->payload, &h.digest);
	char *p = head_begin(&h, out);
	enum err e = seal(a, key, ad_of(out, 'm', ad), item->meta, &meta);
	if (e == OK)
		e = seal(a, key, ad_of(out, 'p', ad), item->payload, &payload);
	if (e)
		return e;
	p = str_put_number(p, crc32c(crc32c(0, meta), payload), CRC_LEN);
	(void)str_put_number(p, crc32c(0, (struct str){ out, RECORD_HEAD_LEN - CRC_LEN }), CRC_LEN);
	*ret_meta = meta;
	*ret_payload = payload;
	return OK;
}

uint64_t record_len(const struct record_head *h)
{
	return (uint64_t)RECORD_HEAD_LEN + h->meta_len + h->payload_len;
}

enum err record_head_decode(const char in[RECORD_HEAD_LEN], uint64_t segment, uint64_t offset, struct record_head *ret_head)
{
	struct reader r;
	struct record_head h = { .at = { segment, offset, 0 } };
	reader_init(&r, (struct str){ in + RECORD_HEAD_LEN - CRC_LEN, CRC_LEN });
	if (memcmp(in, RECORD_MAGIC, MAGIC_LEN) != 0 || reader_u32(&r) != crc32c(0, (struct str){ in, RECORD_HEAD_LEN - CRC_LEN }))
		return ERR_CORRUPT;
	reader_init(&r, (struct str){ in + MAGIC_LEN, RECORD_HEAD_LEN - MAGIC_LEN - CRC_LEN });
	unsigned version = reader_u8(&r);
	unsigned item_class = reader_u8(&r);
	unsigned reserved = reader_u16(&r);
	uint64_t own_segment = reader_u64(&r), own_offset = reader_u64(&r);
	h.source = reader_u32(&r);
	h.received_at = (int64_t)reader_u64(&r);
	h.meta_len = reader_u32(&r);
	h.payload_len = reader_u32(&r);
	memcpy(h.digest.octets, reader_take(&r, DIGEST_LEN).ptr, DIGEST_LEN);
	h.body_crc = reader_u32(&r);
	if (reader_end(&r) != OK || version != VERSION || item_class >= ITEM_CLASS_COUNT || reserved || own_segment != segment || own_offset != offset ||
		h.meta_len < SEAL_EXTRA || h.meta_len > ITEM_META_MAX + SEAL_EXTRA || h.payload_len < SEAL_EXTRA || h.payload_len > ITEM_PAYLOAD_MAX + SEAL_EXTRA)
		return ERR_CORRUPT;
	h.item_class = (enum item_class)item_class;
	*ret_head = h;
	return OK;
}

enum err record_head_at(int fd, uint64_t size, uint64_t segment, uint64_t offset, struct record_head *ret_head)
{
	char head[RECORD_HEAD_LEN];
	size_t len;
	struct record_head h;
	if (offset > size || size - offset < RECORD_HEAD_LEN)
		return ERR_NOTFOUND;
	enum err e = file_read_at(fd, offset, head, sizeof(head), &len, NULL);
	if (e)
		return e;
	if (len < sizeof(head))
		return ERR_NOTFOUND;
	e = record_head_decode(head, segment, offset, &h);
	if (e)
		return e;
	if (size - offset < record_len(&h))
		return ERR_NOTFOUND;
	*ret_head = h;
	return OK;
}

enum err record_check_body(int fd, const struct record_head *h)
{
	char window[WINDOW];
	uint32_t crc = 0;
	uint64_t left = record_len(h) - RECORD_HEAD_LEN, at = h->at.offset + RECORD_HEAD_LEN;
	while (left) {
		size_t len, want = left < sizeof(window) ? (size_t)left : sizeof(window);
		enum err e = file_read_at(fd, at, window, want, &len, NULL);
		if (e)
			return e;
		if (len < want)
			return ERR_NOTFOUND;
		crc = crc32c(crc, (struct str){ window, len });
		at += len;
		left -= len;
	}
	return crc == h->body_crc ? OK : ERR_CORRUPT;
}

enum err record_find(int fd, uint64_t size, uint64_t segment, uint64_t offset, struct record_head *ret_head)
{
	char window[WINDOW];
	struct record_head h;
	while (offset + RECORD_HEAD_LEN <= size) {
		size_t len;
		enum err e = file_read_at(fd, offset, window, sizeof(window), &len, NULL);
		if (e)
			return e;
		struct str bytes = { window, len };
		size_t i = 0;
		for (size_t found; (found = str_find(str_sub(bytes, i, len), STR(RECORD_MAGIC))) != SIZE_MAX; i++) {
			i += found;
			e = record_head_at(fd, size, segment, offset + i, &h);
			if (e == OK)
				e = record_check_body(fd, &h);
			if (e == OK) {
				*ret_head = h;
				return OK;
			}
			if (e != ERR_CORRUPT && e != ERR_NOTFOUND)
				return e;
		}
		if (len < sizeof(window))
			break;
		offset += len - (MAGIC_LEN - 1);
	}
	return ERR_NOTFOUND;
}

enum err record_body(int fd, const struct record_head *h, const struct seal_key *key, struct arena *a, struct str *ret_meta, struct str *ret_payload)
{
	size_t len = (size_t)h->meta_len + h->payload_len, got;
	char head[RECORD_HEAD_LEN], ad[AD_LEN];
	struct digest digest;
	struct str meta, payload;
	char *body = arena_alloc(a, len);
	if (!body)
		return ERR_NOMEM;
	enum err e = file_read_at(fd, h->at.offset + RECORD_HEAD_LEN, body, len, &got, NULL);
	if (e)
		return e;
	if (got < len || crc32c(0, (struct str){ body, len }) != h->body_crc)
		return ERR_CORRUPT;
	(void)head_begin(h, head);
	e = unseal(a, key, ad_of(head, 'm', ad), (struct str){ body, h->meta_len }, &meta);
	if (e == OK)
		e = unseal(a, key, ad_of(head, 'p', ad), (struct str){ body + h->meta_len, h->payload_len }, &payload);
	if (e)
		return e == ERR_NOMEM ? e : ERR_CORRUPT;
	digest_sha256(payload, &digest);
	if (!digest_eq(&digest, &h->digest))
		return ERR_CORRUPT;
	*ret_meta = meta;
	*ret_payload = payload;
	return OK;
}
