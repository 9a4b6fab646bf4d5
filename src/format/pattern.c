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

/* Longer ones first. What is none of these stands for itself: their numbers are below every printable character. */
enum { YEAR = 1, MONTH_NAME, MONTH, DAY, HOUR, MINUTE, SECOND, NOON, MONTH_SHORT, DAY_SHORT, HOUR_SHORT, ZONE, GROUPS };
static const char *const groups[GROUPS] = { [YEAR] = "YYYY", [MONTH_NAME] = "MON", [MONTH] = "MM", [DAY] = "DD", [HOUR] = "hh", [MINUTE] = "mm", [SECOND] = "ss",
	[NOON] = "AM", [MONTH_SHORT] = "M", [DAY_SHORT] = "D", [HOUR_SHORT] = "h", [ZONE] = "Z" };

static enum err letters_time(const struct pattern *p, struct str text, int64_t *ret_at, bool *ret_zone)
{
	struct walk w = { .text = text };
	struct civil c = { .year = 1970, .month = 1, .day = 1 };
	int afternoon = -1, minutes = 0;
	bool zoned = false;
	for (unsigned i = 0; i < p->count && !w.bad; i++)
		switch (p->steps[i]) {
		case YEAR: c.year = number(&w, 4, 4); break;
		case MONTH_NAME: c.month = month(&w); break;
		case MONTH: c.month = number(&w, 2, 2); break;
		case DAY: c.day = number(&w, 2, 2); break;
		case HOUR: c.hour = number(&w, 2, 2); break;
		case MINUTE: c.minute = number(&w, 2, 2); break;
		case SECOND: c.second = number(&w, 2, 2); break;
		case NOON: afternoon = noon(&w); break;
		case MONTH_SHORT: c.month = number(&w, 1, 2); break;
		case DAY_SHORT: c.day = number(&w, 1, 2); break;
		case HOUR_SHORT: c.hour = number(&w, 1, 2); break;
		case ZONE:
			minutes = zone(&w);
			zoned = true;
			break;
		default: w.bad |= w.at >= text.len || (unsigned char)text.ptr[w.at++] != p->steps[i]; break;
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
	struct pattern p = { .form = PATTERN_LETTERS };
	bool seen[GROUPS] = { false };
	for (int i = 0; i < PATTERN_LETTERS; i++)
		if (str_eq(text, str_of(forms[i]))) {
			*ret_pattern = (struct pattern){ .form = (enum pattern_form)i };
			return OK;
		}
	for (size_t i = 0; i < text.len;) {
		unsigned g = 1;
		while (g < GROUPS && !str_starts(str_sub(text, i, text.len), str_of(groups[g])))
			g++;
		if (p.count == PATTERN_MAX || (g == GROUPS && (unsigned char)text.ptr[i] < ' '))
			return ERR_SYNTAX;
		p.steps[p.count++] = g < GROUPS ? (uint8_t)g : (uint8_t)text.ptr[i];
		if (g < GROUPS)
			seen[g] = true;
		i += g < GROUPS ? strlen(groups[g]) : 1;
	}
	bool day = seen[YEAR] && (seen[MONTH] || seen[MONTH_SHORT] || seen[MONTH_NAME]) && (seen[DAY] || seen[DAY_SHORT]);
	if (!day && !(p.count == 1 && seen[ZONE]))
		return ERR_SYNTAX;
	*ret_pattern = p;
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
	return letters_time(p, text, ret_at, ret_zone);
}
