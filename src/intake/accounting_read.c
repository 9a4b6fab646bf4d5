/*
 * RADIUS accounting as messages about sessions. See accounting_read.h.
 */
#include "intake/accounting_read.h"

#include <stdio.h>

static bool speaks(const struct radius_acct *a, enum radius_field f)
{
	return (a->has | a->bad | a->conflict | a->more) >> f & 1;
}

static bool is_clear(const struct radius_acct *a, enum radius_field f)
{
	return !((a->bad | a->conflict | a->more) >> f & 1);
}

static void hold(struct accounting *e, enum accounting_held_kind kind, const struct prefix *p, uint16_t from, uint16_t to, bool taken_back)
{
	if (e->held_count == ACCOUNTING_HELD_MAX) {
		e->unclear |= 1U << kind;
		return;
	}
	e->held[e->held_count++] = (struct accounting_held){ kind, *p, from, to, taken_back };
}

static void hold_whole(struct accounting *e, enum accounting_held_kind kind, const struct prefix *p)
{
	hold(e, kind, p, 0, ACCOUNTING_PORT_LAST, false);
}

static void read_addr4(const struct radius_acct *a, struct accounting *e)
{
	if (!speaks(a, RADIUS_F_FRAMED_ADDR4))
		return;
	e->said |= 1U << HELD_ADDR4;
	if (!radius_has(a, RADIUS_F_FRAMED_ADDR4)) {
		e->unclear |= 1U << HELD_ADDR4;
		return;
	}
	struct prefix p = prefix_of(&a->framed_addr4, 32);
	hold_whole(e, HELD_ADDR4, &p);
}

static void read_list6(const struct radius_acct *a, enum radius_field f, enum accounting_held_kind kind, const struct prefix *list, unsigned count, struct accounting *e)
{
	if (!speaks(a, f))
		return;
	e->said |= 1U << kind;
	if (!is_clear(a, f))
		e->unclear |= 1U << kind;
	for (unsigned i = 0; i < count; i++) {
		if (list[i].bits < ACCOUNTING_PREFIX6_MIN)
			e->unclear |= 1U << kind;
		else
			hold_whole(e, kind, &list[i]);
	}
}

static void read_addr6(const struct radius_acct *a, struct accounting *e)
{
	struct prefix list[RADIUS_LIST_MAX];
	for (unsigned i = 0; i < a->framed_addr6_count; i++)
		list[i] = prefix_of(&a->framed_addr6[i], 128);
	read_list6(a, RADIUS_F_FRAMED_ADDR6, HELD_ADDR6, list, a->framed_addr6_count, e);
}

/* "192.0.2.0/29 192.0.2.1 1": RFC 2865 5.22. Other forms route nothing that could be told. */
static void read_routes(const struct radius_packet *p, struct accounting *e)
{
	struct radius_attr attr;
	for (size_t at = 0; radius_next_of(p, RADIUS_FRAMED_ROUTE, &at, &attr);) {
		struct str rest = attr.value, word;
		struct prefix route;
		e->said |= 1U << HELD_ROUTE4;
		if (!str_split(&rest, ' ', &word) || str_chr(word, '/') == SIZE_MAX || prefix_parse(word, &route) != OK || !addr_is_v4(&route.addr) ||
			route.bits < 96 + ACCOUNTING_PREFIX4_MIN)
			e->unclear |= 1U << HELD_ROUTE4;
		else
			hold_whole(e, HELD_ROUTE4, &route);
	}
}

static void read_ports(const struct radius_packet *p, struct radius_join *join, struct accounting *e)
{
	struct radius_ports x;
	enum err err;
	for (size_t at = 0; (err = radius_ports_next(p, &at, join, &x)) != ERR_NOTFOUND;) {
		if (err == OK && x.kind != RADIUS_PORTS_RANGE)
			continue;
		e->said |= 1U << HELD_PORTS;
		if (err || !(x.has >> RADIUS_PORTS_EXTERNAL & 1)) {
			e->unclear |= 1U << HELD_PORTS;
			continue;
		}
		struct prefix external = prefix_of(&x.external, 32);
		bool back = x.alloc == RADIUS_PORTS_TAKEN_BACK;
		hold(e, HELD_PORTS, &external, x.has >> RADIUS_PORTS_START & 1 ? x.start : 0, x.has >> RADIUS_PORTS_END & 1 ? x.end : ACCOUNTING_PORT_LAST, back);
	}
}

static void name_server(const struct radius_acct *a, const struct addr *sender, struct accounting_texts *t, struct accounting *e)
{
	char text[ADDR_TEXT_MAX];
	const struct addr *own = radius_has(a, RADIUS_F_NAS_ADDR4) ? &a->nas_addr4 : radius_has(a, RADIUS_F_NAS_ADDR6) ? &a->nas_addr6 : sender;
	size_t len = a->nas_identifier.len < sizeof(t->nas) - ADDR_TEXT_MAX ? a->nas_identifier.len : sizeof(t->nas) - ADDR_TEXT_MAX;
	addr_print(own, text);
	if (len)
		memcpy(t->nas, a->nas_identifier.ptr, len);
	t->nas[len] = '/';
	memcpy(t->nas + len + 1, text, strlen(text));
	e->nas = (struct str){ t->nas, len + 1 + strlen(text) };
}

static void name_line(const struct radius_acct *a, struct accounting_texts *t, struct accounting *e)
{
	e->port = a->nas_port_id;
	if (e->port.len || !radius_has(a, RADIUS_F_NAS_PORT))
		return;
	int len = snprintf(t->port, sizeof(t->port), "%u", a->nas_port);
	e->port = (struct str){ t->port, (size_t)len };
}

