/*
 * Arenas: the only memory an item's way through the stops may use.
 *
 * Three lifetimes exist: configuration (one arena per generation), item (reset after each item) and bounded long-lived
 * state (maps with a capacity). An arena grows in blocks up to its maximum; after that arena_alloc gives NULL and the
 * arena stays usable. Memory is zeroed. There is no free of a single piece.
 */
#ifndef AUPD_BASE_ARENA_H
#define AUPD_BASE_ARENA_H

#include <stddef.h>

struct arena;
struct arena_mark { void *block; size_t used; };

struct arena *arena_new(const char *name, size_t max_bytes);    /* NULL when the system has no memory */
void arena_free(struct arena *a);                               /* accepts NULL */
void arena_reset(struct arena *a);                              /* keeps one block for the next item */
void *arena_alloc(struct arena *a, size_t size);                /* zeroed, aligned for any type; NULL at the maximum */
void *arena_array(struct arena *a, size_t count, size_t size);  /* overflow-checked */
struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);     /* frees what was taken since mark */
size_t arena_used_bytes(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_array((a), (n), sizeof(type)))

#endif
