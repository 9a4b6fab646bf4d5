/*
 * radius-disconnect: asks the access servers to end the live sessions of a customer; radius-coa PROFILE: to change them, as the server's
 * profile of that name says (RFC 5176 3).
 *
 * The order brings what names each session; the judge has looked at whose they are just before. That a server acknowledges says only that
 * it was heard: the answer is then "unknown", and the effect is seen in accounting, by the judge, which does not ask this
 * driver to look. A refusal is final where asking again would be refused again; then a person is needed. When more than a fifth of the last
 * twenty answers were refusals or none, nobody is asked for a quarter of an hour.
 */
#include <stdio.h>
#include <stdlib.h>

#include "action/action.h"
#include "action/radius_ask.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "wire/radius.h"

enum { TEXT_MAX = 200, BREAKER_LAST = 20, BREAKER_BAD = 4 /* more of the last ones */, BREAKER_SECONDS = 900 };

/* One for both drivers, so that the rate of a server, and one question at a time about a session, hold for both. */
static struct radius *shared;

struct radius {
	unsigned users;
	struct radius_asks *asks;
	struct loop *loop;
	bool none;                      /* no access server is configured */
	uint32_t bad;                   /* bit n: of the answers, the one n before the last was a refusal or none */
	unsigned answers;               /* as many as bad has, BREAKER_LAST at most */
	int64_t broken_until;           /* wall time; 0: whole */
};

/* The sessions of one order. */
struct asked {
	struct radius *radius;
	struct timer *soon;
	action_done_fn *done;
	void *arg;
	unsigned open;                  /* questions without an answer */
	char text[TEXT_MAX];            /* of the worst answer so far */
	enum act_result worst;
};

static enum err radius_open(const struct action_options *o, void **ret_state, struct why *why)
{
	if (shared) {
		shared->users++;
		*ret_state = shared;
		return OK;
	}
	struct radius *s = calloc(1, sizeof(*s));
	if (!s)
		return why_set(why, ERR_NOMEM, "no memory for a driver");
	enum err e = radius_asks_open(o, &s->asks, why);
	if (e) {
		free(s);
		return e;
	}
	s->loop = o->loop;
	s->none = !o->nas_count;
	s->users = 1;
	*ret_state = shared = s;
	return OK;
}

static void finish(void *arg)
{
	struct asked *x = arg;
	x->done(x->arg, x->worst, str_of(x->text));
	timer_free(x->soon);
	free(x);
}

/* What an Error-Cause says of asking again (RFC 5176 3.5). */
static enum act_result meaning(uint32_t cause)
{
	switch (cause) {
	case 201:                       /* residual session context removed */
	case 503:                       /* session context not found: it is over, or was never there by that name */
	case 507: return RESULT_UNKNOWN;        /* request initiated */
	case 505:                       /* other proxy processing error */
	case 506: return RESULT_RETRY;  /* resources unavailable */
	default: return RESULT_REFUSED;
	}
}

static const char *advice(uint32_t cause)
{
	switch (cause) {
	case 401: case 402: case 404: case 407: return "; the profile of the server wants mending";
	case 403: return "; it is not the server that it was taken for";
	case 508: return "; nothing was done";
	default: return "";
	}
}

/* Refused outweighs later, and that unknown: what a person has to see is not hidden by what went well. */
static unsigned weight(enum act_result r)
{
	return r == RESULT_REFUSED ? 3 : r == RESULT_RETRY ? 2 : 1;
}

/* Too many of the last answers were bad: something is wrong with what is asked, or with the way to the servers, and nobody is asked for a while. */
static void note_answer(struct radius *s, bool bad)
{
	unsigned n = 0;
	s->bad = (s->bad << 1 | bad) & ((UINT32_C(1) << BREAKER_LAST) - 1);
	s->answers += s->answers < BREAKER_LAST;
	for (uint32_t rest = s->bad; rest; rest &= rest - 1)
		n++;
	if (s->answers < BREAKER_LAST || n <= BREAKER_BAD)
		return;
	s->broken_until = clock_wall_at() + BREAKER_SECONDS * SECOND_US;
	s->bad = 0;
	s->answers = 0;
	log_error("access servers are not asked for a while: too many of the last questions were refused or not answered", "bad", log_u64(n), "of", log_u64(BREAKER_LAST));
}

