/*
 * See console_form.h. A member of a name that comes twice stands in the command once, with its first value.
 */
#include "web/console_form.h"

#include "base/json.h"

enum { COMMAND_BYTES_MAX = 1 << 20 };

enum err form_read(struct arena *a, struct str type, struct str body, struct form *ret_form)
{
	struct form f = { .count = 0 };
	struct str pair, name, media;
	if (!str_split(&type, ';', &media) || !str_eq_fold(str_trim(media), STR("application/x-www-form-urlencoded")))
		return ERR_SYNTAX;
	if (body.len > CONSOLE_FORM_BYTES)
		return ERR_LIMIT;
	while (str_split(&body, '&', &pair)) {
		if (!pair.len)
			continue;
		if (f.count == CONSOLE_FIELDS_MAX)
			return ERR_LIMIT;
		struct http_pair *x = &f.fields[f.count++];
		enum err e = str_split(&pair, '=', &name) ? str_unpercent(a, name, true, &x->name) : ERR_SYNTAX;
		if (e == OK)
			e = str_unpercent(a, pair, true, &x->value);
		if (e || !str_utf8_valid(x->name) || !str_utf8_valid(x->value) || str_chr(x->value, '\0') != SIZE_MAX)
			return e == ERR_NOMEM ? e : ERR_SYNTAX;
	}
	*ret_form = f;
	return OK;
}

struct str form_value(const struct form *f, const char *name)
{
	for (unsigned i = 0; i < f->count; i++)
		if (str_eq(f->fields[i].name, str_of(name)))
			return f->fields[i].value;
	return STR_NONE;
}

/* "n", "f", "l", "s", or 0; and the name behind it. */
static char kind_of(struct str *name)
{
	char kind = name->len > 2 && name->ptr[1] == ':' ? name->ptr[0] : 0;
	if (kind)
		*name = str_sub(*name, 2, name->len);
	return kind;
}

/* All members of `set` stand for one that is named so. */
static bool came_before(const struct form *f, unsigned at)
{
	struct str name = f->fields[at].name, other;
	if (kind_of(&name) == 's')
		name = STR("set");
	for (unsigned i = 0; i < at; i++) {
		other = f->fields[i].name;
		if (kind_of(&other) == 's')
			other = STR("set");
		if (str_eq(other, name) && f->fields[i].value.len)
			return true;
	}
	return false;
}

static void put_list(struct jsonw *w, const struct form *f, const char *key, struct str name)
{
	jsonw_array(w, key);
	for (unsigned i = 0; i < f->count; i++)
		if (str_eq(f->fields[i].name, name) && f->fields[i].value.len)
			jsonw_str(w, NULL, f->fields[i].value);
	jsonw_end(w, ']');
}

static void put_set(struct jsonw *w, struct arena *a, const struct form *f)
{
	jsonw_object(w, "set");
	for (unsigned i = 0; i < f->count; i++) {
		struct str name = f->fields[i].name;
		bool first = kind_of(&name) == 's' && f->fields[i].value.len;
		for (unsigned k = 0; first && k < i; k++)
			first = !str_eq(f->fields[k].name, f->fields[i].name);
		if (first)
			jsonw_str(w, str_c(a, name), f->fields[i].value);
	}
	jsonw_end(w, '}');
}

struct str form_command(struct arena *a, const struct form *f)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, COMMAND_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	for (unsigned i = 0; i < f->count; i++) {
		struct str name = f->fields[i].name, value = f->fields[i].value;
		int64_t n;
		if (!name.len || name.ptr[0] == '_' || !value.len || came_before(f, i))
			continue;
		char kind = kind_of(&name);
		const char *key = str_c(a, name);
		if (kind == 's')
			put_set(&w, a, f);
		else if (kind == 'l')
			put_list(&w, f, key, f->fields[i].name);
		else if (kind == 'n' && str_to_i64(value, &n) == OK)
			jsonw_int(&w, key, n);
		else if (kind == 'f')
			jsonw_bool(&w, key, str_eq(value, STR("yes")));
		else
			jsonw_str(&w, key, value);
	}
	jsonw_end(&w, '}');
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}
