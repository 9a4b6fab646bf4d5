/*
 * Business days: Easter against known years, holidays that move, shift and are moved by decree, spans over weekends, the ends of
 * years, zones; and that a span never is longer than the calendar says it can be.
 */
#include "base/arena.h"
#include "base/calendar.h"
#include "tap.h"

enum { MON, TUE, WED, THU, FRI, SAT, SUN };

static struct arena *a;

static const struct holiday us_days[] = {
	{ .type = HOLIDAY_FIXED, .shift = SHIFT_NEAREST, .month = 1, .day = 1, .name = { "new-year", 8 } },
	{ .type = HOLIDAY_NTH, .month = 1, .weekday = MON, .n = 3, .from_year = 1986, .name = { "king", 4 } },
	{ .type = HOLIDAY_NTH, .month = 5, .weekday = MON, .n = -1, .name = { "memorial", 8 } },
	{ .type = HOLIDAY_FIXED, .shift = SHIFT_NEAREST, .month = 6, .day = 19, .from_year = 2021, .name = { "juneteenth", 10 } },
	{ .type = HOLIDAY_FIXED, .shift = SHIFT_NEAREST, .month = 7, .day = 4, .name = { "independence", 12 } },
	{ .type = HOLIDAY_NTH, .month = 11, .weekday = THU, .n = 4, .name = { "thanksgiving", 12 } },
	{ .type = HOLIDAY_FIXED, .shift = SHIFT_NEAREST, .month = 12, .day = 25, .name = { "christmas", 9 } },
};
static const struct holiday uk_days[] = {
	{ .type = HOLIDAY_FIXED, .shift = SHIFT_NEXT, .month = 1, .day = 1, .name = { "new-year", 8 } },
	{ .type = HOLIDAY_EASTER, .easter = -2, .name = { "good-friday", 11 } },
	{ .type = HOLIDAY_EASTER, .easter = 1, .name = { "easter-monday", 13 } },
	{ .type = HOLIDAY_NTH, .month = 5, .weekday = MON, .n = 1, .name = { "may", 3 } },
	{ .type = HOLIDAY_FIXED, .shift = SHIFT_NEXT, .month = 12, .day = 25, .name = { "christmas", 9 } },
	{ .type = HOLIDAY_FIXED, .shift = SHIFT_NEXT, .month = 12, .day = 26, .name = { "boxing", 6 } },
	{ .type = HOLIDAY_WORKDAY, .year = 2020, .month = 5, .day = 4 },
	{ .type = HOLIDAY_DATE, .year = 2020, .month = 5, .day = 8, .name = { "ve-day", 6 } },
};
static const struct calendar us = { .offset_minutes = -300, .weekend = 1U << SAT | 1U << SUN, .holidays = us_days, .holiday_count = sizeof(us_days) / sizeof(us_days[0]) };
static const struct calendar uk = { .weekend = 1U << SAT | 1U << SUN, .holidays = uk_days, .holiday_count = sizeof(uk_days) / sizeof(uk_days[0]) };
static const struct calendar fridays = { .offset_minutes = 240, .weekend = 1U << FRI | 1U << SAT };

static int64_t at(const char *text)
{
	int64_t t = TIME_NONE;
	return time_parse(str_of(text), &t) == OK ? t : TIME_NONE;
}

static int64_t day(const char *text)
{
	return at(text) / DAY_US;
}

static void test_easter(void)
{
	static const char *const days[] = { "1818-03-22", "1943-04-25", "1954-04-18", "1961-04-02", "1981-04-19", "2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21",
		"2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2049-04-18", "2076-04-19", "2285-03-22" };
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		struct civil c;
		time_to_civil(at(days[i]), &c);
		OK_(calendar_easter(c.year) == day(days[i]), days[i]);
	}
}

static void is_holiday(const struct calendar *c, const char *when, const char *name)
{
	const struct holiday *h = calendar_holiday(c, day(when));
	IS_STR(h ? h->name : STR("none"), str_of(name), when);
}

