/*
 * A page of the console from its request to its HTML. See console.h.
 *
 * Hostile is the whole request: a form that another site wrote, a name of the host that is not ours, an address that names a part twice.
 */
#include "web/console.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "web/asset.h"
#include "web/console_call.h"
#include "web/console_export.h"
#include "web/console_file.h"
#include "web/console_try.h"
#include "web/login.h"
#include "web/page.h"
#include "web/retest.h"
#include "web/portal.h"
#include "web/route.h"
#include "web/words.h"

enum { DATA_BYTES_MAX = 64 << 20, MARKED_BYTES_MAX = 4 << 20 };

bool console_is(struct str path)
{
	struct values values;
	bool known = false;
	return !route_find(STR("GET"), path, &values, &known) && !known && !str_starts(path, STR("/v1/")) && !str_eq(path, STR("/v1"));
}

static struct str token_of(const struct web *web, struct arena *a, const struct principal *who)
{
	struct digest d;
	/* a session is one person's, whoever that is; a link is one page's */
	struct str of = who->session.len ? who->session : who->link.len ? who->link : str_format(a, "%s %.*s", scope_words[who->scope], STR_ARG(who->id));
	digest_hmac((struct str){ (const char *)web->console_key, sizeof(web->console_key) }, of, &d);
	return str_sub(digest_hex(a, &d), 0, CONSOLE_TOKEN_LEN);
}

static void write_page(struct http_request *r, const char *name, unsigned status, struct str data, struct web_answer *x)
{
	const struct page_template *t = page_find(str_of(name));
	struct why why = { .line = 0 };
	struct json *root = NULL;
	struct buf b;
	buf_init(&b, PAGE_BYTES_MAX);
	enum err e = t && data.len ? json_read(r->arena, data, &root, &why) : ERR_LIMIT;
	if (e == OK)
		page_write(t, root, &b);
	x->status = e || b.err ? 500 : status;
	x->has_forms = true;
	x->type = e || b.err ? "text/plain; charset=utf-8" : "text/html; charset=utf-8";
	x->body = e || b.err ? STR("The page is too long.\n") : str_copy(r->arena, buf_str(&b));
	buf_done(&b);
}

static void begin_data(struct buf *b, struct jsonw *w, const char *title, struct str path)
{
	buf_init(b, DATA_BYTES_MAX);
	jsonw_init(w, b);
	jsonw_object(w, NULL);
	jsonw_str(w, "title", str_of(title));
	jsonw_str(w, "path", path);
	jsonw_time(w, "now", clock_wall_at());
	jsonw_str(w, "css", str_of(asset_path("console.css")));
	jsonw_str(w, "script", str_of(asset_path("app.js")));
	jsonw_str(w, "icon", str_of(asset_path("icon.svg")));
}

static void put_words(struct jsonw *w, const struct words *of)
{
	jsonw_str(w, "lang", str_of(of->language));
	jsonw_raw(w, "w", of->json);
}

static bool is_outsider(const struct principal *who)
{
	return SCOPES(who->scope) & (SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER));
}

static const struct words *words_of(struct web *web, struct http_request *r, const struct principal *who)
{
	return words_for(r, view_language(&web->source, r->arena, who));
}

/* What an operator may, by the role of his session, so that no form is shown that would be refused; without a session all. And his keys. */
static void put_can(struct web *web, struct http_request *r, const struct principal *who, struct jsonw *w)
{
	static const struct { const char *name, *op; } can[] = { { "case", "case-note" }, { "bulk", "case-bulk" }, { "approve", "case-approve" }, { "intake", "intake-confirm" },
		{ "switch", "enforcement" } };
	struct user_session s = { 0 };
	struct principal same;
	struct why why = { .line = 0 };
	bool all = !who->session.len, known = all || view_session(&web->source, r->arena, login_token(r), clock_wall_at(), &s, &same, &why) == OK;
	jsonw_object(w, "can");
	for (size_t i = 0; i < sizeof(can) / sizeof(can[0]); i++)
		jsonw_bool(w, can[i].name, who->scope == SCOPE_OPERATOR && (all || (known && role_may(s.role, str_of(can[i].op), false))));
	jsonw_end(w, '}');
	jsonw_str(w, "shortcuts", known ? s.keys : STR_NONE);
}

