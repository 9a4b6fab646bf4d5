/*
 * What the drivers that call a system of the operator by HTTP have in common (webhook, aaa-rest): where they may go, and how an act is told.
 */
#ifndef AUPD_ACTION_HOOK_H
#define AUPD_ACTION_HOOK_H

#include "action/action.h"
#include "base/arena.h"
#include "base/transfer.h"

enum { HOOK_CALL_BYTES_MAX = 64 << 10, HOOK_ANSWER_BYTES_MAX = 64 << 10, HOOK_TEXT_MAX = 200, HOOK_SECONDS = 30 };

/* Public addresses, and those that the configuration lists. */
enum err hook_transfers(const struct action_options *o, struct transfers **ret_transfers, struct why *why) MUST_CHECK;
/* Members of an object: key, verb, service, target where told, instance, case, expires. Nothing else is sent of an act. */
void hook_put_act(struct jsonw *w, const struct act *act, bool with_target);

#endif
