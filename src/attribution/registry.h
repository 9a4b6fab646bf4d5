/*
 * The registry's view in memory: every entity, and the indexes from resources to who held them when.
 *
 * Built whole from rows by registry_add and registry_ready, then read-only; an import builds a new one and swaps it. All
 * validity questions are asked at a time, because the register of today says nothing about last week. Bounded by
 * REGISTRY_ENTITIES_MAX. Memory is the registry's own arena.
 */
#ifndef AUPD_ATTRIBUTION_REGISTRY_H
#define AUPD_ATTRIBUTION_REGISTRY_H

#include "base/addr.h"
#include "base/arena.h"
#include "model/entity.h"

enum { REGISTRY_ENTITIES_MAX = 4000000 };

struct registry;

struct registry *registry_new(void);
void registry_free(struct registry *r);
/* Copies the entity. The resource must be normalised (registry_normalise). */
enum err registry_add(struct registry *r, const struct entity *e, struct why *why) MUST_CHECK;
/* Resolves references; afterwards nothing is added. version is the registry's own count of changes. */
enum err registry_ready(struct registry *r, uint64_t version, struct why *why) MUST_CHECK;
uint64_t registry_version(const struct registry *r);
size_t registry_count(const struct registry *r);

/* Every entity, in order of insertion: for (size_t i = 0; (e = registry_next(r, &i)); ). */
const struct entity *registry_next(const struct registry *r, size_t *i);
const struct entity *registry_find(const struct registry *r, enum entity_type type, struct str id);
/* Every entity of the type whose `customer` is that one, in order of insertion: for (e = NULL; (e = registry_of(...)); ). */
const struct entity *registry_of(const struct registry *r, enum entity_type type, struct str customer, const struct entity *after);
bool entity_valid_at(const struct entity *e, int64_t at);

/* Holders of a resource, most specific first, over all times; the caller filters by time. */
struct holders {
	const struct entity **list;
	unsigned count;
};
enum { HOLDERS_MAX = 256 };
void registry_by_addr(const struct registry *r, const struct addr *a, struct arena *arena, struct holders *ret_holders);
void registry_by_domain(const struct registry *r, struct str domain, struct arena *arena, struct holders *ret_holders);   /* itself, then each parent */
void registry_by_text(const struct registry *r, enum entity_type type, struct str resource, struct arena *arena, struct holders *ret_holders);

/* The chain of resellers above a customer, topmost first; ERR_LIMIT on a loop or beyond RESELLER_DEPTH_MAX. */
enum err registry_chain(const struct registry *r, struct arena *a, struct str customer, struct str **ret_chain, unsigned *ret_count) MUST_CHECK;
struct str registry_tenant(struct arena *a, const struct str *chain, unsigned count);

/* Checks one entity by its columns and brings its resource into its one written form. */
/* *ret_column, when given, names the column that is wrong; NULL when it is the whole entity. */
enum err registry_normalise(struct arena *a, struct entity *e, const char **ret_column, struct why *why) MUST_CHECK;
/* Does all that it names exist? Asked of a registry that holds it. ERR_NOTFOUND. */
enum err registry_check(const struct registry *r, const struct entity *e, const char **ret_column, struct why *why) MUST_CHECK;

#endif
