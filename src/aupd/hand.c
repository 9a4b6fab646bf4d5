/*
 * The hand: does what the judge orders, refuses what is not in its list, and has brakes of its own. Stop 6.
 *
 * Its brakes do not trust the judge: the protected list, the number of suspensions an hour, the kill switch file. What it
 * has in hand is in a journal, synced before the act, so that a restart neither forgets a budget nor repeats blindly: an
 * order that comes again while it runs is answered once.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aupd/drivers.h"
#include "aupd/errand.h"
#include "aupd/figures.h"
#include "aupd/hook_send.h"
#include "aupd/journal.h"
#include "aupd/oidc_send.h"
#include "aupd/role.h"
#include "base/addr.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/map.h"
#include "base/net.h"
#include "base/point.h"
#include "base/time.h"

enum { ORDERS_MAX = 4096, ORDER_BYTES_MAX = 8 << 20, NFT_JOBS_MAX = 256, DRIVERS_MAX = 16, NFT_WAIT_US = 5000000, RULE_MINUTES = 10 };

struct hand {
	struct role *role;
	struct bus judge, nft;
	bool has_judge, has_nft;
	void *drivers[DRIVERS_MAX];
	struct map *running;            /* act key -> struct order */
	int dir_fd;
	bool journal_fails;             /* it has been said */
	struct journal *journal;
	struct errands *errands;
	struct hook_sends *hooks;
	struct oidc_sends *provider;    /* NULL: there is none */
	struct { void (*fn)(void *, int, struct str); void *arg; } jobs[NFT_JOBS_MAX];
	struct order *waiting;          /* for the child that runs nft, the oldest first */
	struct timer *wait_timer;
};

struct order {
	struct hand *hand;
	struct arena *arena;
	struct act act;
	struct letter letter;
	enum act_op op;
	int64_t good_until;
	struct str sessions[ACT_SESSIONS_MAX];
	unsigned session_count;
	struct str saved[ACT_SESSIONS_MAX];     /* of each session */
	struct str logins[ACT_SESSIONS_MAX];
	unsigned login_count;
	bool begun;                     /* the journal says so */
	bool waited;                    /* for the child: it was, or was not, there in time */
	struct order *next;             /* another order about the same act that came meanwhile */
	struct order *waiting;          /* the next one of those that wait for the child */
};

static void report(struct hand *h, const struct act *act, enum act_op op, enum act_result result, struct str text)
{
	struct act_report r = { .key = act->key, .op = op, .result = result, .text = text, .retry_at = TIME_NONE };
	struct arena *a = arena_new("report", 1 << 20);
	struct frame f = { .type = FRAME_RESULT, .now = clock_wall_at() };
	ometric_add(&h->role->figures, HAND_RESULTS, result, 1);
	/* without a judge nobody is told; it asks again */
	if (a && h->has_judge && field_encode(a, act_report_fields, &r, &f.body) == OK && bus_send(&h->judge, &f, NULL, 0) != OK)
		log_warn("cannot answer the judge");
	arena_free(a);
}

static void begin(struct order *o);
static void end_noted(struct hand *h, const struct order *o);

/* What a peer says may name the customer (a mail address, the target): then it stands in the case, not in the log. */
static struct str loggable(const struct act *act, struct str text)
{
	bool names = str_chr(text, '@') != SIZE_MAX || (act->target.len && str_find(text, act->target) != SIZE_MAX);
	return names ? STR("its case tells") : text;
}

static void on_done(void *arg, enum act_result result, struct str text)
{
	struct order *o = arg;
	struct hand *h = o->hand;
	if (result != RESULT_DONE && result != RESULT_SAVED)
		log_warn("an act was not done", "act", log_str(o->act.key), "driver", log_str(o->act.driver), "result", act_result_words[result],
			"text", log_str(loggable(&o->act, text)));
	else if (result == RESULT_DONE && text.len && o->act.verb >= VERB_END)
		log_warn("an act was done, and somebody should look at it", "act", log_str(o->act.key), "driver", log_str(o->act.driver), "text",
			log_str(loggable(&o->act, text)));
	POINT("hand.done");
	end_noted(h, o);
	report(h, &o->act, o->op, result, text);
	(void)map_remove(h->running, o->act.key);
	ometric_set(&h->role->figures, HAND_RUNNING, 0, (int64_t)map_count(h->running));
	struct order *next = o->next;
	arena_free(o->arena);
	if (next)
		begin(next);
}

