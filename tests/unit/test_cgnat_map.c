/*
 * Maps of a NAT that assigns ports by rule: each address behind it has its block, no two have the same, and a map that is not enough for its
 * addresses is refused at its place.
 */
#include <stdlib.h>

#include "attribution/cgnat_map.h"
#include "tap.h"

#define HEAD "inside,outside,port_from,port_to,ports,order,from,until\n"

static struct arena *arena;

static enum err read_map(const char *text, struct cgnat_rule *r, struct why *why)
{
	struct cgnat_map m;
	arena_reset(arena);
	*why = (struct why){ 0 };
	enum err e = cgnat_map_open(&m, arena, "map", str_of(text), why);
	return e ? e : cgnat_map_next(&m, arena, r, why);
}

/* "192.0.2.1 1024-2047 100.64.0.0" of one address. */
static const char *block(const struct cgnat_rule *r, uint32_t n)
{
	static char text[2 * ADDR_TEXT_MAX + 20];
	char outside[ADDR_TEXT_MAX], inside[ADDR_TEXT_MAX];
	struct binding b = cgnat_rule_binding(r, n);
	struct addr behind = binding_inside_addr(&b.subject);
	addr_print(&b.prefix.addr, outside);
	addr_print(&behind, inside);
	(void)snprintf(text, sizeof(text), "%s %u-%u %s", outside, b.port_from, b.port_to, inside);
	return text;
}

static void blocks(void)
{
	struct cgnat_rule r;
	struct why why;
	OK_(read_map(HEAD "100.64.0.0/28,192.0.2.0/30,1024,65535,16128,fill,2026-03-01T00:00:00Z,\n", &r, &why) == OK && cgnat_rule_count(&r) == 16, "a rule for sixteen addresses");
	IS_STR(str_of(block(&r, 0)), STR("192.0.2.0 1024-17151 100.64.0.0"), "the first one");
	IS_STR(str_of(block(&r, 4)), STR("192.0.2.1 1024-17151 100.64.0.4"), "a shared address is filled before the next is used");
	IS_STR(str_of(block(&r, 15)), STR("192.0.2.3 49408-65535 100.64.0.15"), "the last one");
	OK_(read_map(HEAD "100.64.0.0/28,192.0.2.0/30,1024,65535,20000,spread,2026-03-01T00:00:00Z,2026-04-01T00:00:00Z\n", &r, &why) == ERR_RANGE, "three blocks of four addresses are twelve");
}

static void no_two_alike(void)
{
	static const char *const orders[] = { "fill", "spread" };
	for (unsigned o = 0; o < 2; o++) {
		char text[200];
		struct cgnat_rule r;
		struct why why;
		static uint8_t taken[4][65536];
		unsigned bad = 0;
		memset(taken, 0, sizeof(taken));
		(void)snprintf(text, sizeof(text), HEAD "100.64.8.0/24,192.0.2.4/30,5000,60000,800,%s,2026-03-01T00:00:00Z,2026-04-01T00:00:00Z\n", orders[o]);
		OK_(read_map(text, &r, &why) == OK, orders[o]);
		for (uint32_t n = 0; n < cgnat_rule_count(&r); n++) {
			struct binding b = cgnat_rule_binding(&r, n);
			unsigned shared = b.prefix.addr.octets[15] - 4;
			b.feed = 1;
			b.recorded_at = r.from_at;
			bad += shared > 3 || b.port_from < 5000 || b.port_to > 60000 || b.port_to - b.port_from != 799 || binding_normalise(&b, NULL) != OK || b.end_at != r.until_at;
			for (unsigned p = b.port_from; shared < 4 && p <= b.port_to; p++)
				bad += taken[shared][p]++;
		}
		IS_INT(bad, 0, "no port is given twice, and none that is not to be given");
		IS_STR(str_of(block(&r, 1)), o ? STR("192.0.2.5 5000-5799 100.64.8.1") : STR("192.0.2.4 5800-6599 100.64.8.1"), "in the order that it says");
	}
}

static void refused(void)
{
	static const struct { const char *name, *row; unsigned column; } wrong[] = {
		{ "a prefix that is none", "100.64.0.1/28,192.0.2.0/30,1024,65535,100,fill,2026-03-01T00:00:00Z,", 1 },
		{ "IPv6", "2001:db8::/64,192.0.2.0/30,1024,65535,100,fill,2026-03-01T00:00:00Z,", 1 },
		{ "too many addresses", "100.0.0.0/8,192.0.2.0/30,1024,65535,100,fill,2026-03-01T00:00:00Z,", 1 },
		{ "a port beyond the last", "100.64.0.0/28,192.0.2.0/30,1024,65536,100,fill,2026-03-01T00:00:00Z,", 33 },
		{ "ports the wrong way round", "100.64.0.0/28,192.0.2.0/30,2000,1999,100,fill,2026-03-01T00:00:00Z,", 33 },
		{ "blocks of no port", "100.64.0.0/28,192.0.2.0/30,1024,65535,0,fill,2026-03-01T00:00:00Z,", 39 },
		{ "blocks that are longer than the range", "100.64.0.0/28,192.0.2.0/30,1024,1100,100,fill,2026-03-01T00:00:00Z,", 15 },
		{ "an order that nobody knows", "100.64.0.0/28,192.0.2.0/30,1024,65535,100,random,2026-03-01T00:00:00Z,", 43 },
		{ "a time without its zone", "100.64.0.0/28,192.0.2.0/30,1024,65535,100,fill,2026-03-01T00:00:00,", 48 },
		{ "no time at all", "100.64.0.0/28,192.0.2.0/30,1024,65535,100,fill,,", 48 },
		{ "an end before the beginning", "100.64.0.0/28,192.0.2.0/30,1024,65535,100,fill,2026-03-01T00:00:00Z,2026-02-01T00:00:00Z", 69 },
		{ "a field too few", "100.64.0.0/28,192.0.2.0/30,1024,65535,100,fill,2026-03-01T00:00:00Z", 1 },
	};
	struct cgnat_rule r;
	struct why why;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[300];
		(void)snprintf(text, sizeof(text), HEAD "%s\n", wrong[i].row);
		enum err e = read_map(text, &r, &why);
		if (!OK_((e == ERR_SYNTAX || e == ERR_RANGE) && why.line == 2 && why.column == wrong[i].column, wrong[i].name))
			printf("# %s at %u:%u: %s\n", err_text(e), why.line, why.column, why.text);
	}
	OK_(read_map("", &r, &why) == ERR_SYNTAX && read_map("inside,outside\n", &r, &why) == ERR_SYNTAX, "a file without its columns");
	OK_(read_map("inside,outside,port_from,port_to,ports,order,from,until,colour\n", &r, &why) == ERR_SYNTAX, "a column more");
	OK_(read_map(HEAD, &r, &why) == ERR_NOTFOUND, "a header alone has no rules");
}

int main(void)
{
	arena = arena_new("test", 1 << 20);
	blocks();
	no_two_alike();
	refused();
	arena_free(arena);
	return tap_done();
}
