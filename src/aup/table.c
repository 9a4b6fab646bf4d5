/*
 * Registry files. See table.h.
 */
#include "aup/table.h"

#include "base/csv.h"
#include "base/time.h"
#include "model/entity.h"

enum { COLUMNS_MAX = 64 };

static enum err bad_row(struct why *why, const char *file, uint32_t line, const char *column, const char *text)
{
	(void)why_set(why, ERR_SYNTAX, "column %s: %s", column, text);
	why_at(why, file, line, 1);
	return ERR_SYNTAX;
}

static const struct entity_column *find(struct str name)
{
	for (const struct entity_column *c = entity_columns; c->name; c++)
		if (str_eq(name, str_of(c->name)))
			return c;
	return NULL;
}

/* One cell as a member; empty cells are left out. */
static enum err put_cell(struct jsonw *w, const char *file, uint32_t line, const char *column, struct str text, struct why *why)
{
	int64_t v;
	struct str rest, part;
	text = str_trim(text);
	if (!text.len)
		return OK;
	if (str_eq(str_of(column), STR("from")) || str_eq(str_of(column), STR("until"))) {
		if (time_parse(text, &v) != OK)
			return bad_row(why, file, line, column, "no time such as 2026-03-01T00:00:00Z");
		jsonw_int(w, column, v);
	} else if (str_eq(str_of(column), STR("value"))) {
		if (str_to_i64(text, &v) != OK)
			return bad_row(why, file, line, column, "no whole number");
		jsonw_int(w, column, v);
	} else if (str_eq(str_of(column), STR("lifeline")) || str_eq(str_of(column), STR("protected"))) {
		if (!str_eq(text, STR("yes")) && !str_eq(text, STR("no")))
			return bad_row(why, file, line, column, "yes or no is expected");
		jsonw_bool(w, column, str_eq(text, STR("yes")));
	} else if (str_eq(str_of(column), STR("depends"))) {
		jsonw_array(w, column);
		for (rest = text; str_split(&rest, ' ', &part);)
			if (part.len)
				jsonw_str(w, NULL, part);
		jsonw_end(w, ']');
	} else {
		if (!str_utf8_valid(text))
			return bad_row(why, file, line, column, "not UTF-8");
		jsonw_str(w, column, text);
	}
	return OK;
}

static enum err from_csv(struct arena *a, const char *file, struct str bytes, struct jsonw *w, struct why *why)
{
	struct csv c;
	struct csv_row row;
	const struct entity_column *columns[COLUMNS_MAX];
	unsigned count;
	csv_init(&c, file, bytes, ',');
	enum err e = csv_next(&c, a, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? why_set(why, ERR_SYNTAX, "%s is empty", file) : e;
	count = row.count;
	if (count > COLUMNS_MAX)
		return why_set(why, ERR_LIMIT, "%s has more than %d columns", file, COLUMNS_MAX);
	for (unsigned i = 0; i < count; i++) {
		columns[i] = find(str_trim(row.fields[i].text));
		if (!columns[i])
			return bad_row(why, file, row.line, str_c(a, row.fields[i].text), "is not known");
	}
	while ((e = csv_next(&c, a, &row, why)) == OK) {
		if (row.count == 1 && !str_trim(row.fields[0].text).len)
			continue;
		if (row.count != count)
			return bad_row(why, file, row.line, "count", "the row has another number of columns than the header");
		jsonw_object(w, NULL);
		for (unsigned i = 0; e == OK && i < count; i++)
			e = put_cell(w, file, row.line, columns[i]->name, row.fields[i].text, why);
		jsonw_end(w, '}');
		if (e)
			return e;
	}
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err from_json(struct arena *a, const char *file, struct str bytes, struct jsonw *w, struct why *why)
{
	struct json *root;
	enum err e = json_read(a, bytes, &root, why);
	if (e) {
		why_at(why, file, why->line, why->column);
		return e;
	}
	const struct json *list = root->type == JSON_ARRAY ? root : json_get(root, "entities");
	if (!list || list->type != JSON_ARRAY)
		return why_set(why, ERR_SYNTAX, "%s holds no list of entities", file);
	for (const struct json *m = list->child; e == OK && m; m = m->next) {
		jsonw_object(w, NULL);
		for (const struct json *f = m->child; e == OK && f; f = f->next) {
			bool time_text = f->type == JSON_STRING && (str_eq(f->key, STR("from")) || str_eq(f->key, STR("until")));
			if (time_text)
				e = put_cell(w, file, 0, str_c(a, f->key), f->text, why);
			else
				jsonw_tree(w, str_c(a, f->key), f);
		}
		jsonw_end(w, '}');
	}
	return e;
}

enum err table_entities(struct arena *a, const char *file, struct str bytes, struct jsonw *w, struct why *why)
{
	struct str start = str_trim(str_sub(bytes, 0, 100));
	jsonw_array(w, "entities");
	enum err e = start.len && (start.ptr[0] == '[' || start.ptr[0] == '{') ? from_json(a, file, bytes, w, why) : from_csv(a, file, bytes, w, why);
	jsonw_end(w, ']');
	return e;
}
