/*
 * nft: single addresses in hash sets of a table of our own; what a set means is the operator's rules.
 *
 * Parameters: set NAME. Addresses of the IPv4 family live in NAME, of IPv6 in NAME6. Do is delete and add in one go (older
 * kernels keep an element's old timeout), seen by reading the element back; undo is a delete, seen by its absence. Table and
 * sets are made when they are not there; an element in a set that no rule looks at is told of in the answer's text. The
 * program runs in a child that alone may run it; this driver only writes its lines. Never for a shared address.
 */
#include <stdlib.h>

#include "action/action.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/time.h"

enum { NFT_NAME_MAX = 64, NFT_LISTING_WHOLE = 16000 };
enum phase { PHASE_SETUP, PHASE_CHANGE, PHASE_LOOK };

struct nft {
	struct action_options o;
};

struct job {
	struct nft *nft;
	struct arena *arena;
	action_done_fn *done;
	void *arg;
	enum act_op op;
	enum phase phase;
	struct str table, set, type, element;
	int64_t timeout_us;
	struct timer *soon;
	enum act_result result;
	struct str text;
};

static void finish(void *arg)
{
	struct job *j = arg;
	j->done(j->arg, j->result, j->text);
	timer_free(j->soon);
	arena_free(j->arena);
	free(j);
}

static void end(struct job *j, enum act_result result, struct str text)
{
	j->result = result;
	j->text = text;
	if (timer_new(j->nft->o.loop, finish, j, &j->soon) == OK)
		timer_set(j->soon, 0, 0);
}

static void on_output(void *arg, int status, struct str out);

/* Nothing was tried: what was to be done is done later, what was to be seen is not known. */
static enum act_result not_asked(const struct job *j)
{
	return j->op == ACT_CHECK || j->phase == PHASE_LOOK ? RESULT_UNKNOWN : RESULT_RETRY;
}

static void ask(struct job *j, enum phase phase, struct str commands)
{
	j->phase = phase;
	if (j->nft->o.nft(j->nft->o.nft_arg, commands, on_output, j) != OK)
		end(j, not_asked(j), STR("the child that runs nft is away"));
}

static void look(struct job *j)
{
	ask(j, PHASE_LOOK, str_format(j->arena, "get element inet %.*s %.*s { %.*s }\nlist table inet %.*s\n", STR_ARG(j->table), STR_ARG(j->set),
		STR_ARG(j->element), STR_ARG(j->table)));
}

static void change(struct job *j)
{
	struct str t = j->table, s = j->set, e = j->element;
	if (j->op == ACT_UNDO) {
		ask(j, PHASE_CHANGE, str_format(j->arena, "add element inet %.*s %.*s { %.*s }\ndelete element inet %.*s %.*s { %.*s }\n", STR_ARG(t), STR_ARG(s),
			STR_ARG(e), STR_ARG(t), STR_ARG(s), STR_ARG(e)));
		return;
	}
	struct str timeout = j->timeout_us > 0 ? str_format(j->arena, " timeout %llds", (long long)(j->timeout_us / SECOND_US)) : STR("");
	/* add before delete, so that the delete never fails; all three are one transaction */
	ask(j, PHASE_CHANGE, str_format(j->arena, "add element inet %.*s %.*s { %.*s }\ndelete element inet %.*s %.*s { %.*s }\nadd element inet %.*s %.*s { %.*s%.*s }\n",
		STR_ARG(t), STR_ARG(s), STR_ARG(e), STR_ARG(t), STR_ARG(s), STR_ARG(e), STR_ARG(t), STR_ARG(s), STR_ARG(e), STR_ARG(timeout)));
}

