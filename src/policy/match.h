/*
 * Which rules of a version can say yes to an observation at all, by its kind: the others need not be asked.
 */
#ifndef AUPD_POLICY_MATCH_H
#define AUPD_POLICY_MATCH_H

#include "model/observation.h"
#include "model/policy.h"

struct rule;

/* In the order of the policy; closed by NULL. */
const struct rule *const *match_rules(const struct policy *p, const struct observation *o);

/* For policy_load. */
enum err match_make(struct arena *a, struct policy *p) MUST_CHECK;

#endif
