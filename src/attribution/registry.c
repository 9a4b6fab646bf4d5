/*
 * The registry's view in memory. See registry.h for the contract.
 *
 * Entities are chained in order of insertion per index entry, so that answers do not depend on hash order. A customer's
 * things are found through one map keyed "type/customer".
 */
#include "attribution/registry.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/lpm.h"
#include "base/map.h"

enum { REGISTRY_BYTES_MAX = 2000 << 20, KEY_MAX = 1200 };

/* One entity in the chains that lead to it. */
struct entry {
	struct entity e;
	struct entry *next_same;        /* same resource */
	struct entry *next_near;        /* domains: same registrable name */
	struct entry *next_of;          /* same customer and type */
};

struct chain {
	struct entry *first, *last;
};

/* The prefixes once more in order of address, each before those inside it: for what lies within one. */
struct place {
	struct prefix prefix;
	struct chain *chain;
};

struct registry {
	struct arena *arena;
	const struct names *names;
	struct map *by_id, *by_resource, *by_customer, *by_registrant;
	struct lpm *prefixes;           /* -> struct chain */
	struct place *places;
	size_t place_count, place_room;
	size_t of_type[ENTITY_TYPE_END];
	uint64_t version;
	size_t count;
};

struct registry *registry_new(const struct names *names)
{
	struct arena *a = arena_new("registry", REGISTRY_BYTES_MAX);
	if (!a)
		return NULL;
	struct registry *r = ARENA_NEW(a, struct registry);
	if (!r) {
		arena_free(a);
		return NULL;
	}
	r->arena = a;
	r->names = names;
	r->by_id = map_new(REGISTRY_ENTITIES_MAX);
	r->by_resource = map_new(REGISTRY_ENTITIES_MAX);
	r->by_customer = map_new(REGISTRY_ENTITIES_MAX);
	r->by_registrant = map_new(REGISTRY_ENTITIES_MAX);
	r->prefixes = lpm_new(REGISTRY_ENTITIES_MAX);
	if (r->by_id && r->by_resource && r->by_customer && r->by_registrant && r->prefixes)
		return r;
	registry_free(r);
	return NULL;
}

void registry_free(struct registry *r)
{
	if (!r)
		return;
	map_free(r->by_id);
	map_free(r->by_resource);
	map_free(r->by_customer);
	map_free(r->by_registrant);
	free(r->places);
	lpm_free(r->prefixes);
	arena_free(r->arena);
}

static struct str key_of(char out[KEY_MAX], enum entity_type type, struct str text)
{
	int n = snprintf(out, KEY_MAX, "%s/%.*s", entity_type_words[type], STR_ARG(text));
	return (struct str){ out, n < 0 ? 0 : n >= KEY_MAX ? KEY_MAX - 1 : (size_t)n };
}

/* The chain at a key of a map, made when there is none. NULL when memory or the bound is reached. */
static struct chain *chain_at(struct registry *r, struct map *m, struct str key)
{
	struct chain *c = map_get(m, key);
	if (c)
		return c;
	c = ARENA_NEW(r->arena, struct chain);
	return c && map_put(m, key, c) == OK ? c : NULL;
}

static void copy_texts(struct arena *a, struct entity *e)
{
	struct str *texts[] = { &e->id, &e->customer, &e->reseller, &e->affiliate, &e->user, &e->service, &e->class_name, &e->kind, &e->resource, &e->ports, &e->target,
		&e->permitted_use, &e->document, &e->document_version, &e->unit, &e->language, &e->digest, &e->name, &e->email, &e->phone, &e->sealed };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i]->len)
			*texts[i] = str_copy(a, *texts[i]);
	if (!e->depend_count)
		return;
	struct str *copy = ARENA_ARRAY(a, struct str, e->depend_count);
	for (unsigned i = 0; copy && i < e->depend_count; i++)
		copy[i] = str_copy(a, e->depends[i]);
	e->depends = copy;
	e->depend_count = copy ? e->depend_count : 0;
}

static void chain_end(struct chain *c, struct entry *n)
{
	if (c->last)
		c->last->next_same = n;
	else
		c->first = n;
	c->last = n;
}

