/*
 * Registry files. See table.h.
 */
#include "aup/table.h"

#include "attribution/registry.h"
#include "base/csv.h"
#include "base/time.h"

enum { ROW_JSON_MAX = 1 << 20, TELL_EVERY = 2048 };

static const struct entity_column *find(struct str name)
{
	for (const struct entity_column *c = entity_columns; c->name; c++)
		if (str_eq(name, str_of(c->name)))
			return c;
	return NULL;
}

/* Line and column of an offset, both from 1. */
static void place(const struct table_file *t, size_t at, struct why *why)
{
	uint32_t line = 1, column = 1;
	for (size_t i = 0; i < at && i < t->bytes.len; i++, column++)
		if (t->bytes.ptr[i] == '\n') {
			line++;
			column = 0;
		}
	why_at(why, t->name, line, column);
}

static bool is_time(const char *column)
{
	return str_eq(str_of(column), STR("from")) || str_eq(str_of(column), STR("until"));
}

static bool is_flag(const char *column)
{
	return str_eq(str_of(column), STR("lifeline")) || str_eq(str_of(column), STR("protected"));
}

/* One cell as a member; empty cells are left out. */
static enum err put_cell(struct jsonw *w, const char *column, struct str text, struct why *why)
{
	int64_t v;
	struct str rest, part;
	if (!text.len)
		return OK;
	if (!str_utf8_valid(text))
		return why_set(why, ERR_SYNTAX, "not UTF-8");
	if (is_time(column)) {
		if (time_parse(text, &v) != OK)
			return why_set(why, ERR_SYNTAX, "no time such as 2026-03-01T00:00:00Z");
		jsonw_int(w, column, v);
	} else if (str_eq(str_of(column), STR("value"))) {
		if (str_to_i64(text, &v) != OK)
			return why_set(why, ERR_SYNTAX, "no whole number");
		jsonw_int(w, column, v);
	} else if (is_flag(column)) {
		if (!str_eq(text, STR("yes")) && !str_eq(text, STR("no")))
			return why_set(why, ERR_SYNTAX, "yes or no is expected");
		jsonw_bool(w, column, str_eq(text, STR("yes")));
	} else if (str_eq(str_of(column), STR("depends"))) {
		jsonw_array(w, column);
		for (rest = text; str_split(&rest, ' ', &part);)
			if (part.len)
				jsonw_str(w, NULL, part);
		jsonw_end(w, ']');
	} else {
		jsonw_str(w, column, text);
	}
	return OK;
}

/* The last line that was written, checked as the daemon will. */
static enum err check_line(struct arena *a, struct table_file *t, size_t from, const char **ret_column, struct why *why)
{
	struct entity e = { 0 };
	struct json *root;
	struct str line = str_sub(buf_str(&t->lines), from, t->lines.len);
	if (t->lines.err || t->starts.err)
		return why_set(why, ERR_LIMIT, "the file is too long: an import takes %d MB", TABLE_LINES_BYTES >> 20);
	enum err err = json_read(a, line, &root, why);
	if (err == OK)
		err = field_read(a, root, entity_fields, &e, why);
	return err ? err : registry_normalise(a, &e, ret_column, why);
}

static enum err end_row(struct arena *a, struct table_file *t, struct jsonw *w, size_t line_from, size_t start, struct why *why)
{
	const char *column = NULL;
	jsonw_end(w, '}');
	buf_u64(&t->starts, start);
	t->count++;
	enum err e = check_line(a, t, line_from, &column, why);
	if (e)
		table_place(a, t, t->count, column, why);
	buf_putc(&t->lines, '\n');
	if (t->progress && t->count % TELL_EVERY == 0)
		t->progress("reading", start, t->bytes.len);
	return e;
}

static enum err csv_row(struct arena *a, struct table_file *t, const struct csv_row *row, struct why *why)
{
	struct jsonw w;
	size_t from = t->lines.len;
	if (row->count != t->column_count) {
		(void)why_set(why, ERR_SYNTAX, "the row has %u columns, the header %u", row->count, t->column_count);
		place(t, row->from, why);
		return ERR_SYNTAX;
	}
	jsonw_init(&w, &t->lines);
	jsonw_object(&w, NULL);
	for (unsigned i = 0; i < row->count; i++) {
		enum err e = put_cell(&w, t->columns[i], row->fields[i].quoted ? row->fields[i].text : str_trim(row->fields[i].text), why);
		if (e) {
			char text[WHY_TEXT_MAX];
			memcpy(text, why->text, sizeof(text));
			(void)why_set(why, e, "column %s: %.300s", t->columns[i], text);
			place(t, row->fields[i].from, why);
			return e;
		}
	}
	return end_row(a, t, &w, from, row->from, why);
}

