/*
 * Holders over a window. See timeline.h.
 */
#include "attribution/timeline.h"

#include <stdlib.h>

struct reading {
	const struct registry *r;
	const struct holders *h;
	uint16_t port;
	struct timeline *t;
};

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void add_customer(struct timeline *t, struct str customer)
{
	for (unsigned i = 0; i < t->customer_count; i++)
		if (str_eq(t->customers[i], customer))
			return;
	if (t->customer_count == SUBJECT_CANDIDATES_MAX)
		t->more = true;
	else
		t->customers[t->customer_count++] = customer;
}

static bool is_kind(const struct entity *e, const char *kind)
{
	return str_eq(e->kind, str_of(kind));
}

static bool has_port(const struct reading *g, const struct entity *e)
{
	uint16_t first, last;
	if (!g->port || !e->ports.len)
		return true;
	return normal_ports(e->ports, &first, &last) == OK && first <= g->port && g->port <= last;
}

/* One row at an instant at which it was valid: does it name a holder? */
static bool takes(struct reading *g, const struct entity *e, int64_t at)
{
	struct timeline *t = g->t;
	t->shared |= is_kind(e, "shared");
	if (e->customer.len && !has_port(g, e)) {
		t->other_port = t->own = true;
		return false;
	}
	const struct entity *customer = e->customer.len ? registry_customer(g->r, e->customer, at) : NULL;
	if (customer && !entity_valid_at(customer, at)) {
		t->lapsed = t->own = true;
		return false;
	}
	t->own |= !e->customer.len;
	return e->customer.len > 0;
}

/* Gives the row that holds at the instant, NULL when none does. */
static const struct holder *read_instant(struct reading *g, int64_t at)
{
	const struct holder *found = NULL;
	for (unsigned i = 0; i < g->h->count; i++) {
		const struct holder *o = &g->h->list[i];
		if (found && o->level != found->level)
			break;
		if (!entity_valid_at(o->e, at))
			continue;
		if (is_kind(o->e, "dynamic")) {
			g->t->dynamic = true;
			return NULL;
		}
		if (!takes(g, o->e, at))
			continue;
		g->t->delegated |= is_kind(o->e, "delegated");
		g->t->at_once |= found && !str_eq(found->e->customer, o->e->customer);
		add_customer(g->t, o->e->customer);
		found = found ? found : o;
	}
	g->t->gap |= !found;
	return found;
}

/* The instants within the window at which something begins or ends, and its beginning. */
static size_t instants(const struct reading *g, int64_t at, int64_t *out)
{
	size_t n = 0;
	out[n++] = g->h->from_at;
	out[n++] = at;
	for (unsigned i = 0; i < g->h->count; i++) {
		const struct entity *e = g->h->list[i].e;
		const struct entity *rows[] = { e, registry_find(g->r, ENTITY_CUSTOMER, e->customer), registry_find(g->r, ENTITY_RESELLER, e->customer) };
		for (unsigned k = 0; k < 2 * sizeof(rows) / sizeof(rows[0]); k++) {
			int64_t at_end = !rows[k / 2] ? TIME_NONE : k % 2 ? rows[k / 2]->until_at : rows[k / 2]->from_at;
			if (at_end != TIME_NONE && at_end > g->h->from_at && at_end <= g->h->until_at)
				out[n++] = at_end;
		}
	}
	qsort(out, n, sizeof(*out), by_time);
	return n;
}

enum err timeline_read(struct arena *a, const struct registry *r, const struct holders *h, uint16_t port, int64_t at, struct timeline *ret_timeline)
{
	struct reading g = { .r = r, .h = h, .port = port, .t = ret_timeline };
	int64_t *times = ARENA_ARRAY(a, int64_t, 6 * (size_t)h->count + 2);
	*ret_timeline = (struct timeline){ 0 };
	if (!times)
		return ERR_NOMEM;
	size_t n = instants(&g, at, times);
	for (size_t i = 0; i < n; i++) {
		if (i && times[i] == times[i - 1])
			continue;
		const struct holder *found = read_instant(&g, times[i]);
		if (found && (!ret_timeline->holder || times[i] <= at)) {
			ret_timeline->holder = found->e;
			ret_timeline->level = found->level;
		}
	}
	return OK;
}
