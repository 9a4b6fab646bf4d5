/*
 * Trials. See trial.h.
 */
#include "simulate/trial.h"

#include <stdio.h>
#include <stdlib.h>

#include "simulate/trial_inside.h"

enum { ASK_EVERY = 64, LIVE_S = 3600, EDGE_S = 60, WINDOWS = 4, PROGRESS_EVERY = 65536 };

struct question {
	struct isp_resource what;
	struct binding_question q;
	uint32_t at_s, spread_s;
};

/* About something that was held once, mostly about that time, often about its edges. now_s: nothing later; live: nothing much earlier. */
static bool choose(struct run *r, bool live, uint32_t now_s, struct question *ret)
{
	static const uint32_t spreads[WINDOWS] = { 0, 1, 10, 120 };
	uint32_t count = truth_count(r->truth), from = 0, until = 0, recent = live && count > 4096 ? 4096 : count;
	uint16_t port_from, port_to;
	if (!count || now_s < 2)
		return false;
	truth_at(r->truth, count - 1 - dice(&r->dice, recent), &ret->what, &from, &until);
	/* what is assigned for good is the register's to tell */
	if (ret->what.kind == ISP_STATIC4 || from >= now_s)
		return false;
	until = until < now_s ? until : now_s;
	uint32_t edge = dice(&r->dice, 2) ? from : until;
	uint32_t at = dice(&r->dice, 4) == 0 ? edge + dice(&r->dice, 2 * EDGE_S) : from + EDGE_S + dice(&r->dice, until - from + 1);
	at = at > EDGE_S ? at - EDGE_S : 1;
	if (live)
		at = now_s - dice(&r->dice, now_s < LIVE_S ? now_s : LIVE_S);
	ret->at_s = at < now_s ? at : now_s - 1;
	ret->spread_s = spreads[dice(&r->dice, WINDOWS)];
	struct prefix p = isp_plan_prefix(ret->what, &port_from, &port_to);
	int64_t middle = r->t->isp.from_at + ret->at_s * SECOND_US, wide = (ret->spread_s + TRIAL_SLACK_S) * SECOND_US;
	ret->q = (struct binding_question){ p.addr, BINDING_PORT_NONE, middle - wide, middle + wide, TIME_MAX };
	if (ret->what.kind == ISP_DELEGATED6)
		ret->q.addr.octets[15] = (uint8_t)dice(&r->dice, 256);
	if (isp_plan_is_shared(ret->what.kind) && dice(&r->dice, 8))
		ret->q.port = (int32_t)(port_from + dice(&r->dice, isp_plan_ports_each(ret->what.kind)));
	return true;
}

static void tell_wrong(const struct run *r, const struct question *x, const struct tally_answer *a)
{
	char line[200], address[ADDR_TEXT_MAX], at[TIME_TEXT_MAX];
	bool whole;
	uint32_t who = truth_who(r->truth, x->what, x->at_s - x->spread_s, x->at_s + x->spread_s, &whole);
	addr_print(&x->q.addr, address);
	time_print(r->t->isp.from_at + x->at_s * SECOND_US, at);
	(void)snprintf(line, sizeof(line), "seed %llu: %s port %d at %s (second %u, +-%u): said subscriber %u, was %d", (unsigned long long)r->t->isp.seed, address, x->q.port, at,
		x->at_s, x->spread_s, a->count ? a->named[0] : 0, (int)who);
	if (r->t->wrong)
		r->t->wrong(r->t->arg, line);
}

/* Is more told of it than that it began and ended? */
static bool is_repeated(const struct run *r, struct isp_resource what, uint32_t who)
{
	uint32_t server = isp_plan_server(isp_plan(r->isp), who);
	return what.kind == ISP_LOGGED_PORTS ? isp_nat_form(&r->t->isp, server) == ISP_NAT_JUNOS : what.kind != ISP_PORTS || isp_repeats_blocks(server);
}

/* Could whoever confirms it have done so by now? Some servers tell of a block of ports once more only, when it is taken back. */
static bool is_told(const struct run *r, const struct question *x, uint32_t who, uint32_t until_s, uint32_t now_s)
{
	bool whole;
	if (!is_repeated(r, x->what, who) && truth_who(r->truth, x->what, until_s, now_s - 1, &whole) == who && whole)
		return false;
	return until_s + r->t->isp.interim_s + TRIAL_SLACK_S < now_s;
}

