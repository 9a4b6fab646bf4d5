/*
 * A form that is tried before it is done: POST to CONSOLE_TRY asks the judge for the consequences of a command (its `dry`), and shows them on a page
 * of their own, with the form that does it. Nothing is changed by a trial.
 *
 * Cases are those that the form names ("l:cases"); or, when its button is "_all", those of the list that it was sent from, whose query is in "_where",
 * as whoever asks sees it: at most CONSOLE_CASES_MAX of them.
 */
#ifndef AUPD_WEB_CONSOLE_TRY_H
#define AUPD_WEB_CONSOLE_TRY_H

#include "web/console_call.h"

enum { CONSOLE_CASES_MAX = 200 };
#define CONSOLE_TRY STR("/try")

void console_try_take(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *ret_answer);

#endif
