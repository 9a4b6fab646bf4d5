/*
 * Times as columns write them. See pattern.h. One pass over text and pattern together; no memory.
 */
#include "format/pattern.h"

#include "base/err.h"

struct walk {
	struct str text;
	size_t at;
	bool bad;
};

static int number(struct walk *w, size_t least, size_t most)
{
	int v = 0;
	size_t n = 0;
	for (; n < most && w->at < w->text.len && w->text.ptr[w->at] >= '0' && w->text.ptr[w->at] <= '9'; n++)
		v = v * 10 + (w->text.ptr[w->at++] - '0');
	w->bad |= n < least;
	return v;
}

static int month(struct walk *w)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	struct str three = str_sub(w->text, w->at, 3);
	w->at += 3;
	for (int m = 0; m < 12; m++)
		if (str_eq_fold(three, (struct str){ names + 3 * m, 3 }))
			return m + 1;
	w->bad = true;
	return 0;
}

static int noon(struct walk *w)
{
	struct str two = str_sub(w->text, w->at, 2);
	w->at += 2;
	w->bad |= !str_eq_fold(two, STR("AM")) && !str_eq_fold(two, STR("PM"));
	return str_eq_fold(two, STR("PM")) ? 12 : 0;
}

/* Minutes east of UTC. */
static int zone(struct walk *w)
{
	char sign = w->at < w->text.len ? w->text.ptr[w->at++] : '\0';
	if (sign == 'Z' || sign == 'z')
		return 0;
	w->bad |= sign != '+' && sign != '-';
	int hours = number(w, 2, 2);
	if (w->at < w->text.len && w->text.ptr[w->at] == ':')
		w->at++;
	int minutes = number(w, 2, 2);
	w->bad |= hours > 14 || minutes > 59;
	return (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
}

static bool in_range(const struct civil *c)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;
	return c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= days[c->month - 1] && (c->month != 2 || leap || c->day < 29) && c->hour < 24 &&
		c->minute < 60 && c->second < 61;
}

/* One letter group of the pattern at p; what it is not itself stands for itself. Its length in the pattern. */
static size_t group(struct str p, struct walk *w, struct civil *c, int *ret_noon, int *ret_zone_minutes, bool *ret_zone)
{
	if (str_starts(p, STR("YYYY")))
		return c->year = number(w, 4, 4), 4;
	if (str_starts(p, STR("MON")))
		return c->month = month(w), 3;
	if (str_starts(p, STR("MM")))
		return c->month = number(w, 2, 2), 2;
	if (str_starts(p, STR("DD")))
		return c->day = number(w, 2, 2), 2;
	if (str_starts(p, STR("hh")))
		return c->hour = number(w, 2, 2), 2;
	if (str_starts(p, STR("mm")))
		return c->minute = number(w, 2, 2), 2;
	if (str_starts(p, STR("ss")))
		return c->second = number(w, 2, 2), 2;
	if (str_starts(p, STR("AM")))
		return *ret_noon = noon(w), 2;
	switch (p.ptr[0]) {
	case 'M': c->month = number(w, 1, 2); break;
	case 'D': c->day = number(w, 1, 2); break;
	case 'h': c->hour = number(w, 1, 2); break;
	case 'Z':
		*ret_zone_minutes = zone(w);
		*ret_zone = true;
		break;
	default: w->bad |= w->at >= w->text.len || w->text.ptr[w->at++] != p.ptr[0]; break;
	}
	return 1;
}

static enum err letters_time(struct str p, struct str text, int64_t *ret_at, bool *ret_zone)
{
	struct walk w = { .text = text };
	struct civil c = { .year = 1970, .month = 1, .day = 1 };
	int afternoon = -1, minutes = 0;
	bool zoned = false;
	while (p.len && !w.bad) {
		size_t n = group(p, &w, &c, &afternoon, &minutes, &zoned);
		p = str_sub(p, n, p.len);
	}
	if (!w.bad && w.at < text.len && text.ptr[w.at] == '.') {
		w.at++;
		(void)number(&w, 1, 9);
	}
	if (w.bad || w.at != text.len || (afternoon >= 0 && (c.hour < 1 || c.hour > 12)))
		return ERR_SYNTAX;
	if (afternoon >= 0)
		c.hour = c.hour % 12 + afternoon;
	if (!in_range(&c))
		return ERR_RANGE;
	*ret_at = civil_to_time(&c) - minutes * MINUTE_US;
	*ret_zone = zoned;
	return OK;
}

enum err pattern_read(struct str text, struct pattern *ret_pattern)
{
	static const char *const forms[] = { "rfc3339", "mail", "unix", "unix-ms" };
	for (int i = 0; i < PATTERN_LETTERS; i++)
		if (str_eq(text, str_of(forms[i]))) {
			*ret_pattern = (struct pattern){ .form = (enum pattern_form)i };
			return OK;
		}
	bool month = str_find(text, STR("M")) != SIZE_MAX && !(str_find(text, STR("AM")) != SIZE_MAX && str_find(text, STR("M")) == str_find(text, STR("AM")) + 1);
	if (text.len > PATTERN_MAX || str_find(text, STR("YYYY")) == SIZE_MAX || str_find(text, STR("D")) == SIZE_MAX || !month)
		return ERR_SYNTAX;
	*ret_pattern = (struct pattern){ .form = PATTERN_LETTERS, .letters = text };
	return OK;
}

enum err pattern_time(const struct pattern *p, struct str text, int64_t *ret_at, bool *ret_zone)
{
	uint64_t n;
	enum err e;
	text = str_trim(text);
	switch (p->form) {
	case PATTERN_MAIL: return time_parse_mail(text, ret_at, ret_zone);
	case PATTERN_RFC3339:
		e = time_parse(text, ret_at);
		if (e == OK)
			*ret_zone = text.len > 10;
		return e;
	case PATTERN_UNIX: case PATTERN_UNIX_MS:
		e = str_to_u64(text, UINT64_C(1) << 42, &n);
		if (e == OK && p->form == PATTERN_UNIX && n > UINT32_MAX)
			e = ERR_RANGE;
		if (e)
			return e;
		*ret_at = (int64_t)n * (p->form == PATTERN_UNIX ? SECOND_US : SECOND_US / 1000);
		*ret_zone = true;
		return OK;
	case PATTERN_LETTERS: break;
	}
	return letters_time(p->letters, text, ret_at, ret_zone);
}
