/*
 * GET /v1/figures: what was reported, decided, done and appealed against in a period, by clause, and how long it took.
 *
 * The census has counted it by days of UTC; here they are added up. In the form for the public a number below FEW_MOST that is not none is told as
 * "few", and of a column in which that happens the sum is that of what is told, "at_least": so nothing that was left out can be worked out.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "web/call.h"
#include "web/census.h"

enum { FEW_MOST = 5, CLAUSES_MAX = 300, PERCENT = 100, DAYS_MAX = 3660 };

struct figures {
	struct web_call *c;
	struct census_line lines[CLAUSES_MAX], total;
	unsigned count;
	bool open;                      /* for the public */
	bool few[CENSUS_WHAT];          /* of that column something was not told */
	uint64_t told[CENSUS_WHAT];     /* what of it was */
};

static void add_line(void *arg, const struct census_line *line)
{
	struct figures *f = arg;
	unsigned i = 0;
	while (i < f->count && !str_eq(f->lines[i].clause, line->clause))
		i++;
	if (i == f->count && f->count < CLAUSES_MAX) {
		f->lines[i] = (struct census_line){ .clause = line->clause };
		f->count++;
	}
	if (i < f->count)
		census_add(&f->lines[i], line);
	census_add(&f->total, line);
}

static int by_name(const void *x, const void *y)
{
	const struct census_line *a = x, *b = y;
	return str_cmp(a->clause, b->clause);
}

static void put_rate(struct jsonw *w, const char *name, uint64_t part, uint64_t of)
{
	if (of)
		jsonw_int(w, name, (int64_t)(part * PERCENT / of));
	else
		jsonw_null(w, name);
}

static void put_mean(struct jsonw *w, const char *name, int64_t sum_us, uint64_t of)
{
	if (of)
		jsonw_int(w, name, sum_us / (int64_t)of / SECOND_US);
	else
		jsonw_null(w, name);
}

/* Means and shares of what is few would tell of the few. */
static void put_shares(const struct figures *f, const struct census_line *x)
{
	struct jsonw *w = f->c->w;
	const uint64_t *n = x->n;
	uint64_t acts = n[CENSUS_BY_RULE] + n[CENSUS_BY_BOTH] + n[CENSUS_BY_PERSON], least = f->open ? FEW_MOST : 1;
	put_mean(w, "mean_notice_seconds", x->notice_us, n[CENSUS_NOTICED] >= least ? n[CENSUS_NOTICED] : 0);
	put_mean(w, "mean_fix_seconds", x->fix_us, x->fixed >= least ? x->fixed : 0);
	put_rate(w, "prompt_percent", n[CENSUS_PROMPT], n[CENSUS_NOTICED] >= least ? n[CENSUS_NOTICED] : 0);
	put_rate(w, "automated_percent", n[CENSUS_BY_RULE], acts >= least ? acts : 0);
	put_rate(w, "reversed_percent", n[CENSUS_REVERSED], n[CENSUS_APPEALS] >= least ? n[CENSUS_APPEALS] : 0);
}

static void put_row(struct figures *f, const struct census_line *x)
{
	struct jsonw *w = f->c->w;
	jsonw_object(w, NULL);
	jsonw_str(w, "clause", x->clause);
	for (unsigned i = 0; i < CENSUS_WHAT; i++) {
		bool few = f->open && x->n[i] && x->n[i] < FEW_MOST;
		f->few[i] |= few;
		f->told[i] += few ? 0 : x->n[i];
		if (few)
			jsonw_str(w, census_words[i], STR("few"));
		else
			jsonw_int(w, census_words[i], (int64_t)x->n[i]);
	}
	put_shares(f, x);
	jsonw_end(w, '}');
}

static void put_total(struct figures *f, const struct census_line *x)
{
	struct jsonw *w = f->c->w;
	jsonw_object(w, "total");
	for (unsigned i = 0; i < CENSUS_WHAT; i++)
		jsonw_int(w, census_words[i], (int64_t)f->told[i]);
	put_shares(f, x);
	jsonw_end(w, '}');
	jsonw_array(w, "at_least");
	for (unsigned i = 0; i < CENSUS_WHAT; i++)
		if (f->few[i])
			jsonw_str(w, NULL, str_of(census_words[i]));
	jsonw_end(w, ']');
}

/* From the first of this month to now unless told; whole days. */
static enum err read_period(struct web_call *c, int64_t *ret_from, int64_t *ret_until)
{
	struct str from = call_value(c, "from"), until = call_value(c, "until");
	int64_t now = clock_wall_at();
	if (!from.len)
		from = str_format(c->arena, "%.*s-01", STR_ARG(str_sub(time_str(c->arena, now), 0, 7)));
	if (time_parse(from, ret_from) != OK || (until.len && time_parse(until, ret_until) != OK))
		return why_set(c->why, ERR_SYNTAX, "a period is from=2026-01-01 and until=2026-07-01: from the first day to the day after the last");
	if (!until.len)
		*ret_until = (now / DAY_US + 1) * DAY_US;
	if (*ret_from < 0 || *ret_until <= *ret_from || (*ret_until - *ret_from) / DAY_US > DAYS_MAX)
		return why_set(c->why, ERR_RANGE, "a period has an end behind its beginning, and is at most ten years long");
	return OK;
}

enum err read_figures(struct web_call *c)
{
	struct figures *f = ARENA_NEW(c->arena, struct figures);
	int64_t from, until;
	bool whole = false;
	if (!f)
		return why_set(c->why, ERR_NOMEM, "no memory for figures");
	f->c = c;
	f->open = str_eq(call_value(c, "form"), STR("public"));
	enum err e = read_period(c, &from, &until);
	if (e == OK)
		e = census_step(c->web->census, &c->web->source, CENSUS_SLICE_US, &whole, c->why);
	if (e)
		return e;
	int64_t first = from / DAY_US, last = (until - 1) / DAY_US;
	census_each(c->web->census, first, last, add_line, f);
	qsort(f->lines, f->count, sizeof(f->lines[0]), by_name);
	jsonw_time(c->w, "from", first * DAY_US);
	jsonw_time(c->w, "until", (last + 1) * DAY_US);
	jsonw_str(c->w, "form", f->open ? STR("public") : STR("whole"));
	jsonw_array(c->w, "rows");
	for (unsigned i = 0; i < f->count; i++)
		put_row(f, &f->lines[i]);
	jsonw_end(c->w, ']');
	put_total(f, &f->total);
	jsonw_time(c->w, "counted_until", census_until(c->web->census));
	jsonw_bool(c->w, "counting", !whole);
	return OK;
}
