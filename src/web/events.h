/*
 * Who may be told what changes while it does: GET /events, a stream of server-sent events (HTML, 9.2).
 *
 * Somebody comes as to the pages, by a session or over a tunnel, or as to the API, by a key. A stream is no use of a session: it does not
 * keep it alive.
 */
#ifndef AUPD_WEB_EVENTS_H
#define AUPD_WEB_EVENTS_H

#include "web/web.h"

#define EVENTS_PATH STR("/events")

/* ret_answer->from: a stream begins there. */
void events_take(struct web *web, struct http_request *r, const struct web_door *door, struct web_answer *ret_answer);
/* Who asks for it, now; texts in a. ERR_DENIED. */
enum err events_who(struct web *web, const struct http_request *r, const struct web_door *door, struct arena *a, struct principal *ret_principal, struct why *why) MUST_CHECK;

#endif
