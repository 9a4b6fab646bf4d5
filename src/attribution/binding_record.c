/*
 * The record codec of binding segments. See binding_record.h. Its octets are hostile: a damaged disk wrote them.
 */
#include "attribution/binding_record.h"

#include <stdio.h>

#include "base/digest.h"

#define HEAD_MAGIC STR("aupbind1")

enum { TYPE_BINDING = 1, TYPE_SPAN = 2, CRC_LEN = 4, CRC_AT = BINDING_RECORD_LEN - CRC_LEN };

static uint32_t checksum(const char *record, uint32_t day, uint32_t number)
{
	char place[8];
	(void)str_put_number(str_put_number(place, day, 4), number, 4);
	return crc32c(crc32c(0, (struct str){ place, sizeof(place) }), (struct str){ record, CRC_AT });
}

static char *put_binding(const struct binding *b, char *p)
{
	bool never_sure = b->start_sure_at == TIME_MAX;
	p = str_put_number(p, TYPE_BINDING, 1);
	p = str_put_number(p, b->kind, 1);
	p = str_put_number(p, b->flags, 1);
	p = str_put_number(p, b->feed, 1);
	p = str_put_number(p, b->prefix.bits, 1);
	p = str_put_number(p, 0, 1);
	p = str_put_number(p, b->port_from, 2);
	p = str_put_number(p, b->port_to, 2);
	p = str_put_number(p, never_sure ? UINT16_MAX : (uint64_t)((b->start_sure_at - b->start_at) / SECOND_US), 2);
	memcpy(p, b->prefix.addr.octets, sizeof(b->prefix.addr.octets));
	memcpy(p + sizeof(b->prefix.addr.octets), b->subject.octets, BINDING_SUBJECT_LEN);
	p += sizeof(b->prefix.addr.octets) + BINDING_SUBJECT_LEN;
	p = str_put_number(p, binding_second(b->start_at), 4);
	p = str_put_number(p, binding_second(b->seen_at), 4);
	p = str_put_number(p, b->end_at == TIME_NONE ? UINT32_MAX : binding_second(b->end_at), 4);
	p = str_put_number(p, binding_second(b->recorded_at), 4);
	return str_put_number(p, b->session, 8);
}

static char *put_span(const struct feed_span *s, char *p)
{
	p = str_put_number(p, TYPE_SPAN, 1);
	p = str_put_number(p, s->state, 1);
	p = str_put_number(p, s->reason, 1);
	p = str_put_number(p, s->feed, 1);
	memset(p, 0, 32);
	p = str_put_number(p + 32, binding_second(s->from_at), 4);
	p = str_put_number(p, 0, 4);
	p = str_put_number(p, binding_second(s->until_at), 4);
	p = str_put_number(p, binding_second(s->recorded_at), 4);
	return str_put_number(p, 0, 8);
}

void binding_record_encode(const struct binding_item *item, uint32_t day, uint32_t number, char out[BINDING_RECORD_LEN])
{
	char *p = item->is_span ? put_span(&item->span, out) : put_binding(&item->binding, out);
	(void)str_put_number(p, checksum(out, day, number), CRC_LEN);
}

static enum err get_binding(struct reader *r, struct binding *ret_binding)
{
	struct binding b = { 0 };
	b.kind = reader_u8(r);
	b.flags = reader_u8(r);
	b.feed = reader_u8(r);
	b.prefix.bits = reader_u8(r);
	uint8_t zero = reader_u8(r);
	b.port_from = reader_u16(r);
	b.port_to = reader_u16(r);
	uint16_t unsure = reader_u16(r);
	memcpy(b.prefix.addr.octets, reader_take(r, sizeof(b.prefix.addr.octets)).ptr, sizeof(b.prefix.addr.octets));
	memcpy(b.subject.octets, reader_take(r, BINDING_SUBJECT_LEN).ptr, BINDING_SUBJECT_LEN);
	b.start_at = binding_second_at(reader_u32(r));
	b.seen_at = binding_second_at(reader_u32(r));
	b.end_at = binding_second_at(reader_u32(r));
	b.recorded_at = binding_second_at(reader_u32(r));
	b.session = reader_u64(r);
	b.start_sure_at = unsure == UINT16_MAX || b.start_at == TIME_NONE || b.start_at == TIME_MAX ? TIME_MAX : b.start_at + unsure * SECOND_US;
	if (zero || b.end_at == TIME_NONE || b.start_at == TIME_MAX || (b.start_at == TIME_NONE && unsure != UINT16_MAX))
		return ERR_CORRUPT;
	if (b.end_at == TIME_MAX)
		b.end_at = TIME_NONE;
	struct binding normal = b;
	if (binding_normalise(&normal, NULL) != OK || !binding_eq(&normal, &b))
		return ERR_CORRUPT;
	*ret_binding = b;
	return OK;
}

