/*
 * What happened in all cases, counted by day and clause, by rule, and by what was reported, that also by week; kept in memory, for coverage and reports.
 *
 * It is counted from the events of cases as they stand in the store, once each, a slice at a time, from the first one on; so
 * a desk that has just begun tells less until it is there, and says how far it is. What was purged is not counted again after a restart.
 * A case of the sealed class is counted under the clause "sealed", and nothing of it but that it is there. Nothing is about anybody.
 *
 * Bounded: CENSUS_LINES_MAX days and clauses, CENSUS_BYTES_MAX of memory; beyond them it counts no further, and says that, too.
 */
#ifndef AUPD_WEB_CENSUS_H
#define AUPD_WEB_CENSUS_H

#include "base/map.h"
#include "web/view.h"

enum { CENSUS_LINES_MAX = 500000, CENSUS_BYTES_MAX = 256 << 20, CENSUS_SLICE_US = 20000 /* when somebody asks */, CENSUS_BESIDE_US = 5000 /* while nobody does */, CENSUS_PROMPT_HOURS = 24 };

enum census_what {
	CENSUS_REPORTS,          /* findings, and witnesses of what was found */
	CENSUS_OPENED,
	CENSUS_NOTICED,          /* cases whose customer was written to for the first time */
	CENSUS_PROMPT,           /* of them: within CENSUS_PROMPT_HOURS of their opening */
	CENSUS_RESOLVED,
	CENSUS_REOPENED,         /* it happened again after that, or people took it up again */
	CENSUS_REVIEWED,         /* decisions of people whether it holds */
	CENSUS_REFUSED,          /* of them: it does not */
	CENSUS_APPEALS, CENSUS_REVERSED,  /* of these: decided for whoever appealed */
	CENSUS_BY_RULE, CENSUS_BY_BOTH, CENSUS_BY_PERSON,  /* acts that restrict, by who decided */
	CENSUS_WHAT
};
extern const char *const census_words[];         /* by value, NULL-terminated */

struct census_line {
	int64_t day;                    /* since 1970; of a line of a day */
	struct str clause;
	uint64_t n[CENSUS_WHAT];
	int64_t notice_us, fix_us;      /* sums, over CENSUS_NOTICED and over what was resolved and held */
	uint64_t fixed;
	int64_t last_at;                /* the last report; 0 = none */
};

struct census;

struct census *census_new(void);          /* NULL without memory */
void census_free(struct census *t);
/* Goes on from where it stood for so long. *ret_whole: all there is was counted. */
enum err census_step(struct census *t, struct view_source *source, int64_t slice_us, bool *ret_whole, struct why *why) MUST_CHECK;
/* Up to which event it has counted; TIME_NONE: there was none. */
int64_t census_until(const struct census *t);
/* Is all counted that there was at the last look? */
bool census_is_whole(const struct census *t);
bool census_is_full(const struct census *t);
/* The lines of the days from first to last, in no order that matters. */
void census_each(const struct census *t, int64_t first_day, int64_t last_day, void (*fn)(void *arg, const struct census_line *line), void *arg);
void census_add(struct census_line *to, const struct census_line *x);
/* Of all time: of a clause (rule and kind are STR_NONE), by rule, or by rule and kind; NULL when nothing was counted. */
const struct census_line *census_rule(const struct census *t, struct str clause, struct str rule, struct str kind);

/*
 * Of one kind of report or one signal: of all time (week is CENSUS_ALWAYS), or of a week of census_week. Reports are its own; cases and what was
 * decided are of cases that it opened.
 */
enum { CENSUS_ALWAYS = INT32_MIN };
const struct census_line *census_detector(const struct census *t, struct str name, int64_t week);
int64_t census_week(int64_t at);          /* weeks begin on Monday, in UTC */
int64_t census_week_begins_at(int64_t week);

#endif
