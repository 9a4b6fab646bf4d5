/*
 * Deliveries to webhooks in the hand: each is signed and sent as the judge orders it, beside letters and acts and never before them.
 *
 * The hand has brakes of its own: how many at once, to one webhook and in all, fewer to one that fails; how many a minute; hosts that
 * may be spoken to without TLS; no address that is not public, looked at where it is connected to; no redirect. What is answered is
 * read for its status alone. An order that comes again while it waits or runs is answered once. No journal: a repeat is the same
 * message under the same id, and the judge counts it.
 */
#ifndef AUPD_AUPD_HOOK_SEND_H
#define AUPD_AUPD_HOOK_SEND_H

#include "aupd/role.h"
#include "model/webhook.h"

enum { HOOK_ORDERS_MAX = 1024, HOOK_AT_ONCE = 32, HOOK_AT_ONCE_FAILING = 8, HOOK_AT_ONCE_OF_ONE = 4 };

struct hook_sends;

/* The answer as the body of a FRAME_HOOK, borrowed. */
typedef void hook_send_fn(void *arg, struct str body);

/* The share stays borrowed. stop_fd: the directory of the kill switch. */
enum err hook_sends_open(struct loop *l, const struct share *share, int stop_fd, struct ometrics *figures, hook_send_fn *fn, void *arg, struct hook_sends **ret_sends,
	struct why *why) MUST_CHECK;
/* The body of a FRAME_HOOK. ERR_SYNTAX: it is no order. */
enum err hook_send(struct hook_sends *h, struct str body, struct why *why) MUST_CHECK;

#endif
