/*
 * Does a session keep to the rate that a coa profile gives it, by what its server counts? A proof for servers that tell nothing of a change in
 * accounting; a weak one, for a customer who stops of himself looks like one who is held.
 *
 * It fell: in some direction it was above the rate before it was asked for, and since then was at or below it in RATE_LOW_LEAST intervals, in which it
 * was not idle. One interval above shows that it is not held. Whoever is idle, or never was above, shows nothing. Pure.
 */
#ifndef AUPD_ACTION_RADIUS_RATE_H
#define AUPD_ACTION_RADIUS_RATE_H

#include "base/arena.h"
#include "model/config_nas.h"

enum {
	RATE_OVER_PERCENT = 125,        /* of the rate: as much lets bursts and the octets of lower layers be */
	RATE_IDLE_PERCENT = 10,         /* less is idle */
	RATE_LOW_LEAST = 2,
	RATE_GRACE_S = 90,              /* behind the question: until then it may not have been sent, or may be sent again */
};

enum { RATE_UP, RATE_DOWN, RATE_WAYS };         /* up: from the user */

/* Bits a second; 0 = that direction is not held. False: the profile says none. */
bool radius_rate_of(const struct nas_at *nas, struct str profile, uint64_t ret_rate[RATE_WAYS]);

/* What was seen of one session, kept with the act as text. */
struct radius_rate_seen {
	unsigned before;                /* set of 1 << direction: above the rate, before it was asked for last */
	unsigned low[RATE_WAYS];        /* intervals since then */
	unsigned above;                 /* the same set: in an interval since then */
	bool told;                      /* its server told of the change in accounting: then that alone counts */
};

/* Text that is none, of an act before there were any, is of a session whose server told. */
void radius_rate_read(struct str text, struct radius_rate_seen *ret_seen);
struct str radius_rate_text(struct arena *a, const struct radius_rate_seen *s);

/* It is asked for, now or again: bits are those of the interval before, at least. */
void radius_rate_ask(struct radius_rate_seen *s, const uint64_t rate[RATE_WAYS], const uint64_t bits[RATE_WAYS]);
/* It is to be taken back. */
void radius_rate_ask_back(struct radius_rate_seen *s);
/* An interval that lies behind the question whole. whole: it was no more than these bits. */
void radius_rate_take(struct radius_rate_seen *s, const uint64_t rate[RATE_WAYS], const uint64_t bits[RATE_WAYS], bool whole);

enum radius_rate_verdict { RATE_UNSEEN, RATE_FELL, RATE_ABOVE };
enum radius_rate_verdict radius_rate_verdict(const struct radius_rate_seen *s);

#endif
