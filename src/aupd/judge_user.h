/*
 * Accounts and sessions in the judge, for judge_user.c and judge_login.c.
 */
#ifndef AUPD_AUPD_JUDGE_USER_H
#define AUPD_AUPD_JUDGE_USER_H

#include "aupd/judge_command.h"
#include "model/user.h"

/* SHA-256 in hex: how what was told once is known again. */
struct str user_digest(struct arena *a, struct str secret);
enum err user_load(struct commanding *c, struct str name, struct user *ret_user, struct row *ret_row) MUST_CHECK;     /* ERR_NOTFOUND */
enum err user_keep(struct commanding *c, const struct user *x, struct row *row) MUST_CHECK;
/* Does he give the password and a code? *ret_in; a "no" is counted against the account, and kept. ERR_AGAIN: too many try at this moment. */
enum err user_proves(struct commanding *c, struct user *x, struct row *row, struct str password, struct str code, bool *ret_in) MUST_CHECK;
enum err user_check_password(struct commanding *c, struct str name, struct str password) MUST_CHECK;    /* may it be one? */
void user_make_recovery(struct commanding *c, struct user *x);  /* other codes, which are told in the answer */
/* He came in: a session of his begins, which the answer tells. Of an operator it stands in the audit, as op. */
enum err user_comes_in(struct commanding *c, struct user *x, struct str op, bool by_provider) MUST_CHECK;
/* The session in hand, as its row has it. ERR_DENIED: there is none. */
enum err user_own_session(struct commanding *c, struct user_session *ret_session, struct row *ret_row) MUST_CHECK;
/* Whom the OpenID provider knows by that subject comes in to this account, and nobody else whom it knows; "" = nobody. ERR_EXISTS: it is another one's. */
enum err user_bind(struct commanding *c, struct user *x, struct str subject) MUST_CHECK;
/* All of its sessions but that one. */
enum err user_end_sessions(struct commanding *c, struct str name, struct str but) MUST_CHECK;

#endif
