/*
 * From when to when a feed of messages was heard: spans for its health, as its messages come.
 *
 * It is heard from one message to the next one when no more than FEED_LISTEN_SILENCE_S lies between: silence is no health. What we did not hear,
 * or lost, is a hole. What was heard is told about once a minute, and until the slack before the last message. After a start what the health
 * knows of it goes on, so that no hole is closed that was open. Pure.
 *
 * A message that was under way for longer than FEED_LISTEN_LATE_S waited in a queue, with others behind it: from when it was sent until now
 * the feed is not heard, though it was taken to be, until none has come late for FEED_LISTEN_GONE_S. What was whole before is whole then.
 */
#ifndef AUPD_ATTRIBUTION_FEED_LISTEN_H
#define AUPD_ATTRIBUTION_FEED_LISTEN_H

#include "attribution/feed_health.h"

enum { FEED_LISTEN_SILENCE_S = 900, FEED_LISTEN_TELL_S = 60, FEED_LISTEN_LATE_S = 60, FEED_LISTEN_GONE_S = 60, FEED_LISTEN_BACK_S = 86400 /* of no more is taken back */ };

/* Of one feed; zero at first. */
struct feed_listen {
	int64_t heard_at;               /* last; 0: nothing yet */
	int64_t told_at;                /* until when it stands in spans */
	int64_t late_at;                /* a span of FEED_LISTEN_GONE_S in which some came late begins; 0: none did */
	int64_t sent_at, sent_before_at;        /* when the earliest of those was sent, and of the span before; TIME_MAX: there is none */
};

/* Takes a span that is not normalised yet, with everything but recorded_at. */
typedef enum err feed_listen_put(void *arg, const struct feed_span *s, struct why *why);

struct feed_listener {
	struct feed_listen *feed;
	uint8_t number;
	int64_t slack_us;
	const struct feed_health *health;
	feed_listen_put *put;
	void *arg;
};

/* A message that arrived then. since_at: from when on we listen without a break. Errors are put's. */
enum err feed_listen_heard(const struct feed_listener *x, int64_t at, int64_t since_at, struct why *why) MUST_CHECK;
/* The same message, when it says that it was under way for so long. */
enum err feed_listen_late(const struct feed_listener *x, int64_t at, int64_t delay_us, struct why *why) MUST_CHECK;
/* Said of the feed, and not by it: something that arrived by then was lost on our side. */
enum err feed_listen_lost(const struct feed_listener *x, int64_t at, int64_t since_at, struct why *why) MUST_CHECK;

#endif
