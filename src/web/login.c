/*
 * See login.h. Hostile is everything: names and passwords are tried by the thousand, tokens are guessed, forms come from other sites.
 */
#include "web/login.h"

#include "base/addr.h"
#include "base/clock.h"
#include "web/login_oidc.h"
#include "web/page.h"
#include "web/route.h"
#include "web/view.h"

enum { NETWORK_OCTETS = 6 /* of IPv6 */ };

static const struct route login_route = { "POST", "/login", "login", 0, "who comes in", NULL, NULL, "login", false, NULL, NULL };
static const struct route welcome_route = { "POST", "/welcome", "welcome", 0, "an invitation is taken", NULL, NULL, "welcome", false, NULL, NULL };
static const struct route code_route = { "POST", "/welcome/code", "welcomeCode", 0, "the app works", NULL, NULL, "welcome-code", false, NULL, NULL };
static const struct route prove_route = { "POST", "/prove", "prove", 0, "who it is, again", NULL, NULL, "prove", false, NULL, NULL };
static const struct route logout_route = { "POST", "/logout", "logout", 0, "the session ends", NULL, NULL, "logout", false, NULL, NULL };
static const struct route seen_route = { "POST", "/", "seen", 0, "the session is used", NULL, NULL, "session-seen", false, NULL, NULL };
static const struct route password_route = { "POST", "/me/password", "password", 0, "another password", NULL, NULL, "password", false, NULL, NULL };
static const struct route recovery_route = { "POST", "/me/recovery", "recovery", 0, "other recovery codes", NULL, NULL, "recovery", false, NULL, NULL };
static const struct principal nobody = { .scope = SCOPE_NOBODY };

struct str login_cookie(const struct http_request *r, const char *name)
{
	struct str rest = http_header(r, "cookie"), pair, key;
	while (str_split(&rest, ';', &pair)) {
		pair = str_trim(pair);
		if (str_split(&pair, '=', &key) && str_eq(key, str_of(name)))
			return pair;
	}
	return STR_NONE;
}

struct str login_token(const struct http_request *r)
{
	return login_cookie(r, LOGIN_COOKIE);
}

void login_show(struct web *web, struct http_request *r, const struct principal *who, const struct login_page *page, struct web_answer *x)
{
	struct jsonw w;
	struct buf b;
	console_begin(web, r, who, page->title, &b, &w);
	jsonw_str(&w, "error", page->error);
	jsonw_str(&w, "to", page->to.len ? page->to : http_query(r, "to"));
	console_fill(r, page->template, page->status ? page->status : page->error.len ? 401 : 200, &b, &w, x);
}

static void show(struct web *web, struct http_request *r, const struct principal *who, const char *template, const char *title, const char *error, struct web_answer *x)
{
	login_show(web, r, who, &(struct login_page){ .template = template, .title = title, .error = str_of(error) }, x);
}

/* Of the network that he comes from: what a person knows again, and no more of where he is. */
static struct str network_of(const struct http_request *r)
{
	struct addr at = r->peer.addr;
	bool v4 = addr_is_v4(&at);
	char text[ADDR_TEXT_MAX];
	if (r->peer.is_unix)
		return STR("this machine");
	memset(at.octets + (v4 ? sizeof(at.octets) - 1 : NETWORK_OCTETS), 0, v4 ? 1 : sizeof(at.octets) - NETWORK_OCTETS);
	addr_print(&at, text);
	return str_format(r->arena, "%s/%d", text, v4 ? 24 : NETWORK_OCTETS * 8);
}

/* The family of the browser, and no more of it. The first that its name has: most names have those of older ones, too. */
static struct str agent_of(const struct http_request *r)
{
	static const struct { const char *mark, *family; } families[] = { { "Edg/", "Edge" }, { "OPR/", "Opera" }, { "Firefox/", "Firefox" }, { "Chrome/", "Chromium" },
		{ "Safari/", "Safari" } };
	struct str name = http_header(r, "user-agent");
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (str_find(name, str_of(families[i].mark)) != SIZE_MAX)
			return str_of(families[i].family);
	return STR("another program");
}

