/*
 * What pages load: style, scripts and images, held in the program. The digest of all of a list is in their addresses, so that they are kept for
 * ever and others have other addresses.
 */
#ifndef AUPD_WEB_ASSET_H
#define AUPD_WEB_ASSET_H

#include "web/web.h"

struct asset {
	const char *name;               /* "console.css" */
	const char *path;               /* "/a/0123456789ab/console.css" */
	const char *type;
	struct str bytes, packed;       /* packed by gzip, RFC 1952 */
};

extern const struct asset assets[], scripts[];  /* each closed by a NULL name */

/* False: that is no address of one. */
bool asset_take(const struct http_request *r, struct web_answer *ret_answer);
/* The address of the one of that name; it must be there. */
const char *asset_path(const char *name);

#endif
