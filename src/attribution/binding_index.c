/*
 * The binding index. See binding_index.h. A table's leaves are found by extendible hashing: the directory has 2^depth places by the
 * last bits of the hash, several of which may lead to one leaf; a full leaf is split in two by the next bit.
 */
#include "attribution/binding_index.h"

#include <stdlib.h>

#include "attribution/binding_chain.h"
#include "base/seal.h"

enum { LENGTHS = 129, FAMILIES = 2, PLACES_SHARE = 256, STEP_MAX = 16, HALF = 64, ENTRY_BYTES_MAX = sizeof(struct leaf_entry) + 8 };

struct table {
	struct leaf_form form;
	unsigned bits, depth;
	struct leaf **places;
	size_t count;
	uint32_t widest;                /* ports of the widest range that is not the whole; 0: there is none */
};

struct binding_index {
	size_t capacity, count;
	uint64_t seed;
	struct table *tables[FAMILIES][LENGTHS];
	uint8_t lengths[FAMILIES][LENGTHS];     /* in use, longest first */
	unsigned length_count[FAMILIES];
};

struct binding_index *binding_index_new(size_t capacity)
{
	struct binding_index *ix = calloc(1, sizeof(*ix));
	if (ix) {
		ix->capacity = capacity;
		random_bytes(&ix->seed, sizeof(ix->seed));
	}
	return ix;
}

static size_t last_bits(uint32_t tag, unsigned depth)
{
	return tag & (((size_t)1 << depth) - 1);
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
	for (unsigned v4 = 0; v4 < FAMILIES; v4++)
		for (unsigned bits = 0; bits < LENGTHS; bits++)
			table_free(ix->tables[v4][bits]);
	free(ix);
}

