/*
 * Events of a NAT in IPFIX. See nat_ipfix.h; the numbers are those of IANA's registry of IPFIX information elements.
 */
#include "intake/nat_ipfix.h"

#include "format/nat_line.h"

const char *const nat_dialect_words[] = { "rfc8158", "junos-draft", NULL };

/* Numbers of information elements, of which each may stand in a record once. */
static const struct element { uint16_t id; uint8_t least, most; } elements[] = {
	{ 230, 1, 8 }, { 8, 4, 4 }, { 27, 16, 16 }, { 225, 4, 4 }, { 227, 1, 2 }, { 361, 1, 2 }, { 362, 1, 2 }, { 363, 1, 2 }, { 364, 1, 2 },
	{ 323, 8, 8 }, { 322, 4, 4 }, { 324, 8, 8 }, { 325, 8, 8 }, { 150, 4, 4 }, { 151, 4, 4 }, { 152, 8, 8 }, { 153, 8, 8 }, { 154, 8, 8 }, { 155, 8, 8 }, { 156, 8, 8 }, { 157, 8, 8 },
};
enum { EVENT, INSIDE4, INSIDE6, OUTSIDE, PORT, FIRST, LAST, STEP, COUNT, SEEN_MS, SEEN_S, SEEN_US, SEEN_NS, BEGAN_S, ENDED_S, BEGAN_MS, ENDED_MS, BEGAN_US, ENDED_US, BEGAN_NS,
	ENDED_NS, ELEMENTS };
_Static_assert(sizeof(elements) / sizeof(elements[0]) == ELEMENTS, "a name for each element");

#define NTP_1970 INT64_C(2208988800)

struct fields {
	uint32_t has;
	struct str values[ELEMENTS];
};

static bool collect(const struct ipfix_record *r, struct fields *ret)
{
	const struct ipfix_field *f;
	struct str value;
	size_t at = 0;
	*ret = (struct fields){ 0 };
	for (unsigned i = 0; ipfix_value(r, &at, &i, &f, &value);)
		for (unsigned k = 0; k < ELEMENTS; k++) {
			if (f->enterprise || f->id != elements[k].id)
				continue;
			if (value.len < elements[k].least || value.len > elements[k].most || ret->has >> k & 1)
				return false;
			ret->has |= UINT32_C(1) << k;
			ret->values[k] = value;
		}
	return true;
}

static bool has(const struct fields *f, unsigned k)
{
	return f->has >> k & 1;
}

static uint64_t number(const struct fields *f, unsigned k)
{
	uint64_t n = 0;
	return has(f, k) && ipfix_number(f->values[k], &n) ? n : 0;
}

static void address(const struct fields *f, unsigned k, struct addr *ret)
{
	*ret = (struct addr){ { [10] = 0xff, [11] = 0xff } };
	if (f->values[k].len == 4)
		memcpy(ret->octets + 12, f->values[k].ptr, 4);
	else
		memcpy(ret->octets, f->values[k].ptr, 16);
}

/* RFC 7011 6.1.7 to 6.1.10; TIME_NONE: outside what can be. */
static int64_t time_of(const struct fields *f, unsigned k, int64_t unit_us)
{
	uint64_t n = number(f, k);
	if (unit_us)
		return n <= (uint64_t)UINT32_MAX * SECOND_US / (uint64_t)unit_us ? (int64_t)n * unit_us : TIME_NONE;
	int64_t seconds = (int64_t)(n >> 32) - NTP_1970;
	return seconds < 0 ? TIME_NONE : seconds * SECOND_US + (int64_t)((n & UINT32_MAX) * SECOND_US >> 32);
}

/* When it was, and how exactly that is said. */
static int64_t when(const struct fields *f, bool back, int64_t *ret_resolution_us)
{
	static const struct { unsigned k; int64_t unit_us; bool began, ended; } times[] = { { SEEN_MS, 1000, true, true }, { SEEN_S, SECOND_US, true, true }, { SEEN_US, 0, true, true },
		{ SEEN_NS, 0, true, true }, { BEGAN_MS, 1000, true, false }, { ENDED_MS, 1000, false, true }, { BEGAN_S, SECOND_US, true, false }, { ENDED_S, SECOND_US, false, true },
		{ BEGAN_US, 0, true, false }, { ENDED_US, 0, false, true }, { BEGAN_NS, 0, true, false }, { ENDED_NS, 0, false, true } };
	for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (!has(f, times[i].k) || !(back ? times[i].ended : times[i].began))
			continue;
		int64_t at = time_of(f, times[i].k, times[i].unit_us);
		*ret_resolution_us = times[i].unit_us ? times[i].unit_us : 1;
		if (at >= SECOND_US)
			return at;
	}
	return TIME_NONE;
}

