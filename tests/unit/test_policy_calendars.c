/*
 * The calendars that ship, against the days that were published for known years. They are read from the policy that ships.
 */
#include "policy/directory.h"
#include "policy/load.h"
#include "tap.h"

static struct arena *arena;

static int64_t day(const char *text)
{
	int64_t at = TIME_NONE;
	return time_parse(str_of(text), &at) == OK ? at / DAY_US : 0;
}

/* The days of that year other than weekends that are no business days, as "MM-DD MM-DD ...". */
static void year(const struct policy *p, const char *name, const char *from, const char *until, const char *want)
{
	const struct calendar *c = policy_calendar(p, str_of(name));
	struct str s = STR_NONE;
	for (int64_t d = day(from); c && d < day(until); d++) {
		bool weekend = c->weekend >> (d + 3) % 7 & 1;
		if (!weekend && !calendar_is_business(c, d))
			s = str_format(arena, "%.*s%s%.*s", STR_ARG(s), s.len ? " " : "", STR_ARG(str_sub(time_str(arena, d * DAY_US), 5, 5)));
	}
	IS_STR(s, str_of(want), from);
}

int main(void)
{
	struct bundle b;
	struct policy *p;
	struct why why = { .line = 0 };
	arena = arena_new("test", 32 << 20);
	if (directory_read(arena, POLICY, &b, &why) != OK || policy_load(arena, &b, &p, &why) != OK) {
		OK_(false, why.text);
		return tap_done();
	}
	year(p, "us-federal", "2021-01-01", "2022-01-01", "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31");
	year(p, "us-federal", "2022-01-01", "2023-01-01", "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26");
	year(p, "us-federal", "2026-01-01", "2027-01-01", "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25");
	year(p, "de", "2023-01-01", "2024-01-01", "04-07 04-10 05-01 05-18 05-29 10-03 12-25 12-26");
	year(p, "de", "2026-01-01", "2027-01-01", "01-01 04-03 04-06 05-01 05-14 05-25 12-25");
	year(p, "uk", "2020-01-01", "2021-01-01", "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28");
	year(p, "uk", "2022-01-01", "2023-01-01", "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27");
	year(p, "uk", "2023-01-01", "2024-01-01", "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26");
	year(p, "uk", "2026-01-01", "2027-01-01", "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28");
	year(p, "target", "2025-01-01", "2026-01-01", "01-01 04-18 04-21 05-01 12-25 12-26");
	arena_free(arena);
	return tap_done();
}
