/*
 * See census.h.
 *
 * Events are read in the order of their times. Those of one moment may be committed one after the other, so each look begins OVERLAP_US before
 * where the last one came to the end, and passes over what it knows: the events of that time, in two generations. One that was cut short goes on
 * where it was, so it comes to its end however many events fall together.
 */
#include "web/census.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/reasons.h"
#include "model/kind.h"

enum { PAGE = 50, RECENT_MAX = 200000, ROW_US = 10 /* so few rows of a slice are no longer than it, also by a clock that stands still */, CASES_BYTES_MAX = 64 << 20 };
enum { THURSDAY = 3 /* 1970-01-01 was one: days behind Monday */ };
#define OVERLAP_US (10 * SECOND_US)
#define SEALED STR("sealed")

const char *const census_words[] = { "reports", "opened", "noticed", "prompt", "resolved", "reopened", "reviewed", "refused", "appeals", "reversed", "by_rule", "by_both",
	"by_person", NULL };

struct census {
	struct arena *a, *page;
	struct map *days;               /* "DAY clause" */
	struct map *rules;              /* "clause/", "clause/rule", "clause/rule kind"; "kind", "kind WEEK" */
	struct map *recent[2];          /* events from turned_at on, and those before that */
	int64_t turned_at, front_at, floor_at;
	bool going;                     /* a look that has not come to the end goes on behind this row */
	int64_t going_at;
	char going_key[ROW_KEY_MAX];
	size_t going_len;
	struct buf noticed;             /* a bit for each case by its number */
	bool full, begun, whole;
};

struct census *census_new(void)
{
	struct census *t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->a = arena_new("census", CENSUS_BYTES_MAX);
	t->page = arena_new("census page", CENSUS_BYTES_MAX);
	t->days = map_new(CENSUS_LINES_MAX);
	t->rules = map_new(CENSUS_LINES_MAX);
	t->recent[0] = map_new(RECENT_MAX);
	t->recent[1] = map_new(RECENT_MAX);
	buf_init(&t->noticed, CASES_BYTES_MAX);
	if (t->a && t->page && t->days && t->rules && t->recent[0] && t->recent[1])
		return t;
	census_free(t);
	return NULL;
}

void census_free(struct census *t)
{
	if (!t)
		return;
	map_free(t->days);
	map_free(t->rules);
	map_free(t->recent[0]);
	map_free(t->recent[1]);
	arena_free(t->a);
	arena_free(t->page);
	buf_done(&t->noticed);
	free(t);
}

/* A line that is there, or a new one; when there is no room, one that nobody reads. */
static struct census_line *line_of(struct census *t, struct map *in, struct str key)
{
	static struct census_line beyond;
	struct census_line *line = map_get(in, key);
	if (line)
		return line;
	line = ARENA_NEW(t->a, struct census_line);
	if (line && map_add(in, key, line) == OK)
		return line;
	t->full = true;
	return &beyond;
}

static bool first_notice(struct census *t, uint64_t number)
{
	size_t at = (size_t)(number / 8);
	uint8_t bit = (uint8_t)(1u << number % 8);
	if (number / 8 >= CASES_BYTES_MAX)
		return false;
	while (t->noticed.len <= at && !t->noticed.err)
		buf_u8(&t->noticed, 0);
	if (t->noticed.err || (uint8_t)t->noticed.ptr[at] & bit)
		return false;
	t->noticed.ptr[at] = (char)((uint8_t)t->noticed.ptr[at] | bit);
	return true;
}

/* The lines that an event counts in: of its day and clause, of the clause for all time, of the rule that opened its case, and of what that case began with. */
struct lines { struct census_line *day, *all, *rule, *kind, *week; };

static void add(struct lines *l, enum census_what what)
{
	l->day->n[what]++;
	l->all->n[what]++;
	if (l->rule)
		l->rule->n[what]++;
	if (l->kind)
		l->kind->n[what]++;
	if (l->week)
		l->week->n[what]++;
}

int64_t census_week(int64_t at)
{
	return (at / DAY_US + THURSDAY) / 7;
}

int64_t census_week_begins_at(int64_t week)
{
	return (week * 7 - THURSDAY) * DAY_US;
}

static struct str week_key(struct arena *a, struct str name, int64_t week)
{
	return str_format(a, "%.*s %lld", STR_ARG(name), (long long)week);
}

static enum err take_act(struct census *t, const struct view *v, const struct case_event *e, const struct casefile *c, struct lines *l, struct why *why)
{
	static const enum census_what by[] = { [DECIDED_BY_RULE] = CENSUS_BY_RULE, [DECIDED_BY_BOTH] = CENSUS_BY_BOTH, [DECIDED_BY_PERSON] = CENSUS_BY_PERSON };
	struct act act = { 0 };
	struct row row;
	(void)t;
	if (!e->act.len || (e->type == EVENT_TASK && str_starts(e->text, STR("take back: "))))
		return OK;
	enum err err = view_load(v, TABLE_ACT, e->act, &row, why);
	if (err)
		return err == ERR_NOTFOUND ? OK : err;
	err = field_decode(v->arena, row.body, act_fields, &act, why);
	if (err == OK && reasons_needed(&act))
		add(l, by[reasons_decided(c, &act)]);
	return err;
}

