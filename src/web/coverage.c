/*
 * GET /v1/coverage: for each clause what could tell that it is broken, and what did.
 *
 * The version is the one in force, read from the store as it was posted; the sources are those of the configuration; the numbers are the
 * census's.
 */
#include "base/clock.h"
#include "engine/covering.h"
#include "model/config.h"
#include "web/call.h"
#include "web/census.h"

enum { PERCENT = 100 };

static void put_line(struct jsonw *w, const struct census_line *x)
{
	uint64_t decided = x->n[CENSUS_REVIEWED];
	uint64_t upheld = decided > x->n[CENSUS_REFUSED] ? decided - x->n[CENSUS_REFUSED] : 0;
	jsonw_int(w, "cases", (int64_t)x->n[CENSUS_OPENED]);
	jsonw_int(w, "reports", (int64_t)x->n[CENSUS_REPORTS]);
	jsonw_int(w, "decided", (int64_t)decided);
	jsonw_int(w, "upheld", (int64_t)upheld);
	if (decided)
		jsonw_int(w, "precision", (int64_t)(upheld * PERCENT / decided));
	jsonw_time(w, "last", x->last_at ? x->last_at : TIME_NONE);
}

static void put_count(void *arg, struct jsonw *w, struct str clause, struct str rule, struct str input)
{
	const struct census *t = arg;
	static const struct census_line none;
	const struct census_line *x = census_rule(t, clause, rule, input);
	if (!x)
		x = &none;
	if (!input.len)
		put_line(w, x);
	else {
		jsonw_int(w, "reports", (int64_t)x->n[CENSUS_REPORTS]);
		jsonw_time(w, "last", x->last_at ? x->last_at : TIME_NONE);
	}
}

/* The version in force now. */
static enum err in_force(struct web_call *c, struct row *ret_row)
{
	struct query q = { .table = TABLE_POLICY, .due_by = TIME_NONE, .limit = 1, .descending = true, .has_after = true, .after_rank = clock_wall_at() + 1, .after_key = STR("") };
	struct row *rows;
	size_t n = 0;
	enum err e = view_page(&c->view, &q, &rows, &n, c->why);
	if (e == OK && !n)
		return why_set(c->why, ERR_NOTFOUND, "no version of the policy is in force");
	if (e == OK)
		*ret_row = rows[0];
	return e;
}

enum err read_coverage(struct web_call *c)
{
	const struct coverage_sources sources = coverage_configured(c->web->hears & HEARS_COMPLAINTS, c->web->operator_count, c->web->hears & HEARS_ACCOUNTING,
		c->web->hears & HEARS_USAGE);
	const struct coverage_count count = { put_count, c->web->census };
	struct row row;
	bool whole = false;
	enum err e = in_force(c, &row);
	if (e == OK)
		e = census_step(c->web->census, &c->web->source, CENSUS_SLICE_US, &whole, c->why);
	if (e == OK)
		e = covering_put(c->arena, row.body, &sources, &count, c->w, c->why);
	jsonw_time(c->w, "counted_until", census_until(c->web->census));
	jsonw_bool(c->w, "counting", !whole);
	return e;
}
