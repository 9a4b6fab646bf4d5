/*
 * Plots of the console: panels below each other with one axis of time, drawn as SVG 1.1. Pure: the octets hang on the arguments alone.
 *
 * However many points there are, a column of the drawing takes the least and the most of what falls into it, so that no peak is lost and the
 * drawing stays small: at most PLOT_COLUMNS columns a panel, some 10 octets each. What is not known is a gap, shaded and never joined
 * across. Colours and lines are those of the page's style sheet, and each thing that is told apart by them has its name beside it.
 *
 * Fixed markup, numbers, and texts by page_put_text: nothing that is drawn can become markup.
 */
#ifndef AUPD_WEB_PLOT_H
#define AUPD_WEB_PLOT_H

#include "base/json.h"

enum { PLOT_POINTS_MAX = 16384, PLOT_COLUMNS = 720, PLOT_PANELS_MAX = 4, PLOT_LEVELS_MAX = 8, PLOT_MARKS_MAX = 50, PLOT_TICKS_MAX = 40 };

enum plot_known {
	PLOT_KNOWN = '.',
	PLOT_INFERRED = 'i',            /* drawn, and underlined */
	PLOT_NOT_KNOWN = '?',           /* a gap */
	PLOT_AHEAD = '-',               /* nothing is drawn */
};

/* A line across a panel. */
struct plot_level {
	const char *name;
	int64_t value;
	bool is_limit;
};

struct plot_panel {
	const char *title, *unit;       /* "in", "bit/s": written with k, M, G */
	const int64_t *values;          /* of each point, 0 and more */
	bool sums;                      /* so far, at least: drawn through gaps, too, to which what is not known adds nothing */
	bool goes_on;                   /* a dashed line leads from the last point to `end` at the right */
	int64_t end;
	struct plot_level levels[PLOT_LEVELS_MAX];
	unsigned level_count;
};

/* Something that happened, or a mark of the axis, at a point. */
struct plot_mark {
	size_t at;
	struct str text;
};

struct plot {
	struct str title, text;         /* for whoever does not see it */
	size_t count;                   /* points, at most PLOT_POINTS_MAX */
	const char *known;              /* enum plot_known of each */
	struct plot_panel panels[PLOT_PANELS_MAX];
	unsigned panel_count;
	struct plot_mark marks[PLOT_MARKS_MAX], ticks[PLOT_TICKS_MAX];
	unsigned mark_count, tick_count;
};

/* Appends to out, whose error is sticky. */
void plot_write(const struct plot *p, struct buf *out);

/*
 * A drawing of a template by its name, of what the API answers.
 *   lanes   a list of cases, each with case, state, clause, opened and resolved: a lane for each clause, until the page's `now`
 *   usage   GET /v1/customers/{customer}/usage with its series: in and out with their 95th percentiles and limits, and the volume of the month
 * What is no such answer draws nothing.
 */
void plot_draw(struct str name, const struct json *of, const struct json *page, struct buf *out);
void plot_lanes(const struct json *cases, const struct json *page, struct buf *out);
void plot_usage(const struct json *of, struct buf *out);

#endif
