/*
 * What pages load: style and images, held in the program. Each has its digest in its address, so that it is kept for ever and another one
 * has another address.
 */
#ifndef AUPD_WEB_ASSET_H
#define AUPD_WEB_ASSET_H

#include "web/web.h"

struct asset {
	const char *name;               /* "console.css" */
	const char *path;               /* "/a/0123456789ab/console.css" */
	const char *type;
	struct str bytes;
};

extern const struct asset assets[];     /* closed by a NULL name */

/* False: that is no address of one. */
bool asset_take(const struct http_request *r, struct web_answer *ret_answer);
/* The address of the one of that name; it must be there. */
const char *asset_path(const char *name);

#endif
