/*
 * The MIME scanner: transfer codings, encoded words, charsets, addresses. See mime.h.
 *
 * Decoders are lenient as receivers must be: bytes outside the alphabet are skipped, bad escapes stay as they are.
 */
#include "base/charset.h"
#include "format/mime.h"

/* What a byte stands for: its value with B64_VALUE, B64_END for "=", 0 for what is skipped. */
enum { B64_VALUE = 0x40, B64_END = 0x80 };

#define V(n) B64_VALUE | (n)
#define ROW(n) V(n), V((n) + 1), V((n) + 2), V((n) + 3), V((n) + 4), V((n) + 5), V((n) + 6), V((n) + 7), V((n) + 8), V((n) + 9)
static const uint8_t base64_values[256] = { ['='] = B64_END, ['+'] = V(62), ['/'] = V(63), ['0'] = ROW(52),
	['A'] = ROW(0), ROW(10), V(20), V(21), V(22), V(23), V(24), V(25), ['a'] = ROW(26), ROW(36), V(46), V(47), V(48), V(49), V(50), V(51) };
#undef ROW
#undef V

static struct str unbase64(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.len / 4 * 3 + 4);
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t n = 0, i = 0;
	uint32_t v = 0;
	unsigned bits = 0;
	while (out && i < s.len) {
		while (!bits && s.len - i >= 4) {
			unsigned c0 = base64_values[p[i]], c1 = base64_values[p[i + 1]], c2 = base64_values[p[i + 2]], c3 = base64_values[p[i + 3]];
			if (!(c0 & c1 & c2 & c3 & B64_VALUE))
				break;
			out[n++] = (char)(c0 << 2 | (c1 >> 4 & 3));
			out[n++] = (char)(c1 << 4 | (c2 >> 2 & 15));
			out[n++] = (char)(c2 << 6 | (c3 & 63));
			i += 4;
		}
		unsigned c = i < s.len ? base64_values[p[i++]] : B64_END;
		if (c == B64_END)
			break;
		if (!c)
			continue;
		v = (v << 6 | (c & 63)) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(v >> bits);
		}
	}
	return (struct str){ out, n };
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* underscore: the Q of RFC 2047, where "_" is a blank and there are no soft line ends. */
static struct str unquote(struct arena *a, struct str s, bool underscore)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '_' && underscore) {
			out[n++] = ' ';
			continue;
		}
		if (c != '=') {
			out[n++] = c;
			continue;
		}
		size_t j = i + 1;
		while (!underscore && j < s.len && (s.ptr[j] == ' ' || s.ptr[j] == '\t' || s.ptr[j] == '\r'))
			j++;
		if (!underscore && j < s.len && s.ptr[j] == '\n') {
			i = j;
			continue;
		}
		int hi = i + 2 < s.len ? hex_value(s.ptr[i + 1]) : -1, lo = hi < 0 ? -1 : hex_value(s.ptr[i + 2]);
		if (lo < 0) {
			out[n++] = c;
			continue;
		}
		out[n++] = (char)(hi << 4 | lo);
		i += 2;
	}
	return (struct str){ out, n };
}

struct str mime_body(struct arena *a, const struct mime_part *p)
{
	switch (p->coding) {
	case CODING_BASE64: return unbase64(a, p->body);
	case CODING_QUOTED: return unquote(a, p->body, false);
	case CODING_IDENTITY: break;
	}
	return p->body;
}

struct str mime_text(struct arena *a, const struct mime_part *p, bool *ret_clean)
{
	struct str body = mime_body(a, p), utf8 = body;
	enum err e = charset_to_utf8(a, p->charset, body, &utf8);
	if (e == ERR_UNSUPPORTED && charset_to_utf8(a, STR_NONE, body, &utf8) == ERR_NOMEM)
		utf8 = STR_NONE;
	if (ret_clean)
		*ret_clean = e == OK;
	return utf8;
}

struct str mime_unfold(struct arena *a, struct str value)
{
	if (str_chr(value, '\n') == SIZE_MAX)
		return str_trim(value);
	char *out = arena_alloc(a, value.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < value.len; i++)
		if (value.ptr[i] != '\r' && value.ptr[i] != '\n')
			out[n++] = value.ptr[i];
	return str_trim((struct str){ out, n });
}

