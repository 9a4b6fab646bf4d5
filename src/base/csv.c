/*
 * The CSV reader. See csv.h. One pass; a field with doubled quotes is the only one that is copied.
 *
 * Hostile input can at most make a record fail: an open quote is given up at CSV_RECORD_BYTES_MAX, so that one record never
 * takes the whole text.
 */
#include "base/csv.h"

void csv_init(struct csv *c, const char *file, struct str text, char separator)
{
	*c = (struct csv){ .file = file, .text = text, .separator = separator, .line = 1 };
	c->stops[0] = c->stops['"'] = c->stops['\r'] = c->stops['\n'] = c->stops[(unsigned char)separator] = true;
	if (str_starts(text, STR("\xef\xbb\xbf")))
		c->at = c->line_at = 3;
}

static int peek(const struct csv *c)
{
	return c->at < c->text.len ? (unsigned char)c->text.ptr[c->at] : -1;
}

static bool at_line_end(const struct csv *c)
{
	int b = peek(c);
	return b < 0 || b == '\n' || b == '\r';
}

/* Over one line end, if there is one. */
static void step_line(struct csv *c)
{
	if (peek(c) < 0)
		return;
	bool pair = peek(c) == '\r' && c->at + 1 < c->text.len && c->text.ptr[c->at + 1] == '\n';
	c->at += pair ? 2 : 1;
	c->line++;
	c->line_at = c->at;
}

/* Says where, and leaves the reader at the next line. */
static enum err fail(struct csv *c, enum err e, struct why *why, const char *text)
{
	(void)why_set(why, e, "%s", text);
	why_at(why, c->file, c->line, (uint32_t)(c->at - c->line_at + 1));
	while (!at_line_end(c))
		c->at++;
	step_line(c);
	return e;
}

static enum err plain_field(struct csv *c, struct csv_field *f, struct why *why)
{
	const unsigned char *p = (const unsigned char *)c->text.ptr;
	size_t at = c->at, end = c->text.len;
	while (at < end && !c->stops[p[at]])
		at++;
	c->at = at;
	if (!at_line_end(c) && peek(c) != c->separator)
		return fail(c, ERR_SYNTAX, why, peek(c) ? "a quote inside a field that does not begin with one" : "a NUL byte");
	f->text = str_sub(c->text, f->from, c->at - f->from);
	f->to = c->at;
	return OK;
}

/* The text between the quotes, with each doubled quote made one. */
static enum err undouble(struct arena *a, struct str s, struct str *ret_text)
{
	char *p = arena_alloc(a, s.len + 1);
	size_t n = 0;
	if (!p)
		return ERR_NOMEM;
	for (size_t i = 0; i < s.len; i++) {
		p[n++] = s.ptr[i];
		i += s.ptr[i] == '"';
	}
	*ret_text = (struct str){ p, n };
	return OK;
}

static enum err quoted_field(struct csv *c, struct arena *a, struct csv_field *f, struct why *why)
{
	const size_t at_begin = c->at, line_at_begin = c->line_at;
	const uint32_t line_begin = c->line;
	bool doubled = false;
	for (c->at++;;) {
		const unsigned char *p = (const unsigned char *)c->text.ptr;
		size_t at = c->at, end = c->text.len - f->from > CSV_RECORD_BYTES_MAX + 2 ? f->from + CSV_RECORD_BYTES_MAX + 2 : c->text.len;
		/* the separator is text here */
		while (at < end && (!c->stops[p[at]] || p[at] == (unsigned char)c->separator))
			at++;
		c->at = at;
		int b = peek(c);
		if (b < 0 || c->at - f->from > CSV_RECORD_BYTES_MAX) {
			c->at = at_begin;
			c->line = line_begin;
			c->line_at = line_at_begin;
			return fail(c, b < 0 ? ERR_SYNTAX : ERR_LIMIT, why, b < 0 ? "this quote is never closed" : "a field that is too long begins here");
		}
		if (b == 0)
			return fail(c, ERR_SYNTAX, why, "a NUL byte");
		if (b == '\r' || b == '\n') {
			step_line(c);
			continue;
		}
		c->at++;
		if (b != '"')
			continue;
		if (peek(c) != '"')
			break;
		doubled = true;
		c->at++;
	}
	if (!at_line_end(c) && peek(c) != c->separator)
		return fail(c, ERR_SYNTAX, why, "text between a closing quote and the separator");
	f->quoted = true;
	f->to = c->at;
	f->text = str_sub(c->text, f->from + 1, f->to - f->from - 2);
	if (doubled && undouble(a, f->text, &f->text) != OK)
		return fail(c, ERR_NOMEM, why, "no memory for a field");
	return OK;
}

