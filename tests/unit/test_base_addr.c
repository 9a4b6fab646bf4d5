/*
 * Addresses and prefixes: RFC 4291 and 5952 texts, what is refused, masks at every length, the special ranges' edges; and
 * longest-prefix match against a plain search over the same prefixes.
 */
#include "base/addr.h"
#include "base/arena.h"
#include "base/lpm.h"
#include "tap.h"

static struct arena *a;

static struct addr addr(const char *text)
{
	struct addr x;
	if (addr_parse(str_of(text), &x) != OK)
		abort();
	return x;
}

static struct prefix prefix(const char *text)
{
	struct prefix p;
	if (prefix_parse(str_of(text), &p) != OK)
		abort();
	return p;
}

static void test_texts(void)
{
	static const char *const pairs[][2] = { /* RFC 5952 1 and 4 */
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" }, { "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" }, { "2001:db8::1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1" }, { "2001:0db8::1", "2001:db8::1" }, { "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, { "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" }, { "2001:DB8:AAAA::AbCd", "2001:db8:aaaa::abcd" },
		{ "0:0:0:0:0:0:0:0", "::" }, { "0:0:0:0:0:0:0:1", "::1" }, { "1:0:0:0:0:0:0:0", "1::" }, { "0:1:0:0:0:0:0:0", "0:1::" }, { "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0" },
		{ "::ffff:192.0.2.7", "192.0.2.7" }, { "::ffff:c000:207", "192.0.2.7" }, { "64:ff9b::192.0.2.1", "64:ff9b::c000:201" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }, { "0.0.0.0", "0.0.0.0" }, { "255.255.255.255", "255.255.255.255" } };
	static const char *const bad[] = { "", ".", ":", "1.2.3", "1.2.3.4.", ".1.2.3.4", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1..2.3", "1.2.3.4/32", "0x7f.0.0.1",
		"2130706433", "1.2.3.-4", "1.2.3.4 ", " ::1", "::1 ", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::g", "fe80::1%eth0", "[::1]", "::1.2.3", "::1.2.3.04",
		"1:2:3:4:5:6:7:1.2.3.4", "0000:0000:0000:0000:0000:0000:0000:00000" };
	struct addr x;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		OK_(addr_parse(str_of(pairs[i][0]), &x) == OK, pairs[i][0]);
		IS_STR(addr_str(a, &x), str_of(pairs[i][1]), "is");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_INT(addr_parse(str_of(bad[i]), &x), ERR_SYNTAX, bad[i]);
	IS_INT(addr_parse(STR("::1\0"), &x), ERR_SYNTAX, "a NUL at the end");
	OK_(addr_parse(str_sub(STR("192.0.2.77"), 0, 9), &x) == OK && x.octets[15] == 7, "no byte beyond the text is read");
}

static void test_prefixes(void)
{
	static const char *const same[] = { "0.0.0.0/0", "192.0.2.0/24", "192.0.2.7/32", "128.0.0.0/1", "::/0", "2001:db8::/32", "8000::/1", "2001:db8::1/128" };
	static const char *const bad[] = { "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/024", "192.0.2.0/+8", "192.0.2.0/24/8", "::/129", "192.0.2.0 /24", "192.0.2/24", "192.0.2.0/00" };
	static const char *const host_bits[] = { "192.0.2.1/24", "192.0.2.0/0", "2001:db8::1/127", "::ffff:192.0.2.1/120", "::ffff:0:0/95", "::ffff:1.2.3.4/96" };
	struct prefix p;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		p = prefix(same[i]);
		IS_STR(prefix_str(a, &p), str_of(same[i]), "a prefix as written");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_INT(prefix_parse(str_of(bad[i]), &p), ERR_SYNTAX, bad[i]);
	for (size_t i = 0; i < sizeof(host_bits) / sizeof(host_bits[0]); i++)
		IS_INT(prefix_parse(str_of(host_bits[i]), &p), ERR_RANGE, host_bits[i]);
	p = prefix("192.0.2.7");
	OK_(p.bits == 128, "a bare address is a prefix of its own");
	p = prefix("::ffff:192.0.2.0/120");
	struct prefix v4 = prefix("192.0.2.0/24"), all = prefix("0.0.0.0/0"), all6 = prefix("::/0"), inner = prefix("192.0.2.128/25");
	OK_(addr_eq(&p.addr, &v4.addr) && p.bits == v4.bits, "the mapped form is the same prefix");
	OK_(prefix_covers(&all, &v4) && prefix_covers(&v4, &inner) && !prefix_covers(&inner, &v4) && prefix_covers(&v4, &v4), "covering");
	struct addr x = addr("2001:db8::1");
	OK_(prefix_has(&all6, &x) && !prefix_has(&all, &x), "all of IPv4 is not all of IPv6");
	unsigned wrong = 0;
	for (unsigned bits = 0; bits <= 128; bits++) {
		struct addr ones;
		memset(ones.octets, 0xff, sizeof(ones.octets));
		p = prefix_of(&ones, bits);
		unsigned set = 0;
		for (int i = 0; i < 16; i++)
			set += (unsigned)__builtin_popcount(p.addr.octets[i]);
		wrong += set != bits || p.bits != bits || !prefix_has(&p, &ones);
		if (bits > 0) {
			ones.octets[(bits - 1) / 8] ^= (uint8_t)(0x80 >> ((bits - 1) % 8));
			wrong += prefix_has(&p, &ones);
		}
	}
	IS_INT(wrong, 0, "the mask of every length");
}

