/*
 * Pages about customers, resellers and reporters, and what they use. See console_page.h.
 */
#include "web/console_page.h"

const struct console_page pages_people[] = {
	{ .path = NULL },
};
