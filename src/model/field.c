/*
 * The codec between structs and JSON by a table of fields. See field.h.
 */
#include "model/field.h"

#include "base/addr.h"
#include "base/digest.h"
#include "base/time.h"
#include "model/row.h"

#include <stdio.h>

#define AT(type, noun, f) ((type *)(void *)((char *)(noun) + (f)->offset))
#define CONST_AT(type, noun, f) ((const type *)(const void *)((const char *)(noun) + (f)->offset))
#define COUNT_AT(noun, f) ((unsigned *)(void *)((char *)(noun) + (f)->count_offset))
#define CONST_COUNT_AT(noun, f) ((const unsigned *)(const void *)((const char *)(noun) + (f)->count_offset))

static bool all_zero(const void *p, size_t len)
{
	const unsigned char *b = p;
	for (size_t i = 0; i < len; i++)
		if (b[i])
			return false;
	return true;
}

static void write_base64(struct jsonw *w, const char *key, struct str s)
{
	struct arena *a = arena_new("base64", s.len * 2 + (64 << 10));
	struct str text = a ? str_base64(a, s) : STR_NONE;
	if (!text.ptr)
		w->out->err = ERR_NOMEM;
	jsonw_str(w, key, text);
	arena_free(a);
}

static void write_list(struct jsonw *w, const struct field *f, const void *noun)
{
	unsigned count = *CONST_COUNT_AT(noun, f);
	if (!count)
		return;
	jsonw_array(w, f->name);
	const char *first;
	memcpy(&first, (const char *)noun + f->offset, sizeof(first));
	for (unsigned i = 0; i < count; i++) {
		if (f->type == FIELD_STRS) {
			jsonw_str(w, NULL, ((const struct str *)(const void *)first)[i]);
			continue;
		}
		jsonw_object(w, NULL);
		field_write(w, f->fields, first + i * f->size);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static void write_one(struct jsonw *w, const struct field *f, const void *noun)
{
	char text[ADDR_TEXT_MAX];
	struct str s;
	switch (f->type) {
	case FIELD_STR:
	case FIELD_BYTES:
		s = *CONST_AT(struct str, noun, f);
		if (s.len && f->type == FIELD_STR)
			jsonw_str(w, f->name, s);
		else if (s.len)
			write_base64(w, f->name, s);
		return;
	case FIELD_INT:
		if (*CONST_AT(int64_t, noun, f))
			jsonw_int(w, f->name, *CONST_AT(int64_t, noun, f));
		return;
	case FIELD_U64:
		if (*CONST_AT(uint64_t, noun, f))
			jsonw_int(w, f->name, (int64_t)*CONST_AT(uint64_t, noun, f));
		return;
	case FIELD_U32:
		if (*CONST_AT(uint32_t, noun, f))
			jsonw_int(w, f->name, *CONST_AT(uint32_t, noun, f));
		return;
	case FIELD_U16:
		if (*CONST_AT(uint16_t, noun, f))
			jsonw_int(w, f->name, *CONST_AT(uint16_t, noun, f));
		return;
	case FIELD_BOOL:
		if (*CONST_AT(bool, noun, f))
			jsonw_bool(w, f->name, true);
		return;
	case FIELD_OPTIONAL:
	case FIELD_TIME:
		if (*CONST_AT(int64_t, noun, f) != TIME_NONE)
			jsonw_int(w, f->name, *CONST_AT(int64_t, noun, f));
		return;
	case FIELD_ENUM:
		if (*CONST_AT(int, noun, f))
			jsonw_str(w, f->name, str_of(f->words[*CONST_AT(int, noun, f)]));
		return;
	case FIELD_ADDR:
		if (all_zero(CONST_AT(struct addr, noun, f), sizeof(struct addr)))
			return;
		addr_print(CONST_AT(struct addr, noun, f), text);
		jsonw_str(w, f->name, str_of(text));
		return;
	case FIELD_DIGEST:
		if (all_zero(CONST_AT(struct digest, noun, f), sizeof(struct digest)))
			return;
		char hex[2 * DIGEST_LEN + 1];
		for (size_t i = 0; i < DIGEST_LEN; i++)
			(void)snprintf(hex + 2 * i, 3, "%02x", CONST_AT(struct digest, noun, f)->octets[i]);
		jsonw_str(w, f->name, (struct str){ hex, 2 * DIGEST_LEN });
		return;
	case FIELD_STRUCT:
		jsonw_object(w, f->name);
		field_write(w, f->fields, (const char *)noun + f->offset);
		jsonw_end(w, '}');
		return;
	case FIELD_LIST:
	case FIELD_STRS:
		write_list(w, f, noun);
		return;
	}
}

void field_write(struct jsonw *w, const struct field *fields, const void *noun)
{
	for (const struct field *f = fields; f->name; f++)
		write_one(w, f, noun);
}

static void defaults(const struct field *fields, void *noun)
{
	for (const struct field *f = fields; f->name; f++) {
		if (f->type == FIELD_TIME || f->type == FIELD_OPTIONAL)
			*AT(int64_t, noun, f) = TIME_NONE;
		if (f->type == FIELD_STRUCT)
			defaults(f->fields, (char *)noun + f->offset);
	}
}

static enum err wrong(const struct field *f, const char *what, struct why *why)
{
	return why_set(why, ERR_SYNTAX, "\"%s\" is not %s", f->name, what);
}

static enum err read_integer(const struct json *m, const struct field *f, int64_t min, int64_t max, int64_t *ret, struct why *why)
{
	if (m->type != JSON_NUMBER || !m->is_integer || m->integer < min || m->integer > max)
		return wrong(f, "an integer in its range", why);
	*ret = m->integer;
	return OK;
}

static enum err read_enum(const struct json *m, const struct field *f, void *noun, struct why *why)
{
	for (int i = 0; m->type == JSON_STRING && f->words[i]; i++)
		if (str_eq(m->text, str_of(f->words[i]))) {
			*AT(int, noun, f) = i;
			return OK;
		}
	return wrong(f, "a word it knows", why);
}

static enum err read_members(struct arena *a, const struct json *object, const struct field *fields, void *noun, struct why *why);

static enum err read_list(struct arena *a, const struct json *m, const struct field *f, void *noun, struct why *why)
{
	unsigned count = 0;
	if (m->type != JSON_ARRAY)
		return wrong(f, "a list", why);
	for (const struct json *e = m->child; e; e = e->next)
		if (++count > f->max)
			return why_set(why, ERR_LIMIT, "\"%s\" has more than %u members", f->name, f->max);
	size_t size = f->type == FIELD_STRS ? sizeof(struct str) : f->size;
	char *list = arena_array(a, count ? count : 1, size);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for \"%s\"", f->name);
	unsigned i = 0;
	for (const struct json *m2 = m->child; m2; m2 = m2->next, i++) {
		enum err e = OK;
		if (f->type == FIELD_STRS && m2->type == JSON_STRING)
			((struct str *)(void *)list)[i] = m2->text;
		else if (f->type == FIELD_STRS)
			e = wrong(f, "a list of texts", why);
		else
			e = read_members(a, m2, f->fields, list + i * size, why);
		if (e)
			return e;
	}
	*AT(void *, noun, f) = list;
	*COUNT_AT(noun, f) = count;
	return OK;
}

static enum err read_text(struct arena *a, const struct json *m, const struct field *f, void *noun, struct why *why)
{
	struct str bytes;
	if (m->type != JSON_STRING)
		return wrong(f, "a text", why);
	if (f->type == FIELD_STR) {
		*AT(struct str, noun, f) = m->text;
		return OK;
	}
	if (f->type == FIELD_BYTES)
		return str_unbase64(a, m->text, AT(struct str, noun, f)) ? wrong(f, "base64", why) : OK;
	if (f->type == FIELD_ADDR)
		return addr_parse(m->text, AT(struct addr, noun, f)) ? wrong(f, "an address", why) : OK;
	if (str_unhex(a, m->text, &bytes) != OK || bytes.len != DIGEST_LEN)
		return wrong(f, "a SHA-256 digest", why);
	memcpy(AT(struct digest, noun, f)->octets, bytes.ptr, DIGEST_LEN);
	return OK;
}

static enum err read_one(struct arena *a, const struct json *m, const struct field *f, void *noun, struct why *why)
{
	int64_t v = 0;
	enum err e = OK;
	switch (f->type) {
	case FIELD_STR: case FIELD_BYTES: case FIELD_ADDR: case FIELD_DIGEST:
		return read_text(a, m, f, noun, why);
	case FIELD_INT: case FIELD_OPTIONAL: case FIELD_TIME:
		e = read_integer(m, f, INT64_MIN + 1, INT64_MAX, &v, why);
		if (e == OK)
			*AT(int64_t, noun, f) = v;
		return e;
	case FIELD_U64:
		e = read_integer(m, f, 0, INT64_MAX, &v, why);
		if (e == OK)
			*AT(uint64_t, noun, f) = (uint64_t)v;
		return e;
	case FIELD_U32:
		e = read_integer(m, f, 0, UINT32_MAX, &v, why);
		if (e == OK)
			*AT(uint32_t, noun, f) = (uint32_t)v;
		return e;
	case FIELD_U16:
		e = read_integer(m, f, 0, UINT16_MAX, &v, why);
		if (e == OK)
			*AT(uint16_t, noun, f) = (uint16_t)v;
		return e;
	case FIELD_BOOL:
		if (m->type != JSON_BOOL)
			return wrong(f, "true or false", why);
		*AT(bool, noun, f) = m->boolean;
		return OK;
	case FIELD_ENUM:
		return read_enum(m, f, noun, why);
	case FIELD_STRUCT:
		return read_members(a, m, f->fields, (char *)noun + f->offset, why);
	case FIELD_LIST: case FIELD_STRS:
		return read_list(a, m, f, noun, why);
	}
	return OK;
}

static enum err read_members(struct arena *a, const struct json *object, const struct field *fields, void *noun, struct why *why)
{
	if (!object || object->type != JSON_OBJECT)
		return why_set(why, ERR_SYNTAX, "an object is expected");
	defaults(fields, noun);
	/* members come in the order of the table when we wrote them: look from where the last one was */
	const struct field *at = fields;
	for (const struct json *m = object->child; m; m = m->next) {
		const struct field *from = at;
		while (at->name && !str_eq(m->key, str_of(at->name)))
			at++;
		if (!at->name)
			for (at = fields; at != from && !str_eq(m->key, str_of(at->name));)
				at++;
		if (!at->name || !str_eq(m->key, str_of(at->name)) || m->type == JSON_NULL)
			continue;
		enum err e = read_one(a, m, at, noun, why);
		if (e)
			return e;
	}
	return OK;
}

enum err field_read(struct arena *a, const struct json *object, const struct field *fields, void *noun, struct why *why)
{
	return read_members(a, object, fields, noun, why);
}

enum err field_encode(struct arena *a, const struct field *fields, const void *noun, struct str *ret_text)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, ROW_BODY_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	field_write(&w, fields, noun);
	jsonw_end(&w, '}');
	enum err e = b.err;
	struct str copy = e ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	if (e)
		return e;
	if (!copy.ptr)
		return ERR_NOMEM;
	*ret_text = copy;
	return OK;
}

enum err field_decode(struct arena *a, struct str text, const struct field *fields, void *noun, struct why *why)
{
	struct json *root;
	enum err e = json_read(a, text, &root, why);
	return e ? e : read_members(a, root, fields, noun, why);
}