static bool protected_target(const struct hand *h, const struct act *act)
{
	struct addr target;
	struct prefix p, whole;
	bool is_addr = addr_parse(act->target, &target) == OK, is_range = !is_addr && prefix_parse(act->target, &whole) == OK;
	for (unsigned i = 0; i < h->role->share.protect_count; i++) {
		struct str s = h->role->share.protect[i];
		bool range = prefix_parse(s, &p) == OK;
		if (str_eq(s, act->customer) || str_eq_fold(s, act->target) || str_eq(s, act->instance) || (is_addr && range && prefix_has(&p, &target)))
			return true;
		/* a target that is a range holds what it protects, or lies within it */
		if (is_range && range && (prefix_has(&p, &whole.addr) || prefix_has(&whole, &p.addr)))
			return true;
	}
	return false;
}

/* Written and synced before anything happens; false when it cannot be. */
static bool begin_noted(struct hand *h, enum act_op op, const struct act *act)
{
	struct why why;
	bool again;
	if (journal_begin(h->journal, op, act, clock_wall_at(), &again, &why) != OK) {
		log_error("the journal cannot be written: nothing is done", "why", why.text);
		if (!h->journal_fails)
			role_tell(h->role, "the hand's journal could not be written, and nothing was done meanwhile", 1);
		h->journal_fails = true;
		return false;
	}
	h->journal_fails = false;
	if (again)
		role_tell(h->role, "acts that were in hand when the hand ended were done again under their keys", 1);
	if (again)
		log_info("an act that was in hand when the hand ended is done again under its key", "driver", log_str(act->driver));
	ometric_add(&h->role->figures, HAND_REPEATED, 0, again);
	return true;
}

static void end_noted(struct hand *h, const struct order *o)
{
	struct why why;
	if (o->begun && journal_end(h->journal, &o->act, clock_wall_at(), &why) != OK)
		log_warn("the journal cannot be written", "why", why.text);
}

/* How many were cut off before: counted here from our own journal, whatever the judge has counted. */
static const char *brake_of_many(struct hand *h, const struct act *act, int64_t now)
{
	const struct share *s = &h->role->share;
	if (journal_suspensions(h->journal, act, now, now - HOUR_US) >= s->suspensions_per_hour)
		return "the budget of this hour is used up";
	if (journal_suspensions(h->journal, act, now, now - DAY_US) >= s->suspensions_per_day)
		return "the budget of this day is used up";
	if (!act->automatic || journal_of_rule(h->journal, act, now, now - RULE_MINUTES * MINUTE_US) < s->suspensions_of_rule)
		return NULL;
	role_tell(h->role, "the hand held back suspensions of a rule that hits too many customers at once", 1);
	return "its rule hits too many customers at once";
}

/* The last word before something happens in the world. */
static const char *brake(struct hand *h, const struct order *o, enum act_result *ret_result)
{
	const struct act *act = &o->act;
	/* what is not tried can be tried later; what was only to be looked at is not known */
	*ret_result = o->op == ACT_CHECK ? RESULT_UNKNOWN : RESULT_RETRY;
	if (o->good_until < clock_wall_at())
		return "the order is too old";
	if (o->op != ACT_DO)
		return NULL;
	if (faccessat(h->dir_fd, "stop", F_OK, 0) == 0)
		return "the kill switch is set";
	if (act->verb < VERB_END)
		return NULL;
	*ret_result = RESULT_REFUSED;
	if (act->expires_at != TIME_NONE && act->expires_at <= clock_wall_at())
		return "the act has expired";
	if (protected_target(h, act))
		return "the target is on the protected list";
	if (act->automatic && act->grade != GRADE_A)
		return "an automatic act needs attribution of grade A";
	if (act->verb == VERB_TERMINATE && act->approver_count < 2)
		return "a termination needs two people";
	*ret_result = RESULT_RETRY;
	if (act->verb == VERB_END && journal_endings(h->journal, act, clock_wall_at()) >= h->role->share.ends_per_hour)
		return "the budget of this hour is used up";
	return act->verb >= VERB_SUSPEND ? brake_of_many(h, act, clock_wall_at()) : NULL;
}

