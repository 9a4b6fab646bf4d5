/*
 * The OpenID provider as the judge knows it: what it offers and its keys, and the tokens that it gives for codes, asked for through the hand
 * (oidc_send.h).
 *
 * A command that needs what is not known yet is put off: c->later, nothing of it is done and nothing answered. Once the hand has answered it is
 * folded again, from its first word, and finds here what it asked for. So it writes nothing before it has all. The desk waits meanwhile;
 * when the link to it ends, what it waited for is forgotten.
 *
 * What is offered holds for OFFER_MINUTES. A key that is not among those that are known makes it read again, at most once in RENEW_S.
 */
#ifndef AUPD_AUPD_JUDGE_OIDC_H
#define AUPD_AUPD_JUDGE_OIDC_H

#include "aupd/judge_command.h"
#include "aupd/oidc_send.h"
#include "model/config_web.h"
#include "wire/oidc.h"

enum { OIDC_OFFER_MINUTES = 60, OIDC_RENEW_S = 60, OIDC_WAITING_MAX = OIDC_AT_ONCE - 1, OIDC_GONE_US = 45000000 /* nothing is answered any more */ };

/* Without a provider in the configuration there is nothing. */
enum err judge_oidc_open(struct judge *j, struct why *why) MUST_CHECK;
void judge_oidc_close(struct judge *j);
const struct oidc_at *judge_oidc_at(const struct judge *j);    /* NULL: there is none */

/*
 * Each of these: OK, what is asked for lies there until the command is done; ERR_AGAIN with c->later, the command is put off; ERR_PEER, the
 * provider cannot be asked, and a person may be told so; ERR_AGAIN without c->later, too many wait.
 */
enum err judge_oidc_offer(struct commanding *c, const struct oidc_offer **ret_offer, const struct jose_keys **ret_keys) MUST_CHECK;
/* The answer of the token endpoint, with its status. */
enum err judge_oidc_exchange(struct commanding *c, struct str code, struct str verifier, unsigned *ret_status, struct str *ret_octets) MUST_CHECK;
/* The keys are not all of them: they are read again. ERR_NOTFOUND: that was done a moment ago. */
enum err judge_oidc_renew(struct commanding *c) MUST_CHECK;
/* Has this command been put off before? */
bool judge_oidc_again(const struct commanding *c);

/* judge_link.c and judge.c tell what happens meanwhile. */
void judge_oidc_answer(struct judge *j, struct str body);      /* of a FRAME_OIDC */
void judge_oidc_hand_is_new(struct judge *j);                   /* what the old one was asked nobody answers */
void judge_oidc_forget(struct judge *j, const struct position *at);     /* that command was answered by somebody else; NULL: the desk is away */
void judge_oidc_done(struct judge *j);                          /* behind a commit: what was folded again has its answer */

#endif
