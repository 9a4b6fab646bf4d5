/*
 * Which sessions a subject has now, and what became of one: asked of a book of sessions by whoever ends them.
 *
 * Sixteen octets a session: lists of sessions by subject, which are made when somebody first asks for them, so that a start does not wait for
 * them, and by what the file of identities (session_identity.h) knows one.
 */
#ifndef AUPD_ATTRIBUTION_SESSION_WHO_H
#define AUPD_ATTRIBUTION_SESSION_WHO_H

#include "attribution/session.h"

struct session_now {
	session_ref ref;
	uint32_t number;                /* in the book, until it is forgotten */
	uint8_t feed;
	bool open;
	bool inferred;                  /* over, as is inferred: no Stop came */
	bool interim;                   /* what was said last was that it goes on */
	uint32_t start_s, seen_s, end_s;
	uint32_t sure_s;                /* it had begun by then; 0 = not known */
	struct prefix held;             /* an address that is its alone; bits 0 = it has none */
	uint64_t in_bits, out_bits;     /* a second, at least, before it was heard of last; 0 also when that is not known (session_pace.h) */
};

/* Before the first question; costs a walk over the book once. Without memory nobody can be told. */
enum err session_index_subjects(struct session_book *b) MUST_CHECK;
/* The open ones of a subject, in no order, max at most. Gives how many there are. */
size_t session_of_subject(const struct session_book *b, const struct binding_subject *subject, struct session_now *list, size_t max);
/* False: it is not in the book (any more). */
bool session_look(const struct session_book *b, session_ref ref, struct session_now *ret_now);
/* The most of them that were open at once for so long, as is sure: each had begun before, and was heard of behind it. */
unsigned session_at_once(const struct session_now *list, size_t n, uint32_t least_s);

#endif
