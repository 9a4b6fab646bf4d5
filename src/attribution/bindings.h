/*
 * Bindings as attribution asks them: index, health of the feeds, and the book that turns a key into a customer of the register.
 *
 * Pure: what is borrowed here and the question decide. "Nobody held it" (known, because every feed was heard) and "cannot tell" are
 * answers of their own. A customer is named only when it is one over the whole window; when it could be one of several they are
 * candidates, and the answer is that it cannot be told.
 */
#ifndef AUPD_ATTRIBUTION_BINDINGS_H
#define AUPD_ATTRIBUTION_BINDINGS_H

#include "attribution/binding_book.h"
#include "attribution/binding_grade.h"

struct bindings {
	struct binding_index *index;
	const struct feed_health *health;
	const struct binding_book *book;
	struct binding_feeds feeds;     /* all */
	struct binding_feeds direct;    /* without those of NATs, which tell of addresses that they share, and of no others */
	const char *feed_names[BINDING_FEED_MAX + 1];   /* by number; NULL: it is no feed's */
	int64_t slack_us;               /* how far the clocks of feeds may be off: a window grows by it at both ends */
	int64_t retention_us;           /* what was recorded longer ago is forgotten */
};

/*
 * Fills the subject but for its resellers; at: the instant in the window that is asked about first. timed: the report gives a time;
 * without one the answer is never graded A. Errors are those of memory alone.
 */
enum err bindings_answer(const struct bindings *b, struct arena *a, const struct registry *r, const struct binding_question *q, int64_t at, bool timed,
	struct subject *s) MUST_CHECK;
/* "binding 192.0.2.7 ports 1024-2047, 2026-03-01T10:00:00Z until open, feed radius, id 0123456789abcdef": the id is of its identity. */
struct str bindings_text(const struct bindings *b, struct arena *a, const struct binding *one);
const char *bindings_feed_name(const struct bindings *b, uint8_t feed);

#endif
