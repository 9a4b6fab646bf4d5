/*
 * The binding index: what is added to it and forgotten. See binding_index.h.
 */
#include "attribution/binding_index.h"

#include <stdlib.h>

#include "attribution/binding_table.h"
#include "base/seal.h"

enum { PLACES_SHARE = 256, HALF = 64 };

struct binding_index *binding_index_new(size_t capacity)
{
	struct binding_index *ix = calloc(1, sizeof(*ix));
	if (ix) {
		ix->capacity = capacity;
		random_bytes(&ix->seed, sizeof(ix->seed));
	}
	return ix;
}

/* Is it the first of the leaf's places? */
static bool is_first(const struct table *t, size_t i)
{
	return i >> t->places[i]->depth == 0;
}

/* Each leaf of a table once: for (size_t i = 0; (l = next_leaf(t, &i));). */
static struct leaf *next_leaf(const struct table *t, size_t *i)
{
	while (*i < (size_t)1 << t->depth && !is_first(t, *i))
		++*i;
	return *i < (size_t)1 << t->depth ? t->places[(*i)++] : NULL;
}

static void table_free(struct table *t)
{
	if (!t)
		return;
	/* from the back, since its other places ask the leaf */
	for (size_t i = (size_t)1 << t->depth; i--;)
		if (is_first(t, i))
			leaf_free(t->places[i]);
	free(t->places);
	free(t);
}

void binding_index_free(struct binding_index *ix)
{
	if (!ix)
		return;
	for (unsigned v4 = 0; v4 < TABLE_FAMILIES; v4++)
		for (unsigned bits = 0; bits < TABLE_LENGTHS; bits++)
			table_free(ix->tables[v4][bits]);
	free(ix);
}

static struct table *table_new(struct binding_index *ix, bool v4, unsigned bits)
{
	struct table *t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	bool wide = !v4 && bits > HALF;
	t->form = (struct leaf_form){ ix->seed, sizeof(struct leaf_entry) + (wide ? 2 * sizeof(uint32_t) : 0), v4, wide, v4 && bits == TABLE_WHOLE };
	t->bits = bits;
	t->places = calloc(1, sizeof(*t->places));
	struct leaf *l = leaf_new(0);
	if (!t->places || !l) {
		leaf_free(l);
		free(t->places);
		free(t);
		return NULL;
	}
	t->places[0] = l;
	unsigned i = ix->length_count[v4]++;
	for (; i && ix->lengths[v4][i - 1] < bits; i--)
		ix->lengths[v4][i] = ix->lengths[v4][i - 1];
	ix->lengths[v4][i] = (uint8_t)bits;
	return ix->tables[v4][bits] = t;
}

void binding_table_pack(const struct leaf_form *f, const struct binding *b, struct leaf_entry *e)
{
	table_key(f, &b->prefix.addr, table_ports(b->port_from, b->port_to), e);
	e->start = binding_second(b->start_at);
	e->subject[0] = table_word(b->subject.octets);
	e->subject[1] = table_word(b->subject.octets + 4);
	e->end = b->end_at == TIME_NONE ? UINT32_MAX : binding_second(b->end_at);
	e->seen = binding_second(b->seen_at);
	e->recorded = binding_second(b->recorded_at);
	e->unsure = b->start_sure_at == TIME_MAX ? UINT16_MAX : (uint16_t)((b->start_sure_at - b->start_at) / SECOND_US);
	e->feed = b->feed;
	e->kind_flags = (uint8_t)((unsigned)b->kind << BINDING_KIND_SHIFT | b->flags);
}

/* More places only as there are entries for them, or one address with many would make millions. */
static bool may_split(const struct table *t, const struct leaf *l)
{
	if (l->sorted + l->late < LEAF_MAX || l->sorted < LEAF_MAX / 2 || l->depth >= LEAF_DEPTH_MAX)
		return false;
	if (l->depth == t->depth && (size_t)PLACES_SHARE << t->depth > t->count)
		return false;
	return l->varied;
}

static enum err split(struct table *t, struct leaf *l, uint32_t tag, size_t *dropped)
{
	struct leaf *half[2];
	enum err e = leaf_settle(l, &t->form, dropped);
	if (e == OK && l->depth == t->depth) {
		struct leaf **places = calloc((size_t)2 << t->depth, sizeof(*places));
		if (!places)
			return ERR_NOMEM;
		memcpy(places, t->places, sizeof(*places) << t->depth);
		memcpy(places + ((size_t)1 << t->depth), t->places, sizeof(*places) << t->depth);
		free(t->places);
		t->places = places;
		t->depth++;
	}
	unsigned depth = l->depth;
	if (e == OK)
		e = leaf_split(l, &t->form, half);
	for (size_t i = table_place(tag, depth); e == OK && i < (size_t)1 << t->depth; i += (size_t)1 << depth)
		t->places[i] = half[i >> depth & 1];
	return e;
}

static enum err table_add(struct table *t, const struct leaf_entry *e, uint32_t tag, size_t *dropped)
{
	struct leaf *l = table_leaf(t, tag);
	enum err err = may_split(t, l) ? split(t, l, tag, dropped) : OK;
	return err ? err : leaf_add(table_leaf(t, tag), &t->form, e, tag, dropped);
}

