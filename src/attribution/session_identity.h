/*
 * What names each session to its access server, so that the server can be asked about it: the identity of its last message, beside the book
 * of sessions, on disk and not in memory.
 *
 * The file has no name and is sealed under a key that only this process has: it holds logins and addresses of devices, is gone with the
 * process, and is filled again by the messages that come. What is not there is not known: then nobody is asked.
 *
 * A place for each session, by its number: short ones beside each other, long ones behind them.
 */
#ifndef AUPD_ATTRIBUTION_SESSION_IDENTITY_H
#define AUPD_ATTRIBUTION_SESSION_IDENTITY_H

#include "attribution/session.h"

struct session_identities;

/* Of the sessions of that book, which is borrowed. In that directory, borrowed for the call. */
enum err session_identities_open(struct session_book *b, int dir_fd, struct session_identities **ret_identities, struct why *why) MUST_CHECK;
void session_identities_close(struct session_identities *x);   /* accepts NULL */
/* What was noted already costs no write. ERR_NOTFOUND: the book has no such session. After an error it is not known. */
enum err session_identity_note(struct session_identities *x, session_ref ref, struct str identity, struct why *why) MUST_CHECK;
/* ERR_NOTFOUND: it is not known. */
enum err session_identity_get(struct session_identities *x, struct arena *a, session_ref ref, struct str *ret_identity, struct why *why) MUST_CHECK;
/* Forgets all, for good. */
enum err session_identities_forget(struct session_identities *x, struct why *why) MUST_CHECK;

#endif
