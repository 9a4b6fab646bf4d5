/*
 * What the holders of a resource say over a window of time: at each instant the most specific that was valid then.
 *
 * Changes of holder cut the window into pieces, and every piece is asked. A customer whose own row was not valid held
 * nothing then. Pure; at most HOLDERS_MAX rows, so at most six times as many pieces.
 */
#ifndef AUPD_ATTRIBUTION_TIMELINE_H
#define AUPD_ATTRIBUTION_TIMELINE_H

#include "attribution/registry.h"
#include "model/subject.h"

struct timeline {
	struct str customers[SUBJECT_CANDIDATES_MAX];
	unsigned customer_count;
	bool more;              /* customers beyond those */
	bool at_once;           /* several at one instant */
	bool gap;               /* nobody held it for a part of the window */
	bool own;               /* it lies in the provider's own space, or a row that names it does not help */
	bool lapsed;            /* a row names a holder whose own row was not valid */
	bool dynamic, delegated, shared;
	bool other_port;        /* shared, and the port given is of no row */
	const struct entity *holder;    /* at the instant asked, else the first in the window; NULL = nobody */
	unsigned level;         /* of holder */
};

/* port 0 = not known: every row of a shared address counts. at lies in the window. */
enum err timeline_read(struct arena *a, const struct registry *r, const struct holders *h, uint16_t port, int64_t at, struct timeline *ret_timeline) MUST_CHECK;

#endif