static bool add_attribute(struct accounting_texts *t, size_t *len, const struct radius_attr *x)
{
	if (*len + RADIUS_ATTR_HEADER_LEN + x->value.len > sizeof(t->identity))
		return false;
	t->identity[(*len)++] = (char)x->type;
	t->identity[(*len)++] = (char)(RADIUS_ATTR_HEADER_LEN + x->value.len);
	if (x->value.len)
		memcpy(t->identity + *len, x->value.ptr, x->value.len);
	*len += x->value.len;
	return true;
}

/*
 * What RFC 5176 3 has a server know itself and a session by. Each as it was sent; none of them may be unclear, for what is asked in a name
 * that may be another's hits another.
 */
static void identify(const struct radius_packet *p, const struct radius_acct *a, struct accounting_texts *t, struct accounting *e)
{
	static const uint8_t names[] = { RADIUS_USER_NAME, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_PORT, RADIUS_FRAMED_IP_ADDRESS, RADIUS_CALLED_STATION_ID,
		RADIUS_CALLING_STATION_ID, RADIUS_NAS_IDENTIFIER, RADIUS_ACCT_SESSION_ID, RADIUS_ACCT_MULTI_SESSION_ID, RADIUS_NAS_PORT_TYPE, RADIUS_NAS_PORT_ID,
		RADIUS_CHARGEABLE_USER_IDENTITY, RADIUS_NAS_IPV6_ADDRESS, RADIUS_FRAMED_INTERFACE_ID, RADIUS_FRAMED_IPV6_PREFIX, RADIUS_DELEGATED_IPV6_PREFIX,
		RADIUS_FRAMED_IPV6_ADDRESS };
	static const uint8_t changed[] = { RADIUS_FILTER_ID, RADIUS_CLASS, RADIUS_VENDOR_SPECIFIC, RADIUS_SESSION_TIMEOUT };
	struct radius_attr attr;
	size_t len = 0;
	if (!is_clear(a, RADIUS_F_USER_NAME) || !is_clear(a, RADIUS_F_SESSION_ID) || !is_clear(a, RADIUS_F_NAS_ADDR4) || !is_clear(a, RADIUS_F_NAS_ADDR6) ||
		!is_clear(a, RADIUS_F_NAS_IDENTIFIER))
		return;
	for (size_t at = 0; radius_next(p, &at, &attr);)
		if (memchr(names, attr.type, sizeof(names)) && !add_attribute(t, &len, &attr))
			return;
	/* what a change of authorization sets, by which its effect is seen, where there is room */
	for (size_t at = 0; radius_next(p, &at, &attr);)
		if (memchr(changed, attr.type, sizeof(changed)) && !add_attribute(t, &len, &attr))
			break;
	e->identity = (struct str){ t->identity, len };
}

static uint32_t number(const struct radius_acct *a, enum radius_field f, uint32_t value)
{
	return radius_has(a, f) ? value : ACCOUNTING_UNSAID;
}

static bool read_status(const struct radius_acct *a, struct accounting *e)
{
	if (!radius_has(a, RADIUS_F_STATUS))
		return false;
	switch (a->status) {
	case RADIUS_START: e->status = ACCOUNTING_START; break;
	case RADIUS_STOP: e->status = ACCOUNTING_STOP; break;
	case RADIUS_INTERIM: e->status = ACCOUNTING_INTERIM; break;
	case RADIUS_ACCOUNTING_ON: e->status = ACCOUNTING_ON; return true;
	case RADIUS_ACCOUNTING_OFF: e->status = ACCOUNTING_OFF; return true;
	default: return false;
	}
	return a->session_id.len;
}

bool accounting_read(const struct radius_packet *p, const struct addr *sender, int64_t received_at, struct accounting_texts *texts, struct accounting *ret_accounting)
{
	struct radius_acct a;
	struct accounting *e = ret_accounting;
	radius_acct_read(p, &a);
	*e = (struct accounting){ .session = a.session_id, .user = a.user_name, .station = a.calling_station, .received_at = received_at,
		.event_at = radius_has(&a, RADIUS_F_EVENT_AT) ? a.event_at : TIME_NONE, .lasted_us = radius_has(&a, RADIUS_F_SESSION_TIME) ? a.session_time_s * SECOND_US : -1,
		.counted = radius_has(&a, RADIUS_F_IN_OCTETS) && radius_has(&a, RADIUS_F_OUT_OCTETS), .in_octets = a.in_octets, .out_octets = a.out_octets,
		.wide = radius_has(&a, RADIUS_F_IN_GIGAWORDS) && radius_has(&a, RADIUS_F_OUT_GIGAWORDS),
		.port_type = number(&a, RADIUS_F_NAS_PORT_TYPE, a.nas_port_type), .timeout_s = number(&a, RADIUS_F_SESSION_TIMEOUT, a.session_timeout_s) };
	/* what lay in a file may be late by weeks; more is nonsense */
	e->delay_us = a.delay_s <= ACCOUNTING_DELAY_MAX_S ? a.delay_s * SECOND_US : 0;
	if (!read_status(&a, e))
		return false;
	name_server(&a, sender, texts, e);
	if (e->status == ACCOUNTING_ON || e->status == ACCOUNTING_OFF)
		return true;
	name_line(&a, texts, e);
	identify(p, &a, texts, e);
	read_addr4(&a, e);
	read_addr6(&a, e);
	read_list6(&a, RADIUS_F_FRAMED_PREFIX6, HELD_FRAMED6, a.framed_prefix6, a.framed_prefix6_count, e);
	read_list6(&a, RADIUS_F_DELEGATED_PREFIX6, HELD_DELEGATED6, a.delegated_prefix6, a.delegated_prefix6_count, e);
	read_routes(p, e);
	read_ports(p, &texts->join, e);
	return true;
}
