/*
 * Pages of the desk: what waits, and cases. See console_page.h.
 */
#include "web/console_page.h"

#define OPERATOR SCOPES(SCOPE_OPERATOR)

const struct console_page pages_desk[] = {
	{ "/", "today", "Today", OPERATOR, { { "list", "/v1/queues", false }, { "status", "/v1/status?most=10000", false }, { "today", "/v1/today", true },
		{ "week", "/v1/week", true } } },
	{ "/cases", "cases", "Cases", OPERATOR, { { "list", "/v1/cases?limit=200&{state}&{clause}&{group}&{flag}&{assigned}&{reseller}&{owner}&{severity}&{since}&{sort}&{after}", false },
		{ "macros", "/v1/macros", true } } },
	{ "/cases/{case}", "case", "Case", OPERATOR, { { "case", "/v1/cases/{case}", false }, { "explained", "/v1/cases/{case}/explained", true },
		{ "macros", "/v1/macros", true } } },
	{ "/cases/{case}/reports/{report}", "raw", "Raw report", OPERATOR, { { "raw", "/v1/cases/{case}/reports/{report}", false } } },
	{ "/cases/{case}/notice", "notice", "Notice", OPERATOR, { { "list", "/v1/cases/{case}/notice", false } } },
	{ "/bulks", "bulks", "Commands over many cases", OPERATOR, { { "list", "/v1/bulks", false } } },
	{ "/raw/{item}", "raw", "Raw message", OPERATOR, { { "raw", "/v1/raw/{item}", false } } },
	{ "/queues/{queue}", "queue", "Queue", OPERATOR, { { "list", "/v1/queues/{queue}?limit=200&{within}&{after}", false } } },
	{ "/unattributed", "unattributed", "Unattributed", OPERATOR, { { "list", "/v1/unattributed?{shift}", false } } },
	{ "/intake", "intake", "Intake", OPERATOR, { { "list", "/v1/intake?limit=200&{state}&{after}", false } } },
	{ "/intake/{item}", "item", "Intake", OPERATOR, { { "item", "/v1/intake/{item}", false } } },
	{ "/actions", "actions", "Actions", OPERATOR, { { "list", "/v1/acts?limit=200&{state}&{owner}&{after}", false }, { "status", "/v1/status?most=10000", false },
		{ "today", "/v1/today", true } } },
	{ "/appeals", "appeals", "Appeals", OPERATOR, { { "list", "/v1/appeals", false } } },
	{ "/approvals", "approvals", "Approvals", OPERATOR, { { "list", "/v1/queues/approvals?limit=200&{after}", false } } },
	{ .path = NULL },
};
