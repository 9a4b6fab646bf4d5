/*
 * Times in prose. See prose_time.h. Nothing looks further than PROSE_TIME_MAX bytes, so a text costs its length.
 */
#include "format/prose_time.h"

struct cursor {
	struct str rest;
	bool day_month;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A letter, or a byte of a letter beyond ASCII. */
static bool is_letter(char c)
{
	return (unsigned char)c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static void skip(struct cursor *c, size_t n)
{
	c->rest = str_sub(c->rest, n, c->rest.len);
}

static bool take(struct cursor *c, const char *any)
{
	if (!c->rest.len || !strchr(any, c->rest.ptr[0]) || !c->rest.ptr[0])
		return false;
	skip(c, 1);
	return true;
}

static void blanks(struct cursor *c)
{
	while (take(c, " \t"))
		continue;
}

/* A number of least to most digits, and no digit behind it; -1 when there is none. */
static int number(struct cursor *c, size_t least, size_t most)
{
	int v = 0;
	size_t n = 0;
	while (n < c->rest.len && n <= most && is_digit(c->rest.ptr[n]))
		n++;
	if (n < least || n > most)
		return -1;
	for (size_t i = 0; i < n; i++)
		v = 10 * v + (c->rest.ptr[i] - '0');
	skip(c, n);
	return v;
}

static struct str word(struct cursor *c)
{
	size_t n = 0;
	while (n < c->rest.len && is_letter(c->rest.ptr[n]))
		n++;
	struct str w = str_sub(c->rest, 0, n);
	skip(c, n);
	return w;
}

static bool take_word(struct cursor *c, const char *words)
{
	struct cursor try = *c;
	struct str w = word(&try), rest = str_of(words), one;
	while (w.len && str_split(&rest, '|', &one))
		if (str_eq_fold(one, w)) {
			*c = try;
			return true;
		}
	return false;
}

static int month(struct str w)
{
	/* English, German, French: as they begin */
	static const struct {
		const char *name;
		int month;
	} names[] = { { "jan", 1 }, { "j\xc3\xa4n", 1 }, { "feb", 2 }, { "f\xc3\xa9v", 2 }, { "fev", 2 }, { "mar", 3 }, { "m\xc3\xa4r", 3 },
		{ "maerz", 3 }, { "apr", 4 }, { "avr", 4 }, { "may", 5 }, { "mai", 5 }, { "juin", 6 }, { "jun", 6 }, { "juil", 7 },
		{ "jul", 7 }, { "aug", 8 }, { "ao\xc3\xbb", 8 }, { "aou", 8 }, { "sep", 9 }, { "oct", 10 }, { "okt", 10 }, { "nov", 11 },
		{ "dec", 12 }, { "dez", 12 },
		{ "d\xc3\xa9"
		  "c",
			12 } };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && w.len < 14; i++)
		if (str_starts_fold(w, str_of(names[i].name)))
			return names[i].month;
	return -1;
}

/* "2026-03-01", "2026/03/01" */
static bool year_first(struct cursor *c, struct civil *t)
{
	t->year = number(c, 4, 4);
	char between = c->rest.len ? c->rest.ptr[0] : 0;
	if (t->year < 0 || !take(c, "-/."))
		return false;
	t->month = number(c, 1, 2);
	if (t->month < 0 || !c->rest.len || c->rest.ptr[0] != between)
		return false;
	skip(c, 1);
	t->day = number(c, 1, 2);
	return t->day >= 0;
}

/* "01.03.2026", "01/03/2026", "3/15/2026", "01-03-2026" */
static bool year_last(struct cursor *c, struct civil *t)
{
	int one = number(c, 1, 2), two;
	char between = c->rest.len ? c->rest.ptr[0] : 0;
	if (one < 0 || !take(c, "-/."))
		return false;
	two = number(c, 1, 2);
	if (two < 0 || !c->rest.len || c->rest.ptr[0] != between)
		return false;
	skip(c, 1);
	t->year = number(c, 4, 4);
	bool turned = two > 12 && between != '.';
	t->day = turned ? two : one;
	t->month = turned ? one : two;
	c->day_month = between != '.' && one <= 12 && two <= 12 && one != two;
	return t->year >= 0;
}

/* "1 Mar 2026", "01/Mar/2026", "1. März 2026", "1st of March 2026", "1er mars 2026" */
static bool day_first(struct cursor *c, struct civil *t)
{
	t->day = number(c, 1, 2);
	if (t->day < 0)
		return false;
	(void)(take_word(c, "st|nd|rd|th|er") || take(c, "./-"));
	blanks(c);
	if (take_word(c, "of"))
		blanks(c);
	t->month = month(word(c));
	(void)take(c, "./-,");
	blanks(c);
	t->year = number(c, 4, 4);
	return t->month > 0 && t->year >= 0;
}

/* "March 1, 2026", "Mar  1 10:00:00 2026", "Mar  1 10:00:00" with a year of -1 */
static bool month_first(struct cursor *c, struct civil *t)
{
	struct str name = word(c);
	t->month = month(name);
	(void)take(c, ".");
	blanks(c);
	t->day = t->month > 0 ? number(c, 1, 2) : -1;
	(void)take_word(c, "st|nd|rd|th");
	(void)take(c, ",");
	blanks(c);
	struct cursor try = *c;
	t->year = number(&try, 4, 4);
	if (t->year >= 0)
		*c = try;
	return t->day >= 0 && (t->year >= 0 || name.len == 3);
}

/* "10:00", "10:00:00.123", "10h00", "10:00 PM", "10:00 Uhr" */
static bool clock_time(struct cursor *c, struct civil *t)
{
	t->hour = number(c, 1, 2);
	if (t->hour < 0 || !(take(c, ":") || take_word(c, "h")))
		return false;
	t->minute = number(c, 2, 2);
	struct cursor try = *c;
	if (t->minute >= 0 && take(&try, ":")) {
		t->second = number(&try, 2, 2);
		if (t->second < 0)
			return false;
		*c = try;
		if (take(&try, ".,") && number(&try, 1, 9) >= 0)
			*c = try;
	}
	try = *c;
	blanks(&try);
	if (take_word(&try, "uhr|hrs")) {
		*c = try;
	} else if (t->hour <= 12 && take_word(&try, "am|pm")) {
		char half = (char)(try.rest.ptr[-2] | 0x20);
		t->hour = t->hour % 12 + (half == 'p' ? 12 : 0);
		*c = try;
	}
	return t->minute >= 0;
}

/* "+0100", "+01:00", "+1"; seconds east, or false. */
static bool offset(struct cursor *c, int *ret_east)
{
	bool west = c->rest.len && c->rest.ptr[0] == '-';
	struct cursor try = *c;
	if (!take(&try, "+-"))
		return false;
	int all = number(&try, 4, 4), hours = all >= 0 ? all / 100 : number(&try, 1, 2), minutes = all >= 0 ? all % 100 : 0;
	if (all < 0 && take(&try, ":"))
		minutes = number(&try, 2, 2);
	if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
		return false;
	*ret_east = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	*c = try;
	return true;
}

static bool zone(struct cursor *c, int *ret_east)
{
	static const struct {
		const char *name;
		int minutes;
	} names[] = { { "Z", 0 }, { "UTC", 0 }, { "GMT", 0 }, { "UT", 0 }, { "WET", 0 }, { "CET", 60 }, { "MEZ", 60 }, { "BST", 60 },
		{ "WEST", 60 }, { "CEST", 120 }, { "MESZ", 120 }, { "EET", 120 }, { "EEST", 180 }, { "MSK", 180 }, { "JST", 540 },
		{ "AEST", 600 }, { "AEDT", 660 }, { "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 }, { "MST", -420 },
		{ "MDT", -360 }, { "PST", -480 }, { "PDT", -420 } };
	struct cursor try = *c;
	blanks(&try);
	bool open = take(&try, "(");
	if (!open && offset(&try, ret_east)) {
		*c = try;
		return true;
	}
	struct str w = word(&try);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!str_eq(w, str_of(names[i].name)))
			continue;
		*ret_east = names[i].minutes * 60;
		if (!names[i].minutes)
			(void)offset(&try, ret_east);
		if (open && !take(&try, ")"))
			return false;
		*c = try;
		return true;
	}
	return false;
}

