/*
 * What an answer of the binding index is good for: one subject with a grade and its reasons, several that are possible, nobody, or
 * cannot tell. The grades are those of model/subject.h:
 *
 *   A  one subject over the whole window: its holding confirmed before and after, every feed heard throughout. A static assignment
 *      needs no confirming.
 *   B  one subject, but an end is unknown or inferred, it held it for a part of the window only, what identifies it can be copied,
 *      it held the port in one transport protocol, or a feed has a hole in the window
 *   C  several subjects possible
 *   D  nobody; the verdict says whether that is known
 *   E  a shared address, and no port, or a window in which its ports changed hands
 *
 * Nearer bindings go before wider ones (a longer prefix, fewer ports), which count only where the nearer ones leave the window open.
 * A session whose end was never heard is over when the same feed starts another one on the same resource, unless it was confirmed
 * after that, or the resource is a port of one protocol alone.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_GRADE_H
#define AUPD_ATTRIBUTION_BINDING_GRADE_H

#include "attribution/binding_index.h"
#include "attribution/feed_health.h"
#include "model/subject.h"

enum binding_verdict { BINDING_CANNOT_TELL, BINDING_HELD, BINDING_NOBODY };

enum binding_reason {
	BINDING_SURE,                   /* nothing against it */
	BINDING_SEVERAL,
	BINDING_MANY,                   /* more holders than were asked for */
	BINDING_PART,
	BINDING_START_UNSURE,
	BINDING_END_UNKNOWN,
	BINDING_END_INFERRED,
	BINDING_WEAK_IDENTITY,
	BINDING_FEED_HOLE,
	BINDING_NO_FEED,                /* no feed speaks of the address */
	BINDING_SHARED,
	BINDING_PROTOCOL,               /* the port is told for one transport protocol, and none was asked about */
	BINDING_NONE_HELD,
	BINDING_REASON_END
};
extern const char *const binding_reason_words[];        /* plain sentences without personal data */

struct binding_grade {
	enum binding_verdict verdict;
	enum grade grade;
	uint32_t reasons;               /* bit 1 << enum binding_reason */
	struct binding_subject subjects[SUBJECT_CANDIDATES_MAX];        /* HELD: for A and B one, else every one that is possible */
	unsigned subject_count;
	unsigned cited;                 /* HELD: the holding that the answer rests on first */
	struct feed_span hole;          /* with BINDING_FEED_HOLE: the first that was found */
};

/* The feeds that would have told of the address, by the configuration; none: nobody would. */
struct binding_feeds {
	const uint8_t *list;
	unsigned count;
};

/* holdings, and whether there were more, as binding_index_find gave them to the question. */
void binding_grade(const struct binding_question *q, const struct binding_holding *holdings, unsigned count, bool more, const struct binding_feeds *feeds,
	const struct feed_health *health, struct binding_grade *ret_grade);

#endif
