/*
 * Meaning from tables: checks of statements against items, typed access, and the normalised dump. See conf.h.
 */
#include <stdio.h>

#include "base/addr.h"
#include "base/conf.h"
#include "base/time.h"

static const struct conf_item *item_find(const struct conf_item *items, struct str name)
{
	for (; items->name; items++)
		if (str_eq(name, str_of(items->name)))
			return items;
	return NULL;
}

static unsigned distance(struct str a, struct str b)
{
	unsigned row[65];
	if (a.len > 64 || b.len > 64)
		return UINT32_MAX;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned change = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
			unsigned best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			diagonal = row[j];
			row[j] = change < best ? change : best;
		}
	}
	return row[b.len];
}

const char *conf_nearest(struct str word, const char *const *words)
{
	const char *best = NULL;
	unsigned best_distance = 4;
	for (; *words; words++) {
		unsigned d = distance(word, str_of(*words));
		if (d < best_distance && d < word.len) {
			best_distance = d;
			best = *words;
		}
	}
	return best;
}

static enum err unknown(const struct conf *s, const struct conf_item *items, struct why *why)
{
	const char *words[128];
	size_t n = 0;
	for (; items[n].name && n < 127; n++)
		words[n] = items[n].name;
	words[n] = NULL;
	enum err e = conf_fail(why, s, 0, ERR_SYNTAX, "\"%.*s\" is not known here", STR_ARG(s->args[0].text));
	const char *near = conf_nearest(s->args[0].text, words);
	if (near)
		why_hint(why, "did you mean \"%s\"?", near);
	return e;
}

static enum err size_parse(struct str text, int64_t *ret)
{
	static const char suffixes[] = "kMGT";
	uint64_t v, unit = 1;
	const char *at = text.len ? strchr(suffixes, text.ptr[text.len - 1]) : NULL;
	if (at && *at) {
		unit = UINT64_C(1) << (10 * (at - suffixes + 1));
		text.len--;
	}
	enum err e = str_to_u64(text, INT64_MAX / unit, &v);
	if (e == OK)
		*ret = (int64_t)(v * unit);
	return e;
}

static int word_index(struct str text, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (str_eq(text, str_of(words[i])))
			return i;
	return -1;
}

static bool listen_ok(struct str t)
{
	struct addr a;
	uint64_t port;
	if (t.len && t.ptr[0] == '/')
		return t.len < 108;
	size_t colon = t.len;
	while (colon && t.ptr[colon - 1] != ':')
		colon--;
	if (!colon || str_to_u64(str_sub(t, colon, t.len), 65535, &port) != OK)
		return false;
	struct str host = str_sub(t, 0, colon - 1);
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		return addr_parse(str_sub(host, 1, host.len - 2), &a) == OK && !addr_is_v4(&a);
	return addr_parse(host, &a) == OK && addr_is_v4(&a);
}

/* The value as a number where it has one. */
static enum err value(const struct conf_item *item, struct str text, int64_t *ret)
{
	static const char *const yesno[] = { "no", "yes", NULL };
	struct addr addr;
	struct prefix prefix;
	enum err e = OK;
	int index;
	*ret = 0;
	switch (item->type) {
	case CONF_WORD: case CONF_STRING: case CONF_PATH: case CONF_BLOCK:
		return OK;
	case CONF_INT: e = str_to_i64(text, ret); break;
	case CONF_SIZE: e = size_parse(text, ret); break;
	case CONF_SPAN: e = span_parse(text, ret); break;
	case CONF_TIME: return time_parse(text, ret);
	case CONF_ADDR: return addr_parse(text, &addr);
	case CONF_PREFIX: return prefix_parse(text, &prefix);
	case CONF_LISTEN: return listen_ok(text) ? OK : ERR_SYNTAX;
	case CONF_YESNO: case CONF_ENUM:
		index = word_index(text, item->type == CONF_YESNO ? yesno : item->words);
		*ret = index;
		return index < 0 ? ERR_RANGE : OK;
	}
	if (e == OK && (item->min || item->max) && (*ret < item->min || *ret > item->max))
		e = ERR_RANGE;
	return e;
}

