/*
 * The RADIUS accounting listener. See accounting.h.
 */
#include "intake/accounting.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/datagram.h"
#include "base/digest.h"
#include "base/seal.h"
#include "base/time.h"
#include "wire/radius_write.h"

enum { VERSION = 1, LOST_AT = 9, HEAD_LEN = 17, PACKET_HEAD_LEN = 29, PAYLOAD_BYTES = 1 << 20, CACHE_ROWS = 1 << 17, CACHE_PROBES = 8, REPLIES_A_CALL = 64 };

/* A request that was seen; times by the clock that never goes back. */
struct seen {
	uint64_t key;                   /* 0: none */
	uint32_t at_s;
	bool answered;
};

struct waiting {
	struct addr addr;
	uint16_t port;
	uint32_t offset, len;           /* of the packet in the payload */
	const struct accounting_client *client;
	uint64_t key;
};

struct accounting_listener {
	struct accounting_options o;
	struct watch *watch;
	struct datagram_box *box;
	struct accounting_stats stats;
	struct buf payload;             /* the item in the making, or on its way to the disk */
	struct waiting waiting[ACCOUNTING_ITEM_PACKETS];
	unsigned count;
	bool put;                       /* it is on its way */
	uint32_t dropped;               /* by the system, since the socket was opened */
	uint32_t dropped_told;
	uint64_t refused_told, refused_put;     /* put: what the item on its way tells */
	int64_t since_at;
	uint8_t cache_key[16];
	struct seen cache[CACHE_ROWS];
	struct radius_writer writers[REPLIES_A_CALL];
};

static const struct accounting_client *client_of(const struct accounting_listener *a, const struct addr *addr)
{
	const struct accounting_client *best = NULL;
	for (unsigned i = 0; i < a->o.client_count; i++)
		if (prefix_has(&a->o.clients[i].prefix, addr) && (!best || a->o.clients[i].prefix.bits > best->prefix.bits))
			best = &a->o.clients[i];
	return best;
}

static uint64_t key_of(const struct accounting_listener *a, const struct datagram *d)
{
	char text[16 + 2 + RADIUS_HEADER_LEN];
	memcpy(text, d->addr.octets, 16);
	memcpy(text + 16, &d->port, 2);
	memcpy(text + 18, d->octets.ptr, RADIUS_HEADER_LEN);
	uint64_t key = siphash(a->cache_key, (struct str){ text, sizeof(text) });
	return key ? key : 1;
}

/* The row of a request, or the one that it may take: empty, too old, or the oldest of those near. */
static struct seen *cache_row(struct accounting_listener *a, uint64_t key, uint32_t now_s, bool *ret_there)
{
	struct seen *oldest = NULL;
	for (unsigned i = 0; i < CACHE_PROBES; i++) {
		struct seen *s = &a->cache[(key + i) % CACHE_ROWS];
		if (s->key == key && now_s - s->at_s < ACCOUNTING_CACHE_S) {
			*ret_there = true;
			return s;
		}
		if (!oldest || !s->key || (oldest->key && s->at_s < oldest->at_s))
			oldest = s;
	}
	*ret_there = false;
	return oldest;
}

static uint32_t now_s(void)
{
	return (uint32_t)(clock_monotonic_us() / SECOND_US) + ACCOUNTING_CACHE_S;
}

/* The answer, in a writer; false: there is none to be had. */
static bool write_reply(struct radius_writer *w, struct str octets, struct str secret, struct str *ret_reply)
{
	struct radius_packet p;
	if (radius_read(octets, &p) != OK)
		return false;
	radius_write_reply(w, RADIUS_ACCOUNTING_RESPONSE, &p, true);
	return radius_end_reply(w, &p, secret, ret_reply) == OK;
}

static void answer_one(struct accounting_listener *a, const struct datagram *d, struct str secret)
{
	struct datagram reply = *d;
	if (write_reply(&a->writers[0], d->octets, secret, &reply.octets))
		(void)datagram_send(a->o.fd, &reply, 1);
}

