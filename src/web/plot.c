/*
 * Panels as SVG. See plot.h.
 */
#include "web/plot.h"

#include "web/page.h"

/* In units of the drawing, of which about two are a pixel of a screen. */
enum { LEFT = 130, RIGHT = 10, STEP = 2, TOP = 64, HEIGHT = 240, BETWEEN = 76, BOTTOM = 40, WIDTH = LEFT + PLOT_COLUMNS * STEP + RIGHT, HIGHEST = 4 };

struct column {
	int64_t least, most, last;
	bool known;                     /* there is something to draw */
	bool told, unknown, inferred, ahead;
};

struct drawing {
	const struct plot *p;
	struct buf *out;
	unsigned columns;
	struct column column[PLOT_COLUMNS];
};

static size_t first_of(const struct drawing *d, unsigned c)
{
	return d->p->count * c / d->columns;
}

static int x_of(const struct drawing *d, size_t point)
{
	return d->p->count ? LEFT + (int)(point * PLOT_COLUMNS * STEP / d->p->count) : LEFT;
}

static int x_of_column(const struct drawing *d, unsigned c)
{
	return LEFT + (int)(c * PLOT_COLUMNS * STEP / d->columns);
}

static void reduce(struct drawing *d, const struct plot_panel *panel)
{
	for (unsigned c = 0; c < d->columns; c++) {
		struct column x = { .known = false };
		for (size_t i = first_of(d, c); i < first_of(d, c + 1); i++) {
			char known = d->p->known[i];
			int64_t v = panel->values[i] > 0 ? panel->values[i] : 0;
			x.ahead |= known == PLOT_AHEAD;
			x.inferred |= known == PLOT_INFERRED;
			x.unknown |= known == PLOT_NOT_KNOWN;
			if (known != PLOT_KNOWN && known != PLOT_INFERRED && !(panel->sums && known == PLOT_NOT_KNOWN))
				continue;
			x.told |= known != PLOT_NOT_KNOWN;
			x.least = !x.known || v < x.least ? v : x.least;
			x.most = !x.known || v > x.most ? v : x.most;
			x.last = v;
			x.known = true;
		}
		d->column[c] = x;
	}
}

/* The next of 1, 2, 5, 10, 20 and so on that is not below. */
static int64_t round_up(int64_t v)
{
	int64_t at = 1;
	for (int i = 0; at < v && at < INT64_MAX / 10; i++)
		at = i % 3 == 1 ? at / 2 * 5 : at * 2;
	return at < v ? v : at;
}

static int64_t top_of(const struct drawing *d, const struct plot_panel *panel)
{
	int64_t top = panel->goes_on && panel->end > 0 ? panel->end : 1;
	for (unsigned c = 0; c < d->columns; c++)
		top = d->column[c].most > top ? d->column[c].most : top;
	for (unsigned i = 0; i < panel->level_count; i++)
		top = panel->levels[i].value > top ? panel->levels[i].value : top;
	return round_up(top);
}

static int y_of(int64_t value, int64_t top, int base)
{
	__extension__ __int128 up = (__int128)(value > 0 ? value : 0) * HEIGHT / top;
	return base - (int)(up < HEIGHT ? up : HEIGHT);
}

static void put_words(struct buf *out, const char *class, const char *anchor, int x, int y, struct str text)
{
	buf_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">", class, x, y, anchor);
	page_put_text(out, text);
	buf_puts(out, "</text>");
}

