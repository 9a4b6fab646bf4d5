/*
 * Pages about customers, resellers and reporters, and what they use. See console_page.h.
 *
 * Who looks at a person says why, in the page's address: without that the page is the question why.
 */
#include "web/console_page.h"

#define OPERATOR SCOPES(SCOPE_OPERATOR)

const struct console_page pages_people[] = {
	{ "/customers", "customers", "Customers", OPERATOR, { { "list", "/v1/registry?prefix=customer/&limit=100&{after}", false } } },
	{ "/customers/{customer}", "customer", "Customer", OPERATOR, { { "account", "/v1/customers/{customer}?{because!}&{clear}", false }, { "terms", "/v1/customers/{customer}/terms", true } } },
	{ "/customer", "customer", "Customer", OPERATOR, { { "account", "/v1/customers/{customer}?{because!}&{clear}", false }, { "terms", "/v1/customers/{customer}/terms", true } } },
	{ "/customers/{customer}/usage", "usage", "Use of a customer", OPERATOR, { { "usage", "/v1/customers/{customer}/usage?series=yes&{month}&{because!}", false } } },
	{ "/customers/{customer}/usage.json", NULL, "Use of a customer", OPERATOR, { { "usage", "/v1/customers/{customer}/usage?series=yes&{month}&{because}", false } } },
	{ "/resellers", "resellers", "Resellers", OPERATOR, { { "list", "/v1/resellers?limit=100&{after}", false }, { "tree", "/v1/tree?limit=100", false } } },
	{ "/resellers/{reseller}", "reseller", "Reseller", OPERATOR, { { "card", "/v1/resellers/{reseller}", false }, { "tree", "/v1/resellers/{reseller}/tree?limit=100", false },
		{ "terms", "/v1/customers/{reseller}/terms", true } } },
	{ "/reporters", "reporters", "Reporters", OPERATOR, { { "list", "/v1/reporters?{after}", false } } },
	{ "/reporters/{owner}", "reporter", "Reporter", OPERATOR, { { "reporter", "/v1/reporters/{owner}", false }, { "reports", "/v1/receipts?limit=100&{owner}&{after}", false } } },
	{ "/holds", "holds", "Holds", OPERATOR, { { "list", "/v1/holds", false } } },
	{ "/who", "who", "Who held it", OPERATOR, { { "held", "/v1/who?{source}&{port}&{at}&{because!}", true } } },
	{ .path = NULL },
};