static void answer_all(struct accounting_listener *a)
{
	struct datagram replies[REPLIES_A_CALL];
	unsigned n = 0;
	uint32_t now = now_s();
	for (unsigned i = 0; i < a->count; i++) {
		const struct waiting *x = &a->waiting[i];
		bool there;
		struct seen *s = cache_row(a, x->key, now, &there);
		if (there)
			s->answered = true;
		replies[n] = (struct datagram){ x->addr, x->port, STR_NONE };
		if (write_reply(&a->writers[n], str_sub(buf_str(&a->payload), x->offset, x->offset + x->len), x->client->secret, &replies[n].octets))
			n++;
		if (n == REPLIES_A_CALL || i + 1 == a->count) {
			(void)datagram_send(a->o.fd, replies, n);
			n = 0;
		}
	}
}

/* What is not durable is forgotten: it comes again. */
static void forget_all(struct accounting_listener *a)
{
	uint32_t now = now_s();
	for (unsigned i = 0; i < a->count; i++) {
		bool there;
		struct seen *s = cache_row(a, a->waiting[i].key, now, &there);
		if (there)
			*s = (struct seen){ 0 };
	}
	a->stats.refused += a->count;
}

static void begin_item(struct accounting_listener *a)
{
	buf_clear(&a->payload);
	a->count = 0;
	buf_u8(&a->payload, VERSION);
	buf_u64(&a->payload, (uint64_t)a->since_at);
	buf_u64(&a->payload, 0);
}

/* Known when the turn is over: what was dropped is told with the packets that came behind it. */
static void tell_lost(struct accounting_listener *a)
{
	uint64_t lost = a->dropped - a->dropped_told + a->stats.refused - a->refused_told;
	a->stats.lost = a->dropped;
	a->refused_put = a->stats.refused;
	if (a->payload.err == OK)
		(void)str_put_number(a->payload.ptr + LOST_AT, lost, HEAD_LEN - LOST_AT);
}

static void on_durable(void *arg, enum err e, const struct position *at)
{
	struct accounting_listener *a = arg;
	(void)at;
	a->put = false;
	if (e == OK) {
		a->dropped_told = a->dropped;
		a->refused_told = a->refused_put;
		a->stats.taken += a->count;
		answer_all(a);
	} else {
		forget_all(a);
	}
	a->count = 0;
	/* what waited meanwhile */
	watch_set(a->watch, LOOP_READ);
}

static void put_item(struct accounting_listener *a)
{
	struct sink_item item = { .item_class = CLASS_ACCOUNTING, .source = a->o.source, .received_at = clock_wall_at(), .meta = STR("{\"listener\":\"radius\"}"),
		.payload = buf_str(&a->payload) };
	if (!a->count)
		return;
	if (a->payload.err == OK && a->o.sink.put(a->o.sink.state, &item, on_durable, a) == OK) {
		a->put = true;
		watch_set(a->watch, 0);
		return;
	}
	forget_all(a);
	a->count = 0;
}

static void keep(struct accounting_listener *a, const struct datagram *d, const struct radius_packet *p, const struct accounting_client *c, int64_t now)
{
	bool there;
	uint32_t at_s = now_s();
	uint64_t key = key_of(a, d);
	struct seen *s = cache_row(a, key, at_s, &there);
	if (there) {
		a->stats.repeated++;
		if (s->answered)
			answer_one(a, d, c->secret);
		return;
	}
	*s = (struct seen){ key, at_s, false };
	buf_u8(&a->payload, c->feed);
	buf_u64(&a->payload, (uint64_t)now);
	buf_put(&a->payload, (struct str){ (const char *)d->addr.octets, 16 });
	buf_u16(&a->payload, d->port);
	buf_u16(&a->payload, (uint16_t)p->octets.len);
	a->waiting[a->count++] = (struct waiting){ d->addr, d->port, (uint32_t)buf_str(&a->payload).len, (uint32_t)p->octets.len, c, key };
	buf_put(&a->payload, p->octets);
}

