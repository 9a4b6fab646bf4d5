/*
 * The two drivers without an outside: null, which shows the contract, and task, where a person is the driver.
 */
#include <stdlib.h>

#include "action/action.h"

enum { PENDING_MAX = 256 };

/* Answers come in the next turn of the loop, never from inside run. */
struct simple {
	struct timer *soon;
	struct { action_done_fn *done; void *arg; } pending[PENDING_MAX];
	unsigned count;
};

static void on_soon(void *arg)
{
	struct simple *s = arg;
	unsigned n = s->count;
	for (unsigned i = 0; i < n; i++)
		s->pending[i].done(s->pending[i].arg, RESULT_DONE, STR_NONE);
	memmove(s->pending, s->pending + n, (s->count - n) * sizeof(s->pending[0]));
	s->count -= n;
}

static enum err simple_open(const struct action_options *o, void **ret_state, struct why *why)
{
	struct simple *s = calloc(1, sizeof(*s));
	if (!s || timer_new(o->loop, on_soon, s, &s->soon) != OK) {
		free(s);
		return why_set(why, ERR_NOMEM, "no memory for a driver");
	}
	*ret_state = s;
	return OK;
}

static void simple_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	struct simple *s = state;
	(void)order;
	if (s->count == PENDING_MAX)
		on_soon(s);
	s->pending[s->count].done = done;
	s->pending[s->count++].arg = arg;
	timer_set(s->soon, 0, 0);
}

static void simple_close(void *state)
{
	struct simple *s = state;
	if (!s)
		return;
	timer_free(s->soon);
	free(s);
}

const struct action_driver action_null = { "null", "does nothing and says that it is done", true, true, true, simple_open, simple_run, simple_close };
const struct action_driver action_task = { "task", "a person does it", true, true, true, simple_open, simple_run, simple_close };
