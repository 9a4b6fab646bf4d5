/*
 * What is replaced, and by what. See aaa_doc.h.
 */
#include "action/aaa_doc.h"

#include "base/json.h"

static bool row_eq(const struct aaa_row *a, const struct aaa_row *b)
{
	return str_eq(a->attribute, b->attribute) && str_eq(a->op, b->op) && str_eq(a->value, b->value);
}

static unsigned times(const struct aaa_rows *rows, const struct aaa_row *row)
{
	unsigned n = 0;
	for (unsigned i = 0; i < rows->count; i++)
		n += row_eq(&rows->list[i], row);
	return n;
}

bool aaa_rows_eq(const struct aaa_rows *a, const struct aaa_rows *b)
{
	bool same = a->count == b->count;
	for (unsigned i = 0; same && i < a->count; i++)
		same = times(a, &a->list[i]) == times(b, &a->list[i]);
	return same;
}

static bool is_about(const struct aaa_unit *u, const struct aaa_wanted *w)
{
	return u->table == w->table && (w->table == AAA_GROUP || str_eq_fold(u->attribute, w->attribute));
}

/* Rows of the profile that such a unit would have. */
static void wanted_rows(const struct aaa_profile *p, const struct aaa_unit *u, struct aaa_rows *ret_rows)
{
	struct aaa_wanted w;
	ret_rows->count = 0;
	for (unsigned i = 0; i < p->row_count; i++)
		if (aaa_profile_row(p->rows[i], &w) && is_about(u, &w) && ret_rows->count < AAA_UNIT_ROWS_MAX)
			ret_rows->list[ret_rows->count++] = (struct aaa_row){ w.attribute, w.op, w.value };
}

enum err aaa_doc_plan(struct arena *a, const struct aaa_profile *p, const struct str *logins, unsigned login_count, struct aaa_doc *ret_doc, struct why *why)
{
	struct aaa_doc doc = { ARENA_ARRAY(a, struct aaa_unit, AAA_UNITS_MAX), 0 };
	struct aaa_wanted w;
	if (!doc.units)
		return why_set(why, ERR_NOMEM, "no memory for what is to be changed");
	for (unsigned l = 0; l < login_count; l++)
		for (unsigned i = 0, first = doc.count; i < p->row_count; i++) {
			bool known = !aaa_profile_row(p->rows[i], &w);
			for (unsigned k = first; k < doc.count; k++)
				known |= is_about(&doc.units[k], &w);
			if (known)
				continue;
			if (doc.count == AAA_UNITS_MAX)
				return why_set(why, ERR_LIMIT, "more is to be changed than at once");
			struct aaa_unit *u = &doc.units[doc.count++];
			*u = (struct aaa_unit){ .login = logins[l], .table = w.table, .attribute = w.table == AAA_GROUP ? STR_NONE : w.attribute };
			wanted_rows(p, u, &u->set);
		}
	*ret_doc = doc;
	return OK;
}

enum verb aaa_doc_stands(const struct aaa_profile *list, unsigned count, const struct aaa_unit *unit, const struct aaa_rows *now)
{
	struct aaa_rows rows;
	enum verb found = VERB_NONE;
	for (unsigned i = 0; i < count; i++) {
		wanted_rows(&list[i], unit, &rows);
		if (rows.count && aaa_rows_eq(&rows, now) && (enum verb)list[i].verb > found)
			found = (enum verb)list[i].verb;
	}
	return found;
}

static bool put_rows(struct jsonw *w, const char *key, const struct aaa_rows *rows)
{
	bool good = true;
	jsonw_array(w, key);
	for (unsigned i = 0; i < rows->count; i++) {
		const struct str part[] = { rows->list[i].attribute, rows->list[i].op, rows->list[i].value };
		jsonw_array(w, NULL);
		for (unsigned k = 0; k < 3; k++) {
			jsonw_str(w, NULL, part[k]);
			good = good && str_utf8_valid(part[k]);
		}
		jsonw_end(w, ']');
	}
	jsonw_end(w, ']');
	return good;
}

enum err aaa_doc_write(struct arena *a, const struct aaa_doc *doc, struct str *ret_text)
{
	struct buf b;
	struct jsonw w;
	bool good = true;
	buf_init(&b, AAA_DOC_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_array(&w, "units");
	for (unsigned i = 0; i < doc->count; i++) {
		const struct aaa_unit *u = &doc->units[i];
		jsonw_object(&w, NULL);
		jsonw_str(&w, "login", u->login);
		jsonw_str(&w, "table", str_of(aaa_table_words[u->table]));
		if (u->attribute.len)
			jsonw_str(&w, "attribute", u->attribute);
		good = put_rows(&w, "had", &u->had) && good;
		good = put_rows(&w, "set", &u->set) && good;
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	*ret_text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	enum err e = b.err ? b.err : good ? ret_text->len ? OK : ERR_NOMEM : ERR_SYNTAX;
	buf_done(&b);
	return e;
}

static bool read_rows(const struct json *list, struct aaa_rows *ret_rows)
{
	ret_rows->count = 0;
	if (!list || list->type != JSON_ARRAY)
		return false;
	for (const struct json *x = list->child; x; x = x->next) {
		const struct json *attribute = x->type == JSON_ARRAY ? x->child : NULL, *op = attribute ? attribute->next : NULL, *value = op ? op->next : NULL;
		bool three = value && !value->next && attribute->type == JSON_STRING && op->type == JSON_STRING && value->type == JSON_STRING;
		if (!three || ret_rows->count == AAA_UNIT_ROWS_MAX)
			return false;
		ret_rows->list[ret_rows->count++] = (struct aaa_row){ attribute->text, op->text, value->text };
	}
	return true;
}

static bool read_unit(const struct json *x, struct aaa_unit *u)
{
	unsigned t = 0;
	struct str table = json_text(x, "table");
	while (aaa_table_words[t] && !str_eq(table, str_of(aaa_table_words[t])))
		t++;
	u->login = json_text(x, "login");
	u->table = (enum aaa_table)t;
	u->attribute = json_text(x, "attribute");
	return t < AAA_TABLES && u->login.len && (t == AAA_GROUP) == !u->attribute.len && read_rows(json_get(x, "had"), &u->had) && read_rows(json_get(x, "set"), &u->set);
}

enum err aaa_doc_read(struct arena *a, struct str text, struct aaa_doc *ret_doc, struct why *why)
{
	struct json *root;
	struct aaa_doc doc = { ARENA_ARRAY(a, struct aaa_unit, AAA_UNITS_MAX), 0 };
	if (!doc.units)
		return why_set(why, ERR_NOMEM, "no memory for what was saved");
	enum err e = json_read(a, text, &root, why);
	const struct json *units = e == OK ? json_get(root, "units") : NULL;
	if (e == OK && (!units || units->type != JSON_ARRAY))
		e = why_set(why, ERR_SYNTAX, "what was saved has no units");
	for (const struct json *x = units ? units->child : NULL; e == OK && x; x = x->next) {
		if (doc.count == AAA_UNITS_MAX || !read_unit(x, &doc.units[doc.count]))
			e = why_set(why, ERR_SYNTAX, "what was saved cannot be read");
		doc.count += e == OK;
	}
	if (e == OK)
		*ret_doc = doc;
	return e;
}
