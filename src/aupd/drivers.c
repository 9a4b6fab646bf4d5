/*
 * The explicit arrays of drivers. See drivers.h.
 */
#include "aupd/drivers.h"

const struct action_driver *const action_drivers[] = { &action_null, &action_task, &action_notify, &action_webhook, &action_nft, &action_radius_disconnect, &action_radius_coa,
	&action_aaa_sql, &action_aaa_rest, NULL };

const struct driver_ability driver_abilities[] = { { "null", true, true, true }, { "task", true, true, true }, { "webhook", true, true, true },
	{ "nft", true, true, false }, { "radius-disconnect", true, false, true }, { "radius-coa", true, true, false }, { "aaa-sql", true, true, false },
	{ "aaa-rest", true, true, false }, { NULL, false, false, false } };
