/*
 * Charsets to UTF-8. See charset.h.
 */
#include "base/charset.h"

#include <errno.h>
#include <iconv.h>

#include "base/arena.h"

enum { GROWTH = 4 };    /* no charset of the list needs more bytes in UTF-8 for one of its own */

static struct { const char *name; iconv_t cd; } list[] = { { .name = "iso-8859-1" }, { .name = "iso-8859-2" }, { .name = "iso-8859-3" }, { .name = "iso-8859-4" },
	{ .name = "iso-8859-5" }, { .name = "iso-8859-6" }, { .name = "iso-8859-7" }, { .name = "iso-8859-8" }, { .name = "iso-8859-9" },
	{ .name = "iso-8859-10" }, { .name = "iso-8859-13" }, { .name = "iso-8859-14" }, { .name = "iso-8859-15" }, { .name = "iso-8859-16" },
	{ .name = "windows-1250" }, { .name = "windows-1251" }, { .name = "windows-1252" }, { .name = "windows-1253" }, { .name = "windows-1254" },
	{ .name = "windows-1255" }, { .name = "windows-1256" }, { .name = "windows-1257" }, { .name = "windows-1258" }, { .name = "koi8-r" },
	{ .name = "koi8-u" }, { .name = "gb18030" }, { .name = "big5" }, { .name = "shift_jis" }, { .name = "euc-jp" }, { .name = "iso-2022-jp" },
	{ .name = "euc-kr" }, { .name = "utf-16" }, { .name = "utf-7" } };
static bool started;

void charset_start(void)
{
	for (size_t i = 0; !started && i < sizeof(list) / sizeof(list[0]); i++)
		list[i].cd = iconv_open("utf-8", list[i].name);
	started = true;
}

static struct str alias(struct str name)
{
	static const char *const same[][2] = { { "latin1", "iso-8859-1" }, { "gb2312", "gb18030" }, { "gbk", "gb18030" }, { "cp1252", "windows-1252" },
		{ "cp1251", "windows-1251" }, { "ks_c_5601-1987", "euc-kr" }, { "sjis", "shift_jis" } };
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (str_eq_fold(name, str_of(same[i][0])))
			return str_of(same[i][1]);
	return name;
}

static enum err convert(iconv_t cd, char *in, size_t in_left, struct str *ret, char *out, size_t room)
{
	char *o = out;
	enum err e = OK;
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	while (in_left && room > GROWTH) {
		if (iconv(cd, &in, &in_left, &o, &room) != (size_t)-1)
			break;
		if (errno == E2BIG)
			break;
		e = ERR_SYNTAX;
		memcpy(o, "\xef\xbf\xbd", 3);
		o += 3;
		room -= 3;
		in++;
		in_left--;
	}
	*ret = (struct str){ out, (size_t)(o - out) };
	return e;
}

/* What is not UTF-8 becomes U+FFFD, byte by byte. */
static enum err repair(struct arena *a, struct str s, struct str *ret)
{
	if (str_utf8_valid(s)) {
		*ret = s;
		return OK;
	}
	char *out = arena_array(a, s.len + 1, 3), *o = out;
	if (!out)
		return ERR_NOMEM;
	for (size_t i = 0; i < s.len;) {
		size_t n = 1;
		while (n <= 4 && i + n <= s.len && !str_utf8_valid(str_sub(s, i, n)))
			n++;
		bool good = n <= 4 && i + n <= s.len;
		memcpy(o, good ? s.ptr + i : "\xef\xbf\xbd", good ? n : 3);
		o += good ? n : 3;
		i += good ? n : 1;
	}
	*ret = (struct str){ out, (size_t)(o - out) };
	return ERR_SYNTAX;
}

enum err charset_to_utf8(struct arena *a, struct str charset, struct str bytes, struct str *ret_utf8)
{
	charset = alias(charset);
	if (!charset.len || str_eq_fold(charset, STR("utf-8")) || str_eq_fold(charset, STR("us-ascii")) || str_eq_fold(charset, STR("ascii")) ||
	    str_eq_fold(charset, STR("utf8")))
		return repair(a, bytes, ret_utf8);
	for (size_t i = 0; started && i < sizeof(list) / sizeof(list[0]); i++) {
		if (!str_eq_fold(charset, str_of(list[i].name)))
			continue;
		if (list[i].cd == (iconv_t)-1)
			return ERR_UNSUPPORTED;
		struct str copy = str_copy(a, bytes);
		char *out = arena_array(a, bytes.len + GROWTH, GROWTH);
		if (!copy.ptr || !out)
			return ERR_NOMEM;
		return convert(list[i].cd, (char *)(uintptr_t)copy.ptr, copy.len, ret_utf8, out, (bytes.len + GROWTH) * GROWTH);
	}
	return ERR_UNSUPPORTED;
}
