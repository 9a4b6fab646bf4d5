/*
 * Pages of the policy, of what it covers, and of what was done by it. See console_page.h.
 */
#include "web/console_page.h"

#define OPERATOR SCOPES(SCOPE_OPERATOR)

const struct console_page pages_rules[] = {
	{ "/audit", "audit", "Audit", OPERATOR, { { "list", "/v1/audit?{operator}&{what}&{about}&{from}&{until}&{after}", false }, { "evidence", "/v1/evidence", true },
		{ "lookups", "/v1/lookups?{operator}", true } } },
	{ "/reports", "reports", "Reports", OPERATOR, { { "list", "/v1/figures?{from}&{until}&{form}", false } } },
	{ "/coverage", "coverage", "Coverage", OPERATOR, { { "coverage", "/v1/coverage", false }, { "policy", "/v1/policy", true } } },
	{ "/detectors/{detector}", "detector", "Detector", OPERATOR, { { "d", "/v1/detectors/{detector}", false } } },
	{ "/policy", "policy", "Policy", OPERATOR, { { "policy", "/v1/policy", false } } },
	{ "/policy/{from}..{to}", "changes", "Changes of the policy", OPERATOR, { { "changes", "/v1/policy/{from}/changes/{to}", false } } },
	{ "/policy/{version}", "version", "Version of the policy", OPERATOR, { { "version", "/v1/policy/{version}", false } } },
	{ "/policy/{version}/backtest", "backtest", "Back-test", OPERATOR, { { "tested", "/v1/policy/{version}/backtest", false } } },
	{ "/policy/{version}/draft", "draft", "Draft of the policy", OPERATOR, { { "file", "/v1/policy/{version}/file?{file}", false } } },
	{ .path = NULL },
};