/* What stands between a day and its time. */
static void between(struct cursor *c)
{
	blanks(c);
	(void)take(c, ",:");
	blanks(c);
	(void)take_word(c, "at|um|T|gegen|vers|\xc3\xa0");
	blanks(c);
}

static bool civil_ok(const struct civil *t)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return t->year >= 1990 && t->year <= 2200 && t->month >= 1 && t->month <= 12 && t->day >= 1 && t->day <= days[t->month - 1] &&
		t->hour <= 23 && t->minute <= 59 && t->second <= 60;
}

/* The last such day that is not after near by more than a day: clocks are wrong, and zones apart. */
static bool guess_year(struct civil *t, int64_t near)
{
	struct civil n;
	if (near == TIME_NONE)
		return false;
	time_to_civil(near, &n);
	t->year = n.year + 1;
	for (int back = 0; back < 5; back++, t->year--)
		if (civil_ok(t) && civil_to_time(t) <= near + DAY_US)
			return true;
	return false;
}

static bool date(struct cursor *c, struct civil *t)
{
	static bool (*const forms[])(struct cursor *, struct civil *) = { year_first, year_last, day_first, month_first };
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct cursor try = *c;
		*t = (struct civil){ 0 };
		if (forms[i](&try, t)) {
			*c = try;
			return true;
		}
	}
	return false;
}

