/*
 * The head of a policy version: its name and its times, written anew in the main file of a bundle; all else stays letter for letter.
 *
 * So a version becomes the draft of the next one, or an earlier one comes back. Each statement of the head that is replaced stands on a
 * line of its own, else it is refused.
 */
#ifndef AUPD_POLICY_HEAD_H
#define AUPD_POLICY_HEAD_H

#include "policy/load.h"

struct policy_head {
	struct str version;             /* "" = as it is */
	struct str posted;              /* a time; "" = as it is. It takes effect then, too */
	struct str significant;         /* "yes", "no"; "" = as it is, and unsaid where the version or the time is another one */
};

/* ERR_SYNTAX with the place. The texts of the bundle that change are in a. */
enum err head_write(struct arena *a, struct bundle *b, const struct policy_head *head, struct why *why) MUST_CHECK;

#endif
