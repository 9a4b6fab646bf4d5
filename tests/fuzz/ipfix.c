/*
 * Any bytes as a stream of IPFIX and NetFlow 9: every walk ends, what is read lies within its message, and what is an event of a NAT in either
 * dialect is one that a frame holds. The same bytes are an item of the spool, too.
 */
#include "intake/nat.h"
#include "ipfix_form.h"

#include "fuzz.h"

#define RECEIVED (1790000000 * SECOND_US)

static struct ipfix_book book;

static void told(void *arg, const struct nat_event *e)
{
	struct nat_event again;
	struct nat_batch batch = { RECEIVED, 0 };
	struct buf out;
	struct str rest;
	uint8_t feed;
	int64_t received_at;
	MUST(e->first_at <= e->last_at && e->port_from <= e->port_to && addr_is_v4(&e->outside) && e->since_at == TIME_NONE);
	buf_init(&out, 256);
	nat_begin(&out, &batch);
	nat_put(&out, 3, RECEIVED, e);
	MUST(out.len <= 9 + NAT_EVENT_BYTES);
	MUST(nat_open(buf_str(&out), &batch, &rest) == OK && nat_next(&rest, &feed, &received_at, &again) == OK && !rest.len && feed == 3 && received_at == RECEIVED);
	MUST(again.what == e->what && again.mapping == e->mapping && addr_eq(&again.inside, &e->inside) && addr_eq(&again.outside, &e->outside) &&
		again.port_from == e->port_from && again.port_to == e->port_to && again.first_at == e->first_at && again.last_at == e->last_at);
	buf_done(&out);
	++*(unsigned *)arg;
}

static void datagram(const struct nat_datagram *d)
{
	struct nat_read x;
	unsigned events = 0;
	nat_read(&book, d, told, &events, &x);
	MUST(events == x.events && x.unverified <= x.events && (!x.unread || x.reason[0]));
	for (unsigned i = 0; i < IPFIX_TEMPLATES_MAX; i++)
		MUST(!book.templates[i].id || (book.templates[i].id >= 256 && book.templates[i].least && book.templates[i].field_count <= IPFIX_FIELDS_MAX &&
			book.templates[i].scope_count <= book.templates[i].field_count && book.templates[i].session - 1 < IPFIX_SESSIONS_MAX));
}

static void as_stream(struct str bytes, uint8_t speech)
{
	struct reader r;
	book = (struct ipfix_book){ 0 };
	reader_init(&r, bytes);
	while (reader_left(&r) >= 2) {
		uint16_t len = reader_u16(&r);
		struct nat_datagram d = { .feed = 1, .speech = speech, .received_at = RECEIVED, .octets = reader_take(&r, len < reader_left(&r) ? len : reader_left(&r)) };
		datagram(&d);
	}
}

static void as_item(struct str bytes)
{
	struct nat_batch batch;
	struct nat_datagram d;
	struct str rest;
	if (nat_item_open(bytes, &batch, &rest) != OK)
		return;
	while (nat_item_next(&rest, &d) == OK)
		if (d.received_at > SECOND_US && d.received_at < RECEIVED)
			datagram(&d);
}

static void as_frame(struct str bytes)
{
	struct nat_batch batch;
	struct nat_event e;
	struct str rest, before;
	uint8_t feed;
	int64_t received_at;
	if (nat_open(bytes, &batch, &rest) != OK)
		return;
	for (before = rest; nat_next(&rest, &feed, &received_at, &e) == OK; before = rest) {
		struct buf again;
		buf_init(&again, 256);
		nat_put(&again, feed, received_at, &e);
		MUST(str_eq(buf_str(&again), str_sub(before, 0, before.len - rest.len)));
		buf_done(&again);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf out;
	buf_init(&out, 64 << 20);
	book = (struct ipfix_book){ 0 };
	ipfix_form(&out, &book, FUZZ_TEXT(data, len));
	buf_done(&out);
	for (unsigned dialect = 0; dialect < NAT_DIALECT_END; dialect++)
		as_stream(FUZZ_TEXT(data, len), (uint8_t)(NAT_IPFIX + dialect));
	as_item(FUZZ_TEXT(data, len));
	as_frame(FUZZ_TEXT(data, len));
	return 0;
}