/* At a start the child that runs nft comes a little later: what is asked meanwhile is no failure. One that stays away is told of. */
static bool wait_for_child(struct hand *h, struct order *o)
{
	struct order **last = &h->waiting;
	if (h->has_nft || o->waited || !str_eq(o->act.driver, STR("nft")))
		return false;
	if (!h->waiting)
		timer_set(h->wait_timer, NFT_WAIT_US, 0);
	while (*last)
		last = &(*last)->waiting;
	*last = o;
	return true;
}

static void execute(struct hand *h, struct order *o)
{
	enum act_result result;
	if (wait_for_child(h, o))
		return;
	const char *no = brake(h, o, &result);
	if (no) {
		log_warn("an act is held back by the hand", "why", no);
		on_done(o, result, str_of(no));
		return;
	}
	o->begun = o->op != ACT_CHECK;
	if (o->begun && !begin_noted(h, o->op, &o->act)) {
		o->begun = false;
		on_done(o, RESULT_RETRY, STR("the journal of the hand cannot be written"));
		return;
	}
	POINT("hand.noted");
	for (int i = 0; action_drivers[i]; i++) {
		if (!str_eq(o->act.driver, str_of(action_drivers[i]->name)))
			continue;
		struct action_order order = { .op = o->op, .act = &o->act, .letter = o->letter.message_id.len ? &o->letter : NULL,
			.sessions = o->sessions, .session_count = o->session_count, .saved = o->saved,
			.logins = o->logins, .login_count = o->login_count, .now = clock_wall_at(), .good_until = o->good_until };
		action_drivers[i]->run(h->drivers[i], &order, on_done, o);
		return;
	}
	on_done(o, RESULT_REFUSED, STR("there is no such driver"));
}

/* The child is there, or it is away: its brakes are asked now. */
static void end_wait(void *arg)
{
	struct hand *h = arg;
	struct order *list = h->waiting;
	h->waiting = NULL;
	while (list) {
		struct order *o = list;
		list = o->waiting;
		o->waiting = NULL;
		o->waited = true;
		execute(h, o);
	}
}

/* One order at a time about an act: the same again is answered once, another one waits, and of those that wait the last counts. */
static void begin(struct order *o)
{
	struct hand *h = o->hand;
	struct order *running = map_get(h->running, o->act.key);
	if (running && running->op == o->op && !running->next) {
		arena_free(o->arena);
	} else if (running) {
		if (running->next)
			arena_free(running->next->arena);
		running->next = o;
	} else if (map_put(h->running, o->act.key, o) != OK) {
		log_error("too many acts are in hand");
		arena_free(o->arena);
	} else {
		ometric_set(&h->role->figures, HAND_RUNNING, 0, (int64_t)map_count(h->running));
		execute(h, o);
	}
}

/* Octets in hex; as many as there is room for, or ERR_LIMIT. */
static enum err take_octets(struct arena *a, const struct json *list, struct str out[ACT_SESSIONS_MAX], unsigned *ret_count)
{
	unsigned n = 0;
	enum err e = OK;
	for (const struct json *x = list ? list->child : NULL; e == OK && x; x = x->next) {
		if (n == ACT_SESSIONS_MAX || x->type != JSON_STRING)
			return ERR_LIMIT;
		e = str_unhex(a, x->text, &out[n++]);
	}
	*ret_count = n;
	return e;
}

/* What they had before is told of each of them, or of none. */
static enum err take_sessions(struct order *o, const struct json *root)
{
	unsigned saved = 0;
	enum err e = take_octets(o->arena, json_get(root, "sessions"), o->sessions, &o->session_count);
	if (e == OK)
		e = take_octets(o->arena, json_get(root, "saved"), o->saved, &saved);
	return e ? e : saved && saved != o->session_count ? ERR_SYNTAX : OK;
}

static enum err take_logins(struct order *o, const struct json *list)
{
	for (const struct json *x = list ? list->child : NULL; x; x = x->next) {
		if (o->login_count == ACT_SESSIONS_MAX || x->type != JSON_STRING)
			return ERR_LIMIT;
		o->logins[o->login_count++] = x->text;
	}
	return OK;
}

