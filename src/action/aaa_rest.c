/*
 * aaa-rest PROFILE: what is wanted of the logins of a service is put to a system of the operator that keeps who may log in, and read back.
 * The contract is in aupd-webhook(7), "ACTS AS RESOURCES".
 *
 *   PUT URL/acts/KEY  {"state":"in-force","profile":P,"logins":[...],"key":K,...}      the same again is the same
 *   GET URL/acts/KEY  ->  {"state":"in-force"|"lifted"|"changed","logins":[...]}
 *
 * What answers a PUT proves nothing: done is what the GET behind it tells. 404 is no such login, or act; 409 is that somebody else has written
 * there. 408, 425, 429 and 503 say that nothing was done; every other 5xx, an answer that is none, and one that does not come cannot tell.
 */
#include <stdlib.h>

#include "action/aaa_rest.h"
#include "action/hook.h"
#include "base/json.h"
#include "base/time.h"

struct rest {
	struct loop *loop;
	const struct aaa_rest *at;      /* NULL: none is configured */
	struct transfers *transfers;
};

struct call {
	struct rest *rest;
	struct arena *arena;
	action_done_fn *done;
	void *arg;
	const struct act *act;          /* of the order, and its logins: there until done is called */
	enum act_op op;
	bool desired;
	const struct str *logins;
	struct str url;
	unsigned login_count;
	struct timer *soon;
	enum act_result result;
	struct str text;
};

enum seen { SEEN_UNKNOWN, SEEN_IN_FORCE, SEEN_LIFTED, SEEN_CHANGED };

static void finish(void *arg)
{
	struct call *c = arg;
	c->done(c->arg, c->result, c->text);
	timer_free(c->soon);
	arena_free(c->arena);
	free(c);
}

static void end(struct call *c, enum act_result result, struct str text)
{
	c->result = result;
	c->text = str_copy(c->arena, text);
	timer_set(c->soon, 0, 0);
}

/* Its own words, where it has some. */
static struct str words(struct call *c, const struct transfer_result *r, const char *otherwise)
{
	struct json *root;
	struct str text = json_read(c->arena, r->body, &root, NULL) == OK ? json_text(root, "text") : STR_NONE;
	return text.len ? str_printable(c->arena, text, HOOK_TEXT_MAX) : str_of(otherwise);
}

static bool has_logins(const struct call *c, const struct json *list)
{
	for (unsigned i = 0; i < c->login_count; i++) {
		const struct json *x = list && list->type == JSON_ARRAY ? list->child : NULL;
		while (x && !(x->type == JSON_STRING && str_eq(x->text, c->logins[i])))
			x = x->next;
		if (!x)
			return false;
	}
	return true;
}

static enum seen read_state(struct call *c, const struct transfer_result *r)
{
	struct json *root;
	if (r->code == 404)
		return SEEN_LIFTED;
	if (r->outcome != TRANSFER_DONE || json_read(c->arena, r->body, &root, NULL) != OK)
		return SEEN_UNKNOWN;
	struct str state = json_text(root, "state");
	if (str_eq(state, STR("in-force")))
		return has_logins(c, json_get(root, "logins")) ? SEEN_IN_FORCE : SEEN_UNKNOWN;
	return str_eq(state, STR("lifted")) ? SEEN_LIFTED : str_eq(state, STR("changed")) ? SEEN_CHANGED : SEEN_UNKNOWN;
}

#define CHANGED "the AAA system says that what stands there is not what was set: a person has to look"

static void on_state(void *arg, const struct transfer_result *r)
{
	struct call *c = arg;
	const enum seen seen = read_state(c, r);
	const bool wanted = seen == (c->op == ACT_UNDO ? SEEN_LIFTED : SEEN_IN_FORCE);
	if (seen == SEEN_UNKNOWN)
		end(c, RESULT_UNKNOWN, words(c, r, r->outcome == TRANSFER_DONE ? "what the AAA system tells of the act was not understood" : "the AAA system cannot be asked what is in force"));
	else if (wanted)
		end(c, RESULT_DONE, STR_NONE);
	else if (seen == SEEN_CHANGED && !(c->op == ACT_CHECK && c->desired))
		end(c, RESULT_REFUSED, words(c, r, CHANGED));
	else if (c->op == ACT_CHECK)
		end(c, RESULT_RETRY, words(c, r, "the AAA system says that it is not in force"));
	else
		end(c, RESULT_UNKNOWN, words(c, r, "the AAA system does not read back as it was told"));
}

