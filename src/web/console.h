/*
 * The console: pages for people, made of what the API answers and of templates (web/page.h).
 *
 * A page is a list of routes of the API and a template. Each part is asked for as whoever reads the page, so the fence of the API is that
 * of the console, and a page can do nothing that the API cannot. What people do goes by POST to CONSOLE_DO, as the form of a command of the
 * judge; a GET changes nothing.
 *
 * Here is what a browser adds to that: it sends along who somebody is wherever another site leads it. So a POST must come from a page of
 * this site (Origin, Sec-Fetch-Site) and bring the token that this desk put into its form; and a name of the host that is not one of ours is
 * refused, for by such a name another site reads pages (DNS rebinding). The reason for which a person is looked at counts only from a page of
 * ours, or as typed.
 *
 * Bounded: CONSOLE_PARTS_MAX routes a page, CONSOLE_FIELDS_MAX members a form.
 */
#ifndef AUPD_WEB_CONSOLE_H
#define AUPD_WEB_CONSOLE_H

#include "web/web.h"

enum { CONSOLE_PARTS_MAX = 8, CONSOLE_FIELDS_MAX = 320, CONSOLE_TOKEN_LEN = 32, CONSOLE_FORM_BYTES = 256 << 10, CONSOLE_FILE_BYTES = 3 << 20 /* a form with a file */ };
#define CONSOLE_DO STR("/do")

/* A page, or a command, that waits for the judge. Lives as long as the request. */
struct console_call;

/* Is that a path of the console, and not of the API or of a one-time link? */
bool console_is(struct str path);
void console_take(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer);
/* What the judge answered to what was asked for call: the page, or the next question (status 0 again). */
void console_told(struct web *web, struct http_request *r, struct console_call *call, struct str reply, struct web_answer *ret_answer);
/* A page that says why there is none. */
void console_refuse(struct http_request *r, unsigned status, const char *text, struct web_answer *ret_answer);

#endif
