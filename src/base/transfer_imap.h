/*
 * A session with an IMAP server over TLS, for one user: libcurl connects, checks the certificate and the name in it, and logs in; the
 * commands and what comes back are ours (base/imap.h). One command at a time.
 *
 * Its events come from the loop, never from inside a call of the caller's. After IMAP_DOWN the session is gone. A server that says
 * nothing for IDLE seconds, more than was agreed, or what is no IMAP, is down.
 */
#ifndef AUPD_BASE_TRANSFER_IMAP_H
#define AUPD_BASE_TRANSFER_IMAP_H

#include "base/transfer.h"

enum { TRANSFER_IMAP_IDLE_S = 60 };

enum imap_event {
	IMAP_UP,                /* logged in: the first command may be said */
	IMAP_UNTAGGED,          /* a response, whole, literals and CRLF included; borrowed during the call */
	IMAP_DONE,              /* the command went well: its last line */
	IMAP_REFUSED,           /* it did not */
	IMAP_DOWN,              /* text says why */
};

enum imap_down { IMAP_DOWN_LOST, IMAP_DOWN_CERTIFICATE, IMAP_DOWN_LOGIN, IMAP_DOWN_PROTOCOL };

struct imap_session;

typedef void transfer_imap_fn(void *arg, enum imap_event event, enum imap_down down, struct str text);

struct transfer_imap {
	struct str url;         /* imaps://HOST[:PORT]/ */
	struct str user, secret;
	struct str ca;          /* PEM; "" = the system's */
	size_t literal_bytes;   /* the longest literal */
};

/* All texts are copied. */
enum err transfer_imap(struct transfers *t, const struct transfer_imap *o, transfer_imap_fn *fn, void *arg, struct imap_session **ret_imap, struct why *why) MUST_CHECK;
/* Without its tag and CRLF; what would not be one line of ASCII is ERR_SYNTAX. */
enum err transfer_imap_say(struct imap_session *i, struct str command) MUST_CHECK;
/* At once and without an event; from inside one too. */
void transfer_imap_close(struct imap_session *i);

#endif
