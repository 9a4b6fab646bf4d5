/*
 * The cases of a customer over time, a lane for each clause. See plot.h.
 *
 * A case is a bar from its opening until it was over, or until now; its number and state stand in it or behind it. Where bars or texts would
 * cover each other they go below each other. What has no room is left out: the table beside it has all.
 */
#include "web/plot.h"

#include <stdlib.h>

#include "base/time.h"
#include "web/page.h"

enum { CASES_MAX = 200, LANES_MAX = 24, ROWS_MAX = 12, LEFT = 300, WIDTH = 1140, LETTER = 13, ROW = 34, BAR = 26, GAP = 14, TICKS = 8, BAR_LEAST = 6 };

struct bar {
	struct str number, state;
	int64_t from_at, until_at;
	unsigned lane, row;
	bool open;
};

struct lanes {
	int64_t from_at, until_at;
	struct str clauses[LANES_MAX];
	unsigned rows[LANES_MAX], lane_count;
	int filled[LANES_MAX][ROWS_MAX];        /* until where each row of a lane is taken */
	struct bar bars[CASES_MAX];
	unsigned bar_count;
};

static int x_of(const struct lanes *l, int64_t at)
{
	int64_t span = (l->until_at - l->from_at) / SECOND_US;
	return LEFT + (int)(span > 0 ? (at - l->from_at) / SECOND_US * WIDTH / span : 0);
}

static bool lane_of(struct lanes *l, struct str clause, unsigned *ret_lane)
{
	unsigned i = 0;
	while (i < l->lane_count && !str_eq(l->clauses[i], clause))
		i++;
	if (i == LANES_MAX)
		return false;
	if (i == l->lane_count)
		l->clauses[l->lane_count++] = clause;
	*ret_lane = i;
	return true;
}

/* Of a sealed case there is no time. */
static void take(struct lanes *l, const struct json *c, int64_t now_at)
{
	struct bar *b = &l->bars[l->bar_count];
	*b = (struct bar){ .number = json_text(c, "case"), .state = json_text(c, "state"), .until_at = now_at };
	if (l->bar_count == CASES_MAX - 1 || time_parse(json_text(c, "opened"), &b->from_at) != OK)
		return;
	b->open = time_parse(json_text(c, "resolved"), &b->until_at) != OK;
	if (b->open)
		b->until_at = now_at;
	if (b->from_at > b->until_at || !lane_of(l, json_text(c, "clause"), &b->lane))
		return;
	l->from_at = b->from_at < l->from_at ? b->from_at : l->from_at;
	l->bar_count++;
}

static int text_len(const struct bar *b)
{
	size_t n = b->number.len + b->state.len + 1;
	return (int)(n < 60 ? n : 60) * LETTER + 2 * LETTER;
}

/* A text that would go over the edge stands before its bar's end. */
static int text_at(const struct lanes *l, const struct bar *b)
{
	int x = x_of(l, b->from_at) + LETTER / 2;
	return x + text_len(b) > LEFT + WIDTH ? LEFT + WIDTH - text_len(b) : x;
}

static int by_start(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;
	return x->from_at < y->from_at ? -1 : x->from_at > y->from_at;
}

static void place(struct lanes *l)
{
	unsigned kept = 0;
	qsort(l->bars, l->bar_count, sizeof(l->bars[0]), by_start);
	for (unsigned i = 0; i < l->bar_count; i++) {
		struct bar b = l->bars[i];
		int begin = x_of(l, b.from_at), text = text_at(l, &b), end = x_of(l, b.until_at);
		begin = text < begin ? text : begin;
		end = text + text_len(&b) > end ? text + text_len(&b) : end;
		while (b.row < ROWS_MAX && l->filled[b.lane][b.row] > begin)
			b.row++;
		if (b.row == ROWS_MAX)
			continue;
		l->filled[b.lane][b.row] = end;
		l->rows[b.lane] = b.row + 1 > l->rows[b.lane] ? b.row + 1 : l->rows[b.lane];
		l->bars[kept++] = b;
	}
	l->bar_count = kept;
}

static void put_bar(const struct lanes *l, const struct bar *b, int top, struct buf *out)
{
	int x = x_of(l, b->from_at), y = top + (int)b->row * ROW, width = x_of(l, b->until_at) - x;
	buf_printf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/><text x=\"%d\" y=\"%d\">", b->open ? "case open" : "case", x, y,
		width > BAR_LEAST ? width : BAR_LEAST, BAR, text_at(l, b), y + BAR - 6);
	page_put_text(out, b->number);
	buf_putc(out, ' ');
	page_put_text(out, b->state);
	buf_puts(out, "</text>");
}

static void put_days(const struct lanes *l, int base, struct buf *out)
{
	static const int steps[] = { 1, 2, 7, 14, 30, 90, 180, 365, 1000 };
	int64_t days = (l->until_at - l->from_at) / DAY_US;
	size_t i = 0;
	while (i + 1 < sizeof(steps) / sizeof(steps[0]) && days / steps[i] > TICKS)
		i++;
	for (int64_t at = (l->from_at / DAY_US + 1) * DAY_US; at < l->until_at; at += steps[i] * DAY_US) {
		char text[TIME_TEXT_MAX];
		time_print(at, text);
		text[10] = 0;
		buf_printf(out, "<path class=\"grid\" d=\"M%d 10V%d\"/>", x_of(l, at), base);
		if (x_of(l, at) < LEFT + WIDTH - 6 * LETTER)
			buf_printf(out, "<text class=\"tick\" x=\"%d\" y=\"%d\">%s</text>", x_of(l, at), base + 26, text);
	}
}

static void put_lanes(const struct lanes *l, struct buf *out)
{
	int tops[LANES_MAX], base = GAP;
	for (unsigned i = 0; i < l->lane_count; i++) {
		tops[i] = base;
		base += (int)l->rows[i] * ROW + GAP;
	}
	buf_printf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>Cases over time, a lane for each clause</title><desc>The table beside it has the same cases.</desc>",
		LEFT + WIDTH + GAP, base + 40);
	put_days(l, base, out);
	for (unsigned i = 0; i < l->lane_count; i++) {
		buf_printf(out, "<path class=\"grid\" d=\"M0 %dH%d\"/><text class=\"name\" x=\"0\" y=\"%d\">", tops[i] - GAP / 2, LEFT + WIDTH, tops[i] + BAR - 6);
		page_put_text(out, l->clauses[i]);
		buf_puts(out, "</text>");
	}
	for (unsigned i = 0; i < l->bar_count; i++)
		put_bar(l, &l->bars[i], tops[l->bars[i].lane], out);
	buf_puts(out, "</svg>");
}

void plot_lanes(const struct json *cases, const struct json *page, struct buf *out)
{
	struct lanes *l = calloc(1, sizeof(*l));
	int64_t now_at;
	if (l && cases && cases->type == JSON_ARRAY && time_parse(json_text(page, "now"), &now_at) == OK) {
		l->from_at = l->until_at = now_at;
		for (const struct json *c = cases->child; c; c = c->next)
			take(l, c, now_at);
		l->from_at -= (now_at - l->from_at) / 50 + DAY_US / 24;
		place(l);
		if (l->bar_count)
			put_lanes(l, out);
	}
	free(l);
}
