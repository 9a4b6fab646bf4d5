/*
 * Filling a page. See page.h. This file alone writes markup as it is: that of the templates.
 *
 * Hostile is every value: a complaint's subject, a host's name, a file's name. None of them can begin an element, end an attribute, or name
 * another host. Control octets go as U+FFFD, for some of them browsers read as something else.
 */
#include "web/page.h"

#include "base/time.h"
#include "web/plot.h"

static const char replaced[] = "\xef\xbf\xbd";

void page_put_text(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		switch (c) {
		case '&': buf_puts(out, "&amp;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		case '>': buf_puts(out, "&gt;"); break;
		case '"': buf_puts(out, "&quot;"); break;
		case '\'': buf_puts(out, "&#39;"); break;
		case '\t': case '\n': buf_putc(out, (char)c); break;
		case '\r': break;
		default:
			if (c < ' ' || c == 127)
				buf_puts(out, replaced);
			else
				buf_putc(out, (char)c);
		}
	}
}

struct str page_part(struct arena *a, struct str s)
{
	struct buf b;
	buf_init(&b, 3 * s.len + 1);
	buf_put_percent(&b, s);
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

/* "//host" and "/\host" are other sites to a browser, which also leaves control octets out before it looks. */
bool page_is_local(struct str s)
{
	if (!s.len || s.ptr[0] != '/' || (s.len > 1 && (s.ptr[1] == '/' || s.ptr[1] == '\\')))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 127 || s.ptr[i] == '\\')
			return false;
	return true;
}

void page_put_local(struct buf *out, struct str s)
{
	page_put_text(out, page_is_local(s) ? s : STR("#"));
}

static void put_count(struct buf *out, struct str digits)
{
	for (size_t i = 0; i < digits.len; i++) {
		if (i && (digits.len - i) % 3 == 0 && digits.ptr[i - 1] != '-')
			buf_putc(out, ',');
		buf_putc(out, digits.ptr[i]);
	}
}

void page_put_scaled(struct buf *out, int64_t n, const char *unit)
{
	static const char *const scale[] = { "", "k", "M", "G", "T", "P", "E" };
	unsigned at = 0;
	int64_t of = 1;
	while (n / of >= 1000 && at < 6) {
		of *= 1000;
		at++;
	}
	if (at)
		buf_printf(out, "%lld.%lld %s%s", (long long)(n / of), (long long)(n % of / (of / 10)), scale[at], unit);
	else
		buf_printf(out, "%lld %s", (long long)n, unit);
}

static void put_span(struct buf *out, int64_t s)
{
	static const struct { int64_t s; const char *name; } units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	unsigned i = 0;
	if (s < 0) {
		buf_putc(out, '-');
		s = s == INT64_MIN ? INT64_MAX : -s;
	}
	while (i < 3 && s < units[i].s)
		i++;
	buf_printf(out, "%lld %s", (long long)(s / units[i].s), units[i].name);
	if (i < 3 && s % units[i].s / units[i + 1].s)
		buf_printf(out, " %lld %s", (long long)(s % units[i].s / units[i + 1].s), units[i + 1].name);
}

/* "2026-03-01T12:00:00Z", or microseconds, as nouns have it; what is none goes as it is, escaped. HTML's own form has three digits behind seconds at most. */
static void put_time(struct buf *out, struct str s, const struct json *v, enum page_filter filter)
{
	char text[TIME_TEXT_MAX];
	int64_t at = v && v->is_integer ? v->integer : 0;
	if (!at && time_parse(s, &at) != OK) {
		page_put_text(out, s);
		return;
	}
	time_print(at, text);
	buf_put(out, (struct str){ text, 10 });
	if (filter == FILTER_TIME)
		buf_printf(out, " %.5s", text + 11);
	else if (filter == FILTER_MACHINE)
		buf_printf(out, "T%.8sZ", text + 11);
}

