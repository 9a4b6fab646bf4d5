/*
 * Tables: the parts, files and members of archives that are one by their columns; CSV row by row. See table.h and aupd-maps(5).
 *
 * A table is known by its columns, whoever sent it. Its first line alone is looked at until a map knows it, so that a mail which is
 * none costs next to nothing. Each octet of a table is read once.
 */
#include "format/table.h"

#include "base/archive.h"
#include "format/maps.h"
#include "format/shapes.h"

enum { HEAD_BYTES_MAX = 64 << 10, SEPARATORS = 4 };

static const char separators[SEPARATORS] = { ',', ';', '\t', '|' };

/* The first two records, by one separator. */
struct head {
	bool read;
	struct csv_row first, second;
	struct str *names;
};

static struct str table_type(struct arena *a, struct str name)
{
	for (size_t i = name.len; i; i--)
		if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\') {
			name = str_sub(name, i, name.len);
			break;
		}
	size_t from = 0, digits = 0;
	while (from < name.len && from < 11 && ((name.ptr[from] >= '0' && name.ptr[from] <= '9') || name.ptr[from] == '-'))
		digits += name.ptr[from++] != '-';
	/* "2026-03-01-" */
	if (from == 11 && digits == 8 && name.ptr[10] == '-')
		name = str_sub(name, 11, name.len);
	size_t n = 0;
	while (n < name.len && n < TABLE_TYPE_MAX && name.ptr[n] != '-' && name.ptr[n] != '.')
		n++;
	struct str type = str_lower(a, str_sub(name, 0, n));
	return str_utf8_valid(type) ? type : STR_NONE;
}

bool table_for(const struct column_map *map, struct str type)
{
	for (unsigned i = 0; i < map->reports.count; i++)
		if (str_eq(map->reports.list[i], type))
			return true;
	return !map->reports.count;
}

struct str table_name(struct decode *d, struct str name, unsigned number)
{
	struct str plain = str_lower(d->arena, str_sub(str_trim(name), 0, TABLE_NAME_MAX));
	if (!str_utf8_valid(plain))
		plain = str_printable(d->arena, plain, TABLE_NAME_MAX);
	return plain.len ? plain : str_format(d->arena, "column-%u", number);
}

static int find(const struct table *t, struct str name)
{
	for (unsigned i = 0; i < t->width; i++)
		if (str_eq(t->names[i], name))
			return (int)i;
	return -1;
}

static void resolve_role(struct table *t, const struct column_names *wanted, bool all, struct table_role *ret_role)
{
	struct table_role r = { 0 };
	for (unsigned i = 0; i < wanted->count && r.count < TABLE_ROLE_MAX; i++) {
		int at = find(t, wanted->list[i]);
		if (at >= 0)
			r.at[r.count++] = at;
		if (at > t->last_mapped)
			t->last_mapped = at;
	}
	/* a date without its time of day is no time */
	if (all && r.count != wanted->count)
		r.count = 0;
	*ret_role = r;
}

bool table_resolve(struct table *t)
{
	const struct column_map *m = t->map;
	t->last_mapped = -1;
	for (unsigned i = 0; i < m->need_count; i++) {
		struct table_role any;
		resolve_role(t, &m->needs[i], false, &any);
		if (!any.count)
			return false;
	}
	t->last_mapped = -1;
	resolve_role(t, &m->source, false, &t->source);
	resolve_role(t, &m->port, false, &t->port);
	resolve_role(t, &m->id, false, &t->id);
	resolve_role(t, &m->count, false, &t->count);
	resolve_role(t, &m->time, true, &t->time);
	resolve_role(t, &m->until, true, &t->until);
	if (m->first.len) {
		struct str ends[2] = { m->first, m->last };
		resolve_role(t, &(struct column_names){ ends, 2 }, true, &t->range);
	}
	/* a class further right is no proof of anything */
	int last = t->last_mapped;
	for (unsigned i = 0; i < m->class_count; i++)
		resolve_role(t, &m->classes[i].columns, false, &t->classes[i]);
	t->last_mapped = last;
	return t->source.count || t->range.count;
}

