/*
 * JSON that is a table: a list of objects, one object, or one object a line. See table.h. Members of members are columns "a.b".
 */
#include "base/json.h"
#include "format/maps.h"
#include "format/table.h"

enum { NESTING_MAX = 6 };

/* One object as a row: its scalars, and their names. */
struct flat {
	struct str names[CSV_FIELDS_MAX];
	struct csv_field fields[CSV_FIELDS_MAX];
	unsigned count;
};

static void flatten(struct decode *d, const struct json *node, struct str path, unsigned depth, uint32_t shift, struct flat *f)
{
	unsigned i = 0;
	for (const struct json *m = node->child; m && f->count < CSV_FIELDS_MAX; m = m->next, i++) {
		struct str key = node->type == JSON_OBJECT ? m->key : str_format(d->arena, "%u", i);
		struct str name = path.len ? str_format(d->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(key)) : key;
		if (m->type == JSON_OBJECT || m->type == JSON_ARRAY) {
			if (depth < NESTING_MAX)
				flatten(d, m, name, depth + 1, shift, f);
			continue;
		}
		struct str text = m->type == JSON_BOOL ? m->boolean ? STR("true") : STR("false") : m->type == JSON_NULL ? STR_NONE : m->text;
		f->names[f->count] = table_name(d, name, f->count + 1);
		f->fields[f->count++] = (struct csv_field){ .text = text, .from = m->from + shift, .to = m->to + shift, .quoted = m->type == JSON_STRING };
	}
}

static const struct json *rows_of(const struct json *root, const struct column_map *m)
{
	const struct json *list = m->rows[0] ? json_at(root, m->rows) : root;
	return !list ? NULL : list->type == JSON_ARRAY ? list->child : list->type == JSON_OBJECT ? list : NULL;
}

static bool one_row(struct table *t, const struct json *object, uint32_t number, uint32_t shift)
{
	struct flat f = { .count = 0 };
	if (object->type != JSON_OBJECT) {
		table_lose(t, number, "is no object", "");
		return true;
	}
	flatten(t->d, object, STR(""), 0, shift, &f);
	/* facts keep the names */
	struct str *names = ARENA_ARRAY(t->d->arena, struct str, f.count + 1);
	if (!names)
		return false;
	memcpy(names, f.names, f.count * sizeof(names[0]));
	t->names = names;
	t->width = f.count;
	if (!table_resolve(t)) {
		table_lose(t, number, "lacks a column that the map needs", "");
		return true;
	}
	struct csv_row row = { .fields = f.fields, .count = f.count, .line = number, .from = object->from + shift, .to = object->to + shift };
	return table_row(t, &row);
}

static bool first_fits(struct table *t, const struct json *object)
{
	struct flat f = { .count = 0 };
	if (!object || object->type != JSON_OBJECT)
		return false;
	flatten(t->d, object, STR(""), 0, 0, &f);
	t->names = f.names;
	t->width = f.count;
	bool fits = table_for(t->map, t->type) && table_resolve(t);
	for (unsigned i = 0; fits && t->map->only.len && i < f.count; i++) {
		bool is = false;
		for (unsigned k = 0; k < t->map->only_words.count; k++)
			is |= str_eq_fold(f.fields[i].text, t->map->only_words.list[k]);
		fits = !str_eq(f.names[i], t->map->only) || is;
	}
	t->names = NULL;
	return fits;
}

/* One object a line; a line that is none is lost, the others go on. */
static void read_lines(struct table *t)
{
	struct str rest = t->file->text, line;
	uint32_t number = 0;
	while (str_next_line(&rest, &line)) {
		struct json *object;
		number++;
		if (!str_trim(line).len)
			continue;
		if (json_read(t->d->arena, line, &object, NULL) != OK)
			table_lose(t, number, "is no JSON", "");
		else if (!one_row(t, object, number, (uint32_t)(line.ptr - t->file->text.ptr)))
			return;
	}
}

bool table_json_read(struct decode *d, const struct table_file *file)
{
	const struct maps *maps = maps_of(d);
	struct json *root = NULL;
	struct str rest = file->text, line = STR_NONE;
	bool lines = false, any = false;
	for (unsigned i = 0; i < maps->column_count; i++)
		any |= maps->columns[i].json;
	if (!any)
		return false;
	if (json_read(d->arena, file->text, &root, NULL) != OK) {
		lines = true;
		while (!str_trim(line).len && str_next_line(&rest, &line)) {
		}
		if (json_read(d->arena, line, &root, NULL) != OK)
			return false;
	}
	for (unsigned i = 0; i < maps->column_count; i++) {
		const struct column_map *m = &maps->columns[i];
		struct table t;
		if (!m->json || (lines && m->rows[0]))
			continue;
		table_begin(&t, d, m, file, lines ? "line" : "row");
		const struct json *row = lines ? root : rows_of(root, m);
		if (!first_fits(&t, row))
			continue;
		uint32_t number = 0;
		bool single = row == root || (m->rows[0] && row && row == json_at(root, m->rows));
		if (lines)
			read_lines(&t);
		for (; !lines && row && one_row(&t, row, ++number, 0); row = single ? NULL : row->next) {
		}
		table_end(&t);
		return true;
	}
	return false;
}
