/*
 * The table of the console's pages.
 */
#ifndef AUPD_WEB_CONSOLE_PAGE_H
#define AUPD_WEB_CONSOLE_PAGE_H

#include "model/principal.h"
#include "web/console.h"

/*
 * "/v1/cases?limit=200&{state}&{after}": path and query of a GET of the API. {name} of the path, and {name} of the query when it was given
 * and is not empty. A part that is `spare` may fail: its place then holds {"error":...}, and the page says so.
 */
struct console_part {
	const char *name;               /* NULL closes the list */
	const char *target;
	bool spare;
};

struct console_page {
	const char *path;               /* "/cases/{case}" */
	const char *name;               /* of its template, and of the place in the list of pages that it belongs to */
	const char *title;
	unsigned scopes;                /* SCOPES() that it is for */
	struct console_part parts[CONSOLE_PARTS_MAX + 1];
};

extern const struct console_page console_pages[];       /* closed by a NULL path */

#endif
