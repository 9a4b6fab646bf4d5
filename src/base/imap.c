/*
 * Responses of IMAP. See imap.h.
 */
#include "base/imap.h"

enum { DEPTH_MAX = 8 };

/* "...{123}" at the end of a line. */
static bool ends_in_literal(struct str line, uint64_t *ret_len)
{
	size_t open = line.len;
	if (!line.len || line.ptr[line.len - 1] != '}')
		return false;
	while (open && line.ptr[open - 1] != '{')
		open--;
	return open && str_to_u64(str_sub(line, open, line.len - 1 - open), UINT64_MAX, ret_len) == OK;
}

enum err imap_response_len(struct str bytes, size_t literal_max, size_t *ret_len)
{
	size_t at = 0, lines = 0;
	uint64_t literal;
	for (;;) {
		struct str rest = str_sub(bytes, at, bytes.len);
		size_t end = str_chr(str_sub(rest, 0, IMAP_LINE_MAX - lines), '\n');
		if (end == SIZE_MAX)
			return rest.len >= IMAP_LINE_MAX - lines ? ERR_LIMIT : ERR_AGAIN;
		struct str line = str_sub(rest, 0, end && rest.ptr[end - 1] == '\r' ? end - 1 : end);
		at += end + 1;
		lines += end + 1;
		if (!ends_in_literal(line, &literal)) {
			*ret_len = at;
			return OK;
		}
		if (literal > literal_max)
			return ERR_LIMIT;
		if (literal >= bytes.len - at)
			return ERR_AGAIN;
		at += (size_t)literal;
	}
}

static bool take_number(struct str s, uint32_t *ret)
{
	uint64_t n;
	size_t len = 0;
	while (len < s.len && s.ptr[len] >= '0' && s.ptr[len] <= '9')
		len++;
	if (str_to_u64(str_sub(s, 0, len), UINT32_MAX, &n) != OK || !n)
		return false;
	*ret = (uint32_t)n;
	return true;
}

bool imap_code_number(struct str response, struct str word, uint32_t *ret)
{
	struct str rest = response;
	for (size_t open; (open = str_chr(rest, '[')) != SIZE_MAX;) {
		rest = str_sub(rest, open + 1, rest.len);
		if (str_starts_fold(rest, word) && rest.len > word.len && rest.ptr[word.len] == ' ')
			return take_number(str_sub(rest, word.len + 1, rest.len), ret);
	}
	return false;
}

bool imap_search_next(struct str *rest, uint32_t *ret)
{
	static const struct str head = { "* SEARCH", 8 };
	if (str_starts_fold(*rest, head))
		*rest = str_sub(*rest, head.len, rest->len);
	else if (str_starts(*rest, STR("*")))
		return false;
	*rest = str_trim(*rest);
	if (!take_number(*rest, ret))
		return false;
	while (rest->len && rest->ptr[0] >= '0' && rest->ptr[0] <= '9')
		*rest = str_sub(*rest, 1, rest->len);
	return true;
}

static struct str atom(struct str *rest)
{
	size_t n = 0;
	/* BODY[HEADER.FIELDS (X)] is one, blanks and all; it is never asked for, and its brackets are passed over with it */
	while (n < rest->len && !strchr(" ()\r\n\"{", rest->ptr[n]))
		n++;
	struct str s = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->len);
	return s;
}

static enum err take_string(struct str *rest, struct str *ret)
{
	uint64_t len;
	if (rest->ptr[0] == '"') {
		size_t n = 1;
		while (n < rest->len && rest->ptr[n] != '"')
			n += rest->ptr[n] == '\\' ? 2 : 1;
		if (n >= rest->len)
			return ERR_SYNTAX;
		*ret = str_sub(*rest, 1, n - 1);
		*rest = str_sub(*rest, n + 1, rest->len);
		return OK;
	}
	size_t end = str_chr(*rest, '\n'), line = end == SIZE_MAX ? 0 : end && rest->ptr[end - 1] == '\r' ? end - 1 : end;
	if (!ends_in_literal(str_sub(*rest, 0, line), &len) || len > rest->len - end - 1)
		return ERR_SYNTAX;
	*ret = str_sub(*rest, end + 1, (size_t)len);
	*rest = str_sub(*rest, end + 1 + (size_t)len, rest->len);
	return OK;
}

/* An item's value: an atom, a string, or a list of them. The last string of it is given. */
static enum err take_value(struct str *rest, struct str *ret, bool *ret_string)
{
	unsigned depth = 0;
	*ret_string = false;
	do {
		while (rest->len && rest->ptr[0] == ' ')
			*rest = str_sub(*rest, 1, rest->len);
		if (!rest->len)
			return ERR_SYNTAX;
		char c = rest->ptr[0];
		if (c == '(' || c == ')') {
			if (c == '(' ? depth == DEPTH_MAX : !depth)
				return ERR_SYNTAX;
			depth = c == '(' ? depth + 1 : depth - 1;
			*rest = str_sub(*rest, 1, rest->len);
		} else if (c == '"' || c == '{') {
			enum err e = take_string(rest, ret);
			if (e)
				return e;
			*ret_string = true;
		} else {
			*ret = atom(rest);
			if (!ret->len)
				return ERR_SYNTAX;
		}
	} while (depth);
	return OK;
}

enum err imap_fetch_read(struct str response, struct imap_fetch *ret)
{
	struct str rest = response, value;
	uint32_t n;
	bool string;
	struct imap_fetch f = { .size = UINT64_MAX };
	if (!str_starts(rest, STR("* ")) || !take_number(str_sub(rest, 2, rest.len), &n))
		return ERR_NOTFOUND;
	rest = str_sub(rest, 2, rest.len);
	(void)atom(&rest);
	if (!str_starts_fold(rest, STR(" FETCH (")))
		return ERR_NOTFOUND;
	rest = str_sub(rest, 8, rest.len);
	while (rest.len && rest.ptr[0] != ')') {
		struct str name = atom(&rest);
		enum err e = name.len ? take_value(&rest, &value, &string) : ERR_SYNTAX;
		if (e == OK && str_eq_fold(name, STR("UID")))
			e = !string && take_number(value, &f.uid) ? OK : ERR_SYNTAX;
		else if (e == OK && str_eq_fold(name, STR("RFC822.SIZE")))
			e = string ? ERR_SYNTAX : str_to_u64(value, UINT32_MAX, &f.size);
		else if (e == OK && str_eq_fold(name, STR("BODY[]"))) {
			f.has_body = string;
			f.body = string ? value : STR_NONE;
		}
		if (e)
			return ERR_SYNTAX;
		while (rest.len && rest.ptr[0] == ' ')
			rest = str_sub(rest, 1, rest.len);
	}
	if (!rest.len)
		return ERR_SYNTAX;
	*ret = f;
	return OK;
}
