/*
 * Calendars in the block language. See business.h. They are part of a version's bundle: what a version counts by is posted with
 * it and never changes under a case.
 */
#include "policy/business.h"

#include "policy/show.h"

enum { YEAR_FIRST = 1900, YEAR_LAST = 2200, EASTER_DAYS_MAX = 200 };

static const char *const weekdays[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", NULL };
static const char *const months[] = { "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", NULL };
static const char *const ordinals[] = { "last", "first", "second", "third", "fourth", NULL };
static const char *const shifts[] = { "", "nearest", "next", NULL };

struct reading {
	const struct conf *s;
	struct holiday *h;
	struct why *why;
	unsigned i;             /* the word in hand */
};

static int index_of(const struct conf *s, unsigned i, const char *const *words)
{
	if (i < s->arg_count && !s->args[i].quoted)
		for (int k = 0; words[k]; k++)
			if (*words[k] && str_eq(s->args[i].text, str_of(words[k])))
				return k;
	return -1;
}

static bool is(const struct conf *s, unsigned i, const char *word)
{
	return i < s->arg_count && !s->args[i].quoted && str_eq(s->args[i].text, str_of(word));
}

static bool number(struct str s, uint64_t least, uint64_t most, int *ret_n)
{
	uint64_t n;
	if (str_to_u64(s, most, &n) != OK || n < least)
		return false;
	*ret_n = (int)n;
	return true;
}

/* "2026-12-24" */
static bool date(struct str s, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t at;
	struct civil c;
	if (s.len != 10 || time_parse(s, &at) != OK)
		return false;
	time_to_civil(at, &c);
	*ret_year = c.year;
	*ret_month = c.month;
	*ret_day = c.day;
	return c.year >= YEAR_FIRST && c.year <= YEAR_LAST;
}

/* "12-24", of every year: the leap day is none. */
static bool month_day(struct str s, int *ret_month, int *ret_day)
{
	char text[10];
	int year;
	if (s.len != 5)
		return false;
	memcpy(text, "2025-", 5);
	memcpy(text + 5, s.ptr, 5);
	return date((struct str){ text, sizeof(text) }, &year, ret_month, ret_day);
}

/* "easter", "easter -2", "easter +39" */
static bool easter(struct reading *r)
{
	if (!is(r->s, r->i, "easter"))
		return false;
	struct str next = r->i + 1 < r->s->arg_count ? r->s->args[r->i + 1].text : STR_NONE;
	bool minus = str_starts(next, STR("-"));
	r->h->type = HOLIDAY_EASTER;
	r->i++;
	if (!minus && !str_starts(next, STR("+")))
		return true;
	if (!number(str_sub(next, 1, next.len), 1, EASTER_DAYS_MAX, &r->h->easter))
		return false;
	r->h->easter = minus ? -r->h->easter : r->h->easter;
	r->i++;
	return true;
}

/* "third monday of january" */
static bool nth(struct reading *r)
{
	int n = index_of(r->s, r->i, ordinals), weekday = index_of(r->s, r->i + 1, weekdays), month = index_of(r->s, r->i + 3, months);
	if (n < 0 || weekday < 0 || !is(r->s, r->i + 2, "of") || month < 0)
		return false;
	*r->h = (struct holiday){ .type = HOLIDAY_NTH, .name = r->h->name, .n = n ? n : -1, .weekday = weekday, .month = month + 1 };
	r->i += 4;
	return true;
}

static bool place(struct reading *r)
{
	struct holiday *h = r->h;
	struct str word = r->i < r->s->arg_count ? r->s->args[r->i].text : STR_NONE;
	if (easter(r) || nth(r))
		return true;
	h->type = word.len == 10 ? HOLIDAY_DATE : HOLIDAY_FIXED;
	bool good = word.len == 10 ? date(word, &h->year, &h->month, &h->day) : month_day(word, &h->month, &h->day);
	r->i++;
	return good;
}

static bool option(struct reading *r)
{
	struct holiday *h = r->h;
	struct str value = r->i + 1 < r->s->arg_count ? r->s->args[r->i + 1].text : STR_NONE;
	if (is(r->s, r->i, "observed") && h->type == HOLIDAY_FIXED && !h->shift && index_of(r->s, r->i + 1, shifts) > 0)
		h->shift = (enum holiday_shift)index_of(r->s, r->i + 1, shifts);
	else if (is(r->s, r->i, "from") && h->type != HOLIDAY_DATE && !h->from_year && number(value, YEAR_FIRST, YEAR_LAST, &h->from_year))
		;
	else if (is(r->s, r->i, "until") && h->type != HOLIDAY_DATE && !h->until_year && number(value, YEAR_FIRST, YEAR_LAST, &h->until_year))
		;
	else
		return false;
	r->i += 2;
	return true;
}

/* holiday "Name" on WHEN [ observed nearest|next ] [ from YEAR ] [ until YEAR ] */
static enum err read_holiday(const struct conf *s, struct holiday *h, struct why *why)
{
	struct reading r = { s, h, why, 3 };
	if (s->arg_count < 4 || !s->args[1].quoted || !s->args[1].text.len || !is(s, 2, "on"))
		return conf_fail(why, s, 0, ERR_SYNTAX, "a holiday reads: holiday \"Name\" on DAY");
	h->name = s->args[1].text;
	if (!place(&r)) {
		enum err e = conf_fail(why, s, 3, ERR_SYNTAX, "\"%.*s\" is no day of a calendar", STR_ARG(s->args[3].text));
		why_hint(why, "write 12-25, 2026-12-24, easter +1, or: last monday of may");
		return e;
	}
	while (r.i < s->arg_count)
		if (!option(&r))
			return conf_fail(why, s, r.i, ERR_SYNTAX, "\"%.*s\" is not understood behind such a holiday", STR_ARG(s->args[r.i].text));
	return OK;
}

bool business_zone(struct str s, int *ret_minutes)
{
	int h, m;
	if (s.len != 6 || (s.ptr[0] != '+' && s.ptr[0] != '-') || s.ptr[3] != ':' || !number(str_sub(s, 1, 2), 0, 14, &h) || !number(str_sub(s, 4, 2), 0, 59, &m) ||
		h * 60 + m > CALENDAR_OFFSET_MINUTES_MAX)
		return false;
	*ret_minutes = s.ptr[0] == '-' ? -(h * 60 + m) : h * 60 + m;
	return true;
}

static enum err read_weekend(const struct conf *s, struct calendar *c, struct why *why)
{
	for (unsigned i = 1; i < s->arg_count; i++) {
		int day = index_of(s, i, weekdays);
		if (day < 0)
			return conf_fail(why, s, i, ERR_SYNTAX, "\"%.*s\" is no day of the week", STR_ARG(s->args[i].text));
		c->weekend |= 1U << day;
	}
	return c->weekend != 0x7f ? OK : conf_fail(why, s, 1, ERR_RANGE, "a calendar leaves a day of the week to work on");
}

static enum err read_line(const struct conf *block, const struct conf *s, struct calendar *c, struct holiday *list, struct why *why)
{
	struct holiday *h = &list[c->holiday_count];
	if (is(s, 0, "holiday") || is(s, 0, "workday")) {
		if (c->holiday_count == CALENDAR_HOLIDAYS_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "a calendar has at most %d holidays", CALENDAR_HOLIDAYS_MAX);
		c->holiday_count++;
	} else if ((is(s, 0, "zone") && conf_find(block, "zone") != s) || (is(s, 0, "title") && conf_find(block, "title") != s) ||
		(is(s, 0, "weekend") && conf_find(block, "weekend") != s)) {
		return conf_fail(why, s, 0, ERR_EXISTS, "%.*s is given twice", STR_ARG(s->args[0].text));
	}
	if (is(s, 0, "holiday"))
		return read_holiday(s, h, why);
	if (is(s, 0, "weekend"))
		return read_weekend(s, c, why);
	if (is(s, 0, "title") && s->arg_count == 2) {
		c->title = s->args[1].text;
		return OK;
	}
	h->type = HOLIDAY_WORKDAY;
	if (is(s, 0, "workday") && s->arg_count == 2 && date(s->args[1].text, &h->year, &h->month, &h->day))
		return OK;
	if (is(s, 0, "zone") && s->arg_count == 2 && business_zone(s->args[1].text, &c->offset_minutes))
		return OK;
	unsigned at = s->arg_count > 1 && (is(s, 0, "title") || is(s, 0, "workday") || is(s, 0, "zone"));
	enum err e = conf_fail(why, s, at, ERR_SYNTAX, "\"%.*s\" is not understood in a calendar", STR_ARG(s->args[at].text));
	why_hint(why, "a calendar holds: title TEXT, zone -05:00, weekend DAY ..., holiday \"Name\" on DAY, workday 2026-12-24");
	return e;
}

enum err business_read(struct arena *a, struct policy *p, const struct conf *s, struct why *why)
{
	if (s->arg_count != 2 || !s->has_block)
		return conf_fail(why, s, 0, ERR_SYNTAX, "a calendar reads: calendar NAME { ... }");
	if (policy_calendar(p, s->args[1].text))
		return conf_fail(why, s, 1, ERR_EXISTS, "there is a calendar %.*s already", STR_ARG(s->args[1].text));
	if (p->calendar_count == POLICY_CALENDARS_MAX)
		return conf_fail(why, s, 0, ERR_LIMIT, "a policy has at most %d calendars", POLICY_CALENDARS_MAX);
	struct holiday *list = ARENA_ARRAY(a, struct holiday, CALENDAR_HOLIDAYS_MAX + 1);
	struct calendar *c = &p->calendars[p->calendar_count];
	*c = (struct calendar){ .name = s->args[1].text, .holidays = list };
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for a calendar");
	for (const struct conf *line = s->child; line; line = line->next) {
		enum err e = read_line(s->child, line, c, list, why);
		if (e)
			return e;
	}
	if (!conf_find(s->child, "zone") || !conf_find(s->child, "weekend"))
		return conf_fail(why, s, 1, ERR_NOTFOUND, "a calendar says its zone and its weekend");
	p->calendar_count++;
	return OK;
}

unsigned business_wait(const struct policy *p, const struct conf *s, unsigned i, struct wait *ret_wait)
{
	int days;
	if (i >= s->arg_count)
		return 0;
	if (!is(s, i + 1, "business"))
		return span_parse(s->args[i].text, &ret_wait->us) == OK ? 1 : 0;
	const struct calendar *by = i + 4 < s->arg_count ? policy_calendar(p, s->args[i + 4].text) : NULL;
	bool words = (is(s, i + 2, "day") || is(s, i + 2, "days")) && is(s, i + 3, "by");
	if (!words || !by || !number(s->args[i].text, 1, CALENDAR_BUSINESS_DAYS_MAX, &days))
		return 0;
	*ret_wait = (struct wait){ .days = (unsigned)days, .by = by };
	return 5;
}

enum err business_bad_wait(const struct policy *p, const struct conf *s, unsigned i, struct why *why, const char *reads)
{
	const char *names[POLICY_CALENDARS_MAX + 1] = { NULL };
	char text[POLICY_CALENDARS_MAX][64];
	if (!is(s, i + 1, "business") || !is(s, i + 3, "by") || i + 4 >= s->arg_count || policy_calendar(p, s->args[i + 4].text))
		return conf_fail(why, s, i < s->arg_count ? i : 0, ERR_SYNTAX, "%s", reads);
	for (unsigned k = 0; k < p->calendar_count; k++) {
		size_t n = p->calendars[k].name.len < sizeof(text[0]) - 1 ? p->calendars[k].name.len : sizeof(text[0]) - 1;
		memcpy(text[k], p->calendars[k].name.ptr, n);
		text[k][n] = 0;
		names[k] = text[k];
	}
	enum err e = conf_fail(why, s, i + 4, ERR_NOTFOUND, "there is no calendar \"%.*s\" above", STR_ARG(s->args[i + 4].text));
	const char *near = conf_nearest(s->args[i + 4].text, names);
	if (near)
		why_hint(why, "did you mean \"%s\"?", near);
	return e;
}

static void show_holiday(const struct holiday *h, struct buf *out)
{
	if (h->type == HOLIDAY_WORKDAY) {
		buf_printf(out, "    workday %04d-%02d-%02d\n", h->year, h->month, h->day);
		return;
	}
	buf_puts(out, "    holiday ");
	show_quoted(out, h->name);
	switch (h->type) {
	case HOLIDAY_FIXED: buf_printf(out, " on %02d-%02d", h->month, h->day); break;
	case HOLIDAY_DATE: buf_printf(out, " on %04d-%02d-%02d", h->year, h->month, h->day); break;
	case HOLIDAY_NTH: buf_printf(out, " on %s %s of %s", ordinals[h->n < 0 ? 0 : h->n], weekdays[h->weekday], months[h->month - 1]); break;
	case HOLIDAY_EASTER: case HOLIDAY_WORKDAY:
		buf_puts(out, " on easter");
		if (h->easter)
			buf_printf(out, " %+d", h->easter);
		break;
	}
	if (h->shift)
		buf_printf(out, " observed %s", shifts[h->shift]);
	if (h->from_year)
		buf_printf(out, " from %d", h->from_year);
	if (h->until_year)
		buf_printf(out, " until %d", h->until_year);
	buf_putc(out, '\n');
}

void business_show(const struct calendar *c, struct buf *out)
{
	int minutes = c->offset_minutes < 0 ? -c->offset_minutes : c->offset_minutes;
	buf_puts(out, "calendar ");
	show_word(out, c->name);
	buf_puts(out, " {\n");
	if (c->title.len) {
		buf_puts(out, "    title ");
		show_quoted(out, c->title);
		buf_putc(out, '\n');
	}
	buf_printf(out, "    zone %c%02d:%02d\n    weekend", c->offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
	for (int d = 0; d < 7; d++)
		if (c->weekend >> d & 1)
			buf_printf(out, " %s", weekdays[d]);
	buf_putc(out, '\n');
	for (unsigned i = 0; i < c->holiday_count; i++)
		show_holiday(&c->holidays[i], out);
	buf_puts(out, "}\n");
}

struct str business_text(struct arena *a, const struct calendar *c)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	business_show(c, &b);
	struct str s = str_copy(a, buf_str(&b));
	buf_done(&b);
	return s;
}
