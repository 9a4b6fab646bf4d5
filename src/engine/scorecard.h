/*
 * The scorecard of a reseller: what of the complaints passed on to it is open, was late, was passed on again, came back.
 *
 * Sums over days, so that it costs the same however many complaints there were. When a number reaches what the policy names, the
 * signal reseller.scorecard is raised, at most once a window; rules judge it.
 */
#ifndef AUPD_ENGINE_SCORECARD_H
#define AUPD_ENGINE_SCORECARD_H

#include "engine/fold.h"
#include "model/forwarding.h"

struct scorecard {
	uint32_t open;                  /* now */
	uint32_t sent, repeated, answered, fixed, late, back;   /* within the window */
	bool failing;
};

enum score { SCORE_SENT, SCORE_REPEATED, SCORE_ANSWERED, SCORE_FIXED, SCORE_LATE, SCORE_BACK, SCORE_OPEN, SCORE_SETTLED /* no longer open */ };

/* Counts, and raises the signal when the scorecard has become failing. */
enum err scorecard_count(struct fold *f, struct str reseller, const enum score *what, unsigned count, struct why *why) MUST_CHECK;
/* By the rules of the policy in force; all zero without such rules. */
struct scorecard scorecard_of(const struct conduct *c, const struct policy *p, int64_t now);
/* The case of the reseller itself to which findings under that clause go, by the version in force. ERR_NOTFOUND. */
enum err scorecard_case(struct fold *f, struct str reseller, struct str clause, struct casefile *ret_case, struct row *ret_row, struct why *why) MUST_CHECK;
/* A signal about the reseller itself, judged like what a meter says. */
enum err scorecard_signal(struct fold *f, struct str reseller, struct str name, struct why *why) MUST_CHECK;

#endif
