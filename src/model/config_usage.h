/*
 * The block `usage` of aupd.conf(5): whether the use of accounts is metered, and how long its series are kept.
 */
#ifndef AUPD_MODEL_CONFIG_USAGE_H
#define AUPD_MODEL_CONFIG_USAGE_H

#include "model/config.h"

extern const struct conf_item config_usage_items[];

/* Fills usage_accounts, usage_retention_us and usage_offset_minutes of c->all, behind config_radius. Errors have the place. */
enum err config_usage(struct config *c, struct why *why) MUST_CHECK;

#endif
