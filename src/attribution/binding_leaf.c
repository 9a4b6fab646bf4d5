/*
 * Leaves of the binding index. See binding_leaf.h.
 */
#include "attribution/binding_leaf.h"

#include <stdlib.h>

#include "attribution/binding_chain.h"
#include "base/pages.h"

enum { GROW_BYTES = 32 << 10, LATE_MIN = 32, LATE_SHARE = 8, LINE_BYTES = 64, FETCH_BYTES = 1024, FEW = 32 };

struct leaf *leaf_new(unsigned depth)
{
	/* what each question reads shares a line */
	size_t bytes = (sizeof(struct leaf) + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
	struct leaf *l = aligned_alloc(LINE_BYTES, bytes);
	if (!l)
		return NULL;
	memset(l, 0, bytes);
	l->depth = (uint8_t)depth;
	return l;
}

void leaf_free(struct leaf *l)
{
	if (!l)
		return;
	pages_free(l->bytes, l->room_bytes);
	free(l->tags);
	free(l->ends);
	free(l);
}

size_t leaf_bytes(const struct leaf *l)
{
	return sizeof(*l) + l->tag_room * sizeof(*l->tags) + l->end_room * sizeof(*l->ends);
}

static uint32_t spot_at(const struct leaf_form *f, const struct leaf_entry *e)
{
	return leaf_spot(f, e, leaf_tag(f, e));
}

static uint32_t slot_of(uint32_t spot)
{
	return spot >> (32 - LEAF_SLOT_BITS);
}

static uint32_t first_of(const struct leaf *l, uint32_t spot)
{
	return (uint32_t)l->first[slot_of(spot)] << l->shift;
}

uint32_t leaf_bound(const struct leaf *l, uint32_t spot)
{
	uint64_t bound = ((uint64_t)l->first[slot_of(spot) + 1] + (l->shift > 0)) << l->shift;
	return bound < l->sorted ? (uint32_t)bound : l->sorted;
}

static int cmp(const struct leaf_form *f, const struct leaf_entry *a, const struct leaf_entry *b)
{
	int c = leaf_cmp_key(f, a, b);
	if (c)
		return c;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	for (unsigned i = 0; i < 2; i++)
		if (a->subject[i] != b->subject[i])
			return a->subject[i] < b->subject[i] ? -1 : 1;
	if (a->feed != b->feed)
		return a->feed < b->feed ? -1 : 1;
	return a->recorded < b->recorded ? -1 : a->recorded > b->recorded;
}

static void fetch_octets(const unsigned char *p, size_t count)
{
	for (size_t i = 0; i < count; i += LINE_BYTES)
		__builtin_prefetch(p + i);
}

/* A slot's entries come from memory all at once rather than one after the other. */
static void fetch(const struct leaf *l, const struct leaf_form *f, uint32_t from, uint32_t to)
{
	size_t count = (size_t)(to - from) * f->stride;
	fetch_octets(l->bytes + (size_t)from * f->stride, count < FETCH_BYTES ? count : FETCH_BYTES);
}

void leaf_fetch(const struct leaf *l, const struct leaf_form *f, uint32_t spot, unsigned step)
{
	if (!step) {
		__builtin_prefetch(l);
		__builtin_prefetch(&l->first[slot_of(spot)]);
		return;
	}
	fetch(l, f, first_of(l, spot), leaf_bound(l, spot));
	if (l->ends)
		__builtin_prefetch(&l->ends[first_of(l, spot) / LEAF_RUN]);
	fetch_octets((const unsigned char *)l->tags, l->late * sizeof(*l->tags));
}

uint32_t leaf_lower(const struct leaf *l, const struct leaf_form *f, uint32_t spot, const struct leaf_entry *e)
{
	uint32_t from = first_of(l, spot), to = leaf_bound(l, spot);
	fetch(l, f, from, to);
	while (from < to) {
		uint32_t mid = to - from > FEW ? from + (to - from) / 2 : from;
		const struct leaf_entry *m = leaf_at(l, f, mid);
		uint32_t there = spot_at(f, m);
		if (there < spot || (there == spot && leaf_cmp_key(f, m, e) < 0))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static enum err make_room(struct leaf *l, const struct leaf_form *f)
{
	size_t need = ((size_t)l->sorted + l->late + 1) * f->stride;
	if (need > l->room_bytes) {
		size_t room = (need + GROW_BYTES - 1) / GROW_BYTES * GROW_BYTES;
		unsigned char *grown = l->bytes ? pages_resize(l->bytes, l->room_bytes, room) : pages_alloc(room);
		if (!grown)
			return ERR_NOMEM;
		l->bytes = grown;
		l->room_bytes = room;
	}
	if (l->late == l->tag_room) {
		uint32_t room = l->tag_room + LATE_MIN;
		uint32_t *tags = realloc(l->tags, room * sizeof(*tags));
		if (!tags)
			return ERR_NOMEM;
		l->tags = tags;
		l->tag_room = room;
	}
	return OK;
}

enum err leaf_add(struct leaf *l, const struct leaf_form *f, const struct leaf_entry *e, uint32_t tag, size_t *dropped)
{
	if (l->late >= LATE_MIN && l->late >= l->sorted / LATE_SHARE) {
		enum err err = leaf_settle(l, f, dropped);
		if (err)
			return err;
	}
	enum err err = make_room(l, f);
	if (err)
		return err;
	memcpy(leaf_at(l, f, l->sorted + l->late), e, f->stride);
	l->tags[l->late++] = tag;
	return OK;
}

bool leaf_waits(const struct leaf *l, uint32_t tag)
{
	/* four at a time: each question, and each word that goes on, looks at all of them */
	typedef uint32_t lanes __attribute__((vector_size(4 * sizeof(uint32_t))));
	const lanes want = { tag, tag, tag, tag };
	lanes four, same = { 0 };
	uint32_t found = 0, i = 0;
	for (; i + 4 <= l->late; i += 4) {
		memcpy(&four, l->tags + i, sizeof(four));
		same |= (lanes)(four == want);
	}
	for (; i < l->late; i++)
		found |= l->tags[i] == tag;
	return found || same[0] || same[1] || same[2] || same[3];
}

struct late {
	uint32_t spot, i;
};

struct sorting {
	const struct leaf_form *f;
	const struct leaf *l;
};

static int by_order(const void *a, const void *b, void *arg)
{
	const struct sorting *s = arg;
	const struct late *x = a, *y = b;
	if (x->spot != y->spot)
		return x->spot < y->spot ? -1 : 1;
	int c = cmp(s->f, leaf_at(s->l, s->f, s->l->sorted + x->i), leaf_at(s->l, s->f, s->l->sorted + y->i));
	return c ? c : x->i < y->i ? -1 : x->i > y->i;
}

/* Behind every one of the sorted entries [from, to) that is not after e: what arrived later stays behind its equals. */
static uint32_t upper(const struct leaf *l, const struct leaf_form *f, uint32_t from, uint32_t to, uint32_t spot, const struct leaf_entry *e)
{
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		const struct leaf_entry *m = leaf_at(l, f, mid);
		uint32_t there = spot_at(f, m);
		if (there < spot || (there == spot && cmp(f, m, e) <= 0))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static bool is_same(const struct leaf_form *f, const struct leaf_entry *a, const struct leaf_entry *b)
{
	return leaf_cmp_key(f, a, b) == 0 && leaf_same(a, b);
}

/* The newest of e's identity among the late ones; of the same second the last to come. *count grows by all of them. */
static struct leaf_entry *newest_late(const struct leaf *l, const struct leaf_form *f, const struct leaf_entry *e, uint32_t tag, unsigned *count)
{
	struct leaf_entry *newest = NULL;
	if (!leaf_waits(l, tag))
		return NULL;
	for (uint32_t i = 0; i < l->late; i++) {
		struct leaf_entry *x = leaf_at(l, f, l->sorted + i);
		if (l->tags[i] != tag || !is_same(f, x, e))
			continue;
		++*count;
		if (!newest || x->recorded >= newest->recorded)
			newest = x;
	}
	return newest;
}

/* The same among the sorted ones. */
static struct leaf_entry *newest_sorted(const struct leaf *l, const struct leaf_form *f, const struct leaf_entry *e, uint32_t spot, unsigned *count)
{
	uint32_t from = first_of(l, spot), to = leaf_bound(l, spot);
	fetch(l, f, from, to);
	uint32_t i = upper(l, f, from, to, spot, e);
	while (i < to && is_same(f, leaf_at(l, f, i), e))
		i++;
	if (i == from || !is_same(f, leaf_at(l, f, i - 1), e))
		return NULL;
	*count += i - 1 > from && is_same(f, leaf_at(l, f, i - 2), e) ? 2 : 1;
	return leaf_at(l, f, i - 1);
}

bool leaf_follow(struct leaf *l, const struct leaf_form *f, const struct leaf_entry *e, uint32_t tag)
{
	unsigned count = 0;
	struct leaf_entry *late = newest_late(l, f, e, tag, &count), *sorted = newest_sorted(l, f, e, leaf_spot(f, e, tag), &count);
	struct leaf_entry *newest = late && (!sorted || late->recorded >= sorted->recorded) ? late : sorted;
	if (!newest || !chain_take(newest, count == 1, e))
		return false;
	l->stale |= newest == sorted && chain_end(newest, UINT32_MAX) != UINT32_MAX;
	l->newest = newest->recorded > l->newest ? newest->recorded : l->newest;
	return true;
}

/* The late ones, sorted, into the others from the back: each entry moves once. */
static void merge(struct leaf *l, const struct leaf_form *f, const struct late *order, const unsigned char *late)
{
	uint32_t n = l->sorted;
	for (uint32_t k = l->late; k--;) {
		const struct leaf_entry *e = (const struct leaf_entry *)(const void *)(late + (size_t)order[k].i * f->stride);
		/* what is before n has not moved yet, so the ways still lead there */
		uint32_t from = first_of(l, order[k].spot), to = leaf_bound(l, order[k].spot);
		uint32_t at = upper(l, f, from < n ? from : n, to < n ? to : n, order[k].spot, e);
		memmove(leaf_at(l, f, at + k + 1), leaf_at(l, f, at), (size_t)(n - at) * f->stride);
		memcpy(leaf_at(l, f, at + k), e, f->stride);
		n = at;
	}
}

/* Is the next one a chain that has it? */
static bool stands_behind(const struct leaf *l, const struct leaf_form *f, uint32_t i)
{
	const struct leaf_entry *e = leaf_at(l, f, i), *next = leaf_at(l, f, i + 1);
	return i + 1 < l->sorted && is_same(f, e, next) && chain_has(next, e);
}

static void drop_repeats(struct leaf *l, const struct leaf_form *f, size_t *dropped)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->sorted; i++) {
		const struct leaf_entry *e = leaf_at(l, f, i);
		bool again = false;
		for (uint32_t k = n; k && !again && cmp(f, leaf_at(l, f, k - 1), e) == 0; k--)
			again = chain_has(leaf_at(l, f, k - 1), e);
		again |= stands_behind(l, f, i);
		if (again)
			continue;
		if (n != i)
			memmove(leaf_at(l, f, n), e, f->stride);
		n++;
	}
	*dropped += l->sorted - n;
	l->sorted = n;
}

/* What is the same for all bindings of a resource. */
static void set_way(struct leaf *l, const struct leaf_form *f, uint32_t i, uint32_t any, uint32_t *slot)
{
	const struct leaf_entry *e = leaf_at(l, f, i);
	uint32_t tag = leaf_tag(f, e), own = slot_of(leaf_spot(f, e, tag));
	while (*slot < own)
		l->first[++*slot] = (uint16_t)(i >> l->shift);
	l->varied |= tag != any;
	if (!leaf_is_range(f, e))
		return;
	l->shared |= UINT64_C(1) << (tag >> LEAF_SHARED_SHIFT);
	leaf_note_class(e, &l->classes, &l->astride);
}

static void set_ways(struct leaf *l, const struct leaf_form *f)
{
	uint32_t slot = 0, any = l->sorted ? leaf_tag(f, leaf_at(l, f, 0)) : 0;
	for (l->shift = 0; l->sorted >> l->shift > UINT16_MAX;)
		l->shift++;
	memset(l->ends, 0, (l->sorted / LEAF_RUN + 1) * sizeof(*l->ends));
	l->newest = l->classes = l->astride = 0;
	l->shared = 0;
	l->stale = l->varied = false;
	for (uint32_t i = 0; i < l->sorted; i++) {
		const struct leaf_entry *e = leaf_at(l, f, i);
		if (!i || leaf_cmp_key(f, e, leaf_at(l, f, i - 1)) != 0)
			set_way(l, f, i, any, &slot);
		uint32_t end = chain_end(e, UINT32_MAX);
		if (end > l->ends[i / LEAF_RUN])
			l->ends[i / LEAF_RUN] = end;
		l->newest = e->recorded > l->newest ? e->recorded : l->newest;
	}
	while (slot < LEAF_SLOTS)
		l->first[++slot] = (uint16_t)(l->sorted >> l->shift);
}

static enum err room_for_ends(struct leaf *l, uint32_t count)
{
	if (count / LEAF_RUN + 1 <= l->end_room)
		return OK;
	uint32_t room = count / LEAF_RUN + 1 + LATE_SHARE;
	uint32_t *ends = realloc(l->ends, room * sizeof(*ends));
	if (!ends)
		return ERR_NOMEM;
	l->ends = ends;
	l->end_room = room;
	return OK;
}

enum err leaf_settle(struct leaf *l, const struct leaf_form *f, size_t *dropped)
{
	if (!l->late && l->stale)
		set_ways(l, f);
	if (!l->late)
		return OK;
	fetch_octets(l->bytes, ((size_t)l->sorted + l->late) * f->stride);
	struct late *order = calloc(l->late, sizeof(*order));
	unsigned char *late = malloc((size_t)l->late * f->stride);
	enum err e = order && late ? room_for_ends(l, l->sorted + l->late) : ERR_NOMEM;
	if (e == OK) {
		struct sorting s = { f, l };
		for (uint32_t i = 0; i < l->late; i++)
			order[i] = (struct late){ leaf_spot(f, leaf_at(l, f, l->sorted + i), l->tags[i]), i };
		qsort_r(order, l->late, sizeof(*order), by_order, &s);
		memcpy(late, leaf_at(l, f, l->sorted), (size_t)l->late * f->stride);
		merge(l, f, order, late);
		l->sorted += l->late;
		l->late = 0;
		drop_repeats(l, f, dropped);
		set_ways(l, f);
	}
	free(order);
	free(late);
	return e;
}

static bool is_second(const struct leaf *l, const struct leaf_form *f, uint32_t i)
{
	return leaf_tag(f, leaf_at(l, f, i)) >> l->depth & 1;
}

/* Room for so many sorted ones. */
static struct leaf *half_of(const struct leaf *l, const struct leaf_form *f, uint32_t count)
{
	struct leaf *half = leaf_new(l->depth + 1U);
	size_t room = ((size_t)count * f->stride / GROW_BYTES + 1) * GROW_BYTES;
	if (half && room_for_ends(half, count) == OK && (half->bytes = pages_alloc(room)) != NULL) {
		half->room_bytes = room;
		return half;
	}
	leaf_free(half);
	return NULL;
}

enum err leaf_split(struct leaf *l, const struct leaf_form *f, struct leaf *ret_half[2])
{
	uint32_t counts[2] = { l->sorted, 0 };
	for (uint32_t i = 0; i < l->sorted; i++)
		counts[1] += is_second(l, f, i);
	counts[0] -= counts[1];
	struct leaf *half[2] = { half_of(l, f, counts[0]), half_of(l, f, counts[1]) };
	if (!half[0] || !half[1]) {
		leaf_free(half[0]);
		leaf_free(half[1]);
		return ERR_NOMEM;
	}
	for (uint32_t i = 0; i < l->sorted; i++) {
		struct leaf *to = half[is_second(l, f, i)];
		memcpy(leaf_at(to, f, to->sorted++), leaf_at(l, f, i), f->stride);
	}
	for (unsigned i = 0; i < 2; i++) {
		set_ways(half[i], f);
		ret_half[i] = half[i];
	}
	leaf_free(l);
	return OK;
}

static bool held(const struct leaf_entry *e, bool newest, uint32_t before)
{
	if (e->recorded >= before)
		return true;
	if (!newest || e->kind_flags & BINDING_WITHDRAWN)
		return false;
	uint32_t end = chain_end(e, UINT32_MAX);
	return end == UINT32_MAX ? e->kind_flags & BINDING_STATIC : end > before;
}

void leaf_purge(struct leaf *l, const struct leaf_form *f, uint32_t before, size_t *dropped)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->sorted; i++) {
		const struct leaf_entry *e = leaf_at(l, f, i), *next = leaf_at(l, f, i + 1);
		bool newest = i + 1 == l->sorted || leaf_cmp_key(f, e, next) != 0 || !leaf_same(e, next);
		if (!held(e, newest, before))
			continue;
		if (n != i)
			memmove(leaf_at(l, f, n), e, f->stride);
		chain_forget(leaf_at(l, f, n++), before);
	}
	*dropped += l->sorted - n;
	l->sorted = n;
	size_t room = ((size_t)n * f->stride / GROW_BYTES + 1) * GROW_BYTES;
	unsigned char *less = room < l->room_bytes ? pages_resize(l->bytes, l->room_bytes, room) : NULL;
	if (less) {
		l->bytes = less;
		l->room_bytes = room;
	}
	if (l->ends)
		set_ways(l, f);
}