static void test_holidays(void)
{
	is_holiday(&us, "2026-01-19", "king");
	is_holiday(&us, "2026-05-25", "memorial");
	is_holiday(&us, "2021-05-31", "memorial");
	is_holiday(&us, "2026-11-26", "thanksgiving");
	is_holiday(&us, "2024-11-28", "thanksgiving");
	is_holiday(&us, "2020-06-19", "none");
	is_holiday(&us, "2021-06-18", "juneteenth");
	is_holiday(&us, "2022-06-20", "juneteenth");
	is_holiday(&us, "2026-07-03", "independence");
	is_holiday(&us, "2026-07-04", "none");
	is_holiday(&us, "2021-12-31", "new-year");
	is_holiday(&us, "2022-01-01", "none");
	is_holiday(&us, "1985-01-21", "none");
	is_holiday(&uk, "2026-04-03", "good-friday");
	is_holiday(&uk, "2026-04-06", "easter-monday");
	is_holiday(&uk, "2020-05-08", "ve-day");
	is_holiday(&uk, "2020-05-04", "none");
	OK_(calendar_is_business(&uk, day("2020-05-04")), "a Monday that a decree takes the holiday from is worked");
	/* a Saturday and a Sunday; a Sunday before a Monday */
	is_holiday(&uk, "2021-12-27", "christmas");
	is_holiday(&uk, "2021-12-28", "boxing");
	is_holiday(&uk, "2022-12-26", "boxing");
	is_holiday(&uk, "2022-12-27", "christmas");
	is_holiday(&uk, "2023-01-02", "new-year");
}

static void ends(const struct calendar *c, const char *from, unsigned n, const char *until)
{
	IS_STR(time_str(a, calendar_end(c, at(from), n)), str_of(until), from);
}

static void test_spans(void)
{
	/* from a Friday: Monday is the first */
	ends(&us, "2026-03-06T15:00:00Z", 1, "2026-03-10T05:00:00Z");
	ends(&us, "2026-03-06T15:00:00Z", 10, "2026-03-21T05:00:00Z");
	ends(&us, "2026-03-06T15:00:00Z", 14, "2026-03-27T05:00:00Z");
	/* four in the morning of Saturday in Greenwich is Friday evening there */
	ends(&us, "2026-03-07T04:00:00Z", 1, "2026-03-10T05:00:00Z");
	ends(&us, "2026-03-09T04:59:59Z", 1, "2026-03-10T05:00:00Z");
	ends(&us, "2026-03-09T05:00:00Z", 1, "2026-03-11T05:00:00Z");
	/* over Christmas on a Friday and New Year's Day on the next */
	ends(&us, "2026-12-23T12:00:00Z", 2, "2026-12-29T05:00:00Z");
	ends(&us, "2026-12-23T12:00:00Z", 6, "2027-01-05T05:00:00Z");
	/* the day before a New Year's Day that is a Saturday belongs to another year than its holiday */
	ends(&us, "2021-12-30T12:00:00Z", 1, "2022-01-04T05:00:00Z");
	ends(&uk, "2026-04-02T10:00:00Z", 1, "2026-04-08T00:00:00Z");
	ends(&fridays, "2026-03-05T08:00:00Z", 1, "2026-03-08T20:00:00Z");
	ends(&us, "1969-12-30T12:00:00Z", 1, "1970-01-01T05:00:00Z");
	OK_(calendar_end(&us, at("9998-12-20T00:00:00Z"), 100) == TIME_MAX, "beyond the years that can be counted there is no end");
}

/* Every day of forty years: the bound holds, and the last day counted is a business day. */
static void test_bounds(void)
{
	static const unsigned spans[] = { 1, 5, 10, 14, 250, CALENDAR_BUSINESS_DAYS_MAX };
	bool longest = true, least = true, business = true;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		for (int64_t d = day("2000-01-01"); d < day("2040-01-01"); d += spans[i] > 20 ? 61 : 1) {
			int64_t from = d * DAY_US, end = calendar_end(&uk, from, spans[i]);
			longest &= end - from <= (int64_t)calendar_longest_days(&uk, spans[i]) * DAY_US;
			least &= end - from >= (int64_t)spans[i] * DAY_US;
			business &= calendar_is_business(&uk, end / DAY_US - 1);
		}
	OK_(longest, "no span is longer than the calendar says");
	OK_(least, "n business days last n days or more");
	OK_(business, "a span ends with a business day");
}

int main(void)
{
	a = arena_new("test", 1 << 20);
	test_easter();
	test_holidays();
	test_spans();
	test_bounds();
	arena_free(a);
	return tap_done();
}
