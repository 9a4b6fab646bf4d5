/*
 * See retest.h. Hostile is the form alone; what the judge hands out goes through the reader of exports.
 */
#include "web/retest.h"

#include "base/time.h"
#include "engine/retest.h"
#include "web/console_call.h"
#include "web/login.h"
#include "web/page.h"
#include "web/route.h"
#include "web/view.h"

enum { COMMAND_BYTES_MAX = 8 << 20, RESULT_BYTES_MAX = 2 << 20, PAGE_BYTES_MAX_OF_JUDGE = 128 << 20 };
#define BEFORE STR("/policy/")
#define BEHIND STR("/backtest")

static const struct route begin_route = { "POST", "/", "beginBacktest", 0, "the files of the draft", NULL, NULL, "policy-tested", false, NULL, NULL };
static const struct route page_route = { "POST", "/", "sightings", 0, "what was judged", NULL, NULL, "sightings", false, NULL, NULL };
static const struct route keep_route = { "POST", "/", "keepBacktest", 0, "the result is kept", NULL, NULL, "policy-tested", false, NULL, NULL };

static struct str version_of(const struct http_request *r)
{
	if (!str_starts(r->path, BEFORE) || !str_ends_fold(r->path, BEHIND) || r->path.len <= BEFORE.len + BEHIND.len)
		return STR_NONE;
	struct str version = str_sub(r->path, BEFORE.len, r->path.len - BEFORE.len - BEHIND.len);
	return str_chr(version, '/') == SIZE_MAX ? version : STR_NONE;
}

bool retest_is(const struct http_request *r)
{
	return str_eq(r->method, STR("POST")) && version_of(r).len;
}

/* Asks the judge; what is behind op is written already. */
static void ask(struct http_request *r, struct console_call *call, const struct route *route, console_told_fn *told, struct buf *b, struct jsonw *w, struct web_answer *x)
{
	jsonw_end(w, '}');
	*x = (struct web_answer){ .route = route, .call = call };
	call->told = told;
	x->command = b->err ? STR_NONE : str_copy(r->arena, buf_str(b));
	x->proof = call->who.session.len ? str_format(r->arena, "{\"session\":\"%.*s\"}", STR_ARG(login_token(r))) : STR("{}");
	buf_done(b);
	if (!x->command.len || !x->proof.len)
		console_refuse(r, 503, "no memory for a back-test", x);
}

static void begin_command(const struct route *route, struct buf *b, struct jsonw *w)
{
	buf_init(b, COMMAND_BYTES_MAX);
	jsonw_init(w, b);
	jsonw_object(w, NULL);
	jsonw_str(w, "op", str_of(route->op));
}

static void stop(struct web *web, struct http_request *r, const struct console_call *call, unsigned status, struct str text, struct web_answer *x)
{
	retest_free(web->retest);
	web->retest = NULL;
	console_refuse_form(r, status, text, &call->form, x);
}

/* Another one has begun meanwhile, or this one failed. */
static bool is_ours(struct web *web, struct http_request *r, const struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	if (web->retest_of != call) {
		console_refuse_form(r, 409, STR("another back-test has begun; one goes at a time"), &call->form, x);
		return false;
	}
	if (status != 200)
		stop(web, r, call, status, console_error(r->arena, body), x);
	return status == 200;
}

static void told_kept(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	if (!is_ours(web, r, call, status, body, x))
		return;
	retest_free(web->retest);
	web->retest = NULL;
	console_go(x, str_format(r->arena, "/policy/%.*s/backtest", STR_ARG(page_part(r->arena, version_of(r)))));
}

static void run(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *x)
{
	struct why why = { .line = 0 };
	struct jsonw w;
	struct buf b, result;
	buf_init(&result, RESULT_BYTES_MAX);
	enum err e = retest_run(web->retest, &result, &why);
	if (e) {
		buf_done(&result);
		stop(web, r, call, e == ERR_LIMIT ? 413 : 409, str_of(why.text), x);
		return;
	}
	begin_command(&keep_route, &b, &w);
	jsonw_raw(&w, "result", str_trim(buf_str(&result)));
	buf_done(&result);
	ask(r, call, &keep_route, told_kept, &b, &w, x);
}

static void told_page(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x);

