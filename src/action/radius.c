/*
 * radius-disconnect: asks an access server to end the sessions of a customer.
 *
 * It refuses: no access server can be named yet, and none is asked by a guess.
 */
#include <stdlib.h>

#include "action/action.h"

struct radius {
	struct loop *loop;
};

struct refusal {
	struct timer *soon;
	action_done_fn *done;
	void *arg;
};

static void on_soon(void *arg)
{
	struct refusal *r = arg;
	r->done(r->arg, RESULT_REFUSED, STR("no access server is configured that could be asked to end a session"));
	timer_free(r->soon);
	free(r);
}

static enum err radius_open(const struct action_options *o, void **ret_state, struct why *why)
{
	struct radius *s = calloc(1, sizeof(*s));
	if (!s)
		return why_set(why, ERR_NOMEM, "no memory for a driver");
	s->loop = o->loop;
	*ret_state = s;
	return OK;
}

static void radius_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	struct radius *s = state;
	struct refusal *r = calloc(1, sizeof(*r));
	(void)order;
	BUG_ON(!r || timer_new(s->loop, on_soon, r, &r->soon) != OK);
	r->done = done;
	r->arg = arg;
	timer_set(r->soon, 0, 0);
}

static void radius_close(void *state)
{
	free(state);
}

const struct action_driver action_radius_disconnect = { "radius-disconnect", "asks the access server to end the session", true, false, true, radius_open, radius_run, radius_close };
