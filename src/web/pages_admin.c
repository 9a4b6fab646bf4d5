/*
 * Pages of accounts, keys, feeds and settings. See console_page.h.
 */
#include "web/console_page.h"

const struct console_page pages_admin[] = {
	{ .path = NULL },
};
