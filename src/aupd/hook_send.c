/*
 * Deliveries to webhooks. See hook_send.h.
 */
#include "aupd/hook_send.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "aupd/figures.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/point.h"
#include "base/seal.h"
#include "base/time.h"
#include "base/transfer.h"

enum { ORDER_BYTES_MAX = 256 << 10, ANSWER_BYTES_MAX = 16 << 10, LATER_SECONDS = 5 };
static const int64_t send_timeout_us = 15 * SECOND_US;

/* One webhook: what runs, and its budget. */
struct target {
	char id[WEBHOOK_ID_MAX + 1];
	unsigned running, orders;
	int64_t spent_at;               /* the budget is spent up to here: whole when that is a minute ago, none left when it is now */
	int64_t promised_at;            /* so far those that came too early were told to come again */
};

struct sending {
	struct hook_sends *all;
	struct arena *arena;
	struct hook_order o;
	struct target *to;
	struct sending *next;
	bool runs;
};

struct hook_sends {
	struct transfers *transfers;
	const struct share *share;
	struct ometrics *figures;
	struct timer *soon;
	struct map *targets, *orders;   /* of webhooks; id of a delivery -> struct sending */
	struct sending *first, *last;   /* those that wait */
	unsigned running, running_failing;
	int stop_fd;
	hook_send_fn *fn;
	void *arg;
};

static void answer(struct hook_sends *h, const struct hook_order *o, struct hook_result r)
{
	struct arena *a = arena_new("delivery", 1 << 16);
	struct str body;
	r.hook = o->hook;
	r.lane = o->lane;
	r.id = o->id;
	ometric_add(h->figures, HAND_HOOKS, r.outcome, 1);
	if (a && field_encode(a, hook_result_fields, &r, &body) == OK)
		h->fn(h->arg, body);
	arena_free(a);
}

static void let_go(struct sending *s)
{
	struct hook_sends *h = s->all;
	(void)map_remove(h->orders, s->o.id);
	s->to->orders--;
	secret_wipe((void *)(uintptr_t)s->o.secret.ptr, s->o.secret.len);
	if (s->o.old_secret.len)
		secret_wipe((void *)(uintptr_t)s->o.old_secret.ptr, s->o.old_secret.len);
	arena_free(s->arena);
}

static void finish(struct sending *s, struct hook_result r)
{
	struct hook_sends *h = s->all;
	if (s->runs) {
		s->to->running--;
		h->running--;
		h->running_failing -= s->o.failing;
	}
	POINT("hand.delivered");
	answer(h, &s->o, r);
	let_go(s);
	timer_set(h->soon, 0, 0);
}

/* A 2xx is a yes, whatever becomes of what follows it. */
static void on_answer(void *arg, const struct transfer_result *t)
{
	struct hook_result r = { .outcome = HOOK_OUT_FAILED, .status = t->code, .retry_at = TIME_NONE };
	if (t->code >= 200 && t->code < 300)
		r.outcome = HOOK_OUT_DONE;
	else if (t->code == 410)
		r.outcome = HOOK_OUT_GONE;
	if (r.outcome != HOOK_OUT_DONE)
		r.failure = t->code ? HOOK_STATUS : t->outcome == TRANSFER_UNKNOWN ? HOOK_NO_ANSWER : t->outcome == TRANSFER_REFUSED ? HOOK_NOT_ALLOWED : HOOK_UNREACHABLE;
	finish(arg, r);
}

/* Both secrets sign while both are valid. */
static struct str signatures(struct sending *s, int64_t now_s)
{
	struct str one = webhook_sign(s->arena, s->o.secret, s->o.id, now_s, s->o.body);
	if (!s->o.old_secret.len)
		return one;
	return str_format(s->arena, "%.*s %.*s", STR_ARG(one), STR_ARG(webhook_sign(s->arena, s->o.old_secret, s->o.id, now_s, s->o.body)));
}

static void start(struct sending *s)
{
	struct hook_sends *h = s->all;
	int64_t now_s = clock_wall_at() / SECOND_US;
	struct why why = { .line = 0 };
	struct str headers[] = { STR("Content-Type: application/json"), str_format(s->arena, "webhook-id: %.*s", STR_ARG(s->o.id)),
		str_format(s->arena, "webhook-timestamp: %lld", (long long)now_s), str_format(s->arena, "webhook-signature: %.*s", STR_ARG(signatures(s, now_s))) };
	struct transfer_request q = { .method = STR("POST"), .url = s->o.url, .headers = headers, .header_count = 4, .body = s->o.body, .answer_bytes = ANSWER_BYTES_MAX,
		.timeout_us = send_timeout_us };
	enum err e = webhook_url_check(s->o.url, h->share->hooks_http, h->share->hooks_http_count, &why);
	if (e == OK)
		e = transfer_http(h->transfers, &q, on_answer, s, &why);
	if (e) {
		finish(s, (struct hook_result){ .outcome = HOOK_OUT_FAILED, .failure = HOOK_NOT_ALLOWED, .retry_at = TIME_NONE });
		return;
	}
	POINT("hand.delivering");
	s->runs = true;
	s->to->running++;
	h->running++;
	h->running_failing += s->o.failing;
}

