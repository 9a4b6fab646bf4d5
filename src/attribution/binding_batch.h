/*
 * Many bindings on their way into the index, as a store is read: they wait, and are added leaf by leaf.
 *
 * A leaf is then fetched from memory once for some hundred of them, not once for each. Those of one address or prefix are added in the order in
 * which they came, and no order matters to the index but that one. Until the flush the index does not have them.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_BATCH_H
#define AUPD_ATTRIBUTION_BINDING_BATCH_H

#include "attribution/binding_index.h"

enum { BINDING_BATCH_MAX = 1 << 19 };   /* that many wait at most, in some 30 MB */

struct binding_batch;

struct binding_batch *binding_batch_new(struct binding_index *ix);     /* borrowed. NULL without memory */
void binding_batch_free(struct binding_batch *b);                       /* accepts NULL; what waits is dropped */
/* A normalised binding. The errors of binding_index_add, of any that waited: what waits is lost then. */
enum err binding_batch_add(struct binding_batch *b, const struct binding *one, struct why *why) MUST_CHECK;
enum err binding_batch_flush(struct binding_batch *b, struct why *why) MUST_CHECK;

#endif
