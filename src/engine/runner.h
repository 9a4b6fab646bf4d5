/*
 * The virtual-time runner: plays the inline tests of a policy through the very fold that the daemon uses.
 */
#ifndef AUPD_ENGINE_RUNNER_H
#define AUPD_ENGINE_RUNNER_H

#include "policy/load.h"
#include "policy/test.h"

/* OK: it holds. ERR_NOTFOUND: an expectation does not, said in why with its line. */
enum err runner_test(const struct policy *p, const struct policy_test *t, struct why *why) MUST_CHECK;

#endif
