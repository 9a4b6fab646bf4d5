/*
 * See events.h. Hostile is a page of another site that opens a stream in the name of whoever looks at it.
 */
#include "web/events.h"

#include "base/clock.h"
#include "model/user.h"
#include "web/feed.h"
#include "web/login.h"
#include "web/presence.h"

static const unsigned scopes = SCOPES(SCOPE_OPERATOR) | SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER);

enum err events_who(struct web *web, const struct http_request *r, const struct web_door *door, struct arena *a, struct principal *ret_principal, struct why *why)
{
	struct user_session session = { 0 };
	struct str key = web_key(r);
	enum err e = ERR_DENIED;
	if (http_header(r, "authorization").ptr) {
		if (door->takes_keys && key.len && key.len <= API_KEY_MAX)
			e = view_principal(&web->source, a, key, clock_wall_at(), ret_principal, why);
		if (e == OK && ret_principal->scope == SCOPE_OPERATOR && !operator_named(web->operators, web->operator_count, ret_principal->id))
			e = ERR_DENIED;
	} else if (door->network) {
		e = view_session(&web->source, a, login_token(r), clock_wall_at(), &session, ret_principal, why);
		if (e == OK && session.enrols)
			e = ERR_DENIED;
	} else if (operator_named(web->operators, web->operator_count, door->operator_name)) {
		*ret_principal = (struct principal){ .scope = SCOPE_OPERATOR, .id = door->operator_name };
		e = OK;
	}
	return e == OK && !(scopes & SCOPES(ret_principal->scope)) ? ERR_DENIED : e;
}

static void refuse(struct http_request *r, unsigned status, const char *text, struct web_answer *x)
{
	x->status = status;
	x->type = "application/json";
	x->body = web_error(r->arena, text);
}

static bool is_elsewhere(const struct http_request *r, const struct web_door *door)
{
	struct str site = http_header(r, "sec-fetch-site");
	if (site.ptr && !str_eq(site, STR("same-origin")))
		return true;
	return !door->network && !http_header(r, "authorization").ptr && !web_is_this_machine(http_header(r, "host"));
}

void events_take(struct web *web, struct http_request *r, const struct web_door *door, struct web_answer *x)
{
	struct feed_place *from = ARENA_NEW(r->arena, struct feed_place);
	struct str last = http_header(r, "last-event-id");
	struct why why = { .line = 0 };
	if (!last.len)
		last = http_query(r, "after");
	if (!str_eq(r->method, STR("GET"))) {
		refuse(r, 405, "not by this method", x);
		return;
	}
	if (is_elsewhere(r, door)) {
		refuse(r, 403, "another site asks", x);
		return;
	}
	enum err e = from ? events_who(web, r, door, r->arena, &x->who, &why) : ERR_NOMEM;
	if (e) {
		refuse(r, e == ERR_DENIED ? 401 : 503, e == ERR_DENIED ? "nobody is known who may be told" : "who asks cannot be looked up now; try again", x);
		return;
	}
	if (last.len && feed_parse(last, from) != OK) {
		refuse(r, 400, "that is no place to go on from", x);
		return;
	}
	struct viewer *viewer = ARENA_NEW(r->arena, struct viewer);
	if (!viewer || presence_read(http_query(r, "viewing"), &x->who, viewer) != OK) {
		refuse(r, viewer ? 400 : 503, "viewing are numbers of cases such as C-4711, with commas between", x);
		return;
	}
	x->viewer = viewer;
	x->status = 200;
	x->type = "text/event-stream";
	/* nowhere: at the end of what is there */
	if (!last.len)
		from->at[0] = -1;
	x->from = from;
}