void console_begin(struct web *web, struct http_request *r, const struct principal *who, const char *title, struct buf *b, struct jsonw *w)
{
	begin_data(b, w, title, r->path);
	if (is_outsider(who) || portal_speaks(r->path))
		put_words(w, words_of(web, r, who));
	jsonw_bool(w, "form_open", web->form_open);
	jsonw_str(w, "oidc", web->oidc);
	jsonw_str(w, "do", who->link.len ? r->path : CONSOLE_DO);
	jsonw_str(w, "link", who->link);
	jsonw_str(w, "who", who->id);
	jsonw_str(w, "scope", str_of(scope_words[who->scope]));
	jsonw_bool(w, "session", who->session.len);
	put_can(web, r, who, w);
	jsonw_str(w, "token", token_of(web, r->arena, who));
}

void console_fill(struct http_request *r, const char *template, unsigned status, struct buf *b, struct jsonw *w, struct web_answer *ret_answer)
{
	jsonw_end(w, '}');
	struct str data = b->err ? STR_NONE : str_copy(r->arena, buf_str(b));
	buf_done(b);
	write_page(r, template, status, data, ret_answer);
}

static bool is_typed(const struct http_pair *field)
{
	static const char *const secrets[] = { "password", "code", "invitation", "new" };
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (str_eq(field->name, str_of(secrets[i])))
			return false;
	return field->name.len && field->name.ptr[0] != '_' && field->value.len;
}

void console_refuse_form(struct http_request *r, unsigned status, struct str text, const struct form *typed, struct web_answer *ret_answer)
{
	struct jsonw w;
	struct buf b;
	struct str to = typed ? form_value(typed, "_to") : STR_NONE;
	const bool outside = portal_speaks(r->path) || portal_speaks(to);
	begin_data(&b, &w, status == 404 ? "There is nothing here" : "That was not done", r->path);
	if (outside)
		put_words(&w, words_for(r, STR_NONE));
	jsonw_str(&w, "status", str_format(r->arena, "%u", status));
	jsonw_str(&w, "text", text);
	jsonw_bool(&w, "prove", str_find(text, STR("prove again")) != SIZE_MAX);
	jsonw_array(&w, "typed");
	for (unsigned i = 0; typed && i < typed->count; i++)
		if (is_typed(&typed->fields[i])) {
			jsonw_object(&w, NULL);
			jsonw_str(&w, "name", typed->fields[i].name);
			jsonw_str(&w, "value", typed->fields[i].value);
			jsonw_end(&w, '}');
		}
	jsonw_end(&w, ']');
	jsonw_str(&w, "to", to);
	console_fill(r, outside ? "p-error" : "error", status, &b, &w, ret_answer);
}

void console_refuse(struct http_request *r, unsigned status, const char *text, struct web_answer *ret_answer)
{
	console_refuse_form(r, status, str_of(text), NULL, ret_answer);
}

struct str console_error(struct arena *a, struct str body)
{
	struct json *root;
	return json_read(a, body, &root, NULL) == OK && json_text(root, "error").len ? json_text(root, "error") : STR("it could not be read");
}

void console_go(struct web_answer *ret_answer, struct str to)
{
	ret_answer->status = 303;
	ret_answer->type = "text/plain; charset=utf-8";
	ret_answer->body = STR_NONE;
	ret_answer->location = page_is_local(to) ? to : STR("/");
}

static struct str value_of(const struct console_call *call, const struct http_request *r, struct str name)
{
	for (unsigned i = 0; i < call->name_count; i++)
		if (str_eq(call->names[i].name, name))
			return call->names[i].value;
	for (unsigned i = 0; i < r->query_count; i++)
		if (str_eq(r->query[i].name, name))
			return r->query[i].value;
	return STR_NONE;
}

