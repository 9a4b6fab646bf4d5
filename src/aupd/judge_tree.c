/*
 * The tree of resellers with sums over what is below each, by command. See judge_command.h.
 *
 * A case counts for whom it was opened below, by its own path, and a customer for who serves it now, by the register. Everything is counted by the
 * whole path and then added up: so what a line says is the sum of the lines below it, at any depth, also for a customer who has moved.
 * Lines stand by cases; beyond as many as are asked for they are one line, so that the sum stays one.
 *
 * Counted are cases opened within WINDOW_DAYS, at most the latest CASES_MAX, that are neither sealed nor merged into another nor still
 * before a person; when there are more, `more` says so.
 */
#include "aupd/judge_command.h"

#include <stdlib.h>

#include "base/map.h"

enum { WINDOW_DAYS = 90, CASES_MAX = 5000, LINES_MAX = 2000, OUTLIERS_MAX = 10 };

/* The line of those whom nobody below serves; the others are children. */
enum { DIRECT };

struct line {
	struct str reseller;
	uint64_t customers, cases, open, over, affected, repeated;
	int64_t median_us;
};

struct counted {
	unsigned line;
	struct str path, customer;
	int64_t fix_us;                 /* TIME_NONE: it is not over */
};

struct tree {
	struct commanding *c;
	struct str root;                /* "" = the provider */
	struct map *by_child;           /* to struct line */
	struct line *lines;
	unsigned line_count;
	struct counted *cases;
	unsigned case_count;
	bool more;
};

static bool child_line(struct tree *t, struct str reseller, unsigned *ret_line)
{
	struct line *x = map_get(t->by_child, reseller);
	if (!x && t->line_count < LINES_MAX) {
		x = &t->lines[t->line_count++];
		*x = (struct line){ .reseller = reseller };
		if (map_put(t->by_child, reseller, x) != OK)
			t->line_count--, x = NULL;
	}
	t->more |= !x;
	*ret_line = x ? (unsigned)(x - t->lines) : DIRECT;
	return x;
}

/* Where below the root that path leads: false: nowhere. */
static bool line_of(struct tree *t, const struct str *path, unsigned count, unsigned *ret_line)
{
	unsigned i = 0;
	while (t->root.len && i < count && !str_eq(path[i], t->root))
		i++;
	if (t->root.len && i == count)
		return false;
	i += t->root.len > 0;
	*ret_line = DIRECT;
	return i == count || child_line(t, path[i], ret_line);
}

/* Those whom one reseller serves itself. */
static enum err count_of_one(void *arg, struct str reseller, uint64_t customers)
{
	struct tree *t = arg;
	struct arena *a = work_arena(t->c->j->fold.work);
	struct str *above = NULL, path[RESELLER_DEPTH_MAX + 1];
	unsigned count = 0, line;
	enum err e = reseller.len ? registry_chain(t->c->j->registry, a, reseller, t->c->j->fold.now, &above, &count) : OK;
	for (unsigned i = 0; e == OK && i < count; i++)
		path[i] = above[i];
	if (reseller.len)
		path[count++] = reseller;
	if (e == OK && line_of(t, path, count, &line))
		t->lines[line].customers += customers;
	return e;
}

static enum err count_customers(struct tree *t)
{
	enum err e = registry_each_served(t->c->j->registry, t->c->j->fold.now, count_of_one, t);
	return e ? why_set(t->c->why, e, "the resellers cannot be followed") : OK;
}

static bool counts(const struct casefile *c)
{
	return !(c->flags & CASE_SEALED_CLASS) && (c->state == CASE_OPEN || c->state == CASE_PAUSED || c->state == CASE_RESOLVED || c->state == CASE_TERMINATED);
}

static void take_case(struct tree *t, const struct casefile *c)
{
	unsigned line;
	if (!counts(c) || !line_of(t, c->resellers, c->reseller_count, &line))
		return;
	bool is_over = c->resolved_at != TIME_NONE && (c->state == CASE_RESOLVED || c->state == CASE_TERMINATED);
	t->lines[line].cases++;
	t->lines[line].open += !is_over;
	t->lines[line].over += is_over;
	t->cases[t->case_count++] = (struct counted){ line, c->tenant, c->customer, is_over ? c->resolved_at - c->opened_at : TIME_NONE };
}

