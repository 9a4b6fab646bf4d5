/*
 * Longest-prefix match. See lpm.h.
 */
#include "base/lpm.h"

#include <stdlib.h>

#include "base/map.h"

struct lpm {
	struct map *by_prefix;          /* 16 octets and the length */
	unsigned lengths[129];          /* prefixes of that length */
};

struct lpm *lpm_new(size_t capacity)
{
	struct lpm *t = calloc(1, sizeof(*t));
	if (t)
		t->by_prefix = map_new(capacity);
	if (t && t->by_prefix)
		return t;
	free(t);
	return NULL;
}

void lpm_free(struct lpm *t)
{
	if (!t)
		return;
	map_free(t->by_prefix);
	free(t);
}

static void *get(const struct lpm *t, const struct prefix *p, char key[17])
{
	memcpy(key, p->addr.octets, 16);
	key[16] = (char)p->bits;
	return map_get(t->by_prefix, (struct str){ key, 17 });
}

enum err lpm_put(struct lpm *t, const struct prefix *p, void *value)
{
	char key[17];
	bool known = get(t, p, key);
	enum err e = map_put(t->by_prefix, (struct str){ key, sizeof(key) }, value);
	if (e == OK && !known)
		t->lengths[p->bits]++;
	return e;
}

void *lpm_exact(const struct lpm *t, const struct prefix *p)
{
	char key[17];
	return get(t, p, key);
}

void lpm_walk_start(const struct lpm *t, const struct addr *a, struct lpm_walk *w)
{
	*w = (struct lpm_walk){ t, *a, 128 };
}

void *lpm_walk_next(struct lpm_walk *w)
{
	for (; w->bits >= 0; w->bits--) {
		char key[17];
		if (!w->table->lengths[w->bits])
			continue;
		unsigned bits = (unsigned)w->bits;
		struct prefix p = prefix_of(&w->addr, addr_is_v4(&w->addr) ? (bits >= 96 ? bits - 96 : 0) : bits);
		if (addr_is_v4(&w->addr) && bits < 96)
			continue;
		void *value = get(w->table, &p, key);
		if (value) {
			w->bits--;
			return value;
		}
	}
	return NULL;
}

void *lpm_find(const struct lpm *t, const struct addr *a)
{
	struct lpm_walk w;
	lpm_walk_start(t, a, &w);
	return lpm_walk_next(&w);
}