static void take_order(struct hand *h, const struct frame *f)
{
	struct arena *a = arena_new("order", ORDER_BYTES_MAX);
	struct order *o = a ? ARENA_NEW(a, struct order) : NULL;
	struct json *root;
	struct why why = { .line = 0 };
	if (!o)
		goto drop;
	o->hand = h;
	o->arena = a;
	if (json_read(a, str_copy(a, f->body), &root, &why) != OK || field_read(a, json_get(root, "act"), act_fields, &o->act, &why) != OK)
		goto drop;
	if (json_get(root, "letter") && field_read(a, json_get(root, "letter"), letter_fields, &o->letter, &why) != OK)
		goto drop;
	struct str op = json_text(root, "op");
	o->op = str_eq(op, STR("undo")) ? ACT_UNDO : str_eq(op, STR("check")) ? ACT_CHECK : ACT_DO;
	if (time_parse(json_text(root, "good_until"), &o->good_until) != OK)
		goto drop;
	if (take_sessions(o, root) != OK || take_logins(o, json_get(root, "logins")) != OK)
		goto drop;
	begin(o);
	return;
drop:
	if (why.text[0])
		log_error("an order was not understood", "why", why.text);
	arena_free(a);
}

static void close_fds(const int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		net_close(fds[i]);
}

static void tell(struct hand *h, enum frame_type type, struct str body)
{
	struct frame f = { .type = type, .now = clock_wall_at(), .body = body };
	/* without a judge nobody is told; it asks again */
	if (h->has_judge && bus_send(&h->judge, &f, NULL, 0) != OK)
		log_warn("cannot answer the judge");
}

static void on_errand(void *arg, struct str body)
{
	tell(arg, FRAME_ERRAND, body);
}

static void on_delivery(void *arg, struct str body)
{
	tell(arg, FRAME_HOOK, body);
}

static void take_delivery(struct hand *h, const struct frame *f)
{
	struct why why = { .line = 0 };
	if (hook_send(h->hooks, f->body, &why) != OK)
		log_error("an order to deliver to a webhook was not understood", "why", why.text);
}

static void take_errand(struct hand *h, const struct frame *f)
{
	struct why why = { .line = 0 };
	if (errand_run(h->errands, f->body, &why) != OK)
		log_error("an errand of the ledger is not run", "why", why.text);
}

static void on_provider(void *arg, struct str body)
{
	tell(arg, FRAME_OIDC, body);
}

static void take_provider(struct hand *h, const struct frame *f)
{
	struct why why = { .line = 0 };
	if (oidc_send(h->provider, f->body, &why) != OK)
		log_error("the OpenID provider is not asked", "why", why.text);
}

static void judge_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	close_fds(take_fds, fd_count);
	if (f->type == FRAME_ACT)
		take_order(arg, f);
	else if (f->type == FRAME_ERRAND)
		take_errand(arg, f);
	else if (f->type == FRAME_HOOK)
		take_delivery(arg, f);
	else if (f->type == FRAME_OIDC)
		take_provider(arg, f);
}

/* The child's answer: at.index names the job, its first byte the exit status. */
static void nft_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct hand *h = arg;
	close_fds(take_fds, fd_count);
	if (f->type != FRAME_RESULT || f->at.index >= NFT_JOBS_MAX || !h->jobs[f->at.index].fn)
		return;
	void (*fn)(void *, int, struct str) = h->jobs[f->at.index].fn;
	h->jobs[f->at.index].fn = NULL;
	fn(h->jobs[f->at.index].arg, (int)f->flags - 1, f->body);
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void judge_closed(void *arg, enum err e)
{
	struct hand *h = arg;
	bus_close(&h->judge);
	role_link_ended(h->role, "judge", e);
	h->has_judge = false;
}

static void nft_closed(void *arg, enum err e)
{
	struct hand *h = arg;
	bus_close(&h->nft);
	role_link_ended(h->role, "nft", e);
	h->has_nft = false;
	for (unsigned i = 0; i < NFT_JOBS_MAX; i++)
		if (h->jobs[i].fn) {
			void (*fn)(void *, int, struct str) = h->jobs[i].fn;
			h->jobs[i].fn = NULL;
			fn(h->jobs[i].arg, -1, STR("the child that runs nft died"));
		}
}

static enum err ask_nft(void *arg, struct str commands, void (*fn)(void *, int, struct str), void *fn_arg)
{
	struct hand *h = arg;
	unsigned i = 0;
	while (i < NFT_JOBS_MAX && h->jobs[i].fn)
		i++;
	if (!h->has_nft || i == NFT_JOBS_MAX)
		return ERR_AGAIN;
	struct frame f = { .type = FRAME_ACT, .at = { 0, 0, i }, .body = commands };
	enum err e = bus_send(&h->nft, &f, NULL, 0);
	if (e == OK) {
		h->jobs[i].fn = fn;
		h->jobs[i].arg = fn_arg;
	}
	return e;
}

