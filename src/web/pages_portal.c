/*
 * Pages that customers, resellers and reporters see. See console_page.h.
 */
#include "web/console_page.h"

#define CUSTOMER SCOPES(SCOPE_CUSTOMER)
#define RESELLER SCOPES(SCOPE_RESELLER)
#define NOBODY SCOPES(SCOPE_NOBODY)
#define ACCOUNT { "terms", "/v1/my/terms", true }, { "keys", "/v1/my/keys", false }, { "hooks", "/v1/webhooks?limit=100", false }

const struct console_page pages_portal[] = {
	{ "/p/", "p-cases", "", CUSTOMER, { { "list", "/v1/my/cases?limit=50&{state}&{after}", false },
		{ "usage", "/v1/customers/{who}/usage?because=shown to its own account", true } } },
	{ "/p/cases/{case}", "p-case", "", CUSTOMER, { { "case", "/v1/my/cases/{case}", false }, { "told", "/v1/my/cases/{case}/told?{language}", false },
		{ "reasons", "/v1/my/cases/{case}/reasons", true } } },
	{ "/p/account", "p-account", "", CUSTOMER, { ACCOUNT } },
	{ "/r/", "r-home", "", RESELLER, { { "list", "/v1/my/forwarded?limit=50&{state}&{after}", false }, { "card", "/v1/my/scorecard", true } } },
	{ "/r/cases", "r-cases", "", RESELLER, { { "list", "/v1/my/cases?limit=100&{state}&{after}", false } } },
	{ "/r/cases/{case}", "p-case", "", RESELLER, { { "case", "/v1/my/cases/{case}", false }, { "told", "/v1/my/cases/{case}/told?{language}", false },
		{ "reasons", "/v1/my/cases/{case}/reasons", true }, { "forwarded", "/v1/my/forwarded/{case}", true } } },
	{ "/r/account", "p-account", "", RESELLER, { ACCOUNT } },
	{ "/report", "report", "", NOBODY, { { NULL, NULL, false } } },
	{ "/report/{receipt}", "report-status", "", NOBODY, { { "report", "/v1/form/reports/{receipt}", true } } },
	{ .path = NULL },
};
