/*
 * The inside of a registry, for registry.c (building it and asking it), registry_change.c (what is put into one that is in use) and
 * registry_served.c (sums).
 */
#ifndef AUPD_ATTRIBUTION_REGISTRY_INSIDE_H
#define AUPD_ATTRIBUTION_REGISTRY_INSIDE_H

#include "attribution/registry.h"
#include "base/lpm.h"
#include "base/map.h"

/* The chains in which an entity stands. By type stand only those types of which there are few: the others are never asked for all. */
enum chain_kind { CHAIN_RESOURCE, CHAIN_REGISTRANT, CHAIN_CUSTOMER, CHAIN_TYPE, CHAIN_END };

/* In order of ids, which is that of their rows; one by type in that of arrival. */
struct chain {
	struct registry_entry *first, *last;
};

struct registry_entry {
	struct entity e;                /* first: an entity that was told is found again as its entry */
	struct registry_entry *next[CHAIN_END];
	uint32_t served;                /* the reseller, + 1, among whose steady customers it is counted; 0 = it is not */
	bool changing;                  /* it was put, and that may be undone */
	bool listed;                    /* among those that are looked at one by one, see registry_served.c */
};

/* The prefixes once more in order of address, each before those inside it: for what lies within one. */
struct place {
	struct prefix prefix;
	struct chain *chain;
};

/* What was put, and what stood there before. */
struct registry_put {
	struct registry_entry *n;
	struct entity before;           /* type ENTITY_NONE: nothing did */
	bool first;                     /* of those of that entity that may be undone */
};

struct registry {
	struct arena *arena;
	const struct names *names;
	struct map *by_id, *by_resource, *by_customer, *by_registrant;
	struct lpm *prefixes;           /* -> struct chain */
	struct chain by_type[ENTITY_TYPE_END];
	struct place *places;
	size_t place_count, place_room;
	size_t of_type[ENTITY_TYPE_END];
	struct entity last;             /* that was added: its texts are shared by the next one where they are the same */
	struct registry_put *puts;
	size_t put_count, put_room, replaced;
	struct registry_served *served; /* NULL: nobody has asked */
	uint64_t version;
	size_t count;
	bool ready;
};

/* Copies the entity as one that no chain leads to; NULL without memory. */
struct registry_entry *registry_copy(struct registry *r, struct registry_entry *into, const struct entity *e);
/* Into all chains that are to lead to it, and out of them; by id and by type it stands as long as it exists. */
enum err registry_link(struct registry *r, struct registry_entry *n, struct why *why) MUST_CHECK;
void registry_unlink(struct registry *r, struct registry_entry *n);
/* Out of those by id and by type. */
void registry_leave(struct registry *r, struct registry_entry *n);
/* Do the resellers above one end? at: TIME_NONE, or when one of them changed. */
enum err registry_check_chain(struct registry *r, struct str id, int64_t at, struct why *why) MUST_CHECK;
/* The same for all: *ret_entity is one of those that stand in a ring. */
enum err registry_check_chains(struct registry *r, const struct entity **ret_entity, struct why *why) MUST_CHECK;
/* An entity has come, gone, or is another now. */
void registry_served_note(struct registry *r, const struct entity *e);
void registry_served_free(struct registry *r);

#endif
