/*
 * The inside of the binding index, for binding_index.c (what is added and forgotten), binding_batch.c (many that are added) and
 * binding_find.c (questions) alone.
 *
 * A table's leaves are found by extendible hashing: the directory has 2^depth places by the last bits of the tag, several of which may
 * lead to one leaf; a full leaf is split in two by the next bit.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_TABLE_H
#define AUPD_ATTRIBUTION_BINDING_TABLE_H

#include "attribution/binding_chain.h"
#include "attribution/binding_index.h"

enum { TABLE_LENGTHS = 129, TABLE_FAMILIES = 2, TABLE_WHOLE = 128 };

/* One entry of any form. */
union table_entry {
	struct leaf_entry e;
	unsigned char bytes[sizeof(struct leaf_entry) + 8];
};

struct table {
	struct leaf_form form;
	unsigned bits, depth;
	struct leaf **places;
	size_t count;
	uint32_t classes, astride;      /* of ranges that were ever there, as in a leaf */
};

struct binding_index {
	size_t capacity, count;
	uint64_t seed;
	struct table *tables[TABLE_FAMILIES][TABLE_LENGTHS];
	uint8_t lengths[TABLE_FAMILIES][TABLE_LENGTHS];     /* in use, longest first */
	unsigned length_count[TABLE_FAMILIES];
};

static inline size_t table_place(uint32_t tag, unsigned depth)
{
	return tag & (((size_t)1 << depth) - 1);
}

static inline struct leaf *table_leaf(const struct table *t, uint32_t tag)
{
	return t->places[table_place(tag, t->depth)];
}

static inline uint32_t table_word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint32_t table_ports(uint32_t from, uint32_t to)
{
	return from << 16 | (BINDING_PORT_LAST - to);
}

static inline void table_key(const struct leaf_form *f, const struct addr *a, uint32_t ports, struct leaf_entry *e)
{
	e->key[0] = table_word(a->octets + (f->v4 ? 12 : 0));
	e->key[1] = f->v4 ? ports : table_word(a->octets + 4);
	for (unsigned i = 0; f->wide && i < 2; i++)
		e->low[i] = table_word(a->octets + 8 + 4 * i);
}

void binding_table_pack(const struct leaf_form *f, const struct binding *b, struct leaf_entry *e);
/* Made when there was none. NULL without memory. */
struct table *binding_table_for(struct binding_index *ix, const struct binding *b, struct why *why);
/* The errors of binding_index_add. */
enum err binding_table_put(struct binding_index *ix, struct table *t, const struct leaf_entry *entry, uint32_t tag, struct why *why) MUST_CHECK;

#endif
