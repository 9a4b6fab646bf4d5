/*
 * Coverage as the daemon has it: of the version in force, by what the daemon hears. For who may not see policy/ itself.
 */
#ifndef AUPD_ENGINE_COVERING_H
#define AUPD_ENGINE_COVERING_H

#include "policy/coverage.h"

/* What covers each clause by the version whose row has that body; all memory in a. */
enum err covering_of(struct arena *a, struct str blob, const struct coverage_sources *sources, struct policy **ret_policy, struct coverage *ret_coverage, struct why *why) MUST_CHECK;

/*
 * blob: the body of a version's row; the members of policy/coverage.h, and `version`, `name`, `unenforced`: clauses that rules should keep and no
 * live one does, `unjustified`: rules whose clause has no paragraph in the document, and the digest of the `document` as it was posted. All
 * memory in a.
 */
enum err covering_put(struct arena *a, struct str blob, const struct coverage_sources *sources, const struct coverage_count *count, struct jsonw *w, struct why *why) MUST_CHECK;

#endif
