/*
 * NAT logs of Junos. See nat_line.h.
 *
 * Blocks end with the time at which they were given, in seconds and hexadecimal: what gives one is dated by it, the others tell by it since
 * when it is held. Sessions name the translated source in brackets, or as fields.
 */
#include "format/nat_say.h"

enum { JUNOS_AWAY_S = 2 /* given when it is taken back, it seems: then the time is that of the message */ };

static enum err bad_form(const struct nat_reading *r, const char *what)
{
	return why_set(r->why, ERR_SYNTAX, "%s in no known form", what);
}

/* "0x6a44007a"; TIME_NONE: it is none. */
static int64_t hex_time(struct str text)
{
	uint32_t n = 0;
	if (!str_starts(text, STR("0x")) || text.len < 3 || text.len > 10)
		return TIME_NONE;
	for (size_t i = 2; i < text.len; i++) {
		char c = text.ptr[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 16;
		if (digit > 15)
			return TIME_NONE;
		n = n << 4 | digit;
	}
	return n ? n * SECOND_US : TIME_NONE;
}

static enum err block(struct nat_reading *r, struct nat_event *e, int64_t given_at)
{
	if (e->what == NAT_GIVEN || given_at == TIME_NONE)
		return nat_say_event(r, e, given_at);
	enum err err = nat_say_event(r, e, TIME_NONE);
	struct nat_event *made = err ? NULL : &r->line->list[r->line->count - 1];
	bool right = r->clock->received_at == TIME_NONE || r->head.stamp != SYSLOG_ZONED || nat_clock_is_right(r->clock->received_at, r->head.at);
	if (made && right && given_at + JUNOS_AWAY_S * SECOND_US < made->first_at)
		made->since_at = given_at;
	return err;
}

/* ..._PORT_BLOCK_ALLOC: INSIDE -> OUTSIDE:FIRST-LAST 0xGIVEN */
static enum err read_block(struct nat_reading *r)
{
	struct nat_event e = { .since_at = TIME_NONE };
	if (nat_say_eat(r, STR("ALLOC: ")))
		e.what = NAT_GIVEN;
	else if (nat_say_eat(r, STR("RELEASE: ")))
		e.what = NAT_BACK;
	else if (nat_say_eat(r, STR("ACTIVE: ")))
		e.what = NAT_HELD;
	else
		return bad_form(r, "a block");
	bool ok = nat_say_addr(nat_say_word(r, ""), &e.inside) && nat_say_eat(r, STR(" -> "));
	struct str outside = nat_say_word(r, ":");
	if (!ok || !nat_say_addr(outside, &e.outside) || !nat_say_eat(r, STR(":")) || !nat_say_ports(nat_say_word(r, ""), &e))
		return bad_form(r, "a block");
	return block(r, &e, hex_time(nat_say_word(r, "")));
}

/* RT_SRC_NAT_PBA_ALLOC: Subscriber INSIDE used/maximum [1/15] blocks, allocates port block [FIRST-LAST] from OUTSIDE in ... epoch 0xGIVEN */
static enum err read_pba(struct nat_reading *r)
{
	struct nat_event e = { .since_at = TIME_NONE };
	if (nat_say_eat(r, STR("ALLOC: Subscriber ")))
		e.what = NAT_GIVEN;
	else if (nat_say_eat(r, STR("RELEASE: Subscriber ")))
		e.what = NAT_BACK;
	else if (nat_say_eat(r, STR("INTERIM: Subscriber ")))
		e.what = NAT_HELD;
	else
		return bad_form(r, "a block");
	if (!nat_say_addr(nat_say_word(r, ""), &e.inside) || !nat_say_find(r, STR("port block [")) || !nat_say_ports(nat_say_word(r, "]"), &e) ||
		!nat_say_eat(r, STR("] from ")) || !nat_say_addr(nat_say_word(r, ""), &e.outside))
		return bad_form(r, "a block");
	return block(r, &e, nat_say_find(r, STR(" epoch ")) ? hex_time(nat_say_word(r, "")) : TIME_NONE);
}

/* ...: App:none, INTERFACE INSIDE:PORT [OUTSIDE:PORT] -> DESTINATION:PORT (PROTOCOL); without brackets nothing was translated. */
static enum err read_session(struct nat_reading *r, enum nat_what what)
{
	struct nat_event e = { .what = what, .mapping = true, .since_at = TIME_NONE };
	uint16_t inside_port;
	size_t arrow = str_find(r->rest, STR(" -> "));
	struct str source = str_sub(r->rest, 0, arrow), inside;
	if (arrow == SIZE_MAX)
		return bad_form(r, "a session");
	size_t open = str_chr(source, '[');
	if (open == SIZE_MAX)
		return ERR_NOTFOUND;
	size_t close = str_chr(source, ']'), begin = open ? open - 1 : 0;
	if (close == SIZE_MAX || close < open || !open || source.ptr[begin] != ' ')
		return bad_form(r, "a session");
	inside = str_sub(source, 0, begin);
	while (begin && source.ptr[begin - 1] != ' ')
		begin--;
	inside = str_sub(inside, begin, SIZE_MAX);
	if (!nat_say_pair(inside, ':', &e.inside, &inside_port) || !nat_say_pair(str_sub(source, open + 1, close - open - 1), ':', &e.outside, &e.port_from))
		return bad_form(r, "a session");
	e.port_to = e.port_from;
	return nat_say_event(r, &e, TIME_NONE);
}

static struct str field(struct str text, struct str name)
{
	size_t at = str_find(text, name);
	struct str value = str_sub(text, at == SIZE_MAX ? SIZE_MAX : at + name.len, SIZE_MAX);
	return str_sub(value, 0, str_chr(value, '"'));
}

/* RFC 5424 fields: [... source-address="INSIDE" ... nat-source-address="OUTSIDE" nat-source-port="PORT" ...] */
static enum err read_fields(struct nat_reading *r, enum nat_what what)
{
	struct nat_event e = { .what = what, .mapping = true, .since_at = TIME_NONE };
	if (!nat_say_addr(field(r->rest, STR(" source-address=\"")), &e.inside) || !nat_say_addr(field(r->rest, STR(" nat-source-address=\"")), &e.outside) ||
		!nat_say_port(field(r->rest, STR(" nat-source-port=\"")), &e.port_from))
		return bad_form(r, "a session");
	if (addr_eq(&e.inside, &e.outside))
		return ERR_NOTFOUND;
	e.port_to = e.port_from;
	return nat_say_event(r, &e, TIME_NONE);
}

enum err nat_say_junos(struct nat_reading *r)
{
	static const char *const silent[] = { "NAT_RULE_MATCH", "NAT_OUTOF_PORTS", "NAT_OUTOF_ADDRESSES", "RT_NAT_", "RT_SRC_NAT_SUBS_POOL_ALARM", "NAT_POOL_RELEASE" };
	if (nat_say_find(r, STR("NAT_PORT_BLOCK_")))
		return read_block(r);
	if (nat_say_find(r, STR("RT_SRC_NAT_PBA_")))
		return read_pba(r);
	if (nat_say_find(r, STR("MSVCS_LOG_SESSION_OPEN:")) || nat_say_find(r, STR("JSERVICES_SESSION_OPEN:")))
		return read_session(r, NAT_GIVEN);
	if (nat_say_find(r, STR("MSVCS_LOG_SESSION_CLOSE:")) || nat_say_find(r, STR("JSERVICES_SESSION_CLOSE:")))
		return read_session(r, NAT_BACK);
	if (nat_say_find(r, STR("RT_FLOW_SESSION_CREATE")))
		return read_fields(r, NAT_GIVEN);
	if (nat_say_find(r, STR("RT_FLOW_SESSION_CLOSE")))
		return read_fields(r, NAT_BACK);
	for (unsigned i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		if (str_find(r->rest, str_of(silent[i])) != SIZE_MAX)
			return ERR_NOTFOUND;
	return ERR_UNSUPPORTED;
}