static void on_asked(void *arg, enum radius_asked asked, uint32_t cause, const char *text)
{
	struct asked *x = arg;
	enum act_result r = asked == RADIUS_ASKED_NOT ? RESULT_REFUSED : asked == RADIUS_ASKED_LATER ? RESULT_RETRY : asked == RADIUS_ASKED_DENIED ? meaning(cause)
		: RESULT_UNKNOWN;
	bool answered = asked == RADIUS_ASKED_TAKEN || asked == RADIUS_ASKED_DENIED || asked == RADIUS_ASKED_SILENT;
	if (answered)
		note_answer(x->radius, asked == RADIUS_ASKED_SILENT || r == RESULT_REFUSED);
	if (x->worst == RESULT_NONE || weight(r) > weight(x->worst)) {
		x->worst = r;
		if (cause)
			(void)snprintf(x->text, sizeof(x->text), "%s (Error-Cause %u)%s", text, cause, asked == RADIUS_ASKED_DENIED ? advice(cause) : "");
		else
			(void)snprintf(x->text, sizeof(x->text), "%s", text);
	}
	if (!--x->open)
		finish(x);
}

static void told(struct radius *s, struct asked *x, enum act_result r, const char *text)
{
	x->worst = r;
	(void)snprintf(x->text, sizeof(x->text), "%s", text);
	BUG_ON(timer_new(s->loop, finish, x, &x->soon) != OK);
	timer_set(x->soon, 0, 0);
}

static void ask(struct radius *s, const struct action_order *order, const struct radius_question *like, action_done_fn *done, void *arg)
{
	struct asked *x = calloc(1, sizeof(*x));
	BUG_ON(!x);
	x->radius = s;
	x->done = done;
	x->arg = arg;
	if (order->op == ACT_CHECK || (order->op == ACT_UNDO && like->code != RADIUS_COA_REQUEST)) {
		told(s, x, RESULT_UNKNOWN, "what became of a session is seen in accounting");
		return;
	}
	if (s->none) {
		told(s, x, RESULT_REFUSED, "no access server is configured that could be asked to end a session");
		return;
	}
	if (s->broken_until > clock_wall_at()) {
		told(s, x, RESULT_RETRY, "the breaker is open: too many of the last questions to access servers were refused or not answered");
		return;
	}
	for (unsigned i = 0; i < order->session_count; i++) {
		struct radius_question q = *like;
		q.identity = order->sessions[i];
		q.alone = order->session_count == 1;
		q.saved = order->saved ? order->saved[i] : STR_NONE;
		q.good_until = order->good_until;
		x->open += radius_ask(s->asks, &q, on_asked, x) == OK;
	}
	if (!x->open)
		told(s, x, RESULT_RETRY, order->session_count ? "no memory to ask access servers" : "the order names no session");
}

static void disconnect_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	const struct radius_question q = { .code = RADIUS_DISCONNECT_REQUEST, .first = order->act->asks <= 1 };
	ask(state, order, &q, done, arg);
}

static void coa_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	const struct radius_question q = { .code = RADIUS_COA_REQUEST, .profile = order->act->param_count ? order->act->params[0] : STR_NONE, .restore = order->op == ACT_UNDO };
	ask(state, order, &q, done, arg);
}

static void radius_close(void *state)
{
	struct radius *s = state;
	if (!s || --s->users)
		return;
	radius_asks_close(s->asks);
	shared = NULL;
	free(s);
}

const struct action_driver action_radius_disconnect = { "radius-disconnect", "asks access servers to end sessions", true, false, true, radius_open, disconnect_run, radius_close };
const struct action_driver action_radius_coa = { "radius-coa", "asks access servers to change sessions", true, true, false, radius_open, coa_run, radius_close };
