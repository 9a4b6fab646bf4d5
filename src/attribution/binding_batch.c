/*
 * Bindings that wait for the index. See binding_batch.h.
 */
#include "attribution/binding_batch.h"

#include <stdlib.h>

#include "attribution/binding_table.h"
#include "base/pages.h"

enum { GROUP_BITS = 8, GROUPS = 1 << GROUP_BITS, EACH = 2048, AHEAD = 12, STEPS = 2 };

struct waiting {
	uint32_t entry[sizeof(union table_entry) / sizeof(uint32_t)];
	uint32_t tag, spot;
	uint16_t table;                 /* family and length */
};

#define LIST_BYTES ((size_t)GROUPS * EACH * sizeof(struct waiting))

struct binding_batch {
	struct binding_index *ix;
	struct waiting *list;           /* EACH for each group */
	uint32_t counts[GROUPS];
};

struct binding_batch *binding_batch_new(struct binding_index *ix)
{
	struct binding_batch *b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->ix = ix;
	b->list = pages_alloc_large(LIST_BYTES);
	if (b->list)
		return b;
	binding_batch_free(b);
	return NULL;
}

void binding_batch_free(struct binding_batch *b)
{
	if (!b)
		return;
	pages_free(b->list, LIST_BYTES);
	free(b);
}

static struct table *table_of(const struct binding_batch *b, const struct waiting *w)
{
	return b->ix->tables[w->table / TABLE_LENGTHS][w->table % TABLE_LENGTHS];
}

static struct leaf_entry *entry_of(struct waiting *w)
{
	return (struct leaf_entry *)(void *)w->entry;
}

/* What will be added soon comes near meanwhile: the way into its leaf, then the entries there. */
static void come_near(const struct binding_batch *b, const struct waiting *list, uint32_t i, uint32_t count)
{
	for (unsigned step = 0; step < STEPS; step++) {
		uint32_t at = i + (STEPS - step) * AHEAD;
		if (at >= count)
			continue;
		const struct waiting *w = &list[at];
		const struct table *t = table_of(b, w);
		leaf_fetch(table_leaf(t, w->tag), &t->form, w->spot, step);
	}
}

static enum err flush(struct binding_batch *b, uint32_t group, struct why *why)
{
	struct waiting *list = b->list + (size_t)group * EACH;
	enum err e = OK;
	for (uint32_t i = 0; e == OK && i < b->counts[group]; i++) {
		struct waiting *w = &list[i];
		come_near(b, list, i, b->counts[group]);
		e = binding_table_put(b->ix, table_of(b, w), entry_of(w), w->tag, why);
	}
	b->counts[group] = 0;
	return e;
}

enum err binding_batch_flush(struct binding_batch *b, struct why *why)
{
	enum err e = OK;
	for (uint32_t g = 0; g < GROUPS; g++) {
		enum err one = flush(b, g, why);
		e = e ? e : one;
	}
	return e;
}

enum err binding_batch_add(struct binding_batch *b, const struct binding *one, struct why *why)
{
	const struct table *t = binding_table_for(b->ix, one, why);
	struct waiting w = { .table = (uint16_t)(addr_is_v4(&one->prefix.addr) * TABLE_LENGTHS + one->prefix.bits) };
	if (!t)
		return ERR_NOMEM;
	binding_table_pack(&t->form, one, entry_of(&w));
	w.tag = leaf_tag(&t->form, entry_of(&w));
	w.spot = leaf_spot(&t->form, entry_of(&w), w.tag);
	/* all of one leaf fall into one group, but where leaves are few */
	uint32_t group = w.tag & (GROUPS - 1);
	struct waiting *to = b->list + (size_t)group * EACH + b->counts[group];
	*to = w;
	__builtin_prefetch(to + 1, 1);
	__builtin_prefetch((const char *)(to + 2) - 1, 1);
	return ++b->counts[group] == EACH ? flush(b, group, why) : OK;
}
