/*
 * The case as a pure function: state, input and policy in; new state, events and acts out. No I/O, no clock, no chance.
 *
 * The caller copies the case before it calls and makes rows and records of the output. The ladder follows the policy in
 * force at the decision; what happened was judged by the version in force when it happened.
 */
#ifndef AUPD_CASES_CASE_H
#define AUPD_CASES_CASE_H

#include "base/arena.h"
#include "model/case.h"

/*
 * ERR_DENIED: this actor may not (an approval twice, a second look by the same person). ERR_CONFLICT: not in this state.
 * On an error neither *c nor *ret_output is to be used. The two lists of the output lie in `lists`, what they point to in `a`.
 */
enum err case_step(struct arena *a, struct arena *lists, struct casefile *c, const struct case_input *in, struct case_output *ret_output, struct why *why) MUST_CHECK;

/* customer "/" group "/" thread: what must be unique. */
struct str case_key(struct arena *a, struct str customer, struct str group, uint64_t thread);
/* Did he report this incident, as far back as the case remembers? */
bool case_has_witness(const struct casefile *c, struct str key, struct str reporter);
/* May that person decide whether the case goes on? ERR_DENIED, with why: who opened, cut or decided has another look at it. */
enum err case_may_review(const struct casefile *c, struct str who, struct why *why) MUST_CHECK;
/* May that person approve the held act? ERR_DENIED, with why. */
enum err case_may_approve(const struct act *act, struct str who, struct why *why) MUST_CHECK;
bool case_is_closed(const struct casefile *c);
/* Until when, by the text of an EVENT_SNOOZED. */
bool case_snoozed_until(struct str text, int64_t *ret_until_at);
enum urgency case_urgency(const struct casefile *c);
/* A new finding after this time opens a case anew instead of reopening this one. */
bool case_is_forgotten(const struct casefile *c, const struct ladder *l, int64_t now);

#endif