/* Those members and nothing else; and where it comes from. */
static struct str compose(const struct http_request *r, const char *op, const struct http_pair *members, unsigned count)
{
	struct arena *a = r->arena;
	struct buf b;
	struct jsonw w;
	buf_init(&b, CONSOLE_FORM_BYTES * 2);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "op", str_of(op));
	for (unsigned i = 0; i < count; i++)
		jsonw_str(&w, str_c(a, members[i].name), members[i].value);
	jsonw_str(&w, "from", network_of(r));
	jsonw_str(&w, "agent", agent_of(r));
	jsonw_end(&w, '}');
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

void login_ask(struct http_request *r, const struct principal *who, const struct login_asked *asked, const struct form *f, struct web_answer *x)
{
	struct console_call *call = arena_alloc(r->arena, sizeof(*call));
	*x = (struct web_answer){ .route = asked->route };
	if (call) {
		*call = (struct console_call){ .told = asked->told, .who = *who, .form = *f };
		x->call = call;
		x->command = compose(r, asked->route->op, asked->members, asked->count);
		x->proof = who->session.len ? str_format(r->arena, "{\"session\":\"%.*s\"}", STR_ARG(login_token(r))) : STR("{\"link\":true}");
	}
	if (!x->command.len || !x->proof.len)
		console_refuse(r, 503, "no memory for that", x);
}

/* With the members of the form that are named. */
static void ask(struct http_request *r, const struct principal *who, const struct route *route, const char *const *names, const struct form *f, console_told_fn *told,
	struct web_answer *x)
{
	struct login_asked asked = { .route = route, .told = told };
	for (; *names; names++)
		asked.members[asked.count++] = (struct http_pair){ str_of(*names), form_value(f, *names) };
	login_ask(r, who, &asked, f, x);
}

/* Also of an answer that is no answer. */
static const struct json *read_told(struct arena *a, struct str body)
{
	struct json *root;
	return json_read(a, body, &root, NULL) == OK ? root : NULL;
}

static void told_login(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	const struct json *root = read_told(r->arena, body);
	if (status != 200)
		show(web, r, &nobody, "login", "Log in", str_c(r->arena, console_error(r->arena, body)), x);
	else if (!json_flag(root, "in", false))
		show(web, r, &nobody, "login", "Log in", "Name, password and code do not fit together, or the account waits after failures.", x);
	else {
		x->cookie = json_text(root, "session");
		console_go(x, form_value(&call->form, "to"));
	}
}

static void told_welcome(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	const struct json *root = read_told(r->arena, body);
	struct jsonw w;
	struct buf b;
	if (status != 200 || !json_text(root, "session").len) {
		show(web, r, &nobody, "welcome", "Welcome", str_c(r->arena, console_error(r->arena, body)), x);
		return;
	}
	/* its token is in the cookie that comes with the page: the form on it is of that session */
	(void)call;
	struct principal who = { .scope = SCOPE_NOBODY, .id = json_text(root, "id"), .session = user_session_row(r->arena, json_text(root, "session")) };
	while (who.scope < SCOPE_END && !str_eq(json_text(root, "scope"), str_of(scope_words[who.scope])))
		who.scope++;
	if (who.scope == SCOPE_END)
		who.scope = SCOPE_NOBODY;
	console_begin(web, r, &who, "A second proof", &b, &w);
	jsonw_str(&w, "secret", json_text(root, "secret"));
	jsonw_str(&w, "uri", json_text(root, "uri"));
	console_fill(r, "secret", 200, &b, &w, x);
	x->cookie = json_text(root, "session");
}

static void told_code(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct jsonw w;
	struct buf b;
	console_begin(web, r, &call->who, "Recovery codes", &b, &w);
	jsonw_str(&w, "error", status == 200 ? STR_NONE : console_error(r->arena, body));
	jsonw_raw(&w, "told", status == 200 ? body : STR("{}"));
	console_fill(r, status == 200 ? "recovery" : "secret", status, &b, &w, x);
}

static void told_prove(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	if (status == 200 && json_flag(read_told(r->arena, body), "in", false))
		console_go(x, form_value(&call->form, "to"));
	else
		show(web, r, &call->who, "prove", "Who are you?", status == 200 ? "Password and code do not fit together." : str_c(r->arena, console_error(r->arena, body)), x);
}

static void told_password(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	if (status == 200 && json_flag(read_told(r->arena, body), "in", false))
		console_go(x, STR("/me"));
	else
		show(web, r, &call->who, "password", "Another password", status == 200 ? "Password and code do not fit together." : str_c(r->arena, console_error(r->arena, body)), x);
}