static enum err full(struct why *why)
{
	return why_set(why, ERR_LIMIT, "the registry is full");
}

static enum err keep_place(struct registry *r, const struct prefix *p, struct chain *c)
{
	if (r->place_count == r->place_room) {
		size_t room = r->place_room ? r->place_room * 2 : 1024;
		struct place *more = realloc(r->places, room * sizeof(*more));
		if (!more)
			return ERR_NOMEM;
		r->places = more;
		r->place_room = room;
	}
	r->places[r->place_count++] = (struct place){ *p, c };
	return OK;
}

static enum err index_prefix(struct registry *r, struct entry *n, struct why *why)
{
	struct prefix p;
	if (prefix_parse(n->e.resource, &p) != OK)
		return why_set(why, ERR_SYNTAX, "prefix %.*s of entity %.*s is not a prefix", STR_ARG(n->e.resource), STR_ARG(n->e.id));
	struct chain *c = lpm_exact(r->prefixes, &p);
	if (!c) {
		c = ARENA_NEW(r->arena, struct chain);
		if (!c || lpm_put(r->prefixes, &p, c) != OK || keep_place(r, &p, c) != OK)
			return full(why);
	}
	chain_end(c, n);
	return OK;
}

static enum err index_registrant(struct registry *r, struct entry *n, struct why *why)
{
	struct str name;
	if (!r->names || names_registrable(r->names, n->e.resource, &name) != OK)
		return OK;
	struct chain *c = chain_at(r, r->by_registrant, name);
	if (!c)
		return full(why);
	if (c->last)
		c->last->next_near = n;
	else
		c->first = n;
	c->last = n;
	return OK;
}

static enum err index_resource(struct registry *r, struct entry *n, struct why *why)
{
	char buf[KEY_MAX];
	if (n->e.type == ENTITY_PREFIX)
		return index_prefix(r, n, why);
	struct chain *c = chain_at(r, r->by_resource, key_of(buf, n->e.type, n->e.resource));
	if (!c)
		return full(why);
	chain_end(c, n);
	return n->e.type == ENTITY_DOMAIN ? index_registrant(r, n, why) : OK;
}

enum err registry_add(struct registry *r, const struct entity *e, struct why *why)
{
	char buf[KEY_MAX];
	if (r->count >= REGISTRY_ENTITIES_MAX)
		return why_set(why, ERR_LIMIT, "more than %d entities in the registry", REGISTRY_ENTITIES_MAX);
	struct entry *n = ARENA_NEW(r->arena, struct entry);
	if (!n)
		return why_set(why, ERR_NOMEM, "no memory for the registry");
	n->e = *e;
	copy_texts(r->arena, &n->e);
	if (map_put(r->by_id, key_of(buf, e->type, e->id), n) != OK)
		return full(why);
	struct chain *of = chain_at(r, r->by_customer, key_of(buf, e->type, e->customer));
	if (!of)
		return full(why);
	if (of->last)
		of->last->next_of = n;
	else
		of->first = n;
	of->last = n;
	r->count++;
	r->of_type[e->type]++;
	return e->resource.len && e->type != ENTITY_PERMISSION && e->type != ENTITY_MARK ? index_resource(r, n, why) : OK;
}

static int by_place(const void *a, const void *b)
{
	const struct prefix *x = &((const struct place *)a)->prefix, *y = &((const struct place *)b)->prefix;
	int n = addr_cmp(&x->addr, &y->addr);
	return n ? n : (int)x->bits - (int)y->bits;
}

static enum err check_chain(struct registry *r, const struct entity *e, struct str id, int64_t at, const struct entity **ret_entity, struct why *why)
{
	struct str *chain;
	unsigned count;
	struct arena_mark mark = arena_mark(r->arena);
	enum err err = registry_chain(r, r->arena, id, at, &chain, &count);
	arena_rewind(r->arena, mark);
	if (err && ret_entity)
		*ret_entity = e;
	return err ? why_set(why, err, "the resellers above %.*s form a loop or more than %d levels", STR_ARG(id), RESELLER_DEPTH_MAX) : OK;
}