static void call(struct call *c, const char *method, struct str body, transfer_fn *fn)
{
	struct why why = { .line = 0 };
	struct str headers[] = { str_format(c->arena, "Authorization: Bearer %.*s", STR_ARG(c->rest->at->token)), STR("Content-Type: application/json"),
		str_format(c->arena, "Idempotency-Key: %.*s", STR_ARG(c->act->key)) };
	const struct transfer_request r = { .method = str_of(method), .url = c->url, .headers = headers, .header_count = body.len ? 3 : 1, .body = body,
		.answer_bytes = HOOK_ANSWER_BYTES_MAX, .timeout_us = HOOK_SECONDS * SECOND_US };
	enum err e = transfer_http(c->rest->transfers, &r, fn, c, &why);
	if (e)
		end(c, fn == on_state ? RESULT_UNKNOWN : e == ERR_AGAIN ? RESULT_RETRY : RESULT_REFUSED, str_of(why.text));
}

static bool is_later(unsigned code)
{
	return code == 408 || code == 425 || code == 429 || code == 503;
}

static void on_put(void *arg, const struct transfer_result *r)
{
	struct call *c = arg;
	if (r->outcome == TRANSFER_DONE || (r->code == 404 && c->op == ACT_UNDO))
		call(c, "GET", STR_NONE, on_state);
	else if (r->code == 404)
		end(c, RESULT_REFUSED, words(c, r, "the AAA system does not know a login of the service, or the profile"));
	else if (r->code == 409)
		end(c, RESULT_REFUSED, words(c, r, CHANGED));
	else if (is_later(r->code) || (!r->code && r->outcome == TRANSFER_RETRY))
		end(c, RESULT_RETRY, words(c, r, r->code ? "the AAA system takes nothing now" : "the AAA system cannot be reached"));
	else if (r->outcome == TRANSFER_REFUSED)
		end(c, RESULT_REFUSED, words(c, r, r->code ? "the AAA system refused it" : str_c(c->arena, str_printable(c->arena, r->text, HOOK_TEXT_MAX))));
	else
		end(c, RESULT_UNKNOWN, words(c, r, "the AAA system did not say whether it was done"));
}

struct str aaa_rest_body(struct arena *a, const struct act *act, enum act_op op, const struct str *logins, unsigned login_count)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, HOOK_CALL_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "state", op == ACT_UNDO ? STR("lifted") : STR("in-force"));
	jsonw_str(&w, "profile", act->param_count ? act->params[0] : STR_NONE);
	if (op == ACT_DO) {
		jsonw_array(&w, "logins");
		for (unsigned i = 0; i < login_count; i++)
			jsonw_str(&w, NULL, logins[i]);
		jsonw_end(&w, ']');
	}
	hook_put_act(&w, act, false);
	jsonw_end(&w, '}');
	struct str body = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return body;
}

struct str aaa_rest_url(struct arena *a, const struct aaa_rest *at, struct str key)
{
	struct buf b;
	buf_init(&b, HOOK_CALL_BYTES_MAX);
	buf_printf(&b, "%.*s/acts/", STR_ARG(at->url));
	buf_put_percent(&b, key);
	struct str url = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return url;
}

static void rest_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	struct call *c = calloc(1, sizeof(*c));
	struct rest *s = state;
	BUG_ON(!c || !(c->arena = arena_new("aaa-rest", 8 * HOOK_ANSWER_BYTES_MAX)) || timer_new(s->loop, finish, c, &c->soon) != OK);
	c->rest = s;
	c->done = done;
	c->arg = arg;
	c->act = order->act;
	c->op = order->op;
	c->desired = order->act->desired;
	c->logins = order->logins;
	c->login_count = order->login_count;
	if (!s->at) {
		end(c, c->op == ACT_CHECK ? RESULT_UNKNOWN : RESULT_REFUSED, STR("no AAA system is configured: aaa-rest { }"));
		return;
	}
	c->url = aaa_rest_url(c->arena, s->at, c->act->key);
	if (c->op == ACT_CHECK)
		call(c, "GET", STR_NONE, on_state);
	else if (c->op == ACT_DO && !c->login_count)
		end(c, RESULT_REFUSED, STR("the order names no login"));
	else
		call(c, "PUT", aaa_rest_body(c->arena, c->act, c->op, c->logins, c->login_count), on_put);
}

static enum err rest_open(const struct action_options *o, void **ret_state, struct why *why)
{
	struct rest *s = calloc(1, sizeof(*s));
	if (!s)
		return why_set(why, ERR_NOMEM, "no memory for a driver");
	s->loop = o->loop;
	s->at = o->aaa_rest;
	enum err e = hook_transfers(o, &s->transfers, why);
	if (e)
		free(s);
	else
		*ret_state = s;
	return e;
}

static void rest_close(void *state)
{
	struct rest *s = state;
	if (!s)
		return;
	transfers_free(s->transfers);
	free(s);
}

const struct action_driver action_aaa_rest = { "aaa-rest", "what is wanted of logins, put to a system that keeps them", true, true, false, rest_open, rest_run, rest_close };
