/*
 * Arenas. See arena.h. Blocks are chained newest first; a reset keeps the first one, and full-sized ones up to SPARE_MAX_BYTES,
 * because getting memory from the kernel anew costs a batch more than using it.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { BLOCK_MIN = 16 << 10, BLOCK_MAX = 1 << 20, SPARE_MAX_BYTES = 16 << 20 };

struct block {
	struct block *older;
	size_t room, used;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	const char *name;
	size_t max_bytes, taken_bytes;  /* taken: room of all blocks */
	struct block *newest, *spare;
	size_t spare_bytes;
};

struct arena *arena_new(const char *name, size_t max_bytes)
{
	struct arena *a = calloc(1, sizeof(*a));
	if (a) {
		a->name = name;
		a->max_bytes = max_bytes;
	}
	return a;
}

static void drop_newest(struct arena *a)
{
	struct block *b = a->newest;
	a->newest = b->older;
	a->taken_bytes -= b->room;
	ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->room);
	free(b);
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->newest)
		drop_newest(a);
	for (struct block *b = a->spare, *older; b; b = older) {
		older = b->older;
		ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->room);
		free(b);
	}
	free(a);
}

static void spare_newest(struct arena *a)
{
	struct block *b = a->newest;
	if (b->room != BLOCK_MAX || a->spare_bytes >= SPARE_MAX_BYTES) {
		drop_newest(a);
		return;
	}
	a->newest = b->older;
	a->taken_bytes -= b->room;
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->bytes, b->room);
	b->older = a->spare;
	a->spare = b;
	a->spare_bytes += b->room;
}

void arena_reset(struct arena *a)
{
	while (a->newest && a->newest->older)
		spare_newest(a);
	if (a->newest && a->newest->room > BLOCK_MAX)
		drop_newest(a);
	if (a->newest) {
		a->newest->used = 0;
		ASAN_POISON_MEMORY_REGION(a->newest->bytes, a->newest->room);
	}
}

static struct block *grow(struct arena *a, size_t size)
{
	size_t room = a->newest ? a->newest->room * 2 : BLOCK_MIN;
	if (room > BLOCK_MAX)
		room = BLOCK_MAX;
	if (room < size)
		room = size;
	if (room > a->max_bytes - a->taken_bytes)
		room = a->max_bytes - a->taken_bytes;
	if (room < size)
		return NULL;
	struct block *b = room == BLOCK_MAX ? a->spare : NULL;
	if (b) {
		a->spare = b->older;
		a->spare_bytes -= room;
	} else {
		b = malloc(sizeof(*b) + room);
		if (!b)
			return NULL;
		ASAN_POISON_MEMORY_REGION(b->bytes, room);
	}
	b->older = a->newest;
	b->room = room;
	b->used = 0;
	a->newest = b;
	a->taken_bytes += room;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align)
		return NULL;
	size_t need = (size + align - 1) & ~(align - 1);
	if (!need)
		need = align;
	struct block *b = a->newest;
	if (!b || b->room - b->used < need)
		b = grow(a, need);
	if (!b)
		return NULL;
	void *p = b->bytes + b->used;
	b->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	memset(p, 0, size);
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t bytes;
	return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_alloc(a, bytes);
}

struct arena_mark arena_mark(struct arena *a)
{
	return (struct arena_mark){ a->newest, a->newest ? a->newest->used : 0 };
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
	while (a->newest && a->newest != mark.block)
		drop_newest(a);
	if (a->newest) {
		a->newest->used = mark.used;
		ASAN_POISON_MEMORY_REGION(a->newest->bytes + mark.used, a->newest->room - mark.used);
	}
}

size_t arena_used_bytes(const struct arena *a)
{
	size_t n = 0;
	for (const struct block *b = a->newest; b; b = b->older)
		n += b->used;
	return n;
}
