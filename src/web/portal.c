/*
 * Pages by a link, and files of evidence. See portal.h.
 *
 * Hostile are the token, which is guessed, and the form. The judge looks the token up again for whatever he is asked.
 */
#include "web/portal.h"

#include "base/clock.h"
#include "model/onetime.h"
#include "web/console_call.h"

enum { CASES_PATH_LEN = 9 };

static const struct console_page link_page = { ONETIME_PAGE_PATH "{token}", "p-case", "", SCOPES(SCOPE_CUSTOMER), {
	{ "case", "/v1/my/cases/{case}", false }, { "told", "/v1/my/cases/{case}/told?{language}", false }, { "reasons", "/v1/my/cases/{case}/reasons", true } } };

static struct str rest_of(struct str path, size_t from)
{
	return str_sub(path, from, path.len);
}

bool portal_is(struct str path)
{
	struct str rest = rest_of(path, sizeof(ONETIME_PAGE_PATH) - 1);
	return str_starts(path, STR(ONETIME_PAGE_PATH)) && rest.len && !str_eq(path, STR("/p/account")) && !str_starts(path, STR("/p/cases/"));
}

bool portal_speaks(struct str path)
{
	return str_eq(path, STR("/blocked")) || str_starts(path, STR("/p/")) || str_starts(path, STR("/r/")) || portal_is_public(path);
}

bool portal_is_public(struct str path)
{
	return str_eq(path, STR("/report")) || str_starts(path, STR("/report/"));
}

void portal_take_public(struct web *web, struct http_request *r, struct web_answer *ret_answer)
{
	const struct principal nobody = { .scope = SCOPE_NOBODY };
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	*ret_answer = (struct web_answer){ .retry_after_s = limit_take(&web->page_limits, limit_neighbour(r), clock_monotonic_us()) };
	if (ret_answer->retry_after_s || !call) {
		console_refuse(r, call ? 429 : 503, "that was tried too often from there", ret_answer);
		return;
	}
	*call = (struct console_call){ .who = nobody };
	call->page = console_page_find(r->path, SCOPE_NOBODY, call->names, &call->name_count);
	if (call->page && (str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD"))))
		console_show(web, r, call, ret_answer);
	else
		console_refuse(r, call->page ? 405 : 404, "there is no such page", ret_answer);
}

struct str portal_home(enum scope scope)
{
	return scope == SCOPE_CUSTOMER ? STR("/p/") : scope == SCOPE_RESELLER ? STR("/r/") : STR_NONE;
}

static void told_file(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct json *root = NULL;
	struct str bytes = STR_NONE;
	(void)web, (void)call;
	if (status == 200 && json_read(r->arena, body, &root, NULL) == OK && str_unbase64(r->arena, json_text(root, "evidence"), &bytes) == OK) {
		x->status = 200;
		x->type = "application/octet-stream";
		x->file = str_format(r->arena, "%.*s.evidence", STR_ARG(json_text(root, "case")));
		x->body = bytes;
	} else
		console_refuse_form(r, status == 200 ? 503 : status, console_error(r->arena, body), NULL, x);
}

static void ask_file(struct web *web, struct http_request *r, const struct principal *who, struct str number, struct str pack, struct web_answer *x)
{
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	struct http_request one = *r;
	one.path = str_format(r->arena, "/v1/my/cases/%.*s/evidence/%.*s", STR_ARG(number), STR_ARG(pack));
	one.query_count = 0;
	web_take_as(web, &one, who, x);
	if (x->status || !call) {
		console_refuse_form(r, x->status ? x->status : 503, STR("there is no such evidence"), NULL, x);
		return;
	}
	*call = (struct console_call){ .who = *who, .told = told_file };
	x->call = call;
}

bool portal_take_file(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer)
{
	struct str cases = who->scope == SCOPE_CUSTOMER ? STR("/p/cases/") : STR("/r/cases/"), rest = rest_of(r->path, CASES_PATH_LEN), number, word;
	if (!portal_home(who->scope).len || !str_eq(r->method, STR("GET")) || !str_starts(r->path, cases))
		return false;
	if (!str_split(&rest, '/', &number) || !str_split(&rest, '/', &word) || !str_eq(word, STR("evidence")) || !rest.len)
		return false;
	ask_file(web, r, who, number, rest, ret_answer);
	return true;
}

static void show(struct web *web, struct http_request *r, const struct principal *who, uint64_t number, struct web_answer *x)
{
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	char text[CASE_TEXT_MAX];
	case_text(number, text);
	if (!call) {
		console_refuse(r, 503, "no memory for the page", x);
		return;
	}
	*call = (struct console_call){ .who = *who, .page = &link_page, .name_count = 1 };
	call->names[0] = (struct http_pair){ STR("case"), str_copy(r->arena, str_of(text)) };
	console_show(web, r, call, x);
}

void portal_take(struct web *web, struct http_request *r, struct web_answer *ret_answer)
{
	struct str rest = rest_of(r->path, sizeof(ONETIME_PAGE_PATH) - 1), token, word;
	struct why why = { .line = 0 };
	struct principal who;
	uint64_t number;
	char text[CASE_TEXT_MAX];
	bool reads = str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD"));
	*ret_answer = (struct web_answer){ .retry_after_s = limit_take(&web->page_limits, limit_neighbour(r), clock_monotonic_us()) };
	if (ret_answer->retry_after_s) {
		console_refuse(r, 429, "that was tried too often from there", ret_answer);
		return;
	}
	(void)str_split(&rest, '/', &token);
	enum err e = view_page_link(&web->source, r->arena, token, clock_wall_at(), &who, &number, &why);
	case_text(number, text);
	if (e)
		console_refuse(r, e == ERR_NOTFOUND ? 404 : 503, "the link opens nothing", ret_answer);
	else if (!rest.len && reads)
		show(web, r, &who, number, ret_answer);
	else if (!rest.len && str_eq(r->method, STR("POST")))
		console_take_form(web, r, &who, ret_answer);
	else if (reads && str_split(&rest, '/', &word) && str_eq(word, STR("evidence")) && rest.len)
		ask_file(web, r, &who, str_copy(r->arena, str_of(text)), rest, ret_answer);
	else
		console_refuse(r, 404, "the link opens nothing", ret_answer);
}
