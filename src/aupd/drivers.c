/*
 * The explicit arrays of drivers. See drivers.h.
 */
#include "aupd/drivers.h"

const struct action_driver *const action_drivers[] = { &action_null, &action_task, &action_notify, &action_webhook, &action_nft, NULL };

const struct driver_ability driver_abilities[] = { { "null", true, true }, { "task", true, true }, { "webhook", true, true }, { "nft", true, true }, { NULL, false, false } };
