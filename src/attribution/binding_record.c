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

static uint64_t number_at(const char *p, unsigned octets)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < octets; i++)
		n = n << 8 | (uint8_t)p[i];
	return n;
}

static uint32_t u32_at(const char *p)
{
	return (uint32_t)number_at(p, 4);
}

/* Of all octets but type and checksum. A load reads tens of millions: places that are known cost less than a reader. */
static enum err get_binding(const char *p, struct binding *ret_binding)
{
	uint16_t unsure = (uint16_t)number_at(p + 10, 2);
	struct binding b = { .kind = (enum binding_kind)(uint8_t)p[1], .flags = (uint8_t)p[2], .feed = (uint8_t)p[3], .prefix.bits = (uint8_t)p[4],
		.port_from = (uint16_t)number_at(p + 6, 2), .port_to = (uint16_t)number_at(p + 8, 2), .start_at = binding_second_at(u32_at(p + 36)),
		.seen_at = binding_second_at(u32_at(p + 40)), .end_at = binding_second_at(u32_at(p + 44)), .recorded_at = binding_second_at(u32_at(p + 48)),
		.session = number_at(p + 52, 8) };
	memcpy(b.prefix.addr.octets, p + 12, sizeof(b.prefix.addr.octets));
	memcpy(b.subject.octets, p + 28, BINDING_SUBJECT_LEN);
	b.start_sure_at = unsure == UINT16_MAX || b.start_at == TIME_NONE || b.start_at == TIME_MAX ? TIME_MAX : b.start_at + unsure * SECOND_US;
	if (p[5] || b.end_at == TIME_NONE || b.start_at == TIME_MAX || (b.start_at == TIME_NONE && unsure != UINT16_MAX))
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
	struct feed_span span;
	if (u32_at(in + CRC_AT) != checksum(in, day, number))
		return ERR_CORRUPT;
	if (in[0] == TYPE_BINDING) {
		ret_item->is_span = false;
		return get_binding(in, &ret_item->binding);
	}
	reader_init(&r, (struct str){ in + 1, CRC_AT - 1 });
	if (in[0] != TYPE_SPAN || get_span(&r, &span) != OK || reader_end(&r) != OK)
		return ERR_CORRUPT;
	*ret_item = (struct binding_item){ .is_span = true, .span = span };
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
