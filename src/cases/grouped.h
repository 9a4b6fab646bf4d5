/*
 * Why reports stand together in one case: in words that are made of its rows, for each report and for the whole.
 */
#ifndef AUPD_CASES_GROUPED_H
#define AUPD_CASES_GROUPED_H

#include "base/arena.h"
#include "model/case.h"

enum { GROUPED_REPORTS_MAX = 20 /* told one by one where the story is not told */ };

/* Of the report list[at]; "" of an event that is none. The list is in the order of the events, from the first on. */
struct str grouped_report(struct arena *a, const struct casefile *c, const struct case_event *list, unsigned count, unsigned at);
/* Of the case: what it takes in, what was merged into it, what left it, by whom. each: the first GROUPED_REPORTS_MAX reports as well. */
void grouped_case(struct arena *a, const struct casefile *c, const struct case_event *list, unsigned count, bool each, struct buf *out);

#endif
