/*
 * Bytes with a length and the bounded reader. See str.h.
 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool str_eq_fold(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
	return c ? c : a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts_fold(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_eq_fold(str_sub(s, 0, prefix.len), prefix);
}

bool str_ends_fold(struct str s, struct str suffix)
{
	return s.len >= suffix.len && str_eq_fold(str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.len && is_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

size_t str_find(struct str s, struct str needle)
{
	if (!needle.len)
		return 0;
	if (s.len < needle.len)
		return SIZE_MAX;
	const char *p = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return p ? (size_t)(p - s.ptr) : SIZE_MAX;
}

size_t str_find_fold(struct str s, struct str needle)
{
	for (size_t i = 0; needle.len && i + needle.len <= s.len; i++)
		if (lower(s.ptr[i]) == lower(needle.ptr[0]) && str_eq_fold(str_sub(s, i, needle.len), needle))
			return i;
	return needle.len ? SIZE_MAX : 0;
}

bool str_split(struct str *rest, char c, struct str *ret_part)
{
	if (!rest->ptr)
		return false;
	size_t at = str_chr(*rest, c);
	if (at == SIZE_MAX) {
		*ret_part = *rest;
		*rest = STR_NONE;
		return true;
	}
	*ret_part = str_sub(*rest, 0, at);
	rest->ptr += at + 1;
	rest->len -= at + 1;
	return true;
}

bool str_next_line(struct str *rest, struct str *ret_line)
{
	if (!rest->len)
		return false;
	size_t at = str_chr(*rest, '\n');
	struct str line = str_sub(*rest, 0, at);
	size_t taken = at == SIZE_MAX ? rest->len : at + 1;
	rest->ptr += taken;
	rest->len -= taken;
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	*ret_line = line;
	return true;
}

struct str str_copy(struct arena *a, struct str s)
{
	if (s.len == SIZE_MAX)
		return STR_NONE;
	char *p = arena_alloc(a, s.len + 1);
	if (!p)
		return STR_NONE;
	if (s.len)
		memcpy(p, s.ptr, s.len);
	return (struct str){ p, s.len };
}

struct str str_lower(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.len + 1);
	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < s.len; i++)
		p[i] = lower(s.ptr[i]);
	return (struct str){ p, s.len };
}

struct str str_format(struct arena *a, const char *format, ...)
{
	va_list ap, again;
	char first[512];
	va_start(ap, format);
	va_copy(again, ap);
	int n = vsnprintf(first, sizeof(first), format, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p && (size_t)n < sizeof(first))
		memcpy(p, first, (size_t)n + 1);
	else if (p)
		(void)vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return p ? (struct str){ p, (size_t)n } : STR_NONE;
}

const char *str_c(struct arena *a, struct str s)
{
	struct str copy = str_copy(a, s);
	return copy.ptr ? copy.ptr : "";
}

char *str_put_number(char *out, uint64_t v, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		out[i] = (char)(v >> (8 * (len - 1 - i)));
	return out + len;
}

enum err str_to_u64(struct str s, uint64_t max, uint64_t *ret_value)
{
	uint64_t v = 0;
	if (!s.len)
		return ERR_SYNTAX;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return ERR_SYNTAX;
		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(s.ptr[i] - '0'), &v))
			return ERR_RANGE;
	}
	if (v > max)
		return ERR_RANGE;
	*ret_value = v;
	return OK;
}

enum err str_to_i64(struct str s, int64_t *ret_value)
{
	bool minus = s.len && s.ptr[0] == '-';
	uint64_t v;
	enum err e = str_to_u64(minus ? str_sub(s, 1, s.len) : s, (uint64_t)INT64_MAX + minus, &v);
	if (e == OK)
		*ret_value = !minus ? (int64_t)v : v > INT64_MAX ? INT64_MIN : -(int64_t)v;
	return e;
}

/* Length of the valid UTF-8 sequence (RFC 3629) at p, 0 when there is none. */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	unsigned char c = p[0];
	if (c < 0x80)
		return 1;
	size_t n = c >= 0xc2 && c <= 0xdf ? 2 : c >= 0xe0 && c <= 0xef ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
	if (!n || left < n)
		return 0;
	if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f) || (c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool str_utf8_valid(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i = 0;
	while (i < s.len) {
		uint64_t word;
		if (s.len - i >= sizeof(word)) {
			memcpy(&word, p + i, sizeof(word));
			if (!(word & UINT64_C(0x8080808080808080))) {
				i += sizeof(word);
				continue;
			}
		}
		size_t n = utf8_len(p + i, s.len - i);
		if (!n)
			return false;
		i += n;
	}
	return true;
}

struct str str_printable(struct arena *a, struct str s, size_t max)
{
	static const char hex[] = "0123456789abcdef";
	if (s.len > max)
		s.len = max;
	char *p = arena_array(a, s.len + 1, 4);
	size_t n = 0;
	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < s.len;) {
		unsigned char c = (unsigned char)s.ptr[i];
		size_t len = utf8_len((const unsigned char *)s.ptr + i, s.len - i);
		if (len > 1 || (c >= 0x20 && c < 0x7f)) {
			memcpy(p + n, s.ptr + i, len);
			n += len;
			i += len;
			continue;
		}
		p[n++] = '\\';
		p[n++] = 'x';
		p[n++] = hex[c >> 4];
		p[n++] = hex[c & 15];
		i++;
	}
	return (struct str){ p, n };
}

void reader_init(struct reader *r, struct str bytes)
{
	*r = (struct reader){ (const uint8_t *)bytes.ptr, bytes.len, 0, OK };
}

size_t reader_left(const struct reader *r)
{
	return r->err ? 0 : r->len - r->pos;
}

static const uint8_t *need(struct reader *r, size_t n)
{
	if (r->err || r->len - r->pos < n) {
		r->err = r->err ? r->err : ERR_SYNTAX;
		return NULL;
	}
	const uint8_t *p = r->ptr + r->pos;
	r->pos += n;
	return p;
}

static uint64_t number(struct reader *r, size_t n)
{
	const uint8_t *p = need(r, n);
	uint64_t v = 0;
	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

uint8_t reader_u8(struct reader *r)
{
	return (uint8_t)number(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
	return (uint16_t)number(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
	return (uint32_t)number(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
	return number(r, 8);
}

struct str reader_take(struct reader *r, size_t n)
{
	const uint8_t *p = need(r, n);
	return p ? (struct str){ (const char *)p, n } : STR_NONE;
}

void reader_skip(struct reader *r, size_t n)
{
	(void)need(r, n);
}

enum err reader_end(struct reader *r)
{
	if (!r->err && r->pos != r->len)
		r->err = ERR_SYNTAX;
	return r->err;
}