/* "{case}" and "{because!}": the name alone. */
static struct str name_in(struct str s)
{
	return str_sub(s, 1, s.len - (s.ptr[s.len - 2] == '!' ? 3 : 2));
}

/* A segment of a target, "{case}" or a word. */
static struct str segment(const struct console_call *call, const struct http_request *r, struct str s)
{
	return s.len > 2 && s.ptr[0] == '{' ? value_of(call, r, name_in(s)) : s;
}

/* Is there all without which the part is not asked for? */
static bool is_asked(const struct console_call *call, const struct http_request *r, const char *target)
{
	struct str rest = str_of(target), part;
	(void)str_split(&rest, '?', &part);
	while (str_split(&rest, '&', &part))
		if (part.len > 2 && part.ptr[part.len - 2] == '!' && !segment(call, r, part).len)
			return false;
	return true;
}

struct http_request console_ask(const struct console_call *call, const struct http_request *r, const char *target)
{
	struct http_request one = *r;
	struct http_pair *query = ARENA_ARRAY(r->arena, struct http_pair, HTTPD_QUERY_MAX);
	struct str rest = str_of(target), path, part, name;
	one.method = STR("GET");
	one.body = one.path = STR_NONE;
	one.query_count = 0;
	one.query = query;
	(void)str_split(&rest, '?', &path);
	for (bool first = true; str_split(&path, '/', &part); first = false)
		if (!first)
			one.path = str_format(r->arena, "%.*s/%.*s", STR_ARG(one.path), STR_ARG(segment(call, r, part)));
	while (query && str_split(&rest, '&', &part) && one.query_count < HTTPD_QUERY_MAX) {
		bool open = part.ptr[0] == '{';
		struct str value = open ? segment(call, r, part) : part;
		if (open)
			name = name_in(part);
		else
			(void)str_split(&value, '=', &name);
		if (value.len)
			query[one.query_count++] = (struct http_pair){ name, value };
	}
	return one;
}

static void show(struct web *web, struct http_request *r, const struct console_call *call, struct web_answer *x)
{
	const struct console_page *page = call->page;
	struct jsonw w;
	struct buf b;
	if (!page->name) {
		*x = (struct web_answer){ .status = 200, .type = "application/json", .body = call->parts[0] };
		return;
	}
	console_begin(web, r, &call->who, page->title, &b, &w);
	jsonw_str(&w, "page", str_of(page->name));
	jsonw_str(&w, "to", r->target);
	console_export_links(r, call, &w);
	jsonw_object(&w, "asked");
	/* the first of a name is the one that counts (value_of), and JSON has no two */
	for (unsigned i = 0; i < r->query_count; i++)
		if (value_of(call, r, r->query[i].name).ptr == r->query[i].value.ptr)
			jsonw_str(&w, str_c(r->arena, r->query[i].name), r->query[i].value);
	jsonw_end(&w, '}');
	for (unsigned i = 0; page->parts[i].name; i++)
		jsonw_raw(&w, page->parts[i].name, call->parts[i]);
	console_fill(r, page->name, 200, &b, &w, x);
}