static void take(struct accounting_listener *a, const struct datagram *d, int64_t now)
{
	struct radius_packet p;
	const struct accounting_client *c = client_of(a, &d->addr);
	a->stats.packets++;
	if (!c) {
		a->stats.unknown++;
		return;
	}
	if (radius_read(d->octets, &p) != OK || (p.code != RADIUS_ACCOUNTING_REQUEST && p.code != RADIUS_STATUS_SERVER)) {
		a->stats.malformed++;
		return;
	}
	if (radius_check_request(&p, c->secret, c->need_authenticator) != OK) {
		a->stats.denied++;
		return;
	}
	if (a->o.sink.refuses(a->o.sink.state, CLASS_ACCOUNTING)) {
		a->stats.refused++;
		return;
	}
	if (p.code == RADIUS_STATUS_SERVER)
		answer_one(a, d, c->secret);
	else
		keep(a, d, &p, c, now);
}

static void on_readable(void *arg, int fd, unsigned events)
{
	struct accounting_listener *a = arg;
	struct datagram list[DATAGRAM_SLOTS];
	unsigned n = 0;
	(void)events;
	if (a->put)
		return;
	begin_item(a);
	while (a->count + DATAGRAM_SLOTS <= ACCOUNTING_ITEM_PACKETS && buf_str(&a->payload).len < PAYLOAD_BYTES &&
		datagram_receive(a->box, fd, list, &n, &a->dropped) == OK) {
		int64_t now = clock_wall_at();
		for (unsigned i = 0; i < n; i++)
			take(a, &list[i], now);
		if (n < DATAGRAM_SLOTS)
			break;
	}
	tell_lost(a);
	put_item(a);
}

enum err accounting_listen(struct loop *l, const struct accounting_options *options, struct accounting_listener **ret_listener, struct why *why)
{
	struct accounting_listener *a = calloc(1, sizeof(*a));
	if (!a || !(a->box = datagram_box_new())) {
		free(a);
		return why_set(why, ERR_NOMEM, "no memory for a listener");
	}
	a->o = *options;
	a->since_at = clock_wall_at();
	random_bytes(a->cache_key, sizeof(a->cache_key));
	buf_init(&a->payload, HEAD_LEN + PAYLOAD_BYTES + DATAGRAM_SLOTS * (PACKET_HEAD_LEN + RADIUS_PACKET_MAX));
	datagram_prepare(a->o.fd, ACCOUNTING_SOCKET_BYTES);
	enum err e = watch_new(l, a->o.fd, LOOP_READ, on_readable, a, &a->watch);
	if (e) {
		accounting_close(a);
		return why_set(why, e, "a listener cannot be watched");
	}
	*ret_listener = a;
	return OK;
}

void accounting_close(struct accounting_listener *a)
{
	if (!a)
		return;
	watch_free(a->watch);
	datagram_box_free(a->box);
	buf_done(&a->payload);
	free(a);
}

const struct accounting_stats *accounting_stats(const struct accounting_listener *a)
{
	return &a->stats;
}

enum err accounting_item_open(struct str payload, struct accounting_batch *ret_batch, struct str *ret_rest)
{
	struct reader r;
	reader_init(&r, payload);
	uint8_t version = reader_u8(&r);
	struct accounting_batch b = { .since_at = (int64_t)reader_u64(&r), .lost = reader_u64(&r) };
	if (r.err || version != VERSION)
		return ERR_SYNTAX;
	*ret_batch = b;
	*ret_rest = str_sub(payload, r.pos, payload.len);
	return OK;
}

enum err accounting_item_next(struct str *rest, struct accounting_packet *ret_packet)
{
	struct reader r;
	struct accounting_packet p = { 0 };
	if (!rest->len)
		return ERR_NOTFOUND;
	reader_init(&r, *rest);
	p.feed = reader_u8(&r);
	p.received_at = (int64_t)reader_u64(&r);
	struct str addr = reader_take(&r, sizeof(p.sender.octets));
	p.port = reader_u16(&r);
	uint16_t len = reader_u16(&r);
	p.octets = reader_take(&r, len);
	if (r.err)
		return ERR_SYNTAX;
	memcpy(p.sender.octets, addr.ptr, sizeof(p.sender.octets));
	*ret_packet = p;
	*rest = str_sub(*rest, r.pos, rest->len);
	return OK;
}
