/*
 * A request of the console that may wait for the judge, for console.c and login.c.
 */
#ifndef AUPD_WEB_CONSOLE_CALL_H
#define AUPD_WEB_CONSOLE_CALL_H

#include "base/json.h"
#include "model/user.h"
#include "web/console.h"
#include "web/console_form.h"
#include "web/console_page.h"

/* What the judge answered, with the status of that. It may ask again: ret_answer->status 0 and ->call. */
typedef void console_told_fn(struct web *web, struct http_request *r, struct console_call *call, unsigned status, struct str body, struct web_answer *ret_answer);

struct console_call {
	console_told_fn *told;
	struct principal who;
	const struct console_page *page;
	struct http_pair names[CONSOLE_NAMES_MAX];      /* of the page's path */
	unsigned name_count;
	unsigned next;
	struct str parts[CONSOLE_PARTS_MAX];            /* JSON */
	struct form form;
};

/* The request of a part of its page: r's own, with path and query of the target (console_page.h). */
struct http_request console_ask(const struct console_call *call, const struct http_request *r, const char *target);
/* What every page has; more members may follow before console_fill. */
void console_begin(struct web *web, struct http_request *r, const struct principal *who, const char *title, struct buf *b, struct jsonw *w);
/* Ends the data, and is the page of that template. */
void console_fill(struct http_request *r, const char *template, unsigned status, struct buf *b, struct jsonw *w, struct web_answer *ret_answer);
/* Why something was not done, with what was typed, but for secrets. */
void console_refuse_form(struct http_request *r, unsigned status, struct str text, const struct form *typed, struct web_answer *ret_answer);
/* The form of a POST; false: it is refused already, for it is none, or not of a page that this desk showed to who. */
bool console_read_form(struct web *web, struct http_request *r, const struct principal *who, struct form *ret_form, struct web_answer *ret_answer);
/* What an answer of the API says of why there is none. */
struct str console_error(struct arena *a, struct str body);
/* The page of call, whose names of the path are there; also those that outsiders' pages ask by, `who` and `language`. */
void console_show(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *ret_answer);
/*
 * What a form asks for: of an operator a command, of anybody else a POST of the API at the path in its field _at. It goes on to _to, with the
 * member _take of the answer behind it, or with _show is a page of its own with what the answer tells once.
 */
void console_take_form(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer);
void console_go(struct web_answer *ret_answer, struct str to);  /* 303; to "/" when that is no page of ours */

#endif
