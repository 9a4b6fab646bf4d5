/*
 * Records of detail files. See detail.h.
 */
#include "wire/detail.h"

#include "wire/detail_value.h"

enum { QUARTER_S = 900, ZONE_MAX_S = 14 * 3600, PORT_RANGE = 6 };
#define NEAR_US (30 * MINUTE_US)

/* What is gathered of one record. */
struct reading {
	struct arena *a;
	struct detail_attr *attrs;
	struct detail_record *r;
	uint64_t has;                   /* types below 64 that were put */
	struct str first;               /* the server's own line */
	struct str event;               /* Event-Timestamp, as it stands */
	struct detail_attr heard_from;
	struct str parts[RADIUS_ATTRS_MAX];     /* of ports: each with its type and length, in their order */
	uint8_t part_of[RADIUS_ATTRS_MAX];
	unsigned part_count;
	bool taken, six;
};

static bool is_blank(struct str line)
{
	return !str_trim(line).len;
}

size_t detail_cut(struct str bytes, bool all, struct str *ret)
{
	size_t at = 0;
	bool attributes = false, any = false;
	*ret = bytes;
	while (at < bytes.len && at <= DETAIL_RECORD_MAX) {
		size_t end = str_chr(str_sub(bytes, at, SIZE_MAX), '\n');
		if (end == SIZE_MAX)
			break;
		struct str line = str_sub(bytes, at, end);
		/* one without its end: the next one begins */
		if (any && attributes && line.len && line.ptr[0] != '\t' && line.ptr[0] != ' ' && !is_blank(line)) {
			*ret = str_sub(bytes, 0, at);
			return at;
		}
		at += end + 1;
		if (any && is_blank(line)) {
			*ret = str_sub(bytes, 0, at);
			return at;
		}
		any |= !is_blank(line);
		attributes |= any && line.len && (line.ptr[0] == '\t' || line.ptr[0] == ' ');
	}
	if (bytes.len > DETAIL_RECORD_MAX) {
		*ret = str_sub(bytes, 0, DETAIL_RECORD_MAX);
		return DETAIL_RECORD_MAX;
	}
	return all ? bytes.len : 0;
}

static enum err put(struct reading *g, const struct detail_name *n, struct str value)
{
	if (!value.len)
		return OK;
	if (g->r->count == RADIUS_ATTRS_MAX)
		return ERR_LIMIT;
	g->attrs[g->r->count++] = (struct detail_attr){ n->vendor, n->type, value };
	if (!n->vendor && n->type < 64)
		g->has |= UINT64_C(1) << n->type;
	g->six |= !n->vendor && n->type == RADIUS_NAS_IPV6_ADDRESS;
	return OK;
}

static enum err put_part(struct reading *g, const struct detail_name *n, struct str value)
{
	char *out = arena_alloc(g->a, 2 + value.len);
	if (!out || g->part_count == RADIUS_ATTRS_MAX)
		return out ? ERR_LIMIT : ERR_NOMEM;
	if (!value.len || value.len + 2 > UINT8_MAX)
		return ERR_SYNTAX;
	out[0] = (char)n->part;
	out[1] = (char)(2 + value.len);
	memcpy(out + 2, value.ptr, value.len);
	g->part_of[g->part_count] = n->type;
	g->parts[g->part_count++] = (struct str){ out, 2 + value.len };
	return OK;
}

static uint32_t number_of(struct str octets)
{
	struct reader r;
	reader_init(&r, octets);
	return reader_u32(&r);
}

static enum err take(struct reading *g, const struct detail_name *n, struct str text)
{
	struct str value;
	if (n->use == DETAIL_EVENT) {
		bool twice = g->event.len && !str_eq(g->event, text);
		g->event = text;
		return twice ? ERR_SYNTAX : OK;
	}
	enum err e = detail_octets(g->a, n, text, &value);
	if (e == ERR_NOTFOUND) {
		g->r->passed_over++;
		return OK;
	}
	if (e)
		return e;
	switch (n->use) {
	case DETAIL_PUT: return put(g, n, value);
	case DETAIL_PORTS: return put_part(g, n, value);
	case DETAIL_DELAY: g->r->delay_s = number_of(value); return OK;
	case DETAIL_TAKEN:
		g->taken = true;
		g->r->taken_at = number_of(value) * SECOND_US;
		return OK;
	case DETAIL_HEARD_FROM: g->heard_from = (struct detail_attr){ 0, n->type, value }; return OK;
	case DETAIL_EVENT: break;
	}
	return OK;
}

/* A name, how it is set, and the value. */
static bool split(struct str line, struct str *ret_name, struct str *ret_value)
{
	static const char *const signs[] = { " = ", " := ", " += ", " == " };
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		struct str sign = str_of(signs[i]);
		size_t at = str_chr(line, ' ');
		if (at != SIZE_MAX && at && str_starts(str_sub(line, at, SIZE_MAX), sign)) {
			*ret_name = str_sub(line, 0, at);
			*ret_value = str_sub(line, at + sign.len, SIZE_MAX);
			return true;
		}
	}
	return false;
}

static enum err one_line(struct reading *g, struct str line, struct why *why)
{
	struct str name, value;
	if (line.ptr[0] != '\t' && line.ptr[0] != ' ') {
		g->first = line;
		return OK;
	}
	if (!split(str_trim(line), &name, &value))
		return why_set(why, ERR_SYNTAX, "it reads not like Name = value");
	const struct detail_name *n = detail_name(name);
	if (!n) {
		g->r->passed_over++;
		return OK;
	}
	enum err e = take(g, n, value);
	return e ? why_set(why, e, "%s: %s", n->name, e == ERR_LIMIT ? "more than a packet can have" : "no value of that kind") : OK;
}

