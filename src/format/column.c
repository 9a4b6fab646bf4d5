/*
 * Column maps: reading and their checks. See column.h. The rows are read by table.c.
 */
#include "format/column.h"

#include "format/maps.h"

static const struct conf_item column_items[] = {
	{ .name = "version", .type = CONF_WORD, .required = true, .arguments = "WORD", .doc = "which edition of the map this is" },
	{ .name = "form", .type = CONF_ENUM, .words = (const char *const[]){ "csv", "json", NULL }, .arguments = "csv|json", .fallback = "csv", .doc = "what the file is made of" },
	{ .name = "format", .type = CONF_WORD, .arguments = "WORD", .fallback = "", .doc = "the name of the format; that of the map unless given" },
	{ .name = "separator", .type = CONF_STRING, .arguments = "\"CHARACTER\"", .fallback = ",", .doc = "what stands between fields: , ; tab or |" },
	{ .name = "rows", .type = CONF_WORD, .arguments = "PATH", .fallback = "", .doc = "the member of a JSON document that is the list of rows" },
	{ .name = "report", .type = CONF_WORD, .many = true, .arguments = "WORD ...", .doc = "types of report, as names of files begin, that this map is for" },
	{ .name = "header", .type = CONF_WORD, .arguments = "COLUMN ...", .doc = "the columns of a file that does not name them" },
	{ .name = "needs", .type = CONF_WORD, .many = true, .arguments = "COLUMN ...", .doc = "one of these columns must be there, or the file is not of this map" },
	{ .name = "only", .type = CONF_WORD, .arguments = "COLUMN WORD ...", .doc = "the first row must have one of these words in this column" },
	{ .name = "address", .type = CONF_WORD, .arguments = "COLUMN ...", .doc = "address or prefix complained about: the first of these columns that is filled" },
	{ .name = "source", .type = CONF_WORD, .arguments = "COLUMN ...", .doc = "the same, where it may also be a domain, a URL or a mail address" },
	{ .name = "range", .type = CONF_WORD, .arguments = "FIRST LAST", .doc = "two columns: the first and the last address of a range" },
	{ .name = "port", .type = CONF_WORD, .arguments = "COLUMN ...", .doc = "port of the source" },
	{ .name = "time", .type = CONF_WORD, .arguments = "COLUMN [COLUMN]", .doc = "when it happened; two columns are a date and a time of day" },
	{ .name = "until", .type = CONF_WORD, .arguments = "COLUMN [COLUMN]", .doc = "when it ended" },
	{ .name = "pattern", .type = CONF_STRING, .arguments = "WORD|\"PATTERN\"", .fallback = "rfc3339", .doc = "how times are written" },
	{ .name = "zone", .type = CONF_WORD, .arguments = "UTC|+HH:MM", .fallback = "", .doc = "zone of times that name none; unless given every zone is possible" },
	{ .name = "kind", .type = CONF_WORD, .arguments = "KIND", .fallback = "", .doc = "kind of all rows whose class says nothing else" },
	{ .name = "classes", .type = CONF_WORD, .arguments = "MAP", .fallback = "", .doc = "the class map of types of report" },
	{ .name = "class", .type = CONF_WORD, .many = true, .arguments = "COLUMN ... by MAP", .doc = "columns that hold class words, and the map of these" },
	{ .name = "id", .type = CONF_WORD, .arguments = "COLUMN ...", .doc = "the reporter's own id of a row" },
	{ .name = "daily", .type = CONF_YESNO, .arguments = "yes|no", .fallback = "no", .doc = "a row tells of a host on a day: rows of one type and day have one id" },
	{ .name = "count", .type = CONF_WORD, .arguments = "COLUMN ...", .doc = "how many incidents a row stands for" },
	{ .name = NULL },
};

static enum err names_read(struct arena *a, const struct conf *s, unsigned from, unsigned to, struct column_names *ret_names, struct why *why)
{
	struct column_names n = { .count = to - from };
	n.list = ARENA_ARRAY(a, struct str, n.count ? n.count : 1);
	if (!n.list)
		return why_set(why, ERR_NOMEM, "no memory for a map");
	for (unsigned i = from; i < to; i++) {
		if (!s->args[i].text.len)
			return conf_fail(why, s, i, ERR_SYNTAX, "a name is empty");
		n.list[i - from] = str_lower(a, s->args[i].text);
	}
	*ret_names = n;
	return OK;
}

static enum err class_read(struct arena *a, const struct maps *maps, const struct conf *s, struct column_map *m, struct why *why)
{
	if (s->arg_count < 4 || !str_eq(s->args[s->arg_count - 2].text, STR("by")))
		return conf_fail(why, s, 0, ERR_SYNTAX, "a class reads: class COLUMN ... by MAP");
	if (m->class_count == COLUMN_CLASSES_MAX)
		return conf_fail(why, s, 0, ERR_LIMIT, "class is given more than %d times", COLUMN_CLASSES_MAX);
	struct column_class *c = &m->classes[m->class_count++];
	c->map = class_map_find(maps, s->args[s->arg_count - 1].text);
	if (!c->map)
		return conf_fail(why, s, s->arg_count - 1, ERR_NOTFOUND, "there is no class map \"%.*s\"", STR_ARG(s->args[s->arg_count - 1].text));
	return names_read(a, s, 1, s->arg_count - 2, &c->columns, why);
}

