/*
 * Bindings in memory: from an address, a port and a time to everybody who may have held it.
 *
 * Rebuilt from the segments at start; new facts come late and in any order, and an answer is always the one that a sorted scan of
 * all of them would give. One table for each family and prefix length in use, each a row of sorted leaves of some thousand bindings
 * (binding_leaf.h): no merge is longer than a leaf, so adding never stalls. About 37 octets a binding, 45 for IPv6 prefixes
 * longer than 64. What a feed says of one session in its usual course takes one entry: that it was opened, goes on however often that
 * is said, and ended. Asked as of an earlier time the index still knows what was open then, but no more of its confirmations than the
 * last one (binding_chain.h). Any other version has an entry of its own.
 *
 * A look-up is O(lengths in use x (log leaf + holders in the window)); of a shared address with a port, as often as there are classes
 * of ranges (of up to 1, 2, 4, 8 ... ports) in use, or twice where blocks begin at odd places. Without a port all of its leaf is looked at.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_INDEX_H
#define AUPD_ATTRIBUTION_BINDING_INDEX_H

#include "attribution/binding.h"

enum { BINDING_PORT_NONE = -1 };

struct binding_index;

struct binding_question {
	struct addr addr;
	int32_t port;                   /* BINDING_PORT_NONE: not known, every range of the address is meant */
	int64_t from_at, until_at;      /* the window, both included: time asked about, less and more the slack of clocks */
	int64_t as_of;                  /* what was known then; TIME_MAX: all. A fact counts as known from the second after it came */
};

/*
 * One that may have held it: the newest version known at as_of, not withdrawn, whose interval touches the window. What was open then and has been
 * confirmed or ended since counts as confirmed and recorded then, when that it was held until then has come true.
 */
struct binding_holding {
	struct binding binding;
	int64_t next_at;                /* earliest later start that the same feed gives for the same prefix and ports; TIME_NONE: none */
};

/* capacity: entries at most. NULL without memory. */
struct binding_index *binding_index_new(size_t capacity);
void binding_index_free(struct binding_index *ix);              /* accepts NULL */
/*
 * A normalised binding, copied. ERR_FULL at the capacity, but what confirms or ends one that is there needs no room; ERR_NOMEM. Word for word the
 * same again (recorded_at too) changes nothing.
 */
enum err binding_index_add(struct binding_index *ix, const struct binding *b, struct why *why) MUST_CHECK;
/* A normalised confirmation of one that is there, if it is: nothing else is added. */
void binding_index_confirm(struct binding_index *ix, const struct binding *b);
/*
 * Longest prefix first; one prefix's by ports (first ascending, last descending), start, subject and feed. ERR_LIMIT when more than
 * max hold it: the first max are given. ERR_NOMEM. May sort what was added since, so it is not const.
 */
enum err binding_index_find(struct binding_index *ix, const struct binding_question *q, struct binding_holding *out, unsigned max, unsigned *ret_count) MUST_CHECK;
/*
 * Is this very version there? Errors count as yes: it is asked before something is thrown away. A confirmation is not when a later one came: nothing is lost
 * with it.
 */
bool binding_index_has(struct binding_index *ix, const struct binding *b);
/* The same, whenever it was recorded, and whatever a later confirmation says too: what was said before need not be said again. */
bool binding_index_said(struct binding_index *ix, const struct binding *b);
/* Sorts what was added since: after a load, so that the first questions need not. */
enum err binding_index_settle(struct binding_index *ix) MUST_CHECK;
/*
 * Retention: forgets every version that was recorded before that time, unless it is the newest of its identity and still says
 * something of the time after it: an end that is later, or none in an assignment. A session without an end of which nothing was
 * recorded since is forgotten too.
 */
enum err binding_index_purge(struct binding_index *ix, int64_t before_at) MUST_CHECK;
size_t binding_index_count(const struct binding_index *ix);     /* entries; exact when settled, before that repeats count */
size_t binding_index_bytes(const struct binding_index *ix);     /* memory in use */

#endif
