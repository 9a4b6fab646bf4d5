/*
 * Bytes: search, split, numbers, UTF-8 at every edge of RFC 3629, hex and base64 (RFC 4648), the bounded buffer and the
 * reader whose error sticks; arenas and the bounded map.
 */
#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "tap.h"

static struct arena *a;

static void test_search(void)
{
	struct str s = STR("Hello, World");
	OK_(str_find(s, STR("o")) == 4 && str_find(s, STR("World")) == 7 && str_find(s, STR("world")) == SIZE_MAX && str_find(s, STR("")) == 0, "find");
	OK_(str_find_fold(s, STR("WORLD")) == 7 && str_find_fold(s, STR("x")) == SIZE_MAX && str_find_fold(STR_NONE, STR("x")) == SIZE_MAX && str_find_fold(STR_NONE, STR_NONE) == 0,
		"find with case folded");
	OK_(str_chr(s, 'W') == 7 && str_chr(s, 'w') == SIZE_MAX && str_chr(STR_NONE, 0) == SIZE_MAX, "find a byte");
	OK_(str_starts(s, STR("Hello")) && !str_starts(s, STR("hello")) && str_starts_fold(s, STR("hELLO")) && str_ends_fold(s, STR("WORLD")) && !str_ends_fold(STR("d"), s), "begins and ends");
	OK_(str_eq(STR_NONE, STR("")) && !str_eq(STR("a"), STR("A")) && str_eq_fold(STR("aZ"), STR("Az")) && !str_eq_fold(STR("a"), STR("ab")) && !str_eq_fold(STR("@"), STR("`")), "equal");
	OK_(str_cmp(STR("a"), STR("b")) < 0 && str_cmp(STR("b"), STR("ab")) > 0 && str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("a"), STR("a")) == 0 && str_cmp(STR("\x80"), STR("a")) > 0,
		"order: bytes, then length");
	IS_STR(str_trim(STR(" \t\r\n\v\fa b \n")), STR("a b"), "trim");
	OK_(str_trim(STR("  ")).len == 0 && str_trim(STR_NONE).len == 0, "trim nothing");
	OK_(str_sub(s, 7, 99).len == 5 && str_sub(s, 99, 1).len == 0 && str_sub(s, 3, 0).len == 0 && str_sub(STR_NONE, 1, 1).len == 0, "a part is clipped");
	struct str rest = STR_NONE, part;
	OK_(!str_split(&rest, ',', &part) && !str_next_line(&rest, &part), "nothing has no parts");
	rest = STR("");
	OK_(str_split(&rest, ',', &part) && !part.len && !str_split(&rest, ',', &part), "an empty text has one part");
	rest = STR("a\r\n\r\n\rb\n");
	unsigned lines = 0;
	while (str_next_line(&rest, &part))
		lines++;
	OK_(lines == 3 && str_eq(part, STR("\rb")), "a lone CR ends no line, a last LF opens none");
	OK_(!strcmp(str_c(a, STR("x\0y")), "x") && str_of(NULL).len == 0, "C strings");
	IS_STR(str_format(a, "%d-%s", 7, "x"), STR("7-x"), "format");
	IS_STR(str_lower(a, STR("A\xc3\x9cz[@")), STR("a\xc3\x9cz[@"), "lower case of ASCII only");
	struct arena *small = arena_new("small", 16);
	OK_(!str_copy(small, STR("more than sixteen bytes")).ptr && !strcmp(str_c(small, STR("more than sixteen bytes")), "") && !str_format(small, "%40d", 1).ptr, "a full arena gives nothing");
	arena_free(small);
}

