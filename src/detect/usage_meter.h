/*
 * The meter: from readings of the counters of sessions to spans of accounts, and what each account used in this month and the one before.
 *
 * Counters are cumulative, so a reading that comes again, or late, changes nothing: of one session only what was read later, by how long the
 * session has lasted or else by its time, counts. A new session counts from its beginning, when a reading says that or how long it has
 * lasted; else from its first reading on. A counter that falls:
 *
 *   to 0 in a Stop                                the last reading stays; what came after it is not known
 *   of a server that never said Gigawords          it wrapped once at 4 GiB: inferred
 *   of another server                              not known; counting goes on from there
 *
 * What is more than any line carries (USAGE_RATE_MAX) is not known either. Pure: no clock, no disk. The same readings give the same
 * state. Bounded by accounts and sessions; what finds no room is counted as crowded and not metered. 64 octets an account and 48 a
 * session, and their indexes.
 */
#ifndef AUPD_DETECT_USAGE_METER_H
#define AUPD_DETECT_USAGE_METER_H

#include "detect/usage.h"

enum {
	USAGE_APART_S = 10,             /* beginnings of one session differ by no more, and a hundredth of what it has lasted */
	USAGE_ENDED_KEPT_S = 26 * 3600, /* a session that ended is remembered so long: its messages may come again */
	USAGE_SILENT_KEPT_S = 40 * 86400,
	USAGE_UNKNOWN_MAX_S = 86400,    /* a session that was lost may have been online for no longer */
	USAGE_NAS_BITS = 24,            /* the upper bits of a session name its server */
};
#define USAGE_RATE_MAX UINT64_C(50000000000)    /* octets a second: 400 Gbit/s */
#define USAGE_LASTED_UNSAID UINT32_MAX

enum usage_reading_flag {
	USAGE_READ_COUNTED = 1,         /* in and out are said */
	USAGE_READ_WIDE = 2,            /* with Gigawords */
	USAGE_READ_START = 4,           /* the session begins: its counters are zero */
	USAGE_READ_STOP = 8,
	USAGE_READ_LOST = 16,           /* over by then, as is inferred */
	USAGE_READ_FRESH = 32,          /* nobody has heard of it before */
};

struct usage_reading {
	uint64_t account, session;      /* opaque; a session is never 0 */
	uint64_t in, out;
	uint32_t at_s, lasted_s;
	uint8_t feed, flags;
};

struct usage_total {
	uint64_t in, out;
	uint32_t unknown_s;             /* of its spans that are not known */
	uint32_t month;                 /* 0 = none: nothing was ever counted in January 1970 */
};

struct usage_account {
	uint64_t key;
	struct usage_total total[2];    /* by month & 1 */
	uint32_t last_span;             /* number + 1 of its last one; 0 = none */
	uint32_t moved;                 /* counts up with what it used, modulo 2^32 */
};

enum { USAGE_SESSION_WIDE = 1, USAGE_SESSION_ENDED = 2 };

struct usage_session {
	uint64_t ref, in, out;          /* as read last */
	uint32_t at_s, start_s, lasted_s;       /* start 0: not known */
	uint32_t account;               /* its number */
	uint8_t feed, flags;
};

struct usage_counts {
	uint64_t readings;
	uint64_t repeated;              /* said nothing new */
	uint64_t wrapped, fell, implausible;
	uint64_t crowded;
};

/* Spans that no block has yet, in the order of their readings. */
struct usage_kept {
	struct usage_span span;
	uint32_t account;
	uint32_t before;                /* number + 1 of the account's one before; 0 = none */
};

struct usage_meter {
	struct usage_account *accounts;
	struct usage_session *sessions; /* open addressing; ref 0 = free */
	uint32_t *slots;                /* of accounts: number + 1; 0 = free */
	struct usage_kept *kept;
	uint8_t *wide;                  /* a bit a server */
	uint32_t account_count, account_room, account_max, slot_count;
	uint32_t session_count, session_room, session_max;
	uint32_t kept_count, kept_room;
	uint8_t feeds[USAGE_FEEDS_MAX / 8];     /* that sessions were read of, a bit each */
	uint32_t trust_s;               /* sessions that began before it and are not remembered count from their first reading on */
	uint32_t month_from_s, month_until_s, month;    /* of the span taken last: months are looked up seldom */
	struct usage_counts count;
};

/* ERR_NOMEM. */
enum err usage_meter_init(struct usage_meter *m, uint32_t accounts, uint32_t sessions) MUST_CHECK;
void usage_meter_done(struct usage_meter *m);
/* *ret_took: it changed something, so it must be kept. ERR_NOMEM. */
enum err usage_meter_take(struct usage_meter *m, const struct usage_reading *r, bool *ret_took) MUST_CHECK;
/* NULL: nothing was ever counted of it. Borrowed until the next reading. */
const struct usage_account *usage_meter_account(const struct usage_meter *m, uint64_t key);
/* Its total of that month; zeros when the meter has none. */
struct usage_total usage_account_total(const struct usage_account *a, uint32_t month);
/* The spans are in a block. */
void usage_meter_clear(struct usage_meter *m);
/* The same, and what is over long enough is forgotten. Numbers of accounts stay until the next of these. */
enum err usage_meter_sweep(struct usage_meter *m, uint32_t now_s) MUST_CHECK;
/* Forgets an account whole, sessions and spans too; their numbers change. */
enum err usage_meter_forget(struct usage_meter *m, uint64_t key, uint32_t now_s) MUST_CHECK;
/* While a snapshot is read. ERR_FULL: more than there is room for. */
enum err usage_meter_put_total(struct usage_meter *m, uint64_t key, const struct usage_total *t) MUST_CHECK;
enum err usage_meter_put_session(struct usage_meter *m, uint64_t key, const struct usage_session *s) MUST_CHECK;

#endif
