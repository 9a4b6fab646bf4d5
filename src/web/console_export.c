/*
 * Lists as files. See console_export.h.
 *
 * Hostile is every text in a list: what begins like a formula would be run by a spreadsheet on the desk of whoever opens the file.
 */
#include "web/console_export.h"

#include "base/time.h"
#include "web/call.h"

enum { PATH_BYTES_MAX = 256, NEST_MAX = 4 };

struct export {
	bool csv, more;
	unsigned rows;
	struct buf out;
	struct str columns[EXPORT_COLUMNS_MAX];
	unsigned column_count;
	struct str rest;                /* of the row: what has no column */
	struct arena *a;
};

static struct str format_of(const struct http_request *r)
{
	for (unsigned i = 0; i < r->query_count; i++)
		if (str_eq(r->query[i].name, STR("format")))
			return r->query[i].value;
	return STR_NONE;
}

bool console_export_asked(const struct http_request *r)
{
	return format_of(r).len;
}

/* --- CSV --- */

/* What a spreadsheet takes for the beginning of a formula, in ASCII and in full width. */
static bool runs(struct str s)
{
	static const char *const begins[] = { "=", "+", "-", "@", "\t", "\r", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\n'))
		s = str_sub(s, 1, s.len);
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (str_starts(s, str_of(begins[i])))
			return true;
	return false;
}

static void put_cell(struct buf *out, struct str s, bool text)
{
	bool quotes = text && runs(s);
	for (size_t i = 0; !quotes && i < s.len; i++)
		quotes = s.ptr[i] == '"' || s.ptr[i] == ',' || s.ptr[i] == ';' || s.ptr[i] == '\n' || s.ptr[i] == '\r' || s.ptr[i] == '\t';
	if (!quotes) {
		buf_put(out, s);
		return;
	}
	buf_putc(out, '"');
	if (text && runs(s))
		buf_putc(out, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, s.ptr[i]);
	}
	buf_putc(out, '"');
}

static bool is_time(const struct json *v)
{
	return v->is_integer && v->key.len > 3 && str_eq(str_sub(v->key, v->key.len - 3, 3), STR("_at"));
}

