/*
 * Acts on what a RADIUS server reads of a customer's logins, in the judge: which logins they are is looked up when an act is released, and
 * acts of one customer that stand upon each other are taken apart in whatever order they are undone.
 */
#ifndef AUPD_AUPD_JUDGE_AAA_H
#define AUPD_AUPD_JUDGE_AAA_H

#include "aupd/judge.h"
#include "model/act.h"

bool judge_aaa_act(const struct act *act);
/*
 * Such an act whose time has come. *ret_order: the hand is to have it, with those logins. Else its answer is known already, and folded.
 */
enum err judge_aaa_release(struct judge *j, struct act *act, bool *ret_order, struct str **ret_logins, unsigned *ret_count, struct why *why) MUST_CHECK;

/* The logins that it would be about now. ERR_LIMIT: more than are taken. */
enum err judge_aaa_show(struct judge *j, const struct act *act, struct str **ret_logins, unsigned *ret_count) MUST_CHECK;

#endif
