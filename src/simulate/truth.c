/*
 * Truth: holdings of each resource in a list, the latest first. See truth.h.
 */
#include "simulate/truth.h"

#include <stdlib.h>

struct holding {
	uint32_t subscriber, number, from_s, until_s;
	uint32_t before;                /* of the same resource; TRUTH_NOBODY: none */
	uint32_t kind;
};

struct truth {
	struct holding *list;
	uint32_t *latest[ISP_KIND_END];
	uint32_t room[ISP_KIND_END];
	uint32_t count, list_room;
	enum err err;
};

struct truth *truth_new(void)
{
	return calloc(1, sizeof(struct truth));
}

void truth_free(struct truth *t)
{
	if (!t)
		return;
	for (enum isp_kind k = 0; k < ISP_KIND_END; k++)
		free(t->latest[k]);
	free(t->list);
	free(t);
}

enum err truth_err(const struct truth *t)
{
	return t->err;
}

uint32_t truth_count(const struct truth *t)
{
	return t->count;
}

static bool make_room(struct truth *t, enum isp_kind kind, uint32_t number)
{
	if (number >= t->room[kind]) {
		uint32_t room = number * 2 + 64;
		uint32_t *more = realloc(t->latest[kind], room * sizeof(*more));
		if (!more)
			return false;
		for (uint32_t i = t->room[kind]; i < room; i++)
			more[i] = TRUTH_NOBODY;
		t->latest[kind] = more;
		t->room[kind] = room;
	}
	if (t->count == t->list_room) {
		uint32_t room = t->list_room ? t->list_room * 2 : 4096;
		struct holding *list = room <= TRUTH_HOLDINGS_MAX ? realloc(t->list, room * sizeof(*list)) : NULL;
		if (!list)
			return false;
		t->list = list;
		t->list_room = room;
	}
	return true;
}

void truth_begin(void *truth, struct isp_resource what, uint32_t subscriber, uint32_t from_s)
{
	struct truth *t = truth;
	if (!make_room(t, what.kind, what.number)) {
		t->err = ERR_NOMEM;
		return;
	}
	t->list[t->count] = (struct holding){ subscriber, what.number, from_s, UINT32_MAX, t->latest[what.kind][what.number], what.kind };
	t->latest[what.kind][what.number] = t->count++;
}

static uint32_t latest(const struct truth *t, struct isp_resource what)
{
	return what.number < t->room[what.kind] ? t->latest[what.kind][what.number] : TRUTH_NOBODY;
}

void truth_end(void *truth, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s)
{
	struct truth *t = truth;
	for (uint32_t i = latest(t, what); i != TRUTH_NOBODY; i = t->list[i].before)
		if (t->list[i].subscriber == subscriber && t->list[i].from_s == from_s) {
			t->list[i].until_s = until_s;
			return;
		}
	t->err = ERR_NOTFOUND;
}

void truth_at(const struct truth *t, uint32_t place, struct isp_resource *ret_what, uint32_t *ret_from_s, uint32_t *ret_until_s)
{
	const struct holding *h = &t->list[place];
	*ret_what = (struct isp_resource){ (enum isp_kind)h->kind, h->number };
	*ret_from_s = h->from_s;
	*ret_until_s = h->until_s;
}

uint32_t truth_who(const struct truth *t, struct isp_resource what, uint32_t from_s, uint32_t until_s, bool *ret_whole)
{
	uint32_t who = TRUTH_NOBODY, covered = until_s + 1;
	/* from the latest back: covered is from when on to the end somebody held it */
	for (uint32_t i = latest(t, what); i != TRUTH_NOBODY; i = t->list[i].before) {
		const struct holding *h = &t->list[i];
		if (h->from_s > until_s || h->until_s <= from_s)
			continue;
		who = who == TRUTH_NOBODY || who == h->subscriber ? h->subscriber : TRUTH_SEVERAL;
		if (h->until_s >= covered && h->from_s < covered)
			covered = h->from_s;
	}
	*ret_whole = who < TRUTH_SEVERAL && covered <= from_s;
	return who;
}

bool truth_held(const struct truth *t, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s)
{
	for (uint32_t i = latest(t, what); i != TRUTH_NOBODY; i = t->list[i].before)
		if (t->list[i].subscriber == subscriber && t->list[i].from_s <= until_s && t->list[i].until_s > from_s)
			return true;
	return false;
}

void truth_head(struct buf *out)
{
	buf_puts(out, "resource,port_from,port_to,from,until,customer,login,resellers\n");
}

void truth_row(const struct isp_plan *p, int64_t from_at, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s, struct buf *out)
{
	char address[ADDR_TEXT_MAX], from[TIME_TEXT_MAX], until[TIME_TEXT_MAX], customer[ISP_TEXT_MAX], login[ISP_TEXT_MAX], path[ISP_TEXT_MAX * 2];
	uint16_t port_from, port_to;
	struct prefix prefix = isp_plan_prefix(what, &port_from, &port_to);
	unsigned bits = prefix.bits - (addr_is_v4(&prefix.addr) ? 96U : 0);
	addr_print(&prefix.addr, address);
	time_print(from_at + from_s * SECOND_US, from);
	time_print(from_at + until_s * SECOND_US, until);
	isp_plan_customer(subscriber, customer);
	isp_plan_login(subscriber, login);
	isp_plan_path(p, subscriber, path);
	buf_puts(out, address);
	if (prefix.bits != 128)
		buf_printf(out, "/%u", bits);
	if (isp_plan_is_shared(what.kind))
		buf_printf(out, ",%u,%u", port_from, port_to);
	else
		buf_puts(out, ",,");
	buf_printf(out, ",%s,%s,%s,%s,%s\n", from, until, customer, login, path);
}
