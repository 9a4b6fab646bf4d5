/*
 * What a NAT tells of the ports of a shared address, as bindings to the addresses behind it (BINDING_INSIDE).
 *
 * The index is asked who has them, so there is no other memory: a block is taken back from whoever the index says has it. Log lines get lost,
 * and each way shows: a block that is given while another one has it, or the same once more, was taken back in between, and that end is
 * inferred; one that is taken back, or held, and was never given began at some time since it was another's, unless the NAT says when. A mapping of one
 * protocol ends nobody else's. What was told before is not told again. An event whose meaning is not known makes nobody the holder of its
 * block, from then on until something better is told.
 */
#ifndef AUPD_ATTRIBUTION_NAT_BLOCK_H
#define AUPD_ATTRIBUTION_NAT_BLOCK_H

#include "attribution/binding_index.h"
#include "model/nat.h"

enum { NAT_BLOCK_HELD_MAX = 64 };       /* holdings of one port that are looked at */

/* Takes a binding that is not normalised yet, with everything but recorded_at. An error ends the event. */
typedef enum err nat_block_put(void *arg, const struct binding *b, struct why *why);

struct nat_block_count {
	uint64_t events, bindings;
	uint64_t repeated;              /* said nothing new */
	uint64_t lost;                  /* others' ends that were inferred, and begins that are not known: log lines are missing */
	uint64_t unverified;
};

enum err nat_block_take(struct binding_index *ix, uint8_t feed, const struct nat_event *e, nat_block_put *put, void *arg, struct nat_block_count *count,
	struct why *why) MUST_CHECK;

#endif