static const char *expected(enum conf_type type)
{
	switch (type) {
	case CONF_INT: return "a whole number";
	case CONF_SIZE: return "a size such as 50M";
	case CONF_SPAN: return "a span such as 90s, 15m, 48h or 7d";
	case CONF_TIME: return "a time such as 2026-03-01T00:00:00Z";
	case CONF_YESNO: return "yes or no";
	case CONF_ADDR: return "an address";
	case CONF_PREFIX: return "a prefix such as 192.0.2.0/24";
	case CONF_LISTEN: return "ADDRESS:PORT, [ADDRESS]:PORT or /PATH";
	case CONF_ENUM: return "one of the words it knows";
	case CONF_WORD: case CONF_STRING: case CONF_PATH: case CONF_BLOCK: break;
	}
	return "a value";
}

static void hint_words(const char *const *words, struct why *why)
{
	char text[WHY_TEXT_MAX] = "";
	size_t n = 0;
	for (; *words && n < sizeof(text); words++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "", *words);
	why_hint(why, "it knows %s", text);
}

static enum err bad_value(const struct conf *s, const struct conf_item *item, enum err cause, struct why *why)
{
	bool range = cause == ERR_RANGE && item->type != CONF_ENUM && item->type != CONF_YESNO;
	enum err e = range ? conf_fail(why, s, 1, ERR_RANGE, "%s: \"%.*s\" is out of its range", item->name, STR_ARG(s->args[1].text))
		: conf_fail(why, s, 1, ERR_SYNTAX, "%s: \"%.*s\" is not %s", item->name, STR_ARG(s->args[1].text), expected(item->type));
	const char *near = item->type == CONF_ENUM ? conf_nearest(s->args[1].text, item->words) : NULL;
	if (range && item->type != CONF_SPAN && (item->min || item->max))
		why_hint(why, "%lld to %lld", (long long)item->min, (long long)item->max);
	else if (near)
		why_hint(why, "did you mean \"%s\"?", near);
	else if (item->type == CONF_ENUM)
		hint_words(item->words, why);
	else if (item->arguments)
		why_hint(why, "%s %s", item->name, item->arguments);
	return e;
}

/* What a statement may hold, its own word included. */
static unsigned words_max(const struct conf_item *item)
{
	if (item->arguments && strchr(item->arguments, ' '))
		return CONF_ARGS_MAX;
	return item->type == CONF_BLOCK && !item->named ? 1 : 2;
}

static enum err statement_check(const struct conf *s, const struct conf_item *item, struct why *why)
{
	int64_t number;
	if (item->type == CONF_BLOCK) {
		if (!s->has_block)
			return conf_fail(why, s, 0, ERR_SYNTAX, "%s needs a block { }", item->name);
		if (item->named && s->arg_count < 2)
			return conf_fail(why, s, 0, ERR_SYNTAX, "%s needs a name", item->name);
		if (s->arg_count > words_max(item))
			return conf_fail(why, s, words_max(item), ERR_SYNTAX, "\"%.*s\" is too much here", STR_ARG(s->args[words_max(item)].text));
		enum err e = item->items ? conf_check(s->child, item->items, why) : OK;
		/* what is missing in an empty block is missing there */
		if (e == ERR_NOTFOUND && !s->child)
			why_at(why, s->file, s->args[0].line, s->args[0].column);
		return e;
	}
	if (s->has_block)
		return conf_fail(why, s, 0, ERR_SYNTAX, "%s takes no block", item->name);
	if (s->arg_count < 2)
		return conf_fail(why, s, 0, ERR_SYNTAX, "%s needs %s", item->name, expected(item->type));
	if (s->arg_count > words_max(item))
		return conf_fail(why, s, words_max(item), ERR_SYNTAX, "\"%.*s\" is too much here", STR_ARG(s->args[words_max(item)].text));
	enum err e = value(item, s->args[1].text, &number);
	return e ? bad_value(s, item, e, why) : OK;
}

