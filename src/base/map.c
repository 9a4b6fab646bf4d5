/*
 * Bounded hash map. See map.h. Open addressing with linear probing over an index of 32-bit slots; entries lie in order of
 * insertion, removed ones are holes until the next growth.
 */
#include "base/map.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/seal.h"

enum { SLOTS_MIN = 16, SLOT_FREE = 0, SLOT_GONE = -1 };

struct entry {
	char *key;              /* NULL: removed */
	size_t len;
	uint64_t hash;
	void *value;
};

struct map {
	uint8_t secret[16];
	size_t capacity, count;
	struct entry *entries;
	size_t used, room;
	int32_t *slots;         /* entry + 1, SLOT_FREE or SLOT_GONE */
	size_t slot_count;
};

struct map *map_new(size_t capacity)
{
	struct map *m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	random_bytes(m->secret, sizeof(m->secret));
	m->capacity = capacity < INT32_MAX / 4 ? capacity : INT32_MAX / 4;
	m->slot_count = SLOTS_MIN;
	m->slots = calloc(m->slot_count, sizeof(*m->slots));
	if (m->slots)
		return m;
	free(m);
	return NULL;
}

void map_clear(struct map *m)
{
	for (size_t i = 0; i < m->used; i++)
		free(m->entries[i].key);
	m->used = m->count = 0;
	memset(m->slots, 0, m->slot_count * sizeof(*m->slots));
}

void map_free(struct map *m)
{
	if (!m)
		return;
	map_clear(m);
	free(m->entries);
	free(m->slots);
	free(m);
}

size_t map_count(const struct map *m)
{
	return m->count;
}

/* The slot that holds key, or SIZE_MAX. */
static size_t find(const struct map *m, struct str key, uint64_t hash)
{
	for (size_t i = hash & (m->slot_count - 1);; i = (i + 1) & (m->slot_count - 1)) {
		int32_t s = m->slots[i];
		if (s == SLOT_FREE)
			return SIZE_MAX;
		if (s == SLOT_GONE)
			continue;
		const struct entry *e = &m->entries[s - 1];
		if (e->hash == hash && e->len == key.len && (!key.len || memcmp(e->key, key.ptr, key.len) == 0))
			return i;
	}
}

void *map_get(const struct map *m, struct str key)
{
	size_t i = find(m, key, siphash(m->secret, key));
	return i == SIZE_MAX ? NULL : m->entries[m->slots[i] - 1].value;
}

/*
 * Closes the holes and makes the slots three times the entries, where puts call this at two times: a full map whose entries
 * come and go is then rebuilt once in a while, never at each put.
 */
static enum err rebuild(struct map *m)
{
	size_t slots = m->slot_count;
	while (slots < (m->count + 1) * 3)
		slots *= 2;
	int32_t *fresh = calloc(slots, sizeof(*fresh));
	if (!fresh)
		return ERR_NOMEM;
	size_t n = 0;
	for (size_t i = 0; i < m->used; i++)
		if (m->entries[i].key)
			m->entries[n++] = m->entries[i];
	m->used = n;
	for (size_t e = 0; e < n; e++) {
		size_t i = m->entries[e].hash & (slots - 1);
		while (fresh[i] != SLOT_FREE)
			i = (i + 1) & (slots - 1);
		fresh[i] = (int32_t)e + 1;
	}
	free(m->slots);
	m->slots = fresh;
	m->slot_count = slots;
	return OK;
}

static enum err insert(struct map *m, struct str key, uint64_t hash, void *value)
{
	if (m->count >= m->capacity)
		return ERR_FULL;
	if ((m->used + 1) * 2 > m->slot_count && rebuild(m) != OK)
		return ERR_NOMEM;
	if (m->used == m->room) {
		size_t room = m->room ? m->room * 2 : SLOTS_MIN;
		struct entry *grown = realloc(m->entries, room * sizeof(*grown));
		if (!grown)
			return ERR_NOMEM;
		m->entries = grown;
		m->room = room;
	}
	char *copy = malloc(key.len + 1);
	if (!copy)
		return ERR_NOMEM;
	if (key.len)
		memcpy(copy, key.ptr, key.len);
	m->entries[m->used++] = (struct entry){ copy, key.len, hash, value };
	m->count++;
	size_t i = hash & (m->slot_count - 1);
	while (m->slots[i] != SLOT_FREE)
		i = (i + 1) & (m->slot_count - 1);
	m->slots[i] = (int32_t)m->used;
	return OK;
}

enum err map_add(struct map *m, struct str key, void *value)
{
	return insert(m, key, siphash(m->secret, key), value);
}

enum err map_put(struct map *m, struct str key, void *value)
{
	uint64_t hash = siphash(m->secret, key);
	size_t i = find(m, key, hash);
	if (i == SIZE_MAX)
		return insert(m, key, hash, value);
	m->entries[m->slots[i] - 1].value = value;
	return OK;
}

void *map_remove(struct map *m, struct str key)
{
	size_t i = find(m, key, siphash(m->secret, key));
	if (i == SIZE_MAX)
		return NULL;
	struct entry *e = &m->entries[m->slots[i] - 1];
	m->slots[i] = SLOT_GONE;
	free(e->key);
	e->key = NULL;
	m->count--;
	return e->value;
}

bool map_next(const struct map *m, size_t *i, struct str *ret_key, void **ret_value)
{
	while (*i < m->used && !m->entries[*i].key)
		++*i;
	if (*i >= m->used)
		return false;
	const struct entry *e = &m->entries[(*i)++];
	if (ret_key)
		*ret_key = (struct str){ e->key, e->len };
	*ret_value = e->value;
	return true;
}
