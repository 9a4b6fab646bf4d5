/*
 * A leaf of the binding index, for binding_index.c alone: some thousand bindings of one prefix length, sorted, in one run of pages.
 *
 * Order: spot, key, start, subject, feed, recorded, arrival. So all that one address or prefix ever was lies together, each resource's
 * bindings by start, versions of one identity side by side with the newest last. What is added waits unsorted behind the sorted ones and
 * is merged in when a question meets it or when an eighth waits: a merge moves a leaf of some hundred KB, never the whole index.
 *
 * The tag, a hash of the address or prefix, chooses the leaf by its last bits. The spot leads into the leaf: it is the tag, but for a range of
 * ports a hash of that and of where the range lies, so that what was told of one block of a shared address is found without a look at
 * its thousands of others. Ranges of a class have at most 1 << class ports, and lie together by the place of their first one, counted in
 * so many: a range that has a port begins in the port's place or in the one before.
 *
 * first[] leads from the spot's first bits into the order and is small, because each question reads it. ends[] keeps the latest end of each
 * sixteen, so that a resource with thousands of past holders is passed over quickly.
 *
 * What confirms or ends an entry changes that in its place, wherever it stands, and makes no leaf grow.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_LEAF_H
#define AUPD_ATTRIBUTION_BINDING_LEAF_H

#include "attribution/binding.h"

enum { LEAF_MAX = 4096, LEAF_SLOT_BITS = 9, LEAF_SLOTS = 1 << LEAF_SLOT_BITS, LEAF_RUN = 16, LEAF_DEPTH_MAX = 32 - LEAF_SLOT_BITS, LEAF_CLASSES = 17,
	LEAF_SHARED_SHIFT = 26 };

/* 36 octets; low only where a key of 64 bits is not enough. An unknown start is 0, an open end UINT32_MAX. */
struct leaf_entry {
	uint32_t key[2];                /* IPv4: address; first port and complement of the last. IPv6: the upper half */
	uint32_t start;
	uint32_t subject[2];
	uint32_t end, seen, recorded;
	uint16_t unsure;                /* seconds after start until it is sure; UINT16_MAX: never */
	uint8_t feed, kind_flags;       /* kind (enum chain_kind too) in the upper bits, from BINDING_KIND_SHIFT on */
	uint32_t low[];                 /* two: the lower half of an IPv6 prefix longer than 64 */
};

/* The same for all leaves of a table. */
struct leaf_form {
	uint64_t seed;
	uint32_t stride;
	bool v4, wide;
	bool ports;                     /* of single IPv4 addresses, which alone are shared by ports */
};

/* What a question reads stands first. */
struct leaf {
	unsigned char *bytes;           /* entries: sorted ones, then late ones */
	uint32_t sorted, late;
	uint32_t *ends;
	uint64_t shared;                /* a bit for the tag of each sorted range: not set, it has none */
	uint32_t classes, astride;      /* a bit for each class of the sorted ranges; of those that end in another place than they begin */
	uint32_t newest;                /* the latest recording of a sorted one: for less than that ends[] does not speak */
	uint8_t depth;                  /* how many of the tag's last bits all entries share */
	uint8_t shift;                  /* first[] counts in 1 << shift, so that 16 bits do in a leaf of any size */
	bool stale;                     /* a sorted one has ended: ends[] could be less */
	bool varied;                    /* sorted ones have different tags */
	uint32_t *tags;                 /* of the late ones */
	uint32_t tag_room, end_room;
	size_t room_bytes;
	uint16_t first[LEAF_SLOTS + 1];
};

static inline struct leaf_entry *leaf_at(const struct leaf *l, const struct leaf_form *f, uint32_t i)
{
	return (struct leaf_entry *)(void *)(l->bytes + (size_t)i * f->stride);
}

static inline uint32_t leaf_tag(const struct leaf_form *f, const struct leaf_entry *e)
{
	uint64_t x = e->key[0];
	if (!f->v4)
		x |= (uint64_t)e->key[1] << 32;
	if (f->wide)
		x ^= ((uint64_t)e->low[0] << 32 | e->low[1]) * UINT64_C(0xd1b54a32d192ed03);
	x = (x ^ f->seed) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(x >> 32);
}

