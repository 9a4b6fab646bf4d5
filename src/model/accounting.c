/*
 * Messages of accounting as octets. See accounting.h. What is decoded was written by another role, which reads hostile packets.
 */
#include "model/accounting.h"

const char *const accounting_status_words[] = { "start", "stop", "interim", "on", "off", "lost", NULL };

enum { VERSION = 3, FLAG_COUNTED = 1, FLAG_WIDE = 2, TAKEN_BACK = 128 };

static void put_text(struct buf *out, struct str s)
{
	size_t len = s.len < ACCOUNTING_TEXT_MAX ? s.len : ACCOUNTING_TEXT_MAX;
	buf_u8(out, (uint8_t)len);
	buf_put(out, str_sub(s, 0, len));
}

void accounting_begin(struct buf *out, int64_t since_at)
{
	buf_u8(out, VERSION);
	buf_u64(out, (uint64_t)since_at);
}

void accounting_put(struct buf *out, uint8_t feed, const struct accounting *e)
{
	buf_u8(out, feed);
	buf_u8(out, (uint8_t)e->status);
	buf_u8(out, (uint8_t)((e->counted ? FLAG_COUNTED : 0) | (e->wide ? FLAG_WIDE : 0)));
	buf_u64(out, (uint64_t)e->received_at);
	buf_u64(out, (uint64_t)e->delay_us);
	buf_u64(out, (uint64_t)e->event_at);
	buf_u64(out, (uint64_t)e->lasted_us);
	buf_u64(out, e->in_octets);
	buf_u64(out, e->out_octets);
	buf_u32(out, e->port_type);
	buf_u32(out, e->timeout_s);
	buf_u8(out, (uint8_t)e->said);
	buf_u8(out, (uint8_t)e->unclear);
	put_text(out, e->nas);
	put_text(out, e->session);
	put_text(out, e->user);
	put_text(out, e->port);
	put_text(out, e->station);
	struct str identity = e->identity.len <= ACCOUNTING_IDENTITY_MAX ? e->identity : STR_NONE;
	buf_u16(out, (uint16_t)identity.len);
	buf_put(out, identity);
	buf_u8(out, (uint8_t)e->held_count);
	for (unsigned i = 0; i < e->held_count; i++) {
		const struct accounting_held *h = &e->held[i];
		buf_u8(out, (uint8_t)(h->kind | (h->taken_back ? TAKEN_BACK : 0)));
		buf_put(out, (struct str){ (const char *)h->prefix.addr.octets, sizeof(h->prefix.addr.octets) });
		buf_u8(out, h->prefix.bits);
		buf_u16(out, h->port_from);
		buf_u16(out, h->port_to);
	}
}

void accounting_put_lost(struct buf *out, uint8_t feed, int64_t at)
{
	const struct accounting e = { .status = ACCOUNTING_LOST, .received_at = at, .event_at = TIME_NONE, .lasted_us = -1, .port_type = ACCOUNTING_UNSAID,
		.timeout_s = ACCOUNTING_UNSAID };
	accounting_put(out, feed, &e);
}

enum err accounting_open(struct str body, int64_t *ret_since_at, struct str *ret_rest)
{
	struct reader r;
	reader_init(&r, body);
	uint8_t version = reader_u8(&r);
	int64_t since_at = (int64_t)reader_u64(&r);
	if (r.err || version != VERSION)
		return ERR_SYNTAX;
	*ret_since_at = since_at;
	*ret_rest = str_sub(body, r.pos, body.len);
	return OK;
}

static struct str get_text(struct reader *r)
{
	uint8_t len = reader_u8(r);
	return reader_take(r, len);
}

static bool get_held(struct reader *r, struct accounting_held *h)
{
	uint8_t kind = reader_u8(r);
	struct str addr = reader_take(r, sizeof(h->prefix.addr.octets));
	h->kind = (enum accounting_held_kind)(kind & ~TAKEN_BACK);
	h->taken_back = kind & TAKEN_BACK;
	h->prefix.bits = reader_u8(r);
	h->port_from = reader_u16(r);
	h->port_to = reader_u16(r);
	if (r->err || h->kind >= HELD_KIND_END || h->prefix.bits > 128)
		return false;
	memcpy(h->prefix.addr.octets, addr.ptr, sizeof(h->prefix.addr.octets));
	return true;
}

/* Times that are none would be computed with. */
static bool is_time(int64_t at)
{
	return at == TIME_NONE || (at >= 0 && at / SECOND_US <= UINT32_MAX);
}

enum err accounting_next(struct str *rest, uint8_t *ret_feed, struct accounting *ret_accounting)
{
	struct reader r;
	struct accounting e = { 0 };
	if (!rest->len)
		return ERR_NOTFOUND;
	reader_init(&r, *rest);
	uint8_t feed = reader_u8(&r), status = reader_u8(&r), flags = reader_u8(&r);
	e.status = (enum accounting_status)status;
	e.counted = flags & FLAG_COUNTED;
	e.wide = flags & FLAG_WIDE;
	e.received_at = (int64_t)reader_u64(&r);
	e.delay_us = (int64_t)reader_u64(&r);
	e.event_at = (int64_t)reader_u64(&r);
	e.lasted_us = (int64_t)reader_u64(&r);
	e.in_octets = reader_u64(&r);
	e.out_octets = reader_u64(&r);
	e.port_type = reader_u32(&r);
	e.timeout_s = reader_u32(&r);
	e.said = reader_u8(&r);
	e.unclear = reader_u8(&r);
	e.nas = get_text(&r);
	e.session = get_text(&r);
	e.user = get_text(&r);
	e.port = get_text(&r);
	e.station = get_text(&r);
	e.identity = reader_take(&r, reader_u16(&r));
	e.held_count = reader_u8(&r);
	bool shaped = !r.err && status < ACCOUNTING_STATUS_END && !(flags & ~(FLAG_COUNTED | FLAG_WIDE)) && e.identity.len <= ACCOUNTING_IDENTITY_MAX &&
		e.held_count <= ACCOUNTING_HELD_MAX;
	if (!shaped || e.received_at == TIME_NONE || !is_time(e.received_at) || !is_time(e.event_at) || !is_time(e.delay_us) ||
		(e.lasted_us != -1 && !is_time(e.lasted_us)) || e.delay_us == TIME_NONE || e.lasted_us == TIME_NONE)
		return ERR_SYNTAX;
	for (unsigned i = 0; i < e.held_count; i++)
		if (!get_held(&r, &e.held[i]))
			return ERR_SYNTAX;
	*ret_feed = feed;
	*ret_accounting = e;
	*rest = str_sub(*rest, r.pos, rest->len);
	return OK;
}
