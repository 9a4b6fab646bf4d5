/*
 * Base: bytes, addresses, times, JSON, blocks, maps, digests against published vectors and at their bounds.
 */
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/conf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/lpm.h"
#include "base/map.h"
#include "base/seal.h"
#include "base/time.h"
#include "tap.h"

static struct arena *a;

static void test_bytes(void)
{
	struct str rest = STR("a,b,,"), part, out;
	unsigned n = 0;
	while (str_split(&rest, ',', &part))
		n++;
	IS_INT(n, 4, "split gives the empty parts too");
	rest = STR("one\r\ntwo\nthree");
	OK_(str_next_line(&rest, &part) && str_eq(part, STR("one")) && str_next_line(&rest, &part) && str_eq(part, STR("two")), "lines end in CRLF or LF");
	OK_(str_next_line(&rest, &part) && str_eq(part, STR("three")) && !str_next_line(&rest, &part), "the last line needs no end");
	uint64_t v;
	IS_INT(str_to_u64(STR("18446744073709551616"), UINT64_MAX, &v), ERR_RANGE, "2^64 is out of range");
	IS_INT(str_to_u64(STR("12x"), 99, &v), ERR_SYNTAX, "digits only");
	OK_(str_utf8_valid(STR("gr\xc3\xbc\xc3\x9f")) && !str_utf8_valid(STR("\xc0\xaf")) && !str_utf8_valid(STR("\xed\xa0\x80")), "UTF-8 without overlongs and surrogates");
	IS_STR(str_base64(a, STR("foobar")), STR("Zm9vYmFy"), "RFC 4648 base64");
	IS_STR(str_base64(a, STR("foob")), STR("Zm9vYg=="), "RFC 4648 padding");
	OK_(str_unbase64(a, STR("Zm9vYg=="), &out) == OK && str_eq(out, STR("foob")), "and back");
	IS_INT(str_unbase64(a, STR("Zm9vYh=="), &out), ERR_SYNTAX, "bits beyond the end are refused");
	IS_INT(str_unbase64(a, STR("Zm9=Yg=="), &out), ERR_SYNTAX, "padding inside is refused");
	IS_STR(str_printable(a, STR("a\n\xff"), 10), STR("a\\x0a\\xff"), "what is not printable is escaped");
}