enum err registry_ready(struct registry *r, uint64_t version, const struct entity **ret_entity, struct why *why)
{
	const struct entity *e;
	enum err err = OK;
	r->version = version;
	if (r->place_count)
		qsort(r->places, r->place_count, sizeof(*r->places), by_place);
	/* a ring is closed by one of its members at a time when that one's reseller changes */
	for (size_t i = 0; err == OK && (e = registry_next(r, &i));) {
		if (e->type == ENTITY_CUSTOMER || e->type == ENTITY_RESELLER)
			err = check_chain(r, e, e->id, TIME_NONE, ret_entity, why);
		if (e->type == ENTITY_SERVED)
			err = check_chain(r, e, e->customer, e->from_at, ret_entity, why);
		if (e->type == ENTITY_SERVED && err == OK && e->until_at != TIME_NONE)
			err = check_chain(r, e, e->customer, e->until_at, ret_entity, why);
	}
	return err;
}

uint64_t registry_version(const struct registry *r)
{
	return r->version;
}

size_t registry_count(const struct registry *r)
{
	return r->count;
}

bool registry_has(const struct registry *r, enum entity_type type)
{
	return r->of_type[type] > 0;
}

const struct names *registry_names(const struct registry *r)
{
	return r->names;
}

const struct entity *registry_next(const struct registry *r, size_t *i)
{
	void *v;
	return map_next(r->by_id, i, NULL, &v) ? &((const struct entry *)v)->e : NULL;
}

const struct entity *registry_find(const struct registry *r, enum entity_type type, struct str id)
{
	char buf[KEY_MAX];
	struct entry *n = map_get(r->by_id, key_of(buf, type, id));
	return n ? &n->e : NULL;
}

const struct entity *registry_customer(const struct registry *r, struct str id, int64_t at)
{
	const struct entity *c = registry_find(r, ENTITY_CUSTOMER, id), *s = registry_find(r, ENTITY_RESELLER, id);
	return !c || (s && !entity_valid_at(c, at) && entity_valid_at(s, at)) ? s : c;
}

const struct entity *registry_of(const struct registry *r, enum entity_type type, struct str customer, const struct entity *after)
{
	char buf[KEY_MAX];
	const struct entry *n;
	if (after) {
		n = ((const struct entry *)(const void *)after)->next_of;
	} else {
		struct chain *c = map_get(r->by_customer, key_of(buf, type, customer));
		n = c ? c->first : NULL;
	}
	return n ? &n->e : NULL;
}

bool entity_valid_at(const struct entity *e, int64_t at)
{
	return (e->from_at == TIME_NONE || e->from_at <= at) && (e->until_at == TIME_NONE || at < e->until_at);
}

/* Of the customer's own rows, or without one of those that are the default of a class, "" of all. */
static const struct entity *limit_of(const struct registry *r, struct str customer, struct str class_name, struct str kind, int64_t at)
{
	const struct entity *found = NULL;
	for (const struct entity *e = NULL; (e = registry_of(r, ENTITY_LIMIT, customer, e));)
		if (str_eq(e->kind, kind) && str_eq(e->class_name, class_name) && entity_valid_at(e, at) && (!found || e->from_at > found->from_at))
			found = e;
	return found;
}

const struct entity *registry_limit(const struct registry *r, struct str customer, struct str kind, int64_t at)
{
	const struct entity *who = customer.len ? registry_customer(r, customer, at) : NULL;
	const struct entity *found = customer.len ? limit_of(r, customer, STR(""), kind, at) : NULL;
	if (!found && who && who->class_name.len)
		found = limit_of(r, STR(""), who->class_name, kind, at);
	return found ? found : limit_of(r, STR(""), STR(""), kind, at);
}

/* Of a `served` row that is valid, else of its own column. */
struct str registry_reseller(const struct registry *r, struct str customer, int64_t at)
{
	for (const struct entity *e = NULL; (e = registry_of(r, ENTITY_SERVED, customer, e));)
		if (entity_valid_at(e, at))
			return e->reseller;
	const struct entity *e = registry_customer(r, customer, at);
	return e ? e->reseller : STR_NONE;
}

