/*
 * Texts of a fixed form. See value.h. Each function goes once over its bytes.
 */
#include "format/value.h"

#include "base/addr.h"
#include "base/time.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

bool value_date_time(struct str s)
{
	int64_t at;
	return s.len > 19 && (s.ptr[10] | 0x20) == 't' && time_parse(s, &at) == OK;
}

bool value_date(struct str s)
{
	int64_t at;
	return s.len == 10 && time_parse(s, &at) == OK;
}

bool value_host(struct str s)
{
	size_t label = 0;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '.') {
			if (!label || s.ptr[i - 1] == '-')
				return false;
			label = 0;
		} else if ((!is_digit(c) && !is_letter(c) && !(c == '-' && label)) || ++label > 63) {
			return false;
		}
	}
	return label && s.len < 254 && s.ptr[s.len - 1] != '-';
}

/* RFC 5322 3.2.3 */
static bool is_atext(char c)
{
	return is_digit(c) || is_letter(c) || str_chr(STR("!#$%&'*+-/=?^_`{|}~"), c) != SIZE_MAX;
}

static bool local_part(struct str s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"') {
		for (size_t i = 1; i + 1 < s.len; i++) {
			if (s.ptr[i] == '\\' && ++i + 1 == s.len)
				return false;
			if ((unsigned char)s.ptr[i] < ' ' || (unsigned char)s.ptr[i] > '~' || (s.ptr[i] == '"' && s.ptr[i - 1] != '\\'))
				return false;
		}
		return true;
	}
	for (size_t i = 0; i < s.len; i++)
		if (!is_atext(s.ptr[i]) && !(s.ptr[i] == '.' && i && i + 1 < s.len && s.ptr[i - 1] != '.'))
			return false;
	return s.len > 0;
}

bool value_email(struct str s)
{
	struct addr a;
	size_t at = s.len;
	while (at && s.ptr[at - 1] != '@')
		at--;
	if (!at || at - 1 > 64 || !local_part(str_sub(s, 0, at - 1)))
		return false;
	struct str domain = str_sub(s, at, s.len);
	if (domain.len > 2 && domain.ptr[0] == '[' && domain.ptr[domain.len - 1] == ']') {
		domain = str_sub(domain, 1, domain.len - 2);
		return addr_parse(str_starts_fold(domain, STR("IPv6:")) ? str_sub(domain, 5, domain.len) : domain, &a) == OK;
	}
	return value_host(domain);
}

/* RFC 3986 2.2 and 2.3, without "#", "[", "]" and "%" */
static bool is_uri(char c)
{
	return is_digit(c) || is_letter(c) || str_chr(STR("-._~:/?@!$&'()*+,;="), c) != SIZE_MAX;
}

static bool uri_text(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '%') {
			if (i + 2 >= s.len || !is_hex(s.ptr[i + 1]) || !is_hex(s.ptr[i + 2]))
				return false;
			i += 2;
		} else if (!is_uri(s.ptr[i])) {
			return false;
		}
	}
	return true;
}

/* "user@host:port"; brackets stand only around an address. */
static bool uri_authority(struct str s)
{
	struct addr a;
	size_t at = str_chr(s, '@');
	if (at != SIZE_MAX) {
		if (!uri_text(str_sub(s, 0, at)))
			return false;
		s = str_sub(s, at + 1, s.len);
	}
	struct str port;
	if (s.len && s.ptr[0] == '[') {
		size_t end = str_chr(s, ']');
		if (end == SIZE_MAX || addr_parse(str_sub(s, 1, end - 1), &a) != OK)
			return false;
		port = str_sub(s, end + 1, s.len);
	} else {
		size_t colon = str_chr(s, ':');
		if (!uri_text(str_sub(s, 0, colon)) || str_chr(s, '@') != SIZE_MAX)
			return false;
		port = colon == SIZE_MAX ? STR_NONE : str_sub(s, colon, s.len);
	}
	return !port.len || (port.ptr[0] == ':' && value_digits(str_sub(port, 1, port.len), 0, 5));
}

bool value_uri(struct str s)
{
	size_t n = 0;
	while (n < s.len && (is_letter(s.ptr[n]) || (n && (is_digit(s.ptr[n]) || str_chr(STR("+-."), s.ptr[n]) != SIZE_MAX))))
		n++;
	if (!n || n == s.len || s.ptr[n] != ':')
		return false;
	s = str_sub(s, n + 1, s.len);
	size_t fragment = str_chr(s, '#');
	if (fragment != SIZE_MAX) {
		if (!uri_text(str_sub(s, fragment + 1, s.len)))
			return false;
		s = str_sub(s, 0, fragment);
	}
	if (str_starts(s, STR("//"))) {
		for (n = 2; n < s.len && s.ptr[n] != '/' && s.ptr[n] != '?';)
			n++;
		if (!uri_authority(str_sub(s, 2, n - 2)))
			return false;
		s = str_sub(s, n, s.len);
	}
	return uri_text(s);
}

bool value_uuid(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s.ptr[i] != '-' : !is_hex(s.ptr[i]))
			return false;
	return s.len == 36;
}

bool value_base64(struct str s)
{
	size_t n = 0, padding = 0;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '\r' || c == '\n')
			continue;
		if (c == '=')
			padding++;
		else if (padding || (!is_digit(c) && !is_letter(c) && c != '+' && c != '/'))
			return false;
		n++;
	}
	return n % 4 == 0 && padding <= 2 && padding <= n;
}

bool value_hex(struct str s, size_t least)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_hex(s.ptr[i]))
			return false;
	return s.len >= least;
}

bool value_digits(struct str s, size_t least, size_t most)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]))
			return false;
	return s.len >= least && s.len <= most;
}

bool value_word(struct str s, const char *words)
{
	struct str rest = str_of(words), one;
	while (str_split(&rest, '|', &one))
		if (one.len == s.len && str_eq(one, s))
			return true;
	return false;
}

size_t value_characters(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return n;
}