static void test_special(void)
{
	static const char *const special[] = { "0.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "169.254.1.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
		"192.168.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255", "::", "::1", "100::1", "2001:db8::1", "3fff::1", "fc00::1", "fdff::1",
		"fe80::1", "fec0::1", "ff02::1", "64:ff9b:1::1" };
	static const char *const public[] = { "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "198.17.255.255",
		"198.20.0.0", "223.255.255.255", "2001:db7:ffff::1", "2001:db9::1", "2600::1", "fbff::1", "3ffe::1", "::2", "64:ff9b::1" };
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		struct addr x = addr(special[i]);
		OK_(addr_is_special(&x), special[i]);
	}
	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++) {
		struct addr x = addr(public[i]);
		OK_(!addr_is_special(&x), public[i]);
	}
	struct addr one = addr("::1"), two = addr("::2"), four = addr("127.255.0.1"), mapped = addr("::ffff:127.0.0.1");
	OK_(addr_is_loopback(&one) && !addr_is_loopback(&two) && addr_is_loopback(&four) && addr_is_loopback(&mapped), "loopback");
	static const struct {
		const char *text;
		bool local;
	} locals[] = { { "10.1.2.3", true }, { "172.31.255.255", true }, { "172.32.0.0", false }, { "192.168.0.1", true }, { "169.254.1.1", true },
		{ "127.0.0.1", true }, { "fd00::1", true }, { "fe80::1", true }, { "2001:db8::1", false }, { "192.0.2.1", false }, { "100.64.0.1", false } };
	for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++) {
		struct addr x = addr(locals[i].text);
		OK_(addr_is_local(&x) == locals[i].local, locals[i].text);
	}
	OK_(addr_cmp(&one, &two) < 0 && addr_cmp(&two, &one) > 0 && addr_cmp(&one, &one) == 0, "addresses have an order");
}

enum { PREFIXES = 2000, PROBES = 3000 };

/* A generator that gives the same numbers each run. */
static uint32_t next(uint32_t *state)
{
	*state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
	return *state >> 8;
}

static struct addr crowded(uint32_t *state)
{
	struct addr x = addr(next(state) % 2 ? "10.0.0.0" : "2001:db8::");
	for (int i = addr_is_v4(&x) ? 13 : 4; i < 16; i++)
		x.octets[i] = (uint8_t)(next(state) % 4 == 0 ? next(state) : 0);
	return x;
}

static void test_lpm(void)
{
	struct prefix *list = calloc(PREFIXES, sizeof(*list));
	struct lpm *t = lpm_new(PREFIXES);
	uint32_t state = 1;
	size_t n = 0, wrong = 0, found = 0;
	if (!list || !t)
		abort();
	for (size_t i = 0; i < PREFIXES; i++) {
		struct addr x = crowded(&state);
		struct prefix p = prefix_of(&x, next(&state) % (addr_is_v4(&x) ? 33 : 129));
		if (lpm_exact(t, &p))
			continue;
		list[n] = p;
		wrong += lpm_put(t, &p, &list[n]) != OK || lpm_exact(t, &p) != &list[n];
		n++;
	}
	for (size_t i = 0; i < PROBES; i++) {
		struct addr x = crowded(&state);
		struct lpm_walk w;
		size_t covering = 0, walked = 0;
		unsigned last = 129;
		for (size_t k = 0; k < n; k++)
			covering += addr_is_v4(&list[k].addr) == addr_is_v4(&x) && prefix_has(&list[k], &x);
		lpm_walk_start(t, &x, &w);
		for (const struct prefix *p; (p = lpm_walk_next(&w)) != NULL; walked++) {
			wrong += !prefix_has(p, &x) || p->bits >= last || (walked == 0 && lpm_find(t, &x) != p);
			last = p->bits;
		}
		wrong += walked != covering;
		found += walked;
	}
	IS_INT(wrong, 0, "every covering prefix, most specific first, as a plain search finds them");
	OK_(found > PROBES, "and there were many");
	lpm_free(t);
	free(list);
	lpm_free(NULL);
	t = lpm_new(1);
	if (!t)
		abort();
	struct prefix zero = prefix("0.0.0.0/0"), other = prefix("10.0.0.0/8");
	struct addr four = addr("8.8.8.8"), six = addr("2001:db8::1");
	int one, two;
	OK_(lpm_put(t, &zero, &one) == OK && lpm_put(t, &zero, &two) == OK && lpm_find(t, &four) == &two, "a value is replaced");
	IS_INT(lpm_put(t, &other, &one), ERR_FULL, "the capacity is a bound");
	OK_(!lpm_find(t, &six), "all of IPv4 does not cover IPv6");
	lpm_free(t);
}

int main(void)
{
	a = arena_new("test", 1 << 20);
	if (!a)
		return 1;
	test_texts();
	test_prefixes();
	test_special();
	test_lpm();
	arena_free(a);
	return tap_done();
}