static void test_addresses(void)
{
	static const char *const pairs[][2] = { { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" }, { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" }, { "::", "::" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, { "192.0.2.7", "192.0.2.7" }, { "::ffff:192.0.2.7", "192.0.2.7" }, { "1::", "1::" } };
	static const char *const bad[] = { "192.0.2", "192.0.2.256", "192.0.02.7", "1.2.3.4.5", "", "fe80::1%eth0", "2001:db8:::1", " 1.2.3.4", "0x1.2.3.4" };
	struct addr x;
	struct prefix p, q;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		OK_(addr_parse(str_of(pairs[i][0]), &x) == OK, pairs[i][0]);
		IS_STR(addr_str(a, &x), str_of(pairs[i][1]), "RFC 5952 form");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_INT(addr_parse(str_of(bad[i]), &x), ERR_SYNTAX, "refused address");
	OK_(prefix_parse(STR("192.0.2.0/24"), &p) == OK && addr_parse(STR("192.0.2.255"), &x) == OK && prefix_has(&p, &x), "a /24 has its last address");
	OK_(addr_parse(STR("192.0.3.0"), &x) == OK && !prefix_has(&p, &x), "and not the next one");
	IS_INT(prefix_parse(STR("192.0.2.1/24"), &q), ERR_RANGE, "host bits are refused");
	IS_INT(prefix_parse(STR("192.0.2.0/33"), &q), ERR_SYNTAX, "no /33");
	OK_(prefix_parse(STR("2001:db8::/32"), &q) == OK, "an IPv6 prefix");
	IS_STR(prefix_str(a, &q), STR("2001:db8::/32"), "and its text");
	IS_STR(prefix_str(a, &p), STR("192.0.2.0/24"), "an IPv4 prefix's text");
	struct lpm *t = lpm_new(100);
	int outer, inner;
	OK_(lpm_put(t, &p, &outer) == OK && prefix_parse(STR("192.0.2.128/25"), &p) == OK && lpm_put(t, &p, &inner) == OK, "two nested prefixes");
	struct lpm_walk w;
	OK_(addr_parse(STR("192.0.2.200"), &x) == OK, "an address in both");
	lpm_walk_start(t, &x, &w);
	OK_(lpm_walk_next(&w) == &inner && lpm_walk_next(&w) == &outer && !lpm_walk_next(&w), "the walk gives the most specific first, then the outer, then ends");
	OK_(addr_parse(STR("198.51.100.1"), &x) == OK && !lpm_find(t, &x), "an address in none");
	lpm_free(t);
}

static void test_times(void)
{
	int64_t at;
	bool zone;
	OK_(time_parse(STR("2026-03-01T10:00:00+02:00"), &at) == OK, "RFC 3339 with a zone");
	IS_STR(time_str(a, at), STR("2026-03-01T08:00:00Z"), "is printed in UTC");
	OK_(time_parse(STR("1969-12-31T23:59:59.5Z"), &at) == OK && at == -500000, "before 1970");
	IS_INT(time_parse(STR("2025-02-29T00:00:00Z"), &at), ERR_SYNTAX, "no leap day in 2025");
	IS_INT(time_parse(STR("2026-03-01T10:00:00"), &at), ERR_SYNTAX, "a date-time needs its zone");
	OK_(time_parse_mail(STR("Thu, 08 Mar 2007 18:00:00 EDT"), &at, &zone) == OK && zone, "RFC 5322 with an obsolete zone");
	IS_STR(time_str(a, at), STR("2007-03-08T22:00:00Z"), "EDT is four hours behind");
	OK_(time_parse_mail(STR("1 Jan 26 00:00 -0000"), &at, &zone) == OK && !zone, "-0000 says nothing about the zone");
	IS_STR(time_mail_str(a, at), STR("Thu, 1 Jan 2026 00:00:00 +0000"), "the RFC 5322 form");
	IS_INT(time_parse_mail(STR("Thu, 08 Foo 2007 18:00:00 +0000"), &at, &zone), ERR_SYNTAX, "an unknown month");
	int64_t us;
	OK_(span_parse(STR("48h"), &us) == OK && us == 48 * HOUR_US, "48h");
	IS_STR(span_str(a, us), STR("2d"), "is two days");
	IS_INT(span_parse(STR("48"), &us), ERR_SYNTAX, "a span needs its unit");
}

static void test_json(void)
{
	static const char *const bad[] = { "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "\"\\ud800\"", "\"\\x\"", "[1] 2", "nul", "\"\x01\"", "\"\xff\"", "{\"a\" 1}",
		"1.", "-", "[1 2]", "\"abc", "\"abc\\" };
	struct json *root;
	struct why why;
	struct str text = STR("{\"a\": [1, -2, \"x\\u00e9\\ud83d\\ude00\"], \"b\": {\"c\": true}, \"n\": 1.5e3}");
	OK_(json_read(a, text, &root, &why) == OK, "a document");
	IS_STR(json_get(root, "a")->child->next->next->text, STR("x\xc3\xa9\xf0\x9f\x98\x80"), "escapes and surrogate pairs are decoded");
	const struct json *c = json_at(root, "b.c");
	OK_(c && c->boolean, "a path");
	IS_STR(str_sub(text, c->from, c->to - c->from), STR("true"), "the span is exact");
	OK_(!json_get(root, "n")->is_integer, "1.5e3 is no integer");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(json_read(a, str_of(bad[i]), &root, &why) != OK, bad[i]);
	char deep[2 * JSON_DEPTH_MAX + 4];
	memset(deep, '[', JSON_DEPTH_MAX);
	memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	IS_INT(json_read(a, (struct str){ deep, 2 * JSON_DEPTH_MAX }, &root, &why), OK, "the greatest depth");
	memset(deep, '[', JSON_DEPTH_MAX + 1);
	IS_INT(json_read(a, (struct str){ deep, JSON_DEPTH_MAX + 1 }, &root, &why), ERR_LIMIT, "one deeper");
	OK_(json_read(a, STR("{\n \"a\": x}"), &root, &why) == ERR_SYNTAX && why.line == 2 && why.column == 7, "an error has its line and column");
	struct buf b;
	struct jsonw w;
	buf_init(&b, 1000);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "k", STR("a\"\\\n\x01\xff"));
	jsonw_array(&w, "l");
	jsonw_int(&w, NULL, -1);
	jsonw_bool(&w, NULL, true);
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	IS_STR(buf_str(&b), STR("{\"k\":\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\",\"l\":[-1,true]}"), "the writer escapes and replaces what is not UTF-8");
	buf_done(&b);
}

