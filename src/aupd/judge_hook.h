/*
 * Webhooks in the judge: who is to be told, and the deliveries that are due. See engine/hook.h.
 *
 * An order to the hand leaves when the row says that it was given; one that was not answered is given again under the same id, and
 * that is counted. Before each try it is asked anew whether its owner may be told.
 */
#ifndef AUPD_AUPD_JUDGE_HOOK_H
#define AUPD_AUPD_JUDGE_HOOK_H

#include "aupd/judge_command.h"
#include "engine/hook.h"

/* The webhooks that are on, for the fold. */
enum err judge_hooks_load(struct judge *j, struct why *why) MUST_CHECK;
/* The same, when a command or an erasure of this judge changed some of them since. */
enum err judge_hooks_follow(struct judge *j, struct why *why) MUST_CHECK;
/* What this batch or step does changes them: for this judge and the others. */
enum err judge_hooks_change(struct judge *j, struct why *why) MUST_CHECK;
/* A due row of TABLE_WEBHOOK, TABLE_DELIVERY or TABLE_HOOK_LANE. */
enum err judge_hook_due(struct judge *j, const struct row *due, struct why *why) MUST_CHECK;
/* A new hand has no delivery in hand: what the old one did not answer is due now. Commits by itself; between batches only. */
enum err judge_hooks_reconcile(struct judge *j, struct why *why) MUST_CHECK;
/* The key under which the secrets of that webhook are sealed. */
struct str judge_hook_subject(struct arena *a, struct str hook);

#endif
