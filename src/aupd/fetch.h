/*
 * Where mail is picked up: the mailboxes of the fetcher and what each kind of them does in a round.
 *
 * A round looks for what came, hands one message after the other to the ear by LMTP, and marks each only after its 250. What
 * cannot be marked stops the mailbox until it can be: so a message is handed over again only when the fetcher was ended between the
 * two, and the judge drops a report that it has seen. What the ear refuses for good stays where it is, and is told.
 */
#ifndef AUPD_AUPD_FETCH_H
#define AUPD_AUPD_FETCH_H

#include "aupd/role.h"

enum fetch_fate { FETCH_TAKEN, FETCH_REFUSED, FETCH_LATER };

struct fetch_box;

typedef void fetch_fate_fn(void *arg, enum fetch_fate fate);

struct fetch_driver {
	/* ERR_NOMEM and the like; what can mend itself is found in a round. */
	enum err (*open)(struct fetch_box *b, void **ret_state, struct why *why) MUST_CHECK;
	/* Begins a round, which ends with fetch_ended. There is one at a time. */
	void (*round)(void *state);
	/* In the middle of a round too, which then does not end. */
	void (*close)(void *state);
};

extern const struct fetch_driver fetch_maildir, fetch_imap;

/* What a driver asks of the fetcher. */
struct loop *fetch_loop(const struct fetch_box *b);
const struct fetch_from *fetch_from(const struct fetch_box *b);
uint64_t fetch_message_bytes(const struct fetch_box *b);
/* The descriptor that the keeper opened for this mailbox, of IMAP the directory to remember in; -1 when it could not. */
int fetch_fd(const struct fetch_box *b);
/* To the ear. message is borrowed until fn is called, once and never from inside; one message at a time. ERR_NOMEM alone. */
enum err fetch_hand_over(struct fetch_box *b, struct str message, fetch_fate_fn *fn, void *arg) MUST_CHECK;
/* A message stays where it is for good; reason is a constant sentence. */
void fetch_refused(struct fetch_box *b, const char *reason);
/* Messages were taken and are known to be, but the mailbox does not show it; once. */
void fetch_unmarked(struct fetch_box *b, const char *reason);
/* A message was taken and marked. */
void fetch_marked(struct fetch_box *b);
/* The round is over: well (reason NULL), with more that waits; or not, for a reason, a constant sentence. detail is for the log. */
void fetch_ended(struct fetch_box *b, const char *reason, struct str detail, bool more);

#endif