static void test_numbers(void)
{
	uint64_t u = 7;
	int64_t i = 7;
	OK_(str_to_u64(STR("18446744073709551615"), UINT64_MAX, &u) == OK && u == UINT64_MAX, "the greatest");
	OK_(str_to_u64(STR("007"), 7, &u) == OK && u == 7 && str_to_u64(STR("8"), 7, &u) == ERR_RANGE && u == 7, "a bound");
	OK_(str_to_u64(STR(""), 9, &u) == ERR_SYNTAX && str_to_u64(STR("-1"), 9, &u) == ERR_SYNTAX && str_to_u64(STR("+1"), 9, &u) == ERR_SYNTAX && str_to_u64(STR("1 "), 9, &u) == ERR_SYNTAX,
		"digits only");
	OK_(str_to_i64(STR("9223372036854775807"), &i) == OK && i == INT64_MAX && str_to_i64(STR("-9223372036854775808"), &i) == OK && i == INT64_MIN, "both ends");
	OK_(str_to_i64(STR("9223372036854775808"), &i) == ERR_RANGE && str_to_i64(STR("-9223372036854775809"), &i) == ERR_RANGE && str_to_i64(STR("-"), &i) == ERR_SYNTAX &&
		str_to_i64(STR("--1"), &i) == ERR_SYNTAX && i == INT64_MIN, "beyond them");
}

static void test_utf8(void)
{
	static const char *const good[] = { "", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf", "\xe1\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
		"\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff", "\xe2\x82\x28", "\xf8\x88\x80\x80\x80" };
	unsigned wrong = 0;
	char text[40];
	/* at every place in a text, for the check looks at eight bytes in one go */
	for (size_t at = 0; at < 20; at++) {
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
			wrong += snprintf(text, sizeof(text), "%.*s%szzzzzzzzz", (int)at, "aaaaaaaaaaaaaaaaaaaa", good[i]) < 0 || !str_utf8_valid(str_of(text));
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			wrong += snprintf(text, sizeof(text), "%.*s%szzzzzzzzz", (int)at, "aaaaaaaaaaaaaaaaaaaa", bad[i]) < 0 || str_utf8_valid(str_of(text));
			text[at + strlen(bad[i])] = 0;
			wrong += str_utf8_valid(str_of(text));
		}
	}
	IS_INT(wrong, 0, "RFC 3629's edges, at every place");
	OK_(str_utf8_valid(STR("a\0b")) && str_utf8_valid(STR_NONE), "a NUL is a character, nothing is fine");
	IS_STR(str_printable(a, STR("\x1b[31m\xc3\xbc\xe2\x82\x7f\\"), 100), STR("\\x1b[31m\xc3\xbc\\xe2\\x82\\x7f\\"), "what a terminal would obey is spelt out");
	IS_INT(str_printable(a, STR("abcdef"), 3).len, 3, "cut at its maximum");
}

static void test_codes(void)
{
	static const char *const pairs[][3] = { { "", "", "" }, { "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" }, { "foo", "Zm9v", "Zm9v" }, { "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" }, { "foobar", "Zm9vYmFy", "Zm9vYmFy" }, { "\xfb\xff\xfe", "+//+", "-__-" } };
	static const char *const bad64[] = { "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "=", "Zg==Zg==", "Zm 9v", "Zm9v\n", "-__-", "Z===", "\xc3\xbc==" };
	static const char *const bad_url[] = { "Z", "Zg==", "Zh", "+//+", "Zm9" };
	struct str out;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		IS_STR(str_base64(a, str_of(pairs[i][0])), str_of(pairs[i][1]), "RFC 4648 10");
		IS_STR(str_base64url(a, str_of(pairs[i][0])), str_of(pairs[i][2]), "with the URL alphabet");
		OK_(str_unbase64(a, str_of(pairs[i][1]), &out) == OK && str_eq(out, str_of(pairs[i][0])), "and back");
		OK_(str_unbase64url(a, str_of(pairs[i][2]), &out) == OK && str_eq(out, str_of(pairs[i][0])), "both");
	}
	for (size_t i = 0; i < sizeof(bad64) / sizeof(bad64[0]); i++)
		IS_INT(str_unbase64(a, str_of(bad64[i]), &out), ERR_SYNTAX, "no base64");
	for (size_t i = 0; i < sizeof(bad_url) / sizeof(bad_url[0]); i++)
		IS_INT(str_unbase64url(a, str_of(bad_url[i]), &out), ERR_SYNTAX, "no base64url");
	IS_STR(str_hex(a, STR("\x00\x7f\xff")), STR("007fff"), "hex");
	OK_(str_unhex(a, STR("007FfF"), &out) == OK && str_eq(out, STR("\x00\x7f\xff")), "hex in either case back");
	OK_(str_unhex(a, STR("0"), &out) == ERR_SYNTAX && str_unhex(a, STR("0g"), &out) == ERR_SYNTAX && str_unhex(a, STR(" 0"), &out) == ERR_SYNTAX, "no hex");
}

