/*
 * Maps of a NAT that assigns ports by rule. See cgnat_map.h.
 */
#include "attribution/cgnat_map.h"

enum column { INSIDE, OUTSIDE, PORT_FROM, PORT_TO, PORTS, ORDER, FROM, UNTIL };
static const char *const names[CGNAT_MAP_COLUMNS] = { "inside", "outside", "port_from", "port_to", "ports", "order", "from", "until" };

static enum err at_field(const struct cgnat_map *m, const struct csv_row *row, enum column k, enum err e, struct why *why)
{
	if (e)
		why_at(why, m->csv.file, row->line, (uint32_t)(row->fields[m->columns[k]].from - row->from + 1));
	return e;
}

enum err cgnat_map_open(struct cgnat_map *m, struct arena *a, const char *file, struct str text, struct why *why)
{
	struct csv_row row;
	csv_init(&m->csv, file, text, ',');
	enum err e = csv_next(&m->csv, a, &row, why);
	if (e == ERR_NOTFOUND) {
		e = why_set(why, ERR_SYNTAX, "the file is empty");
		why_at(why, file, 1, 1);
	}
	for (unsigned k = 0; e == OK && k < CGNAT_MAP_COLUMNS; k++) {
		m->columns[k] = csv_column(&row, names[k]);
		if (m->columns[k] < 0) {
			e = why_set(why, ERR_SYNTAX, "the column %s is missing", names[k]);
			why_at(why, file, row.line, 1);
		}
	}
	if (e == OK && row.count != CGNAT_MAP_COLUMNS) {
		e = why_set(why, ERR_SYNTAX, "there are other columns than inside, outside, port_from, port_to, ports, order, from and until");
		why_at(why, file, row.line, 1);
	}
	m->width = row.count;
	return e;
}

static enum err get_prefix(struct str text, unsigned least, struct prefix *ret_prefix, struct why *why)
{
	if (prefix_parse(text, ret_prefix) != OK || !addr_is_v4(&ret_prefix->addr))
		return why_set(why, ERR_SYNTAX, "no IPv4 address and no prefix such as 100.64.0.0/20");
	return ret_prefix->bits < 96 + least ? why_set(why, ERR_RANGE, "a prefix that is shorter than /%u", least) : OK;
}

static enum err get_port(struct str text, uint16_t *ret_port, struct why *why)
{
	uint64_t n;
	if (str_to_u64(text, BINDING_PORT_LAST, &n) != OK)
		return why_set(why, ERR_SYNTAX, "a number from 0 to %d", BINDING_PORT_LAST);
	*ret_port = (uint16_t)n;
	return OK;
}

static enum err get_order(struct str text, bool *ret_spread, struct why *why)
{
	*ret_spread = str_eq_fold(text, STR("spread"));
	return *ret_spread || str_eq_fold(text, STR("fill")) ? OK : why_set(why, ERR_SYNTAX, "neither fill nor spread");
}

static enum err get_time(struct str text, bool needed, int64_t *ret_at, struct why *why)
{
	*ret_at = TIME_NONE;
	if ((text.len || needed) && time_parse(text, ret_at) != OK)
		return why_set(why, ERR_SYNTAX, "a time reads like 2026-03-01T10:00:00Z, with its zone");
	return OK;
}

static enum err get(struct cgnat_rule *r, enum column k, struct str text, struct why *why)
{
	switch (k) {
	case INSIDE: return get_prefix(text, CGNAT_MAP_INSIDE_MIN, &r->inside, why);
	case OUTSIDE: return get_prefix(text, CGNAT_MAP_OUTSIDE_MIN, &r->outside, why);
	case PORT_FROM: return get_port(text, &r->port_from, why);
	case PORT_TO: return get_port(text, &r->port_to, why);
	case PORTS: return get_port(text, &r->ports, why);
	case ORDER: return get_order(text, &r->spread, why);
	case FROM: return get_time(text, true, &r->from_at, why);
	case UNTIL: return get_time(text, false, &r->until_at, why);
	}
	return OK;
}

