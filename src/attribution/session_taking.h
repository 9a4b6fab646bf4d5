/*
 * One message in hand, for session.c (the rules of sessions) and session_block.c (those of blocks of ports): see session.h.
 */
#ifndef AUPD_ATTRIBUTION_SESSION_TAKING_H
#define AUPD_ATTRIBUTION_SESSION_TAKING_H

#include "attribution/session_book.h"

struct taking {
	struct session_book *b;
	const struct accounting *e;
	const struct session_sink *sink;
	struct why *why;
	struct session *s;
	struct session lone;            /* of one that is not remembered */
	uint8_t feed;
	bool fresh;                     /* the session is new in the book */
	bool again;                     /* it had ended, as was thought */
	bool late;                      /* others that happened later came before it: it tells only what they did not */
	struct nas_time at;             /* when it happened */
	uint32_t first_s, last_s;       /* the same, rounded outwards */
	uint32_t said;                  /* a sum of what it says is held */
	bool began_told;
	uint32_t began_s, began_last_s; /* when the session began, if that is told */
	uint32_t own_s;                 /* the same by the clock of its server; 0 = it says no time */
	uint32_t came_s;                /* and if it was not under way for longer than it says */
	uint32_t seen_before_s;
	bool counted_before;
	int64_t lasted_before_us;
	uint32_t displaced_s;           /* a fresh one took the place of another one, which was heard of last then */
	uint64_t in_before, out_before;
	struct session_pace pace;
};

/* What the session holds, or held, as a binding for the sink. */
enum err session_say(struct taking *t, const struct session_held *h, enum binding_kind kind, uint32_t seen_s, uint32_t end_s, bool inferred) MUST_CHECK;
/* The one with that prefix and these ports; NULL. */
struct session_held *session_find_held(const struct taking *t, const struct accounting_held *x);

/* Messages of the server of that session were lost: for a while it is not believed in what it tells once only. */
void session_block_lost(const struct taking *t);
/* An Interim-Update, before its blocks are taken: if it lists those that there are, it leaves doubt about others. */
void session_block_list(struct taking *t);
/* A block that a message speaks of: given, there still, or taken back. */
enum err session_block_take(struct taking *t, const struct accounting_held *x) MUST_CHECK;

#endif
