/*
 * The binding store in the judge: opened at start, asked by the fold, fed by commands, purged once a day.
 *
 * Judge number 0 alone has it; the configuration refuses it beside others. What is put is synced before the commit of the batch,
 * so before any answer. After an error of its disk nothing is committed until it could be opened anew.
 */
#ifndef AUPD_AUPD_JUDGE_BINDING_H
#define AUPD_AUPD_JUDGE_BINDING_H

#include "attribution/binding_store.h"
#include "attribution/feed_listen.h"
#include "attribution/session.h"
#include "aupd/judge.h"

struct judge_bindings {
	struct binding_store *store;    /* NULL: broken, to be opened anew */
	struct binding_store_report report;     /* of the last opening */
	struct bindings view;           /* what the fold asks */
	struct binding_book *book;
	struct session_book *sessions;  /* made with the store; NULL: no accounting comes in */
	struct session_identities *identities;  /* beside the sessions; NULL: nobody asks access servers */
	struct judge_rates *rates;      /* the same */
	struct feed_listen heard[BINDING_FEED_MAX + 1];         /* of feeds of accounting */
	uint8_t feeds[BINDING_FEED_MAX], direct[BINDING_FEED_MAX];
	int dir_fd;
	bool dirty;                     /* something was put that is not synced */
	bool put;                       /* something was put since the last commit */
	int64_t put_at;                 /* the last time */
};

/* OK also when the configuration has none. Logs what was found. */
enum err judge_bindings_open(struct judge *j, struct why *why) MUST_CHECK;
void judge_bindings_close(struct judge *j);
/* After the start: writes its row, and looks at what rests on bindings, since facts may have come that nobody compared. */
void judge_bindings_run(struct judge *j);
/* The register's view is another one: so is the book. */
enum err judge_bindings_book(struct judge *j, struct why *why) MUST_CHECK;
/* What was put into the registry since (registry_put) comes to the book. */
enum err judge_bindings_follow(struct judge *j, struct why *why) MUST_CHECK;
enum err judge_bindings_sync(struct judge *j, struct why *why) MUST_CHECK;
/* Opens anew what broke, before a batch is folded. */
enum err judge_bindings_mend(struct judge *j, struct why *why) MUST_CHECK;
/* The row that is due once a day, and what is done then: the purge. */
bool judge_bindings_is_daily(const struct row *row);
enum err judge_bindings_daily(struct judge *j, struct why *why) MUST_CHECK;

/* What was said before costs a look only; *put then stays. */
enum err judge_bindings_put(struct judge *j, const struct binding *b, uint64_t *put, struct why *why) MUST_CHECK;
/* Of a caller who knows that it is news: to look costs more than to keep it twice. */
enum err judge_bindings_add(struct judge *j, const struct binding *b, struct why *why) MUST_CHECK;
enum err judge_bindings_span(struct judge *j, const struct feed_span *s, struct why *why) MUST_CHECK;
/* When did what cases rest on happen? A fact about another time changes nothing. */
struct binding_uses {
	int64_t first_at, last_at;      /* TIME_NONE: nothing rests on any */
};
enum err judge_bindings_uses(struct judge *j, struct binding_uses *ret_uses, struct why *why) MUST_CHECK;
/* Whether it may, and if so what rests on it is looked at. */
enum err judge_bindings_changed(struct judge *j, const struct binding_uses *uses, const struct binding *b, uint64_t *others, struct why *why) MUST_CHECK;
/*
 * A feed was heard at a time, of a listener that hears without a break since another one; lost: something of it was lost before. Silence of a quarter
 * of an hour is a hole, and what is lost.
 */
enum err judge_bindings_hear(struct judge *j, uint8_t feed, int64_t at, int64_t since_at, bool lost, struct why *why) MUST_CHECK;
/* Events of NATs, and messages about sessions, all of one item of the spool. */
enum err judge_nat(struct judge *j, struct str body, struct why *why) MUST_CHECK;
enum err judge_accounting(struct judge *j, struct str body, struct why *why) MUST_CHECK;
/*
 * What cases rest on, in a time and, with a prefix, for its addresses: rows whose answer is another one now become due. fact for the
 * person. *others grows.
 */
enum err judge_bindings_review(struct judge *j, const struct prefix *p, int64_t from_at, int64_t until_at, struct str fact, uint64_t *others,
	struct why *why) MUST_CHECK;
/*
 * Before a commit: reports of this batch may rest on an answer that did not know yet what came in the same second, or in the batch. What they rest
 * on is put, for how far it is confirmed may be known to memory alone.
 */
enum err judge_bindings_late(struct judge *j, struct why *why) MUST_CHECK;
/* Its row for status and metrics, and the time of the next purge. */
enum err judge_bindings_tell(struct judge *j, struct why *why) MUST_CHECK;

#endif
