/*
 * One message to our own ear by LMTP (RFC 2033), over a connection of its own.
 *
 * Only the reply behind the text says that it was taken. A reply of 5xx, to the text or to what comes before it, is for good; all
 * else, a connection that ends included, is to be tried again. Lone LF becomes CRLF, dots are doubled on the way.
 */
#ifndef AUPD_AUPD_FETCH_LMTP_H
#define AUPD_AUPD_FETCH_LMTP_H

#include "aupd/fetch.h"

enum { FETCH_LMTP_WAIT_S = 60 };

struct fetch_lmtp;

struct fetch_lmtp_mail {
	struct str address;             /* of the listener, as in net.h */
	struct str helo, from, to;      /* paths without brackets; from may be empty */
	struct str message;             /* borrowed until the end */
};

/* fn is called once, never from inside; afterwards the caller frees what it got. */
enum err fetch_lmtp_send(struct loop *l, const struct fetch_lmtp_mail *mail, fetch_fate_fn *fn, void *arg, struct fetch_lmtp **ret_lmtp) MUST_CHECK;
void fetch_lmtp_free(struct fetch_lmtp *m);     /* at any time; accepts NULL */

#endif
