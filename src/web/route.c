/*
 * Requests against the table of routes. See route.h.
 */
#include "web/route.h"

static size_t param_at(const struct route *t, struct str name)
{
	for (size_t i = 0; t->params && t->params[i].name; i++)
		if (str_eq(name, str_of(t->params[i].name)))
			return i;
	return SIZE_MAX;
}

/* "/v1/cases/{case}" against "/v1/cases/C-1", step by step. */
static bool fits(const struct route *t, struct str path, struct values *values)
{
	struct str want = str_of(t->path), step, got;
	*values = (struct values){ 0 };
	while (want.len) {
		if (!str_split(&want, '/', &step) || !path.ptr)
			return false;
		size_t i = step.len > 2 && step.ptr[0] == '{' ? param_at(t, str_sub(step, 1, step.len - 2)) : SIZE_MAX;
		if (i != SIZE_MAX && t->params[i].value == VALUE_REST) {
			values->text[i] = path;
			return path.len > 0;
		}
		if (!str_split(&path, '/', &got) || (i == SIZE_MAX ? !str_eq(got, step) : !got.len))
			return false;
		if (i != SIZE_MAX)
			values->text[i] = got;
	}
	return !path.ptr;
}

const struct route *route_find(struct str method, struct str path, struct values *ret_values, bool *ret_path_known)
{
	*ret_path_known = false;
	for (const struct route *t = routes; t->path; t++) {
		struct values values;
		if (!fits(t, path, &values))
			continue;
		*ret_path_known = true;
		if (!str_eq(method, str_of(t->method)))
			continue;
		*ret_values = values;
		return t;
	}
	return NULL;
}

static bool is_word(const struct param *p, struct str text)
{
	for (size_t i = 0; p->words[i]; i++)
		if (str_eq(text, str_of(p->words[i])))
			return true;
	return false;
}

static enum err check_value(const struct param *p, struct str text, struct why *why)
{
	uint64_t n;
	switch (p->value) {
	case VALUE_NUMBER:
		if (str_to_u64(text, p->most, &n) == OK && n)
			return OK;
		return why_set(why, ERR_RANGE, "%s: a number from 1 to %llu", p->name, (unsigned long long)p->most);
	case VALUE_CASE:
		return case_parse(text, &n) == OK ? OK : why_set(why, ERR_SYNTAX, "%s: a number such as C-4711 is needed", p->name);
	case VALUE_WORD:
		return is_word(p, text) ? OK : why_set(why, ERR_RANGE, "there is no %s %.*s", p->name, STR_ARG(str_sub(text, 0, 64)));
	case VALUE_TEXT: case VALUE_REST:
		break;
	}
	return text.len <= p->most ? OK : why_set(why, ERR_RANGE, "%s: at most %llu octets", p->name, (unsigned long long)p->most);
}

static enum err take(const struct route *t, enum place in, struct str name, struct str text, struct values *values, struct why *why)
{
	size_t i = param_at(t, name);
	if (i == SIZE_MAX || t->params[i].in != in)
		return why_set(why, ERR_SYNTAX, "there is no parameter %.*s here", STR_ARG(str_sub(name, 0, 64)));
	if (values->text[i].ptr)
		return why_set(why, ERR_SYNTAX, "%s is given twice", t->params[i].name);
	/* an empty one asks for nothing */
	if (text.len)
		values->text[i] = text;
	return OK;
}

static enum err take_body(const struct route *t, const struct http_request *r, struct values *values, struct why *why)
{
	struct json *root = NULL;
	enum err e = r->body.len ? json_read(r->arena, r->body, &root, why) : OK;
	if (e == OK && root && root->type != JSON_OBJECT)
		e = why_set(why, ERR_SYNTAX, "the body is no object");
	for (const struct json *m = e == OK && root ? root->child : NULL; e == OK && m; m = m->next) {
		if (m->type != JSON_STRING)
			return why_set(why, ERR_SYNTAX, "%.*s: a text is needed", STR_ARG(str_sub(m->key, 0, 64)));
		e = take(t, IN_BODY, m->key, m->text, values, why);
	}
	return e;
}

enum err route_check(const struct route *t, const struct http_request *r, struct values *values, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < r->query_count; i++)
		e = take(t, IN_QUERY, r->query[i].name, r->query[i].value, values, why);
	if (e == OK && t->op && !route_reads(t))
		e = take_body(t, r, values, why);
	for (size_t i = 0; e == OK && t->params && t->params[i].name; i++) {
		const struct param *p = &t->params[i];
		if (values->text[i].len)
			e = check_value(p, values->text[i], why);
		else if (p->needed)
			e = why_set(why, ERR_SYNTAX, "%s is needed", p->name);
	}
	return e;
}

bool route_reads(const struct route *t)
{
	return strcmp(t->method, "GET") == 0;
}

struct str route_value(const struct route *t, const struct values *values, const char *name)
{
	size_t i = param_at(t, str_of(name));
	return i == SIZE_MAX ? STR_NONE : values->text[i];
}
