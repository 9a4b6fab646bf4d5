/*
 * Longest-prefix match: from an address to every prefix that covers it, most specific first.
 *
 * One hash probe per prefix length in use (at most 129), so a walk costs as many probes as there are distinct lengths.
 * Values are borrowed. Bounded by the capacity given.
 */
#ifndef AUPD_BASE_LPM_H
#define AUPD_BASE_LPM_H

#include "base/addr.h"

struct lpm;

struct lpm_walk {
	const struct lpm *table;
	struct addr addr;
	int bits;               /* next length to try */
};

struct lpm *lpm_new(size_t capacity);
void lpm_free(struct lpm *t);
enum err lpm_put(struct lpm *t, const struct prefix *p, void *value) MUST_CHECK;        /* replaces */
void *lpm_exact(const struct lpm *t, const struct prefix *p);
void *lpm_find(const struct lpm *t, const struct addr *a);                              /* the most specific, or NULL */
void lpm_walk_start(const struct lpm *t, const struct addr *a, struct lpm_walk *w);
void *lpm_walk_next(struct lpm_walk *w);                                                /* NULL at the end */

#endif
