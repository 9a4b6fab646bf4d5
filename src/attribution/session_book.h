/*
 * The inside of a book of sessions, for session.c (the rules) and session_book.c (memory): see session.h.
 */
#ifndef AUPD_ATTRIBUTION_SESSION_BOOK_H
#define AUPD_ATTRIBUTION_SESSION_BOOK_H

#include "attribution/nas_clock.h"
#include "attribution/session_refs.h"
#include "base/map.h"

/* Something that a session holds. */
struct session_held {
	struct prefix prefix;
	uint8_t kind;                   /* enum accounting_held_kind */
	bool doubted;                   /* a block that was left out where those there are were listed */
	uint16_t port_from, port_to;
	uint32_t start_s, sure_s;       /* as in struct binding; its identity. A block's 0: only that it was taken back is known */
	uint32_t seen_s;                /* of a block, whose own messages alone confirm it */
	uint32_t end_s;                 /* while a store is recalled: that its last version says; of a block: taken back then; 0 = open */
	uint32_t next;
};

enum { SESSION_LINE = 64 /* octets that memory gives at a time */ };
enum session_state { SESSION_OPEN, SESSION_INFERRED, SESSION_STOPPED };

struct session {
	session_ref ref;
	struct binding_subject subject;
	uint32_t nas, next, before;     /* of the list of its server */
	uint32_t same, same_before;     /* of the list of those whose subjects fall together */
	uint32_t identity;              /* what the file of identities has of it; 0 = nothing (session_identity.h) */
	uint32_t held;                  /* the first */
	uint8_t feed, held_count;
	uint8_t state;                  /* enum session_state: INFERRED = its end is */
	bool recalled;                  /* from a store: when it began is not known to the second */
	bool recalling;                 /* what it holds was not looked over since */
	bool counted;                   /* its octets were said */
	bool counted_last;              /* with what was said last */
	uint8_t status;                 /* enum accounting_status, as last said */
	uint16_t in_pace, out_pace;     /* before that, packed (session_pace.h); 0 = not known */
	uint32_t start_s, sure_s;       /* when it began, and by when at the latest; 0 = not known */
	uint32_t own_s;                 /* when it began by the clock of its server, which may be off; 0 = not known */
	uint32_t came_s;                /* the same by the arrival of what was least late */
	uint32_t seen_s, told_s, end_s;
	uint32_t said;                  /* a sum of what it said of addresses and ports, and as last said: */
	int64_t lasted_us;
	uint64_t in_octets, out_octets;
};

struct session_nas {
	struct nas_clock clock;
	uint32_t heard_s;               /* the first time; 0 = never, since the book was made */
	uint32_t lost_s;                /* when it was seen last that messages of it are lost; 0 = never */
	uint32_t first;                 /* of its sessions */
	uint32_t ref;
	bool wide;                      /* it sends the upper halves of counters */
};

/* One that ended, to be forgotten. */
struct session_ended {
	uint32_t number, end_s;
	session_ref ref;
};

struct session_book {
	uint8_t key[SESSION_KEY_LEN];
	struct session *list;
	struct session_held *held;
	struct session_ended *ended;    /* a ring of capacity */
	uint32_t *subjects;             /* lists by subject, as number + 1: of capacity; NULL until they are asked for */
	struct session_refs refs;
	struct map *nas_refs;           /* value: number + 1 */
	struct session_nas *nas;
	uint32_t capacity, used, spare; /* spare: list of what was given back, by next */
	uint32_t held_used, held_spare;
	uint32_t ended_from, ended_count, nas_count;
	size_t open;
	uint32_t hand;                  /* where it was looked last for silent ones */
	uint32_t now_s;                 /* of the last message */
	struct session_count count;
};

/* Numbers; SESSION_NOBODY: none, or no room. */
uint32_t session_find(const struct session_book *b, session_ref ref);
uint32_t session_add(struct session_book *b, session_ref ref);
/* Brings a row near to the processor. */
static inline void session_fetch(const struct session_book *b, uint32_t number)
{
	for (size_t i = 0; i < sizeof(struct session); i += SESSION_LINE)
		__builtin_prefetch((const char *)&b->list[number] + i);
}
void session_remove(struct session_book *b, uint32_t number);
/* Whose it is: once, of one that was added. */
void session_set_subject(struct session_book *b, struct session *s, const struct binding_subject *subject);
/* The first of a list by `same` that has all of the subject, and others. */
uint32_t session_first_of(const struct session_book *b, const struct binding_subject *subject);
struct session_nas *session_nas_of(struct session_book *b, uint32_t ref);       /* NULL: no room */
/* NULL: no room, or the session has SESSION_HELD_MAX. */
struct session_held *session_hold(struct session_book *b, struct session *s);
void session_drop(struct session_book *b, struct session *s, struct session_held *h);
/* The first of what is its alone; bits 0: nothing is. */
struct prefix session_address(const struct session_book *b, const struct session *s);
/* Its state changes; ended ones are forgotten in time. */
void session_set_state(struct session_book *b, struct session *s, enum session_state state);
void session_forget(struct session_book *b, uint32_t now_s);
/* After a store was recalled: what was let go while the session went on is no longer held. */
void session_recalled(struct session_book *b, struct session *s);
/* Forgets the one that ended first, or some that were not heard of for long. False: it found none. */
bool session_make_room(struct session_book *b);

#endif
