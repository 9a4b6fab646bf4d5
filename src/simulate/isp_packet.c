/*
 * RADIUS of a made-up provider. See isp_packet.h.
 */
#include "simulate/isp_packet.h"

#include <stdio.h>

enum { CALL_ASYNC = 0, CALL_ETHERNET = 15, CALL_CABLE = 17, CALL_PPPOE = 32, CAUSE_USER = 1, CAPTURE_SNAP = 65535, CAPTURE_LINK = 228, IP_LEN = 20, UDP_LEN = 8, UDP = 17 };

static const uint32_t statuses[] = { [ACCOUNTING_START] = RADIUS_START, [ACCOUNTING_STOP] = RADIUS_STOP, [ACCOUNTING_INTERIM] = RADIUS_INTERIM,
	[ACCOUNTING_ON] = RADIUS_ACCOUNTING_ON, [ACCOUNTING_OFF] = RADIUS_ACCOUNTING_OFF };

struct addr isp_packet_source(uint32_t server)
{
	struct addr a = { { [10] = 0xff, 0xff, 10, 255, (uint8_t)(server >> 8), (uint8_t)server } };
	return a;
}

static void put_text(struct radius_writer *w, uint8_t type, const char *format, uint32_t n)
{
	char text[ISP_TEXT_MAX];
	int len = format[0] == 'b' ? snprintf(text, sizeof(text), "bng%u.sim.example", n) : format[0] == 'l' ? snprintf(text, sizeof(text), "line/%u", n)
		: snprintf(text, sizeof(text), "02-%02x-%02x-%02x-%02x-01", n >> 24, n >> 16 & 255, n >> 8 & 255, n & 255);
	radius_put(w, type, (struct str){ text, (size_t)len });
}

static uint32_t call_of(const struct isp_message *m)
{
	for (unsigned i = 0; i < m->held_count; i++)
		switch (m->held[i].resource.kind) {
		case ISP_STATIC4: return CALL_ETHERNET;
		case ISP_INSIDE4: case ISP_PORTS: return CALL_CABLE;
		default: break;
		}
	return CALL_PPPOE;
}

static void put_held(struct radius_writer *w, const struct isp_held *h)
{
	uint16_t from, to;
	struct prefix p = isp_plan_prefix(h->resource, &from, &to);
	switch (h->resource.kind) {
	case ISP_DELEGATED6:
		radius_put_prefix6(w, RADIUS_DELEGATED_IPV6_PREFIX, &p);
		break;
	case ISP_PORTS:
		radius_put_range(w, &p.addr, from, to, h->taken_back ? RADIUS_PORTS_TAKEN_BACK : RADIUS_PORTS_GIVEN);
		break;
	case ISP_STATIC4:
		p.addr.octets[15]++;
		/* fall through */
	default:
		radius_put_addr(w, RADIUS_FRAMED_IP_ADDRESS, &p.addr);
	}
}

static void put_counters(struct radius_writer *w, const struct isp_message *m)
{
	radius_put_u32(w, RADIUS_ACCT_SESSION_TIME, m->lasted_s);
	radius_put_u32(w, RADIUS_ACCT_INPUT_OCTETS, (uint32_t)m->in_octets);
	radius_put_u32(w, RADIUS_ACCT_OUTPUT_OCTETS, (uint32_t)m->out_octets);
	if (!m->gigawords)
		return;
	radius_put_u32(w, RADIUS_ACCT_INPUT_GIGAWORDS, (uint32_t)(m->in_octets >> 32));
	radius_put_u32(w, RADIUS_ACCT_OUTPUT_GIGAWORDS, (uint32_t)(m->out_octets >> 32));
}

enum err isp_packet(const struct isp_message *m, uint8_t id, bool authenticator, struct str secret, struct radius_writer *w, struct str *ret_octets)
{
	char login[ISP_TEXT_MAX];
	struct addr source = isp_packet_source(m->server);
	radius_write_request(w, RADIUS_ACCOUNTING_REQUEST, id, authenticator);
	radius_put_u32(w, RADIUS_ACCT_STATUS_TYPE, statuses[m->status]);
	radius_put_addr(w, RADIUS_NAS_IP_ADDRESS, &source);
	put_text(w, RADIUS_NAS_IDENTIFIER, "bng", m->server);
	if (m->event_at != TIME_NONE)
		radius_put_u32(w, RADIUS_EVENT_TIMESTAMP, (uint32_t)(m->event_at / SECOND_US));
	if (m->delay_s)
		radius_put_u32(w, RADIUS_ACCT_DELAY_TIME, m->delay_s);
	if (m->status != ACCOUNTING_ON && m->status != ACCOUNTING_OFF) {
		isp_plan_login(m->subscriber, login);
		radius_put(w, RADIUS_USER_NAME, str_of(login));
		radius_put(w, RADIUS_ACCT_SESSION_ID, str_of(m->session));
		radius_put_u32(w, RADIUS_NAS_PORT_TYPE, call_of(m));
		put_text(w, RADIUS_NAS_PORT_ID, "line", m->subscriber);
		put_text(w, RADIUS_CALLING_STATION_ID, "station", m->subscriber);
		put_counters(w, m);
		if (m->status == ACCOUNTING_STOP)
			radius_put_u32(w, RADIUS_ACCT_TERMINATE_CAUSE, CAUSE_USER);
		for (unsigned i = 0; i < m->held_count; i++)
			put_held(w, &m->held[i]);
	}
	return radius_end_request(w, secret, STR_NONE, ret_octets);
}

void isp_packet_capture_head(struct buf *out)
{
	buf_u32(out, 0xa1b2c3d4);
	buf_u16(out, 2);
	buf_u16(out, 4);
	buf_u32(out, 0);
	buf_u32(out, 0);
	buf_u32(out, CAPTURE_SNAP);
	buf_u32(out, CAPTURE_LINK);
}

static uint16_t checksum(const uint8_t *octets, size_t len)
{
	uint32_t sum = 0;
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)octets[i] << 8 | octets[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void isp_packet_capture(struct buf *out, int64_t at, const struct addr *from, uint16_t from_port, const struct addr *to, uint16_t to_port, struct str octets)
{
	size_t len = IP_LEN + UDP_LEN + octets.len;
	uint8_t ip[IP_LEN] = { 0x45, 0, (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, 0, 64, UDP };
	memcpy(ip + 12, from->octets + 12, 4);
	memcpy(ip + 16, to->octets + 12, 4);
	uint16_t sum = checksum(ip, sizeof(ip));
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
	buf_u32(out, (uint32_t)(at / SECOND_US));
	buf_u32(out, (uint32_t)(at % SECOND_US));
	buf_u32(out, (uint32_t)len);
	buf_u32(out, (uint32_t)len);
	buf_put(out, (struct str){ (const char *)ip, sizeof(ip) });
	buf_u16(out, from_port);
	buf_u16(out, to_port);
	buf_u16(out, (uint16_t)(UDP_LEN + octets.len));
	/* none: IPv4 may leave it out (RFC 768) */
	buf_u16(out, 0);
	buf_put(out, octets);
}
