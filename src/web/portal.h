/*
 * The customer portal: pages of one case by the link of a letter, /p/TOKEN, and of all one's cases by an account, /p/.
 *
 * A link shows its case and takes what a customer says to it (model/onetime.h, ONETIME_PAGE): it opens no other case, nothing of the
 * contract, and no list. Opening it changes nothing, whoever opens it and how often. What is unknown or over, for whatever reason, is one
 * and the same page.
 */
#ifndef AUPD_WEB_PORTAL_H
#define AUPD_WEB_PORTAL_H

#include "web/console.h"

/* Is that a page by a link? */
bool portal_is(struct str path);
void portal_take(struct web *web, struct http_request *r, struct web_answer *ret_answer);

/* Pages for whoever comes: the form of reports, and what became of one. */
bool portal_is_public(struct str path);
void portal_take_public(struct web *web, struct http_request *r, struct web_answer *ret_answer);

/* Is that a path of pages for outsiders, which speak their language? */
bool portal_speaks(struct str path);
/* Where somebody of that scope begins. */
struct str portal_home(enum scope scope);
/* The evidence of a case as a file, when that is what the path of an account asks for. */
bool portal_take_file(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer);

#endif
