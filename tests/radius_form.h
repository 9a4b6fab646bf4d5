/*
 * What the codec makes of a datagram of RADIUS, as one line that another reader writes too (tests/unit/radius_oracle.py): refused; or its header,
 * what a secret says of it, each field that can be told by its number, the fields that cannot, vendors' and extended attributes and ports.
 */
#ifndef AUPD_TESTS_RADIUS_FORM_H
#define AUPD_TESTS_RADIUS_FORM_H

#include "wire/radius_acct.h"
#include "wire/radius_ports.h"

static inline void radius_form_hex(struct buf *out, const void *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "%02x", ((const unsigned char *)octets)[i]);
}

static inline void radius_form_prefixes(struct buf *out, const struct prefix *list, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		radius_form_hex(out, list[i].addr.octets, 16);
		buf_printf(out, "/%u,", list[i].bits);
	}
}

static inline void radius_form_field(struct buf *out, const struct radius_acct *a, enum radius_field field)
{
	const struct str *text = NULL;
	const struct addr *addr = NULL;
	uint64_t n = 0;
	switch (field) {
	case RADIUS_F_USER_NAME: text = &a->user_name; break;
	case RADIUS_F_NAS_ADDR4: addr = &a->nas_addr4; break;
	case RADIUS_F_NAS_ADDR6: addr = &a->nas_addr6; break;
	case RADIUS_F_NAS_IDENTIFIER: text = &a->nas_identifier; break;
	case RADIUS_F_NAS_PORT: n = a->nas_port; break;
	case RADIUS_F_NAS_PORT_TYPE: n = a->nas_port_type; break;
	case RADIUS_F_NAS_PORT_ID: text = &a->nas_port_id; break;
	case RADIUS_F_FRAMED_ADDR4: addr = &a->framed_addr4; break;
	case RADIUS_F_FRAMED_BITS4: n = a->framed_bits4; break;
	case RADIUS_F_FRAMED_ADDR6:
		for (unsigned i = 0; i < a->framed_addr6_count; i++) {
			radius_form_hex(out, a->framed_addr6[i].octets, 16);
			buf_putc(out, ',');
		}
		return;
	case RADIUS_F_FRAMED_PREFIX6: radius_form_prefixes(out, a->framed_prefix6, a->framed_prefix6_count); return;
	case RADIUS_F_DELEGATED_PREFIX6: radius_form_prefixes(out, a->delegated_prefix6, a->delegated_prefix6_count); return;
	case RADIUS_F_INTERFACE_ID: radius_form_hex(out, a->interface_id, sizeof(a->interface_id)); return;
	case RADIUS_F_CALLED_STATION: text = &a->called_station; break;
	case RADIUS_F_CALLING_STATION: text = &a->calling_station; break;
	case RADIUS_F_STATUS: n = a->status; break;
	case RADIUS_F_DELAY: n = a->delay_s; break;
	case RADIUS_F_IN_OCTETS: n = a->in_octets; break;
	case RADIUS_F_OUT_OCTETS: n = a->out_octets; break;
	case RADIUS_F_IN_GIGAWORDS: n = a->in_gigawords; break;
	case RADIUS_F_OUT_GIGAWORDS: n = a->out_gigawords; break;
	case RADIUS_F_IN_PACKETS: n = a->in_packets; break;
	case RADIUS_F_OUT_PACKETS: n = a->out_packets; break;
	case RADIUS_F_SESSION_ID: text = &a->session_id; break;
	case RADIUS_F_MULTI_SESSION_ID: text = &a->multi_session_id; break;
	case RADIUS_F_SESSION_TIME: n = a->session_time_s; break;
	case RADIUS_F_TERMINATE_CAUSE: n = a->terminate_cause; break;
	case RADIUS_F_EVENT_AT: n = (uint64_t)a->event_at; break;
	case RADIUS_F_ERROR_CAUSE: n = a->error_cause; break;
	case RADIUS_F_SESSION_TIMEOUT: n = a->session_timeout_s; break;
	case RADIUS_F_CHARGEABLE_USER: text = &a->chargeable_user; break;
	case RADIUS_F_SERVICE_TYPE: n = a->service_type; break;
	case RADIUS_F_CIRCUIT_ID: text = &a->circuit_id; break;
	case RADIUS_F_REMOTE_ID: text = &a->remote_id; break;
	case RADIUS_F_COUNT: break;
	}
	if (text)
		radius_form_hex(out, text->ptr, text->len);
	else if (addr)
		radius_form_hex(out, addr->octets, 16);
	else
		buf_printf(out, "%llu", (unsigned long long)n);
}

static inline void radius_form_inner(struct buf *out, const struct radius_packet *p)
{
	static struct radius_join join;
	struct radius_vendor_walk walk = { 0 };
	struct radius_vendor v;
	struct radius_extended e;
	struct radius_ports s;
	enum err more;
	while (radius_vendor_next(p, &walk, &v)) {
		buf_printf(out, " v%u.%u.%u:", v.vendor, v.type, v.opaque);
		radius_form_hex(out, v.value.ptr, v.value.len);
	}
	for (size_t at = 0; (more = radius_extended_next(p, &at, &join, &e)) != ERR_NOTFOUND;) {
		if (more != OK) {
			buf_puts(out, " e!");
			continue;
		}
		buf_printf(out, " e%u.%u:", e.type, e.extended);
		radius_form_hex(out, e.value.ptr, e.value.len);
	}
	for (size_t at = 0; (more = radius_ports_next(p, &at, &join, &s)) != ERR_NOTFOUND;) {
		if (more != OK) {
			buf_puts(out, " p!");
			continue;
		}
		buf_printf(out, " p%u.%x:%u,%u,%u,%u,%u,%u,%u,", (unsigned)s.kind, s.has, s.transport, s.limit, s.internal_port, s.external_port, (unsigned)s.alloc, s.start,
			s.end);
		radius_form_hex(out, s.external.octets, 16);
		buf_putc(out, ',');
		radius_form_hex(out, s.internal.octets, 16);
		buf_putc(out, ',');
		radius_form_hex(out, s.local_id.ptr, s.local_id.len);
	}
}

static inline void radius_form(struct buf *out, struct str datagram, struct str secret)
{
	struct radius_packet p;
	struct radius_acct a;
	enum err e = radius_read(datagram, &p);
	if (e != OK) {
		buf_puts(out, e == ERR_LIMIT ? "too long" : "no packet");
		return;
	}
	e = radius_check_request(&p, secret, false);
	radius_acct_read(&p, &a);
	buf_printf(out, "code=%u id=%u attrs=%u %s", p.code, p.id, p.attrs, e == OK ? "holds" : e == ERR_DENIED ? "denied" : "unsupported");
	for (unsigned field = 0; field < RADIUS_F_COUNT; field++) {
		if (!radius_has(&a, (enum radius_field)field))
			continue;
		buf_printf(out, " %u=", field);
		radius_form_field(out, &a, (enum radius_field)field);
	}
	buf_printf(out, " bad=%llx conflict=%llx not_utf8=%llx more=%llx host_bits=%u", (unsigned long long)a.bad, (unsigned long long)a.conflict,
		(unsigned long long)a.not_utf8, (unsigned long long)a.more, a.host_bits);
	radius_form_inner(out, &p);
}

#endif
