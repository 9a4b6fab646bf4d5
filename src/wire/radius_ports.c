/*
 * RFC 8045's ports. See radius_ports.h.
 */
#include "wire/radius_ports.h"

#include "wire/radius_acct.h"

static bool has(const struct radius_ports *ports, enum radius_ports_part part)
{
	return ports->has >> part & 1;
}

static bool number(struct str value, uint32_t max, uint32_t *ret)
{
	struct reader r;
	reader_init(&r, value);
	*ret = reader_u32(&r);
	return reader_end(&r) == OK && *ret <= max;
}

static bool read_part(struct radius_ports *ports, const struct radius_attr *part)
{
	uint32_t n = 0;
	switch (part->type) {
	case RADIUS_PORTS_EXTERNAL: return radius_addr4(part->value, &ports->external);
	case RADIUS_PORTS_INTERNAL4: return radius_addr4(part->value, &ports->internal);
	case RADIUS_PORTS_INTERNAL6: return radius_addr6(part->value, &ports->internal);
	case RADIUS_PORTS_LOCAL_ID:
		ports->local_id = part->value;
		return part->value.len > 0;
	case RADIUS_PORTS_TRANSPORT:
	case RADIUS_PORTS_ALLOC:
		if (!number(part->value, UINT8_MAX, &n))
			return false;
		break;
	default:
		if (!number(part->value, UINT16_MAX, &n))
			return false;
	}
	switch (part->type) {
	case RADIUS_PORTS_TRANSPORT: ports->transport = (uint8_t)n; break;
	case RADIUS_PORTS_LIMIT_COUNT: ports->limit = (uint16_t)n; break;
	case RADIUS_PORTS_INTERNAL_PORT: ports->internal_port = (uint16_t)n; break;
	case RADIUS_PORTS_EXTERNAL_PORT: ports->external_port = (uint16_t)n; break;
	case RADIUS_PORTS_START: ports->start = (uint16_t)n; break;
	case RADIUS_PORTS_END: ports->end = (uint16_t)n; break;
	default:
		ports->alloc = (enum radius_ports_alloc)n;
		return n == RADIUS_PORTS_GIVEN || n == RADIUS_PORTS_TAKEN_BACK;
	}
	return true;
}

static bool says_something(const struct radius_ports *ports)
{
	bool start = has(ports, RADIUS_PORTS_START), end = has(ports, RADIUS_PORTS_END);
	if (has(ports, RADIUS_PORTS_INTERNAL4) && has(ports, RADIUS_PORTS_INTERNAL6))
		return false;
	switch (ports->kind) {
	case RADIUS_PORTS_LIMIT: return has(ports, RADIUS_PORTS_LIMIT_COUNT);
	case RADIUS_PORTS_RANGE:
		if (!has(ports, RADIUS_PORTS_ALLOC) || (start && end && ports->start > ports->end))
			return false;
		return ports->alloc == RADIUS_PORTS_TAKEN_BACK || (start && end);
	case RADIUS_PORTS_FORWARD: break;
	}
	return has(ports, RADIUS_PORTS_INTERNAL_PORT) && has(ports, RADIUS_PORTS_EXTERNAL_PORT);
}

static bool read_ports(const struct radius_extended *e, struct radius_ports *ret)
{
	struct radius_ports ports = { .kind = (enum radius_ports_kind)e->extended };
	struct str rest = e->value;
	struct radius_attr part;
	enum err more;
	while ((more = radius_tlv_next(&rest, &part)) == OK) {
		if (part.type < RADIUS_PORTS_TRANSPORT || part.type >= RADIUS_PORTS_PART_COUNT)
			continue;
		if (has(&ports, (enum radius_ports_part)part.type) || !read_part(&ports, &part))
			return false;
		ports.has |= (uint16_t)(1u << part.type);
	}
	if (more != ERR_NOTFOUND || !says_something(&ports))
		return false;
	*ret = ports;
	return true;
}

enum err radius_ports_next(const struct radius_packet *p, size_t *at, struct radius_join *join, struct radius_ports *ret)
{
	struct radius_extended e;
	for (;;) {
		enum err bad = radius_extended_next(p, at, join, &e);
		if (bad != OK)
			return bad;
		if (e.type == RADIUS_EXTENDED_FIRST && e.extended >= RADIUS_PORTS_LIMIT && e.extended <= RADIUS_PORTS_FORWARD)
			return read_ports(&e, ret) ? OK : ERR_SYNTAX;
	}
}