enum err registry_chain(const struct registry *r, struct arena *a, struct str customer, int64_t at, struct str **ret_chain, unsigned *ret_count)
{
	struct str up[RESELLER_DEPTH_MAX];
	unsigned n = 0;
	for (struct str next = registry_reseller(r, customer, at); next.len; next = registry_reseller(r, next, at)) {
		if (n == RESELLER_DEPTH_MAX)
			return ERR_LIMIT;
		up[n++] = next;
	}
	struct str *chain = ARENA_ARRAY(a, struct str, n ? n : 1);
	if (!chain)
		return ERR_NOMEM;
	for (unsigned i = 0; i < n; i++)
		chain[i] = up[n - 1 - i];
	*ret_chain = chain;
	*ret_count = n;
	return OK;
}

struct str registry_tenant(struct arena *a, const struct str *chain, unsigned count)
{
	size_t len = 1;
	for (unsigned i = 0; i < count; i++)
		len += chain[i].len + 1;
	char *text = count ? arena_alloc(a, len + 1) : NULL;
	if (!text)
		return count ? STR_NONE : STR("/");
	text[0] = '/';
	len = 1;
	for (unsigned i = 0; i < count; i++) {
		memcpy(text + len, chain[i].len ? chain[i].ptr : "", chain[i].len);
		len += chain[i].len;
		text[len++] = '/';
	}
	return (struct str){ text, len };
}

enum err holders_init(struct arena *a, int64_t from_at, int64_t until_at, struct holders *ret_holders)
{
	*ret_holders = (struct holders){ .from_at = from_at, .until_at = until_at, .list = ARENA_ARRAY(a, struct holder, HOLDERS_MAX) };
	return ret_holders->list ? OK : ERR_NOMEM;
}

static void hold(struct holders *h, const struct entity *e)
{
	h->known = true;
	if ((e->until_at != TIME_NONE && e->until_at <= h->from_at) || (e->from_at != TIME_NONE && e->from_at > h->until_at))
		return;
	if (h->count == HOLDERS_MAX)
		h->cut = true;
	else
		h->list[h->count++] = (struct holder){ e, h->level };
}

static void hold_all(struct holders *h, const struct chain *c)
{
	for (const struct entry *n = c ? c->first : NULL; n; n = n->next_same)
		hold(h, &n->e);
}

void registry_by_prefix(const struct registry *r, const struct prefix *p, struct holders *h)
{
	struct lpm_walk walk;
	lpm_walk_start(r->prefixes, &p->addr, &walk);
	walk.bits = p->bits;
	for (void *c; (c = lpm_walk_next(&walk)); h->level++)
		hold_all(h, c);
}

void registry_within(const struct registry *r, const struct prefix *p, struct holders *h)
{
	size_t low = 0, high = r->place_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct place asked = { *p, NULL };
		if (by_place(&r->places[mid], &asked) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < r->place_count && !h->cut && prefix_covers(p, &r->places[low].prefix); low++)
		hold_all(h, r->places[low].chain);
	h->level++;
}

void registry_by_domain(const struct registry *r, struct str domain, struct holders *h)
{
	char buf[KEY_MAX];
	for (; domain.len; h->level++) {
		hold_all(h, map_get(r->by_resource, key_of(buf, ENTITY_DOMAIN, domain)));
		if (!names_parent(domain, &domain))
			break;
	}
}

void registry_by_registrant(const struct registry *r, struct str domain, struct holders *h)
{
	struct str name;
	if (!r->names || names_registrable(r->names, domain, &name) != OK)
		return;
	const struct chain *c = map_get(r->by_registrant, name);
	for (const struct entry *n = c ? c->first : NULL; n; n = n->next_near)
		hold(h, &n->e);
}

void registry_by_text(const struct registry *r, enum entity_type type, struct str resource, struct holders *h)
{
	char buf[KEY_MAX];
	hold_all(h, map_get(r->by_resource, key_of(buf, type, resource)));
}