static uint32_t addresses(const struct prefix *p)
{
	return UINT32_C(1) << (128 - p->bits);
}

/* Blocks of one shared address. */
static uint32_t blocks(const struct cgnat_rule *r)
{
	return ((uint32_t)r->port_to - r->port_from + 1) / r->ports;
}

static enum err check(const struct cgnat_map *m, const struct csv_row *row, const struct cgnat_rule *r, struct why *why)
{
	if (!r->ports)
		return at_field(m, row, PORTS, why_set(why, ERR_RANGE, "a block has a port at least"), why);
	if (r->port_from > r->port_to)
		return at_field(m, row, PORT_TO, why_set(why, ERR_RANGE, "the last port is lower than the first"), why);
	if (r->until_at != TIME_NONE && r->until_at <= r->from_at)
		return at_field(m, row, UNTIL, why_set(why, ERR_RANGE, "it is out of force before it is in force"), why);
	if ((uint64_t)blocks(r) * addresses(&r->outside) < addresses(&r->inside))
		return at_field(m, row, OUTSIDE, why_set(why, ERR_RANGE, "%u shared addresses with %u blocks each are not enough for %u addresses", addresses(&r->outside), blocks(r),
			addresses(&r->inside)), why);
	return OK;
}

enum err cgnat_map_next(struct cgnat_map *m, struct arena *a, struct cgnat_rule *ret_rule, struct why *why)
{
	struct csv_row row;
	struct cgnat_rule r = { 0 };
	enum err e = csv_next(&m->csv, a, &row, why);
	if (e)
		return e;
	if (row.count != m->width) {
		e = why_set(why, ERR_SYNTAX, "%u fields where the header has %u", row.count, m->width);
		why_at(why, m->csv.file, row.line, 1);
		return e;
	}
	for (unsigned k = 0; e == OK && k < CGNAT_MAP_COLUMNS; k++)
		e = at_field(m, &row, (enum column)k, get(&r, (enum column)k, str_trim(csv_text(&row, m->columns[k])), why), why);
	if (e == OK)
		e = check(m, &row, &r, why);
	if (e == OK)
		*ret_rule = r;
	return e;
}

uint32_t cgnat_rule_count(const struct cgnat_rule *r)
{
	return addresses(&r->inside);
}

static struct addr add(const struct addr *base, uint32_t n)
{
	struct addr a = *base;
	uint32_t low = ((uint32_t)a.octets[12] << 24 | (uint32_t)a.octets[13] << 16 | (uint32_t)a.octets[14] << 8 | a.octets[15]) + n;
	for (unsigned i = 0; i < 4; i++)
		a.octets[15 - i] = (uint8_t)(low >> (8 * i));
	return a;
}

struct addr cgnat_rule_inside(const struct cgnat_rule *r, uint32_t n)
{
	return add(&r->inside.addr, n);
}

struct binding cgnat_rule_binding(const struct cgnat_rule *r, uint32_t n)
{
	uint32_t shared = r->spread ? n % addresses(&r->outside) : n / blocks(r), block = r->spread ? n / addresses(&r->outside) : n % blocks(r);
	struct addr inside = cgnat_rule_inside(r, n), outside = add(&r->outside.addr, shared);
	struct binding b = { .prefix = prefix_of(&outside, 32), .port_from = (uint16_t)(r->port_from + block * r->ports),
		.port_to = (uint16_t)(r->port_from + (block + 1) * r->ports - 1), .kind = BINDING_ASSIGNMENT, .flags = BINDING_STATIC | BINDING_INSIDE, .start_at = r->from_at,
		.start_sure_at = TIME_NONE, .seen_at = TIME_NONE, .end_at = r->until_at, .recorded_at = TIME_NONE };
	binding_inside(&inside, &b.subject);
	return b;
}
