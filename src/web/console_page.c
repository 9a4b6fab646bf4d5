/*
 * Which page stands at a path. See console_page.h.
 */
#include "web/console_page.h"

static const struct console_page *const groups[] = { pages_desk, pages_people, pages_rules, pages_admin, pages_portal };

static bool matches(const struct console_page *page, struct str path, struct http_pair *ret_names, unsigned *ret_name_count)
{
	struct str want = str_of(page->path), part, got;
	*ret_name_count = 0;
	while (str_split(&want, '/', &part)) {
		if (!str_split(&path, '/', &got))
			return false;
		/* "{from}..{to}" */
		size_t to = str_find(part, STR("}..{")), at = to == SIZE_MAX ? to : str_find(got, STR(".."));
		if (to != SIZE_MAX && at != SIZE_MAX && at && at + 2 < got.len && *ret_name_count + 2 <= CONSOLE_NAMES_MAX) {
			ret_names[(*ret_name_count)++] = (struct http_pair){ str_sub(part, 1, to - 1), str_sub(got, 0, at) };
			ret_names[(*ret_name_count)++] = (struct http_pair){ str_sub(part, to + 4, part.len - to - 5), str_sub(got, at + 2, got.len) };
			continue;
		}
		bool open = part.len > 2 && part.ptr[0] == '{' && to == SIZE_MAX;
		if (open && got.len && *ret_name_count < CONSOLE_NAMES_MAX)
			ret_names[(*ret_name_count)++] = (struct http_pair){ str_sub(part, 1, part.len - 2), got };
		else if (open || !str_eq(part, got))
			return false;
	}
	return !str_split(&path, '/', &got);
}

const struct console_page *console_page_find(struct str path, enum scope scope, struct http_pair *ret_names, unsigned *ret_name_count)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (const struct console_page *page = groups[i]; page->path; page++)
			if (page->scopes & SCOPES(scope) && matches(page, path, ret_names, ret_name_count))
				return page;
	return NULL;
}