static void test_buffer(void)
{
	struct buf b;
	buf_init(&b, 10);
	buf_puts(&b, "12345");
	buf_printf(&b, "%d", 678);
	IS_STR(buf_str(&b), STR("12345678"), "appended");
	buf_puts(&b, "9ab");
	OK_(b.err == ERR_LIMIT && b.len == 8, "one byte over the maximum is not appended");
	buf_putc(&b, '9');
	OK_(b.len == 8, "and nothing after the first failure");
	buf_clear(&b);
	buf_puts(&b, "0123456789");
	OK_(b.err == OK && b.len == 10 && b.ptr[10] == 0, "cleared and full to the last byte");
	buf_cut_front(&b, 4);
	IS_STR(buf_str(&b), STR("456789"), "cut off its front");
	buf_cut_front(&b, 99);
	OK_(b.len == 0, "all of it");
	buf_done(&b);
	buf_init(&b, 100);
	buf_cut_front(&b, 1);
	buf_u8(&b, 0x01);
	buf_u16(&b, 0x0203);
	buf_u32(&b, 0x04050607);
	buf_u64(&b, UINT64_C(0x08090a0b0c0d0e0f));
	IS_STR(str_hex(a, buf_str(&b)), STR("0102030405060708090a0b0c0d0e0f"), "network order");
	struct reader r;
	reader_init(&r, buf_str(&b));
	OK_(reader_u8(&r) == 1 && reader_u16(&r) == 0x203 && reader_u32(&r) == 0x4050607 && reader_left(&r) == 8, "read back");
	OK_(reader_u64(&r) == UINT64_C(0x08090a0b0c0d0e0f) && reader_end(&r) == OK, "to the end");
	reader_init(&r, buf_str(&b));
	reader_skip(&r, 12);
	OK_(reader_u32(&r) == 0 && r.err == ERR_SYNTAX && reader_u8(&r) == 0 && !reader_take(&r, 0).ptr && reader_left(&r) == 0 && reader_end(&r) == ERR_SYNTAX, "the first error sticks");
	reader_init(&r, buf_str(&b));
	OK_(reader_take(&r, SIZE_MAX).len == 0 && r.err == ERR_SYNTAX, "no length wraps around");
	reader_init(&r, STR("x"));
	IS_INT(reader_end(&r), ERR_SYNTAX, "bytes left over are an error");
	buf_done(&b);
}