static enum err csv_header(struct table_file *t, const struct csv_row *row, struct why *why)
{
	if (row->count > TABLE_COLUMNS_MAX)
		return why_set(why, ERR_LIMIT, "more than %d columns", TABLE_COLUMNS_MAX);
	for (unsigned i = 0; i < row->count; i++) {
		const struct entity_column *c = find(str_trim(row->fields[i].text));
		if (!c) {
			(void)why_set(why, ERR_SYNTAX, "column %.*s is not known", STR_ARG(row->fields[i].text));
			place(t, row->fields[i].from, why);
			return ERR_SYNTAX;
		}
		for (unsigned k = 0; k < t->column_count; k++)
			if (t->columns[k] == c->name) {
				(void)why_set(why, ERR_EXISTS, "column %s is given twice", c->name);
				place(t, row->fields[i].from, why);
				return ERR_EXISTS;
			}
		t->columns[t->column_count++] = c->name;
	}
	return OK;
}

static enum err from_csv(struct arena *a, struct table_file *t, struct why *why)
{
	struct csv c;
	struct csv_row row;
	csv_init(&c, t->name, t->bytes, ',');
	enum err e = csv_next(&c, a, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? why_set(why, ERR_SYNTAX, "%s is empty", t->name) : e;
	e = csv_header(t, &row, why);
	while (e == OK) {
		arena_reset(a);
		e = csv_next(&c, a, &row, why);
		if (e == ERR_NOTFOUND)
			return OK;
		if (e == OK && (row.count > 1 || str_trim(row.fields[0].text).len))
			e = csv_row(a, t, &row, why);
	}
	return e;
}

/* One member of a row. */
static enum err json_member(struct jsonw *w, const struct json *f, struct why *why)
{
	const struct entity_column *c = find(f->key);
	if (!c)
		return why_set(why, ERR_SYNTAX, "column %.*s is not known", STR_ARG(f->key));
	if (!is_time(c->name) || f->type == JSON_NULL)
		jsonw_tree(w, c->name, f);
	else if (f->type == JSON_STRING)
		return put_cell(w, c->name, f->text, why);
	else
		return why_set(why, ERR_SYNTAX, "%s is no text such as \"2026-03-01T00:00:00Z\"", c->name);
	return OK;
}

/* The object whose text begins at start of the file. */
static enum err json_row(struct arena *a, struct table_file *t, const struct json *m, size_t start, struct why *why)
{
	struct jsonw w;
	size_t from = t->lines.len;
	jsonw_init(&w, &t->lines);
	jsonw_object(&w, NULL);
	for (const struct json *f = m->child; f; f = f->next) {
		enum err e = json_member(&w, f, why);
		if (e) {
			place(t, start + f->from, why);
			return e;
		}
	}
	return end_row(a, t, &w, from, start, why);
}

/* Behind the object that begins at start; 0 when it does not end. A text that is no JSON is told by who reads it. */
static size_t json_end(const struct table_file *t, size_t start)
{
	size_t depth = 0;
	bool quoted = false;
	for (size_t i = start; i < t->bytes.len; i++) {
		char ch = t->bytes.ptr[i];
		if (quoted && ch == '\\')
			i++;
		else if (ch == '"')
			quoted = !quoted;
		else if (!quoted && ch == '{')
			depth++;
		else if (!quoted && ch == '}' && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* Over white space; the next byte, or 0 at the end. */
static char json_peek(const struct table_file *t, size_t *at)
{
	while (*at < t->bytes.len && memchr(" \t\r\n", t->bytes.ptr[*at], 4))
		++*at;
	return *at < t->bytes.len ? t->bytes.ptr[*at] : '\0';
}

static bool json_skip(const struct table_file *t, size_t *at, struct str word)
{
	(void)json_peek(t, at);
	if (!str_starts(str_sub(t->bytes, *at, t->bytes.len), word))
		return false;
	*at += word.len;
	return true;
}

static enum err json_fail(const struct table_file *t, size_t at, const char *text, struct why *why)
{
	(void)why_set(why, ERR_SYNTAX, "%s", text);
	place(t, at, why);
	return ERR_SYNTAX;
}

/* An object in hand at a time: a file is longer than what a reader of whole documents may take. */
static enum err json_object(struct arena *a, struct table_file *t, size_t *at, struct why *why)
{
	struct json *root;
	size_t start = *at, end;
	if (json_peek(t, at) != '{')
		return json_fail(t, *at, "an entity is an object", why);
	start = *at;
	end = json_end(t, start);
	if (!end)
		return json_fail(t, start, "this object is never closed", why);
	arena_reset(a);
	enum err e = json_read(a, str_sub(t->bytes, start, end - start), &root, why);
	if (e) {
		size_t line = why->line, column = why->column, i = start;
		for (; line > 1 && i < end; i++)
			line -= t->bytes.ptr[i] == '\n';
		place(t, i + (column ? column - 1 : 0), why);
		return e;
	}
	*at = end;
	return json_row(a, t, root, start, why);
}

static enum err from_json(struct arena *a, struct table_file *t, struct why *why)
{
	size_t at = str_starts(t->bytes, STR("\xef\xbb\xbf")) ? 3 : 0;
	bool wrapped = json_skip(t, &at, STR("{"));
	enum err e = OK;
	if (wrapped && !(json_skip(t, &at, STR("\"entities\"")) && json_skip(t, &at, STR(":"))))
		return json_fail(t, at, "an object that holds \"entities\" and nothing else is expected, or a list", why);
	if (!json_skip(t, &at, STR("[")))
		return json_fail(t, at, "a list of entities is expected", why);
	bool more = json_peek(t, &at) != ']';
	while (e == OK && more) {
		e = json_object(a, t, &at, why);
		more = e == OK && json_skip(t, &at, STR(","));
	}
	if (e)
		return e;
	if (!json_skip(t, &at, STR("]")) || (wrapped && !json_skip(t, &at, STR("}"))))
		return json_fail(t, at, "the list does not go on or end here", why);
	return json_peek(t, &at) || at < t->bytes.len ? json_fail(t, at, "text behind the list", why) : OK;
}

enum err table_open(struct arena *a, const char *name, struct str bytes, void (*progress)(const char *, uint64_t, uint64_t), struct table_file *t, struct why *why)
{
	struct str start = str_trim(str_sub(bytes, str_starts(bytes, STR("\xef\xbb\xbf")) ? 3 : 0, bytes.len));
	*t = (struct table_file){ .name = name, .bytes = bytes, .progress = progress, .json = start.len && (start.ptr[0] == '[' || start.ptr[0] == '{') };
	buf_init(&t->lines, TABLE_LINES_BYTES);
	buf_init(&t->starts, TABLE_LINES_BYTES);
	*why = (struct why){ .line = 0 };
	return t->json ? from_json(a, t, why) : from_csv(a, t, why);
}

void table_close(struct table_file *t)
{
	buf_done(&t->lines);
	buf_done(&t->starts);
}

static size_t csv_offset(struct arena *a, const struct table_file *t, size_t start, const char *column)
{
	struct csv c;
	struct csv_row row;
	csv_init(&c, t->name, str_sub(t->bytes, start, t->bytes.len), ',');
	if (csv_next(&c, a, &row, NULL) != OK)
		return start;
	for (unsigned i = 0; i < t->column_count && i < row.count; i++)
		if (str_eq(str_of(t->columns[i]), str_of(column)))
			return start + row.fields[i].from;
	return start;
}

static size_t json_offset(struct arena *a, const struct table_file *t, size_t start, const char *column)
{
	struct json *root;
	if (json_read(a, str_sub(t->bytes, start, json_end(t, start) - start), &root, NULL) != OK)
		return start;
	const struct json *f = json_get(root, column);
	return f ? start + f->from : start;
}

void table_place(struct arena *a, const struct table_file *t, uint64_t n, const char *column, struct why *why)
{
	struct reader r;
	if (!n || n > t->count)
		return;
	reader_init(&r, str_sub(buf_str(&t->starts), (n - 1) * 8, 8));
	size_t at = (size_t)reader_u64(&r);
	if (column && column[0])
		at = t->json ? json_offset(a, t, at, column) : csv_offset(a, t, at, column);
	place(t, at, why);
}

static void csv_cell(struct buf *out, struct str text)
{
	bool plain = str_eq(text, str_trim(text));
	for (size_t i = 0; i < text.len; i++)
		plain &= text.ptr[i] != ',' && text.ptr[i] != '"' && text.ptr[i] != '\n' && text.ptr[i] != '\r';
	if (plain) {
		buf_put(out, text);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, text.ptr[i]);
	}
	buf_putc(out, '"');
}

static void csv_value(struct buf *out, const char *column, const struct json *v)
{
	char text[TIME_TEXT_MAX];
	switch (v->type) {
	case JSON_BOOL:
		buf_puts(out, v->boolean ? "yes" : "no");
		break;
	case JSON_NUMBER:
		if (is_time(column)) {
			time_print(v->integer, text);
			buf_puts(out, text);
		} else {
			buf_put(out, v->text);
		}
		break;
	case JSON_ARRAY:
		for (const struct json *m = v->child; m; m = m->next)
			buf_printf(out, "%s%.*s", m == v->child ? "" : " ", STR_ARG(m->text));
		break;
	default:
		csv_cell(out, v->text);
		break;
	}
}

void table_csv(const struct json *entity, struct buf *out)
{
	for (const struct entity_column *c = entity_columns; c->name; c++) {
		const struct json *v = entity ? json_get(entity, c->name) : NULL;
		if (c != entity_columns)
			buf_putc(out, ',');
		if (!entity)
			buf_puts(out, c->name);
		else if (v)
			csv_value(out, c->name, v);
	}
	buf_putc(out, '\n');
}

void table_json(struct jsonw *w, const struct json *entity)
{
	jsonw_object(w, NULL);
	for (const struct entity_column *c = entity_columns; c->name; c++) {
		const struct json *v = json_get(entity, c->name);
		if (v && is_time(c->name))
			jsonw_time(w, c->name, v->integer);
		else if (v)
			jsonw_tree(w, c->name, v);
	}
	jsonw_end(w, '}');
}
