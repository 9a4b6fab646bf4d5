/* See asset.h. */
#include "web/asset.h"

/* RFC 9110 12.5.3, as far as browsers go: the word, without a weight of zero. Anything else gets what is not packed. */
static bool takes_packed(const struct http_request *r)
{
	struct str rest = http_header(r, "accept-encoding"), word;
	while (str_split(&rest, ',', &word))
		if (str_eq_fold(str_trim(word), STR("gzip")))
			return true;
	return false;
}

static const struct asset *const lists[] = { assets, scripts };

bool asset_take(const struct http_request *r, struct web_answer *ret_answer)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct asset *a = lists[i]; a->name; a++)
			if (str_eq(r->path, str_of(a->path)) && str_eq(r->method, STR("GET"))) {
				bool packed = takes_packed(r);
				*ret_answer = (struct web_answer){ .status = 200, .type = a->type, .body = packed ? a->packed : a->bytes, .keeps = true, .packed = packed };
				return true;
			}
	return false;
}

const char *asset_path(const char *name)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct asset *a = lists[i]; a->name; a++)
			if (strcmp(a->name, name) == 0)
				return a->path;
	BUG_ON(true);
	return NULL;
}