void table_begin(struct table *t, struct decode *d, const struct column_map *map, const struct table_file *file, const char *unit)
{
	*t = (struct table){ .d = d, .map = map, .file = file, .unit = unit, .type = table_type(d->arena, file->name), .last_mapped = -1 };
	if (map->by_report && t->type.len)
		t->type_class = class_find(map->by_report, t->type);
}

void table_end(struct table *t)
{
	struct decode *d = t->d;
	if (t->lost > TABLE_PROBLEMS_MAX)
		decode_problem(d, false, "%u more rows cannot be read", t->lost - TABLE_PROBLEMS_MAX);
	if (t->map->by_report && t->type.len && !t->type_class)
		decode_problem(d, false, "the type of report \"%.*s\" is not known: its rows are classed one by one", STR_ARG(t->type));
	if (t->unclassified)
		decode_problem(d, false, "the class \"%.*s\" is not known (rows without a class: %u)", STR_ARG(str_sub(t->unknown_class, 0, 80)), t->unclassified);
	d->rows_nothing += t->nothing;
	if (!d->tables++)
		d->format = t->map->format;
}

static const struct head *head_of(struct decode *d, const struct table_file *file, unsigned separator, struct head heads[SEPARATORS])
{
	struct head *h = &heads[separator];
	struct csv c;
	if (h->read)
		return h;
	h->read = true;
	csv_init(&c, "", str_sub(file->text, 0, HEAD_BYTES_MAX), separators[separator]);
	if (csv_next(&c, d->arena, &h->first, NULL) != OK) {
		h->first.count = 0;
		return h;
	}
	if (csv_next(&c, d->arena, &h->second, NULL) != OK)
		h->second.count = 0;
	h->names = ARENA_ARRAY(d->arena, struct str, h->first.count);
	if (!h->names)
		h->first.count = 0;
	for (unsigned i = 0; i < h->first.count; i++)
		h->names[i] = table_name(d, h->first.fields[i].text, i + 1);
	return h;
}

static bool holds(const struct column_map *m, struct str text)
{
	for (unsigned i = 0; i < m->only_words.count; i++)
		if (str_eq_fold(str_trim(text), m->only_words.list[i]))
			return true;
	return false;
}

/* By its columns; of a file that does not name them, by how many they are and by what stands in the first row. */
static bool knows(struct table *t, const struct head *h)
{
	const struct column_map *m = t->map;
	const struct csv_row *row = m->header.count ? &h->first : &h->second;
	struct addr a;
	if (!h->first.count || !table_for(m, t->type) || (m->header.count && h->first.count != m->header.count))
		return false;
	t->names = m->header.count ? m->header.list : h->names;
	t->width = h->first.count;
	if (!table_resolve(t))
		return false;
	if (m->only.len && !holds(m, csv_text(row, find(t, m->only))))
		return false;
	int at = t->range.count ? t->range.at[0] : t->source.at[0];
	return !m->header.count || !(m->addresses || t->range.count) || addr_parse(str_trim(csv_text(row, at)), &a) == OK;
}

static void read_rows(struct table *t)
{
	struct csv_field fields[CSV_FIELDS_MAX];
	struct csv_row row;
	struct csv c;
	struct why why;
	bool head = !t->map->header.count;
	csv_init(&c, "", t->file->text, t->map->separator);
	c.lenient = true;
	for (;;) {
		enum err e = csv_next_into(&c, t->d->arena, fields, &row, &why);
		if (e == ERR_NOTFOUND)
			return;
		if (e)
			table_lose(t, why.line, why.text, "");
		else if (!head && !table_row(t, &row))
			return;
		head = false;
	}
}

