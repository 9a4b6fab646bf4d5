/*
 * Trials. See console_try.h.
 */
#include "web/console_try.h"

/* What can be tried, and the template that tells of it. */
static const struct { const char *op, *template, *title; } tried[] = {
	{ "case-bulk", "try-bulk", "What would happen" },
	{ "case-bulk-undo", "try-undo", "What would be taken back" },
	{ "macro-run", "try-macro", "What the macro would do" },
};

static size_t find(struct str op)
{
	size_t i = 0;
	while (i < sizeof(tried) / sizeof(tried[0]) && !str_eq(op, str_of(tried[i].op)))
		i++;
	return i;
}

static bool is_kept(struct str name)
{
	return name.len && name.ptr[0] != '_' && !str_eq(name, STR("l:cases")) && !str_eq(name, STR("f:dry"));
}

/* The form comes back in the page, but for the cases, of which the answer says which they are. */
static void told(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	size_t at = find(form_value(&call->form, "op"));
	struct jsonw w;
	struct buf b;
	if (status != 200) {
		console_refuse_form(r, status, console_error(r->arena, body), &call->form, x);
		return;
	}
	console_begin(web, r, &call->who, tried[at].title, &b, &w);
	jsonw_str(&w, "page", STR("cases"));
	jsonw_str(&w, "to", form_value(&call->form, "_to"));
	jsonw_array(&w, "fields");
	for (unsigned i = 0; i < call->form.count; i++)
		if (is_kept(call->form.fields[i].name)) {
			jsonw_object(&w, NULL);
			jsonw_str(&w, "name", call->form.fields[i].name);
			jsonw_str(&w, "value", call->form.fields[i].value);
			jsonw_end(&w, '}');
		}
	jsonw_end(&w, ']');
	jsonw_raw(&w, "told", body);
	console_fill(r, tried[at].template, 200, &b, &w, x);
}

static bool add_field(struct form *f, struct str name, struct str value)
{
	if (f->count == CONSOLE_FIELDS_MAX)
		return false;
	f->fields[f->count++] = (struct http_pair){ name, value };
	return true;
}

static void drop_cases(struct form *f)
{
	unsigned n = 0;
	for (unsigned i = 0; i < f->count; i++)
		if (!str_eq(f->fields[i].name, STR("l:cases")))
			f->fields[n++] = f->fields[i];
	f->count = n;
}

/* The list that the form was sent from, asked for again. ERR_LIMIT: more than can be named. */
static enum err add_all(struct web *web, struct http_request *r, struct console_call *call)
{
	struct http_request one = *r;
	struct http_pair *query = ARENA_ARRAY(r->arena, struct http_pair, HTTPD_QUERY_MAX);
	struct str where = form_value(&call->form, "_where"), pair, name;
	struct web_answer x = { 0 };
	struct json *root;
	enum err e = query ? OK : ERR_NOMEM;
	one.method = STR("GET");
	one.path = STR("/v1/cases");
	one.query = query;
	one.query_count = 0;
	drop_cases(&call->form);
	while (e == OK && str_split(&where, '&', &pair)) {
		if (!str_split(&pair, '=', &name) || !pair.len || str_eq(name, STR("after")) || one.query_count == HTTPD_QUERY_MAX - 1)
			continue;
		query[one.query_count].name = name;
		e = str_unpercent(r->arena, pair, true, &query[one.query_count++].value);
	}
	if (e)
		return e;
	query[one.query_count++] = (struct http_pair){ STR("limit"), str_format(r->arena, "%d", CONSOLE_CASES_MAX) };
	web_take_as(web, &one, &call->who, &x);
	e = x.status != 200 ? ERR_SYNTAX : json_read(r->arena, x.body, &root, NULL);
	const struct json *rows = e ? NULL : json_get(root, "rows");
	for (const struct json *m = rows ? rows->child : NULL; e == OK && m; m = m->next)
		e = add_field(&call->form, STR("l:cases"), json_text(m, "case")) ? OK : ERR_LIMIT;
	return e == OK && json_text(root, "after").len ? ERR_LIMIT : e;
}

void console_try_take(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *ret_answer)
{
	struct http_request one = *r;
	call->told = told;
	if (!console_read_form(web, r, &call->who, &call->form, ret_answer))
		return;
	if (find(form_value(&call->form, "op")) == sizeof(tried) / sizeof(tried[0])) {
		console_refuse_form(r, 404, STR("this is nothing that can be tried"), &call->form, ret_answer);
		return;
	}
	enum err e = form_value(&call->form, "_all").len ? add_all(web, r, call) : OK;
	if (e == OK && !add_field(&call->form, STR("f:dry"), STR("yes")))
		e = ERR_LIMIT;
	if (e) {
		console_refuse_form(r, 400, e == ERR_LIMIT ? STR("more than 200 cases are like that: ask for fewer") : STR("the list cannot be read again"), NULL, ret_answer);
		return;
	}
	one.path = STR("/v1/command");
	one.query_count = 0;
	one.body = form_command(r->arena, &call->form);
	web_take_as(web, &one, &call->who, ret_answer);
	if (ret_answer->status)
		console_refuse_form(r, ret_answer->status, console_error(r->arena, ret_answer->body), &call->form, ret_answer);
	else
		ret_answer->call = call;
}