static void told_recovery(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	struct jsonw w;
	struct buf b;
	if (status != 200 || !json_flag(read_told(r->arena, body), "in", false)) {
		show(web, r, &call->who, "newcodes", "Other recovery codes", status == 200 ? "Password and code do not fit together." : str_c(r->arena, console_error(r->arena, body)), x);
		return;
	}
	console_begin(web, r, &call->who, "Recovery codes", &b, &w);
	jsonw_raw(&w, "told", body);
	console_fill(r, "recovery", 200, &b, &w, x);
}

static void told_logout(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	(void)web, (void)r, (void)call, (void)status, (void)body;
	x->cookie = STR("-");
	console_go(x, STR("/login"));
}

static void told_seen(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *x)
{
	if (status == 200)
		console_take(web, r, &call->who, x);
	else
		console_refuse_form(r, status, console_error(r->arena, body), NULL, x);
}

struct login_step {
	const char *path, *template, *title;
	const struct route *route;
	console_told_fn *told;
	bool needs_session;             /* else it is for who has none */
	const char *names[4];
};

static const struct login_step steps[] = {
	{ "/login", "login", "Log in", &login_route, told_login, false, { "name", "password", "code" } },
	{ "/welcome", "welcome", "Welcome", &welcome_route, told_welcome, false, { "name", "invitation", "password" } },
	{ "/welcome/code", "secret", "A second proof", &code_route, told_code, true, { "code" } },
	{ "/prove", "prove", "Who are you?", &prove_route, told_prove, true, { "password", "code" } },
	{ "/me/password", "password", "Another password", &password_route, told_password, true, { "password", "code", "new" } },
	{ "/me/recovery", "newcodes", "Other recovery codes", &recovery_route, told_recovery, true, { "password", "code" } },
	{ "/logout", "logout", "Log out", &logout_route, told_logout, true, { NULL } },
};

static void take_step(struct web *web, struct http_request *r, const struct login_step *s, const struct principal *who, struct web_answer *x)
{
	struct form f;
	if (str_eq(r->method, STR("GET"))) {
		show(web, r, who, s->template, s->title, NULL, x);
		return;
	}
	x->retry_after_s = limit_take(&web->page_limits, limit_neighbour(r), clock_monotonic_us());
	if (x->retry_after_s)
		console_refuse(r, 429, "that was tried too often from there", x);
	else if (console_read_form(web, r, who, &f, x))
		ask(r, who, s->route, s->names, &f, s->told, x);
}

void login_take(struct web *web, struct http_request *r, struct web_answer *ret_answer)
{
	struct why why = { .line = 0 };
	struct user_session s = { 0 };
	struct principal who = nobody;
	struct str token = login_token(r);
	int64_t now = clock_wall_at();
	*ret_answer = (struct web_answer){ 0 };
	enum err e = token.len ? view_session(&web->source, r->arena, token, now, &s, &who, &why) : ERR_DENIED;
	if (e && e != ERR_DENIED) {
		console_refuse(r, 503, "sessions cannot be looked up now; try again", ret_answer);
		return;
	}
	if (e)
		who = nobody;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (str_eq(r->path, str_of(steps[i].path)) && (!steps[i].needs_session || e == OK)) {
			take_step(web, r, &steps[i], steps[i].needs_session ? &who : &nobody, ret_answer);
			return;
		}
	if (login_oidc_take(web, r, e ? &nobody : &who, ret_answer))
		return;
	if (e || s.enrols) {
		struct str to = str_eq(r->method, STR("GET")) ? r->target : STR("/");
		ret_answer->status = 303;
		ret_answer->type = "text/plain; charset=utf-8";
		ret_answer->location = e ? str_format(r->arena, "/login?to=%.*s", STR_ARG(page_part(r->arena, to))) : STR("/welcome");
		return;
	}
	/* what a page looks up by itself is no use of the session */
	if (now - s.seen_at > SESSION_SEEN_MINUTES * MINUTE_US && !http_header(r, LOGIN_BY_ITSELF).ptr) {
		static const char *const none[] = { NULL };
		struct form f = { .count = 0 };
		ask(r, &who, &seen_route, none, &f, told_seen, ret_answer);
		return;
	}
	console_take(web, r, &who, ret_answer);
}
