/*
 * See login_oidc.h.
 */
#include "web/login_oidc.h"

#include "base/addr.h"
#include "base/clock.h"
#include "web/page.h"
#include "web/route.h"

#define PATH STR("/login/oidc")

static const struct route login_route = { "POST", "/login/oidc", "loginOidc", 0, "to the provider", NULL, NULL, "login-oidc", false, NULL, NULL };
static const struct route prove_route = { "POST", "/prove/oidc", "proveOidc", 0, "to the provider, who it is, again", NULL, NULL, "prove-oidc", false, NULL, NULL };
static const struct route bind_route = { "POST", "/me/oidc", "bindOidc", 0, "to the provider, whose account it is", NULL, NULL, "bind-oidc", false, NULL, NULL };
static const struct route back_route = { "GET", "/login/oidc", "backOidc", 0, "back from the provider", NULL, NULL, "oidc-back", false, NULL, NULL };

/* Whoever has a session is no page of login's. */
static void refuse(struct web *web, struct http_request *r, const struct console_call *call, unsigned status, struct str text, struct str to, struct web_answer *x)
{
	if (call->who.session.len)
		console_refuse_form(r, status, text, &call->form, x);
	else
		login_show(web, r, &call->who, &(struct login_page){ .template = "login", .title = "Log in", .error = text, .to = to, .status = status }, x);
}

/* Without what stands behind it: people know a site by its host. */
static struct str host_of(struct str url)
{
	size_t at = str_find(url, STR("://"));
	struct str rest = str_sub(url, at == SIZE_MAX ? 0 : at + 3, url.len);
	return str_sub(rest, 0, str_chr(rest, '/'));
}

static void told_away(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct json *root = NULL;
	struct jsonw w;
	struct buf b;
	struct str at = status == 200 && json_read(r->arena, body, &root, NULL) == OK ? json_text(root, "at") : STR_NONE;
	if (!at.len) {
		refuse(web, r, call, status == 200 ? 503 : status, console_error(r->arena, body), form_value(&call->form, "to"), x);
		return;
	}
	console_begin(web, r, &call->who, "On to the provider", &b, &w);
	jsonw_str(&w, "host", host_of(at));
	console_fill(r, "away", 200, &b, &w, x);
	x->away = at;
	x->sign_in = json_text(root, "browser");
}

static void told_back(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct json *root = NULL;
	if (status != 200 || json_read(r->arena, body, &root, NULL) != OK) {
		refuse(web, r, call, status == 200 ? 503 : status, console_error(r->arena, body), STR_NONE, x);
		return;
	}
	if (json_flag(root, "in", false)) {
		x->cookie = json_text(root, "session");
		console_go(x, json_text(root, "to"));
	} else {
		refuse(web, r, call, 401, str_format(r->arena, "That did not work by %.*s. Begin again; if it stays so, whoever looks after the accounts here can tell.", STR_ARG(web->oidc)),
			json_text(root, "to"), x);
	}
	x->sign_in = STR("-");
}

static bool may_try(struct web *web, struct http_request *r, struct web_answer *x)
{
	x->retry_after_s = limit_take(&web->page_limits, limit_neighbour(r), clock_monotonic_us());
	if (x->retry_after_s)
		console_refuse(r, 429, "that was tried too often from there", x);
	return !x->retry_after_s;
}

static void take_back(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *x)
{
	static const char *const names[] = { "state", "code", "iss", "error" };
	struct login_asked asked = { .route = &back_route, .told = told_back };
	struct form none = { .count = 0 };
	if (!may_try(web, r, x))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		asked.members[asked.count++] = (struct http_pair){ str_of(names[i]), http_query(r, names[i]) };
	asked.members[asked.count++] = (struct http_pair){ STR("browser"), login_cookie(r, LOGIN_OIDC_COOKIE) };
	login_ask(r, who, &asked, &none, x);
}

static void take_away(struct web *web, struct http_request *r, const struct principal *who, const struct route *route, struct web_answer *x)
{
	struct login_asked asked = { .route = route, .told = told_away };
	struct form f;
	if (!may_try(web, r, x) || !console_read_form(web, r, who, &f, x))
		return;
	asked.members[asked.count++] = (struct http_pair){ STR("to"), form_value(&f, "to") };
	login_ask(r, who, &asked, &f, x);
}

bool login_oidc_take(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer)
{
	static const struct principal nobody = { .scope = SCOPE_NOBODY };
	const bool post = str_eq(r->method, STR("POST"));
	if (!web->oidc.len)
		return false;
	/* the form on the page of login is of nobody, whoever sees it */
	if (str_eq(r->path, PATH) && post)
		take_away(web, r, &nobody, &login_route, ret_answer);
	else if (str_eq(r->path, PATH) && str_eq(r->method, STR("GET")))
		take_back(web, r, who, ret_answer);
	else if (str_eq(r->path, STR("/prove/oidc")) && post && who->session.len)
		take_away(web, r, who, &prove_route, ret_answer);
	else if (str_eq(r->path, STR("/me/oidc")) && post && who->session.len)
		take_away(web, r, who, &bind_route, ret_answer);
	else
		return false;
	return true;
}
