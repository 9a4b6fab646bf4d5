/*
 * The ledger's errands in the hand: one HTTP request to a witness, whose URLs the hand has of its
 * own share; the judge tells which of them, by number, and what is sent. Nothing else can be asked for.
 *
 *   {"id":N,"to":I,"octets":BASE64}  ->  {"id":N,"to":I,"status":HTTP or 0,"type":T,"octets":BASE64,"text":WHY}
 *
 * I counts the witnesses of the configuration from 0. What comes back is bounded, and is nobody's
 * word yet.
 */
#ifndef AUPD_AUPD_ERRAND_H
#define AUPD_AUPD_ERRAND_H

#include "aupd/role.h"
#include "model/config_ledger.h"

enum { ERRAND_PARTIES = CONFIG_WITNESSES_MAX, ERRAND_BYTES_MAX = 1 << 20 };

struct errands;

/* The answer as the body of a FRAME_ERRAND, borrowed. Called once for each errand that was taken, never from inside errand_run. */
typedef void errand_fn(void *arg, struct str body);

/* The share stays borrowed. */
enum err errands_open(struct loop *l, const struct share *share, errand_fn *fn, void *arg, struct errands **ret_errands, struct why *why) MUST_CHECK;
/* ERR_AGAIN: one is running there; ERR_SYNTAX, ERR_RANGE: it is no errand. */
enum err errand_run(struct errands *e, struct str body, struct why *why) MUST_CHECK;

#endif