static enum err read_time(const struct form *f, const char *name, int64_t *ret_at)
{
	struct str text = form_value(f, name);
	*ret_at = TIME_NONE;
	return text.len ? time_parse(text, ret_at) : OK;
}

/* root: the page before; NULL: the first one is asked for. */
static void ask_page(struct web *web, struct http_request *r, struct console_call *call, const struct json *root, struct web_answer *x)
{
	struct jsonw w;
	struct buf b;
	int64_t from = TIME_NONE, until = TIME_NONE;
	if (read_time(&call->form, "from", &from) != OK || read_time(&call->form, "until", &until) != OK) {
		stop(web, r, call, 400, STR("from and until are times such as 2026-03-01, or 2026-03-01T10:00:00Z"), x);
		return;
	}
	begin_command(&page_route, &b, &w);
	if (root) {
		jsonw_int(&w, "from", json_int(root, "from", 0));
		jsonw_int(&w, "to", json_int(root, "to", 0));
		jsonw_str(&w, "after", json_text(root, "after"));
		jsonw_str(&w, "last", json_text(root, "last"));
		jsonw_str(&w, "ticket", json_text(root, "ticket"));
	} else {
		if (from != TIME_NONE)
			jsonw_int(&w, "from", from);
		if (until != TIME_NONE)
			jsonw_int(&w, "to", until);
	}
	retest_compared(web->retest, &w);
	ask(r, call, &page_route, told_page, &b, &w, x);
}

static enum err add_versions(struct web *web, struct http_request *r, const struct console_call *call, const struct json *root, struct why *why)
{
	const struct view v = { &web->source, &call->who, r->arena };
	const struct json *names = json_get(root, "versions");
	struct row row;
	enum err e = view_open(&web->source, why);
	for (const struct json *m = names ? names->child : NULL; e == OK && m; m = m->next) {
		e = view_load(&v, TABLE_POLICY, m->text, &row, why);
		if (e == OK)
			e = retest_version(web->retest, row.body, why);
	}
	return e;
}

static void told_page(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct why why = { .line = 0 };
	struct json *root = NULL;
	struct arena *a = arena_new("page", PAGE_BYTES_MAX_OF_JUDGE);
	if (!is_ours(web, r, call, status, body, x)) {
		arena_free(a);
		return;
	}
	enum err e = a ? json_read(a, body, &root, &why) : ERR_NOMEM;
	if (e == OK && json_get(root, "versions"))
		e = add_versions(web, r, call, root, &why);
	if (e == OK)
		e = retest_page(web->retest, root, body, &why);
	if (e)
		stop(web, r, call, e == ERR_LIMIT ? 413 : 409, str_copy(r->arena, str_of(why.text[0] ? why.text : err_text(e))), x);
	else if (json_text(root, "after").len)
		ask_page(web, r, call, root, x);
	else
		run(web, r, call, x);
	arena_free(a);
}

static void told_begin(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct why why = { .line = 0 };
	struct json *root = NULL;
	if (!is_ours(web, r, call, status, body, x))
		return;
	enum err e = json_read(r->arena, body, &root, &why);
	const struct json *policy = e == OK ? json_get(root, "policy") : NULL;
	if (e == OK && !policy)
		e = why_set(&why, ERR_CORRUPT, "the judge gave no draft");
	if (e == OK)
		e = retest_new(str_sub(body, policy->from, policy->to - policy->from), &web->retest, &why);
	if (e)
		stop(web, r, call, 409, str_of(why.text), x);
	else
		ask_page(web, r, call, NULL, x);
}

void retest_take(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer)
{
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	struct jsonw w;
	struct buf b;
	*ret_answer = (struct web_answer){ 0 };
	if (!call || who->scope != SCOPE_OPERATOR) {
		console_refuse(r, call ? 404 : 503, call ? "there is no such page" : "no memory for a back-test", ret_answer);
		return;
	}
	*call = (struct console_call){ .who = *who };
	if (!console_read_form(web, r, who, &call->form, ret_answer))
		return;
	/* whoever began before finds that it is not his any more */
	retest_free(web->retest);
	web->retest = NULL;
	web->retest_of = call;
	begin_command(&begin_route, &b, &w);
	jsonw_bool(&w, "show", true);
	jsonw_str(&w, "version", version_of(r));
	ask(r, call, &begin_route, told_begin, &b, &w, ret_answer);
}
