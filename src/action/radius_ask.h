/*
 * Asking access servers: Disconnect and Change of Authorization over UDP (RFC 5176), each server as its profile says (config_nas.h).
 *
 * What is asked names server and session by the attributes that the server itself sent, octet for octet. A request goes out three times,
 * RADIUS_ASK_WAITS apart, with one id, port, Event-Timestamp and authenticator, so that a server that knows duplicates knows these. Answers
 * count from the server's own address alone, with a good authenticator. One question at a time about a session; no more a second to a server
 * than its profile says; RADIUS_ASK_QUEUE_MAX wait for it.
 *
 * A server that is to end a session by Session-Timeout is asked for that by CoA, the first time; and if it will not, by Disconnect at
 * once.
 *
 * Hostile are answers, which may be forged, and what sessions are named by, which customers have a part in: it is copied, never read.
 */
#ifndef AUPD_ACTION_RADIUS_ASK_H
#define AUPD_ACTION_RADIUS_ASK_H

#include "action/action.h"

enum { RADIUS_ASK_TRIES = 3, RADIUS_ASK_QUEUE_MAX = 128, RADIUS_ASK_FIRST_SECONDS = 2 };

enum radius_asked {
	RADIUS_ASKED_TAKEN,             /* ACK: it was received; that it has an effect is not told by it */
	RADIUS_ASKED_DENIED,            /* NAK, with its Error-Cause, 0 = none */
	RADIUS_ASKED_SILENT,            /* no answer: nothing is known */
	RADIUS_ASKED_NOT,               /* it was not asked, and asking again will not help; see why */
	RADIUS_ASKED_LATER,             /* it was not asked now */
};

struct radius_asks;

struct radius_question {
	uint8_t code;                   /* RADIUS_DISCONNECT_REQUEST or RADIUS_COA_REQUEST */
	struct str identity;            /* attributes as in struct accounting */
	bool alone;                     /* the customer has no other session */
	bool first;                     /* of a Disconnect: its end is asked for the first time (config_nas.h, session_timeout_s) */
	struct str profile;             /* of a CoA-Request: what of it the server's coa profiles give; borrowed */
	bool restore;                   /* what it takes back, not what it sets */
	struct str saved;               /* with it: what the session had before (radius_packet_keep); borrowed */
	int64_t good_until;             /* wall time; later it is not sent */
};

/* From a later turn of the loop, once. text: a plain sentence without personal data. */
typedef void radius_asked_fn(void *arg, enum radius_asked asked, uint32_t error_cause, const char *text);

/* The list of the options is borrowed, and may_ask is asked before each question goes out. */
enum err radius_asks_open(const struct action_options *o, struct radius_asks **ret_asks, struct why *why) MUST_CHECK;
void radius_asks_close(struct radius_asks *a);                  /* accepts NULL; nobody is called any more */
/* Copies the identity; profile and what was saved stay borrowed until fn is called. ERR_NOMEM: nothing was begun, fn is not called. */
enum err radius_ask(struct radius_asks *a, const struct radius_question *q, radius_asked_fn *fn, void *arg) MUST_CHECK;

#endif
