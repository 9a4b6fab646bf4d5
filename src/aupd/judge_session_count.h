/*
 * How many sessions a customer has at once, over all of his logins and all access servers whose accounting comes in: from the book of sessions.
 *
 * An open session is passed over when it went on before and its server has been silent about it for a day while its feed was heard. It is not
 * sure when it was not heard of for two hours, when its feed is not heard now, or when nothing shows that it was there together with the others: its Stop
 * may be lost.
 */
#ifndef AUPD_AUPD_JUDGE_SESSION_COUNT_H
#define AUPD_AUPD_JUDGE_SESSION_COUNT_H

#include "aupd/judge.h"

enum { SESSION_COUNT_LOGINS_MAX = 500, SESSION_COUNT_MAX = 256 };      /* what is beyond is not counted */

struct session_count_now {
	unsigned open;                  /* as far as is known */
	unsigned sure;                  /* at once, for a minute or longer */
	unsigned servers;               /* that they are on */
};

/* Zeros also when nobody can tell. Once a walk over the book, then a look at each login. */
struct session_count_now judge_session_count(const struct judge *j, struct str customer);

#endif
