/*
 * Times: RFC 3339 and RFC 5322 in all their spellings, the edges of the calendar, what is refused, spans, and that printing
 * and reading are each other's reverse over four hundred years.
 */
#include "base/arena.h"
#include "base/time.h"
#include "tap.h"

static struct arena *a;

static void test_rfc3339(void)
{
	static const char *const pairs[][2] = {
		{ "2026-03-01", "2026-03-01T00:00:00Z" }, { "1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z" },
		{ "1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z" }, { "1990-12-31T23:59:60Z", "1990-12-31T23:59:59Z" },
		{ "1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870000Z" }, { "2024-02-29t00:00:00z", "2024-02-29T00:00:00Z" },
		{ "2000-02-29 12:00:00-00:00", "2000-02-29T12:00:00Z" }, { "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z" },
		{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" }, { "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z" },
		{ "2026-03-01T00:00:00.1234567890123Z", "2026-03-01T00:00:00.123456Z" },
	};
	static const char *const bad[] = { "", "2026", "2026-3-1", "2026-13-01", "2026-00-01", "2026-04-31", "2026-02-29", "1900-02-29", "2100-02-29T00:00:00Z", "2026-03-01T24:00:00Z",
		"2026-03-01T10:60:00Z", "2026-03-01T10:00:61Z", "2026-03-01T10:00Z", "2026-03-01T10:00:00", "2026-03-01T10:00:00.Z", "2026-03-01T10:00:00+0200",
		"2026-03-01T10:00:00+24:00", "2026-03-01T10:00:00+02:60", "2026-03-01T10:00:00Z ", " 2026-03-01", "20260301", "2026-03-01X10:00:00Z", "-026-03-01", "12026-03-01" };
	int64_t at = 7;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		OK_(time_parse(str_of(pairs[i][0]), &at) == OK, pairs[i][0]);
		IS_STR(time_str(a, at), str_of(pairs[i][1]), "is");
	}
	at = 7;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(time_parse(str_of(bad[i]), &at) == ERR_SYNTAX && at == 7, bad[i]);
	char out[TIME_TEXT_MAX];
	time_print_us(0, out);
	IS_STR(str_of(out), STR("1970-01-01T00:00:00.000000Z"), "the form of evidence always has six digits");
	time_print(TIME_NONE, out);
	IS_STR(str_of(out), STR("-"), "a time that is not known");
}

static void mail(const char *text, const char *want, bool want_zone)
{
	int64_t at = 7;
	bool zone = !want_zone;
	OK_(time_parse_mail(str_of(text), &at, &zone) == OK && zone == want_zone, strchr(text, '\n') ? "a folded date" : text);
	IS_STR(time_str(a, at), str_of(want), "is");
}

static void test_rfc5322(void)
{
	mail("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z", true);
	mail("Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T08:52:37Z", true);
	mail("Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)", "1969-02-14T03:02:00Z", true);
	mail("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z", true);
	mail("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06Z", true);
	mail("Mon, 29 Feb 2016 23:59:60 EST", "2016-03-01T04:59:59Z", true);
	mail("1 Jan 49 00:00 UT", "2049-01-01T00:00:00Z", true);
	mail("1 Jan 50 00:00 PST", "1950-01-01T08:00:00Z", true);
	mail("1 Jan 126 00:00 PDT", "2026-01-01T07:00:00Z", true);
	mail("1 jan 2026 00:00:00 mdt", "2026-01-01T06:00:00Z", true);
	mail("1 Jan 2026 00:00:00 Z", "2026-01-01T00:00:00Z", true);
	mail("1 Jan 2026 00:00:00 A", "2026-01-01T00:00:00Z", false);
	mail("1 Jan 2026 00:00:00 CEST", "2026-01-01T00:00:00Z", false);
	mail("1 Jan 2026 00:00:00 -0000", "2026-01-01T00:00:00Z", false);
	mail("1 Jan 2026 00:00:00", "2026-01-01T00:00:00Z", false);
	mail("(a \\) (b)) 1 Jan 2026 00:00:00 +0000", "2026-01-01T00:00:00Z", true);
	mail("Friday, 21-Nov-1997 09:55:06 +0000", "1997-11-21T09:55:06Z", true);
	static const char *const bad[] = { "", "Fri", "Xyz, 1 Jan 2026 00:00 Z", "32 Jan 2026 00:00 Z", "29 Feb 2026 00:00 Z", "1 Jan 2 00:00 Z", "1 Jan 20260 00:00 Z",
		"1 Foo 2026 00:00 Z", "1 Jan 2026 24:00 Z", "1 Jan 2026 0:0 Z", "1 Jan 2026 00:00 +2400", "1 Jan 2026 00:00 +02", "1 Jan 2026", "(open 1 Jan 2026 00:00 Z", "1 J 2026 00:00 Z",
		"1 Jan 2026 00 00 Z" };
	int64_t at = 7;
	bool zone;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(time_parse_mail(str_of(bad[i]), &at, &zone) == ERR_SYNTAX && at == 7, bad[i]);
	IS_STR(time_mail_str(a, -1), STR("Wed, 31 Dec 1969 23:59:59 +0000"), "the day of the week before 1970");
}

static void test_calendar(void)
{
	unsigned wrong = 0, days = 0;
	struct civil c = { 1899, 12, 31, 23, 59, 59 };
	int64_t first = civil_to_time(&c), previous = first - DAY_US;
	for (int64_t at = first; days < 146097; at += DAY_US, days++) {
		struct civil back;
		int64_t again;
		time_to_civil(at, &back);
		wrong += civil_to_time(&back) != at || back.hour != 23 || back.second != 59;
		if (days % 61 == 0)
			wrong += time_parse(time_str(a, at), &again) != OK || again != at;
		wrong += at - previous != DAY_US;
		previous = at;
		arena_reset(a);
	}
	IS_INT(wrong, 0, "four hundred years of days, there and back");
	time_to_civil(first + INT64_C(146097) * DAY_US, &c);
	OK_(c.year == 2299 && c.month == 12 && c.day == 31, "and they are four hundred years");
}

static void test_spans(void)
{
	static const struct { const char *text; int64_t us; const char *form; } good[] = { { "0s", 0, "0d" }, { "90s", 90 * SECOND_US, "90s" }, { "120s", 120 * SECOND_US, "2m" },
		{ "15m", 15 * MINUTE_US, "15m" }, { "48h", 48 * HOUR_US, "2d" }, { "4w", 28 * DAY_US, "28d" }, { "36525d", 36525 * DAY_US, "36525d" } };
	static const char *const bad[] = { "", "s", "1", "-1s", "1.5h", "1 h", "1y", "1H", "+1s", "1hs" };
	int64_t us = 7;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		OK_(span_parse(str_of(good[i].text), &us) == OK && us == good[i].us, good[i].text);
		IS_STR(span_str(a, us), str_of(good[i].form), "in its shortest form");
	}
	us = 7;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(span_parse(str_of(bad[i]), &us) == ERR_SYNTAX && us == 7, bad[i]);
	OK_(span_parse(STR("36526d"), &us) == ERR_RANGE && span_parse(STR("99999999999999999999s"), &us) == ERR_RANGE, "a hundred years are the most");
}

int main(void)
{
	a = arena_new("test", 1 << 20);
	if (!a)
		return 1;
	test_rfc3339();
	test_rfc5322();
	test_calendar();
	test_spans();
	arena_free(a);
	return tap_done();
}
