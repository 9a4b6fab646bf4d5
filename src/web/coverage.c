/*
 * GET /v1/coverage: for each clause what could tell that it is broken, and what did; GET /v1/detectors/{detector}: the same of one kind of report
 * or signal, by the rules that wait for it and by week.
 *
 * The version is the one in force, read from the store as it was posted; the sources are those of the configuration; the numbers are the
 * census's.
 */
#include "base/clock.h"
#include "engine/covering.h"
#include "model/config.h"
#include "web/call.h"
#include "web/census.h"

enum { PERCENT = 100, WEEKS = 13 };

static const struct census_line none;

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

static struct coverage_sources heard(const struct web_call *c)
{
	return coverage_configured(c->web->hears & HEARS_COMPLAINTS, c->web->operator_count, c->web->hears & HEARS_ACCOUNTING, c->web->hears & HEARS_USAGE);
}

static void put_counted(struct web_call *c, bool whole)
{
	jsonw_time(c->w, "counted_until", census_until(c->web->census));
	jsonw_bool(c->w, "counting", !whole);
}

enum err read_coverage(struct web_call *c)
{
	const struct coverage_sources sources = heard(c);
	const struct coverage_count count = { put_count, c->web->census };
	struct row row;
	bool whole = false;
	enum err e = in_force(c, &row);
	if (e == OK)
		e = census_step(c->web->census, &c->web->source, CENSUS_SLICE_US, &whole, c->why);
	if (e == OK)
		e = covering_put(c->arena, row.body, &sources, &count, c->w, c->why);
	put_counted(c, whole);
	return e;
}

/* A rule that waits for it, with what came of that rule, and what of it by this. */
static void put_user(struct web_call *c, const struct coverage_clause *k, const struct coverage_rule *r, const struct coverage_input *i)
{
	const struct census_line *of = census_rule(c->web->census, k->id, r->name, STR_NONE), *by = census_rule(c->web->census, k->id, r->name, i->name);
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "clause", k->id);
	jsonw_str(c->w, "title", k->title);
	jsonw_str(c->w, "rule", r->name);
	jsonw_bool(c->w, "live", !r->waits_for.len);
	jsonw_str(c->w, "waits_for", r->waits_for);
	jsonw_int(c->w, "by_it", (int64_t)(by ? by : &none)->n[CENSUS_REPORTS]);
	put_line(c->w, of ? of : &none);
	jsonw_end(c->w, '}');
}

/* *ret_input: as some rule has it; NULL: none waits for it. */
static void put_users(struct web_call *c, const struct coverage *all, struct str name, const struct coverage_input **ret_input)
{
	*ret_input = NULL;
	jsonw_array(c->w, "rules");
	for (unsigned k = 0; k < all->clause_count; k++)
		for (unsigned r = 0; r < all->clauses[k].rule_count; r++)
			for (unsigned i = 0; i < all->clauses[k].rules[r].input_count; i++) {
				const struct coverage_input *in = &all->clauses[k].rules[r].inputs[i];
				if (!str_eq(in->name, name))
					continue;
				*ret_input = in;
				put_user(c, &all->clauses[k], &all->clauses[k].rules[r], in);
				break;
			}
	jsonw_end(c->w, ']');
}

static void put_weeks(struct web_call *c, struct str name)
{
	int64_t now = census_week(clock_wall_at());
	jsonw_array(c->w, "weeks");
	for (int64_t week = now; week > now - WEEKS; week--) {
		const struct census_line *x = census_detector(c->web->census, name, week);
		jsonw_object(c->w, NULL);
		jsonw_time(c->w, "week", census_week_begins_at(week));
		put_line(c->w, x ? x : &none);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
}

enum err read_detector(struct web_call *c)
{
	const struct coverage_sources sources = heard(c);
	struct str name = call_value(c, "detector");
	const struct coverage_input *input = NULL;
	const struct census_line *line;
	struct policy *p;
	struct coverage all;
	struct row row;
	bool whole = false;
	enum err e = in_force(c, &row);
	if (e == OK)
		e = census_step(c->web->census, &c->web->source, CENSUS_SLICE_US, &whole, c->why);
	if (e == OK)
		e = covering_of(c->arena, row.body, &sources, &p, &all, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "detector", name);
	jsonw_str(c->w, "version", p->version);
	put_users(c, &all, name, &input);
	line = str_find(name, STR(" ")) == SIZE_MAX && str_find(name, STR("/")) == SIZE_MAX ? census_detector(c->web->census, name, CENSUS_ALWAYS) : NULL;
	if (!input && !line)
		return why_set(c->why, ERR_NOTFOUND, "no rule waits for that, and nothing of it came");
	jsonw_str(c->w, "type", str_of(input ? input->type : ""));
	jsonw_str(c->w, "state", str_of(input ? coverage_state_words[input->state] : "unused"));
	put_line(c->w, line ? line : &none);
	put_weeks(c, name);
	put_counted(c, whole);
	return OK;
}
