/*
 * What one entry of a leaf stands for, for binding_leaf.c and binding_index.c alone: a version of a binding, or all that a feed has said of
 * one in its usual course, that it was opened, that it goes on, and that it ended.
 *
 * So a session costs one entry however often it is confirmed. Nothing is lost of what it says by now; asked as of an earlier time it says
 *
 *   opened, then ended                      what it said then
 *   opened, then confirmed any times        that it was open, and confirmed until then, but no later than the last time that it was
 *   the same, then ended                    that it was open, and confirmed until then, but no later than its end
 *
 * The latter two may tell of a confirmation some time before it came; that it was held then is true. Which confirmations came when is for
 * the segments to say. An end that was inferred, another flag, or a version that came out of order is an entry of its own.
 *
 * Entries with the same key and identity (leaf_same) are meant throughout.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_CHAIN_H
#define AUPD_ATTRIBUTION_BINDING_CHAIN_H

#include "attribution/binding_leaf.h"

/* In the place of a kind. An ended chain keeps in `seen`, which is its end, when it was opened; one that goes on keeps that in `end`. */
enum chain_kind { CHAIN_ENDED = BINDING_KIND_END, CHAIN_ENDED_LATE /* was confirmed before */, CHAIN_GOES_ON, CHAIN_KIND_END };

static inline unsigned chain_kind_of(const struct leaf_entry *e)
{
	return e->kind_flags >> BINDING_KIND_SHIFT;
}

/* One version out of an entry. */
struct chain_version {
	uint32_t end, seen, recorded;
	enum binding_kind kind;
};

/* May it be the next word in a chain? One that confirms? */
bool chain_follows(const struct leaf_entry *e);
bool chain_confirms(const struct leaf_entry *e);
/*
 * Takes e, which came after it, into the entry of the newest version; alone: there is no other. When our clock was set back meanwhile a
 * confirmation counts as recorded with the one before. False: e needs an entry of its own.
 */
bool chain_take(struct leaf_entry *newest, bool alone, const struct leaf_entry *e);
/* Is e, a version, in there: word for word, or whenever it was recorded? A confirmation is, when a later one is. */
bool chain_has(const struct leaf_entry *there, const struct leaf_entry *e);
bool chain_said(const struct leaf_entry *there, const struct leaf_entry *e);
/* The newest version that was known then; false: none was. *ret_first: it is not the last one, so entries before this one may be newer. */
bool chain_at(const struct leaf_entry *there, uint32_t known, struct chain_version *ret_version, bool *ret_first);
/* The latest end that it may say, to whoever knows what was recorded until then. */
static inline uint32_t chain_end(const struct leaf_entry *there, uint32_t known)
{
	unsigned kind = chain_kind_of(there);
	return kind == CHAIN_GOES_ON || (kind >= CHAIN_ENDED && there->recorded > known) ? UINT32_MAX : there->end;
}
/* What was recorded before is forgotten, but for its last version. */
void chain_forget(struct leaf_entry *there, uint32_t before);

#endif