/* A value as one text; lists with "; " between their texts, what lies deeper as JSON. */
static struct str value_text(struct arena *a, const struct json *v, bool *ret_text)
{
	struct str s = STR_NONE;
	*ret_text = v->type == JSON_STRING || v->type == JSON_ARRAY || v->type == JSON_OBJECT;
	switch (v->type) {
	case JSON_NULL: return STR_NONE;
	case JSON_BOOL: return v->boolean ? STR("yes") : STR("no");
	case JSON_NUMBER: return is_time(v) ? time_str(a, v->integer) : v->text;
	case JSON_STRING: return v->text;
	default: break;
	}
	for (const struct json *m = v->child; v->type == JSON_ARRAY && m; m = m->next) {
		if (m->type == JSON_ARRAY || m->type == JSON_OBJECT)
			break;
		s = str_format(a, "%.*s%s%.*s", STR_ARG(s), s.len ? "; " : "", STR_ARG(m->text));
		if (!m->next)
			return s;
	}
	if (!v->child)
		return STR_NONE;
	struct buf b;
	struct jsonw w;
	buf_init(&b, EXPORT_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_tree(&w, NULL, v);
	s = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return s;
}

typedef void each_fn(struct export *x, struct str path, const struct json *v);

static void walk(struct export *x, struct str path, const struct json *of, unsigned depth, each_fn *fn)
{
	for (const struct json *m = of->child; m; m = m->next) {
		struct str name = path.len ? str_format(x->a, "%.*s.%.*s", STR_ARG(path), STR_ARG(m->key)) : m->key;
		if (m->type == JSON_OBJECT && depth < NEST_MAX && name.len < PATH_BYTES_MAX)
			walk(x, name, m, depth + 1, fn);
		else
			fn(x, name, m);
	}
}

static bool has_column(const struct export *x, struct str path)
{
	for (unsigned i = 0; i < x->column_count; i++)
		if (str_eq(x->columns[i], path))
			return true;
	return false;
}

static void add_column(struct export *x, struct str path, const struct json *v)
{
	(void)v;
	if (x->column_count < EXPORT_COLUMNS_MAX && !has_column(x, path))
		x->columns[x->column_count++] = str_copy(x->a, path);
}

static void begin_csv(struct export *x, const struct json *list)
{
	for (const struct json *row = list->child; row; row = row->next)
		walk(x, STR_NONE, row, 0, add_column);
	for (unsigned i = 0; i < x->column_count; i++) {
		put_cell(&x->out, x->columns[i], true);
		buf_putc(&x->out, ',');
	}
	buf_puts(&x->out, "more\r\n");
}

static void add_rest(struct export *x, struct str path, const struct json *v)
{
	bool text;
	struct str s = has_column(x, path) ? STR_NONE : value_text(x->a, v, &text);
	if (s.len)
		x->rest = str_format(x->a, "%.*s%s%.*s: %.*s", STR_ARG(x->rest), x->rest.len ? "; " : "", STR_ARG(path), STR_ARG(s));
}

static const struct json *at_path(const struct json *row, struct str path)
{
	struct str name;
	while (row && str_split(&path, '.', &name)) {
		const struct json *m = row->type == JSON_OBJECT ? row->child : NULL;
		while (m && !str_eq(m->key, name))
			m = m->next;
		row = m;
	}
	return row;
}

static void put_csv(struct export *x, const struct json *row)
{
	for (unsigned i = 0; i < x->column_count; i++) {
		const struct json *v = at_path(row, x->columns[i]);
		bool text = false;
		struct str s = v ? value_text(x->a, v, &text) : STR_NONE;
		put_cell(&x->out, s, text);
		buf_putc(&x->out, ',');
	}
	x->rest = STR_NONE;
	walk(x, STR_NONE, row, 0, add_rest);
	put_cell(&x->out, x->rest, true);
	buf_puts(&x->out, "\r\n");
}

/* --- the list --- */

static const struct console_part *part_of(const struct console_page *page)
{
	const struct console_part *p = page->parts;
	while (p->name && strcmp(p->name, "list") != 0)
		p++;
	return p->name ? p : page->parts[0].name ? &page->parts[0] : NULL;
}

static const struct json *find_list(const struct json *root)
{
	const struct json *rows = json_get(root, "rows");
	if (rows && rows->type == JSON_ARRAY)
		return rows;
	for (const struct json *m = root->type == JSON_OBJECT ? root->child : NULL; m; m = m->next)
		if (m->type == JSON_ARRAY && (!m->child || m->child->type == JSON_OBJECT))
			return m;
	return NULL;
}

/* What is behind stays in ret_after; "" = nothing. x->more: there is more that no place leads to. */
static enum err add_page(struct export *x, struct str body, struct str *ret_after)
{
	struct json *root;
	enum err e = json_read(x->a, body, &root, NULL);
	const struct json *list = e ? NULL : find_list(root);
	*ret_after = STR_NONE;
	if (!list)
		return e ? e : ERR_NOTFOUND;
	if (x->csv && !x->rows)
		begin_csv(x, list);
	for (const struct json *row = list->child; row && x->rows < EXPORT_ROWS_MAX; row = row->next, x->rows++) {
		if (x->csv)
			put_csv(x, row);
		else
			buf_printf(&x->out, "%s%.*s", x->rows ? ",\n" : "", (int)(row->to - row->from), body.ptr + row->from);
	}
	*ret_after = json_text(root, "after");
	x->more = json_flag(root, "more", false);
	return x->out.err;
}

static void finish(struct http_request *r, const struct console_page *page, struct export *x, struct str after, struct web_answer *ret_answer)
{
	bool more = after.len || x->more;
	if (!x->csv)
		buf_printf(&x->out, "],\"more\":%s}\n", more ? "true" : "false");
	struct str body = x->out.err ? STR_NONE : str_copy(r->arena, buf_str(&x->out));
	buf_done(&x->out);
	if (!body.ptr) {
		console_refuse(r, 400, "the list is too long for a file: ask for less of it", ret_answer);
		return;
	}
	ret_answer->status = 200;
	ret_answer->type = x->csv ? "text/csv; charset=utf-8; header=present" : "application/json";
	ret_answer->body = body;
	ret_answer->file = str_format(r->arena, "%s%s.%s", page->name, more ? "-not-all" : "", x->csv ? "csv" : "json");
}

static void begin(struct export *x, struct http_request *r)
{
	*x = (struct export){ .csv = str_eq(format_of(r), STR("csv")), .a = r->arena };
	buf_init(&x->out, EXPORT_BYTES_MAX);
	if (!x->csv)
		buf_puts(&x->out, "{\"rows\":[");
}

static void refuse(struct http_request *r, struct export *x, unsigned status, const char *text, struct web_answer *ret_answer)
{
	buf_done(&x->out);
	console_refuse(r, status, text, ret_answer);
}

static void told(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *ret_answer)
{
	struct export x;
	struct str after;
	(void)web;
	if (status != 200) {
		console_refuse_form(r, status, console_error(r->arena, body), NULL, ret_answer);
		return;
	}
	begin(&x, r);
	if (add_page(&x, body, &after) != OK)
		refuse(r, &x, 404, "there is no list here", ret_answer);
	else
		finish(r, call->page, &x, after, ret_answer);
}

/* The part from its beginning, and as much at once as it gives; then what is behind `after`. */
static struct http_request page_request(const struct console_call *call, const struct http_request *r, const struct console_part *part, struct str after)
{
	struct http_request one = console_ask(call, r, part->target);
	struct http_pair *query = ARENA_ARRAY(r->arena, struct http_pair, HTTPD_QUERY_MAX);
	unsigned n = 0;
	for (unsigned i = 0; query && i < one.query_count; i++)
		if (!str_eq(one.query[i].name, STR("after")))
			query[n++] = one.query[i];
	if (query && after.len && n < HTTPD_QUERY_MAX)
		query[n++] = (struct http_pair){ STR("after"), after };
	one.query = query;
	one.query_count = n;
	return one;
}

/* Memory of one page of the API is given back before the next one is asked for; the columns of the first one stay. */
static void read_all(struct web *web, struct http_request *r, struct console_call *call, const struct console_part *part, struct web_answer *ret_answer)
{
	char place[ROW_KEY_MAX + 32];
	struct str after = STR_NONE;
	struct export x;
	begin(&x, r);
	struct arena_mark mark = arena_mark(r->arena);
	for (bool first = true; first || (after.len && x.rows < EXPORT_ROWS_MAX); first = false) {
		struct http_request one = page_request(call, r, part, after);
		web_take_as(web, &one, &call->who, ret_answer);
		if (!ret_answer->status) {
			buf_done(&x.out);
			call->told = told;
			ret_answer->call = call;
			return;
		}
		if (ret_answer->status != 200) {
			buf_done(&x.out);
			console_refuse_form(r, ret_answer->status, console_error(r->arena, ret_answer->body), NULL, ret_answer);
			return;
		}
		enum err e = add_page(&x, ret_answer->body, &after);
		if (e || after.len > sizeof(place)) {
			refuse(r, &x, e == ERR_NOTFOUND ? 404 : 400, e == ERR_NOTFOUND ? "there is no list here" : "the list is too long for a file: ask for less of it", ret_answer);
			return;
		}
		if (after.len)
			memcpy(place, after.ptr, after.len);
		after = (struct str){ place, after.len };
		if (first)
			mark = arena_mark(r->arena);
		else
			arena_rewind(r->arena, mark);
	}
	*ret_answer = (struct web_answer){ 0 };
	finish(r, call->page, &x, after, ret_answer);
}

void console_export_take(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *ret_answer)
{
	const struct console_part *part = part_of(call->page);
	if (!str_eq(format_of(r), STR("csv")) && !str_eq(format_of(r), STR("json")))
		console_refuse(r, 400, "a list comes as csv or as json", ret_answer);
	else if (!part)
		console_refuse(r, 404, "there is no list here", ret_answer);
	else
		read_all(web, r, call, part, ret_answer);
}

void console_export_links(struct http_request *r, const struct console_call *call, struct jsonw *w)
{
	const char *sep = str_chr(r->target, '?') == SIZE_MAX ? "?" : "&";
	if (!part_of(call->page))
		return;
	jsonw_str(w, "csv", str_format(r->arena, "%.*s%sformat=csv", STR_ARG(r->target), sep));
	jsonw_str(w, "json", str_format(r->arena, "%.*s%sformat=json", STR_ARG(r->target), sep));
}