enum err conf_check(const struct conf *first, const struct conf_item *items, struct why *why)
{
	for (const struct conf *s = first; s; s = s->next) {
		const struct conf_item *item = item_find(items, s->args[0].text);
		if (!item)
			return unknown(s, items, why);
		enum err e = statement_check(s, item, why);
		if (e)
			return e;
		for (const struct conf *b = first; b != s && !item->many; b = b->next)
			if (str_eq(b->args[0].text, s->args[0].text))
				return conf_fail(why, s, 0, ERR_EXISTS, "%s is given twice (first in line %u)", item->name, b->args[0].line);
	}
	for (const struct conf_item *item = items; item->name; item++)
		if (item->required && !conf_find(first, item->name)) {
			(void)why_set(why, ERR_NOTFOUND, "%s is missing: %s", item->name, item->doc);
			if (first)
				why_at(why, first->file, first->args[0].line, first->args[0].column);
			return ERR_NOTFOUND;
		}
	return OK;
}

const struct conf *conf_find(const struct conf *first, const char *name)
{
	struct str n = str_of(name);
	while (first && !str_eq(first->args[0].text, n))
		first = first->next;
	return first;
}

struct str conf_text(const struct conf *first, const struct conf_item *items, const char *name)
{
	const struct conf *s = conf_find(first, name);
	const struct conf_item *item = item_find(items, str_of(name));
	BUG_ON(!item);
	return s && s->arg_count > 1 ? s->args[1].text : str_of(item->fallback);
}

int64_t conf_number(const struct conf *first, const struct conf_item *items, const char *name)
{
	int64_t v = 0;
	struct str text = conf_text(first, items, name);
	BUG_ON(text.len && value(item_find(items, str_of(name)), text, &v) != OK);
	return v;
}

static void dump_text(struct str s, bool quoted, struct buf *out)
{
	if (!quoted) {
		buf_put(out, s);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '"' || c == '\\')
			buf_putc(out, '\\');
		buf_puts(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "");
		if (c != '\n' && c != '\t')
			buf_putc(out, c);
	}
	buf_putc(out, '"');
}

static void indent(unsigned depth, struct buf *out)
{
	while (depth--)
		buf_puts(out, "    ");
}

/* What an absent statement stands for: its default, or a block of defaults when nothing in it must be given. */
static void dump_absent(const struct conf_item *item, unsigned depth, struct buf *out)
{
	bool whole = item->type == CONF_BLOCK && item->items && !item->named;
	for (const struct conf_item *i = item->items; whole && i->name; i++)
		whole = !i->required;
	if (whole) {
		indent(depth, out);
		buf_printf(out, "%s {\n", item->name);
		for (const struct conf_item *i = item->items; i->name; i++)
			dump_absent(i, depth + 1, out);
		indent(depth, out);
		buf_puts(out, "}\n");
	} else if (item->fallback && item->type != CONF_BLOCK) {
		indent(depth, out);
		buf_printf(out, "%s ", item->name);
		dump_text(str_of(item->fallback), item->type == CONF_STRING, out);
		buf_putc(out, '\n');
	}
}

static void dump(const struct conf *first, const struct conf_item *items, unsigned depth, struct buf *out)
{
	for (const struct conf *s = first; s; s = s->next) {
		indent(depth, out);
		for (unsigned i = 0; i < s->arg_count; i++) {
			if (i && !(str_eq(s->args[i].text, STR(",")) && !s->args[i].quoted))
				buf_putc(out, ' ');
			dump_text(s->args[i].text, s->args[i].quoted, out);
		}
		const struct conf_item *item = items ? item_find(items, s->args[0].text) : NULL;
		const struct conf_arg *last = &s->args[s->arg_count - 1];
		if (!s->has_block && !last->quoted && last->text.ptr[last->text.len - 1] == '\\')
			buf_puts(out, " ;"); /* a backslash before a line end would join the lines */
		if (s->has_block) {
			buf_puts(out, " {\n");
			dump(s->child, item ? item->items : NULL, depth + 1, out);
			indent(depth, out);
			buf_putc(out, '}');
		}
		buf_putc(out, '\n');
	}
	for (const struct conf_item *item = items; item && item->name; item++)
		if (!conf_find(first, item->name))
			dump_absent(item, depth, out);
}

void conf_dump(const struct conf *first, const struct conf_item *items, struct buf *out)
{
	dump(first, items, 0, out);
}