static bool table_text(struct decode *d, const struct table_file *file)
{
	const struct maps *maps = maps_of(d);
	struct head heads[SEPARATORS] = { { .read = false } };
	struct str start = str_trim(str_sub(file->text, 0, HEAD_BYTES_MAX));
	if (start.len && (start.ptr[0] == '{' || start.ptr[0] == '[') && table_json_read(d, file))
		return true;
	for (unsigned i = 0; start.len && i < maps->column_count; i++) {
		const struct column_map *m = &maps->columns[i];
		struct table t;
		unsigned s = 0;
		while (s < SEPARATORS - 1 && separators[s] != m->separator)
			s++;
		if (m->json)
			continue;
		table_begin(&t, d, m, file, "line");
		if (!knows(&t, head_of(d, file, s, heads)))
			continue;
		read_rows(&t);
		table_end(&t);
		return true;
	}
	return false;
}

/* For whoever looks at all that was read. False when there are too many of them. */
static bool keep_text(struct decode *d, struct str text)
{
	if (d->text_count == DECODE_TEXTS_MAX) {
		d->rows_lost++;
		decode_problem(d, false, "more than %d tables and members of archives: the rest is not read", DECODE_TEXTS_MAX);
		return false;
	}
	d->texts[d->text_count++] = text;
	return true;
}

static bool table_archive(struct decode *d, struct str bytes, struct str name, struct str part)
{
	struct archive_member *members;
	unsigned count, found = 0;
	struct why why;
	size_t before = ARCHIVE_BYTES_MAX - d->unpacked_bytes, room = before;
	enum err e = archive_unpack(d->arena, bytes, &room, &members, &count, &why);
	d->unpacked_bytes += before - room;
	for (unsigned i = 0; i < count; i++) {
		if (!keep_text(d, members[i].bytes))
			break;
		/* what is packed alone has the name of its archive */
		struct str own = members[i].name.len ? members[i].name : str_ends_fold(name, STR(".gz")) ? str_sub(name, 0, name.len - 3) : name;
		struct table_file file = { members[i].bytes, own, str_format(d->arena, "%.*s/%.*s", STR_ARG(part), STR_ARG(members[i].name)) };
		found += table_text(d, &file);
	}
	if (e) {
		d->rows_lost++;
		decode_problem(d, false, "%.*s%s%s", STR_ARG(part), part.len ? ": " : "", why.text);
	}
	return found;
}

/* Parts that a table or an archive may be, by their type or the end of their name. */
static bool may_be(const struct mime_part *p)
{
	static const char *const types[] = { "application/octet-stream", "application/zip", "application/gzip", "application/x-zip-compressed", "application/x-gzip",
		"application/csv", "application/vnd.ms-excel", "application/json", "application/x-ndjson", NULL };
	static const char *const ends[] = { ".csv", ".tsv", ".txt", ".zip", ".gz", ".json", ".jsonl", NULL };
	if (p->multipart || p->message)
		return false;
	for (const char *const *w = types; *w; w++)
		if (str_eq(p->type, str_of(*w)))
			return true;
	for (const char *const *w = ends; *w; w++)
		if (str_ends_fold(p->name, str_of(*w)))
			return true;
	return str_starts(p->type, STR("text/")) && !str_eq(p->type, STR("text/html"));
}

bool table_decode(struct decode *d)
{
	unsigned found = 0;
	if (!d->mime.count) {
		struct table_file file = { d->text, d->name, STR("") };
		found = archive_looks_like(d->text) ? table_archive(d, d->text, d->name, STR("")) : table_text(d, &file);
	}
	for (unsigned i = 0; i < d->mime.count; i++) {
		const struct mime_part *p = &d->mime.parts[i];
		if (!may_be(p))
			continue;
		struct str bytes = str_starts(p->type, STR("text/")) ? mime_text(d->arena, p, NULL) : mime_body(d->arena, p);
		struct table_file file = { bytes, p->name, p->path };
		if (archive_looks_like(bytes))
			found += table_archive(d, bytes, p->name, p->path);
		else if (table_text(d, &file)) {
			found++;
			if (!keep_text(d, bytes))
				break;
		}
	}
	/* a table of which nothing can be read is a person's */
	if (found && (d->count || !d->rows_lost))
		d->outcome = OUTCOME_REPORT;
	return found;
}