static enum err find_cases(struct tree *t)
{
	struct commanding *c = t->c;
	struct arena *a = work_arena(c->j->fold.work);
	int64_t since_at = c->j->fold.now - WINDOW_DAYS * DAY_US;
	struct query q = { .table = TABLE_CASE, .below = t->root, .due_by = TIME_NONE, .descending = true, .limit = QUERY_LIMIT_MAX };
	enum err e = OK;
	size_t n = q.limit;
	if (!t->root.len)
		q.below = STR_NONE;
	while (e == OK && n == q.limit && !t->more) {
		struct row *rows;
		e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
		for (size_t i = 0; e == OK && i < n; i++) {
			struct casefile one = { 0 };
			if (rows[i].rank < since_at)
				return OK;
			t->more |= t->case_count == CASES_MAX;
			if (t->more)
				return OK;
			e = field_decode(a, rows[i].body, casefile_fields, &one, c->why);
			if (e == OK)
				take_case(t, &one);
			q.has_after = true;
			q.after_rank = rows[i].rank;
			q.after_key = rows[i].key;
		}
	}
	return e;
}

static int by_customer(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;
	int n = x->line < y->line ? -1 : x->line > y->line;
	n = n ? n : str_cmp(x->path, y->path);
	return n ? n : str_cmp(x->customer, y->customer);
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static bool is_same(const struct counted *a, const struct counted *b)
{
	return a->line == b->line && str_eq(a->path, b->path) && str_eq(a->customer, b->customer);
}

static void count_repeated(struct tree *t)
{
	if (t->case_count)
		qsort(t->cases, t->case_count, sizeof(*t->cases), by_customer);
	for (unsigned i = 0, n = 0; i < t->case_count; i += n) {
		for (n = 1; i + n < t->case_count && is_same(&t->cases[i], &t->cases[i + n]);)
			n++;
		t->lines[t->cases[i].line].affected++;
		t->lines[t->cases[i].line].repeated += n > 1;
	}
}

/* line: LINES_MAX = of all. The lower one of two in the middle. */
static int64_t median(const struct tree *t, unsigned line, int64_t *room)
{
	unsigned n = 0;
	for (unsigned i = 0; i < t->case_count; i++)
		if ((line == LINES_MAX || t->cases[i].line == line) && t->cases[i].fix_us != TIME_NONE)
			room[n++] = t->cases[i].fix_us;
	if (n)
		qsort(room, n, sizeof(*room), by_time);
	return n ? room[(n - 1) / 2] : TIME_NONE;
}

/* "12.3"; nothing of nothing. */
static void put_ratio(struct jsonw *w, struct arena *a, const char *name, uint64_t part, uint64_t of, uint64_t scale)
{
	if (of)
		jsonw_str(w, name, str_format(a, "%llu.%llu", (unsigned long long)(part * scale / of), (unsigned long long)(part * scale * 10 / of % 10)));
}

static void put_line(struct tree *t, const struct line *x)
{
	struct jsonw *w = t->c->w;
	struct arena *a = work_arena(t->c->j->fold.work);
	jsonw_int(w, "customers", (int64_t)x->customers);
	jsonw_int(w, "cases", (int64_t)x->cases);
	jsonw_int(w, "open", (int64_t)x->open);
	jsonw_int(w, "over", (int64_t)x->over);
	jsonw_int(w, "affected", (int64_t)x->affected);
	jsonw_int(w, "repeated", (int64_t)x->repeated);
	put_ratio(w, a, "per_1000", x->cases, x->customers, 1000);
	put_ratio(w, a, "repeat_percent", x->repeated, x->affected, 100);
	if (x->median_us != TIME_NONE)
		jsonw_int(w, "median_fix_s", x->median_us / SECOND_US);
}

static void add(struct line *sum, const struct line *x)
{
	sum->customers += x->customers;
	sum->cases += x->cases;
	sum->open += x->open;
	sum->over += x->over;
	sum->affected += x->affected;
	sum->repeated += x->repeated;
}

/* Of the customers below those with the most cases. */
static void put_outliers(struct tree *t)
{
	struct jsonw *w = t->c->w;
	unsigned below = CASES_MAX + 1;
	jsonw_array(w, "outliers");
	for (unsigned shown = 0, most = 1; shown < OUTLIERS_MAX && most;) {
		most = 0;
		for (unsigned i = 0, n = 0; i < t->case_count; i += n) {
			for (n = 1; i + n < t->case_count && is_same(&t->cases[i], &t->cases[i + n]);)
				n++;
			most = n > most && n < below && n > 1 ? n : most;
		}
		for (unsigned i = 0, n = 0; most && i < t->case_count; i += n) {
			for (n = 1; i + n < t->case_count && is_same(&t->cases[i], &t->cases[i + n]);)
				n++;
			if (n != most || shown == OUTLIERS_MAX)
				continue;
			jsonw_object(w, NULL);
			jsonw_str(w, "customer", t->cases[i].customer);
			jsonw_str(w, "path", t->cases[i].path);
			jsonw_int(w, "cases", n);
			jsonw_end(w, '}');
			shown++;
		}
		below = most;
	}
	jsonw_end(w, ']');
}

static int by_cases(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	return x->cases != y->cases ? (x->cases < y->cases ? 1 : -1) : str_cmp(x->reseller, y->reseller);
}

/* Each line below, those with most cases first; what is beyond the limit is one. */
static void put_children(struct tree *t)
{
	struct jsonw *w = t->c->w;
	struct line rest = { .median_us = TIME_NONE };
	unsigned n = t->line_count - DIRECT - 1, i = DIRECT + 1;
	const uint64_t limit = command_limit(t->c);
	if (n)
		qsort(&t->lines[DIRECT + 1], n, sizeof(*t->lines), by_cases);
	jsonw_array(w, "children");
	for (; i < t->line_count && i - DIRECT - 1 < limit; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "reseller", t->lines[i].reseller);
		put_line(t, &t->lines[i]);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	if (i == t->line_count)
		return;
	jsonw_object(w, "others");
	jsonw_int(w, "resellers", t->line_count - i);
	for (; i < t->line_count; i++)
		add(&rest, &t->lines[i]);
	put_line(t, &rest);
	jsonw_end(w, '}');
}

static enum err put_tree(struct tree *t, int64_t *room)
{
	struct jsonw *w = t->c->w;
	struct line sum = { .median_us = median(t, LINES_MAX, room) };
	count_repeated(t);
	for (unsigned i = 0; i < t->line_count; i++) {
		t->lines[i].median_us = median(t, i, room);
		add(&sum, &t->lines[i]);
	}
	jsonw_object(w, "sum");
	put_line(t, &sum);
	jsonw_end(w, '}');
	jsonw_object(w, "direct");
	put_line(t, &t->lines[DIRECT]);
	jsonw_end(w, '}');
	put_children(t);
	put_outliers(t);
	jsonw_bool(w, "more", t->more);
	return OK;
}

/* Those that serve nobody yet have a line, too. */
static enum err add_children(struct tree *t)
{
	const struct registry *r = t->c->j->registry;
	unsigned line;
	for (const struct entity *e = NULL; (e = registry_all(r, ENTITY_RESELLER, e));)
		if (entity_valid_at(e, t->c->j->fold.now) && str_eq(registry_reseller(r, e->id, t->c->j->fold.now), t->root))
			(void)child_line(t, e->id, &line);
	return OK;
}

enum err cmd_reseller_tree(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct tree t = { .c = c, .root = str_trim(command_arg(c, "reseller")), .by_child = map_new(LINES_MAX + 1), .lines = ARENA_ARRAY(a, struct line, LINES_MAX + 1),
		.cases = ARENA_ARRAY(a, struct counted, CASES_MAX), .line_count = DIRECT + 1 };
	int64_t *room = ARENA_ARRAY(a, int64_t, CASES_MAX);
	struct str *chain = NULL;
	unsigned count = 0;
	enum err e = t.by_child && t.lines && t.cases && room ? OK : why_set(c->why, ERR_NOMEM, "no memory for the tree of resellers");
	if (e == OK && t.root.len && !registry_find(c->j->registry, ENTITY_RESELLER, t.root))
		e = why_set(c->why, ERR_NOTFOUND, "there is no reseller %.*s", STR_ARG(t.root));
	if (e == OK && t.root.len)
		e = registry_chain(c->j->registry, a, t.root, c->j->fold.now, &chain, &count);
	if (e == OK) {
		t.lines[DIRECT] = t.lines[LINES_MAX] = (struct line){ .cases = 0 };
		e = add_children(&t);
	}
	if (e == OK)
		e = count_customers(&t);
	if (e == OK)
		e = find_cases(&t);
	if (e == OK) {
		jsonw_str(c->w, "reseller", t.root);
		jsonw_array(c->w, "above");
		for (unsigned i = 0; i < count; i++)
			jsonw_str(c->w, NULL, chain[i]);
		jsonw_end(c->w, ']');
		jsonw_time(c->w, "since", c->j->fold.now - WINDOW_DAYS * DAY_US);
		e = put_tree(&t, room);
	}
	map_free(t.by_child);
	return e;
}
