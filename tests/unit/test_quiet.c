/*
 * Quiet hours: how they are written, when they are, and how what is put off to them is spread.
 */
#include "model/quiet.h"
#include "tap.h"

static const int64_t day_at = INT64_C(1772323200) * SECOND_US;  /* 2026-03-01T00:00:00Z */

static bool parses(const char *text)
{
	struct quiet_hours q;
	return quiet_parse(str_of(text), &q) == OK;
}

static void test_form(void)
{
	struct quiet_hours q;
	struct buf out;
	buf_init(&out, 100);
	OK_(quiet_parse(STR("23:30-04:05"), &q) == OK && q.from == 23 * 60 + 30 && q.until == 4 * 60 + 5, "two times of the day");
	quiet_show(&q, &out);
	IS_STR(buf_str(&out), STR("23:30-04:05"), "are shown as they were written");
	buf_done(&out);
	OK_(!parses("03:00-03:00") && !parses("3:00-05:00") && !parses("03:00-24:00") && !parses("03:60-05:00") && !parses("03:00 05:00") && !parses(""), "and nothing else is read");
}

static void test_moments(void)
{
	struct quiet_hours night = { 3 * 60, 5 * 60 }, over = { 23 * 60, 60 };
	int64_t at = quiet_at(&night, 0, day_at + 12 * HOUR_US, STR("x"));
	OK_(at >= day_at + 27 * HOUR_US && at < day_at + 28 * HOUR_US, "from noon on it is the first hour of the next ones");
	OK_(quiet_at(&night, 0, day_at + 12 * HOUR_US, STR("x")) == at, "the same each time");
	at = quiet_at(&night, 0, day_at + 4 * HOUR_US + 50 * MINUTE_US, STR("y"));
	OK_(at >= day_at + 4 * HOUR_US + 50 * MINUTE_US && at < day_at + 5 * HOUR_US, "within them it is before they end");
	OK_(quiet_is(&night, 0, day_at + 3 * HOUR_US) && !quiet_is(&night, 0, day_at + 5 * HOUR_US) && !quiet_is(&night, 0, day_at + 3 * HOUR_US - 1), "their beginning is theirs, their end is not");
	OK_(quiet_is(&night, 60, day_at + 2 * HOUR_US) && !quiet_is(&night, 60, day_at + 4 * HOUR_US), "by the day of the zone");
	OK_(quiet_is(&night, -300, day_at + 9 * HOUR_US) && !quiet_is(&night, -300, day_at + 3 * HOUR_US), "which may be behind");
	OK_(quiet_is(&over, 0, day_at + 30 * MINUTE_US) && quiet_is(&over, 0, day_at + 23 * HOUR_US) && !quiet_is(&over, 0, day_at + HOUR_US), "over midnight");
}

static void test_spread(void)
{
	struct quiet_hours night = { 3 * 60, 5 * 60 };
	unsigned quarters[4] = { 0 };
	char name[24];
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "C-%d", i);
		int64_t into = quiet_at(&night, 0, day_at + 12 * HOUR_US, str_of(name)) - (day_at + 27 * HOUR_US);
		quarters[into / (15 * MINUTE_US) & 3]++;
	}
	OK_(quarters[0] > 200 && quarters[1] > 200 && quarters[2] > 200 && quarters[3] > 200, "a thousand of them are spread over an hour");
}

int main(void)
{
	test_form();
	test_moments();
	test_spread();
	return tap_done();
}
