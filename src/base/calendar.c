/*
 * Business days. See calendar.h. The days of three years are laid out at a time: a shifted holiday may leave its year.
 */
#include "base/calendar.h"

enum { WALK_DAYS_MAX = 20 * CALENDAR_BUSINESS_DAYS_MAX, YEARS_AT_ONCE = 3, DAYS_OF_YEAR = 365, YEAR_MIN = 2, YEAR_MAX = 9998 };

struct laid {
	int64_t day;
	const struct holiday *holiday;
};

/* What the three years around one have; valid for days of the middle one. */
struct layout {
	int year;
	unsigned count;
	struct laid days[YEARS_AT_ONCE * CALENDAR_HOLIDAYS_MAX];
};

static int64_t day_of(int year, int month, int day)
{
	return civil_to_time(&(struct civil){ .year = year, .month = month, .day = day }) / DAY_US;
}

static int year_of(int64_t day)
{
	struct civil c;
	time_to_civil(day * DAY_US, &c);
	return c.year;
}

/* 1970-01-01 was a Thursday. */
static int weekday_of(int64_t day)
{
	return (int)(((day + 3) % 7 + 7) % 7);
}

static bool is_weekend(const struct calendar *c, int64_t day)
{
	return c->weekend >> weekday_of(day) & 1;
}

/* The Gregorian computus, by the golden number, the century's corrections and the Sunday letter. */
int64_t calendar_easter(int year)
{
	int golden = year % 19, century = year / 100;
	int epact = (19 * golden + century - century / 4 - (8 * century + 13) / 25 + 15) % 30;
	int moon = epact - epact / 28 * (1 - epact / 28 * (29 / (epact + 1)) * ((21 - golden) / 11));
	int weekday = (year + year / 4 + moon + 2 - century + century / 4) % 7;
	return day_of(year, 3, 28) + moon - weekday;
}

static int64_t nth_weekday(int year, const struct holiday *h)
{
	int64_t first = day_of(year, h->month, 1), next = h->month == 12 ? day_of(year + 1, 1, 1) : day_of(year, h->month + 1, 1);
	if (h->n > 0)
		return first + (h->weekday - weekday_of(first) + 7) % 7 + (h->n - 1) * 7;
	return next - 1 - (weekday_of(next - 1) - h->weekday + 7) % 7 + (h->n + 1) * 7;
}

/* Where the holiday falls in that year before it is shifted. */
static bool falls(const struct holiday *h, int year, int64_t *ret_day)
{
	if ((h->from_year && year < h->from_year) || (h->until_year && year > h->until_year))
		return false;
	switch (h->type) {
	case HOLIDAY_FIXED: *ret_day = day_of(year, h->month, h->day); return true;
	case HOLIDAY_EASTER: *ret_day = calendar_easter(year) + h->easter; return true;
	case HOLIDAY_NTH: *ret_day = nth_weekday(year, h); return true;
	case HOLIDAY_DATE: *ret_day = day_of(h->year, h->month, h->day); return h->year == year;
	case HOLIDAY_WORKDAY: break;
	}
	return false;
}

static const struct laid *find(const struct layout *l, int64_t day)
{
	for (unsigned i = 0; i < l->count; i++)
		if (l->days[i].day == day)
			return &l->days[i];
	return NULL;
}

static void lay(const struct calendar *c, struct layout *l, int year, bool shifted)
{
	for (unsigned i = 0; i < c->holiday_count; i++) {
		const struct holiday *h = &c->holidays[i];
		int64_t day;
		if (!falls(h, year, &day) || (h->shift != SHIFT_NONE && is_weekend(c, day)) != shifted)
			continue;
		if (shifted && h->shift == SHIFT_NEAREST)
			day += weekday_of(day) == 6 ? 1 : -1;
		else if (shifted)
			while (is_weekend(c, day) || find(l, day))
				day++;
		l->days[l->count++] = (struct laid){ day, h };
	}
}

/* Those that stay where they are come first: a shifted one makes room for them. */
static void lay_out(const struct calendar *c, struct layout *l, int year)
{
	l->year = year;
	l->count = 0;
	for (int y = year - 1; y <= year + 1; y++) {
		lay(c, l, y, false);
		lay(c, l, y, true);
	}
}

static bool is_workday(const struct calendar *c, int64_t day)
{
	for (unsigned i = 0; i < c->holiday_count; i++) {
		const struct holiday *h = &c->holidays[i];
		if (h->type == HOLIDAY_WORKDAY && day_of(h->year, h->month, h->day) == day)
			return true;
	}
	return false;
}

static bool is_business(const struct calendar *c, struct layout *l, int64_t day)
{
	int year = year_of(day);
	if (is_workday(c, day))
		return true;
	if (year != l->year)
		lay_out(c, l, year);
	return !is_weekend(c, day) && !find(l, day);
}

int64_t calendar_day(const struct calendar *c, int64_t at)
{
	int64_t local = at + c->offset_minutes * MINUTE_US;
	return local / DAY_US - (local % DAY_US < 0);
}

static bool in_range(int64_t day)
{
	return day >= day_of(YEAR_MIN, 1, 1) && day <= day_of(YEAR_MAX, 12, 31);
}

bool calendar_is_business(const struct calendar *c, int64_t day)
{
	struct layout l = { .year = 0 };
	return in_range(day) && is_business(c, &l, day);
}

const struct holiday *calendar_holiday(const struct calendar *c, int64_t day)
{
	struct layout l;
	if (!in_range(day) || is_workday(c, day))
		return NULL;
	lay_out(c, &l, year_of(day));
	const struct laid *x = find(&l, day);
	return x ? x->holiday : NULL;
}

int64_t calendar_end(const struct calendar *c, int64_t from_at, unsigned n)
{
	struct layout l = { .year = 0 };
	int64_t day = calendar_day(c, from_at);
	for (int walked = 0; n && walked < WALK_DAYS_MAX; walked++) {
		if (!in_range(++day))
			return TIME_MAX;
		n -= is_business(c, &l, day);
	}
	return n ? TIME_MAX : (day + 1) * DAY_US - c->offset_minutes * MINUTE_US;
}

/* Every week has its weekend, every year all its holidays on days of work; more days take more years, until they take no more. */
unsigned calendar_longest_days(const struct calendar *c, unsigned n)
{
	unsigned work = 0, days = 0;
	for (int d = 0; d < 7; d++)
		work += !(c->weekend >> d & 1);
	for (unsigned years = 2; work && days < WALK_DAYS_MAX;) {
		days = ((n + years * c->holiday_count) / work + 1) * 7 + 1;
		if (days / DAYS_OF_YEAR + 2 <= years)
			return days;
		years = days / DAYS_OF_YEAR + 2;
	}
	return WALK_DAYS_MAX;
}
