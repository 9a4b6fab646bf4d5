/*
 * GET /v1/week: how promptly customers were written to in the last seven days, and what is new since whoever asks was last there.
 *
 * The first is what the census has counted so far, and takes no look at the store; the second is counted to QUERY_LIMIT_MAX and no further. Who comes
 * without a session has no last visit.
 */
#include "base/clock.h"
#include "model/user.h"
#include "web/call.h"
#include "web/census.h"

enum { DAYS = 7, PERCENT = 100 };

static void add(void *arg, const struct census_line *line)
{
	census_add(arg, line);
}

static void put_sums(struct web_call *c)
{
	struct census_line sum = { .day = 0 };
	int64_t last = clock_wall_at() / DAY_US, first = last - DAYS + 1;
	census_each(c->web->census, first, last, add, &sum);
	jsonw_time(c->w, "from", first * DAY_US);
	jsonw_time(c->w, "until", (last + 1) * DAY_US);
	jsonw_int(c->w, "noticed", (int64_t)sum.n[CENSUS_NOTICED]);
	jsonw_int(c->w, "prompt", (int64_t)sum.n[CENSUS_PROMPT]);
	if (sum.n[CENSUS_NOTICED])
		jsonw_int(c->w, "prompt_percent", (int64_t)(sum.n[CENSUS_PROMPT] * PERCENT / sum.n[CENSUS_NOTICED]));
	jsonw_bool(c->w, "counting", !census_is_whole(c->web->census));
}

static enum err put_new(struct web_call *c)
{
	struct user_session s = { .before_at = TIME_NONE };
	struct row row, *rows;
	size_t n = 0;
	enum err e = c->who.session.len ? view_load(&c->view, TABLE_SESSION, c->who.session, &row, c->why) : ERR_NOTFOUND;
	if (e == OK)
		e = field_decode(c->arena, row.body, user_session_fields, &s, c->why);
	if (e || s.before_at == TIME_NONE)
		return e == ERR_NOTFOUND ? OK : e;
	const struct query q = { .table = TABLE_CASE, .due_by = TIME_NONE, .has_after = true, .after_rank = s.before_at, .limit = QUERY_LIMIT_MAX };
	e = view_page(&c->view, &q, &rows, &n, c->why);
	jsonw_time(c->w, "since", s.before_at);
	jsonw_int(c->w, "new", (int64_t)n);
	jsonw_bool(c->w, "more", n == QUERY_LIMIT_MAX);
	return e;
}

enum err read_week(struct web_call *c)
{
	put_sums(c);
	return put_new(c);
}
