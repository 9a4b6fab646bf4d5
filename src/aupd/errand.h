/*
 * The ledger's errands in the hand: one HTTP request to a witness or to a time-stamping authority, whose URLs the hand has of its
 * own share; the judge tells which of them, by number, and what is sent. Nothing else can be asked for.
 *
 *   {"id":N,"to":I,"octets":BASE64}  ->  {"id":N,"to":I,"status":HTTP or 0,"type":T,"octets":BASE64,"at":SECONDS,"text":WHY}
 *
 * I counts the witnesses of the configuration from 0; ERRAND_STAMP is the authority. What comes back is bounded, and is nobody's
 * word yet, but for a stamp: of it a digest is sent, the request is made here, and only what stamp_check finds good, with its time
 * `at`, is answered with 200. So the judge reads no DER.
 */
#ifndef AUPD_AUPD_ERRAND_H
#define AUPD_AUPD_ERRAND_H

#include "aupd/role.h"
#include "model/config_ledger.h"

enum { ERRAND_STAMP = CONFIG_WITNESSES_MAX, ERRAND_PARTIES = CONFIG_WITNESSES_MAX + 1, ERRAND_BYTES_MAX = 1 << 20, ERRAND_GONE_US = 120000000 /* nothing is answered any more */ };

struct errands;

/* The answer as the body of a FRAME_ERRAND, borrowed. Called once for each errand, from inside errand_run when it cannot be run. */
typedef void errand_fn(void *arg, struct str body);

/* The share stays borrowed. */
enum err errands_open(struct loop *l, const struct share *share, errand_fn *fn, void *arg, struct errands **ret_errands, struct why *why) MUST_CHECK;
/* One at a time to each: another one meanwhile is answered with status 0. ERR_SYNTAX, ERR_RANGE: it is no errand. */
enum err errand_run(struct errands *e, struct str body, struct why *why) MUST_CHECK;

#endif