enum meaning { UNKNOWN, SILENT, BEGINS, ENDS, BLOCK_GIVEN, BLOCK_BACK, BLOCK_HELD };

static enum meaning meaning_of(enum nat_dialect dialect, uint64_t value)
{
	static const uint8_t of_rfc8158[] = { UNKNOWN, UNKNOWN, UNKNOWN, SILENT, BEGINS, ENDS, BEGINS, ENDS, BEGINS, ENDS, BEGINS, ENDS, SILENT, SILENT, SILENT, SILENT,
		BLOCK_GIVEN, BLOCK_BACK, SILENT };
	static const uint8_t of_junos[] = { UNKNOWN, BEGINS, ENDS, UNKNOWN, BEGINS, ENDS, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, BLOCK_GIVEN, BLOCK_BACK,
		BLOCK_HELD };
	if (dialect == NAT_JUNOS_DRAFT)
		return value < sizeof(of_junos) ? of_junos[value] : UNKNOWN;
	return value < sizeof(of_rfc8158) ? of_rfc8158[value] : UNKNOWN;
}

/* First and last port; the ports of a block that are not one behind the other cannot be said as one. */
static bool block(const struct fields *f, struct nat_event *e)
{
	uint64_t first = number(f, FIRST), count = number(f, COUNT), last = has(f, LAST) ? number(f, LAST) : first + count - 1;
	if (!has(f, FIRST) || (!has(f, LAST) && !count) || number(f, STEP) > 1 || last > NAT_PORT_LAST || last < first)
		return false;
	if (has(f, LAST) && count && last - first + 1 != count)
		return false;
	e->port_from = (uint16_t)first;
	e->port_to = (uint16_t)last;
	return true;
}

static bool one_port(const struct fields *f, struct nat_event *e)
{
	e->port_from = e->port_to = (uint16_t)number(f, PORT);
	e->mapping = true;
	return has(f, PORT);
}

enum err nat_ipfix_read(enum nat_dialect dialect, const struct ipfix_record *r, int64_t received_at, struct nat_event *ret_event)
{
	static const enum nat_what whats[] = { NAT_UNVERIFIED, NAT_UNVERIFIED, NAT_GIVEN, NAT_BACK, NAT_GIVEN, NAT_BACK, NAT_HELD };
	struct nat_event e = { .since_at = TIME_NONE };
	struct fields f;
	int64_t resolution_us = 0;
	bool sound = collect(r, &f);
	if (!has(&f, EVENT))
		return sound ? ERR_UNSUPPORTED : ERR_SYNTAX;
	enum meaning m = meaning_of(dialect, number(&f, EVENT));
	if (!sound || m == SILENT)
		return sound ? ERR_NOTFOUND : ERR_SYNTAX;
	e.what = whats[m];
	bool single = m == BEGINS || m == ENDS || (m == UNKNOWN && !has(&f, FIRST));
	/* DS-Lite and NAT64: the inside is the IPv6 one */
	if (!(single ? one_port(&f, &e) : block(&f, &e)) || !has(&f, OUTSIDE) || (!has(&f, INSIDE4) && !has(&f, INSIDE6)))
		return ERR_SYNTAX;
	address(&f, OUTSIDE, &e.outside);
	address(&f, has(&f, INSIDE6) ? INSIDE6 : INSIDE4, &e.inside);
	int64_t at = when(&f, e.what == NAT_BACK, &resolution_us);
	nat_clock_network(received_at, at, resolution_us, &e.first_at, &e.last_at);
	if (e.first_at < SECOND_US || e.last_at / SECOND_US >= UINT32_MAX - 1)
		return ERR_SYNTAX;
	*ret_event = e;
	return OK;
}
