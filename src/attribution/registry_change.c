/*
 * What is put into a registry that is in use. See registry.h.
 *
 * An entity that stands there already keeps its place in memory, so that who points to it sees what it is now; its texts of before stay where
 * they are, for who has borrowed them. That room comes back when the registry is made anew (registry_is_wasteful).
 */
#include <stdlib.h>

#include "attribution/registry_inside.h"

/* What a change of one of these makes of it, others that name it may break: its customer is to be theirs. */
static const unsigned named = 1u << ENTITY_AFFILIATE | 1u << ENTITY_USER | 1u << ENTITY_SERVICE;

enum { REPLACED_MIN = 100000 };

static struct registry_put *new_put(struct registry *r)
{
	if (r->put_count == r->put_room) {
		size_t room = r->put_room ? r->put_room * 2 : 64;
		struct registry_put *more = realloc(r->puts, room * sizeof(*more));
		if (!more)
			return NULL;
		r->puts = more;
		r->put_room = room;
	}
	return &r->puts[r->put_count];
}

static struct registry_entry *entry_of(const struct registry *r, const struct entity *e)
{
	const struct entity *there = registry_find(r, e->type, e->id);
	return (struct registry_entry *)(uintptr_t)there;
}

/* As it was before. The chains are there still, so nothing can fail. */
static void link_again(struct registry *r, struct registry_entry *n, const struct entity *before)
{
	struct why why;
	n->e = *before;
	/* or else an entity could not be found any more, and nobody would know */
	if (registry_link(r, n, &why) != OK)
		abort();
}

/* In the place of what stood there, which is linked again when there is no memory for it. */
static enum err replace(struct registry *r, struct registry_entry *n, const struct entity *e, const struct entity *before, struct why *why)
{
	registry_unlink(r, n);
	enum err err = registry_copy(r, n, e) ? registry_link(r, n, why) : why_set(why, ERR_NOMEM, "no memory for the registry");
	if (err)
		link_again(r, n, before);
	return err;
}

enum err registry_put(struct registry *r, const struct entity *e, struct why *why)
{
	struct registry_put *put = new_put(r);
	struct registry_entry *n = entry_of(r, e);
	if (!put)
		return why_set(why, ERR_NOMEM, "no memory for the registry");
	*put = (struct registry_put){ .n = n };
	if (n)
		put->before = n->e;
	enum err err = n ? replace(r, n, e, &put->before, why) : registry_add(r, e, why);
	if (err)
		return err;
	put->n = n = n ? n : entry_of(r, e);
	r->put_count++;
	/* its row is written once, however often it is put */
	put->first = !n->changing;
	r->version += put->first;
	n->changing = true;
	registry_served_note(r, &n->e);
	return OK;
}

size_t registry_puts(const struct registry *r)
{
	return r->put_count;
}

const struct entity *registry_put_at(const struct registry *r, size_t i, const struct entity **ret_before)
{
	*ret_before = r->puts[i].before.type ? &r->puts[i].before : NULL;
	return &r->puts[i].n->e;
}

static void undo_last(struct registry *r)
{
	const struct registry_put *put = &r->puts[--r->put_count];
	struct registry_entry *n = put->n;
	registry_unlink(r, n);
	if (put->before.type)
		link_again(r, n, &put->before);
	else
		registry_leave(r, n);
	registry_served_note(r, &n->e);
	r->version -= put->first;
	n->changing &= !put->first;
}

void registry_undo(struct registry *r, size_t puts)
{
	while (r->put_count > puts)
		undo_last(r);
}

void registry_keep(struct registry *r)
{
	for (size_t i = 0; i < r->put_count; i++) {
		r->puts[i].n->changing = false;
		r->replaced += r->puts[i].before.type != ENTITY_NONE;
	}
	r->put_count = 0;
}

bool registry_is_wasteful(const struct registry *r)
{
	return r->replaced > REPLACED_MIN + r->count / 2;
}

/* Can what was put break a row that was not? */
static bool reaches_others(const struct registry_put *put)
{
	const struct entity *e = &put->n->e, *before = &put->before;
	return before->type && named & 1u << e->type && !str_eq(e->customer, before->customer);
}

/* Can it close a ring that it does not stand in itself at the times at which it is looked at? */
static bool reaches_chains(const struct registry *r, const struct registry_put *put)
{
	const struct entity *e = &put->n->e, *before = &put->before;
	return (e->type == ENTITY_RESELLER && before->type && !str_eq(e->reseller, before->reseller)) ||
		(e->type == ENTITY_SERVED && registry_find(r, ENTITY_RESELLER, e->customer));
}

static enum err check_own_chain(struct registry *r, const struct entity *e, struct why *why)
{
	enum err err = OK;
	if (e->type == ENTITY_CUSTOMER || e->type == ENTITY_RESELLER)
		err = registry_check_chain(r, e->id, TIME_NONE, why);
	if (e->type == ENTITY_SERVED)
		err = registry_check_chain(r, e->customer, e->from_at, why);
	if (e->type == ENTITY_SERVED && err == OK && e->until_at != TIME_NONE)
		err = registry_check_chain(r, e->customer, e->until_at, why);
	return err;
}

static enum err check_one(const struct registry *r, const struct entity *e, const struct entity **ret_entity, const char **ret_column, struct why *why)
{
	enum err err = registry_check(r, e, ret_column, why);
	*ret_entity = err ? e : NULL;
	return err;
}

static enum err check_all(const struct registry *r, const struct entity **ret_entity, const char **ret_column, struct why *why)
{
	const struct entity *e;
	enum err err = OK;
	for (size_t i = 0; err == OK && (e = registry_next(r, &i));)
		err = check_one(r, e, ret_entity, ret_column, why);
	return err;
}

enum err registry_check_puts(struct registry *r, size_t puts, const struct entity **ret_entity, const char **ret_column, struct why *why)
{
	const struct entity *chains = NULL;
	bool others = false;
	enum err err = OK;
	*ret_entity = NULL;
	*ret_column = NULL;
	for (size_t i = puts; err == OK && i < r->put_count; i++) {
		err = check_one(r, &r->puts[i].n->e, ret_entity, ret_column, why);
		others |= reaches_others(&r->puts[i]);
		if (!chains && reaches_chains(r, &r->puts[i]))
			chains = &r->puts[i].n->e;
	}
	if (err == OK && others)
		err = check_all(r, ret_entity, ret_column, why);
	if (err)
		return err;
	*ret_column = "reseller";
	if (chains && (err = registry_check_chains(r, ret_entity, why)) != OK) {
		/* whoever stands in the ring, it is this one that closed it */
		*ret_entity = chains;
		return err;
	}
	for (size_t i = puts; err == OK && i < r->put_count; i++) {
		err = check_own_chain(r, &r->puts[i].n->e, why);
		*ret_entity = err ? &r->puts[i].n->e : NULL;
	}
	return err;
}
