/*
 * The registry's view in memory. See registry.h for the contract.
 *
 * Entities are chained in order of their ids per index entry, so that answers do not depend on hash order, nor on whether they came one by
 * one or all at once. A customer's things are found through one map keyed "type/customer".
 */
#include "attribution/registry_inside.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEY_MAX = 1200 };
#define REGISTRY_BYTES_MAX ((size_t)REGISTRY_ENTITIES_MAX * 800)

/* Types of which there are few enough to be gone through, and those whose own customer is nobody. */
static const unsigned few = 1u << ENTITY_RESELLER | 1u << ENTITY_LIMIT | 1u << ENTITY_SERVED, customers = 1u << ENTITY_CUSTOMER | 1u << ENTITY_RESELLER;

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
	registry_served_free(r);
	free(r->places);
	free(r->puts);
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

/* Where the entity before it says the same, which is mostly so of a class or a language, its text serves both. */
static struct str keep_text(struct arena *a, struct str text, struct str last)
{
	return !text.len ? text : str_eq(text, last) ? last : str_copy(a, text);
}

struct registry_entry *registry_copy(struct registry *r, struct registry_entry *n, const struct entity *e)
{
	static const size_t texts[] = { offsetof(struct entity, id), offsetof(struct entity, customer), offsetof(struct entity, reseller), offsetof(struct entity, affiliate),
		offsetof(struct entity, user), offsetof(struct entity, service), offsetof(struct entity, class_name), offsetof(struct entity, kind), offsetof(struct entity, resource),
		offsetof(struct entity, ports), offsetof(struct entity, target), offsetof(struct entity, permitted_use), offsetof(struct entity, document),
		offsetof(struct entity, document_version), offsetof(struct entity, unit), offsetof(struct entity, language), offsetof(struct entity, digest),
		offsetof(struct entity, name), offsetof(struct entity, email), offsetof(struct entity, phone), offsetof(struct entity, sealed) };
	struct entity copy = *e;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct str *to = (void *)((char *)&copy + texts[i]);
		const struct str *last = (const void *)((const char *)&r->last + texts[i]);
		size_t len = to->len;
		*to = keep_text(r->arena, *to, *last);
		if (len && !to->len)
			return NULL;
	}
	copy.depends = e->depend_count ? ARENA_ARRAY(r->arena, struct str, e->depend_count) : NULL;
	if (e->depend_count && !copy.depends)
		return NULL;
	for (unsigned i = 0; i < e->depend_count; i++)
		copy.depends[i] = str_copy(r->arena, e->depends[i]);
	n = n ? n : ARENA_NEW(r->arena, struct registry_entry);
	if (n)
		n->e = r->last = copy;
	return n;
}

/* By id; what comes in that order, as rows do, comes to the end. */
static void chain_put(struct chain *c, struct registry_entry *n, enum chain_kind kind)
{
	struct registry_entry **at = &c->first;
	if (c->last && str_cmp(c->last->e.id, n->e.id) <= 0)
		at = &c->last->next[kind];
	while (*at && str_cmp((*at)->e.id, n->e.id) <= 0)
		at = &(*at)->next[kind];
	n->next[kind] = *at;
	*at = n;
	if (!n->next[kind])
		c->last = n;
}

static void chain_take(struct chain *c, const struct registry_entry *n, enum chain_kind kind)
{
	struct registry_entry *before = NULL;
	for (struct registry_entry *x = c ? c->first : NULL; x; before = x, x = x->next[kind]) {
		if (x != n)
			continue;
		*(before ? &before->next[kind] : &c->first) = x->next[kind];
		if (c->last == n)
			c->last = before;
		return;
	}
}

static enum err full(struct why *why)
{
	return why_set(why, ERR_LIMIT, "the registry is full");
}

static int by_place(const void *a, const void *b)
{
	const struct prefix *x = &((const struct place *)a)->prefix, *y = &((const struct place *)b)->prefix;
	int n = addr_cmp(&x->addr, &y->addr);
	return n ? n : (int)x->bits - (int)y->bits;
}