static void read_answer(const struct subject *s, struct tally_answer *a)
{
	*a = (struct tally_answer){ .grade = s->grade, .nobody = s->ours == OURS_NO };
	if (s->customer.len)
		a->count += isp_plan_who(s->customer, &a->named[0]);
	for (unsigned i = 0; !s->customer.len && i < s->candidate_count && a->count < SUBJECT_CANDIDATES_MAX; i++)
		a->count += isp_plan_who(s->candidates[i], &a->named[a->count]);
}

static enum err ask(struct run *r, bool live, uint32_t now_s)
{
	struct question x;
	struct subject s = { .from_at = TIME_NONE, .until_at = TIME_NONE, .known_at = TIME_NONE };
	struct tally_answer a;
	if (!choose(r, live, now_s, &x))
		return OK;
	arena_reset(r->arena);
	enum err e = bindings_answer(&r->view, r->arena, r->registry, &x.q, r->t->isp.from_at + x.at_s * SECOND_US, true, &s);
	if (e)
		return e;
	read_answer(&s, &a);
	uint32_t from = x.at_s > x.spread_s ? x.at_s - x.spread_s : 0, until = x.at_s + x.spread_s, slack = TRIAL_SLACK_S;
	bool whole, no_port = isp_plan_is_shared(x.what.kind) && x.q.port == BINDING_PORT_NONE;
	uint32_t who = truth_who(r->truth, x.what, from > slack ? from - slack : 0, until + slack, &whole);
	/* a NAT without a word of what it has still tells of a block that nobody gave back to the last never again */
	bool can = whole && !no_port && ((!live && x.what.kind != ISP_LOGGED_PORTS) || is_told(r, &x, who, until + slack, now_s));
	bool wrong = tally_add(r->sum, r->truth, tally_kind(x.what.kind, no_port), x.what, from, until, can, &a);
	if (wrong && a.grade == GRADE_A)
		tell_wrong(r, &x, &a);
	if (++r->asked % PROGRESS_EVERY == 0 && r->t->progress)
		r->t->progress(r->t->arg, r->asked, r->t->questions);
	return OK;
}

/* So many of them are asked by now as of the time has gone. */
static enum err ask_live(struct run *r, uint32_t now_s)
{
	enum err e = OK;
	uint64_t due = r->t->questions / 2 * (now_s < r->t->isp.seconds ? now_s : r->t->isp.seconds) / r->t->isp.seconds;
	for (uint64_t tries = 2 * (due > r->asked ? due - r->asked : 0); e == OK && tries && r->asked < due; tries--)
		e = ask(r, true, now_s);
	return e;
}

static enum err play(struct run *r, struct why *why)
{
	struct isp_message m;
	enum err e;
	while ((e = isp_next(r->isp, &m)) == OK) {
		uint32_t now_s = (uint32_t)((m.arrives_at - r->t->isp.from_at) / SECOND_US);
		e = trial_feed_take(r, &m, why);
		if (e == OK && r->t->restart_every && r->sum->messages % r->t->restart_every == 0)
			e = trial_feed_restart(r);
		if (e == OK && r->sum->messages % ASK_EVERY == 0)
			e = ask_live(r, now_s);
		if (e)
			return e;
	}
	if (e != ERR_NOTFOUND)
		return why_set(why, e, "no memory for what is under way");
	e = OK;
	for (uint64_t tries = 2 * r->t->questions; e == OK && tries && r->asked < r->t->questions; tries--)
		e = ask(r, false, r->t->isp.seconds);
	return e ? e : truth_err(r->truth);
}

enum err trial_run(const struct trial *t, struct tally *ret_sum, struct why *why)
{
	struct tally sum = { .messages = 0 };
	struct isp_options o = t->isp;
	struct run *r = calloc(1, sizeof(*r));
	if (!r)
		return why_set(why, ERR_NOMEM, "no memory for a trial");
	r->t = t;
	r->sum = &sum;
	r->dice.state = ~t->isp.seed;
	r->truth = truth_new();
	o.begin = truth_begin;
	o.end = truth_end;
	o.arg = r->truth;
	enum err e = r->truth ? isp_new(&o, &r->isp, why) : why_set(why, ERR_NOMEM, "no memory for a trial");
	if (e == OK)
		e = trial_feed_begin(r, isp_plan(r->isp), why);
	if (e == OK)
		e = play(r, why);
	if (e == OK)
		*ret_sum = sum;
	trial_feed_done(r);
	isp_free(r->isp);
	truth_free(r->truth);
	free(r);
	return e;
}
