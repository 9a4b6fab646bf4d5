/*
 * Any text as a map of a NAT: each rule that is taken gives blocks that are bindings, within its ports and prefixes.
 */
#include "attribution/cgnat_map.h"
#include "fuzz.h"

enum { LOOKS = 64 };

static void walk(const struct cgnat_rule *r)
{
	uint32_t count = cgnat_rule_count(r);
	MUST(count && count <= 1u << 20 && r->ports);
	for (uint32_t i = 0; i < LOOKS; i++) {
		struct binding b = cgnat_rule_binding(r, (uint32_t)((uint64_t)i * (count - 1) / (LOOKS - 1)));
		b.feed = 1;
		b.recorded_at = SECOND_US;
		MUST(prefix_has(&r->outside, &b.prefix.addr) && b.port_from >= r->port_from && b.port_to <= r->port_to && b.port_to - b.port_from + 1 == r->ports);
		/* a time may lie beyond what a binding can have */
		if (binding_normalise(&b, NULL) == OK)
			MUST(b.flags & BINDING_INSIDE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct cgnat_map m;
	struct cgnat_rule r;
	struct why why = { 0 };
	enum err e;
	MUST(a);
	if (cgnat_map_open(&m, a, "map", FUZZ_TEXT(data, len), &why) == OK) {
		while ((e = cgnat_map_next(&m, a, &r, &why)) != ERR_NOTFOUND && e != ERR_NOMEM)
			if (e == OK)
				walk(&r);
	} else {
		MUST(why.text[0]);
	}
	arena_free(a);
	return 0;
}
