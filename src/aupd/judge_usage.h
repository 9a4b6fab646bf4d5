/*
 * The meter of use in the judge: fed by the book of sessions, synced before each commit and before the bindings, purged with them, asked by
 * a command. Opened, closed and opened anew after an error together with the bindings.
 *
 * Before the bindings, because a book of sessions that is made again from them passes over what they know to be over: what of a session is
 * durable there must be durable here.
 */
#ifndef AUPD_AUPD_JUDGE_USAGE_H
#define AUPD_AUPD_JUDGE_USAGE_H

#include "attribution/session.h"
#include "aupd/judge.h"
#include "detect/usage_compare.h"
#include "detect/usage_store.h"

struct judge_usage {
	struct usage_store *store;
	struct usage_report report;     /* of the opening */
	struct usage_counts told;       /* as the figures were told them */
	int dir_fd;
	uint32_t hand;                  /* the account at which the look for limits goes on */
	bool dirty, broken;
};

enum { USAGE_LOGINS_MAX = 256 };

/* OK also when nothing is metered: then j->usage is NULL. */
enum err judge_usage_open(struct judge *j, struct why *why) MUST_CHECK;
void judge_usage_close(struct judge *j);
/* A step of a session. An error is the disk's: bindings and usage are opened anew then. */
enum err judge_usage_heard(struct judge *j, const struct session_heard *h, struct why *why) MUST_CHECK;
enum err judge_usage_sync(struct judge *j, struct why *why) MUST_CHECK;
bool judge_usage_is_broken(const struct judge *j);
/* What the retention no longer holds is unlinked. */
enum err judge_usage_purge(struct judge *j, struct why *why) MUST_CHECK;
/* Nothing is left of the customer's logins, but of those that another one has had. Before they leave the register. */
enum err judge_usage_erase(struct judge *j, struct str customer, struct why *why) MUST_CHECK;
/*
 * By how many minutes the months of a customer begin before those of UTC: as his contract says it, his class, the default, or the configuration; of a
 * month that is over, as it was said then. And the month that goes on now.
 */
int judge_usage_offset(const struct judge *j, struct str customer, uint32_t month);
uint32_t judge_usage_month(const struct judge *j, struct str customer);
/*
 * The cells of a customer's logins in that month, each login for as long as the register says that it was his. Nothing is known of what no
 * feed told. *ret_logins: how many. ERR_LIMIT: more than USAGE_LOGINS_MAX. ret_series is filled anew.
 */
enum err judge_usage_series(struct judge *j, struct str customer, uint32_t month, struct usage_series *ret_series, unsigned *ret_logins, struct why *why) MUST_CHECK;

/* Under which an account of the meter goes, and back. */
uint64_t judge_usage_key(const struct binding_subject *s);
struct binding_subject judge_usage_subject(uint64_t key);

/* The row that is due for looking at limits, made when it is not there; and one slice of the look. */
enum err judge_usage_begin(struct judge *j, struct why *why) MUST_CHECK;
bool judge_usage_is_look(const struct row *row);
enum err judge_usage_look(struct judge *j, struct why *why) MUST_CHECK;

#endif
