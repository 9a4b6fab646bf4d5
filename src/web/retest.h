/*
 * A back-test that is asked for on a page: POST /policy/VERSION/backtest with from and until.
 *
 * The request waits while the judge is asked for page by page of what was judged, as whoever asks, then replays it (engine/retest.h) and has
 * the result kept beside the draft. One at a time: another one takes its place. What is too much for that is aup's.
 */
#ifndef AUPD_WEB_RETEST_H
#define AUPD_WEB_RETEST_H

#include "web/console.h"

/* Is it asked for? */
bool retest_is(const struct http_request *r);
void retest_take(struct web *web, struct http_request *r, const struct principal *who, struct web_answer *ret_answer);

#endif
