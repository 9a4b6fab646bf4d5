/*
 * Acts on live sessions, in the judge: whose sessions they are is looked up when an act is released, and whether they ended is seen in
 * accounting. What a hand is told by an access server is no effect.
 */
#ifndef AUPD_AUPD_JUDGE_SESSION_ACT_H
#define AUPD_AUPD_JUDGE_SESSION_ACT_H

#include "attribution/session.h"
#include "aupd/judge.h"
#include "model/act.h"

/* The names of sessions, anew for a book that is new. OK also when nobody asks access servers. */
enum err judge_session_names(struct judge *j, struct why *why) MUST_CHECK;
/* A step of a session: what names it is noted, and how fast it was. What cannot be noted of its name is said in the log, and is not known. */
enum err judge_session_heard(struct judge *j, const struct session_heard *h, struct why *why) MUST_CHECK;

/* Somebody was erased: what names sessions is forgotten, until their servers speak of them again. */
enum err judge_session_forget(struct judge *j, struct why *why) MUST_CHECK;

/* Is it done to sessions? */
bool judge_session_act(const struct act *act);
/*
 * An act on sessions whose time has come. *ret_order: the hand is to do it, to the sessions that *ret_names names; the act has noted them. *ret_saved: with
 * what is to be taken back, what each of them had before.
 * Else its answer is known already, and folded.
 */
enum err judge_session_release(struct judge *j, struct act *act, bool *ret_order, struct str **ret_names, struct str **ret_saved, unsigned *ret_count,
	struct why *why) MUST_CHECK;

/* To which sessions it would go now, as their servers name them; *ret_text: why to none. Nothing is noted, and nothing folded. */
enum err judge_session_show(struct judge *j, const struct act *act, struct str **ret_names, struct str **ret_saved, unsigned *ret_count, struct str *ret_text,
	struct why *why) MUST_CHECK;

#endif