/* The lines of several ranges follow each other: the next one begins where a part comes again. All have the same parts, or it cannot be told which is whose. */
static enum err join_ports(struct reading *g, struct why *why)
{
	unsigned shape = 0;
	for (unsigned at = 0; at < g->part_count;) {
		uint8_t of = g->part_of[at];
		unsigned seen = 0, n = at;
		size_t len = 1;
		for (; n < g->part_count && g->part_of[n] == of && !(seen >> g->parts[n].ptr[0] & 1); n++) {
			seen |= 1U << g->parts[n].ptr[0];
			len += g->parts[n].len;
		}
		bool same = of != PORT_RANGE || !shape || shape == seen;
		char *out = arena_alloc(g->a, len);
		if (!out)
			return ERR_NOMEM;
		if (!same || len > RADIUS_VALUE_MAX || g->r->count == RADIUS_ATTRS_MAX)
			return why_set(why, ERR_SYNTAX, "ranges of ports that cannot be told from each other");
		shape = of == PORT_RANGE ? seen : shape;
		out[0] = (char)of;
		for (len = 1; at < n; at++) {
			memcpy(out + len, g->parts[at].ptr, g->parts[at].len);
			len += g->parts[at].len;
		}
		g->attrs[g->r->count++] = (struct detail_attr){ 0, RADIUS_EXTENDED_FIRST, { out, len } };
	}
	return OK;
}

/* The zone in which the server writes, by its own line: a whole number of quarters of an hour off. */
static bool find_zone(const struct reading *g, int64_t *ret_us)
{
	int64_t local;
	if (detail_local(g->first, &local) != OK)
		return false;
	int64_t apart_s = (local - g->r->taken_at) / SECOND_US;
	*ret_us = apart_s * SECOND_US;
	return apart_s % QUARTER_S == 0 && apart_s >= -ZONE_MAX_S && apart_s <= ZONE_MAX_S;
}

static enum err put_event(struct reading *g, const int64_t *zone_us, struct why *why)
{
	static const struct detail_name event = { "Event-Timestamp", DETAIL_EVENT, DETAIL_DATE, 0, RADIUS_EVENT_TIMESTAMP, 0 };
	int64_t at, zone = 0;
	if (!g->event.len)
		return OK;
	enum err e = detail_moment(g->event, &at);
	if (e == ERR_UNSUPPORTED && zone_us) {
		at -= *zone_us;
	} else if (e == ERR_UNSUPPORTED) {
		bool found = find_zone(g, &zone);
		at -= zone;
		g->r->no_zone = !found || at > g->r->taken_at + NEAR_US || at < g->r->taken_at - NEAR_US;
	} else if (e) {
		return why_set(why, e, "Event-Timestamp: no value of that kind");
	}
	if (g->r->no_zone)
		return OK;
	if (at <= 0 || at / SECOND_US > UINT32_MAX)
		return why_set(why, ERR_RANGE, "Event-Timestamp: no value of that kind");
	char *out = arena_alloc(g->a, 4);
	for (int i = 0; out && i < 4; i++)
		out[i] = (char)(at / SECOND_US >> (24 - 8 * i));
	return out ? put(g, &event, (struct str){ out, 4 }) : ERR_NOMEM;
}

static enum err finish(struct reading *g, const int64_t *zone_us, struct why *why)
{
	static const uint64_t status = UINT64_C(1) << RADIUS_ACCT_STATUS_TYPE, address = UINT64_C(1) << RADIUS_NAS_IP_ADDRESS;
	if (!g->taken)
		return why_set(why, ERR_SYNTAX, "it has no Timestamp: it is torn, or when it was written cannot be told");
	if (!(g->has & status))
		return why_set(why, ERR_SYNTAX, "it has no Acct-Status-Type that is known: it is no accounting");
	if (!(g->has & address) && !g->six && g->heard_from.value.len && g->r->count < RADIUS_ATTRS_MAX)
		g->attrs[g->r->count++] = g->heard_from;
	enum err e = join_ports(g, why);
	return e ? e : put_event(g, zone_us, why);
}

enum err detail_read(struct arena *a, struct str record, const int64_t *zone_us, struct detail_record *ret, struct why *why)
{
	struct reading *g = ARENA_NEW(a, struct reading);
	struct detail_record r = { .taken_at = 0 };
	struct str line;
	uint32_t number = 0;
	enum err e = OK;
	bool any = false;
	if (!g || !(g->attrs = ARENA_ARRAY(a, struct detail_attr, RADIUS_ATTRS_MAX)))
		return why_set(why, ERR_NOMEM, "no memory for a record");
	g->a = a;
	g->r = &r;
	if (record.len >= DETAIL_RECORD_MAX)
		return why_set(why, ERR_LIMIT, "a record of more than %d octets", DETAIL_RECORD_MAX);
	while (e == OK && str_next_line(&record, &line)) {
		number++;
		any |= !is_blank(line);
		if (!is_blank(line))
			e = one_line(g, line, why);
	}
	if (!e && !any)
		return ERR_NOTFOUND;
	if (e)
		why_at(why, "record", number, 1);
	else
		e = finish(g, zone_us, why);
	if (e)
		return e;
	r.attrs = g->attrs;
	*ret = r;
	return OK;
}

void detail_write(const struct detail_record *r, uint8_t id, uint32_t delay_s, struct radius_writer *w)
{
	radius_write_request(w, RADIUS_ACCOUNTING_REQUEST, id, true);
	radius_put_u32(w, RADIUS_ACCT_DELAY_TIME, delay_s);
	for (unsigned i = 0; i < r->count; i++) {
		const struct detail_attr *x = &r->attrs[i];
		if (x->vendor)
			radius_put_vendor(w, x->vendor, x->type, x->value);
		else
			radius_put(w, x->type, x->value);
	}
}
