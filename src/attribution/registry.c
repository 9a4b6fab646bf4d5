/*
 * The registry's view in memory. See registry.h for the contract.
 *
 * Entities are chained in order of insertion per index entry, so that answers do not depend on hash order. A customer's
 * things are found through one map keyed "type/customer".
 */
#include "attribution/registry.h"

#include <stdio.h>

#include "base/lpm.h"
#include "base/map.h"

enum { REGISTRY_BYTES_MAX = 2000 << 20, KEY_MAX = 1200 };

/* One entity in the chains that lead to it. */
struct entry {
	struct entity e;
	struct entry *next_same;        /* same resource */
	struct entry *next_of;          /* same customer and type */
};

struct chain {
	struct entry *first, *last;
};

struct registry {
	struct arena *arena;
	struct map *by_id, *by_resource, *by_customer;
	struct lpm *prefixes;           /* -> struct chain */
	uint64_t version;
	size_t count;
};

struct registry *registry_new(void)
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
	r->by_id = map_new(REGISTRY_ENTITIES_MAX);
	r->by_resource = map_new(REGISTRY_ENTITIES_MAX);
	r->by_customer = map_new(REGISTRY_ENTITIES_MAX);
	r->prefixes = lpm_new(REGISTRY_ENTITIES_MAX);
	if (r->by_id && r->by_resource && r->by_customer && r->prefixes)
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
	struct str *texts[] = { &e->id, &e->customer, &e->reseller, &e->user, &e->service, &e->class_name, &e->kind, &e->resource, &e->target,
		&e->permitted_use, &e->document, &e->document_version, &e->unit, &e->language, &e->name, &e->email, &e->phone, &e->sealed };
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

static enum err index_prefix(struct registry *r, struct entry *n, struct why *why)
{
	struct prefix p;
	if (prefix_parse(n->e.resource, &p) != OK)
		return why_set(why, ERR_SYNTAX, "prefix %.*s of entity %.*s is not a prefix", STR_ARG(n->e.resource), STR_ARG(n->e.id));
	struct chain *c = lpm_exact(r->prefixes, &p);
	if (!c) {
		c = ARENA_NEW(r->arena, struct chain);
		if (!c || lpm_put(r->prefixes, &p, c) != OK)
			return why_set(why, ERR_LIMIT, "the registry is full");
	}
	if (c->last)
		c->last->next_same = n;
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
		return why_set(why, ERR_LIMIT, "the registry is full");
	if (c->last)
		c->last->next_same = n;
	else
		c->first = n;
	c->last = n;
	return OK;
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
		return why_set(why, ERR_LIMIT, "the registry is full");
	struct chain *of = chain_at(r, r->by_customer, key_of(buf, e->type, e->customer));
	if (!of)
		return why_set(why, ERR_LIMIT, "the registry is full");
	if (of->last)
		of->last->next_of = n;
	else
		of->first = n;
	of->last = n;
	r->count++;
	return e->resource.len && e->type != ENTITY_PERMISSION ? index_resource(r, n, why) : OK;
}

enum err registry_ready(struct registry *r, uint64_t version, struct why *why)
{
	size_t i = 0;
	struct str key;
	void *value;
	r->version = version;
	while (map_next(r->by_id, &i, &key, &value)) {
		const struct entry *n = value;
		struct str *chain;
		unsigned count;
		if (n->e.type != ENTITY_CUSTOMER && n->e.type != ENTITY_RESELLER)
			continue;
		struct arena_mark mark = arena_mark(r->arena);
		enum err e = registry_chain(r, r->arena, n->e.id, &chain, &count);
		arena_rewind(r->arena, mark);
		if (e)
			return why_set(why, e, "the resellers above %s %.*s form a loop or more than %d levels", entity_type_words[n->e.type],
				STR_ARG(n->e.id), RESELLER_DEPTH_MAX);
	}
	return OK;
}

uint64_t registry_version(const struct registry *r)
{
	return r->version;
}

size_t registry_count(const struct registry *r)
{
	return r->count;
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

static void holders_add(struct holders *h, const struct chain *c)
{
	for (const struct entry *n = c ? c->first : NULL; n && h->count < HOLDERS_MAX; n = n->next_same)
		h->list[h->count++] = &n->e;
}

static bool holders_init(struct arena *a, struct holders *h)
{
	h->count = 0;
	h->list = ARENA_ARRAY(a, const struct entity *, HOLDERS_MAX);
	return h->list;
}

void registry_by_addr(const struct registry *r, const struct addr *a, struct arena *arena, struct holders *ret_holders)
{
	if (!holders_init(arena, ret_holders))
		return;
	struct lpm_walk walk;
	lpm_walk_start(r->prefixes, a, &walk);
	for (void *c; (c = lpm_walk_next(&walk));)
		holders_add(ret_holders, c);
}

void registry_by_domain(const struct registry *r, struct str domain, struct arena *arena, struct holders *ret_holders)
{
	char buf[KEY_MAX];
	if (!holders_init(arena, ret_holders))
		return;
	while (domain.len) {
		holders_add(ret_holders, map_get(r->by_resource, key_of(buf, ENTITY_DOMAIN, domain)));
		size_t dot = str_chr(domain, '.');
		domain = dot == SIZE_MAX ? STR_NONE : str_sub(domain, dot + 1, domain.len);
	}
}

void registry_by_text(const struct registry *r, enum entity_type type, struct str resource, struct arena *arena, struct holders *ret_holders)
{
	char buf[KEY_MAX];
	if (holders_init(arena, ret_holders))
		holders_add(ret_holders, map_get(r->by_resource, key_of(buf, type, resource)));
}

enum err registry_chain(const struct registry *r, struct arena *a, struct str customer, struct str **ret_chain, unsigned *ret_count)
{
	const struct entity *e = registry_find(r, ENTITY_CUSTOMER, customer);
	struct str up[RESELLER_DEPTH_MAX];
	unsigned n = 0;
	if (!e)
		e = registry_find(r, ENTITY_RESELLER, customer);
	for (struct str next = e ? e->reseller : STR_NONE; next.len;) {
		if (n == RESELLER_DEPTH_MAX)
			return ERR_LIMIT;
		up[n++] = next;
		e = registry_find(r, ENTITY_RESELLER, next);
		next = e ? e->reseller : STR_NONE;
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
	struct str t = STR("/");
	for (unsigned i = 0; i < count; i++)
		t = str_format(a, "%.*s%.*s/", STR_ARG(t), STR_ARG(chain[i]));
	return t;
}
