/*
 * Pages that customers, resellers and reporters see. See console_page.h.
 */
#include "web/console_page.h"

#define CUSTOMER SCOPES(SCOPE_CUSTOMER)

const struct console_page pages_portal[] = {
	{ "/p/", "p-cases", "", CUSTOMER, { { "list", "/v1/my/cases?limit=50&{state}&{after}", false },
		{ "usage", "/v1/customers/{who}/usage?because=shown to its own account", true } } },
	{ "/p/cases/{case}", "p-case", "", CUSTOMER, { { "case", "/v1/my/cases/{case}", false }, { "told", "/v1/my/cases/{case}/told?{language}", false },
		{ "reasons", "/v1/my/cases/{case}/reasons", true } } },
	{ .path = NULL },
};
