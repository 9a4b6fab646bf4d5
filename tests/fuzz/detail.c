/*
 * Any bytes as a detail file; the first octet picks the zone. Cutting comes to its end and loses no octet; what is read fits its packet or is
 * said not to, and the packet reads back with the same attributes.
 */
#include "wire/detail.h"

#include "fuzz.h"

static void one_record(struct arena *a, struct str record, const int64_t *zone)
{
	static struct radius_writer w;
	struct detail_record r;
	struct radius_packet p;
	struct str octets;
	struct why why = { 0 };
	arena_reset(a);
	enum err e = detail_read(a, record, zone, &r, &why);
	MUST(e == OK || e == ERR_NOTFOUND || why.text[0]);
	if (e)
		return;
	MUST(r.count && r.count <= RADIUS_ATTRS_MAX);
	for (unsigned i = 0; i < r.count; i++)
		MUST(r.attrs[i].type && r.attrs[i].value.len && r.attrs[i].value.len <= RADIUS_VALUE_MAX);
	detail_write(&r, 7, r.delay_s, &w);
	if (radius_end_request(&w, STR("a secret of twenty-two"), STR_NONE, &octets) != OK)
		return;
	MUST(radius_read(octets, &p) == OK && p.attrs == r.count + 2);
	MUST(radius_check_request(&p, STR("a secret of twenty-two"), true) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const int64_t zone = -HOUR_US;
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct str rest = FUZZ_TEXT(data, len), record;
	MUST(a);
	const int64_t *z = len && data[0] == '+' ? &zone : NULL;
	for (size_t n; (n = detail_cut(rest, false, &record)) != 0; rest = str_sub(rest, n, SIZE_MAX)) {
		MUST(n <= rest.len && record.ptr == rest.ptr && record.len == n);
		one_record(a, record, z);
	}
	if (rest.len) {
		MUST(detail_cut(rest, true, &record) == rest.len);
		one_record(a, record, z);
	}
	arena_free(a);
	return 0;
}
