/*
 * The item that a role has in hand, in a page that it shares with the keeper: what kills a role is known to its successor.
 *
 * The role notes the position before it touches an item and takes it off afterwards; the keeper looks at it when the role has
 * died. A successor goes through older items first, so the page remembers the last SUSPECTS_MAX that somebody died over. It
 * outlives the role, not the keeper. An item that ended ATTEMPTS_MAX processes is not touched again: it goes before a person.
 */
#ifndef AUPD_AUPD_ATTEMPT_H
#define AUPD_AUPD_ATTEMPT_H

#include "model/ids.h"

enum { ATTEMPTS_MAX = 2, SUSPECTS_MAX = 16 };

struct attempt {
	struct position at;
	bool in_hand;                   /* `at` was begun and is not ended */
	struct suspect {
		struct position at;
		uint32_t deaths;        /* 0: none */
	} suspects[SUSPECTS_MAX];
	uint32_t next;                  /* place of the next new suspect: the oldest one goes */
	uint64_t progress;              /* how often something got done for good */
};

/* The keeper's: a fresh page. ERR_NOMEM and the like by errno. */
enum err attempt_create(int *ret_fd, struct attempt **ret_page, struct why *why) MUST_CHECK;
/* The role's, from the descriptor that it was handed. */
enum err attempt_map(int fd, struct attempt **ret_page, struct why *why) MUST_CHECK;
/* False: this item ended too many of us. */
bool attempt_begin(struct attempt *a, const struct position *at);
/* It came through: what somebody died over before was not its fault, unless it is skipped already. */
void attempt_end(struct attempt *a);
/* The keeper's: the role that had this page is dead. */
void attempt_died(struct attempt *a);

#endif
