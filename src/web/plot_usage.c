/*
 * The use of a month as a plot. See plot.h.
 *
 * The answer is the judge's; all the same nothing of it is taken for granted: lists of different lengths draw nothing.
 */
#include "web/plot.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"

enum { CELL_S = 300, DAY_CELLS = 288, TICK_DAYS = 5 };

struct month {
	const struct json *of;
	int64_t from_at;
	size_t count;
	int64_t in[PLOT_POINTS_MAX], out[PLOT_POINTS_MAX], sum[PLOT_POINTS_MAX];
	char texts[PLOT_MARKS_MAX + PLOT_TICKS_MAX][80];
	unsigned text_count;
};

static int64_t rate_of(int64_t octets)
{
	return octets < INT64_MAX / 8 ? octets * 8 / CELL_S : INT64_MAX / CELL_S;
}

/* Ret: as many as there are points. */
static bool read_cells(const struct json *of, const char *name, size_t count, int64_t *ret_octets)
{
	const struct json *list = json_get(of, name);
	size_t n = 0;
	for (const struct json *m = list && list->type == JSON_ARRAY ? list->child : NULL; m; m = m->next) {
		if (n == count || !m->is_integer || m->integer < 0)
			return false;
		ret_octets[n++] = m->integer;
	}
	return n == count;
}

static bool read_month(const struct json *of, struct month *m, struct str *ret_known)
{
	int64_t sum = 0;
	*ret_known = json_text(of, "state");
	m->of = of;
	m->count = ret_known->len;
	m->text_count = 0;
	if (!m->count || m->count > PLOT_POINTS_MAX || time_parse(json_text(of, "from"), &m->from_at) != OK)
		return false;
	if (!read_cells(of, "in", m->count, m->in) || !read_cells(of, "out", m->count, m->out))
		return false;
	for (size_t i = 0; i < m->count; i++) {
		int64_t more = m->in[i] < INT64_MAX / 4 && m->out[i] < INT64_MAX / 4 ? m->in[i] + m->out[i] : INT64_MAX / 2;
		sum = sum < INT64_MAX / 2 - more ? sum + more : INT64_MAX / 2;
		m->sum[i] = sum;
		m->in[i] = rate_of(m->in[i]);
		m->out[i] = rate_of(m->out[i]);
	}
	return true;
}

static struct str keep(struct month *m, const char *text)
{
	char *at = m->texts[m->text_count++];
	size_t n = 0;
	for (; text[n] && n + 1 < sizeof(m->texts[0]); n++)
		at[n] = text[n];
	return (struct str){ at, n };
}

static void add_level(struct plot_panel *panel, const char *name, int64_t value, bool is_limit)
{
	if (panel->level_count < PLOT_LEVELS_MAX)
		panel->levels[panel->level_count++] = (struct plot_level){ name, value, is_limit };
}

/* A limit on the greater of both directions stands in each; one on their sum is in neither. */
static void add_limits(const struct month *m, struct plot *p)
{
	const struct json *list = json_get(m->of, "limits");
	for (const struct json *l = list ? list->child : NULL; l; l = l->next) {
		struct str kind = json_text(l, "kind");
		int64_t amount = json_int(l, "amount", 0);
		if (str_eq(kind, STR("usage-p95-in")) || str_eq(kind, STR("usage-p95-max")))
			add_level(&p->panels[0], "limit", amount, true);
		if (str_eq(kind, STR("usage-p95-out")) || str_eq(kind, STR("usage-p95-max")))
			add_level(&p->panels[1], "limit", amount, true);
		if (str_eq(kind, STR("usage-volume-sum")))
			add_level(&p->panels[2], "limit", amount, true);
	}
}

static void add_mark(struct month *m, struct plot *p, const struct json *of, const char *when, const char *what)
{
	char text[80];
	int64_t at;
	if (time_parse(json_text(of, when), &at) != OK || at < m->from_at || p->mark_count == PLOT_MARKS_MAX)
		return;
	size_t cell = (size_t)((at - m->from_at) / (CELL_S * SECOND_US));
	struct str verb = json_text(of, "verb"), service = json_text(of, "service");
	(void)snprintf(text, sizeof(text), "%.*s %.*s%s", (int)(verb.len < 20 ? verb.len : 20), verb.ptr ? verb.ptr : "", (int)(service.len < 30 ? service.len : 30),
		service.ptr ? service.ptr : "", what);
	if (cell < m->count)
		p->marks[p->mark_count++] = (struct plot_mark){ cell, keep(m, text) };
}

static void add_time(struct month *m, struct plot *p)
{
	char text[TIME_TEXT_MAX];
	const struct json *list = json_get(m->of, "measures");
	for (size_t day = 0; day * DAY_CELLS < m->count && p->tick_count < PLOT_TICKS_MAX; day += TICK_DAYS) {
		time_print(m->from_at + (int64_t)day * DAY_US + json_int(m->of, "offset", 0) * MINUTE_US, text);
		text[10] = 0;
		p->ticks[p->tick_count++] = (struct plot_mark){ day * DAY_CELLS, keep(m, text + 5) };
	}
	for (const struct json *x = list ? list->child : NULL; x; x = x->next) {
		add_mark(m, p, x, "since", "");
		add_mark(m, p, x, "lifted", " lifted");
	}
}

static void add_percentile(const struct month *m, struct plot_panel *panel, const char *way)
{
	const struct json *p95 = json_get(m->of, "p95"), *of = p95 ? json_get(p95, way) : NULL;
	if (of && json_get(of, "bits_per_s"))
		add_level(panel, "95th percentile", json_int(of, "bits_per_s", 0), false);
}

static void draw_usage(const struct json *of, struct month *m, struct buf *out)
{
	struct plot p = { .title = STR("Use of the month"), .text = STR("The numbers stand in the tables below."), .panel_count = 3,
		.panels = { { .title = "In: from the customer", .unit = "bit/s", .values = m->in }, { .title = "Out: to the customer", .unit = "bit/s", .values = m->out },
			{ .title = "Volume so far, in and out", .unit = "B", .values = m->sum, .sums = true } } };
	struct str known;
	if (!read_month(of, m, &known))
		return;
	p.known = known.ptr;
	p.count = m->count;
	const struct json *forecast = json_get(of, "forecast");
	p.panels[2].goes_on = forecast && json_get(forecast, "sum");
	p.panels[2].end = json_int(forecast, "sum", 0);
	add_percentile(m, &p.panels[0], "in");
	add_percentile(m, &p.panels[1], "out");
	add_limits(m, &p);
	add_time(m, &p);
	plot_write(&p, out);
}

void plot_usage(const struct json *of, struct buf *out)
{
	struct month *m = of && of->type == JSON_OBJECT ? calloc(1, sizeof(*m)) : NULL;
	if (m)
		draw_usage(of, m, out);
	free(m);
}
