/*
 * What cannot be attributed or judged yet, by what they have in common; and how many of it a shift of its times would resolve. See judge_command.h.
 *
 * A reporter whose clock is wrong, or who gives no zone, leaves many reports that nobody held; one trial over all of them tells whether that is it.
 * A trial changes nothing. At most SCAN_MAX reports are looked at, and GROUPS_MAX groups told; the rest is counted.
 */
#include "aupd/judge_command.h"

enum { SCAN_MAX = 5000, GROUPS_MAX = 200, V4_BITS = 24, V6_BITS = 48, SHIFT_HOURS_MAX = 26 };

struct group {
	struct str reason, place, reporter;
	int64_t count, oldest_at, next_at;
	int64_t resolved, not_ours;
};

struct grouping {
	struct commanding *c;
	struct arena *a;
	struct group *groups;
	unsigned group_count;
	bool tries;
	int64_t shift_us;
	int64_t count, over_cap, resolved, not_ours, no_time, beyond;
	bool more;
};

static struct str place_of(struct arena *a, const struct observation *o)
{
	if (o->source.type == SOURCE_ADDR) {
		struct prefix p = prefix_of(&o->source.addr, addr_is_v4(&o->source.addr) ? V4_BITS : V6_BITS);
		return prefix_str(a, &p);
	}
	return o->source.domain.len ? o->source.domain : o->source.text;
}

static struct group *group_of(struct grouping *g, const struct row *row, const struct observation *o)
{
	struct group x = { .reason = row->state.len ? row->state : STR("whose it was cannot be told"), .place = place_of(g->a, o), .reporter = o->reporter,
		.oldest_at = o->received_at, .next_at = row->due_at };
	unsigned i = 0;
	while (i < g->group_count && !(str_eq(g->groups[i].reason, x.reason) && str_eq(g->groups[i].place, x.place) && str_eq(g->groups[i].reporter, x.reporter)))
		i++;
	if (i == GROUPS_MAX)
		return NULL;
	if (i == g->group_count)
		g->groups[g->group_count++] = x;
	return &g->groups[i];
}

static int64_t shifted(int64_t at, int64_t by_us)
{
	return at == TIME_NONE ? at : at + by_us;
}

/* Is it told whose it was, when all its times are moved? What resolves it is one customer, surely enough for a notice. */
static enum err try_one(struct grouping *g, const struct observation *o, struct group *of)
{
	struct observation moved = *o;
	struct subject s = { 0 };
	if (o->event_at == TIME_NONE && o->first_at == TIME_NONE && o->last_at == TIME_NONE) {
		g->no_time++;
		return OK;
	}
	moved.event_at = shifted(o->event_at, g->shift_us);
	moved.first_at = shifted(o->first_at, g->shift_us);
	moved.last_at = shifted(o->last_at, g->shift_us);
	moved.zone_given = true;
	enum err e = fold_attribute(&g->c->j->fold, &moved, true, &s, g->c->why);
	bool sure = e == OK && s.ours == OURS_YES && (s.grade == GRADE_A || s.grade == GRADE_B);
	g->resolved += sure;
	g->not_ours += e == OK && s.ours == OURS_NO;
	if (of) {
		of->resolved += sure;
		of->not_ours += e == OK && s.ours == OURS_NO;
	}
	return e;
}

static enum err add(struct grouping *g, const struct row *row)
{
	struct observation o = { 0 };
	enum err e = field_decode(g->a, row->body, observation_fields, &o, g->c->why);
	if (e || str_eq(row->state, OVER_CAP_STATE)) {
		g->over_cap += e == OK;
		return e;
	}
	g->count++;
	/* of the sealed class neither source nor reporter is told */
	if (kind_info(o.kind)->flags & KIND_SEALED) {
		o.source = (struct source){ .text = STR("(sealed)") };
		o.reporter = STR_NONE;
	}
	struct group *x = group_of(g, row, &o);
	if (!x)
		g->beyond++;
	else {
		x->count++;
		x->oldest_at = o.received_at < x->oldest_at ? o.received_at : x->oldest_at;
		x->next_at = row->due_at != TIME_NONE && (x->next_at == TIME_NONE || row->due_at < x->next_at) ? row->due_at : x->next_at;
	}
	return g->tries && !(kind_info(o.kind)->flags & KIND_SEALED) ? try_one(g, &o, x) : OK;
}

static enum err walk(struct grouping *g)
{
	struct commanding *c = g->c;
	struct query q = { .table = TABLE_PARKED, .due_by = TIME_NONE, .by_key = true, .limit = QUERY_LIMIT_MAX };
	size_t n = QUERY_LIMIT_MAX;
	int64_t seen = 0;
	enum err e = OK;
	while (e == OK && n == QUERY_LIMIT_MAX && seen < SCAN_MAX) {
		struct row *rows;
		e = c->j->driver->page(c->j->store, g->a, &q, &rows, &n, c->why);
		for (size_t i = 0; e == OK && i < n; i++, seen++)
			e = add(g, &rows[i]);
		if (e == OK && n) {
			q.has_after = true;
			q.after_key = rows[n - 1].key;
		}
	}
	g->more = n == QUERY_LIMIT_MAX;
	return e;
}

static void put(struct grouping *g)
{
	struct jsonw *w = g->c->w;
	jsonw_array(w, "groups");
	for (unsigned i = 0; i < g->group_count; i++) {
		const struct group *x = &g->groups[i];
		jsonw_object(w, NULL);
		jsonw_str(w, "reason", x->reason);
		jsonw_str(w, "place", x->place);
		jsonw_str(w, "reporter", x->reporter);
		jsonw_int(w, "count", x->count);
		jsonw_time(w, "oldest", x->oldest_at);
		jsonw_time(w, "next", x->next_at);
		if (g->tries) {
			jsonw_int(w, "resolved", x->resolved);
			jsonw_int(w, "not_ours", x->not_ours);
		}
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	jsonw_int(w, "count", g->count);
	jsonw_int(w, "over_cap", g->over_cap);
	jsonw_int(w, "beyond", g->beyond);
	jsonw_bool(w, "more", g->more);
	jsonw_bool(w, "tried", g->tries);
	if (!g->tries)
		return;
	jsonw_int(w, "resolved", g->resolved);
	jsonw_int(w, "not_ours", g->not_ours);
	jsonw_int(w, "no_time", g->no_time);
}

enum err cmd_unattributed(struct commanding *c)
{
	struct grouping g = { .c = c, .a = work_arena(c->j->fold.work) };
	struct str shift = command_arg(c, "shift"), span = shift;
	bool back = shift.len && (shift.ptr[0] == '-' || shift.ptr[0] == '+');
	if (back)
		span = str_sub(shift, 1, shift.len);
	g.tries = shift.len;
	if (g.tries && (span_parse(span, &g.shift_us) != OK || g.shift_us > SHIFT_HOURS_MAX * HOUR_US))
		return why_set(c->why, ERR_SYNTAX, "by how much? a span such as 2h or -2h, at most %dh", SHIFT_HOURS_MAX);
	g.shift_us = shift.len && shift.ptr[0] == '-' ? -g.shift_us : g.shift_us;
	g.groups = ARENA_ARRAY(g.a, struct group, GROUPS_MAX);
	if (!g.groups)
		return why_set(c->why, ERR_NOMEM, "no memory to group what waits");
	work_begin(c->j->fold.work);
	enum err e = walk(&g);
	work_undo(c->j->fold.work);
	if (e == OK)
		put(&g);
	return e;
}
