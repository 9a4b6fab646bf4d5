/*
 * "Name: value". See label.h.
 */
#include "format/label.h"

static bool of_name(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || strchr(" _-/().'#&", c) != NULL;
}

bool label_next(struct str text, size_t *at, struct label *ret_label)
{
	while (*at < text.len) {
		struct str rest = str_sub(text, *at, text.len), line = str_sub(rest, 0, str_chr(rest, '\n'));
		*at += line.len < rest.len ? line.len + 1 : line.len;
		size_t from = 0;
		unsigned levels = 0;
		for (; from < line.len && strchr("> \t*-", line.ptr[from]) && line.ptr[from]; from++)
			levels += line.ptr[from] == '>';
		size_t colon = from;
		while (colon < line.len && colon - from < LABEL_NAME_MAX && line.ptr[colon] && of_name((unsigned char)line.ptr[colon]))
			colon++;
		if (colon == from || colon >= line.len || line.ptr[colon] != ':')
			continue;
		*ret_label = (struct label){ str_trim(str_sub(line, from, colon - from)), str_trim(str_sub(line, colon + 1, line.len)), levels };
		return true;
	}
	return false;
}

static bool fits(struct str name, struct str pattern)
{
	bool before = str_starts(pattern, STR("*")), behind = pattern.len && pattern.ptr[pattern.len - 1] == '*';
	struct str word = str_sub(pattern, before, pattern.len - before - behind);
	if (before && behind)
		return str_find_fold(name, word) != SIZE_MAX;
	return before ? str_ends_fold(name, word) : behind ? str_starts_fold(name, word) : str_eq_fold(name, word);
}

bool label_is(struct str name, const char *names)
{
	struct str rest = str_of(names), one;
	while (str_split(&rest, '|', &one))
		if (fits(name, one))
			return true;
	return false;
}
