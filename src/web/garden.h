/*
 * The walled garden: a listener to which the lines of blocked customers are led, whatever they ask for.
 *
 * /blocked says why, since when, and what is the next step, of the line that asks; everything else leads there. No key, session or form
 * is here, so it needs no TLS, and any name of a host is as good as another. Over TLS /captive tells the same to a device, as the captive
 * portal API of RFC 8908, which is for TLS alone (its section 4): whether its network is held back, and where that page is. Page and style together stay below GARDEN_BYTES_MAX, for a line
 * that is limited to 64 kbit/s.
 */
#ifndef AUPD_WEB_GARDEN_H
#define AUPD_WEB_GARDEN_H

#include "web/web.h"

enum { GARDEN_BYTES_MAX = 20 << 10 };

void garden_take(struct web *web, struct http_request *r, bool tls, struct web_answer *ret_answer);

#endif
