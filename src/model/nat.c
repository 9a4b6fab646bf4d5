/*
 * Events of a NAT as octets. See nat.h. What is decoded was written by another role, which reads hostile lines.
 */
#include "model/nat.h"

const char *const nat_what_words[] = { "given", "told", "held", "back", "unverified", "heard", "lost", NULL };

enum { VERSION = 1, MAPPING = 128 };

void nat_begin(struct buf *out, const struct nat_batch *batch)
{
	buf_u8(out, VERSION);
	buf_u64(out, (uint64_t)batch->since_at);
}

static bool is_of_feed(enum nat_what what)
{
	return what == NAT_HEARD || what == NAT_LOST;
}

void nat_put(struct buf *out, uint8_t feed, int64_t received_at, const struct nat_event *e)
{
	buf_u8(out, feed);
	buf_u8(out, (uint8_t)(e->what | (e->mapping ? MAPPING : 0)));
	buf_u64(out, (uint64_t)received_at);
	if (is_of_feed(e->what))
		return;
	buf_u64(out, (uint64_t)e->first_at);
	buf_u64(out, (uint64_t)e->last_at);
	buf_u64(out, (uint64_t)e->since_at);
	buf_put(out, (struct str){ (const char *)e->inside.octets, sizeof(e->inside.octets) });
	buf_put(out, (struct str){ (const char *)e->outside.octets + 12, 4 });
	buf_u16(out, e->port_from);
	buf_u16(out, e->port_to);
}

enum err nat_open(struct str body, struct nat_batch *ret_batch, struct str *ret_rest)
{
	struct reader r;
	reader_init(&r, body);
	uint8_t version = reader_u8(&r);
	struct nat_batch b = { .since_at = (int64_t)reader_u64(&r) };
	if (r.err || version != VERSION)
		return ERR_SYNTAX;
	*ret_batch = b;
	*ret_rest = str_sub(body, r.pos, body.len);
	return OK;
}

/* Times that are none would be computed with. */
static bool is_time(int64_t at)
{
	return at >= 0 && at / SECOND_US <= UINT32_MAX;
}

static bool get_block(struct reader *r, struct nat_event *e)
{
	e->first_at = (int64_t)reader_u64(r);
	e->last_at = (int64_t)reader_u64(r);
	e->since_at = (int64_t)reader_u64(r);
	struct str inside = reader_take(r, sizeof(e->inside.octets)), outside = reader_take(r, 4);
	e->port_from = reader_u16(r);
	e->port_to = reader_u16(r);
	if (r->err || e->port_from > e->port_to || !is_time(e->first_at) || !is_time(e->last_at) || e->first_at > e->last_at || (e->since_at != TIME_NONE && !is_time(e->since_at)))
		return false;
	memcpy(e->inside.octets, inside.ptr, inside.len);
	e->outside = (struct addr){ { [10] = 0xff, [11] = 0xff } };
	memcpy(e->outside.octets + 12, outside.ptr, outside.len);
	return true;
}

enum err nat_next(struct str *rest, uint8_t *ret_feed, int64_t *ret_received_at, struct nat_event *ret_event)
{
	struct reader r;
	struct nat_event e = { 0 };
	if (!rest->len)
		return ERR_NOTFOUND;
	reader_init(&r, *rest);
	uint8_t feed = reader_u8(&r), what = reader_u8(&r);
	e.what = (enum nat_what)(what & ~MAPPING);
	e.mapping = what & MAPPING;
	int64_t received_at = (int64_t)reader_u64(&r);
	if (r.err || e.what >= NAT_WHAT_END || !is_time(received_at) || (is_of_feed(e.what) ? e.mapping : !get_block(&r, &e)))
		return ERR_SYNTAX;
	*ret_feed = feed;
	*ret_received_at = received_at;
	*ret_event = e;
	*rest = str_sub(*rest, r.pos, rest->len);
	return OK;
}