static struct table *table_new(struct binding_index *ix, bool v4, unsigned bits)
{
	struct table *t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	bool wide = !v4 && bits > HALF;
	t->form = (struct leaf_form){ ix->seed, sizeof(struct leaf_entry) + (wide ? 2 * sizeof(uint32_t) : 0), v4, wide };
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

static uint32_t word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void unword(uint32_t v, uint8_t *p)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static uint32_t port_key(uint32_t from, uint32_t to)
{
	return from << 16 | (BINDING_PORT_LAST - to);
}

static void set_key(const struct leaf_form *f, const struct addr *a, uint32_t ports, struct leaf_entry *e)
{
	e->key[0] = word(a->octets + (f->v4 ? 12 : 0));
	e->key[1] = f->v4 ? ports : word(a->octets + 4);
	for (unsigned i = 0; f->wide && i < 2; i++)
		e->low[i] = word(a->octets + 8 + 4 * i);
}

static void pack(const struct leaf_form *f, const struct binding *b, struct leaf_entry *e)
{
	set_key(f, &b->prefix.addr, port_key(b->port_from, b->port_to), e);
	e->start = binding_second(b->start_at);
	e->subject[0] = word(b->subject.octets);
	e->subject[1] = word(b->subject.octets + 4);
	e->end = b->end_at == TIME_NONE ? UINT32_MAX : binding_second(b->end_at);
	e->seen = binding_second(b->seen_at);
	e->recorded = binding_second(b->recorded_at);
	e->unsure = b->start_sure_at == TIME_MAX ? UINT16_MAX : (uint16_t)((b->start_sure_at - b->start_at) / SECOND_US);
	e->feed = b->feed;
	e->kind_flags = (uint8_t)((unsigned)b->kind << BINDING_KIND_SHIFT | b->flags);
}

static void unpack(const struct table *t, const struct leaf_entry *e, const struct chain_version *v, struct binding *b)
{
	*b = (struct binding){ .prefix.bits = (uint8_t)t->bits, .port_to = BINDING_PORT_LAST, .feed = e->feed, .flags = e->kind_flags & BINDING_FLAGS_ALL,
		.kind = v->kind, .start_at = binding_second_at(e->start), .seen_at = binding_second_at(v->seen),
		.end_at = v->end == UINT32_MAX ? TIME_NONE : binding_second_at(v->end), .recorded_at = binding_second_at(v->recorded) };
	b->start_sure_at = e->unsure == UINT16_MAX ? TIME_MAX : b->start_at + e->unsure * SECOND_US;
	if (t->form.v4) {
		b->prefix.addr.octets[10] = b->prefix.addr.octets[11] = 0xff;
		unword(e->key[0], b->prefix.addr.octets + 12);
		b->port_from = (uint16_t)(e->key[1] >> 16);
		b->port_to = (uint16_t)(BINDING_PORT_LAST - (e->key[1] & BINDING_PORT_LAST));
	} else {
		unword(e->key[0], b->prefix.addr.octets);
		unword(e->key[1], b->prefix.addr.octets + 4);
		for (unsigned i = 0; t->form.wide && i < 2; i++)
			unword(e->low[i], b->prefix.addr.octets + 8 + 4 * i);
	}
	unword(e->subject[0], b->subject.octets);
	unword(e->subject[1], b->subject.octets + 4);
}

static struct leaf *leaf_of(const struct table *t, uint32_t tag)
{
	return t->places[last_bits(tag, t->depth)];
}

/* More places only as there are entries for them, or one address with many would make millions. */
static bool may_split(const struct table *t, const struct leaf *l)
{
	if (l->sorted + l->late < LEAF_MAX || l->sorted < LEAF_MAX / 2 || l->depth >= LEAF_DEPTH_MAX)
		return false;
	if (l->depth == t->depth && (size_t)PLACES_SHARE << t->depth > t->count)
		return false;
	return leaf_tag(&t->form, leaf_at(l, &t->form, 0)) != leaf_tag(&t->form, leaf_at(l, &t->form, l->sorted - 1));
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
	for (size_t i = last_bits(tag, depth); e == OK && i < (size_t)1 << t->depth; i += (size_t)1 << depth)
		t->places[i] = half[i >> depth & 1];
	return e;
}

static enum err table_add(struct table *t, const struct leaf_entry *e, uint32_t tag, size_t *dropped)
{
	struct leaf *l = leaf_of(t, tag);
	enum err err = may_split(t, l) ? split(t, l, tag, dropped) : OK;
	return err ? err : leaf_add(leaf_of(t, tag), &t->form, e, tag, dropped);
}

void binding_index_confirm(struct binding_index *ix, const struct binding *b)
{
	union {
		struct leaf_entry e;
		unsigned char bytes[ENTRY_BYTES_MAX];
	} u = { 0 };
	const struct table *t = ix->tables[addr_is_v4(&b->prefix.addr)][b->prefix.bits];
	if (!t)
		return;
	pack(&t->form, b, &u.e);
	uint32_t tag = leaf_tag(&t->form, &u.e);
	if (chain_confirms(&u.e))
		(void)leaf_follow(leaf_of(t, tag), &t->form, &u.e, tag);
}

void binding_index_fetch(const struct binding_index *ix, const struct prefix *p, unsigned step)
{
	union {
		struct leaf_entry e;
		unsigned char bytes[ENTRY_BYTES_MAX];
	} u = { 0 };
	const struct table *t = ix->tables[addr_is_v4(&p->addr)][p->bits];
	if (!t)
		return;
	set_key(&t->form, &p->addr, 0, &u.e);
	uint32_t tag = leaf_tag(&t->form, &u.e);
	leaf_fetch(leaf_of(t, tag), &t->form, tag, step);
}

enum err binding_index_add(struct binding_index *ix, const struct binding *b, struct why *why)
{
	union {
		struct leaf_entry e;
		unsigned char bytes[ENTRY_BYTES_MAX];
	} u = { 0 };
	size_t dropped = 0;
	bool v4 = addr_is_v4(&b->prefix.addr);
	struct table *t = ix->tables[v4][b->prefix.bits];
	if (!t)
		t = table_new(ix, v4, b->prefix.bits);
	if (!t)
		return why_set(why, ERR_NOMEM, "no memory for bindings");
	pack(&t->form, b, &u.e);
	uint32_t tag = leaf_tag(&t->form, &u.e);
	if (chain_follows(&u.e) && leaf_follow(leaf_of(t, tag), &t->form, &u.e, tag))
		return OK;
	if (ix->count >= ix->capacity)
		return why_set(why, ERR_FULL, "the index has room for %zu bindings and no more", ix->capacity);
	enum err e = table_add(t, &u.e, tag, &dropped);
	t->count += (e == OK) - dropped;
	ix->count += (e == OK) - dropped;
	uint32_t width = (uint32_t)b->port_to - b->port_from;
	/* a single port is a range too */
	if (width < BINDING_PORT_LAST && width + 1 > t->widest)
		t->widest = width + 1;
	return e ? why_set(why, e, "no memory for bindings") : OK;
}

struct finding {
	const struct table *t;
	const struct leaf *l;
	uint32_t from, until, known;
	struct binding_holding *out;
	unsigned count, max;
	bool more;
};

static const struct leaf_entry *at(const struct finding *q, uint32_t i)
{
	return leaf_at(q->l, &q->t->form, i);
}

/* Behind the versions of one identity that begin at i. */
static uint32_t run_end(const struct finding *q, uint32_t i, uint32_t to)
{
	uint32_t end = i + 1;
	while (end < to && leaf_same(at(q, end), at(q, i)))
		end++;
	return end;
}

/* Of one identity's entries [from, to) the newest version that was known, unless it takes all back. NULL: there is none. */
static const struct leaf_entry *newest(const struct finding *q, uint32_t from, uint32_t to, struct chain_version *ret_version)
{
	const struct leaf_entry *found = NULL;
	for (bool more = true; more && to > from;) {
		struct chain_version v;
		bool first;
		const struct leaf_entry *e = at(q, --to);
		if (!chain_at(e, q->known, &v, &first))
			continue;
		more = first;
		if (found && v.recorded < ret_version->recorded)
			continue;
		found = e;
		*ret_version = v;
	}
	return found && found->kind_flags & BINDING_WITHDRAWN ? NULL : found;
}

static int64_t next_start(const struct finding *q, const struct leaf_entry *e, uint32_t i, uint32_t to)
{
	struct chain_version v;
	for (uint32_t end; i < to; i = end) {
		end = run_end(q, i, to);
		if (at(q, i)->start > e->start && at(q, i)->feed == e->feed && newest(q, i, end, &v))
			return binding_second_at(at(q, i)->start);
	}
	return TIME_NONE;
}

/* Behind the last of [from, to), one resource's, that starts within the window or before. */
static uint32_t begun(const struct finding *q, uint32_t from, uint32_t to)
{
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		if (at(q, mid)->start <= q->until)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* The holders among one resource's bindings [from, to). */
static void by_time(struct finding *q, uint32_t from, uint32_t to)
{
	uint32_t last = begun(q, from, to), end;
	bool by_ends = last - from > LEAF_RUN && q->l->newest <= q->known;
	for (uint32_t i = from; i < last;) {
		if (by_ends && i % LEAF_RUN == 0 && q->l->ends[i / LEAF_RUN] <= q->from) {
			i += LEAF_RUN;
			continue;
		}
		if (chain_end(at(q, i), q->known) <= q->from) {
			i++;
			continue;
		}
		uint32_t first = i;
		while (first > from && leaf_same(at(q, first - 1), at(q, i)))
			first--;
		end = run_end(q, i, to);
		struct chain_version v;
		const struct leaf_entry *e = newest(q, first, end, &v);
		i = end;
		if (!e || v.end <= q->from)
			continue;
		if (q->count == q->max) {
			q->more = true;
			return;
		}
		struct binding_holding *h = &q->out[q->count++];
		unpack(q->t, e, &v, &h->binding);
		h->next_at = next_start(q, e, end, to);
	}
}

/* Behind the last entry with the key of the one at i: a few steps, then by halves. */
static uint32_t resource_end(const struct finding *q, uint32_t i, uint32_t bound)
{
	const struct leaf_form *f = &q->t->form;
	uint32_t low = i, step = 1;
	while (step < bound - low && leaf_cmp_key(f, at(q, low + step), at(q, i)) == 0) {
		low += step;
		step *= low - i >= STEP_MAX ? 2 : 1;
	}
	uint32_t high = step < bound - low ? low + step : bound;
	while (low + 1 < high) {
		uint32_t mid = low + (high - low) / 2;
		if (leaf_cmp_key(f, at(q, mid), at(q, i)) == 0)
			low = mid;
		else
			high = mid;
	}
	return high;
}

/* Every resource of the address from entry i on whose ports begin at most at `last` and reach `port`. */
static void by_ports(struct finding *q, uint32_t i, uint32_t bound, uint32_t addr, uint32_t port, uint32_t last)
{
	while (i < bound && at(q, i)->key[0] == addr && at(q, i)->key[1] >> 16 <= last) {
		uint32_t end = resource_end(q, i, bound);
		if (BINDING_PORT_LAST - (at(q, i)->key[1] & BINDING_PORT_LAST) >= port)
			by_time(q, i, end);
		i = end;
	}
}

static void by_key(struct finding *q, struct leaf_entry *key, uint32_t tag, int32_t port)
{
	const struct leaf_form *f = &q->t->form;
	uint32_t bound = leaf_bound(q->l, tag), i = leaf_lower(q->l, f, tag, key);
	if (f->v4 && port < 0) {
		by_ports(q, i, bound, key->key[0], 0, BINDING_PORT_LAST);
		return;
	}
	if (i < bound && leaf_cmp_key(f, at(q, i), key) == 0) {
		uint32_t end = resource_end(q, i, bound);
		by_time(q, i, end);
		i = end;
	}
	if (!f->v4 || !q->t->widest)
		return;
	uint32_t p = (uint32_t)port, lowest = p > q->t->widest ? p - q->t->widest : 0;
	if (lowest) {
		key->key[1] = lowest << 16;
		i = leaf_lower(q->l, f, tag, key);
	}
	by_ports(q, i, bound, key->key[0], p, p);
}

static enum err in_table(struct binding_index *ix, struct table *t, const struct binding_question *question, struct finding *q)
{
	union {
		struct leaf_entry e;
		unsigned char bytes[ENTRY_BYTES_MAX];
	} u = { 0 };
	size_t dropped = 0;
	struct prefix p = prefix_of(&question->addr, t->form.v4 ? t->bits - 96 : t->bits);
	set_key(&t->form, &p.addr, 0, &u.e);
	uint32_t tag = leaf_tag(&t->form, &u.e);
	struct leaf *l = leaf_of(t, tag);
	if (l->late && leaf_waits(l, tag)) {
		enum err e = leaf_settle(l, &t->form, &dropped);
		if (e)
			return e;
		t->count -= dropped;
		ix->count -= dropped;
	}
	q->t = t;
	q->l = l;
	if (l->sorted)
		by_key(q, &u.e, tag, question->port);
	return OK;
}

enum err binding_index_find(struct binding_index *ix, const struct binding_question *question, struct binding_holding *out, unsigned max, unsigned *ret_count)
{
	struct finding q = { .from = binding_floor(question->from_at), .until = binding_floor(question->until_at), .known = binding_floor(question->as_of),
		.out = out, .max = max };
	bool v4 = addr_is_v4(&question->addr);
	for (unsigned i = 0; i < ix->length_count[v4]; i++) {
		enum err e = in_table(ix, ix->tables[v4][ix->lengths[v4][i]], question, &q);
		if (e)
			return e;
	}
	*ret_count = q.count;
	return q.more ? ERR_LIMIT : OK;
}

/* any: whenever it was recorded. */
static bool has(struct binding_index *ix, const struct binding *b, bool any)
{
	union {
		struct leaf_entry e;
		unsigned char bytes[ENTRY_BYTES_MAX];
	} u = { 0 };
	size_t dropped = 0;
	struct table *t = ix->tables[addr_is_v4(&b->prefix.addr)][b->prefix.bits];
	if (!t)
		return false;
	pack(&t->form, b, &u.e);
	uint32_t tag = leaf_tag(&t->form, &u.e);
	struct leaf *l = leaf_of(t, tag);
	if (leaf_settle(l, &t->form, &dropped) != OK)
		return true;
	t->count -= dropped;
	ix->count -= dropped;
	for (uint32_t i = leaf_lower(l, &t->form, tag, &u.e); i < leaf_bound(l, tag) && leaf_cmp_key(&t->form, leaf_at(l, &t->form, i), &u.e) == 0; i++) {
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
	for (unsigned k = 0; k < FAMILIES * LENGTHS; k++) {
		struct table *t = ix->tables[k / LENGTHS][k % LENGTHS];
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
	for (unsigned k = 0; k < FAMILIES * LENGTHS; k++) {
		const struct table *t = ix->tables[k / LENGTHS][k % LENGTHS];
		const struct leaf *l;
		if (!t)
			continue;
		bytes += sizeof(*t) + (sizeof(*t->places) << t->depth);
		for (size_t i = 0; (l = next_leaf(t, &i));)
			bytes += leaf_bytes(l) + (size_t)(l->sorted + l->late) * t->form.stride;
	}
	return bytes;
}
