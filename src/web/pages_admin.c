/*
 * Pages of accounts, keys, feeds and settings. See console_page.h.
 */
#include "web/console_page.h"

#define OPERATOR SCOPES(SCOPE_OPERATOR)

const struct console_page pages_admin[] = {
	{ "/admin", "admin", "Accounts", OPERATOR, { { "list", "/v1/users?{after}", false } } },
	{ "/admin/keys", "keys", "Keys of the API", OPERATOR, { { "list", "/v1/keys?limit=200&{owner}&{state}&{after}", false } } },
	{ "/admin/webhooks", "webhooks", "Webhooks", OPERATOR, { { "list", "/v1/webhooks?limit=200&{state}&{after}", false } } },
	{ "/admin/macros", "macros", "Macros", OPERATOR, { { "list", "/v1/macros", false } } },
	{ "/admin/letters", "letters", "Letters", OPERATOR, { { "letters", "/v1/letters?{version}&{name}", false } } },
	{ "/admin/feeds", "feeds", "Feeds", OPERATOR, { { "bindings", "/v1/bindings", true }, { "status", "/v1/status", false } } },
	{ "/admin/retention", "retention", "Retention and holds", OPERATOR, { { "list", "/v1/holds", false }, { "settings", "/v1/settings", false } } },
	{ "/admin/settings", "settings", "Settings", OPERATOR, { { "settings", "/v1/settings", false } } },
	{ "/cluster", "cluster", "Daemon", OPERATOR, { { "cluster", "/v1/cluster", false }, { "status", "/v1/status?most=10000", false }, { "evidence", "/v1/evidence", true },
		{ "bindings", "/v1/bindings", true } } },
	{ "/me", "me", "You", OPERATOR, { { "list", "/v1/sessions", false } } },
	{ .path = NULL },
};
