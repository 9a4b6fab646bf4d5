/*
 * The streams of the desk: whoever may be told what changes (web/events.h) is told so until he goes.
 *
 * The store is asked a few times a second, once for all; what it has new goes to each as far as it is for him. With that goes a beat, so that
 * a page knows how old it is: without a store that can be read there is none. At each beat the streams of those who may not be told any more
 * end. A stream says which cases its browser has open; who has the same open hears that others come and go. Bounded: DESK_STREAMS_MAX of them,
 * DESK_STREAMS_OF_ONE for one principal, and what a slow client has not taken (HTTPD_STREAM_BYTES_MAX).
 */
#ifndef AUPD_AUPD_DESK_EVENTS_H
#define AUPD_AUPD_DESK_EVENTS_H

#include "base/httpd.h"
#include "web/events.h"
#include "web/feed.h"

enum { DESK_STREAMS_MAX = 1024, DESK_STREAMS_OF_ONE = 64, DESK_LOOK_MS = 250, DESK_BEAT_S = 10 };

struct desk_events;

struct desk_events *desk_events_new(struct loop *l, struct web *web);
/* May one more begin for him? */
bool desk_events_room(const struct desk_events *e, const struct principal *who);
/* x is what events_take() answered, in the arena of r; the door's texts outlive the stream. There is room. */
void desk_events_begin(struct desk_events *e, struct http_request *r, const struct web_door *door, const struct web_answer *x, const struct http_pair *headers, unsigned header_count);
void desk_events_look(struct desk_events *e);           /* now, with a beat: the clock was set */

#endif
