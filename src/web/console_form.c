/*
 * See console_form.h. A member of a name that comes twice stands in the command once, with its first value.
 */
#include "web/console_form.h"

#include "base/json.h"
#include "base/multipart.h"

enum { COMMAND_BYTES_MAX = 1 << 20, BASE64_BYTES_MAX = 2 * CONSOLE_FILE_BYTES };

static enum err add_field(struct form *f, struct str name, struct str value)
{
	if (f->count == CONSOLE_FIELDS_MAX)
		return ERR_LIMIT;
	if (!str_utf8_valid(name) || !str_utf8_valid(value) || str_chr(value, '\0') != SIZE_MAX)
		return ERR_SYNTAX;
	f->fields[f->count++] = (struct http_pair){ name, value };
	return OK;
}

static enum err read_pairs(struct arena *a, struct str body, struct form *f)
{
	struct str pair, name, value;
	enum err e = body.len > CONSOLE_FORM_BYTES ? ERR_LIMIT : OK;
	while (e == OK && str_split(&body, '&', &pair)) {
		if (!pair.len)
			continue;
		e = str_split(&pair, '=', &name) ? str_unpercent(a, name, true, &name) : ERR_SYNTAX;
		if (e == OK)
			e = str_unpercent(a, pair, true, &value);
		if (e == OK)
			e = add_field(f, name, value);
	}
	return e;
}

/* Some browsers tell the whole path. */
static struct str last_part(struct str name)
{
	size_t from = name.len;
	while (from && name.ptr[from - 1] != '/' && name.ptr[from - 1] != '\\')
		from--;
	return str_sub(name, from, name.len);
}

static enum err read_parts(struct arena *a, struct str type, struct str body, struct form *f)
{
	struct multipart parts;
	struct multipart_part part;
	enum err e = body.len > CONSOLE_FILE_BYTES ? ERR_LIMIT : multipart_begin(a, type, body, &parts);
	while (e == OK && (e = multipart_next(&parts, &part)) == OK) {
		bool is_file = part.file.ptr && (part.file.len || part.bytes.len);
		if (is_file && f->file.ptr)
			return ERR_LIMIT;
		if (is_file)
			f->file = part.bytes;
		/* a field of a file that was left empty comes as one without a name */
		if (is_file || !part.file.ptr)
			e = add_field(f, is_file ? STR("name") : part.name, is_file ? last_part(part.file) : part.bytes);
	}
	return e == ERR_NOTFOUND ? OK : e;
}

enum err form_read(struct arena *a, struct str type, struct str body, struct form *ret_form)
{
	struct form f = { .count = 0 };
	struct str rest = type, media;
	enum err e = ERR_SYNTAX;
	if (multipart_is(type))
		e = read_parts(a, type, body, &f);
	else if (str_split(&rest, ';', &media) && str_eq_fold(str_trim(media), STR("application/x-www-form-urlencoded")))
		e = read_pairs(a, body, &f);
	if (e == OK)
		*ret_form = f;
	return e;
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

/* In a line of its own. */
static struct str with_file(struct arena *a, struct str text, struct str bytes)
{
	struct buf b;
	buf_init(&b, COMMAND_BYTES_MAX + BASE64_BYTES_MAX);
	buf_put(&b, text);
	buf_putc(&b, '\n');
	buf_put(&b, str_base64(a, bytes));
	struct str both = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return both;
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
	return text.len && f->file.len ? with_file(a, text, f->file) : text;
}
