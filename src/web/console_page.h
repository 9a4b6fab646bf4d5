/*
 * The tables of the console's pages; each page has a template of its name in web/pages/.
 */
#ifndef AUPD_WEB_CONSOLE_PAGE_H
#define AUPD_WEB_CONSOLE_PAGE_H

#include "model/principal.h"
#include "web/console.h"

/*
 * "/v1/cases?limit=200&{state}&{after}": path and query of a GET of the API. {name} of the path, and {name} of the query when it was given
 * and is not empty; {name!}: without it the part is null. A part that is `spare` may fail: its place then holds {"error":...}, and the page says so.
 */
struct console_part {
	const char *name;               /* NULL closes the list */
	const char *target;
	bool spare;
};

enum { CONSOLE_NAMES_MAX = 6 };

struct console_page {
	const char *path;               /* "/cases/{case}", "/policy/{from}..{to}" */
	const char *name;               /* NULL: no page for people, but its first part as it is; else of its template, and of the place in the list of pages that it belongs to */
	const char *title;
	unsigned scopes;                /* SCOPES() that it is for */
	struct console_part parts[CONSOLE_PARTS_MAX + 1];
};

/* Of each group; closed by a NULL path. */
extern const struct console_page pages_desk[];          /* what waits, and cases: the work of a day */
extern const struct console_page pages_people[];        /* customers, resellers, reporters, and what they use */
extern const struct console_page pages_rules[];         /* the policy, what it covers, and what was done by it */
extern const struct console_page pages_admin[];         /* accounts, keys, feeds and settings */
extern const struct console_page pages_portal[];        /* what customers, resellers and reporters see */

/* The page at that path for that scope, with the values of its names in ret_names, at most CONSOLE_NAMES_MAX; NULL: there is none. */
const struct console_page *console_page_find(struct str path, enum scope scope, struct http_pair *ret_names, unsigned *ret_name_count);

#endif
