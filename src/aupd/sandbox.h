/*
 * The fences of a role: user id, no-new-privs, limits, landlock, a short list of denied system calls.
 */
#ifndef AUPD_AUPD_SANDBOX_H
#define AUPD_AUPD_SANDBOX_H

#include "aupd/role.h"

/* Irrevocable. What this kernel or an unprivileged start cannot give is logged, not fatal; what was given and failed is. */
enum err sandbox_enter(enum role_name name, struct role *r, struct why *why) MUST_CHECK;
/* In the child before it is re-executed: become the role's user when the keeper is root. */
enum err sandbox_become(const char *user_prefix, enum role_name name, struct why *why) MUST_CHECK;

/* A directory of a role's own: the owner's, readable to the other's group. Nothing is changed when the keeper is not root. */
enum err sandbox_give(const char *user_prefix, int dir_fd, enum role_name owner, enum role_name reader, struct why *why) MUST_CHECK;
/* Whether each role has a user of its own to become. Always good when the keeper is not root. */
enum err sandbox_users(const char *user_prefix, struct why *why) MUST_CHECK;

#endif
