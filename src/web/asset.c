/* See asset.h. */
#include "web/asset.h"

bool asset_take(const struct http_request *r, struct web_answer *ret_answer)
{
	for (const struct asset *a = assets; a->name; a++)
		if (str_eq(r->path, str_of(a->path)) && str_eq(r->method, STR("GET"))) {
			*ret_answer = (struct web_answer){ .status = 200, .type = a->type, .body = a->bytes, .keeps = true };
			return true;
		}
	return false;
}

const char *asset_path(const char *name)
{
	const struct asset *a = assets;
	while (a->name && strcmp(a->name, name) != 0)
		a++;
	BUG_ON(!a->name);
	return a->path;
}
