/*
 * The day in figures, for the first page: what falls due when, by clause; what is in force and ends soon; which feeds are silent; which version of
 * the policy comes. See judge_command.h.
 *
 * All along the index of what is due; counts are exact to QUERY_LIMIT_MAX, and said to be more beyond. Sealed cases are counted under no clause.
 */
#include "aupd/judge_binding.h"
#include "aupd/judge_command.h"

enum { CLAUSES_MAX = 128, ENDING_MAX = 50, SILENT_S = 120 };

struct clause_day {
	struct str clause;
	int64_t overdue, hour, today;
};

struct day {
	struct commanding *c;
	struct arena *a;
	struct clause_day *clauses;
	unsigned count;
	struct clause_day all;
	bool more;
};

static void count_one(struct clause_day *x, int64_t due_at, int64_t now)
{
	if (due_at <= now)
		x->overdue++;
	else if (due_at <= now + HOUR_US)
		x->hour++;
	else
		x->today++;
}

static enum err count_due(struct day *d)
{
	struct commanding *c = d->c;
	int64_t now = c->j->fold.now;
	struct query q = { .table = TABLE_CASE, .due_by = now + DAY_US, .limit = QUERY_LIMIT_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, d->a, &q, &rows, &n, c->why);
	d->more = n == QUERY_LIMIT_MAX;
	for (size_t i = 0; e == OK && i < n; i++) {
		struct casefile of = { 0 };
		unsigned k = 0;
		e = field_decode(d->a, rows[i].body, casefile_fields, &of, c->why);
		if (case_is_snoozed(&of, now))
			continue;
		struct str clause = of.flags & CASE_SEALED_CLASS ? STR("(sealed)") : of.clause;
		while (k < d->count && !str_eq(d->clauses[k].clause, clause))
			k++;
		if (k == d->count && k < CLAUSES_MAX)
			d->clauses[d->count++].clause = clause;
		if (k < d->count)
			count_one(&d->clauses[k], rows[i].due_at, now);
		count_one(&d->all, rows[i].due_at, now);
	}
	return e;
}

static void put_counts(struct jsonw *w, const struct clause_day *x)
{
	jsonw_int(w, "overdue", x->overdue);
	jsonw_int(w, "hour", x->hour);
	jsonw_int(w, "today", x->today);
}

static void put_due(struct day *d)
{
	struct jsonw *w = d->c->w;
	jsonw_object(w, "due");
	put_counts(w, &d->all);
	jsonw_bool(w, "more", d->more);
	jsonw_end(w, '}');
	jsonw_array(w, "clauses");
	for (unsigned i = 0; i < d->count; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "clause", d->clauses[i].clause);
		put_counts(w, &d->clauses[i]);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

/* Limits and suspensions that lapse by themselves within a day. */
static enum err put_ending(struct day *d)
{
	struct commanding *c = d->c;
	struct query q = { .table = TABLE_ACT, .state = STR("done"), .due_by = c->j->fold.now + DAY_US, .limit = QUERY_LIMIT_MAX };
	struct row *rows;
	size_t n = 0;
	int64_t count = 0;
	enum err e = c->j->driver->page(c->j->store, d->a, &q, &rows, &n, c->why);
	jsonw_array(c->w, "ending");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct act act = { 0 };
		char number[CASE_TEXT_MAX];
		e = field_decode(d->a, rows[i].body, act_fields, &act, c->why);
		if (e || !act.desired || act.verb < VERB_LIMIT || act.expires_at == TIME_NONE || !act.number || count++ >= ENDING_MAX)
			continue;
		case_text(act.number, number);
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "case", str_of(number));
		jsonw_str(c->w, "what", str_format(d->a, "%s %.*s", verb_words[act.verb], STR_ARG(act.service)));
		jsonw_time(c->w, "at", act.expires_at);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	jsonw_int(c->w, "ending_count", count);
	return e;
}

static void put_silent(struct day *d)
{
	const struct judge_bindings *b = d->c->j->bindings;
	struct jsonw *w = d->c->w;
	int64_t now = d->c->j->fold.now;
	jsonw_array(w, "silent");
	for (unsigned i = 0; b && b->store && i < b->view.feeds.count; i++) {
		int64_t last = feed_health_last_at(b->view.health, b->feeds[i]);
		if (last != TIME_NONE && now - last <= SILENT_S * SECOND_US + b->view.slack_us)
			continue;
		jsonw_object(w, NULL);
		jsonw_str(w, "feed", str_of(bindings_feed_name(&b->view, b->feeds[i])));
		jsonw_time(w, "heard", last);
		jsonw_int(w, "for", last == TIME_NONE ? 0 : (now - last) / SECOND_US);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	jsonw_bool(w, "follows", b && b->view.feeds.count);
}

static void put_coming(struct day *d)
{
	const struct fold *f = &d->c->j->fold;
	struct jsonw *w = d->c->w;
	jsonw_array(w, "coming");
	for (unsigned i = 0; i < f->policy_count; i++)
		if (f->policies[i]->effective_at > f->now) {
			jsonw_object(w, NULL);
			jsonw_str(w, "version", f->policies[i]->version);
			jsonw_time(w, "effective", f->policies[i]->effective_at);
			jsonw_end(w, '}');
		}
	jsonw_end(w, ']');
}

enum err cmd_today(struct commanding *c)
{
	struct arena *a = c->j->scratch;
	struct arena_mark mark = arena_mark(a);
	struct day d = { .c = c, .a = a, .clauses = ARENA_ARRAY(a, struct clause_day, CLAUSES_MAX) };
	enum err e = d.clauses ? count_due(&d) : why_set(c->why, ERR_NOMEM, "no memory for the day");
	if (e == OK) {
		put_due(&d);
		e = put_ending(&d);
	}
	bool on = true;
	if (e == OK)
		e = judge_enforces(c->j, &on, c->why);
	if (e == OK) {
		jsonw_bool(c->w, "enforces", on);
		put_silent(&d);
		put_coming(&d);
	}
	arena_rewind(a, mark);
	return e;
}
