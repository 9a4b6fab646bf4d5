/*
 * The registry's view in memory: every entity, and the indexes from resources to who held them when.
 *
 * Built from rows by registry_add and registry_ready; then changed by registry_put, which costs what is put and not what is there. All
 * validity questions are asked at a time, because the register of today says nothing about last week. Bounded by
 * REGISTRY_ENTITIES_MAX. Memory is the registry's own arena.
 */
#ifndef AUPD_ATTRIBUTION_REGISTRY_H
#define AUPD_ATTRIBUTION_REGISTRY_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/names.h"
#include "model/entity.h"

enum { REGISTRY_ENTITIES_MAX = 40000000 /* twenty million subscribers with a login each: some 800 octets an entity */ };

struct registry;

/* names, which stays borrowed, tells public suffixes apart; NULL = none is known. */
struct registry *registry_new(const struct names *names);
void registry_free(struct registry *r);
/* Copies the entity. The resource must be normalised (registry_normalise), that of a mark be a digest. */
enum err registry_add(struct registry *r, const struct entity *e, struct why *why) MUST_CHECK;
/* Afterwards registry_put alone adds. version is the registry's own count of changes. */
/* ERR_LIMIT on resellers in a ring or in too many levels, then *ret_entity, which may be NULL, is one of those concerned. */
enum err registry_ready(struct registry *r, uint64_t version, const struct entity **ret_entity, struct why *why) MUST_CHECK;
uint64_t registry_version(const struct registry *r);
size_t registry_count(const struct registry *r);
bool registry_has(const struct registry *r, enum entity_type type);     /* any of that type, whenever valid */
const struct names *registry_names(const struct registry *r);

/*
 * Adds an entity to a registry that is ready, or puts it where one of its type and id stands; checked as for registry_add. Texts that were
 * borrowed stay readable, what points to an entity sees it as it is now. registry_check_puts then looks over what was put after the first
 * `puts`, and whatever that may break: ERR_*, *ret_entity and *ret_column as of registry_check. All that was put after the first `puts` is
 * undone by registry_undo, until registry_keep.
 */
enum err registry_put(struct registry *r, const struct entity *e, struct why *why) MUST_CHECK;
enum err registry_check_puts(struct registry *r, size_t puts, const struct entity **ret_entity, const char **ret_column, struct why *why) MUST_CHECK;
void registry_undo(struct registry *r, size_t puts);
void registry_keep(struct registry *r);
bool registry_is_wasteful(const struct registry *r);            /* so much was replaced that it is worth while to build it anew */
size_t registry_puts(const struct registry *r);
/* The i-th that was put, as it is now; *ret_before as it was, NULL: it is new. */
const struct entity *registry_put_at(const struct registry *r, size_t i, const struct entity **ret_before);

/* Every entity, in no order that means anything: for (size_t i = 0; (e = registry_next(r, &i)); ). */
const struct entity *registry_next(const struct registry *r, size_t *i);
/* Every reseller, limit or served, in no order, without going through all: for (e = NULL; (e = registry_all(r, type, e)); ). */
const struct entity *registry_all(const struct registry *r, enum entity_type type, const struct entity *after);
const struct entity *registry_find(const struct registry *r, enum entity_type type, struct str id);
/* A customer or a reseller. Who became the one from the other has a row of each: the one that is valid at the time goes first. */
const struct entity *registry_customer(const struct registry *r, struct str id, int64_t at);
/* Every entity of the type whose `customer` is that one, by id; none of customers and resellers: for (e = NULL; (e = registry_of(...)); ). */
const struct entity *registry_of(const struct registry *r, enum entity_type type, struct str customer, const struct entity *after);
bool entity_valid_at(const struct entity *e, int64_t at);
/* The limit of a kind that binds the customer: his own, else the default of his class, else that of all; NULL when there is none. */
const struct entity *registry_limit(const struct registry *r, struct str customer, struct str kind, int64_t at);

/*
 * Who held a resource within a window, both ends included. Level 0 is the most specific; what is added by one call after
 * another without a step of `level` between is equally specific. Rows that were not valid in the window are left out, and
 * known says that there are such or others. cut: more than HOLDERS_MAX, the list is not whole.
 */
struct holder {
	const struct entity *e;
	unsigned level;
};

struct holders {
	struct holder *list;
	unsigned count, level;
	int64_t from_at, until_at;
	bool known, cut;
};
enum { HOLDERS_MAX = 256 };
enum err holders_init(struct arena *a, int64_t from_at, int64_t until_at, struct holders *ret_holders) MUST_CHECK;
void registry_by_prefix(const struct registry *r, const struct prefix *p, struct holders *h);   /* those that cover it, a level each */
void registry_within(const struct registry *r, const struct prefix *p, struct holders *h);      /* those inside it, as one level */
void registry_by_domain(const struct registry *r, struct str domain, struct holders *h);        /* itself, then each parent, a level each */
void registry_by_registrant(const struct registry *r, struct str domain, struct holders *h);    /* all names below the same registrable one */
void registry_by_text(const struct registry *r, enum entity_type type, struct str resource, struct holders *h);

/* Who serves a customer or a reseller at a time; empty: the provider itself. */
struct str registry_reseller(const struct registry *r, struct str customer, int64_t at);
/* The chain of resellers above a customer at a time, topmost first; ERR_LIMIT on a loop or beyond RESELLER_DEPTH_MAX. */
enum err registry_chain(const struct registry *r, struct arena *a, struct str customer, int64_t at, struct str **ret_chain, unsigned *ret_count) MUST_CHECK;
struct str registry_tenant(struct arena *a, const struct str *chain, unsigned count);

/*
 * How many customers each reseller serves itself at a time, "" being the provider; now must not go back. registry_count_served goes through all once,
 * so that later answers need not.
 */
typedef enum err registry_served_fn(void *arg, struct str reseller, uint64_t customers);
enum err registry_count_served(struct registry *r, int64_t now) MUST_CHECK;
enum err registry_each_served(struct registry *r, int64_t now, registry_served_fn *fn, void *arg) MUST_CHECK;

/* Checks one entity by its columns and brings its resource into its one written form. */
/* *ret_column, when given, names the column that is wrong; NULL when it is the whole entity. */
enum err registry_normalise(struct arena *a, struct entity *e, const char **ret_column, struct why *why) MUST_CHECK;
/* The forms in which resources are compared. ERR_SYNTAX when the text is none. */
enum err normal_mailbox(struct arena *a, struct str text, struct str *ret_text) MUST_CHECK;
enum err normal_asn(struct arena *a, struct str text, struct str *ret_text) MUST_CHECK;
/* "1024-2047" or "80"; "" is every port. */
enum err normal_ports(struct str text, uint16_t *ret_first, uint16_t *ret_last) MUST_CHECK;
/* Does all that it names exist, and belong together? Asked of a registry that holds it. ERR_NOTFOUND, ERR_RANGE. */
enum err registry_check(const struct registry *r, const struct entity *e, const char **ret_column, struct why *why) MUST_CHECK;

#endif
