/*
 * The digest of an account: one letter for those that may wait, at the hour that its row of the register says.
 *
 * What waits is one row of TABLE_DIGEST a customer, due when the letter goes. What went is another one by the letter's Message-ID, for
 * as long as a mail server may say what became of it. Both name acts and nothing else of anybody.
 */
#ifndef AUPD_MODEL_DIGEST_H
#define AUPD_MODEL_DIGEST_H

#include "model/field.h"

/* So many letters wait at most: then the digest goes at once. So many open cases are listed in one; it says how many more there are. */
enum { DIGEST_ACTS_MAX = 100, DIGEST_OPEN_MAX = 100, DIGEST_KEPT_DAYS = 400, DIGEST_HOUR = 7 };
#define DIGEST_LETTER "digest"
#define DIGEST_WAITS "wait/"
#define DIGEST_SENT "sent/"

enum cadence { CADENCE_EACH, CADENCE_DAILY, CADENCE_WEEKLY };
extern const char *const cadence_words[];

struct digest_time {
	enum cadence cadence;
	unsigned hour;                  /* of the provider's day */
};

struct account_digest {
	struct str *acts;               /* keys of letters that have no text of their own */
	unsigned act_count;
};

extern const struct field account_digest_fields[];

/* "each", "daily", "daily 7", "weekly 18"; "" = each. A week's is on Monday. ERR_SYNTAX. */
enum err digest_time_parse(struct str text, struct digest_time *ret_time) MUST_CHECK;
/* The first such moment after now; zone_minutes: how far the provider's day is ahead of UTC. */
int64_t digest_time_next(const struct digest_time *t, int zone_minutes, int64_t now);
/* How long from one to the next; 0 = none is sent. */
int64_t digest_time_span(const struct digest_time *t);

#endif