static void test_blocks(void)
{
	static const char *const words[] = { "info", "debug", NULL };
	static const struct conf_item inner[] = { { .name = "size", .type = CONF_SIZE, .fallback = "50M", .min = 1, .max = 1 << 30, .doc = "a size" }, { .name = NULL } };
	static const struct conf_item items[] = { { .name = "level", .type = CONF_ENUM, .words = words, .fallback = "info", .doc = "a level" },
		{ .name = "listen", .type = CONF_LISTEN, .many = true, .required = true, .doc = "where to listen" },
		{ .name = "spool", .type = CONF_BLOCK, .items = inner, .doc = "the spool" }, { .name = NULL } };
	struct conf *first;
	struct why why;
	char line[700];
	struct str text = STR("# comment\nlevel   debug\nlisten 127.0.0.1:25; listen [::1]:25\nspool { size 1M }\n");
	OK_(conf_read(a, "t.conf", text, &first, &why) == OK && conf_check(first, items, &why) == OK, "a configuration");
	IS_INT(conf_number(conf_find(first, "spool")->child, inner, "size"), 1 << 20, "a size in a one-line block");
	IS_INT(conf_number(first, items, "level"), 1, "an enum");
	text = STR("listen 1.2.3.4:1\nspool {\n    sise 1M\n}\n");
	OK_(conf_read(a, "t.conf", text, &first, &why) == OK && conf_check(first, items, &why) == ERR_SYNTAX, "an unknown word");
	why_print(&why, line, sizeof(line));
	IS_STR(str_of(line), STR("t.conf:3:5: \"sise\" is not known here (did you mean \"size\"?)"), "says where and what may be meant");
	IS_STR(conf_excerpt(a, text, &why), STR("        sise 1M\n        ^\n"), "and shows the line with a caret");
	OK_(conf_read(a, "t.conf", STR("a {\n b \"x\n"), &first, &why) == ERR_SYNTAX && why.line == 2 && why.column == 4, "an open string points at its start");
	OK_(conf_read(a, "t.conf", STR("a {\n b\n"), &first, &why) == ERR_SYNTAX && why.line == 1 && why.column == 3, "an open block too");
	OK_(conf_read(a, "t.conf", STR("level info"), &first, &why) == OK && conf_check(first, items, &why) == ERR_NOTFOUND, "a required item is missed");
	OK_(conf_read(a, "t.conf", STR("listen 1.2.3.4:99999"), &first, &why) == OK && conf_check(first, items, &why) == ERR_SYNTAX, "a port beyond 65535");
	struct buf b;
	buf_init(&b, 1000);
	OK_(conf_read(a, "t.conf", STR("listen 1.2.3.4:1 ; spool { }"), &first, &why) == OK, "defaults");
	conf_dump(first, items, &b);
	IS_STR(buf_str(&b), STR("listen 1.2.3.4:1\nspool {\n    size 50M\n}\nlevel info\n"), "the dump writes them out");
	buf_done(&b);
}

static void test_digests(void)
{
	uint8_t key[16], out[42];
	struct digest d;
	struct seal_key k = { { 7 } };
	struct str sealed, again, clear;
	for (int i = 0; i < 16; i++)
		key[i] = (uint8_t)i;
	OK_(siphash(key, STR("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e")) == UINT64_C(0xa129ca6149be45e5), "the SipHash paper's vector");
	IS_INT(crc32c(0, STR("123456789")), 0xe3069283, "CRC32C check value");
	digest_hmac(STR("Jefe"), STR("what do ya want for nothing?"), &d);
	IS_STR(digest_hex(a, &d), STR("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"), "RFC 4231 case 2");
	char ikm[22];
	memset(ikm, 0x0b, sizeof(ikm));
	digest_hkdf((struct str){ ikm, sizeof(ikm) }, STR_NONE, out, sizeof(out));
	IS_STR(str_hex(a, (struct str){ (const char *)out, 42 }),
		STR("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"), "RFC 5869 case 3");
	OK_(seal_derived(a, &k, STR("ad"), STR("text"), &sealed) == OK && seal_derived(a, &k, STR("ad"), STR("text"), &again) == OK && str_eq(sealed, again),
		"a derived seal is the same each time");
	OK_(unseal(a, &k, STR("ad"), sealed, &clear) == OK && str_eq(clear, STR("text")), "and opens");
	IS_INT(unseal(a, &k, STR("ae"), sealed, &clear), ERR_CORRUPT, "not under other data");
}

static void test_map(void)
{
	struct map *m = map_new(1000);
	char key[16];
	int values[1000];
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		if (map_put(m, str_of(key), &values[i]) != OK)
			OK_(false, "put");
	}
	IS_INT(map_put(m, STR("one more"), m), ERR_FULL, "the capacity is a bound");
	OK_(map_get(m, STR("k777")) == &values[777] && !map_get(m, STR("k1000")), "found and not found");
	OK_(map_remove(m, STR("k0")) == &values[0] && map_put(m, STR("new"), key) == OK, "a removed one makes room");
	size_t i = 0;
	struct str k;
	void *v;
	OK_(map_next(m, &i, &k, &v) && str_eq(k, STR("k1")), "iteration is in order of insertion");
	map_free(m);
	struct arena *small = arena_new("small", 64 << 10);
	struct arena_mark mark = arena_mark(small);
	OK_(arena_alloc(small, 60 << 10) && !arena_alloc(small, 60 << 10), "an arena has its maximum");
	arena_rewind(small, mark);
	OK_(arena_alloc(small, 60 << 10), "and gives back at a mark");
	arena_free(small);
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	if (!a || seal_start() != OK)
		return 1;
	test_bytes();
	test_addresses();
	test_times();
	test_json();
	test_blocks();
	test_digests();
	test_map();
	arena_free(a);
	return tap_done();
}
