/*
 * The pages behind one-time links (model/onetime.h): a form that says what would be done, and what became of it.
 *
 * Opening a page does nothing: only the POST of its form asks the judge, who looks the link up again. A link that was used, has expired
 * or was never made is answered with one and the same page. No script, no style, nothing from elsewhere.
 */
#ifndef AUPD_WEB_ONETIME_H
#define AUPD_WEB_ONETIME_H

#include "web/web.h"

bool onetime_is(struct str path);
void onetime_take(struct web *web, struct http_request *r, struct web_answer *ret_answer);
/* Was a command of such a page; and what its judge answered, as a page. */
bool onetime_asked(const struct route *route);
void onetime_told(struct arena *a, struct str reply, struct web_answer *ret_answer);
/* The judge could not be asked. */
void onetime_refuse(struct arena *a, struct web_answer *ret_answer);

/*
 * The member of that name of a form (application/x-www-form-urlencoded, WHATWG URL 5.1), decoded. ERR_SYNTAX: it is no such form, or no text;
 * ERR_LIMIT: longer than CASE_NOTE_MAX; ERR_NOTFOUND: there is none.
 */
enum err onetime_form(struct arena *a, struct str body, struct str name, struct str *ret_text) MUST_CHECK;

#endif
