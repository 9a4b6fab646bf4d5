/*
 * What is asked of the OpenID provider, in the hand: what it offers, its keys, and the tokens for a code.
 *
 *   {"id":N}                                       ->  {"id":N,"status":200,"offer":TEXT,"keys":TEXT}
 *   {"id":N,"code":CODE,"verifier":VERIFIER}       ->  {"id":N,"status":HTTP,"octets":TEXT}
 *
 * With status 0 it could not be asked, and text says why. Where it is asked the hand knows of its own share and of what the provider itself
 * offers; the client's secret goes nowhere else. What comes back is bounded and is nobody's word yet: the judge reads it, and verifies.
 */
#ifndef AUPD_AUPD_OIDC_SEND_H
#define AUPD_AUPD_OIDC_SEND_H

#include "aupd/role.h"

enum { OIDC_AT_ONCE = 16 };

struct oidc_sends;

/* The answer as the body of a FRAME_OIDC, borrowed. From the loop, never from inside oidc_send. */
typedef void oidc_send_fn(void *arg, struct str body);

/* The share stays borrowed. Without a provider in it there is nothing: *ret_sends is NULL. */
enum err oidc_sends_open(struct loop *l, const struct share *share, oidc_send_fn *fn, void *arg, struct oidc_sends **ret_sends, struct why *why) MUST_CHECK;
/* The body of a FRAME_OIDC. ERR_SYNTAX: it is none; ERR_UNSUPPORTED: there is no provider; ERR_LIMIT: OIDC_AT_ONCE are asked already. */
enum err oidc_send(struct oidc_sends *s, struct str body, struct why *why) MUST_CHECK;

#endif