static void put_value(struct buf *out, const struct page_op *op, const struct json *v)
{
	struct str s = !v ? STR_NONE : v->type == JSON_STRING || v->type == JSON_NUMBER ? v->text : v->type != JSON_BOOL ? STR_NONE : v->boolean ? STR("yes") : STR("no");
	bool counts = v && v->type == JSON_NUMBER && v->is_integer;
	if (op->does == PAGE_PART)
		buf_put_percent(out, s);
	else if (op->does == PAGE_LOCAL)
		page_put_local(out, s);
	else if (op->filter == FILTER_TIME || op->filter == FILTER_DAY || op->filter == FILTER_MACHINE)
		put_time(out, s, v, op->filter);
	else if (op->filter == FILTER_COUNT && counts)
		put_count(out, s);
	else if (op->filter == FILTER_OCTETS && counts)
		page_put_scaled(out, v->integer, "B");
	else if (op->filter == FILTER_RATE && counts)
		page_put_scaled(out, v->integer, "bit/s");
	else if (op->filter == FILTER_HUNDREDTHS && counts && v->integer >= 0)
		buf_printf(out, "%lld.%02lld", (long long)(v->integer / 100), (long long)(v->integer % 100));
	else if (op->filter == FILTER_TENTHS && counts)
		buf_printf(out, "%lld", (long long)(v->integer / 10));
	else if (op->filter == FILTER_SPAN && counts)
		put_span(out, v->integer);
	else
		page_put_text(out, s);
}

struct filling {
	const struct json *data;
	struct {
		struct str name;
		const struct json *at;
	} lists[PAGE_DEPTH_MAX];
	unsigned depth;
};

/* A member by name, without a copy of the name. */
static const struct json *member(const struct json *of, struct str name)
{
	if (!of || of->type != JSON_OBJECT)
		return NULL;
	for (const struct json *m = of->child; m; m = m->next)
		if (str_eq(m->key, name))
			return m;
	return NULL;
}

static const struct json *find(const struct filling *f, struct str path)
{
	const struct json *at = f->data;
	struct str name;
	if (!str_split(&path, '.', &name))
		return NULL;
	unsigned i = f->depth;
	while (i && !str_eq(f->lists[i - 1].name, name))
		i--;
	at = i ? f->lists[i - 1].at : member(at, name);
	while (at && str_split(&path, '.', &name))
		at = member(at, name);
	return at;
}

/* Empty, none, zero and false are no. */
static bool is_true(const struct json *v)
{
	if (!v)
		return false;
	switch (v->type) {
	case JSON_NULL: return false;
	case JSON_BOOL: return v->boolean;
	case JSON_NUMBER: return !v->is_integer || v->integer;
	case JSON_STRING: return v->text.len;
	default: return v->child;
	}
}

static bool goes_on(const struct filling *f, const struct page_op *op)
{
	const struct json *v = find(f, op->text);
	if (op->does == PAGE_IS)
		return v && v->type == JSON_STRING && str_eq(v->text, op->word);
	return is_true(v) == (op->does == PAGE_IF);
}

/* The list begins, or there is nothing in it. */
static bool begin_list(struct filling *f, const struct page_op *op)
{
	const struct json *v = find(f, op->text);
	if (!v || v->type != JSON_ARRAY || !v->child || f->depth == PAGE_DEPTH_MAX)
		return false;
	f->lists[f->depth].name = op->word;
	f->lists[f->depth++].at = v->child;
	return true;
}

static bool next_of_list(struct filling *f)
{
	const struct json **at = &f->lists[f->depth - 1].at;
	*at = (*at)->next;
	if (!*at)
		f->depth--;
	return *at;
}

void page_write(const struct page_template *t, const struct json *data, struct buf *out)
{
	struct filling f = { .data = data };
	for (unsigned i = 0; t->ops[i].does != PAGE_END && !out->err;) {
		const struct page_op *op = &t->ops[i++];
		switch (op->does) {
		case PAGE_LITERAL: buf_put(out, op->text); break;
		case PAGE_IF: case PAGE_UNLESS: case PAGE_IS: i = goes_on(&f, op) ? i : op->to; break;
		case PAGE_ELSE: i = op->to; break;
		case PAGE_EACH: i = begin_list(&f, op) ? i : op->to; break;
		case PAGE_DRAW: plot_draw(op->word, find(&f, op->text), data, out); break;
		case PAGE_NEXT: i = next_of_list(&f) ? op->to + 1 : i; break;
		default: put_value(out, op, find(&f, op->text));
		}
	}
}

const struct page_template *page_find(struct str name)
{
	for (const struct page_template *t = page_templates; t->name; t++)
		if (str_eq(name, str_of(t->name)))
			return t;
	return NULL;
}
