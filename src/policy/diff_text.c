/*
 * What two texts do not share, unit by unit: sentences of a paragraph, lines of a letter. See diff.h. Pure.
 *
 * The longest common sequence is worked out in a table of UNITS_MAX by UNITS_MAX; longer texts have no detail, that they
 * differ is told all the same. White space and line breaks inside a sentence do not count: a text set anew is the same text.
 */
#include "policy/diff.h"

enum { UNITS_MAX = 1000, DETAIL_MAX = 1 << 20 };

struct units {
	struct str *list;
	unsigned count;
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One blank where any were. */
static struct str squeezed(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.len + 1);
	size_t n = 0;
	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < s.len; i++)
		if (!blank(s.ptr[i]))
			p[n++] = s.ptr[i];
		else if (n && p[n - 1] != ' ')
			p[n++] = ' ';
	return str_trim((struct str){ p, n });
}

static bool ends_sentence(struct str s, size_t i)
{
	return strchr(".!?:;", s.ptr[i]) && (i + 1 == s.len || blank(s.ptr[i + 1]));
}

static bool ends_unit(struct str s, size_t i, enum diff_unit unit)
{
	return i + 1 == s.len || (unit == DIFF_LINES ? s.ptr[i] == '\n' : ends_sentence(s, i));
}

static bool split(struct arena *a, struct str text, enum diff_unit unit, struct units *out)
{
	*out = (struct units){ ARENA_ARRAY(a, struct str, UNITS_MAX), 0 };
	for (size_t from = 0, i = 0; out->list && i < text.len; i++) {
		if (!ends_unit(text, i, unit))
			continue;
		struct str one = squeezed(a, str_sub(text, from, i + 1 - from));
		from = i + 1;
		if (!one.len)
			continue;
		if (out->count == UNITS_MAX)
			return false;
		out->list[out->count++] = one;
	}
	return out->list != NULL;
}

/* In the order in which both are read: '=' is in both, '-' is gone, '+' is new. false: they are too long for it, or memory is out. */
static bool walk(struct arena *a, struct str before, struct str after, enum diff_unit unit, void (*put)(void *arg, char sign, struct str s), void *arg)
{
	struct units x, y;
	if (!split(a, before, unit, &x) || !split(a, after, unit, &y))
		return false;
	unsigned row = y.count + 1, i = 0, j = 0;
	uint16_t *common = ARENA_ARRAY(a, uint16_t, (size_t)(x.count + 1) * row);
	if (!common)
		return false;
	/* common[i * row + j]: how much x from i on and y from j on share; the arena's memory is zero */
	for (i = x.count; i-- > 0;)
		for (j = y.count; j-- > 0;) {
			uint16_t skip_x = common[(i + 1) * row + j], skip_y = common[i * row + j + 1];
			common[i * row + j] = str_eq(x.list[i], y.list[j]) ? (uint16_t)(common[(i + 1) * row + j + 1] + 1) : skip_x > skip_y ? skip_x : skip_y;
		}
	for (i = j = 0; i < x.count || j < y.count;) {
		if (i < x.count && j < y.count && str_eq(x.list[i], y.list[j])) {
			put(arg, '=', x.list[i++]);
			j++;
		} else if (j == y.count || (i < x.count && common[(i + 1) * row + j] >= common[i * row + j + 1])) {
			put(arg, '-', x.list[i++]);
		} else {
			put(arg, '+', y.list[j++]);
		}
	}
	return true;
}

static void say(void *arg, char sign, struct str s)
{
	if (sign != '=')
		buf_printf(arg, "%c %.*s\n", sign, STR_ARG(s));
}

struct str diff_text(struct arena *a, struct str before, struct str after, enum diff_unit unit)
{
	struct buf out;
	buf_init(&out, DETAIL_MAX);
	bool told = walk(a, before, after, unit, say, &out);
	struct str detail = !told || out.err ? STR_NONE : !out.len ? STR("= only its spacing and line breaks\n") : str_copy(a, buf_str(&out));
	buf_done(&out);
	return detail;
}

struct sides {
	struct diff_row *rows;
	unsigned count, open;           /* open: the first row that waits for what stands there now */
};

static void put_side(void *arg, char sign, struct str s)
{
	struct sides *d = arg;
	if (sign == '+' && d->open < d->count) {
		d->rows[d->open++].after = s;
		return;
	}
	d->rows[d->count++] = (struct diff_row){ sign == '+' ? STR_NONE : s, sign == '-' ? STR_NONE : s, sign == '=' };
	if (sign != '-')
		d->open = d->count;
}

bool diff_rows(struct arena *a, struct str before, struct str after, enum diff_unit unit, struct diff_row **ret_rows, unsigned *ret_count)
{
	struct sides d = { .rows = ARENA_ARRAY(a, struct diff_row, 2 * UNITS_MAX) };
	if (!d.rows || !walk(a, before, after, unit, put_side, &d))
		return false;
	*ret_rows = d.rows;
	*ret_count = d.count;
	return true;
}
