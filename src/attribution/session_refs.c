/*
 * References of sessions. See session_refs.h. Open addressing; what is taken out leaves no hole, because what follows moves up.
 */
#include "attribution/session_refs.h"

#include "attribution/session_book.h"
#include "base/pages.h"

enum { BITS_MIN = 10, HALF_BITS = 32 };

static uint64_t hash_of(session_ref ref)
{
	uint64_t x = ref * UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> HALF_BITS;
}

/* By what a place has of the hash itself, so that others are moved without a look at their rows. */
static size_t place_of(const struct session_refs *r, uint64_t hash)
{
	return (size_t)(hash >> HALF_BITS & ((UINT64_C(1) << r->bits) - 1));
}

static size_t first_place(const struct session_refs *r, session_ref ref)
{
	return place_of(r, hash_of(ref));
}

static size_t next_place(const struct session_refs *r, size_t i)
{
	return (i + 1) & (((size_t)1 << r->bits) - 1);
}

static uint64_t filled(session_ref ref, uint32_t number)
{
	return hash_of(ref) >> HALF_BITS << HALF_BITS | (number + 1);
}

static uint32_t number_in(uint64_t place)
{
	return (uint32_t)place - 1;
}

enum err session_refs_init(struct session_refs *r, const struct session *list)
{
	*r = (struct session_refs){ .bits = BITS_MIN, .list = list };
	r->places = pages_alloc_large(sizeof(*r->places) << r->bits);
	return r->places ? OK : ERR_NOMEM;
}

void session_refs_done(struct session_refs *r)
{
	pages_free(r->places, sizeof(*r->places) << r->bits);
	r->places = NULL;
}

uint32_t session_refs_find(const struct session_refs *r, session_ref ref)
{
	uint64_t upper = filled(ref, 0) >> HALF_BITS;
	for (size_t i = first_place(r, ref); r->places[i]; i = next_place(r, i))
		if (r->places[i] >> HALF_BITS == upper && r->list[number_in(r->places[i])].ref == ref)
			return number_in(r->places[i]);
	return SESSION_NOBODY;
}

static void put(struct session_refs *r, uint64_t place)
{
	size_t i = place_of(r, place);
	while (r->places[i])
		i = next_place(r, i);
	r->places[i] = place;
}

static enum err grow(struct session_refs *r)
{
	struct session_refs more = { .bits = r->bits + 1, .count = r->count, .list = r->list };
	more.places = pages_alloc_large(sizeof(*more.places) << more.bits);
	if (!more.places)
		return ERR_NOMEM;
	for (size_t i = 0; i < (size_t)1 << r->bits; i++)
		if (r->places[i])
			put(&more, r->places[i]);
	session_refs_done(r);
	*r = more;
	return OK;
}

enum err session_refs_add(struct session_refs *r, session_ref ref, uint32_t number)
{
	if ((r->count + 1) * 2 > (size_t)1 << r->bits && grow(r) != OK)
		return ERR_NOMEM;
	put(r, filled(ref, number));
	r->count++;
	return OK;
}

void session_refs_remove(struct session_refs *r, session_ref ref, uint32_t number)
{
	size_t hole = first_place(r, ref);
	while (r->places[hole] && number_in(r->places[hole]) != number)
		hole = next_place(r, hole);
	if (!r->places[hole])
		return;
	r->count--;
	for (size_t i = next_place(r, hole); r->places[i]; i = next_place(r, i)) {
		size_t first = place_of(r, r->places[i]);
		/* it may move up unless it begins behind the hole */
		bool behind = hole <= i ? hole < first && first <= i : hole < first || first <= i;
		if (behind)
			continue;
		r->places[hole] = r->places[i];
		hole = i;
	}
	r->places[hole] = 0;
}

void session_refs_fetch(const struct session_refs *r, session_ref ref)
{
	__builtin_prefetch(&r->places[first_place(r, ref)]);
}

uint32_t session_refs_guess(const struct session_refs *r, session_ref ref)
{
	uint64_t upper = filled(ref, 0) >> HALF_BITS;
	for (size_t i = first_place(r, ref); r->places[i]; i = next_place(r, i))
		if (r->places[i] >> HALF_BITS == upper)
			return number_in(r->places[i]);
	return SESSION_NOBODY;
}