static void count_report(struct census_line *l, int64_t at)
{
	l->n[CENSUS_REPORTS]++;
	if (at > l->last_at)
		l->last_at = at;
}

/* By the rule that it was held against, which need not be the one that opened the case. */
static void take_report(struct census *t, const struct case_event *e, const struct casefile *c, struct lines *l)
{
	struct str clause = e->clause.len ? e->clause : c->clause, rule = e->rule.len ? e->rule : c->rule;
	/* a signal has no kind: its case is named by it */
	struct str kind = e->kind != KIND_UNCLASSIFIED ? str_of(kind_words[e->kind]) : c->kind;
	count_report(l->day, e->at);
	count_report(l->all, e->at);
	count_report(line_of(t, t->rules, str_format(t->page, "%.*s/%.*s", STR_ARG(clause), STR_ARG(rule))), e->at);
	count_report(line_of(t, t->rules, str_format(t->page, "%.*s/%.*s %.*s", STR_ARG(clause), STR_ARG(rule), STR_ARG(kind))), e->at);
	count_report(line_of(t, t->rules, str_copy(t->page, kind)), e->at);
	count_report(line_of(t, t->rules, week_key(t->page, kind, census_week(e->at))), e->at);
}

static void take_end(const struct case_event *e, const struct casefile *c, struct lines *l)
{
	if (str_eq(e->text, STR("not upheld"))) {
		add(l, CENSUS_REFUSED);
		if (c->verdict == VERDICT_UNDONE)
			add(l, CENSUS_REVERSED);
		return;
	}
	add(l, CENSUS_RESOLVED);
	l->day->fix_us += e->at - c->opened_at;
	l->day->fixed++;
}

static void take_letter(struct census *t, const struct case_event *e, const struct casefile *c, struct lines *l)
{
	if (!first_notice(t, e->number))
		return;
	add(l, CENSUS_NOTICED);
	l->day->notice_us += e->at - c->opened_at;
	if (e->at - c->opened_at <= CENSUS_PROMPT_HOURS * HOUR_US)
		add(l, CENSUS_PROMPT);
}

static enum err take(struct census *t, const struct view *v, const struct case_event *e, const struct casefile *c, struct why *why)
{
	bool sealed = c->flags & CASE_SEALED_CLASS;
	struct str clause = sealed ? SEALED : c->clause;
	struct lines l = { line_of(t, t->days, str_format(t->page, "%lld %.*s", (long long)(e->at / DAY_US), STR_ARG(clause))),
		line_of(t, t->rules, str_format(t->page, "%.*s/", STR_ARG(clause))), NULL, NULL, NULL };
	if (!l.day->clause.len) {
		l.day->day = e->at / DAY_US;
		l.day->clause = str_copy(t->a, clause);
	}
	if (!sealed)
		l.rule = line_of(t, t->rules, str_format(t->page, "%.*s/%.*s", STR_ARG(clause), STR_ARG(c->rule)));
	if (!sealed && c->kind.len) {
		l.kind = line_of(t, t->rules, str_copy(t->page, c->kind));
		l.week = line_of(t, t->rules, week_key(t->page, c->kind, census_week(e->at)));
	}
	switch (e->type) {
	case EVENT_OPENED:
		add(&l, CENSUS_OPENED);
		break;
	case EVENT_FINDING: case EVENT_WITNESS:
		if (sealed)
			add(&l, CENSUS_REPORTS);
		else
			take_report(t, e, c, &l);
		break;
	case EVENT_LETTER: take_letter(t, e, c, &l); break;
	case EVENT_RESOLVED: take_end(e, c, &l); break;
	case EVENT_REOPENED: add(&l, CENSUS_REOPENED); break;
	case EVENT_REVIEWED: add(&l, CENSUS_REVIEWED); break;
	case EVENT_APPEAL: add(&l, CENSUS_APPEALS); break;
	case EVENT_ACT_DONE: case EVENT_TASK: return sealed ? OK : take_act(t, v, e, c, &l, why);
	default: break;
	}
	return OK;
}

/* Those of OVERLAP_US are known; when they are too many, only what comes behind this one is looked at again. */
static void remember(struct census *t, struct str key, int64_t at)
{
	if (at - t->turned_at > OVERLAP_US || map_count(t->recent[0]) == RECENT_MAX) {
		struct map *old = t->recent[1];
		if (map_count(t->recent[0]) == RECENT_MAX)
			t->floor_at = at;
		map_clear(old);
		t->recent[1] = t->recent[0];
		t->recent[0] = old;
		t->turned_at = at;
	}
	if (map_put(t->recent[0], key, t) != OK)
		t->full = true;
	if (!t->begun || at > t->front_at)
		t->front_at = at;
	t->begun = true;
}

