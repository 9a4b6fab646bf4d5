/*
 * Bounded hash map from bytes to a pointer, keyed with SipHash so that hostile keys cannot collide on purpose.
 *
 * Keys are copied in; values are borrowed. Iteration is in order of insertion, so that nothing depends on hash order.
 * Capacity is a hard maximum: map_put then gives ERR_FULL and the caller decides what to evict.
 */
#ifndef AUPD_BASE_MAP_H
#define AUPD_BASE_MAP_H

#include "base/str.h"

struct map;

struct map *map_new(size_t capacity);
void map_free(struct map *m);
void map_clear(struct map *m);
size_t map_count(const struct map *m);
void *map_get(const struct map *m, struct str key);             /* NULL when absent */
enum err map_put(struct map *m, struct str key, void *value) MUST_CHECK;        /* replaces */
enum err map_add(struct map *m, struct str key, void *value) MUST_CHECK;        /* a key that is known to be absent */
void *map_remove(struct map *m, struct str key);                /* the value, or NULL */
/* for (size_t i = 0; map_next(m, &i, &key, &value);) */
bool map_next(const struct map *m, size_t *i, struct str *ret_key, void **ret_value);

#endif