bool prose_time_at(struct str text, size_t at, int64_t near, struct prose_time *ret_time)
{
	struct cursor c = { str_sub(text, at, PROSE_TIME_MAX), false };
	struct civil t;
	int east = 0;
	if (!date(&c, &t))
		return false;
	between(&c);
	if (!clock_time(&c, &t))
		return false;
	bool zoned = zone(&c, &east);
	if (t.year < 0) {
		/* ctime has its year last, after the zone where there is one */
		struct cursor try = c;
		blanks(&try);
		int year = number(&try, 4, 4);
		if (year >= 1990 && year <= 2200) {
			t.year = year;
			c = try;
			zoned = zoned || zone(&c, &east);
		} else if (!guess_year(&t, near)) {
			return false;
		}
	}
	if (!civil_ok(&t) || (c.rest.len && is_digit(c.rest.ptr[0])))
		return false;
	t.second = t.second == 60 ? 59 : t.second;
	*ret_time = (struct prose_time){ at, (size_t)(c.rest.ptr - text.ptr), civil_to_time(&t) - east * SECOND_US, zoned, c.day_month };
	return true;
}

size_t prose_zone_at(struct str text, size_t at, int *ret_east)
{
	struct cursor c = { str_sub(text, at, PROSE_TIME_MAX), false };
	return zone(&c, ret_east) ? (size_t)(c.rest.ptr - text.ptr) - at : 0;
}

void prose_zone_find(struct str text, struct prose_zone *ret_zone)
{
	static const char *const before[] = { "timezone is ", "time zone is ", "timezone: ", "time zone: ", "times are in ", "times are ",
		"all times in ", "all times ", "times in ", "timestamps are in ", "timestamps in ", "zeitzone: ", "zeitzone ist ",
		"zeiten in ", "heure locale : ", NULL };
	*ret_zone = (struct prose_zone){ 0 };
	for (const char *const *b = before; *b; b++) {
		size_t at = str_find_fold(text, str_of(*b));
		if (at == SIZE_MAX)
			continue;
		size_t from = at + strlen(*b);
		struct cursor c = { str_sub(text, from, PROSE_TIME_MAX), false };
		if (!zone(&c, &ret_zone->east))
			continue;
		ret_zone->known = true;
		ret_zone->from = from;
		ret_zone->to = (size_t)(c.rest.ptr - text.ptr);
		return;
	}
}