void binding_index_confirm(struct binding_index *ix, const struct binding *b)
{
	union table_entry u = { 0 };
	const struct table *t = ix->tables[addr_is_v4(&b->prefix.addr)][b->prefix.bits];
	if (!t)
		return;
	binding_table_pack(&t->form, b, &u.e);
	uint32_t tag = leaf_tag(&t->form, &u.e);
	if (chain_confirms(&u.e))
		(void)leaf_follow(table_leaf(t, tag), &t->form, &u.e, tag);
}

struct table *binding_table_for(struct binding_index *ix, const struct binding *b, struct why *why)
{
	bool v4 = addr_is_v4(&b->prefix.addr);
	struct table *t = ix->tables[v4][b->prefix.bits];
	if (!t && !(t = table_new(ix, v4, b->prefix.bits)))
		(void)why_set(why, ERR_NOMEM, "no memory for bindings");
	return t;
}

enum err binding_table_put(struct binding_index *ix, struct table *t, const struct leaf_entry *entry, uint32_t tag, struct why *why)
{
	size_t dropped = 0;
	if (chain_follows(entry) && leaf_follow(table_leaf(t, tag), &t->form, entry, tag))
		return OK;
	if (ix->count >= ix->capacity)
		return why_set(why, ERR_FULL, "the index has room for %zu bindings and no more", ix->capacity);
	if (leaf_is_range(&t->form, entry))
		leaf_note_class(entry, &t->classes, &t->astride);
	enum err e = table_add(t, entry, tag, &dropped);
	t->count += (e == OK) - dropped;
	ix->count += (e == OK) - dropped;
	return e ? why_set(why, e, "no memory for bindings") : OK;
}

enum err binding_index_add(struct binding_index *ix, const struct binding *b, struct why *why)
{
	union table_entry u = { 0 };
	struct table *t = binding_table_for(ix, b, why);
	if (!t)
		return ERR_NOMEM;
	binding_table_pack(&t->form, b, &u.e);
	return binding_table_put(ix, t, &u.e, leaf_tag(&t->form, &u.e), why);
}

/* any: whenever it was recorded. */
static bool has(struct binding_index *ix, const struct binding *b, bool any)
{
	union table_entry u = { 0 };
	size_t dropped = 0;
	struct table *t = ix->tables[addr_is_v4(&b->prefix.addr)][b->prefix.bits];
	if (!t)
		return false;
	binding_table_pack(&t->form, b, &u.e);
	uint32_t tag = leaf_tag(&t->form, &u.e);
	struct leaf *l = table_leaf(t, tag);
	if (leaf_settle(l, &t->form, &dropped) != OK)
		return true;
	t->count -= dropped;
	ix->count -= dropped;
	uint32_t spot = leaf_spot(&t->form, &u.e, tag);
	for (uint32_t i = leaf_lower(l, &t->form, spot, &u.e); i < leaf_bound(l, spot) && leaf_cmp_key(&t->form, leaf_at(l, &t->form, i), &u.e) == 0; i++) {
		const struct leaf_entry *there = leaf_at(l, &t->form, i);
		if (leaf_same(there, &u.e) && (any ? chain_said(there, &u.e) : chain_has(there, &u.e)))
			return true;
	}
	return false;
}

bool binding_index_has(struct binding_index *ix, const struct binding *b)
{
	return has(ix, b, false);
}

bool binding_index_said(struct binding_index *ix, const struct binding *b)
{
	return has(ix, b, true);
}

/* Settles every leaf, and purges it where before is not 0. */
static enum err over_leaves(struct binding_index *ix, uint32_t before)
{
	for (unsigned k = 0; k < TABLE_FAMILIES * TABLE_LENGTHS; k++) {
		struct table *t = ix->tables[k / TABLE_LENGTHS][k % TABLE_LENGTHS];
		struct leaf *l;
		for (size_t i = 0; t && (l = next_leaf(t, &i));) {
			size_t dropped = 0;
			enum err e = leaf_settle(l, &t->form, &dropped);
			if (e)
				return e;
			if (before)
				leaf_purge(l, &t->form, before, &dropped);
			t->count -= dropped;
			ix->count -= dropped;
		}
	}
	return OK;
}

enum err binding_index_settle(struct binding_index *ix)
{
	return over_leaves(ix, 0);
}

enum err binding_index_purge(struct binding_index *ix, int64_t before_at)
{
	return over_leaves(ix, binding_floor(before_at));
}

size_t binding_index_count(const struct binding_index *ix)
{
	return ix->count;
}

size_t binding_index_bytes(const struct binding_index *ix)
{
	size_t bytes = sizeof(*ix);
	for (unsigned k = 0; k < TABLE_FAMILIES * TABLE_LENGTHS; k++) {
		const struct table *t = ix->tables[k / TABLE_LENGTHS][k % TABLE_LENGTHS];
		const struct leaf *l;
		if (!t)
			continue;
		bytes += sizeof(*t) + (sizeof(*t->places) << t->depth);
		for (size_t i = 0; (l = next_leaf(t, &i));)
			bytes += leaf_bytes(l) + (size_t)(l->sorted + l->late) * t->form.stride;
	}
	return bytes;
}
