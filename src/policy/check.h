/*
 * What a policy must hold before it may be used: every check has its own message with its place.
 */
#ifndef AUPD_POLICY_CHECK_H
#define AUPD_POLICY_CHECK_H

#include "policy/load.h"

/* What the caller knows of a driver: whether it can check and undo what it does, and whether that can be over when it is done. */
struct driver_ability {
	const char *name;
	bool can_check, can_undo, ends;
};

/* The first check that fails. drivers is closed by a NULL name. Inline tests are run by the caller. */
enum err policy_check(const struct policy *p, const struct driver_ability *drivers, struct why *why) MUST_CHECK;

#endif