static enum err get_span(struct reader *r, struct feed_span *ret_span)
{
	static const char none[32];
	struct feed_span s = { 0 };
	s.state = reader_u8(r);
	s.reason = reader_u8(r);
	s.feed = reader_u8(r);
	struct str unused = reader_take(r, sizeof(none));
	s.from_at = binding_second_at(reader_u32(r));
	uint32_t zero = reader_u32(r);
	s.until_at = binding_second_at(reader_u32(r));
	s.recorded_at = binding_second_at(reader_u32(r));
	struct feed_span normal = s;
	if (reader_u64(r) || zero || memcmp(unused.ptr, none, sizeof(none)) != 0 || s.until_at == TIME_NONE || s.from_at == TIME_MAX || feed_span_normalise(&normal, NULL) != OK ||
		normal.from_at != s.from_at || normal.until_at != s.until_at || normal.recorded_at != s.recorded_at)
		return ERR_CORRUPT;
	*ret_span = s;
	return OK;
}

enum err binding_record_decode(const char in[BINDING_RECORD_LEN], uint32_t day, uint32_t number, struct binding_item *ret_item)
{
	struct reader r;
	struct binding_item item = { 0 };
	reader_init(&r, (struct str){ in + CRC_AT, CRC_LEN });
	if (reader_u32(&r) != checksum(in, day, number))
		return ERR_CORRUPT;
	reader_init(&r, (struct str){ in, CRC_AT });
	uint8_t type = reader_u8(&r);
	enum err e = type == TYPE_BINDING ? get_binding(&r, &item.binding) : type == TYPE_SPAN ? get_span(&r, &item.span) : ERR_CORRUPT;
	if (e)
		return e;
	item.is_span = type == TYPE_SPAN;
	if (reader_end(&r) != OK)
		return ERR_CORRUPT;
	*ret_item = item;
	return OK;
}

void binding_head_encode(const struct binding_head *h, char out[BINDING_RECORD_LEN])
{
	memset(out, 0, BINDING_RECORD_LEN);
	memcpy(out, HEAD_MAGIC.ptr, HEAD_MAGIC.len);
	(void)str_put_number(str_put_number(str_put_number(out + HEAD_MAGIC.len, h->day, 4), h->previous_day, 4), h->previous_count, 4);
	(void)str_put_number(out + CRC_AT, checksum(out, h->day, 0), CRC_LEN);
}

enum err binding_head_decode(const char in[BINDING_RECORD_LEN], uint32_t day, struct binding_head *ret_head)
{
	struct reader r;
	struct binding_head h;
	reader_init(&r, (struct str){ in + CRC_AT, CRC_LEN });
	if (reader_u32(&r) != checksum(in, day, 0) || !str_starts((struct str){ in, CRC_AT }, HEAD_MAGIC))
		return ERR_CORRUPT;
	reader_init(&r, str_sub((struct str){ in, CRC_AT }, HEAD_MAGIC.len, 12));
	h.day = reader_u32(&r);
	h.previous_day = reader_u32(&r);
	h.previous_count = reader_u32(&r);
	if (h.day != day)
		return ERR_CORRUPT;
	*ret_head = h;
	return OK;
}

void binding_segment_name(uint32_t day, char out[BINDING_NAME_MAX])
{
	char text[TIME_TEXT_MAX];
	time_print(day * DAY_US, text);
	(void)snprintf(out, BINDING_NAME_MAX, "bindings-%.10s", text);
}

uint32_t binding_segment_day(const char *name)
{
	char again[BINDING_NAME_MAX];
	int64_t at;
	struct str s = str_of(name);
	if (!str_starts(s, STR("bindings-")) || time_parse(str_sub(s, 9, s.len), &at) != OK || at <= 0 || at / DAY_US > UINT32_MAX)
		return 0;
	binding_segment_name((uint32_t)(at / DAY_US), again);
	return strcmp(name, again) == 0 ? (uint32_t)(at / DAY_US) : 0;
}
