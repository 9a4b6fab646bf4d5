/*
 * A binding: one feed's word that one subject held an address, an address and port range, or a prefix, for some time.
 *
 * Both ends are intervals, because the truth is known only between two messages:
 *
 *      start_at ...... start_sure_at ========== seen_at ...... end_at
 *      may have begun  held for sure until here  may have held until
 *
 * Times are whole seconds: binding_normalise rounds outwards, so that no interval is shorter than what was said; no clock of a
 * feed is better. Intervals are half open: at end_at it is over.
 *
 * Facts are never changed, only followed: bindings with the same prefix, ports, start_at, subject and feed (its identity) are
 * versions of one another, and the one recorded last counts; of two recorded in the same second, the one that arrived last. A
 * stop is a later version of its start. What turns out never to have been is a version with BINDING_WITHDRAWN; a corrected start
 * or subject is that and a new binding.
 *
 * Nothing here says who a subject is: its key is opaque, eight octets that the caller makes and resolves.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_H
#define AUPD_ATTRIBUTION_BINDING_H

#include "base/addr.h"
#include "base/time.h"

enum {
	BINDING_SUBJECT_LEN = 8,
	BINDING_FEED_MAX = 250,         /* feeds are numbered 1 to 250 by the configuration; a number is never given to another feed */
	BINDING_UNSURE_MAX_S = 65534,   /* a start that is less sure than this many seconds is never sure */
	BINDING_PORT_LAST = 65535,      /* 0 to this: the whole address */
};

enum binding_kind { BINDING_START, BINDING_INTERIM, BINDING_STOP, BINDING_ASSIGNMENT, BINDING_CORRECTION, BINDING_KIND_END };
extern const char *const binding_kind_words[];

enum binding_flag {
	BINDING_STATIC = 1,             /* holds until its end without being confirmed; each assignment has it */
	BINDING_END_GUESSED = 2,        /* the end was inferred: held for sure until seen_at only */
	BINDING_WEAK = 4,               /* the feed knows the subject by something that can be copied, such as a MAC address */
	BINDING_WITHDRAWN = 8,          /* it never was */
	BINDING_INSIDE = 16,            /* the subject is an address behind this one (binding_inside): who held that is another question */
	BINDING_FLAGS_ALL = 31,
	BINDING_KIND_SHIFT = 5,         /* of a kind beside its flags in one octet */
};

struct binding_subject {
	uint8_t octets[BINDING_SUBJECT_LEN];
};

struct binding {
	struct prefix prefix;
	uint16_t port_from, port_to;    /* both included; less than the whole only for one IPv4 address */
	uint8_t feed;
	uint8_t flags;
	enum binding_kind kind;         /* of the message that this version comes from */
	struct binding_subject subject;
	int64_t start_at;               /* TIME_NONE: not known */
	int64_t start_sure_at;          /* TIME_NONE given: as start_at. TIME_MAX: never sure, as with an unknown start */
	int64_t seen_at;                /* last time it was confirmed; TIME_NONE given: what kind and end say. TIME_MAX: needs no confirming */
	int64_t end_at;                 /* TIME_NONE: open, or not known */
	int64_t recorded_at;            /* when we learned it */
	uint64_t session;               /* of the feed's sessions, opaque (session.h); 0 = none. For the store: the index has none */
};

/*
 * Checks a binding and brings it into its one form, in which alone segments and index take it. ERR_RANGE with the reason: host
 * bits or ports that may not be, a time before 1970-01-01T00:00:01Z or after 2106, an end before the start, no feed, no recorded_at.
 * An end equal to the start becomes one second, because an instant must be found too.
 */
enum err binding_normalise(struct binding *b, struct why *why) MUST_CHECK;
/* WEAK and INSIDE: of a port in one transport protocol alone; in another one it may be another's, and the port does not tell. */
static inline bool binding_is_mapping(const struct binding *b)
{
	return b->flags & BINDING_WEAK && b->flags & BINDING_INSIDE;
}

bool binding_same(const struct binding *a, const struct binding *b);            /* one identity */
bool binding_eq(const struct binding *a, const struct binding *b);              /* in all that was said; both normalised */
bool binding_subject_eq(const struct binding_subject *a, const struct binding_subject *b);

/*
 * An address behind a shared one as a subject: an IPv4 address whole, of an IPv6 address the first 64 bits. It is the only kind of subject
 * that can be read.
 */
void binding_inside(const struct addr *a, struct binding_subject *ret_subject);
struct addr binding_inside_addr(const struct binding_subject *s);

/* Normalised times as the 32-bit seconds that segments and index keep: an unknown start is 0, an open end UINT32_MAX. */
uint32_t binding_second(int64_t at);                                            /* TIME_NONE is 0, TIME_MAX UINT32_MAX */
int64_t binding_second_at(uint32_t second);                                     /* 0 is TIME_NONE, UINT32_MAX TIME_MAX */
uint32_t binding_floor(int64_t at);                                             /* of any time: rounded down, kept within 0 and UINT32_MAX */

#endif
