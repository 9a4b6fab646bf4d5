/*
 * Hex and base64 (RFC 4648), percent decoding (RFC 3986). Strict: wrong length, foreign bytes, misplaced padding and bits beyond the end are errors.
 */
#include "base/arena.h"
#include "base/str.h"

static const char hex[] = "0123456789abcdef";
static const char std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str str_hex(struct arena *a, struct str s)
{
	char *p = arena_array(a, s.len + 1, 2);
	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		p[2 * i] = hex[c >> 4];
		p[2 * i + 1] = hex[c & 15];
	}
	return (struct str){ p, s.len * 2 };
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum err str_unhex(struct arena *a, struct str s, struct str *ret_bytes)
{
	if (s.len % 2)
		return ERR_SYNTAX;
	char *p = arena_alloc(a, s.len / 2 + 1);
	if (!p)
		return ERR_NOMEM;
	for (size_t i = 0; i < s.len / 2; i++) {
		int hi = nibble(s.ptr[2 * i]), lo = nibble(s.ptr[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return ERR_SYNTAX;
		p[i] = (char)(hi << 4 | lo);
	}
	*ret_bytes = (struct str){ p, s.len / 2 };
	return OK;
}

enum err str_unpercent(struct arena *a, struct str s, bool form, struct str *ret_text)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;
	if (!out)
		return ERR_NOMEM;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '%') {
			int hi = i + 2 < s.len ? nibble(s.ptr[i + 1]) : -1, lo = hi < 0 ? -1 : nibble(s.ptr[i + 2]);
			if (lo < 0)
				return ERR_SYNTAX;
			c = (char)(hi << 4 | lo);
			i += 2;
		} else if (form && c == '+') {
			c = ' ';
		}
		out[n++] = c;
	}
	*ret_text = (struct str){ out, n };
	return OK;
}

static struct str encode(struct arena *a, struct str s, const char *alphabet, bool pad)
{
	char *p = arena_array(a, s.len / 3 + 2, 4);
	size_t n = 0;
	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < s.len; i += 3) {
		size_t left = s.len - i;
		uint32_t v = (uint32_t)(uint8_t)s.ptr[i] << 16;
		if (left > 1)
			v |= (uint32_t)(uint8_t)s.ptr[i + 1] << 8;
		if (left > 2)
			v |= (uint8_t)s.ptr[i + 2];
		p[n++] = alphabet[v >> 18];
		p[n++] = alphabet[v >> 12 & 63];
		if (left > 1)
			p[n++] = alphabet[v >> 6 & 63];
		else if (pad)
			p[n++] = '=';
		if (left > 2)
			p[n++] = alphabet[v & 63];
		else if (pad)
			p[n++] = '=';
	}
	return (struct str){ p, n };
}

struct str str_base64(struct arena *a, struct str s)
{
	return encode(a, s, std, true);
}

struct str str_base64url(struct arena *a, struct str s)
{
	return encode(a, s, url, false);
}

static int sextet(char c, bool is_url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (is_url ? '-' : '+'))
		return 62;
	return c == (is_url ? '_' : '/') ? 63 : -1;
}

/* s without padding. */
static enum err decode(struct arena *a, struct str s, bool is_url, struct str *ret_bytes)
{
	if (s.len % 4 == 1)
		return ERR_SYNTAX;
	char *p = arena_alloc(a, s.len / 4 * 3 + 4);
	size_t n = 0;
	uint32_t v = 0;
	unsigned bits = 0;
	if (!p)
		return ERR_NOMEM;
	for (size_t i = 0; i < s.len; i++) {
		int c = sextet(s.ptr[i], is_url);
		if (c < 0)
			return ERR_SYNTAX;
		v = (v << 6 | (uint32_t)c) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			p[n++] = (char)(v >> bits);
		}
	}
	if (v & ((1u << bits) - 1))
		return ERR_SYNTAX;
	*ret_bytes = (struct str){ p, n };
	return OK;
}

enum err str_unbase64(struct arena *a, struct str s, struct str *ret_bytes)
{
	if (s.len % 4)
		return ERR_SYNTAX;
	for (int i = 0; i < 2 && s.len && s.ptr[s.len - 1] == '='; i++)
		s.len--;
	return decode(a, s, false, ret_bytes);
}

enum err str_unbase64url(struct arena *a, struct str s, struct str *ret_bytes)
{
	return decode(a, s, true, ret_bytes);
}
