/*
 * How people come in to the console over a network: login, invitation, a fresh proof, and the way out. See model/user.h.
 *
 * The session's token is in a cookie that only this host gets back, by TLS alone, and no script reads (__Host-, RFC 6265bis 4.1.3.2). What
 * the judge says of it holds; here it is looked up to know what to show. A session that is used is told to the judge every
 * SESSION_SEEN_MINUTES.
 */
#ifndef AUPD_WEB_LOGIN_H
#define AUPD_WEB_LOGIN_H

#include "web/web.h"

#define LOGIN_COOKIE "__Host-aupd"
#define LOGIN_OIDC_COOKIE "__Host-aupd-in"      /* of the browser that began a sign-in at the OpenID provider */
#define LOGIN_BY_ITSELF "aupd-live"     /* a header of a page that renews itself */

/* The token in the request's cookies; STR_NONE. */
struct str login_token(const struct http_request *r);
struct str login_cookie(const struct http_request *r, const char *name);
/* A page of the console, or of the login, for whoever comes over a network. */
void login_take(struct web *web, struct http_request *r, struct web_answer *ret_answer);

#endif
