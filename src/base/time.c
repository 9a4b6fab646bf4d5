/*
 * Times and their texts. See time.h. Proleptic Gregorian calendar, years 0 to 9999.
 */
#include "base/time.h"

#include <stdio.h>

#include "base/arena.h"

static int64_t days_from_civil(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int64_t civil_to_time(const struct civil *c)
{
	return (days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 + c->second) * SECOND_US;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

void time_to_civil(int64_t at, struct civil *ret_civil)
{
	int64_t seconds = floor_div(at, SECOND_US), days = floor_div(seconds, 86400), rest = seconds - days * 86400, z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*ret_civil = (struct civil){ (int)(yoe + era * 400 + (month <= 2)), month, (int)(doy - (153 * mp + 2) / 5 + 1), (int)(rest / 3600),
		(int)(rest / 60 % 60), (int)(rest % 60) };
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static bool civil_ok(const struct civil *c)
{
	/* a leap second reads as the second before it */
	return c->year >= 0 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= month_days(c->year, c->month) && c->hour <= 23 &&
	       c->minute <= 59 && c->second <= 60;
}

/* A cursor over text; each taker fails for good once one failed. */
struct scan {
	struct str rest;
	bool bad;
};

static int digits(struct scan *s, size_t n)
{
	uint64_t v;
	if (s->bad || s->rest.len < n || str_to_u64(str_sub(s->rest, 0, n), 9999, &v) != OK) {
		s->bad = true;
		return 0;
	}
	s->rest = str_sub(s->rest, n, s->rest.len);
	return (int)v;
}

static bool take(struct scan *s, char c)
{
	if (s->bad || !s->rest.len || s->rest.ptr[0] != c)
		return false;
	s->rest = str_sub(s->rest, 1, s->rest.len);
	return true;
}

static void want(struct scan *s, char c)
{
	if (!take(s, c))
		s->bad = true;
}

/* "+hh:mm", "-hhmm"; seconds east of UTC. */
static int zone(struct scan *s, bool colon)
{
	bool minus = take(s, '-');
	if (!minus)
		want(s, '+');
	int h = digits(s, 2);
	if (colon)
		want(s, ':');
	int m = digits(s, 2);
	if (h > 23 || m > 59)
		s->bad = true;
	return (minus ? -1 : 1) * (h * 3600 + m * 60);
}

static int64_t fraction(struct scan *s)
{
	int64_t us = 0, unit = 100000;
	if (!take(s, '.'))
		return 0;
	if (!s->rest.len || s->rest.ptr[0] < '0' || s->rest.ptr[0] > '9')
		s->bad = true;
	while (s->rest.len && s->rest.ptr[0] >= '0' && s->rest.ptr[0] <= '9') {
		us += (s->rest.ptr[0] - '0') * unit;
		unit /= 10;
		s->rest = str_sub(s->rest, 1, s->rest.len);
	}
	return us;
}

enum err time_parse(struct str text, int64_t *ret_at)
{
	struct scan s = { text, false };
	struct civil c = { .year = digits(&s, 4) };
	int64_t us = 0;
	int east = 0;
	want(&s, '-');
	c.month = digits(&s, 2);
	want(&s, '-');
	c.day = digits(&s, 2);
	if (!s.bad && s.rest.len) {
		if (!take(&s, 'T') && !take(&s, 't'))
			want(&s, ' ');
		c.hour = digits(&s, 2);
		want(&s, ':');
		c.minute = digits(&s, 2);
		want(&s, ':');
		c.second = digits(&s, 2);
		us = fraction(&s);
		if (!take(&s, 'Z') && !take(&s, 'z'))
			east = zone(&s, true);
	}
	if (s.bad || s.rest.len || !civil_ok(&c))
		return ERR_SYNTAX;
	if (c.second == 60)
		c.second = 59;
	*ret_at = civil_to_time(&c) + us - east * SECOND_US;
	return OK;
}

static struct str word(struct scan *s)
{
	size_t n = 0;
	while (n < s->rest.len && ((s->rest.ptr[n] | 0x20) >= 'a' && (s->rest.ptr[n] | 0x20) <= 'z'))
		n++;
	struct str w = str_sub(s->rest, 0, n);
	s->rest = str_sub(s->rest, n, s->rest.len);
	return w;
}

static int name_index(struct str w, const char *names)
{
	for (int i = 0; names[3 * i]; i++)
		if (str_eq_fold(w, (struct str){ names + 3 * i, 3 }))
			return i;
	return -1;
}

/* Folding white space and comments (RFC 5322 3.2.2). */
static void blanks(struct scan *s)
{
	int depth = 0;
	while (s->rest.len) {
		char c = s->rest.ptr[0];
		if (c == '\\' && depth)
			s->rest = str_sub(s->rest, 1, s->rest.len);
		else if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (!depth && c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return;
		s->rest = str_sub(s->rest, 1, s->rest.len);
	}
}

/* RFC 5322 4.3 lets blanks and comments stand around it. */
static void colon(struct scan *s)
{
	blanks(s);
	want(s, ':');
	blanks(s);
}

static int short_number(struct scan *s)
{
	return digits(s, s->rest.len > 1 && s->rest.ptr[1] >= '0' && s->rest.ptr[1] <= '9' ? 2 : 1);
}

static int mail_year(struct scan *s)
{
	size_t n = 0;
	while (n < s->rest.len && s->rest.ptr[n] >= '0' && s->rest.ptr[n] <= '9')
		n++;
	if (n < 2 || n > 4) {
		s->bad = true;
		return 0;
	}
	int y = digits(s, n);
	/* RFC 5322 4.3 */
	return n == 2 ? (y < 50 ? 2000 + y : 1900 + y) : n == 3 ? 1900 + y : y;
}

static int mail_zone(struct scan *s, bool *ret_given)
{
	static const struct { const char *name; int hours; } names[] = { { "UT", 0 }, { "GMT", 0 }, { "UTC", 0 }, { "Z", 0 }, { "EST", -5 }, { "EDT", -4 },
		{ "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 } };
	*ret_given = false;
	if (!s->rest.len)
		return 0;
	if (s->rest.ptr[0] == '+' || s->rest.ptr[0] == '-') {
		bool unknown = str_starts(s->rest, STR("-0000"));
		int east = zone(s, false);
		*ret_given = !unknown;
		return east;
	}
	struct str w = word(s);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_fold(w, str_of(names[i].name))) {
			*ret_given = true;
			return names[i].hours * 3600;
		}
	return 0;
}

enum err time_parse_mail(struct str text, int64_t *ret_at, bool *ret_zone_given)
{
	struct scan s = { str_trim(text), false };
	struct civil c = { 0 };
	bool given;
	blanks(&s);
	struct str day = word(&s);
	if (day.len) {
		if (day.len < 3 || name_index(str_sub(day, 0, 3), "MonTueWedThuFriSatSun") < 0)
			return ERR_SYNTAX;
		blanks(&s);
		(void)take(&s, ',');
	}
	blanks(&s);
	c.day = short_number(&s);
	blanks(&s);
	(void)take(&s, '-');
	struct str month = word(&s);
	c.month = 1 + name_index(str_sub(month, 0, 3), "JanFebMarAprMayJunJulAugSepOctNovDec");
	blanks(&s);
	(void)take(&s, '-');
	c.year = mail_year(&s);
	blanks(&s);
	c.hour = short_number(&s);
	colon(&s);
	c.minute = digits(&s, 2);
	blanks(&s);
	if (s.rest.len && s.rest.ptr[0] == ':') {
		colon(&s);
		c.second = digits(&s, 2);
	}
	blanks(&s);
	int east = mail_zone(&s, &given);
	if (s.bad || month.len < 3 || !civil_ok(&c))
		return ERR_SYNTAX;
	if (c.second == 60)
		c.second = 59;
	*ret_at = civil_to_time(&c) - east * SECOND_US;
	*ret_zone_given = given;
	return OK;
}

enum err time_zone_parse(struct str text, int64_t *ret_us)
{
	uint64_t hours, minutes;
	*ret_us = 0;
	if (str_eq_fold(text, STR("Z")) || str_eq_fold(text, STR("UTC")) || str_eq_fold(text, STR("GMT")))
		return OK;
	bool colon = text.len == 6 && text.ptr[3] == ':';
	if ((!colon && text.len != 5) || (text.ptr[0] != '+' && text.ptr[0] != '-') || str_to_u64(str_sub(text, 1, 2), 14, &hours) != OK ||
		str_to_u64(str_sub(text, colon ? 4 : 3, 2), 59, &minutes) != OK)
		return ERR_SYNTAX;
	*ret_us = ((int64_t)hours * HOUR_US + (int64_t)minutes * MINUTE_US) * (text.ptr[0] == '-' ? -1 : 1);
	return OK;
}

/* The last n digits of v. */
static char *put_digits(char *p, unsigned v, unsigned n)
{
	for (unsigned i = n; i; i--, v /= 10)
		p[i - 1] = (char)('0' + v % 10);
	return p + n;
}

/* By hand: a case writes dozens of times, and printf is most of what that would cost. */
static void print(int64_t at, bool always_us, char out[TIME_TEXT_MAX])
{
	struct civil c;
	int64_t us = at - floor_div(at, SECOND_US) * SECOND_US;
	if (at == TIME_NONE || at == TIME_MAX) {
		(void)snprintf(out, TIME_TEXT_MAX, "-");
		return;
	}
	time_to_civil(at, &c);
	const struct { char before; unsigned value; } parts[] = { { '-', (unsigned)c.month }, { '-', (unsigned)c.day }, { 'T', (unsigned)c.hour },
		{ ':', (unsigned)c.minute }, { ':', (unsigned)c.second } };
	char *p = put_digits(out, (unsigned)(c.year < 0 ? 0 : c.year), 4);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		*p++ = parts[i].before;
		p = put_digits(p, parts[i].value, 2);
	}
	if (us || always_us) {
		*p++ = '.';
		p = put_digits(p, (unsigned)us, 6);
	}
	memcpy(p, "Z", 2);
}

void time_print(int64_t at, char out[TIME_TEXT_MAX])
{
	print(at, false, out);
}

void time_print_us(int64_t at, char out[TIME_TEXT_MAX])
{
	print(at, true, out);
}

struct str time_str(struct arena *a, int64_t at)
{
	char buf[TIME_TEXT_MAX];
	time_print(at, buf);
	return str_copy(a, str_of(buf));
}

struct str time_mail_str(struct arena *a, int64_t at)
{
	static const char days[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c;
	time_to_civil(at, &c);
	int64_t day = floor_div(at, DAY_US) % 7;
	return str_format(a, "%.3s, %d %.3s %04d %02d:%02d:%02d +0000", days + 3 * (day < 0 ? day + 7 : day), c.day, months + 3 * (c.month - 1), c.year, c.hour,
		c.minute, c.second);
}

static const struct { char unit; int64_t us; } units[] = { { 'w', 7 * DAY_US }, { 'd', DAY_US }, { 'h', HOUR_US }, { 'm', MINUTE_US }, { 's', SECOND_US } };

enum err span_parse(struct str text, int64_t *ret_us)
{
	uint64_t v;
	if (text.len < 2)
		return ERR_SYNTAX;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text.ptr[text.len - 1] == units[i].unit) {
			/* 100 years keep every sum of times in range */
			enum err e = str_to_u64(str_sub(text, 0, text.len - 1), (uint64_t)(36525 * DAY_US / units[i].us), &v);
			if (e == OK)
				*ret_us = (int64_t)v * units[i].us;
			return e;
		}
	return ERR_SYNTAX;
}

struct str span_str(struct arena *a, int64_t us)
{
	for (size_t i = 1; i < sizeof(units) / sizeof(units[0]); i++)
		if (us % units[i].us == 0)
			return str_format(a, "%lld%c", (long long)(us / units[i].us), units[i].unit);
	return str_format(a, "%lldus", (long long)us);
}