struct str mime_unpercent(struct arena *a, struct str value)
{
	char *out = arena_alloc(a, value.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < value.len; i++) {
		int hi = value.ptr[i] == '%' && i + 2 < value.len ? hex_value(value.ptr[i + 1]) : -1;
		int lo = hi < 0 ? -1 : hex_value(value.ptr[i + 2]);
		char c = value.ptr[i];
		if (lo >= 0) {
			c = (char)(hi << 4 | lo);
			i += 2;
		}
		out[n++] = c;
	}
	return (struct str){ out, n };
}

/* One "=?charset?B|Q?text?=" at the start of s; its length in *ret_len. */
static bool encoded_word(struct arena *a, struct str s, struct str *ret_text, size_t *ret_len)
{
	struct str rest = str_sub(s, 2, s.len), charset, coding, text;
	if (!str_starts(s, STR("=?")) || !str_split(&rest, '?', &charset) || !str_split(&rest, '?', &coding) || !rest.ptr || coding.len != 1)
		return false;
	size_t end = str_find(rest, STR("?="));
	if (end == SIZE_MAX || end > 2000)
		return false;
	text = str_sub(rest, 0, end);
	*ret_len = (size_t)(rest.ptr - s.ptr) + end + 2;
	charset = str_sub(charset, 0, str_chr(charset, '*'));
	struct str bytes = (coding.ptr[0] | 0x20) == 'b' ? unbase64(a, text) : unquote(a, text, true);
	*ret_text = bytes;
	return (coding.ptr[0] | 0x20) == 'b' || (coding.ptr[0] | 0x20) == 'q' ? charset_to_utf8(a, charset, bytes, ret_text) != ERR_NOMEM : false;
}

struct str mime_words(struct arena *a, struct str value)
{
	struct buf out;
	bool after_word = false;
	if (str_find(value, STR("=?")) == SIZE_MAX) {
		struct str same = value;
		return charset_to_utf8(a, STR_NONE, value, &same) == ERR_NOMEM ? STR_NONE : same;
	}
	buf_init(&out, value.len * 4 + 64);
	for (size_t i = 0; i < value.len;) {
		struct str text;
		size_t len;
		if (encoded_word(a, str_sub(value, i, value.len), &text, &len)) {
			buf_put(&out, text);
			i += len;
			after_word = true;
			continue;
		}
		/* RFC 2047 6.2: white space between two encoded words is not shown */
		size_t j = i;
		while (after_word && j < value.len && (value.ptr[j] == ' ' || value.ptr[j] == '\t'))
			j++;
		if (j > i && str_starts(str_sub(value, j, value.len), STR("=?"))) {
			i = j;
			continue;
		}
		buf_putc(&out, value.ptr[i++]);
		after_word = false;
	}
	struct str result = str_copy(a, buf_str(&out));
	buf_done(&out);
	struct str clean = result;
	return charset_to_utf8(a, STR_NONE, result, &clean) == ERR_NOMEM ? STR_NONE : clean;
}

struct str mime_top_value(struct arena *a, const struct mime *m, const char *name)
{
	const struct mime_field *f = mime_top_field(m, name);
	return f ? mime_words(a, mime_unfold(a, f->value)) : STR_NONE;
}

struct str mime_addr_spec(struct arena *a, struct str value)
{
	size_t open = str_chr(value, '<'), close = str_chr(value, '>');
	if (open != SIZE_MAX && close != SIZE_MAX && close > open)
		value = str_sub(value, open + 1, close - open - 1);
	else
		value = str_sub(value, 0, str_chr(value, ','));
	value = str_trim(value);
	size_t at = value.len;
	while (at && value.ptr[at - 1] != '@')
		at--;
	if (at < 2 || at == value.len || value.len > 320)
		return STR_NONE;
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.ptr[i] <= ' ' || value.ptr[i] == 0x7f)
			return STR_NONE;
	struct str local = str_sub(value, 0, at), domain = str_lower(a, str_sub(value, at, value.len));
	return str_format(a, "%.*s%.*s", STR_ARG(local), STR_ARG(domain));
}
