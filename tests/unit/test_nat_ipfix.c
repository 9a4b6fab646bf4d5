/*
 * Events of NATs in IPFIX and NetFlow 9: what the same value means in each dialect, when it happened, templates and what is lost.
 */
#include "intake/nat_read.h"
#include "tap.h"

#define RECEIVED INT64_C(1790000000500000)

static struct ipfix_book book;
static struct buf out;
static struct nat_event last;
static struct nat_read got;
static unsigned events;
static uint32_t sequence;

static void told(void *arg, const struct nat_event *e)
{
	(void)arg;
	last = *e;
	events++;
}

static void begin(uint8_t version)
{
	buf_clear(&out);
	buf_u16(&out, version);
	buf_u16(&out, 0);
	if (version == 9)
		buf_u32(&out, 1000);
	buf_u32(&out, 1790000000);
	buf_u32(&out, sequence);
	buf_u32(&out, 1);
}

/* The set that begins there is as long as it is now. */
static void end_set(size_t at)
{
	out.ptr[at + 2] = (char)((out.len - at) >> 8);
	out.ptr[at + 3] = (char)(out.len - at);
}

static size_t begin_set(unsigned id)
{
	size_t at = out.len;
	buf_u16(&out, (uint16_t)id);
	buf_u16(&out, 0);
	return at;
}

static void template(unsigned set, unsigned id, const uint16_t (*fields)[2], unsigned count)
{
	size_t at = begin_set(set);
	buf_u16(&out, (uint16_t)id);
	buf_u16(&out, (uint16_t)count);
	for (unsigned i = 0; i < count; i++) {
		buf_u16(&out, fields[i][0]);
		buf_u16(&out, fields[i][1]);
	}
	end_set(at);
}

static void message(enum nat_dialect dialect)
{
	struct nat_datagram d = { .feed = 1, .speech = (uint8_t)(NAT_IPFIX + dialect), .received_at = RECEIVED, .port = 4739 };
	if (out.ptr[1] == 10) {
		out.ptr[2] = (char)(out.len >> 8);
		out.ptr[3] = (char)out.len;
	}
	d.octets = buf_str(&out);
	events = 0;
	nat_read(&book, &d, told, NULL, &got);
}

static const uint16_t block[][2] = { { 323, 8 }, { 230, 1 }, { 8, 4 }, { 225, 4 }, { 361, 2 }, { 362, 2 } };
static const uint16_t session[][2] = { { 230, 1 }, { 27, 16 }, { 225, 4 }, { 227, 2 }, { 150, 4 }, { 12, 4 } };

static void put_block(unsigned event, uint64_t at_ms)
{
	buf_u64(&out, at_ms);
	buf_u8(&out, (uint8_t)event);
	buf_u32(&out, 0x64400001);
	buf_u32(&out, 0xcb007107);
	buf_u16(&out, 1024);
	buf_u16(&out, 2047);
}

/* What one value means of a block. */
static int of_block(enum nat_dialect dialect, unsigned event)
{
	begin(10);
	template(2, 256, block, 6);
	size_t at = begin_set(256);
	put_block(event, 1790000000123);
	end_set(at);
	message(dialect);
	sequence++;
	return events ? (int)last.what : got.silent ? -1 : got.others ? -2 : -3;
}

static int of_session(enum nat_dialect dialect, unsigned event)
{
	begin(10);
	template(2, 257, session, 6);
	size_t at = begin_set(257);
	buf_u8(&out, (uint8_t)event);
	for (unsigned i = 0; i < 4; i++)
		buf_u32(&out, i ? i : 0x20010db8);
	buf_u32(&out, 0xcb007107);
	buf_u16(&out, 5000);
	buf_u32(&out, 1790000000);
	buf_u32(&out, 0xc6336409);
	end_set(at);
	message(dialect);
	sequence++;
	return events ? (int)last.what : got.silent ? -1 : got.others ? -2 : -3;
}

