/*
 * How long sessions last, of those that are watched: a clock for each, and the signal session.over-limit when one is over what the register
 * allows (a limit "session.duration"; without one DURATION_LIMIT_S).
 *
 * A clock is a row of TABLE_DURATION from the beginning of the session to its end, due when the limit has passed: nothing is kept in
 * memory and nothing is looked through, however many sessions there are. When the session is heard of beyond the limit, it is told with
 * grade A. A server that is silent proves nothing: DURATION_GRACE_S behind the limit it is told with grade B, for a person. Once a session:
 * the clock says that it was told, in the transaction that told it. When the last session that was told of a customer is over, his case
 * is resolved, where no person has it in hand. An end that was only inferred waits for DURATION_KEPT_S: it may be taken back.
 *
 * How long is known for sure is what counts: from when it began at the latest. Pure, as the fold is.
 */
#ifndef AUPD_ENGINE_DURATION_H
#define AUPD_ENGINE_DURATION_H

#include "engine/fold.h"

enum {
	DURATION_LIMIT_S = 7 * 86400,
	DURATION_GRACE_S = 3600,
	DURATION_APART_S = 600,         /* what began so much later under a known id is another session */
	DURATION_KEPT_S = 26 * 3600,    /* as sessions are remembered for their late messages (attribution/session.h) */
	DURATION_SILENT_S = 3 * 86400,  /* a told one that was not heard of for so long is over */
	DURATION_OVER_MAX = 16,         /* told sessions of one customer that are open; more are told, and end without a word */
};
#define DURATION_KIND STR("session.duration")
#define DURATION_SIGNAL STR("session.over-limit")

/* A session, as its last message and the register know it. */
struct duration_session {
	uint64_t ref;
	struct str subject;             /* keyed, opaque: whose login it is; "" = nobody can tell */
	const struct entity *whose;     /* the register's row of that; NULL = it has none now */
	struct str held;                /* "192.0.2.1"; "" = it has no address */
	struct str access;              /* "async"; "" = not told */
	uint32_t timeout_s;             /* that its server names, ACCOUNTING_UNSAID */
	int64_t began_at, heard_at;     /* when it began at the latest; when it was last heard of, 0 = not known */
};

/* What a customer's sessions may last; 0 = there is no limit. */
int64_t duration_limit_us(const struct registry *r, struct str customer, int64_t at);
/* The least that is allowed to anybody; whoever has lasted no longer need not be looked at. */
int64_t duration_least_us(const struct registry *r);
/* It began, or is new to us. joined_us: it goes on with one of the same subject that ended no longer ago. */
enum err duration_begin(struct fold *f, const struct duration_session *s, int64_t joined_us, struct why *why) MUST_CHECK;
/* It goes on, and has lasted for longer than some limit. *ret_told: now it was told. */
enum err duration_go_on(struct fold *f, const struct duration_session *s, bool *ret_told, struct why *why) MUST_CHECK;
/* It is over: as it said itself, or as is inferred. joined_us: the next one of its subject within that time goes on with it. */
enum err duration_end(struct fold *f, uint64_t ref, bool inferred, int64_t joined_us, int64_t ended_at, struct why *why) MUST_CHECK;
/* A row whose time has come. ref = 0: the row is of no session. */
uint64_t duration_ref(struct str key);
/* Whose clock that is: the subject, keyed; "" when there is none. */
enum err duration_subject(struct fold *f, struct str key, struct str *ret_subject, struct why *why) MUST_CHECK;
/* s: whose, and heard_at are read. */
enum err duration_due(struct fold *f, struct str key, const struct duration_session *s, bool *ret_told, struct why *why) MUST_CHECK;

#endif
