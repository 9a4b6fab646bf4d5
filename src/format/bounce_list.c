/*
 * What the program of a mailing list writes back instead of passing a message on: fml, which refuses strangers and what it has seen
 * before.
 *
 * Known by the field that fml puts into what it writes (X-MLServer) and by one of its sentences, with the list between angle
 * brackets, in the first line: the list is the recipient that was not reached. "Original mail as follows" comes with the message
 * that came back, each line indented alike; its header is read, without the indent, and its facts point at where they stand.
 */
#include "format/bounce.h"

#include "format/shapes.h"

enum { LIST_BYTES_MAX = 64 << 10, LIST_LINES_MAX = 2000, INDENT_MAX = 16 };

static const char *const refusals[] = { "you are not a member of this mailing list", "duplicated message-id in", "loop back warning:",
	NULL };

static struct str next_line(struct str text, size_t *at)
{
	size_t n = str_chr(str_sub(text, *at, text.len), '\n');
	size_t end = n == SIZE_MAX ? text.len : *at + n + 1;
	struct str line = str_sub(text, *at, end - *at);
	*at = end;
	return line;
}

static size_t indent_of(struct str line)
{
	size_t n = 0;
	while (n < line.len && n < INDENT_MAX && line.ptr[n] == ' ')
		n++;
	return n;
}

/* The indented header from at on: without the indent, and where its lines began. */
static struct str take_header(struct decode *d, struct str text, size_t at, size_t *ret_from, size_t *ret_indent)
{
	struct str out = STR_NONE;
	char *copy = arena_alloc(d->arena, text.len + 1);
	size_t from = at, len = 0;
	while (from < text.len && !str_trim(str_sub(text, from, str_chr(str_sub(text, from, text.len), '\n'))).len && at < text.len) {
		from = at;
		(void)next_line(text, &at);
	}
	size_t indent = indent_of(str_sub(text, from, text.len));
	unsigned lines = 0;
	for (at = from; copy && at < text.len && lines < LIST_LINES_MAX; lines++) {
		struct str line = next_line(text, &at);
		if (!str_trim(line).len || indent_of(line) < indent)
			break;
		line = str_sub(line, indent, line.len);
		/* the envelope that a mailbox has above a message */
		if (!lines && str_starts(line, STR("From "))) {
			from = at;
			continue;
		}
		memcpy(copy + len, line.ptr, line.len);
		len += line.len;
		out = (struct str){ copy, len };
	}
	*ret_from = from;
	*ret_indent = indent;
	return out;
}

/* Facts that were read from the copy, back to the part: each line lost its indent. */
static void move_facts(struct observation *o, unsigned first, struct str copy, size_t from, size_t indent)
{
	for (unsigned i = first; i < o->fact_count; i++) {
		struct span *s = &o->facts[i].span;
		size_t before = 1, within = 0;
		for (size_t k = 0; k < s->to && k < copy.len; k++) {
			before += k < s->from && copy.ptr[k] == '\n';
			within += k >= s->from && k + 1 < s->to && copy.ptr[k] == '\n';
		}
		s->from += (uint32_t)(from + before * indent);
		s->to += (uint32_t)(from + (before + within) * indent);
	}
}

bool bounce_list_read(struct decode *d, struct bounce *b)
{
	const struct mime *m = &d->mime;
	unsigned part = bounce_own_part(m, 0);
	while (part < m->count && !str_eq(m->parts[part].type, STR("text/plain")))
		part = bounce_own_part(m, part + 1);
	if (part >= m->count || !str_starts_fold(str_trim(mime_top_value(d->arena, m, "x-mlserver")), STR("fml")))
		return false;
	struct str path = m->parts[part].path.len ? m->parts[part].path : STR("1");
	struct str text = str_sub(mime_text(d->arena, &m->parts[part], NULL), 0, LIST_BYTES_MAX), line = STR_NONE;
	size_t at = 0, word = SIZE_MAX;
	while (at < text.len && !str_trim(line).len)
		line = next_line(text, &at);
	for (const char *const *r = refusals; *r && word == SIZE_MAX; r++)
		word = str_find_fold(line, str_of(*r));
	size_t open = str_chr(line, '<'), close = str_chr(line, '>');
	struct str list = open < close && close != SIZE_MAX ? str_sub(line, open + 1, close - open - 1) : STR_NONE;
	struct observation *o = word != SIZE_MAX && mime_addr_spec(d->arena, list).len ? bounce_add(d) : NULL;
	if (!o)
		return false;
	b->failed = true;
	o->kind_text = STR("failed");
	size_t base = (size_t)(line.ptr - text.ptr);
	decode_fact(d, o, STR("final-recipient"), list, (struct span){ path, (uint32_t)(base + open + 1), (uint32_t)(base + close) }, CERTAINTY_DERIVED);
	decode_fact(d, o, STR("action"), o->kind_text, (struct span){ path, 0, 0 }, CERTAINTY_DERIVED);
	line = str_trim(line);
	base = (size_t)(line.ptr - text.ptr);
	decode_fact(d, o, STR("diagnostic-code"), line, (struct span){ path, (uint32_t)base, (uint32_t)(base + line.len) }, CERTAINTY_DERIVED);
	while (at < text.len && !str_starts_fold(str_trim(line), STR("original mail as follows")))
		line = next_line(text, &at);
	size_t from = 0, indent = 0;
	struct str header = at < text.len ? take_header(d, text, at, &from, &indent) : STR_NONE;
	unsigned first = o->fact_count;
	if (header.len) {
		arf_derive(d, o, header, path, 0);
		move_facts(o, first, header, from, indent);
		d->about = observation_value(o, "reported-message-id");
	}
	/* without it, fml names in References the one message that it answers */
	const struct mime_field *f = mime_top_field(m, "references");
	if (!header.len && f)
		d->about = mime_unfold(d->arena, f->value);
	if (!header.len && f)
		decode_fact(d, o, STR("reported-message-id"), d->about,
			(struct span){ STR("0"), (uint32_t)f->from, (uint32_t)(f->from + f->value.len) }, CERTAINTY_DERIVED);
	return true;
}
