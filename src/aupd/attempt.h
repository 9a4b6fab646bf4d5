/*
 * The item that a role has in hand, in a page that it shares with the keeper: what kills a role is known to its successor.
 *
 * The role notes the position before it touches an item and takes it off afterwards. The page outlives the role, not the
 * keeper. An item that ended ATTEMPTS_MAX processes is not touched again: it goes before a person.
 */
#ifndef AUPD_AUPD_ATTEMPT_H
#define AUPD_AUPD_ATTEMPT_H

#include "model/ids.h"

enum { ATTEMPTS_MAX = 2 };

struct attempt {
	struct position at;
	uint32_t begun;                 /* how often `at` was begun and not ended */
	uint64_t progress;              /* how often something got done for good */
};

/* The keeper's: a fresh page. ERR_NOMEM and the like by errno. */
enum err attempt_create(int *ret_fd, struct attempt **ret_page, struct why *why) MUST_CHECK;
/* The role's, from the descriptor that it was handed. */
enum err attempt_map(int fd, struct attempt **ret_page, struct why *why) MUST_CHECK;
/* False: this item ended too many of us. */
bool attempt_begin(struct attempt *a, const struct position *at);
void attempt_end(struct attempt *a);

#endif
