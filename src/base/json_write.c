/*
 * The JSON writer. See json.h.
 */
#include "base/json.h"
#include "base/time.h"

void jsonw_init(struct jsonw *w, struct buf *out)
{
	*w = (struct jsonw){ .out = out };
}

/* Length of the well-formed UTF-8 sequence at s[i], or 0. */
static size_t sequence(struct str s, size_t i)
{
	for (size_t n = 1; n <= 4 && i + n <= s.len; n++)
		if (str_utf8_valid(str_sub(s, i, n)))
			return n;
	return 0;
}

/* Length of the bytes at the front that stand in a string as they are, whatever comes behind. */
static size_t plain_run(struct str s)
{
	size_t i = 0;
	while (i < s.len && (unsigned char)s.ptr[i] >= 0x20 && (unsigned char)s.ptr[i] < 0x7f && s.ptr[i] != '"' && s.ptr[i] != '\\')
		i++;
	return i;
}

/* "text" and what follows it, in one go. */
static void quoted_plain(struct buf *out, struct str s, struct str behind)
{
	char *p = buf_room(out, s.len + behind.len + 2);
	if (!p)
		return;
	*p++ = '"';
	if (s.len)
		memcpy(p, s.ptr, s.len);
	p += s.len;
	*p++ = '"';
	memcpy(p, behind.ptr, behind.len);
	p[behind.len] = 0;
	out->len += s.len + behind.len + 2;
}

static void quoted(struct buf *out, struct str s, struct str behind)
{
	size_t from = 0, plain = plain_run(s);
	if (plain == s.len) {
		quoted_plain(out, s, behind);
		return;
	}
	bool valid = str_utf8_valid(s);
	buf_putc(out, '"');
	for (size_t i = plain; i < s.len;) {
		unsigned char c = (unsigned char)s.ptr[i];
		size_t n = c < 0x80 || valid ? 1 : sequence(s, i);
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && n) {
			i += n;
			continue;
		}
		buf_put(out, str_sub(s, from, i - from));
		if (!n)
			buf_puts(out, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_puts(out, "\\n");
		else
			buf_printf(out, "\\u%04x", c);
		from = ++i;
	}
	buf_put(out, str_sub(s, from, s.len));
	buf_putc(out, '"');
	buf_put(out, behind);
}

static void begin(struct jsonw *w, const char *key)
{
	if (w->comma >> w->depth & 1)
		buf_putc(w->out, ',');
	w->comma |= UINT64_C(1) << w->depth;
	if (key)
		quoted(w->out, str_of(key), STR(":"));
}

static void open_level(struct jsonw *w, const char *key, char opening)
{
	begin(w, key);
	buf_putc(w->out, opening);
	BUG_ON(w->depth + 1 >= JSON_DEPTH_MAX);
	w->depth++;
	w->comma &= ~(UINT64_C(1) << w->depth);
}

void jsonw_object(struct jsonw *w, const char *key)
{
	open_level(w, key, '{');
}

void jsonw_array(struct jsonw *w, const char *key)
{
	open_level(w, key, '[');
}

void jsonw_end(struct jsonw *w, char closing)
{
	BUG_ON(!w->depth);
	w->depth--;
	buf_putc(w->out, closing);
}

void jsonw_str(struct jsonw *w, const char *key, struct str value)
{
	begin(w, key);
	quoted(w->out, value, STR(""));
}

void jsonw_int(struct jsonw *w, const char *key, int64_t value)
{
	char text[24], *p = text + sizeof(text);
	uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	begin(w, key);
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	if (value < 0)
		*--p = '-';
	buf_put(w->out, (struct str){ p, (size_t)(text + sizeof(text) - p) });
}

void jsonw_bool(struct jsonw *w, const char *key, bool value)
{
	begin(w, key);
	buf_puts(w->out, value ? "true" : "false");
}

void jsonw_null(struct jsonw *w, const char *key)
{
	begin(w, key);
	buf_puts(w->out, "null");
}

void jsonw_time(struct jsonw *w, const char *key, int64_t at)
{
	char text[TIME_TEXT_MAX];
	if (at == TIME_NONE || at == TIME_MAX) {
		jsonw_null(w, key);
		return;
	}
	time_print(at, text);
	jsonw_str(w, key, str_of(text));
}

void jsonw_raw(struct jsonw *w, const char *key, struct str json)
{
	begin(w, key);
	buf_put(w->out, json);
}

void jsonw_tree(struct jsonw *w, const char *key, const struct json *node)
{
	begin(w, key);
	switch (node->type) {
	case JSON_NULL:
		buf_puts(w->out, "null");
		return;
	case JSON_BOOL:
		buf_puts(w->out, node->boolean ? "true" : "false");
		return;
	case JSON_NUMBER:
		buf_put(w->out, node->text);
		return;
	case JSON_STRING:
		quoted(w->out, node->text, STR(""));
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	bool object = node->type == JSON_OBJECT;
	buf_putc(w->out, object ? '{' : '[');
	for (const struct json *m = node->child; m; m = m->next) {
		if (m != node->child)
			buf_putc(w->out, ',');
		if (object)
			quoted(w->out, m->key, STR(":"));
		/* the reader bounds the depth; a fresh writer per level keeps the commas apart */
		struct jsonw inner = { .out = w->out };
		jsonw_tree(&inner, NULL, m);
	}
	buf_putc(w->out, object ? '}' : ']');
}