/*
 * A line whose quotes break the rules, read as its writer seems to have meant it: a quote closes a field before a separator or the end
 * of the line, any other one is text. False when it cannot be read so either.
 */
static bool bent_row(struct csv *c, const struct csv_row *begun, struct csv_field *fields, struct csv_row *ret_row)
{
	struct csv_row row = { .line = begun->line, .number = begun->number, .from = begun->from, .to = begun->from, .bent = true };
	const char *p = c->text.ptr;
	while (row.to < c->text.len && p[row.to] != '\n' && p[row.to] != '\r' && p[row.to] && row.to - row.from <= CSV_RECORD_BYTES_MAX)
		row.to++;
	if (row.to < c->text.len && p[row.to] != '\n' && p[row.to] != '\r')
		return false;
	for (size_t at = row.from;; at++) {
		if (row.count == CSV_FIELDS_MAX)
			return false;
		struct csv_field f = { .from = at };
		if (at < row.to && p[at] == '"')
			for (f.to = at + 1; f.to < row.to && !f.quoted; f.to++)
				f.quoted = p[f.to] == '"' && (f.to + 1 == row.to || p[f.to + 1] == c->separator);
		if (!f.quoted)
			for (f.to = at; f.to < row.to && p[f.to] != c->separator;)
				f.to++;
		f.text = str_sub(c->text, f.from + f.quoted, f.to - f.from - 2 * f.quoted);
		at = f.to;
		fields[row.count++] = f;
		if (at >= row.to)
			break;
	}
	row.fields = fields;
	c->at = row.to;
	c->line = row.line;
	c->line_at = row.from;
	step_line(c);
	*ret_row = row;
	return true;
}

enum err csv_next_into(struct csv *c, struct arena *a, struct csv_field fields[CSV_FIELDS_MAX], struct csv_row *ret_row, struct why *why)
{
	while (peek(c) >= 0 && at_line_end(c))
		step_line(c);
	if (peek(c) < 0)
		return ERR_NOTFOUND;
	struct csv_row row = { .line = c->line, .number = ++c->number, .from = c->at };
	for (;;) {
		if (row.count == CSV_FIELDS_MAX)
			return fail(c, ERR_LIMIT, why, "too many fields in one record");
		struct csv_field *f = &fields[row.count++];
		*f = (struct csv_field){ .from = c->at };
		enum err e = peek(c) == '"' ? quoted_field(c, a, f, why) : plain_field(c, f, why);
		if (e == ERR_SYNTAX && c->lenient && bent_row(c, &row, fields, ret_row))
			return OK;
		if (e)
			return e;
		if (c->at - row.from > CSV_RECORD_BYTES_MAX)
			return fail(c, ERR_LIMIT, why, "this record is too long");
		if (at_line_end(c))
			break;
		c->at++;
	}
	row.to = c->at;
	row.fields = fields;
	step_line(c);
	*ret_row = row;
	return OK;
}

enum err csv_next(struct csv *c, struct arena *a, struct csv_row *ret_row, struct why *why)
{
	struct csv_field fields[CSV_FIELDS_MAX];
	struct csv_row row;
	enum err e = csv_next_into(c, a, fields, &row, why);
	if (e)
		return e;
	row.fields = ARENA_ARRAY(a, struct csv_field, row.count);
	if (!row.fields) {
		(void)why_set(why, ERR_NOMEM, "no memory for a record");
		why_at(why, c->file, row.line, 1);
		return ERR_NOMEM;
	}
	memcpy(row.fields, fields, row.count * sizeof(fields[0]));
	*ret_row = row;
	return OK;
}

int csv_column(const struct csv_row *header, const char *name)
{
	for (unsigned i = 0; i < header->count; i++)
		if (str_eq_fold(str_trim(header->fields[i].text), str_of(name)))
			return (int)i;
	return -1;
}

struct str csv_text(const struct csv_row *row, int column)
{
	return column >= 0 && (unsigned)column < row->count ? row->fields[column].text : STR_NONE;
}