static void test_arena(void)
{
	struct arena *s = arena_new("small", 100 << 10);
	unsigned wrong = 0;
	for (size_t i = 0; i < 200; i++) {
		unsigned char *p = arena_alloc(s, i);
		wrong += !p || (uintptr_t)p % 16 != 0;
		for (size_t k = 0; p && k < i; k++)
			wrong += p[k] != 0;
		if (p)
			memset(p, 0xff, i);
	}
	IS_INT(wrong, 0, "memory is aligned and zero");
	arena_reset(s);
	IS_INT(arena_used_bytes(s), 0, "a reset takes all back");
	unsigned char *p = arena_alloc(s, 1000);
	for (size_t i = 0; i < 1000; i++)
		wrong += p[i] != 0;
	IS_INT(wrong, 0, "and the memory is zero again");
	OK_(!arena_alloc(s, SIZE_MAX) && !arena_alloc(s, SIZE_MAX - 15) && !arena_array(s, SIZE_MAX / 2, 3) && !arena_alloc(s, 101 << 10), "what cannot be is refused");
	OK_(arena_alloc(s, 10) != NULL, "and the arena stays usable");
	struct arena_mark mark = arena_mark(s);
	size_t used = arena_used_bytes(s);
	while (arena_alloc(s, 5000))
		wrong++;
	OK_(wrong > 5 && wrong < 21, "the maximum holds over blocks");
	arena_rewind(s, mark);
	IS_INT(arena_used_bytes(s), used, "a rewind takes back what came after the mark");
	arena_free(s);
	arena_free(NULL);
}

enum { ENTRIES = 1023 };

static void test_map(void)
{
	struct map *m = map_new(ENTRIES);
	static int values[3 * ENTRIES];
	char key[24];
	unsigned wrong = 0;
	if (!m)
		abort();
	/* a full map through which three times its entries pass: the oldest goes, a new one comes */
	for (int i = 0; i < 3 * ENTRIES; i++) {
		if (i >= ENTRIES) {
			(void)snprintf(key, sizeof(key), "%d", i - ENTRIES);
			wrong += map_put(m, STR("one too many"), m) != ERR_FULL || map_remove(m, str_of(key)) != &values[i - ENTRIES] || map_get(m, str_of(key)) || map_remove(m, str_of(key));
		}
		(void)snprintf(key, sizeof(key), "%d", i);
		wrong += (i & 1 ? map_put : map_add)(m, str_of(key), &values[i]) != OK || map_get(m, str_of(key)) != &values[i];
	}
	IS_INT(map_count(m), ENTRIES, "full, and never more");
	size_t i = 0;
	struct str k;
	void *v;
	int n = 2 * ENTRIES;
	for (; map_next(m, &i, &k, &v); n++)
		wrong += v != &values[n];
	OK_(wrong == 0 && n == 3 * ENTRIES, "found, gone, and in order of insertion");
	OK_(map_put(m, STR("2100"), m) == OK && map_get(m, STR("2100")) == m && map_count(m) == ENTRIES, "replaced in a full map");
	map_clear(m);
	i = 0;
	OK_(map_count(m) == 0 && !map_next(m, &i, &k, &v) && !map_get(m, STR("2100")), "cleared");
	OK_(map_put(m, STR_NONE, &i) == OK && map_put(m, STR("\0"), &n) == OK && map_get(m, STR("")) == &i && map_get(m, STR("\0")) == &n, "an empty key and one of a NUL are two keys");
	map_free(m);
	map_free(NULL);
}

static void test_unpercent(void)
{
	struct str out = STR("untouched");
	OK_(str_unpercent(a, STR("a%2Fb%c3%a4+c%00"), false, &out) == OK && str_eq(out, ((struct str){ "a/b\xc3\xa4+c\0", 8 })), "percent decoding gives any octet, and leaves a plus");
	OK_(str_unpercent(a, STR("a+b%2B"), true, &out) == OK && str_eq(out, STR("a b+")), "in a form a plus is a blank");
	OK_(str_unpercent(a, STR_NONE, true, &out) == OK && !out.len, "nothing is nothing");
	out = STR("untouched");
	const char *bad[] = { "%", "a%2", "%4", "%g0", "%0g", "%%20" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(str_unpercent(a, str_of(bad[i]), false, &out) == ERR_SYNTAX && str_eq(out, STR("untouched")), "a percent sign without two digits is none");
}

int main(void)
{
	a = arena_new("test", 8 << 20);
	if (!a)
		return 1;
	test_search();
	test_numbers();
	test_utf8();
	test_codes();
	test_buffer();
	test_arena();
	test_map();
	test_unpercent();
	arena_free(a);
	return tap_done();
}