/* They are put in order once all are there, and one by one afterwards. */
static enum err keep_place(struct registry *r, const struct prefix *p, struct chain *c)
{
	const struct place one = { *p, c };
	if (r->place_count == r->place_room) {
		size_t room = r->place_room ? r->place_room * 2 : 1024;
		struct place *more = realloc(r->places, room * sizeof(*more));
		if (!more)
			return ERR_NOMEM;
		r->places = more;
		r->place_room = room;
	}
	size_t low = r->ready ? 0 : r->place_count, high = r->place_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (by_place(&r->places[mid], &one) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	memmove(r->places + low + 1, r->places + low, (r->place_count - low) * sizeof(one));
	r->places[low] = one;
	r->place_count++;
	return OK;
}

/* The chain of a prefix, made when there is none. */
static enum err prefix_chain(struct registry *r, const struct entity *e, struct chain **ret_chain, struct why *why)
{
	struct prefix p;
	if (prefix_parse(e->resource, &p) != OK)
		return why_set(why, ERR_SYNTAX, "prefix %.*s of entity %.*s is not a prefix", STR_ARG(e->resource), STR_ARG(e->id));
	*ret_chain = lpm_exact(r->prefixes, &p);
	if (*ret_chain)
		return OK;
	*ret_chain = ARENA_NEW(r->arena, struct chain);
	return *ret_chain && keep_place(r, &p, *ret_chain) == OK && lpm_put(r->prefixes, &p, *ret_chain) == OK ? OK : full(why);
}

/* The chains that are to lead to an entity; NULL where none is. */
static enum err chains_of(struct registry *r, const struct entity *e, struct chain *ret_chains[CHAIN_END], struct why *why)
{
	char buf[KEY_MAX];
	struct str name;
	enum err err = OK;
	memset(ret_chains, 0, CHAIN_END * sizeof(struct chain *));
	if (!(customers & 1u << e->type)) {
		ret_chains[CHAIN_CUSTOMER] = chain_at(r, r->by_customer, key_of(buf, e->type, e->customer));
		err = ret_chains[CHAIN_CUSTOMER] ? OK : full(why);
	}
	if (err || !e->resource.len || e->type == ENTITY_PERMISSION || e->type == ENTITY_MARK)
		return err;
	if (e->type == ENTITY_PREFIX)
		return prefix_chain(r, e, &ret_chains[CHAIN_RESOURCE], why);
	ret_chains[CHAIN_RESOURCE] = chain_at(r, r->by_resource, key_of(buf, e->type, e->resource));
	bool named = e->type == ENTITY_DOMAIN && r->names && names_registrable(r->names, e->resource, &name) == OK;
	if (named)
		ret_chains[CHAIN_REGISTRANT] = chain_at(r, r->by_registrant, name);
	return ret_chains[CHAIN_RESOURCE] && (!named || ret_chains[CHAIN_REGISTRANT]) ? OK : full(why);
}

enum err registry_link(struct registry *r, struct registry_entry *n, struct why *why)
{
	struct chain *chains[CHAIN_END];
	enum err err = chains_of(r, &n->e, chains, why);
	for (int kind = 0; err == OK && kind < CHAIN_END; kind++)
		if (chains[kind])
			chain_put(chains[kind], n, (enum chain_kind)kind);
	return err;
}

void registry_unlink(struct registry *r, struct registry_entry *n)
{
	struct chain *chains[CHAIN_END];
	struct why why;
	/* they are there, and nothing is made */
	if (chains_of(r, &n->e, chains, &why) != OK)
		return;
	for (int kind = 0; kind < CHAIN_END; kind++)
		if (chains[kind])
			chain_take(chains[kind], n, (enum chain_kind)kind);
}

static enum err enter(struct registry *r, struct registry_entry *n, struct why *why)
{
	char buf[KEY_MAX];
	if (map_put(r->by_id, key_of(buf, n->e.type, n->e.id), n) != OK)
		return full(why);
	struct chain *c = &r->by_type[n->e.type];
	if (few & 1u << n->e.type) {
		n->next[CHAIN_TYPE] = c->first;
		c->first = n;
	}
	r->count++;
	r->of_type[n->e.type]++;
	return OK;
}

void registry_leave(struct registry *r, struct registry_entry *n)
{
	char buf[KEY_MAX];
	(void)map_remove(r->by_id, key_of(buf, n->e.type, n->e.id));
	chain_take(&r->by_type[n->e.type], n, CHAIN_TYPE);
	r->count--;
	r->of_type[n->e.type]--;
}

enum err registry_add(struct registry *r, const struct entity *e, struct why *why)
{
	if (r->count >= REGISTRY_ENTITIES_MAX)
		return why_set(why, ERR_LIMIT, "more than %d entities in the registry", REGISTRY_ENTITIES_MAX);
	struct registry_entry *n = registry_copy(r, NULL, e);
	if (!n)
		return why_set(why, ERR_NOMEM, "no memory for the registry");
	enum err err = registry_link(r, n, why);
	return err ? err : enter(r, n, why);
}

enum err registry_check_chain(struct registry *r, struct str id, int64_t at, struct why *why)
{
	struct str *chain;
	unsigned count;
	struct arena_mark mark = arena_mark(r->arena);
	enum err err = registry_chain(r, r->arena, id, at, &chain, &count);
	arena_rewind(r->arena, mark);
	return err ? why_set(why, err, "the resellers above %.*s form a loop or more than %d levels", STR_ARG(id), RESELLER_DEPTH_MAX) : OK;
}

enum err registry_check_chains(struct registry *r, const struct entity **ret_entity, struct why *why)
{
	const struct entity *e;
	enum err err = OK;
	/* a ring is closed by one of its members at a time when that one's reseller changes */
	for (size_t i = 0; err == OK && (e = registry_next(r, &i));) {
		if (customers & 1u << e->type)
			err = registry_check_chain(r, e->id, TIME_NONE, why);
		if (e->type == ENTITY_SERVED)
			err = registry_check_chain(r, e->customer, e->from_at, why);
		if (e->type == ENTITY_SERVED && err == OK && e->until_at != TIME_NONE)
			err = registry_check_chain(r, e->customer, e->until_at, why);
		if (err && ret_entity)
			*ret_entity = e;
	}
	return err;
}

enum err registry_ready(struct registry *r, uint64_t version, const struct entity **ret_entity, struct why *why)
{
	r->version = version;
	r->ready = true;
	if (r->place_count)
		qsort(r->places, r->place_count, sizeof(*r->places), by_place);
	return registry_check_chains(r, ret_entity, why);
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
	return map_next(r->by_id, i, NULL, &v) ? &((const struct registry_entry *)v)->e : NULL;
}

const struct entity *registry_find(const struct registry *r, enum entity_type type, struct str id)
{
	char buf[KEY_MAX];
	struct registry_entry *n = map_get(r->by_id, key_of(buf, type, id));
	return n ? &n->e : NULL;
}

const struct entity *registry_all(const struct registry *r, enum entity_type type, const struct entity *after)
{
	const struct registry_entry *n = after ? ((const struct registry_entry *)(const void *)after)->next[CHAIN_TYPE] : r->by_type[type].first;
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
	const struct registry_entry *n;
	if (after) {
		n = ((const struct registry_entry *)(const void *)after)->next[CHAIN_CUSTOMER];
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
	for (const struct registry_entry *n = c ? c->first : NULL; n; n = n->next[CHAIN_RESOURCE])
		hold(h, &n->e);
}

void registry_by_prefix(const struct registry *r, const struct prefix *p, struct holders *h)
{
	struct lpm_walk walk;
	lpm_walk_start(r->prefixes, &p->addr, &walk);
	walk.bits = p->bits;
	for (const struct chain *c; (c = lpm_walk_next(&walk));) {
		hold_all(h, c);
		/* one that nothing leads to any more is no level */
		h->level += c->first != NULL;
	}
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
	for (const struct registry_entry *n = c ? c->first : NULL; n; n = n->next[CHAIN_REGISTRANT])
		hold(h, &n->e);
}

void registry_by_text(const struct registry *r, enum entity_type type, struct str resource, struct holders *h)
{
	char buf[KEY_MAX];
	hold_all(h, map_get(r->by_resource, key_of(buf, type, resource)));
}
