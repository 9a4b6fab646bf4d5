/*
 * One request from its head to its answer. See web.h.
 */
#include "web/web.h"

#include "base/clock.h"
#include "web/asset.h"
#include "web/call.h"
#include "web/console.h"
#include "web/garden.h"
#include "web/login.h"
#include "web/onetime.h"
#include "web/portal.h"
#include "web/events.h"

enum { ANSWER_BYTES_MAX = 64 << 20, ERROR_BYTES = 8192, COMMAND_BYTES = 1 << 20, KEY_WORD_LEN = 7 };

struct str web_error(struct arena *a, const char *text)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, ERROR_BYTES);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "error", str_of(text));
	jsonw_end(&w, '}');
	struct str body = str_copy(a, buf_str(&b));
	buf_done(&b);
	return body;
}

static void refuse(struct web_answer *x, struct arena *a, unsigned status, const char *text)
{
	x->status = status;
	x->type = "application/json";
	x->body = web_error(a, text);
}

/* RFC 6750 2.1. */
struct str web_key(const struct http_request *r)
{
	struct str auth = http_header(r, "authorization");
	return str_starts_fold(auth, STR("Bearer ")) ? str_trim(str_sub(auth, KEY_WORD_LEN, auth.len)) : STR_NONE;
}

/* false: refused already. */
static bool who_asks(struct web *web, struct http_request *r, const struct web_door *door, struct principal *ret, struct web_answer *x)
{
	struct why why = { .line = 0 };
	struct str key = web_key(r);
	*ret = (struct principal){ .scope = door->network ? SCOPE_NOBODY : door->operator_name.len ? SCOPE_OPERATOR : SCOPE_LOCAL, .id = door->operator_name };
	if (!http_header(r, "authorization").ptr)
		return true;
	if (!door->takes_keys) {
		refuse(x, r->arena, 401, "keys are not taken here, where they would be read on their way");
		return false;
	}
	enum err e = key.len && key.len <= API_KEY_MAX ? view_principal(&web->source, r->arena, key, clock_wall_at(), ret, &why) : ERR_DENIED;
	if (e == OK && ret->scope == SCOPE_OPERATOR && !operator_named(web->operators, web->operator_count, ret->id))
		e = ERR_DENIED;
	if (e) {
		refuse(x, r->arena, e == ERR_DENIED ? 401 : 503, e == ERR_DENIED ? "the key is unknown, expired or revoked" : "keys cannot be looked up now; try again");
		return false;
	}
	x->retry_after_s = limit_take(&web->limits, ret->key, clock_monotonic_us());
	if (x->retry_after_s)
		refuse(x, r->arena, 429, "more calls within a minute than a key may make");
	return !x->retry_after_s;
}

static unsigned status_of(enum err e)
{
	switch (e) {
	case OK: return 200;
	case ERR_NOTFOUND: return 404;
	case ERR_SYNTAX: case ERR_RANGE: case ERR_LIMIT: case ERR_UNSUPPORTED: return 400;
	case ERR_DENIED: return 403;
	case ERR_CONFLICT: case ERR_EXISTS: return 409;
	default: return 503;
	}
}

static void answer_read(const struct web_call *call, struct web_answer *x)
{
	struct web_call one = *call, *c = &one;
	struct buf b;
	struct jsonw w;
	buf_init(&b, ANSWER_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	one.w = &w;
	enum err e = view_open(&c->web->source, c->why);
	if (e == OK)
		e = c->route->read(c);
	jsonw_end(&w, '}');
	if (e == OK && b.err)
		e = why_set(c->why, b.err, "the answer is too long");
	if (e) {
		refuse(x, c->arena, status_of(e), c->why->text);
	} else {
		x->status = 200;
		x->type = c->route->type ? c->route->type : "application/json";
		x->body = c->text.ptr ? c->text : str_copy(c->arena, buf_str(&b));
	}
	buf_done(&b);
}

/* What the judge is to believe, and under which name an answer is kept: one line before the command. */
static struct str proof_line(const struct http_request *r, const struct principal *who, bool reads)
{
	struct str token = http_header(r, "idempotency-key");
	struct buf b;
	struct jsonw w;
	buf_init(&b, ERROR_BYTES);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	if (who->key.len)
		jsonw_str(&w, "key", web_key(r));
	else if (who->session.len)
		jsonw_str(&w, "session", login_token(r));
	else if (who->link.len)
		jsonw_str(&w, "page", who->link);
	else if (who->scope == SCOPE_NOBODY)
		jsonw_bool(&w, "link", true);
	if (reads)
		jsonw_bool(&w, "reads", true);
	else if (token.len)
		jsonw_str(&w, "replay", token);
	jsonw_end(&w, '}');
	struct str line = str_copy(r->arena, buf_str(&b));
	buf_done(&b);
	return line;
}

/* Every parameter of the route is a member of the command. */
static struct str compose(const struct web_call *c)
{
	const struct route *t = c->route;
	struct buf b;
	struct jsonw w;
	buf_init(&b, COMMAND_BYTES);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "op", str_of(t->op));
	for (size_t i = 0; t->params && t->params[i].name; i++) {
		uint64_t n;
		if (c->values.text[i].len && t->params[i].value == VALUE_NUMBER && str_to_u64(c->values.text[i], INT64_MAX, &n) == OK)
			jsonw_int(&w, t->params[i].name, (int64_t)n);
		else if (c->values.text[i].len)
			jsonw_str(&w, t->params[i].name, c->values.text[i]);
	}
	jsonw_end(&w, '}');
	struct str text = b.err ? STR_NONE : str_copy(c->arena, buf_str(&b));
	buf_done(&b);
	return text;
}

