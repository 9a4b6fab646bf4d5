/*
 * Business days: a calendar of weekends and holidays, and spans counted by it. Pure; years 1 to 9999.
 *
 * A day is one of the calendar's own zone, a fixed distance from UTC. The day in which a span begins is not counted: "n business
 * days" end with the n-th business day that follows, at its midnight. So whatever may be done "not before" the n-th day may be
 * done at that instant, and whatever is due "within" them is in time until then.
 */
#ifndef AUPD_BASE_CALENDAR_H
#define AUPD_BASE_CALENDAR_H

#include <stdbool.h>

#include "base/time.h"

enum { CALENDAR_HOLIDAYS_MAX = 100, CALENDAR_BUSINESS_DAYS_MAX = 1000, CALENDAR_OFFSET_MINUTES_MAX = 14 * 60 };

enum holiday_type {
	HOLIDAY_FIXED,          /* month, day of each year */
	HOLIDAY_EASTER,         /* days from Easter Sunday of the Gregorian calendar */
	HOLIDAY_NTH,            /* the n-th weekday of a month; n < 0 counts from its end */
	HOLIDAY_DATE,           /* year, month, day, once */
	HOLIDAY_WORKDAY,        /* year, month, day is a business day, whatever else names it */
};

/* What a holiday becomes that falls on a weekend. */
enum holiday_shift {
	SHIFT_NONE,
	SHIFT_NEAREST,          /* Saturday: the day before; Sunday: the day after */
	SHIFT_NEXT,             /* the next day that is neither weekend nor another holiday */
};

struct holiday {
	enum holiday_type type;
	enum holiday_shift shift;
	int year, month, day;   /* HOLIDAY_DATE, HOLIDAY_WORKDAY; FIXED: no year; NTH: month */
	int weekday, n;         /* HOLIDAY_NTH; Monday = 0 */
	int easter;             /* HOLIDAY_EASTER: days after, or before when negative */
	int from_year, until_year;      /* 0 = always; both are included */
	struct str name;
};

struct calendar {
	struct str name, title;
	int offset_minutes;     /* of its days from UTC: -300 is five hours west */
	unsigned weekend;       /* 1 << weekday; never all seven */
	const struct holiday *holidays;
	unsigned holiday_count;
};

/* Days since 1970-01-01 of the calendar's zone. */
int64_t calendar_day(const struct calendar *c, int64_t at);
bool calendar_is_business(const struct calendar *c, int64_t day);
/* The holiday that a day is, shifted or not; NULL when it is none. */
const struct holiday *calendar_holiday(const struct calendar *c, int64_t day);
/* The end of the n-th business day that follows; TIME_MAX when the calendar has none so far ahead. */
int64_t calendar_end(const struct calendar *c, int64_t from_at, unsigned n);
/* n business days last at least n days; and by this calendar never longer than this many. */
unsigned calendar_longest_days(const struct calendar *c, unsigned n);
/* Easter Sunday, in days since 1970-01-01. */
int64_t calendar_easter(int year);

#endif