/* What one event of a case needs, the next one of the same page does, too: most come together. */
struct last_case {
	uint64_t number;
	struct casefile c;
	enum err err;
};

static enum err find_case(const struct view *v, uint64_t number, struct last_case *last, struct why *why)
{
	struct row row;
	char name[CASE_TEXT_MAX];
	if (last->number == number)
		return last->err;
	case_text(number, name);
	last->number = number;
	last->err = view_case(v, str_of(name), &row, &last->c, why);
	return last->err;
}

static enum err take_row(struct census *t, const struct view *v, const struct row *row, struct last_case *last, struct why *why)
{
	struct case_event e = { 0 };
	if (map_get(t->recent[0], row->key) || map_get(t->recent[1], row->key))
		return OK;
	enum err err = field_decode(t->page, row->body, case_event_fields, &e, why);
	if (err)
		return err;
	err = find_case(v, e.number, last, why);
	if (err == OK)
		err = take(t, v, &e, &last->c, why);
	/* its case has gone meanwhile */
	if (err && err != ERR_NOTFOUND && err != ERR_AGAIN)
		return err;
	remember(t, row->key, row->rank);
	return OK;
}

static struct query next_look(const struct census *t)
{
	int64_t from = t->front_at - OVERLAP_US;
	struct query q = { .table = TABLE_CASE_EVENT, .due_by = TIME_NONE, .limit = PAGE, .has_after = t->begun || t->going, .after_rank = from > t->floor_at ? from : t->floor_at,
		.after_key = STR("") };
	if (t->going) {
		q.after_rank = t->going_at;
		q.after_key = (struct str){ t->going_key, t->going_len };
	}
	return q;
}

enum err census_step(struct census *t, struct view_source *source, int64_t slice_us, bool *ret_whole, struct why *why)
{
	const struct principal who = { .scope = SCOPE_OPERATOR, .id = STR("desk") };
	const struct view v = { source, &who, t->page };
	int64_t begun_us = clock_monotonic_us(), seen = 0;
	struct row *rows;
	size_t n = PAGE;
	enum err e = OK;
	*ret_whole = false;
	while (e == OK && n == PAGE && clock_monotonic_us() - begun_us < slice_us && seen * ROW_US < slice_us) {
		struct query q = next_look(t);
		struct last_case last = { .number = 0 };
		arena_reset(t->page);
		e = view_page(&v, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n; i++)
			e = take_row(t, &v, &rows[i], &last, why);
		seen += (int64_t)n;
		t->going = e == OK && n == PAGE;
		if (!t->going)
			break;
		memcpy(t->going_key, rows[n - 1].key.ptr, rows[n - 1].key.len);
		t->going_len = rows[n - 1].key.len;
		t->going_at = rows[n - 1].rank;
	}
	*ret_whole = t->whole = e == OK && n < PAGE;
	return e;
}

int64_t census_until(const struct census *t)
{
	return t->begun ? t->front_at : TIME_NONE;
}

bool census_is_whole(const struct census *t)
{
	return t->whole;
}

bool census_is_full(const struct census *t)
{
	return t->full;
}

void census_add(struct census_line *to, const struct census_line *x)
{
	for (unsigned i = 0; i < CENSUS_WHAT; i++)
		to->n[i] += x->n[i];
	to->notice_us += x->notice_us;
	to->fix_us += x->fix_us;
	to->fixed += x->fixed;
	if (x->last_at > to->last_at)
		to->last_at = x->last_at;
}

void census_each(const struct census *t, int64_t first_day, int64_t last_day, void (*fn)(void *arg, const struct census_line *line), void *arg)
{
	struct str key;
	void *value;
	for (size_t i = 0; map_next(t->days, &i, &key, &value);) {
		const struct census_line *line = value;
		if (line->day >= first_day && line->day <= last_day)
			fn(arg, line);
	}
}

const struct census_line *census_rule(const struct census *t, struct str clause, struct str rule, struct str kind)
{
	char key[512];
	int n = kind.len ? snprintf(key, sizeof(key), "%.*s/%.*s %.*s", STR_ARG(clause), STR_ARG(rule), STR_ARG(kind)) :
		snprintf(key, sizeof(key), "%.*s/%.*s", STR_ARG(clause), STR_ARG(rule));
	return n > 0 && (size_t)n < sizeof(key) ? map_get(t->rules, (struct str){ key, (size_t)n }) : NULL;
}

const struct census_line *census_detector(const struct census *t, struct str name, int64_t week)
{
	char key[512];
	int n = week == CENSUS_ALWAYS ? snprintf(key, sizeof(key), "%.*s", STR_ARG(name)) : snprintf(key, sizeof(key), "%.*s %lld", STR_ARG(name), (long long)week);
	return n > 0 && (size_t)n < sizeof(key) ? map_get(t->rules, (struct str){ key, (size_t)n }) : NULL;
}
