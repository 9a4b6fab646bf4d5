/*
 * See multipart.h.
 */
#include "base/multipart.h"

enum { BOUNDARY_MAX = 70 /* RFC 2046 5.1.1 */, HEAD_MAX = 4096, BLANK_LEN = 4, LINE_END = 2 };
#define MEDIA_TYPE STR("multipart/form-data")

/* A parameter of a header, in quotes or without (RFC 7578 4.2: browsers write %22 for a quote within); STR_NONE: it is not there. */
static struct str parameter(struct str header, const char *name)
{
	struct str rest = header, part, key;
	while (str_split(&rest, ';', &part)) {
		part = str_trim(part);
		if (!str_split(&part, '=', &key) || !str_eq_fold(str_trim(key), str_of(name)))
			continue;
		part = str_trim(part);
		return part.len > 1 && part.ptr[0] == '"' && part.ptr[part.len - 1] == '"' ? str_sub(part, 1, part.len - 2) : part;
	}
	return STR_NONE;
}

/* What Content-Disposition says in the head of a part. */
static struct str disposition_of(struct str head)
{
	struct str line, name;
	while (str_next_line(&head, &line))
		if (str_split(&line, ':', &name) && str_eq_fold(str_trim(name), STR("content-disposition")))
			return str_trim(line);
	return STR_NONE;
}

bool multipart_is(struct str type)
{
	struct str media;
	return str_split(&type, ';', &media) && str_eq_fold(str_trim(media), MEDIA_TYPE);
}

enum err multipart_begin(struct arena *a, struct str type, struct str body, struct multipart *ret_parts)
{
	struct str boundary = parameter(type, "boundary");
	if (!multipart_is(type) || !boundary.len || boundary.len > BOUNDARY_MAX)
		return ERR_SYNTAX;
	const struct str mark = str_format(a, "\r\n--%.*s", STR_ARG(boundary)), first = str_sub(mark, LINE_END, mark.len);
	if (!first.len || !str_starts(body, first))
		return ERR_SYNTAX;
	*ret_parts = (struct multipart){ mark, str_sub(body, first.len, body.len) };
	return OK;
}

enum err multipart_next(struct multipart *m, struct multipart_part *ret_part)
{
	if (!str_starts(m->rest, STR("\r\n")))
		return str_starts(m->rest, STR("--")) ? ERR_NOTFOUND : ERR_SYNTAX;
	size_t end = str_find(m->rest, m->mark);
	if (end == SIZE_MAX || end < LINE_END)
		return ERR_SYNTAX;
	struct str part = str_sub(m->rest, LINE_END, end - LINE_END);
	size_t blank = str_find(str_sub(part, 0, HEAD_MAX), STR("\r\n\r\n"));
	if (blank == SIZE_MAX)
		return ERR_SYNTAX;
	struct str disposition = disposition_of(str_sub(part, 0, blank));
	m->rest = str_sub(m->rest, end + m->mark.len, m->rest.len);
	*ret_part = (struct multipart_part){ parameter(disposition, "name"), parameter(disposition, "filename"), str_sub(part, blank + BLANK_LEN, part.len) };
	return OK;
}

struct str multipart_plain_name(struct arena *a, struct str name, size_t most)
{
	size_t from = name.len;
	while (from && name.ptr[from - 1] != '/' && name.ptr[from - 1] != '\\')
		from--;
	name = str_copy(a, str_sub(name, from, most));
	char *text = (char *)(uintptr_t)name.ptr;
	for (size_t i = 0; i < name.len; i++) {
		char c = text[i];
		bool good = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' || c == '-' || c == '_';
		text[i] = good ? c : '_';
	}
	return name.len ? name : STR("file");
}