static enum err zone_read(const struct conf *s, struct column_map *m, struct why *why)
{
	struct pattern p;
	struct str text = s->args[1].text;
	int64_t at = 0;
	bool zone;
	m->zone_given = true;
	if (str_eq_fold(text, STR("UTC")))
		return OK;
	if (pattern_read(STR("Z"), &p) != OK || pattern_time(&p, text, &at, &zone) != OK)
		return conf_fail(why, s, 1, ERR_SYNTAX, "zone: UTC, +HH:MM or -HH:MM");
	m->zone_minutes = (int32_t)(-at / MINUTE_US);
	return OK;
}

/* One statement; those that need no more than their names go by the table. */
static enum err statement_read(struct arena *a, const struct maps *maps, const struct conf *s, struct column_map *m, struct why *why)
{
	const struct { const char *name; struct column_names *names; unsigned most; } lists[] = { { "report", &m->reports, 0 }, { "header", &m->header, 0 },
		{ "source", &m->source, 0 }, { "address", &m->source, 0 }, { "port", &m->port, 0 },
		{ "id", &m->id, 0 }, { "count", &m->count, 0 }, { "time", &m->time, 2 }, { "until", &m->until, 2 } };
	struct str word = s->args[0].text, text = s->args[1].text;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!str_eq(word, str_of(lists[i].name)))
			continue;
		if (lists[i].most && s->arg_count > lists[i].most + 1)
			return conf_fail(why, s, lists[i].most + 1, ERR_SYNTAX, "%s takes one column or two", lists[i].name);
		return names_read(a, s, 1, s->arg_count, lists[i].names, why);
	}
	if (str_eq(word, STR("needs"))) {
		if (m->need_count == COLUMN_NEEDS_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "needs is given more than %d times", COLUMN_NEEDS_MAX);
		return names_read(a, s, 1, s->arg_count, &m->needs[m->need_count++], why);
	}
	if (str_eq(word, STR("class")))
		return class_read(a, maps, s, m, why);
	if (str_eq(word, STR("zone")))
		return zone_read(s, m, why);
	if (str_eq(word, STR("only"))) {
		m->only = str_lower(a, text);
		return s->arg_count < 3 ? conf_fail(why, s, 0, ERR_SYNTAX, "only COLUMN WORD ...") : names_read(a, s, 2, s->arg_count, &m->only_words, why);
	}
	if (str_eq(word, STR("range"))) {
		if (s->arg_count != 3)
			return conf_fail(why, s, 0, ERR_SYNTAX, "range FIRST LAST");
		m->first = str_lower(a, text);
		m->last = str_lower(a, s->args[2].text);
		return OK;
	}
	if (str_eq(word, STR("pattern")) && pattern_read(text, &m->pattern) != OK)
		return conf_fail(why, s, 1, ERR_SYNTAX, "pattern: \"%.*s\" is no rfc3339, mail, unix, unix-ms, and gives no day such as YYYY-MM-DD", STR_ARG(text));
	if (str_eq(word, STR("separator"))) {
		if (text.len != 1 || !strchr(",;|\t", text.ptr[0]))
			return conf_fail(why, s, 1, ERR_SYNTAX, "separator: one of , ; | and a tab");
		m->separator = text.ptr[0];
	}
	if (str_eq(word, STR("kind")) && (m->kind = kind_find(text)) == KIND_UNCLASSIFIED) {
		enum err e = conf_fail(why, s, 1, ERR_SYNTAX, "\"%.*s\" is no kind of report", STR_ARG(text));
		const char *near = conf_nearest(text, kind_words);
		if (near)
			why_hint(why, "did you mean \"%s\"?", near);
		return e;
	}
	if (str_eq(word, STR("classes")) && !(m->by_report = class_map_find(maps, text)))
		return conf_fail(why, s, 1, ERR_NOTFOUND, "there is no class map \"%.*s\"", STR_ARG(text));
	return OK;
}

enum err column_map_read(struct arena *a, const struct maps *maps, const struct conf *block, struct column_map *ret_map, struct why *why)
{
	enum err e = conf_check(block->child, column_items, why);
	if (e)
		return e;
	struct column_map m = { .name = block->args[1].text, .version = conf_text(block->child, column_items, "version"), .separator = ',' };
	m.stamp = str_format(a, "%.*s %.*s", STR_ARG(m.name), STR_ARG(m.version));
	struct str format = conf_text(block->child, column_items, "format");
	m.format = str_c(a, format.len ? format : m.name);
	m.json = conf_number(block->child, column_items, "form") == 1;
	m.daily = conf_number(block->child, column_items, "daily");
	m.addresses = conf_find(block->child, "address") != NULL;
	m.rows = str_c(a, conf_text(block->child, column_items, "rows"));
	for (const struct conf *s = block->child; e == OK && s; s = s->next)
		e = statement_read(a, maps, s, &m, why);
	if (e)
		return e;
	if ((conf_find(block->child, "source") != NULL) + m.addresses + (m.first.len > 0) != 1)
		return conf_fail(why, block, 1, ERR_NOTFOUND, "columns %.*s: one of address, source and range has to say whom a row is about", STR_ARG(m.name));
	if (!m.need_count && !m.header.count && !m.reports.count)
		return conf_fail(why, block, 1, ERR_NOTFOUND, "columns %.*s: without needs, header or report every table would be one of these", STR_ARG(m.name));
	if (m.header.count && (m.json || m.need_count))
		return conf_fail(why, block, 1, ERR_SYNTAX, "columns %.*s: header is for CSV that names no columns, and needs is for one that does", STR_ARG(m.name));
	*ret_map = m;
	return OK;
}