static void ask_judge(struct web_call *c, struct http_request *r, struct web_answer *x)
{
	if (http_header(r, "idempotency-key").len > WEB_TOKEN_MAX) {
		refuse(x, r->arena, 400, "the Idempotency-Key is too long");
		return;
	}
	x->route = c->route;
	x->proof = proof_line(r, &c->who, route_reads(c->route));
	x->command = c->route->passes ? r->body : compose(c);
	if (!x->proof.len || !x->command.len)
		refuse(x, r->arena, 400, "there is no command, or it is too long");
}

/* RFC 9110 7.2: a page reached by another name was found by another site, which would read what is in it. */
bool web_is_this_machine(struct str host)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
	size_t colon = host.len;
	while (colon && host.ptr[colon - 1] >= '0' && host.ptr[colon - 1] <= '9')
		colon--;
	if (colon && host.ptr[colon - 1] == ':')
		host = str_sub(host, 0, colon - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_fold(host, str_of(names[i])))
			return true;
	return false;
}

/* Pages: by a session for whoever comes over a network, without one for an operator at the Unix socket, over a tunnel of ssh. */
static bool take_page(struct web *web, struct http_request *r, const struct web_door *door, struct web_answer *x)
{
	struct principal who = { .scope = SCOPE_OPERATOR, .id = door->operator_name };
	if ((!door->network && !door->operator_name.len) || !console_is(r->path) || http_header(r, "authorization").ptr)
		return false;
	if (asset_take(r, x))
		return true;
	if (door->network)
		login_take(web, r, x);
	else if (web_is_this_machine(http_header(r, "host")))
		console_take(web, r, &who, x);
	else
		console_refuse(r, 421, "this console is http://localhost alone", x);
	return true;
}

void web_take(struct web *web, struct http_request *r, const struct web_door *door, struct web_answer *ret_answer)
{
	struct principal who;
	*ret_answer = (struct web_answer){ 0 };
	if (door->garden) {
		garden_take(web, r, door->tls, ret_answer);
		return;
	}
	if (door->network && onetime_is(r->path)) {
		onetime_take(web, r, ret_answer);
		return;
	}
	if (door->network && portal_is(r->path)) {
		portal_take(web, r, ret_answer);
		return;
	}
	if (door->network && portal_is_public(r->path)) {
		portal_take_public(web, r, ret_answer);
		return;
	}
	if (str_eq(r->path, EVENTS_PATH)) {
		events_take(web, r, door, ret_answer);
		return;
	}
	if (take_page(web, r, door, ret_answer))
		return;
	if (who_asks(web, r, door, &who, ret_answer))
		web_take_as(web, r, &who, ret_answer);
}

void web_take_as(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer)
{
	struct why why = { .line = 0 };
	struct web_call c = { .web = web, .who = *who, .arena = r->arena, .why = &why };
	bool known = false;
	*ret_answer = (struct web_answer){ 0 };
	c.view = (struct view){ &web->source, &c.who, r->arena };
	c.route = route_find(r->method, r->path, &c.values, &known);
	if (!c.route) {
		refuse(ret_answer, r->arena, known ? 405 : 404, known ? "not by this method" : "there is no such path");
		return;
	}
	if (!(c.route->scopes & SCOPES(c.who.scope))) {
		bool keyless = c.who.scope == SCOPE_NOBODY;
		refuse(ret_answer, r->arena, keyless ? 401 : 403, keyless ? "a key is needed: Authorization: Bearer KEY"
			: c.who.key.len ? "the key is not for this" : "you are no operator: the configuration names none with your user id");
		return;
	}
	enum err e = route_check(c.route, r, &c.values, &why);
	if (e)
		refuse(ret_answer, r->arena, status_of(e), why.text);
	else if (c.route->read)
		answer_read(&c, ret_answer);
	else
		ask_judge(&c, r, ret_answer);
}

unsigned web_told(const struct route *route, struct arena *a, struct str reply)
{
	struct json *root;
	if (!str_starts(reply, STR("{\"error\"")))
		return 200;
	if (json_read(a, reply, &root, NULL) != OK)
		return 503;
	/* the same Idempotency-Key for something else */
	if (json_flag(root, "replayed", false))
		return 422;
	return route->passes ? 409 : status_of((enum err)json_int(root, "code", ERR_IO));
}