/* What is asked of one server is bounded by itself, over restarts: a rule that is wrong for all of its sessions does not end them all. */
static bool may_ask(void *arg, const struct nas_at *nas)
{
	struct hand *h = arg;
	const int64_t now = clock_wall_at();
	struct why why;
	if (journal_asks(h->journal, nas->name, now) >= nas->per_hour)
		return false;
	if (journal_ask(h->journal, nas->name, now, &why) == OK)
		return true;
	log_error("the journal cannot be written: nobody is asked", "why", why.text);
	return false;
}

static void hand_link(struct role *r, struct str name, int take_fd)
{
	static const struct bus_handler judge = { judge_frame, on_ready, judge_closed }, nft = { nft_frame, on_ready, nft_closed };
	struct hand *h = r->state;
	bool is_judge = str_eq(name, STR("judge"));
	struct bus_options o = { .take_fd = take_fd, .handler = is_judge ? &judge : &nft, .arg = h };
	if (is_judge ? h->has_judge : h->has_nft) {
		if (is_judge)
			judge_closed(h, OK);
		else
			nft_closed(h, OK);
	}
	bool up = bus_open(r->loop, &bus_pipe, &o, is_judge ? &h->judge : &h->nft) == OK;
	*(is_judge ? &h->has_judge : &h->has_nft) = up;
	/* what could not be looked at or done without the child can be now */
	struct frame hello = { .type = FRAME_HELLO, .body = STR("{}") };
	if (!is_judge && up && h->has_judge && bus_send(&h->judge, &hello, NULL, 0) != OK)
		log_warn("cannot tell the judge that nft can be run");
	if (!is_judge && up)
		end_wait(h);
}

static enum err hand_start(struct role *r, struct why *why)
{
	struct hand *h = calloc(1, sizeof(*h));
	if (!h)
		return why_set(why, ERR_NOMEM, "no memory");
	r->state = h;
	h->role = r;
	h->dir_fd = role_fd(r, "hand");
	h->running = map_new(ORDERS_MAX);
	if (!h->running)
		return why_set(why, ERR_NOMEM, "no memory");
	struct action_options o = { .loop = r->loop, .mail_domain = r->share.mail_domain, .smarthost = r->share.smarthost, .webhook_secret = r->share.webhook_secret,
		.nft_table = r->share.nft_table, .webhook_allow = r->share.webhook_allow, .webhook_allow_count = r->share.webhook_allow_count, .nas = r->share.nas,
		.nas_count = r->share.nas_count, .aaa_sql = r->share.aaa_sql, .aaa_rest = r->share.aaa_rest, .may_ask = may_ask,
		.may_ask_arg = h, .nft = ask_nft, .nft_arg = h };
	enum err e = timer_new(r->loop, end_wait, h, &h->wait_timer);
	if (e == OK)
		e = journal_open(h->dir_fd, clock_wall_at(), &h->journal, why);
	unsigned damaged = e == OK ? journal_damaged(h->journal) : 0;
	if (damaged) {
		log_error("lines of the hand's journal are damaged: each counts as a suspension and an ending of this hour", "lines", log_u64(damaged));
		role_tell(r, "lines of the hand's journal were damaged; each counted as a suspension of its hour", damaged);
	}
	if (e == OK)
		e = errands_open(r->loop, &r->share, on_errand, h, &h->errands, why);
	if (e == OK)
		e = hook_sends_open(r->loop, &r->share, h->dir_fd, &r->figures, on_delivery, h, &h->hooks, why);
	if (e == OK)
		e = oidc_sends_open(r->loop, &r->share, on_provider, h, &h->provider, why);
	for (int i = 0; e == OK && action_drivers[i]; i++)
		e = action_drivers[i]->open(&o, &h->drivers[i], why);
	return e;
}

static void hand_run(struct role *r)
{
	(void)r;
}

static void hand_clock(struct role *r)
{
	(void)r;
}

static void hand_stop(struct role *r)
{
	(void)r;
}

const struct role_ops hand_ops = { hand_start, hand_run, hand_link, hand_clock, hand_stop };