static struct str marked(const struct web *web, struct arena *a, struct str body)
{
	struct json *root;
	struct str bytes, text = STR("{}");
	struct jsonw w;
	struct buf b;
	if (!web->marked || json_read(a, body, &root, NULL) != OK || str_unbase64(a, json_text(root, "raw"), &bytes) != OK)
		return text;
	buf_init(&b, MARKED_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	for (const struct json *m = root->child; m; m = m->next)
		if (!str_eq(m->key, STR("raw")) && !str_eq(m->key, STR("code")))
			jsonw_tree(&w, str_c(a, m->key), m);
	web->marked(bytes, json_text(root, "name"), &w);
	jsonw_end(&w, '}');
	text = b.err ? text : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

/* False: the page cannot be. */
static bool take_part(const struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	if (status != 200 && !call->page->parts[call->next].spare) {
		console_refuse_form(r, status, console_error(r->arena, body), NULL, x);
		return false;
	}
	/* raw bytes are decoded here, where there is no secret and no way to write, to be shown with what was read from them */
	bool raw = status == 200 && strcmp(call->page->parts[call->next].name, "raw") == 0;
	call->parts[call->next++] = raw ? marked(web, r->arena, body) : body;
	return true;
}

static void go_on(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *x)
{
	while (call->page->parts[call->next].name) {
		if (!is_asked(call, r, call->page->parts[call->next].target)) {
			call->parts[call->next++] = STR("null");
			continue;
		}
		struct http_request one = console_ask(call, r, call->page->parts[call->next].target);
		web_take_as(web, &one, &call->who, x);
		if (!x->status) {
			x->call = call;
			return;
		}
		if (!take_part(web, r, call, x->status, x->body, x))
			return;
	}
	show(web, r, call, x);
}

/* RFC 6454 7, Fetch Metadata: the page that sent it is of this site. */
static bool is_own_site(const struct http_request *r)
{
	struct str site = http_header(r, "sec-fetch-site"), origin = http_header(r, "origin"), host = http_header(r, "host");
	size_t at = str_find(origin, STR("://"));
	if (site.ptr && !str_eq(site, STR("same-origin")))
		return false;
	return at == SIZE_MAX ? site.ptr && !origin.ptr : host.len && str_eq_fold(str_sub(origin, at + 3, origin.len), host);
}

bool console_read_form(struct web *web, struct http_request *r, const struct principal *who, struct form *ret_form, struct web_answer *ret_answer)
{
	enum err e = str_eq(r->method, STR("POST")) ? form_read(r->arena, http_header(r, "content-type"), r->body, ret_form) : ERR_UNSUPPORTED;
	if (e)
		console_refuse(r, e == ERR_UNSUPPORTED ? 405 : e == ERR_LIMIT ? 413 : 400, e == ERR_LIMIT ? "that is more than a form of ours takes" : "that is no form of a page of ours", ret_answer);
	else if (!is_own_site(r) || !str_eq_secret(form_value(ret_form, "_token"), token_of(web, r->arena, who)))
		console_refuse_form(r, 403, STR("it did not come from a page that was shown to you, or from one that is too old: open the page again"), ret_form, ret_answer);
	else
		return true;
	return false;
}

static void told_part(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	if (take_part(web, r, call, status, body, x))
		go_on(web, r, call, x);
}

/* A secret of the answer, which is told this once: so it is a page, and no way back leads to it. */
static void show_told(struct web *web, struct http_request *r, const struct console_call *call, struct str body, struct web_answer *x)
{
	bool outside = is_outsider(&call->who);
	struct jsonw w;
	struct buf b;
	console_begin(web, r, &call->who, outside ? "" : "Shown this once", &b, &w);
	jsonw_str(&w, "to", form_value(&call->form, "_to"));
	jsonw_raw(&w, "told", body);
	console_fill(r, outside ? "p-shown" : "once", 200, &b, &w, x);
}

static void told_command(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct str to = form_value(&call->form, "_to"), take = form_value(&call->form, "_take");
	struct json *root = NULL;
	if (status == 200 && take.len && json_read(r->arena, body, &root, NULL) == OK)
		to = str_format(r->arena, "%.*s%.*s", STR_ARG(to), STR_ARG(page_part(r->arena, json_text(root, str_c(r->arena, take)))));
	if (status == 200 && form_value(&call->form, "_show").len)
		show_told(web, r, call, body, x);
	else if (status == 200)
		console_go(x, to);
	else
		console_refuse_form(r, status, console_error(r->arena, body), &call->form, x);
}

static void take_command(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *x)
{
	struct http_request one = *r;
	if (!console_read_form(web, r, &call->who, &call->form, x))
		return;
	one.path = is_outsider(&call->who) ? form_value(&call->form, "_at") : STR("/v1/command");
	one.query_count = 0;
	one.body = form_command(r->arena, &call->form);
	web_take_as(web, &one, &call->who, x);
	if (x->status)
		console_refuse_form(r, x->status, console_error(r->arena, x->body), &call->form, x);
	else
		x->call = call;
}

void console_take_form(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer)
{
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	if (!call) {
		console_refuse(r, 503, "no memory for the form", ret_answer);
		return;
	}
	*call = (struct console_call){ .who = *who, .told = told_command };
	take_command(web, r, call, ret_answer);
}

static void add_name(struct console_call *call, struct str name, struct str value)
{
	if (call->name_count < CONSOLE_NAMES_MAX)
		call->names[call->name_count++] = (struct http_pair){ name, value };
}

/* A link of another site leads to a page, but brings no reason to look at a person: the look would be recorded of whoever follows it. */
static void drop_reason(struct http_request *r)
{
	struct str site = http_header(r, "sec-fetch-site");
	struct http_pair *kept = ARENA_ARRAY(r->arena, struct http_pair, HTTPD_QUERY_MAX);
	unsigned n = 0;
	if (!site.len || str_eq(site, STR("same-origin")) || str_eq(site, STR("none")))
		return;
	for (unsigned i = 0; kept && i < r->query_count; i++)
		if (!str_eq(r->query[i].name, STR("because")) && !str_eq(r->query[i].name, STR("clear")))
			kept[n++] = r->query[i];
	r->query = kept;
	r->query_count = n;
}

void console_show(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *ret_answer)
{
	call->told = told_part;
	drop_reason(r);
	if (is_outsider(&call->who)) {
		add_name(call, STR("who"), call->who.id);
		add_name(call, STR("language"), str_of(words_of(web, r, &call->who)->language));
	}
	/* an operator over a tunnel has no session */
	if (console_export_asked(r) && (call->who.session.len || call->who.scope == SCOPE_OPERATOR))
		console_export_take(web, r, call, ret_answer);
	else
		go_on(web, r, call, ret_answer);
}

void console_take(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer)
{
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	*ret_answer = (struct web_answer){ 0 };
	if (!call) {
		console_refuse(r, 503, "no memory for the page", ret_answer);
		return;
	}
	if (retest_is(r)) {
		retest_take(web, r, who, ret_answer);
		return;
	}
	if (str_eq(r->path, CONSOLE_DO)) {
		console_take_form(web, r, who, ret_answer);
		return;
	}
	if (str_eq(r->path, STR("/")) && portal_home(who->scope).len) {
		console_go(ret_answer, portal_home(who->scope));
		return;
	}
	if (portal_take_file(web, r, who, ret_answer))
		return;
	*call = (struct console_call){ .who = *who };
	if (str_eq(r->path, CONSOLE_FILE)) {
		console_file_take(web, r, call, ret_answer);
		return;
	}
	if (str_eq(r->path, CONSOLE_TRY)) {
		console_try_take(web, r, call, ret_answer);
		return;
	}
	call->page = console_page_find(r->path, who->scope, call->names, &call->name_count);
	if (!call->page || !str_eq(r->method, STR("GET"))) {
		console_refuse(r, call->page ? 405 : 404, call->page ? "a page is only read" : "there is no such page", ret_answer);
		return;
	}
	console_show(web, r, call, ret_answer);
}

void console_told(struct web *web, struct http_request *r, struct console_call *call, struct str reply, struct web_answer *ret_answer)
{
	const struct route *route = ret_answer->route;
	unsigned status = web_told(route, r->arena, reply);
	struct str body = str_copy(r->arena, reply);
	*ret_answer = (struct web_answer){ .route = route };
	call->told(web, r, call, status, body, ret_answer);
}
