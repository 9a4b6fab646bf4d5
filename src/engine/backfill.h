/*
 * What is derived from rows, written of those that stood there before anybody wrote it: rows for search (engine/find.h) and of queues
 * (engine/queue.h) of cases that took their last step under an older aupd.
 *
 * A walk through the tables below, in slices of any length; a row may be gone through twice. Of a report that led to a case before there
 * was a search its own id is not kept anywhere, so it is found by its receipt alone, where that says which case. Pure, like the fold.
 */
#ifndef AUPD_ENGINE_BACKFILL_H
#define AUPD_ENGINE_BACKFILL_H

#include "engine/fold.h"

enum { BACKFILL_LEVEL = 2 /* raised when something else is written of old rows: every store is walked through once more */ };

/* How far the walk is. */
struct backfill {
	uint32_t level;                 /* what it writes */
	uint32_t stage;                 /* which table */
	struct str after;               /* the last row that it has gone through */
	uint64_t number, reports;       /* the case that it is in, and how many of its reports are behind it */
};

extern const struct field backfill_fields[];

/* The question that a stage walks along, by key, from the row that it is behind; false: the walk is at its end. */
bool backfill_query(const struct backfill *b, struct query *ret_query);
/* One row of that walk. What of it cannot be read is ERR_SYNTAX or ERR_CORRUPT, and the walk may go on. */
enum err backfill_row(struct fold *f, struct backfill *b, const struct row *row, struct why *why) MUST_CHECK;

#endif