static void dialects(void)
{
	struct addr inside, outside;
	BUG_ON(addr_parse(STR("100.64.0.1"), &inside) != OK || addr_parse(STR("203.0.113.7"), &outside) != OK);
	IS_INT(of_block(NAT_RFC8158, 16), NAT_GIVEN, "by RFC 8158 16 gives a block");
	OK_(addr_eq(&last.inside, &inside) && addr_eq(&last.outside, &outside) && last.port_from == 1024 && last.port_to == 2047 && !last.mapping, "of its addresses and ports");
	OK_(last.first_at == INT64_C(1790000000123000) && last.last_at == last.first_at + 1000, "at its millisecond");
	IS_INT(of_block(NAT_JUNOS_DRAFT, 16), NAT_HELD, "by the draft of Junos it is held still");
	IS_INT(of_block(NAT_RFC8158, 17), NAT_BACK, "by RFC 8158 17 takes it back");
	IS_INT(of_block(NAT_JUNOS_DRAFT, 17), NAT_UNVERIFIED, "which in the draft has no meaning");
	OK_(got.unverified == 1 && got.reason[0], "and is told");
	IS_INT(of_block(NAT_RFC8158, 14), -1, "14 binds an address and says nothing of ports");
	IS_INT(of_block(NAT_JUNOS_DRAFT, 14), NAT_GIVEN, "or gives a block");
	IS_INT(of_block(NAT_RFC8158, 15), -1, "15, the same");
	IS_INT(of_block(NAT_JUNOS_DRAFT, 15), NAT_BACK, "or takes a block back");
	IS_INT(of_block(NAT_RFC8158, 200), NAT_UNVERIFIED, "200 means nothing in either");
	IS_INT(of_block(NAT_RFC8158, 13), -1, "that a quota is met says nothing of who has ports");
	IS_INT(of_session(NAT_RFC8158, 1), NAT_UNVERIFIED, "1 was before RFC 8158");
	IS_INT(of_session(NAT_JUNOS_DRAFT, 1), NAT_GIVEN, "and begins a session by the draft");
	IS_INT(of_session(NAT_RFC8158, 4), NAT_GIVEN, "4 begins one in both");
	OK_(last.mapping && last.port_from == 5000 && last.port_to == 5000 && last.first_at == INT64_C(1790000000000000) && last.last_at == INT64_C(1790000001000000),
		"of one port, in the second that it began");
	IS_INT(of_session(NAT_JUNOS_DRAFT, 5), NAT_BACK, "5 ends it");
	OK_(last.first_at == RECEIVED - SECOND_US && last.last_at == RECEIVED, "and when it ended only its arrival tells");
	IS_INT(of_session(NAT_RFC8158, 16), -3, "a block without its ports is lost");
}

static void losses(void)
{
	book = (struct ipfix_book){ 0 };
	sequence = 100;
	begin(10);
	size_t at = begin_set(256);
	put_block(16, 1790000000000);
	end_set(at);
	message(NAT_RFC8158);
	OK_(!events && got.lost == 1, "records of a template that never came are lost");
	IS_INT(of_block(NAT_RFC8158, 16), NAT_GIVEN, "with it they are read");
	IS_INT(got.lost, 0, "what could not be counted is no second loss");
	sequence += 3;
	(void)of_block(NAT_RFC8158, 16);
	IS_INT(got.lost, 3, "three records are missing by the sequence");
	sequence = 0;
	(void)of_block(NAT_RFC8158, 16);
	IS_INT(got.lost, 0, "one of the same second that counts from before is late");
	begin(9);
	template(0, 300, block, 6);
	at = begin_set(300);
	put_block(16, 1790000000000);
	buf_puts(&out, "pad");
	end_set(at);
	message(NAT_RFC8158);
	OK_(events == 1 && last.what == NAT_GIVEN && !got.lost, "NetFlow 9, with padding");
	sequence += 2;
	begin(9);
	message(NAT_RFC8158);
	IS_INT(got.lost, 1, "of which one message is missing");
}

static void odd(void)
{
	static const uint16_t twice[][2] = { { 230, 1 }, { 230, 1 }, { 8, 4 }, { 225, 4 }, { 361, 2 }, { 364, 2 } };
	static const uint16_t steps[][2] = { { 230, 1 }, { 8, 4 }, { 225, 4 }, { 361, 2 }, { 364, 2 }, { 363, 2 } };
	static const uint16_t flow[][2] = { { 8, 4 }, { 12, 4 } };
	book = (struct ipfix_book){ 0 };
	begin(10);
	template(2, 256, twice, 6);
	size_t at = begin_set(256);
	buf_u8(&out, 16);
	buf_u8(&out, 17);
	buf_u64(&out, 1);
	buf_u32(&out, 1);
	end_set(at);
	message(NAT_RFC8158);
	OK_(!events && got.unread == 1, "two events in one record contradict each other");
	begin(10);
	template(2, 256, steps, 6);
	at = begin_set(256);
	for (unsigned step = 1; step <= 2; step++) {
		buf_u8(&out, 16);
		buf_u32(&out, 0x64400001);
		buf_u32(&out, 0xcb007107);
		buf_u16(&out, 2048);
		buf_u16(&out, 512);
		buf_u16(&out, (uint16_t)step);
	}
	end_set(at);
	message(NAT_RFC8158);
	OK_(events == 1 && last.port_from == 2048 && last.port_to == 2559 && got.unread == 1, "a first port and how many; ports with others in between cannot be said as a block");
	begin(10);
	template(2, 256, flow, 2);
	at = begin_set(256);
	buf_u64(&out, 1);
	end_set(at);
	message(NAT_RFC8158);
	OK_(!events && got.others == 1, "a flow is no event of a NAT");
	buf_clear(&out);
	buf_puts(&out, "\0\5not it");
	message(NAT_RFC8158);
	OK_(!events && got.unread == 1 && got.reason[0], "what is no message is told");
}

int main(void)
{
	buf_init(&out, 4096);
	dialects();
	losses();
	odd();
	buf_done(&out);
	return tap_done();
}