static bool name_octet(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether a rule of the table names the set; a listing that was cut tells nothing and counts as yes. */
static bool looked_at(const struct job *j, struct str listing)
{
	struct str want = str_format(j->arena, "@%.*s", STR_ARG(j->set));
	if (listing.len >= NFT_LISTING_WHOLE)
		return true;
	for (size_t at; (at = str_find(listing, want)) != SIZE_MAX; listing = str_sub(listing, at + want.len, listing.len))
		if (at + want.len == listing.len || !name_octet(listing.ptr[at + want.len]))
			return true;
	return false;
}

static void seen(struct job *j, bool there, struct str listing)
{
	if (j->op == ACT_UNDO)
		end(j, there ? RESULT_UNKNOWN : RESULT_DONE, there ? STR("the address is still in its set") : STR_NONE);
	else if (there)
		end(j, RESULT_DONE, looked_at(j, listing) ? STR_NONE : str_format(j->arena, "no rule of table %.*s looks at the set %.*s", STR_ARG(j->table), STR_ARG(j->set)));
	else
		end(j, j->op == ACT_CHECK ? RESULT_RETRY : RESULT_UNKNOWN, STR("the address is not in its set"));
}

static void on_output(void *arg, int status, struct str out)
{
	struct job *j = arg;
	bool missing = str_find(out, STR("No such file")) != SIZE_MAX || str_find(out, STR("does not exist")) != SIZE_MAX;
	struct str told = str_printable(j->arena, out, 200);
	if (status < 0) {
		end(j, not_asked(j), told.len ? told : STR("nft cannot be run"));
	} else if (j->phase == PHASE_SETUP && status) {
		end(j, RESULT_RETRY, told);
	} else if (j->phase == PHASE_SETUP) {
		change(j);
	} else if (j->phase == PHASE_CHANGE && status) {
		end(j, RESULT_RETRY, told);
	} else if (j->phase == PHASE_CHANGE) {
		look(j);
	} else {
		if (status && !missing)
			end(j, RESULT_UNKNOWN, told);
		else
			seen(j, !status, out);
	}
}

static bool name_ok(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!name_octet(s.ptr[i]))
			return false;
	return s.len && s.len < NFT_NAME_MAX;
}

static void nft_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	struct job *j = calloc(1, sizeof(*j));
	const struct act *act = order->act;
	struct addr target;
	BUG_ON(!j || !(j->arena = arena_new("nft", 1 << 20)));
	j->nft = state;
	j->done = done;
	j->arg = arg;
	j->op = order->op;
	j->table = str_copy(j->arena, j->nft->o.nft_table);
	struct str set = act->param_count > 1 && str_eq(act->params[0], STR("set")) ? act->params[1] : STR_NONE;
	if (!name_ok(set) || !name_ok(j->table)) {
		end(j, RESULT_REFUSED, STR("the policy names no set: driver nft set NAME"));
		return;
	}
	if (addr_parse(act->target, &target) != OK) {
		end(j, RESULT_REFUSED, STR("the target is no single address"));
		return;
	}
	bool v4 = addr_is_v4(&target);
	j->set = v4 ? str_copy(j->arena, set) : str_format(j->arena, "%.*s6", STR_ARG(set));
	j->type = v4 ? STR("ipv4_addr") : STR("ipv6_addr");
	j->element = addr_str(j->arena, &target);
	j->timeout_us = act->expires_at != TIME_NONE ? act->expires_at - order->now : 0;
	if (j->op == ACT_CHECK) {
		look(j);
		return;
	}
	ask(j, PHASE_SETUP, str_format(j->arena, "add table inet %.*s\nadd set inet %.*s %.*s { type %.*s; flags timeout; }\n", STR_ARG(j->table), STR_ARG(j->table),
		STR_ARG(j->set), STR_ARG(j->type)));
}

static enum err nft_open(const struct action_options *o, void **ret_state, struct why *why)
{
	struct nft *n = calloc(1, sizeof(*n));
	if (!n)
		return why_set(why, ERR_NOMEM, "no memory for a driver");
	n->o = *o;
	*ret_state = n;
	return OK;
}

static void nft_close(void *state)
{
	free(state);
}

const struct action_driver action_nft = { "nft", "an address in a set of the packet filter", true, true, false, nft_open, nft_run, nft_close };
