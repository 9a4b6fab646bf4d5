/*
 * How many customers each reseller serves. See registry.h.
 *
 * Of most customers that is the same at any time to come: they are counted for their reseller once, and again when they change. Those whose
 * contract begins or ends later, or who are served by several in turn, are listed, and looked at whenever somebody asks.
 */
#include <stdlib.h>

#include "attribution/registry_inside.h"

struct counter {
	struct str reseller;            /* "" = the provider itself */
	uint64_t steady, now;
};

struct registry_served {
	int64_t since_at;               /* whoever had ended before is left out */
	struct map *by_reseller;        /* number + 1 of a counter */
	struct counter *list;
	uint32_t count, room;
	struct registry_entry **listed;
	size_t listed_count, listed_room;
	bool failed;                    /* no memory: nobody knows */
};

void registry_served_free(struct registry *r)
{
	if (!r->served)
		return;
	map_free(r->served->by_reseller);
	free(r->served->list);
	free(r->served->listed);
	free(r->served);
	r->served = NULL;
}

/* "/" stands for the provider: no reseller is called so. */
static uint32_t counter_of(struct registry_served *s, struct str reseller)
{
	struct str key = reseller.len ? reseller : STR("/");
	uint32_t number = (uint32_t)(uintptr_t)map_get(s->by_reseller, key);
	if (number)
		return number;
	if (s->count == s->room) {
		uint32_t room = s->room ? s->room * 2 : 64;
		struct counter *more = realloc(s->list, room * sizeof(*more));
		s->failed |= !more;
		if (!more)
			return 0;
		s->list = more;
		s->room = room;
	}
	s->list[s->count] = (struct counter){ .reseller = reseller };
	s->failed |= map_put(s->by_reseller, key, (void *)(uintptr_t)(s->count + 1)) != OK;
	return s->failed ? 0 : ++s->count;
}

static void list_one(struct registry_served *s, struct registry_entry *n)
{
	if (n->listed)
		return;
	if (s->listed_count == s->listed_room) {
		size_t room = s->listed_room ? s->listed_room * 2 : 64;
		struct registry_entry **more = realloc(s->listed, room * sizeof(struct registry_entry *));
		s->failed |= !more;
		if (!more)
			return;
		s->listed = more;
		s->listed_room = room;
	}
	s->listed[s->listed_count++] = n;
	n->listed = true;
}

static void note(struct registry *r, struct registry_entry *n)
{
	struct registry_served *s = r->served;
	const struct entity *e = &n->e;
	if (n->served)
		s->list[n->served - 1].steady--;
	n->served = 0;
	/* one that was put and undone is found nowhere; listed, it does no harm */
	if (registry_find(r, ENTITY_CUSTOMER, e->id) != e || (e->until_at != TIME_NONE && e->until_at <= s->since_at))
		return;
	if (e->until_at != TIME_NONE || (e->from_at != TIME_NONE && e->from_at > s->since_at) || registry_of(r, ENTITY_SERVED, e->id, NULL)) {
		list_one(s, n);
		return;
	}
	n->served = counter_of(s, e->reseller);
	if (n->served)
		s->list[n->served - 1].steady++;
}

void registry_served_note(struct registry *r, const struct entity *e)
{
	const struct entity *whose = e->type == ENTITY_SERVED ? registry_find(r, ENTITY_CUSTOMER, e->customer) : e->type == ENTITY_CUSTOMER ? e : NULL;
	if (r->served && whose)
		note(r, (struct registry_entry *)(uintptr_t)whose);
}

enum err registry_count_served(struct registry *r, int64_t now)
{
	const struct entity *e;
	if (r->served && !r->served->failed)
		return OK;
	registry_served_free(r);
	struct registry_served *s = calloc(1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	r->served = s;
	s->since_at = now;
	s->by_reseller = map_new(REGISTRY_ENTITIES_MAX);
	s->failed = !s->by_reseller;
	for (size_t i = 0; !s->failed && (e = registry_next(r, &i));) {
		struct registry_entry *n = (struct registry_entry *)(uintptr_t)e;
		n->served = 0;
		n->listed = false;
		if (e->type == ENTITY_CUSTOMER)
			note(r, n);
	}
	if (!s->failed)
		return OK;
	registry_served_free(r);
	return ERR_NOMEM;
}

/* By who serves them now: a counter that is new may come. */
static void add_listed(struct registry *r, int64_t now)
{
	struct registry_served *s = r->served;
	for (uint32_t i = 0; i < s->count; i++)
		s->list[i].now = s->list[i].steady;
	for (size_t i = 0; i < s->listed_count; i++) {
		struct registry_entry *n = s->listed[i];
		if (n->served || registry_find(r, ENTITY_CUSTOMER, n->e.id) != &n->e || !entity_valid_at(&n->e, now))
			continue;
		uint32_t number = counter_of(s, registry_reseller(r, n->e.id, now));
		if (number)
			s->list[number - 1].now++;
	}
}

enum err registry_each_served(struct registry *r, int64_t now, registry_served_fn *fn, void *arg)
{
	enum err e = registry_count_served(r, now);
	if (e)
		return e;
	add_listed(r, now);
	if (r->served->failed)
		return ERR_NOMEM;
	for (uint32_t i = 0; e == OK && i < r->served->count; i++)
		if (r->served->list[i].now)
			e = fn(arg, r->served->list[i].reseller, r->served->list[i].now);
	return e;
}
