/*
 * The block `usage`. See config_usage.h.
 */
#include "model/config_usage.h"

#include "base/time.h"

const struct conf_item config_usage_items[] = {
	{ .name = "metering", .type = CONF_YESNO, .arguments = "yes|no", .fallback = "no", .doc = "whether what accounts use is metered" },
	{ .name = "accounts", .type = CONF_INT, .arguments = "NUMBER", .fallback = "1000000", .min = 100, .max = 100000000, .doc = "most accounts that are metered, some 100 octets each" },
	{ .name = "series", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "100d", .min = 62 * DAY_US, .max = 4000 * DAY_US,
		.doc = "how long the five-minute series are kept after they were counted" },
	{ .name = "offset", .type = CONF_INT, .arguments = "MINUTES", .fallback = "0", .min = -14 * 60, .max = 14 * 60,
		.doc = "by which months begin before those of UTC, in quarters of an hour" },
	{ .name = NULL },
};

enum err config_usage(struct config *c, struct why *why)
{
	const struct conf *block = conf_find(c->first, "usage");
	c->all.usage_offset_minutes = block ? conf_number(block->child, config_usage_items, "offset") : 0;
	if (c->all.usage_offset_minutes % 15)
		return conf_fail(why, block, 0, ERR_RANGE, "usage: months begin at a quarter of an hour: an offset such as 60");
	if (!block || !conf_number(block->child, config_usage_items, "metering"))
		return OK;
	if (!c->all.radius_client_count)
		return conf_fail(why, block, 0, ERR_NOTFOUND, "usage: without a client of radius { } nothing is counted");
	c->all.usage_accounts = (uint64_t)conf_number(block->child, config_usage_items, "accounts");
	c->all.usage_retention_us = conf_number(block->child, config_usage_items, "series");
	return OK;
}
