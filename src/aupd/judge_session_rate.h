/*
 * Rates of sessions that were to be changed, in the judge: while an act waits for its proof each interval of its sessions is measured, and kept
 * in the row of the act, so that a start forgets none of them. What it shows: action/radius_rate.h.
 */
#ifndef AUPD_AUPD_JUDGE_SESSION_RATE_H
#define AUPD_AUPD_JUDGE_SESSION_RATE_H

#include "action/radius_rate.h"
#include "attribution/session_who.h"
#include "aupd/judge.h"
#include "model/act.h"

enum { SESSION_RATES_MAX = 4096 /* sessions that are measured at a time; of others nobody can tell */ };

struct judge_rates;

struct judge_rates *judge_rates_new(void);              /* NULL without memory */
void judge_rates_free(struct judge_rates *r);           /* accepts NULL */

/* What is kept of a session that is asked about now; before: what was kept of it when it was asked about last, or STR_NONE. */
struct str judge_rates_ask(struct judge *j, const struct act *act, const struct session_now *s, struct str identity, struct str before);
/* From now on its intervals count, until the act no longer waits. Once is enough; after a start, once more. */
void judge_rates_watch(struct judge *j, const struct act *act, session_ref ref);
/* A step of a session. Costs others a look at a list. */
enum err judge_rates_heard(struct judge *j, const struct session_heard *h, struct why *why) MUST_CHECK;

/* "REF START HEX" of an act's session; what it had before may be missing. */
bool judge_rates_split(struct str text, uint64_t *ret_ref, uint64_t *ret_start_s, struct str *ret_hex);

#endif
