/*
 * The hand's journal: what it was about to do, written and synced before it is done; and the count of suspensions, and of endings.
 *
 * A restart forgets no budget, and knows which acts were in hand: those may have happened. One line an entry,
 * "do|undo|end AT-US VERB KEY CRC32C", the checksum in hex over what stands before it; behind the key of a suspension that nobody asked for
 * stand digests of its rule and its customer. "ask AT-US end NAS CRC32C" is a question to an access server, by a digest of its name. Only
 * suspensions of the last day, other acts of the last hour, and what has no end is kept when the file is made anew.
 */
#ifndef AUPD_AUPD_JOURNAL_H
#define AUPD_AUPD_JOURNAL_H

#include "model/act.h"

enum { JOURNAL_SUSPENSIONS_MAX = 10000, JOURNAL_UNSURE_MAX = 4096 };

struct journal;

enum err journal_open(int dir_fd, int64_t now, struct journal **ret_journal, struct why *why) MUST_CHECK;
void journal_close(struct journal *j);

/* Lines before the last one that were not as they were written. What they told is not known: each counts as a suspension and as an ending. */
unsigned journal_damaged(const struct journal *j);

/* Durable when it returns. *ret_again: a begin of this key had no end when the journal was opened. */
enum err journal_begin(struct journal *j, enum act_op op, const struct act *act, int64_t now, bool *ret_again, struct why *why) MUST_CHECK;
enum err journal_end(struct journal *j, const struct act *act, int64_t now, struct why *why) MUST_CHECK;

/* Suspensions since then, of the last day at most, this act's own not counted: the same again is no further one. */
unsigned journal_suspensions(struct journal *j, const struct act *act, int64_t now, int64_t since_at);
/* Other customers whom the act's rule suspended since then without a person. */
unsigned journal_of_rule(struct journal *j, const struct act *act, int64_t now, int64_t since_at);
/* Questions to that access server within the last hour; and one more, durable when it returns. */
unsigned journal_asks(struct journal *j, struct str nas, int64_t now);
enum err journal_ask(struct journal *j, struct str nas, int64_t now, struct why *why) MUST_CHECK;
/* Acts of VERB_END of the last hour, in the same way. */
unsigned journal_endings(struct journal *j, const struct act *act, int64_t now);

#endif
