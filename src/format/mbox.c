/*
 * Mailbox files. See mbox.h. A message costs one pass over its bytes.
 */
#include "format/mbox.h"

static size_t line_end(struct str s, size_t from)
{
	size_t n = str_chr(str_sub(s, from, s.len), '\n');
	return n == SIZE_MAX ? s.len : from + n + 1;
}

static bool is_empty(struct str line)
{
	return str_eq(line, STR("\n")) || str_eq(line, STR("\r\n"));
}

/* "From sender Sun Mar  1 10:00:00 2026": what no sentence has is two digits, a colon and two digits. */
static bool is_separator(struct str line)
{
	if (!str_starts(line, STR("From ")))
		return false;
	for (size_t i = 5; i + 5 <= line.len; i++) {
		const char *p = line.ptr + i;
		if (p[2] == ':' && p[0] >= '0' && p[0] <= '2' && p[1] >= '0' && p[1] <= '9' && p[3] >= '0' && p[3] <= '5' && p[4] >= '0' &&
			p[4] <= '9')
			return true;
	}
	return false;
}

bool mbox_looks_like(struct str text)
{
	return str_starts(text, STR("From "));
}

bool mbox_next(struct str text, bool whole, struct str *ret_message, size_t *ret_used)
{
	size_t header = line_end(text, 0), at = header, before = header, end = SIZE_MAX;
	if (!text.len || (!whole && at == text.len))
		return false;
	while (end == SIZE_MAX && at < text.len) {
		size_t next = line_end(text, at);
		if (before != at && is_empty(str_sub(text, before, at - before)) && is_separator(str_sub(text, at, next - at)))
			end = before;
		before = at;
		at = next;
	}
	if (end == SIZE_MAX && !whole)
		return false;
	/* the empty line before the next message is the file's, and so is the last one */
	bool empty_last = end == SIZE_MAX && before > header && is_empty(str_sub(text, before, text.len - before));
	if (end == SIZE_MAX)
		end = empty_last ? before : text.len;
	*ret_message = str_sub(text, header, end - header);
	*ret_used = end < text.len ? line_end(text, end) : end;
	return true;
}

struct str mbox_unquote(struct arena *a, struct str message)
{
	char *out = arena_alloc(a, message.len + 1);
	size_t n = 0;
	for (size_t at = 0, next; out && at < message.len; at = next) {
		next = line_end(message, at);
		struct str line = str_sub(message, at, next - at);
		size_t marks = 0;
		while (marks < line.len && line.ptr[marks] == '>')
			marks++;
		if (marks && str_starts(str_sub(line, marks, line.len), STR("From ")))
			line = str_sub(line, 1, line.len);
		memcpy(out + n, line.ptr, line.len);
		n += line.len;
	}
	return (struct str){ out, n };
}
