/*
 * Pages of the policy, of what it covers, and of what was done by it. See console_page.h.
 */
#include "web/console_page.h"

const struct console_page pages_rules[] = {
	{ .path = NULL },
};