/* A minute's worth may go at once, the rest follows as the minutes do. *ret_at: when to come again. */
static bool within_budget(struct hook_sends *h, struct target *t, int64_t now, int64_t *ret_at)
{
	int64_t step = 60 * SECOND_US / (int64_t)(h->share->hooks_per_minute ? h->share->hooks_per_minute : 1), floor = now - 60 * SECOND_US;
	int64_t spent_at = t->spent_at > floor ? t->spent_at : floor;
	if (spent_at + step <= now) {
		t->spent_at = spent_at + step;
		return true;
	}
	t->promised_at = (t->promised_at > now ? t->promised_at : now) + step;
	*ret_at = t->promised_at;
	return false;
}

static bool has_room(const struct hook_sends *h, const struct sending *s)
{
	unsigned most = s->o.failing ? 1 : HOOK_AT_ONCE_OF_ONE;
	return h->running < HOOK_AT_ONCE && s->to->running < most && (!s->o.failing || h->running_failing < HOOK_AT_ONCE_FAILING);
}

static void try_now(struct sending *s)
{
	struct hook_sends *h = s->all;
	int64_t now = clock_wall_at(), again = now + LATER_SECONDS * SECOND_US;
	bool stopped = faccessat(h->stop_fd, "stop", F_OK, 0) == 0;
	if (s->o.good_until >= now && !stopped && within_budget(h, s->to, now, &again))
		start(s);
	else
		finish(s, (struct hook_result){ .outcome = HOOK_OUT_LATER, .retry_at = again });
}

/* Those that wait, in their order, as far as there is room; what is in the way of one is not in the way of another. */
static void pump(void *arg)
{
	struct hook_sends *h = arg;
	struct sending *list = h->first, *next;
	h->first = h->last = NULL;
	for (; list; list = next) {
		next = list->next;
		list->next = NULL;
		if (has_room(h, list)) {
			try_now(list);
			continue;
		}
		if (h->last)
			h->last->next = list;
		else
			h->first = list;
		h->last = list;
	}
}

/* Of many webhooks those that have nothing in hand and whose budget is whole are forgotten. */
static struct target *target_of(struct hook_sends *h, struct str id)
{
	struct target *t = map_get(h->targets, id);
	struct str key;
	void *v;
	if (t || id.len > WEBHOOK_ID_MAX)
		return t;
	for (size_t i = 0; map_count(h->targets) >= 2 * WEBHOOKS_MAX && map_next(h->targets, &i, &key, &v);) {
		t = v;
		if (!t->orders && t->spent_at < clock_wall_at() - 60 * SECOND_US && map_remove(h->targets, str_of(t->id)) == t) {
			free(t);
			i = 0;
		}
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	memcpy(t->id, id.ptr, id.len);
	if (map_put(h->targets, str_of(t->id), t) != OK) {
		free(t);
		return NULL;
	}
	return t;
}

enum err hook_send(struct hook_sends *h, struct str body, struct why *why)
{
	struct arena *a = arena_new("delivery", ORDER_BYTES_MAX);
	struct sending *s = a ? ARENA_NEW(a, struct sending) : NULL;
	enum err e = s ? field_decode(a, str_copy(a, body), hook_order_fields, &s->o, why) : ERR_NOMEM;
	if (e == OK && (!s->o.hook.len || !s->o.id.len || !s->o.secret.len || !s->o.body.len))
		e = why_set(why, ERR_SYNTAX, "an order to deliver nothing, or to nobody");
	if (e || map_get(h->orders, s->o.id)) {
		arena_free(a);
		return e;
	}
	s->all = h;
	s->arena = a;
	s->to = target_of(h, s->o.hook);
	if (!s->to || map_put(h->orders, s->o.id, s) != OK) {
		answer(h, &s->o, (struct hook_result){ .outcome = HOOK_OUT_LATER, .retry_at = clock_wall_at() + LATER_SECONDS * SECOND_US });
		arena_free(a);
		return OK;
	}
	s->to->orders++;
	if (h->last)
		h->last->next = s;
	else
		h->first = s;
	h->last = s;
	timer_set(h->soon, 0, 0);
	return OK;
}

enum err hook_sends_open(struct loop *l, const struct share *share, int stop_fd, struct ometrics *figures, hook_send_fn *fn, void *arg, struct hook_sends **ret_sends,
	struct why *why)
{
	struct prefix allowed[CONFIG_LIST_MAX];
	struct transfer_options t = { .allowed = allowed, .at_once = HOOK_AT_ONCE };
	struct hook_sends *h = calloc(1, sizeof(*h));
	for (unsigned i = 0; i < share->hooks_allow_count; i++)
		if (prefix_parse(share->hooks_allow[i], &allowed[t.allowed_count]) == OK)
			t.allowed_count++;
	if (!h || !(h->targets = map_new(2 * WEBHOOKS_MAX + 1)) || !(h->orders = map_new(HOOK_ORDERS_MAX)) || timer_new(l, pump, h, &h->soon) != OK ||
	    transfers_new(l, &t, &h->transfers) != OK) {
		if (h) {
			map_free(h->targets);
			map_free(h->orders);
			timer_free(h->soon);
		}
		free(h);
		return why_set(why, ERR_NOMEM, "nothing can be delivered to webhooks");
	}
	h->share = share;
	h->figures = figures;
	h->stop_fd = stop_fd;
	h->fn = fn;
	h->arg = arg;
	*ret_sends = h;
	return OK;
}
