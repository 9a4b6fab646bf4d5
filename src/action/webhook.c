/*
 * webhook: one signed call with op do, check or undo; the reply names done, refused or unknown.
 *
 *   POST URL, X-Aupd-Signature: sha256=HEX (HMAC over the body), Idempotency-Key: the act's key
 *   {"op":"do","key":K,"verb":V,"service":S,"target":T,"case":C,"expires":TIME|null}  ->  {"result":"done|refused|unknown","text":"..."}
 *
 * A check is answered done when the effect is in force, refused when it is not. Addresses that are not public are refused
 * unless listed. After a do that was not answered the hook is asked by check; a do that is made again has the same key.
 */
#include <stdlib.h>

#include "action/hook.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/time.h"

struct webhook {
	struct transfers *transfers;
	struct action_options o;
};

struct call {
	action_done_fn *done;
	void *arg;
	struct arena *arena;
	struct timer *soon;
	enum act_op op;
	enum act_result result;
	struct str text;
};

static void finish(void *arg)
{
	struct call *c = arg;
	c->done(c->arg, c->result, c->text);
	timer_free(c->soon);
	arena_free(c->arena);
	free(c);
}

static void read_answer(struct call *c, struct str body)
{
	struct json *root;
	c->result = RESULT_UNKNOWN;
	c->text = STR("the hook's answer was not understood");
	if (json_read(c->arena, body, &root, NULL) != OK)
		return;
	struct str result = json_text(root, "result");
	c->text = str_printable(c->arena, json_text(root, "text"), HOOK_TEXT_MAX);
	if (str_eq(result, STR("done")))
		c->result = RESULT_DONE;
	else if (str_eq(result, STR("refused")))
		c->result = c->op == ACT_CHECK ? RESULT_RETRY : RESULT_REFUSED;
}

static void on_answer(void *arg, const struct transfer_result *r)
{
	struct call *c = arg;
	if (r->outcome == TRANSFER_DONE) {
		read_answer(c, r->body);
	} else {
		/* a look that failed has seen nothing, whatever it failed of */
		c->result = r->outcome == TRANSFER_UNKNOWN || c->op == ACT_CHECK ? RESULT_UNKNOWN : r->outcome == TRANSFER_REFUSED ? RESULT_REFUSED : RESULT_RETRY;
		c->text = str_printable(c->arena, r->text, HOOK_TEXT_MAX);
	}
	finish(c);
}

static enum err webhook_open(const struct action_options *o, void **ret_state, struct why *why)
{
	struct webhook *h = calloc(1, sizeof(*h));
	if (!h)
		return why_set(why, ERR_NOMEM, "hooks cannot be called");
	enum err e = hook_transfers(o, &h->transfers, why);
	if (e) {
		free(h);
		return e;
	}
	h->o = *o;
	*ret_state = h;
	return OK;
}

static struct str make_body(struct arena *a, const struct action_order *order)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, HOOK_CALL_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "op", str_of(act_op_words[order->op]));
	hook_put_act(&w, order->act, true);
	jsonw_end(&w, '}');
	struct str body = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return body;
}

static void webhook_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	struct webhook *h = state;
	struct call *c = calloc(1, sizeof(*c));
	struct digest d;
	struct why why = { .line = 0 };
	BUG_ON(!c || !(c->arena = arena_new("hook", 8 * HOOK_ANSWER_BYTES_MAX)));
	c->done = done;
	c->arg = arg;
	c->op = order->op;
	struct str body = make_body(c->arena, order);
	digest_hmac(h->o.webhook_secret, body, &d);
	struct str headers[] = { STR("Content-Type: application/json"), str_format(c->arena, "X-Aupd-Signature: sha256=%.*s", STR_ARG(digest_hex(c->arena, &d))),
		str_format(c->arena, "Idempotency-Key: %.*s", STR_ARG(order->act->key)) };
	struct transfer_request r = { .method = STR("POST"), .url = order->act->param_count ? order->act->params[0] : STR_NONE, .headers = headers, .header_count = 3,
		.body = body, .answer_bytes = HOOK_ANSWER_BYTES_MAX, .timeout_us = HOOK_SECONDS * SECOND_US };
	enum err e = transfer_http(h->transfers, &r, on_answer, c, &why);
	if (e == OK)
		return;
	c->result = c->op == ACT_CHECK ? RESULT_UNKNOWN : e == ERR_AGAIN ? RESULT_RETRY : RESULT_REFUSED;
	c->text = str_copy(c->arena, str_of(why.text));
	if (timer_new(h->o.loop, finish, c, &c->soon) == OK)
		timer_set(c->soon, 0, 0);
}

static void webhook_close(void *state)
{
	struct webhook *h = state;
	if (!h)
		return;
	transfers_free(h->transfers);
	free(h);
}

const struct action_driver action_webhook = { "webhook", "a signed HTTP call to a system of the operator", true, true, true, webhook_open, webhook_run, webhook_close };