/* Runs of columns that have it, as bars. */
static void put_runs(struct drawing *d, bool gaps, const char *class, int y, int height)
{
	for (unsigned c = 0, from = 0; c <= d->columns; c++) {
		const struct column *x = c < d->columns ? &d->column[c] : NULL;
		if (x && (gaps ? x->unknown && !x->told : x->inferred))
			continue;
		if (c > from)
			buf_printf(d->out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", class, x_of_column(d, from), y, x_of_column(d, c) - x_of_column(d, from), height);
		from = c + 1;
	}
}

/* Up and down in each column, joined to the next one; a gap ends it. Ret: where it ended. */
static void put_line(struct drawing *d, int64_t top, int base, int *ret_x, int *ret_y)
{
	bool open = false;
	int x = LEFT, y = base, flat = LEFT;
	buf_puts(d->out, "<path class=\"line\" d=\"");
	for (unsigned c = 0; c < d->columns; c++) {
		const struct column *k = &d->column[c];
		int high = y_of(k->most, top, base), low = y_of(k->least, top, base), next = x_of_column(d, c), begin = open && y > (high + low) / 2 ? low : high;
		bool stays = open && k->known && high == low && begin == y;
		flat = stays ? next : flat;
		if (stays)
			continue;
		if (flat > x)
			buf_printf(d->out, "h%d", flat - x);
		x = flat > x ? flat : x;
		open &= k->known;
		if (!k->known)
			continue;
		if (open)
			buf_printf(d->out, "l%d %d", next - x, begin - y);
		else
			buf_printf(d->out, "M%d %dh0", next, begin);
		if (high != low)
			buf_printf(d->out, "v%d", begin == high ? low - high : high - low);
		x = next;
		y = begin == high ? low : high;
		open = true;
	}
	if (flat > x)
		buf_printf(d->out, "h%d", flat - x);
	buf_puts(d->out, "\"/>");
	*ret_x = flat > x ? flat : x;
	*ret_y = y;
}

static void put_levels(const struct drawing *d, const struct plot_panel *panel, int64_t top, int base)
{
	for (unsigned i = 0; i < panel->level_count; i++) {
		const struct plot_level *l = &panel->levels[i];
		int y = y_of(l->value, top, base), right = LEFT + PLOT_COLUMNS * STEP;
		buf_printf(d->out, "<path class=\"%s\" d=\"M%d %dH%d\"/><text class=\"level\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">", l->is_limit ? "limit" : "level", LEFT, y, right,
			l->is_limit ? right - HIGHEST : LEFT + HIGHEST, y - HIGHEST, l->is_limit ? "end" : "start");
		page_put_text(d->out, str_of(l->name));
		buf_putc(d->out, ' ');
		page_put_scaled(d->out, l->value, panel->unit);
		buf_puts(d->out, "</text>");
	}
}

static void put_axes(const struct drawing *d, const struct plot_panel *panel, int64_t top, int base)
{
	int right = LEFT + PLOT_COLUMNS * STEP;
	put_words(d->out, "name", "start", LEFT, base - HEIGHT - 20, str_of(panel->title));
	for (int i = 0; i <= 2; i++) {
		int y = base - HEIGHT * i / 2;
		buf_printf(d->out, "<path class=\"grid\" d=\"M%d %dH%d\"/><text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LEFT, y, right, LEFT - 10, y + 8);
		page_put_scaled(d->out, top / 2 * i + (i == 2 ? top % 2 : 0), panel->unit);
		buf_puts(d->out, "</text>");
	}
	for (unsigned i = 0; i < d->p->tick_count; i++)
		buf_printf(d->out, "<path class=\"grid\" d=\"M%d %dv8\"/>", x_of(d, d->p->ticks[i].at), base);
}

static void put_panel(struct drawing *d, const struct plot_panel *panel, int base)
{
	int x, y;
	reduce(d, panel);
	int64_t top = top_of(d, panel);
	put_runs(d, true, "gap", base - HEIGHT, HEIGHT);
	put_axes(d, panel, top, base);
	put_line(d, top, base, &x, &y);
	put_runs(d, false, "inferred", base - 3, 6);
	if (panel->goes_on)
		buf_printf(d->out, "<path class=\"ahead\" d=\"M%d %dL%d %d\"/>", x, y, LEFT + PLOT_COLUMNS * STEP, y_of(panel->end, top, base));
	put_levels(d, panel, top, base);
}

static void put_time(const struct drawing *d, int base)
{
	for (unsigned i = 0; i < d->p->tick_count; i++)
		put_words(d->out, "tick", "middle", x_of(d, d->p->ticks[i].at), base + BOTTOM - 6, d->p->ticks[i].text);
	for (unsigned i = 0; i < d->p->mark_count; i++) {
		int x = x_of(d, d->p->marks[i].at);
		bool left = x > WIDTH / 2;
		buf_printf(d->out, "<path class=\"mark\" d=\"M%d 30V%d\"/>", x, base);
		put_words(d->out, "mark", left ? "end" : "start", left ? x - HIGHEST : x + HIGHEST, 26, d->p->marks[i].text);
	}
}

void plot_write(const struct plot *p, struct buf *out)
{
	struct drawing d = { .p = p, .out = out, .columns = p->count < PLOT_COLUMNS ? (unsigned)p->count : PLOT_COLUMNS };
	int base = TOP + HEIGHT;
	if (!p->count || p->count > PLOT_POINTS_MAX || p->panel_count > PLOT_PANELS_MAX)
		return;
	int height = TOP + (int)p->panel_count * HEIGHT + (p->panel_count ? (int)p->panel_count - 1 : 0) * BETWEEN + BOTTOM;
	buf_printf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>", WIDTH, height);
	page_put_text(out, p->title);
	buf_puts(out, "</title><desc>");
	page_put_text(out, p->text);
	buf_puts(out, "</desc>");
	for (unsigned i = 0; i < p->panel_count; i++, base += HEIGHT + BETWEEN)
		put_panel(&d, &p->panels[i], base);
	put_time(&d, base - HEIGHT - BETWEEN);
	buf_puts(out, "</svg>");
}

void plot_draw(struct str name, const struct json *of, const struct json *page, struct buf *out)
{
	if (str_eq(name, STR("usage")))
		plot_usage(of, out);
	else if (str_eq(name, STR("lanes")))
		plot_lanes(of, page, out);
}
