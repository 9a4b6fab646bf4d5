/*
 * The listener for what NATs log. See nat.h.
 */
#include "intake/nat.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/datagram.h"

enum { KIND = 'N', HEAD_LEN = 17, DATAGRAM_HEAD_LEN = 30, PAYLOAD_BYTES = 256 << 10 };

struct nat_listener {
	struct nat_options o;
	struct watch *watch;
	struct datagram_box *box;
	struct nat_stats stats;
	struct buf payload;             /* the item in the making, or on its way to the disk */
	unsigned count;                 /* of its datagrams */
	bool put;                       /* it is on its way */
	uint32_t dropped;
	uint64_t lost_told, lost_here;  /* lost as items have said; as the one on its way says */
	int64_t since_at;
};

static uint64_t lost(const struct nat_listener *n)
{
	return n->stats.refused + n->stats.cut + n->dropped;
}

static const struct nat_exporter *exporter_of(const struct nat_listener *n, const struct addr *addr)
{
	const struct nat_exporter *best = NULL;
	for (unsigned i = 0; i < n->o.exporter_count; i++)
		if (prefix_has(&n->o.exporters[i].prefix, addr) && (!best || n->o.exporters[i].prefix.bits > best->prefix.bits))
			best = &n->o.exporters[i];
	return best;
}

static void on_durable(void *arg, enum err e, const struct position *at)
{
	struct nat_listener *n = arg;
	(void)at;
	n->put = false;
	if (e == OK) {
		n->lost_told = n->lost_here;
		n->stats.taken += n->count;
	} else {
		n->stats.refused += n->count;
	}
	n->count = 0;
	/* what waited meanwhile */
	watch_set(n->watch, LOOP_READ);
}

/* The head is written last: it tells of what was lost until now. */
static void put_item(struct nat_listener *n)
{
	struct sink_item item = { .item_class = CLASS_ACCOUNTING, .source = n->o.source, .received_at = clock_wall_at(), .meta = STR("{\"listener\":\"nat\"}"),
		.payload = buf_str(&n->payload) };
	struct buf head;
	if (!n->count)
		return;
	n->lost_here = lost(n);
	buf_init(&head, HEAD_LEN);
	buf_u8(&head, KIND);
	buf_u64(&head, (uint64_t)n->since_at);
	buf_u64(&head, n->lost_here - n->lost_told);
	enum err e = head.err ? head.err : n->payload.err;
	if (e == OK) {
		memcpy(n->payload.ptr, head.ptr, HEAD_LEN);
		e = n->o.sink.put(n->o.sink.state, &item, on_durable, n);
	}
	buf_done(&head);
	if (e) {
		n->stats.refused += n->count;
		n->count = 0;
		return;
	}
	n->put = true;
	watch_set(n->watch, 0);
}

static void take(struct nat_listener *n, const struct datagram *d, int64_t now)
{
	const struct nat_exporter *x = exporter_of(n, &d->addr);
	if (!x) {
		n->stats.unknown++;
	} else if (d->octets.len >= DATAGRAM_BYTES_MAX) {
		n->stats.cut++;
	} else if (n->o.sink.refuses(n->o.sink.state, CLASS_ACCOUNTING)) {
		n->stats.refused++;
	} else {
		buf_u8(&n->payload, x->feed);
		buf_u8(&n->payload, x->speech);
		buf_u64(&n->payload, (uint64_t)now);
		buf_put(&n->payload, (struct str){ (const char *)d->addr.octets, 16 });
		buf_u16(&n->payload, d->port);
		buf_u16(&n->payload, (uint16_t)d->octets.len);
		buf_put(&n->payload, d->octets);
		n->count++;
	}
}

static void on_readable(void *arg, int fd, unsigned events)
{
	static const char head[HEAD_LEN];
	struct nat_listener *n = arg;
	struct datagram list[DATAGRAM_SLOTS];
	unsigned got = 0;
	(void)events;
	if (n->put)
		return;
	buf_clear(&n->payload);
	buf_put(&n->payload, (struct str){ head, HEAD_LEN });
	while (n->count + DATAGRAM_SLOTS <= NAT_ITEM_DATAGRAMS && buf_str(&n->payload).len < PAYLOAD_BYTES && datagram_receive(n->box, fd, list, &got, &n->dropped) == OK) {
		int64_t now = clock_wall_at();
		for (unsigned i = 0; i < got; i++)
			take(n, &list[i], now);
		if (got < DATAGRAM_SLOTS)
			break;
	}
	n->stats.dropped = n->dropped;
	put_item(n);
}

enum err nat_listen(struct loop *l, const struct nat_options *options, struct nat_listener **ret_listener, struct why *why)
{
	struct nat_listener *n = calloc(1, sizeof(*n));
	if (!n || !(n->box = datagram_box_new())) {
		free(n);
		return why_set(why, ERR_NOMEM, "no memory for a listener");
	}
	n->o = *options;
	n->since_at = clock_wall_at();
	buf_init(&n->payload, HEAD_LEN + PAYLOAD_BYTES + DATAGRAM_SLOTS * (DATAGRAM_HEAD_LEN + DATAGRAM_BYTES_MAX));
	datagram_prepare(n->o.fd, NAT_SOCKET_BYTES);
	enum err e = watch_new(l, n->o.fd, LOOP_READ, on_readable, n, &n->watch);
	if (e) {
		nat_close(n);
		return why_set(why, e, "a listener cannot be watched");
	}
	*ret_listener = n;
	return OK;
}

void nat_close(struct nat_listener *n)
{
	if (!n)
		return;
	watch_free(n->watch);
	datagram_box_free(n->box);
	buf_done(&n->payload);
	free(n);
}

const struct nat_stats *nat_stats(const struct nat_listener *n)
{
	return &n->stats;
}

bool nat_item_is(struct str payload)
{
	return payload.len && payload.ptr[0] == KIND;
}

enum err nat_item_open(struct str payload, struct nat_batch *ret_batch, struct str *ret_rest)
{
	struct reader r;
	reader_init(&r, payload);
	uint8_t kind = reader_u8(&r);
	struct nat_batch b = { .since_at = (int64_t)reader_u64(&r), .lost = reader_u64(&r) };
	if (r.err || kind != KIND)
		return ERR_SYNTAX;
	*ret_batch = b;
	*ret_rest = str_sub(payload, r.pos, payload.len);
	return OK;
}

enum err nat_item_next(struct str *rest, struct nat_datagram *ret_datagram)
{
	struct reader r;
	struct nat_datagram d = { 0 };
	if (!rest->len)
		return ERR_NOTFOUND;
	reader_init(&r, *rest);
	d.feed = reader_u8(&r);
	d.speech = reader_u8(&r);
	d.received_at = (int64_t)reader_u64(&r);
	struct str addr = reader_take(&r, sizeof(d.sender.octets));
	d.port = reader_u16(&r);
	uint16_t len = reader_u16(&r);
	d.octets = reader_take(&r, len);
	if (r.err || d.speech >= NAT_SPEECH_END)
		return ERR_SYNTAX;
	memcpy(d.sender.octets, addr.ptr, sizeof(d.sender.octets));
	*ret_datagram = d;
	*rest = str_sub(*rest, r.pos, rest->len);
	return OK;
}