static inline bool leaf_is_range(const struct leaf_form *f, const struct leaf_entry *e)
{
	return f->ports && e->key[1];
}

static inline uint32_t leaf_port_from(const struct leaf_entry *e)
{
	return e->key[1] >> 16;
}

static inline uint32_t leaf_port_to(const struct leaf_entry *e)
{
	return BINDING_PORT_LAST - (e->key[1] & BINDING_PORT_LAST);
}

static inline unsigned leaf_class(const struct leaf_entry *range)
{
	uint32_t more = leaf_port_to(range) - leaf_port_from(range);
	return more ? 32U - (unsigned)__builtin_clz(more) : 0;
}

static inline void leaf_note_class(const struct leaf_entry *range, uint32_t *classes, uint32_t *astride)
{
	unsigned class = leaf_class(range);
	*classes |= UINT32_C(1) << class;
	if (leaf_port_from(range) >> class != leaf_port_to(range) >> class)
		*astride |= UINT32_C(1) << class;
}

static inline uint32_t leaf_range_spot(uint32_t tag, unsigned class, uint32_t place)
{
	uint64_t x = ((uint64_t)tag << 32 | class << 17 | place) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)((x ^ x >> 29) * UINT64_C(0xd6e8feb86659fd93) >> 32);
}

static inline uint32_t leaf_spot(const struct leaf_form *f, const struct leaf_entry *e, uint32_t tag)
{
	return leaf_is_range(f, e) ? leaf_range_spot(tag, leaf_class(e), leaf_port_from(e) >> leaf_class(e)) : tag;
}

static inline int leaf_cmp_key(const struct leaf_form *f, const struct leaf_entry *a, const struct leaf_entry *b)
{
	for (unsigned i = 0; i < 2; i++)
		if (a->key[i] != b->key[i])
			return a->key[i] < b->key[i] ? -1 : 1;
	for (unsigned i = 0; f->wide && i < 2; i++)
		if (a->low[i] != b->low[i])
			return a->low[i] < b->low[i] ? -1 : 1;
	return 0;
}

/* Of entries with the same key. */
static inline bool leaf_same(const struct leaf_entry *a, const struct leaf_entry *b)
{
	return a->start == b->start && a->subject[0] == b->subject[0] && a->subject[1] == b->subject[1] && a->feed == b->feed;
}

struct leaf *leaf_new(unsigned depth);                          /* NULL without memory */
void leaf_free(struct leaf *l);                                 /* accepts NULL */
/* Takes it into the entry that it goes on from, if there is one (binding_chain.h). */
bool leaf_follow(struct leaf *l, const struct leaf_form *f, const struct leaf_entry *e, uint32_t tag);
/* Adds a copy. Merges when enough wait; *dropped grows by the entries that turned out to be there already, word for word. */
enum err leaf_add(struct leaf *l, const struct leaf_form *f, const struct leaf_entry *e, uint32_t tag, size_t *dropped) MUST_CHECK;
bool leaf_waits(const struct leaf *l, uint32_t tag);            /* does a late entry have that hash? */
enum err leaf_settle(struct leaf *l, const struct leaf_form *f, size_t *dropped) MUST_CHECK;
/* In two by the next one of the tag's last bits; l must be settled and is freed on success only. */
enum err leaf_split(struct leaf *l, const struct leaf_form *f, struct leaf *ret_half[2]) MUST_CHECK;
/* Brings what is looked for at that spot near to the processor: step 0 the way to it, step 1, when that has come, the entries. */
void leaf_fetch(const struct leaf *l, const struct leaf_form *f, uint32_t spot, unsigned step);
/* The first sorted entry with that spot and a key not less than e's. */
uint32_t leaf_lower(const struct leaf *l, const struct leaf_form *f, uint32_t spot, const struct leaf_entry *e);
/* All sorted entries with that spot lie before this: the bound of every walk from leaf_lower. */
uint32_t leaf_bound(const struct leaf *l, uint32_t spot);
/* Removes, settled, what retention no longer holds: see binding_index_purge. */
void leaf_purge(struct leaf *l, const struct leaf_form *f, uint32_t before, size_t *dropped);
size_t leaf_bytes(const struct leaf *l);                        /* of memory that holds something */

#endif
