/*
 * Pages that customers, resellers and reporters see. See console_page.h.
 */
#include "web/console_page.h"

const struct console_page pages_portal[] = {
	{ .path = NULL },
};
