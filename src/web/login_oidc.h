/*
 * To the OpenID provider and back (OpenID Connect Core 1.0, 3.1): by a button on the pages of login and proof, and on one's own page; see
 * aupd/judge_identity.c, which does all of it but the way.
 *
 * The way there is a page that goes on by itself, not a redirect of the form: the fence of our pages lets a form lead to this site alone, and
 * a provider may lead on to yet another one. What the browser brings back is a GET, for so the protocol has it; without the cookie of the
 * browser that began, and its state, it does nothing.
 */
#ifndef AUPD_WEB_LOGIN_OIDC_H
#define AUPD_WEB_LOGIN_OIDC_H

#include "web/console_call.h"
#include "web/login.h"

/* A page of the login, its ways and errors. */
struct login_page {
	const char *template, *title;
	struct str error;               /* "" = none */
	struct str to;                  /* where it goes on to; "" = as the address says */
	unsigned status;                /* 0 = 200, or 401 with an error */
};

/* What the judge is asked. */
struct login_asked {
	const struct route *route;
	console_told_fn *told;
	struct http_pair members[6];
	unsigned count;
};

void login_show(struct web *web, struct http_request *r, const struct principal *who, const struct login_page *page, struct web_answer *ret_answer);
void login_ask(struct http_request *r, const struct principal *who, const struct login_asked *asked, const struct form *f, struct web_answer *ret_answer);

/* Is it of that way, and taken? who: whoever has a session, or nobody. */
bool login_oidc_take(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer);

#endif
