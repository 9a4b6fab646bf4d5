/*
 * Intervals of sessions, and accounts with their devices.
 */
#include "detect/session_account.h"
#include "detect/session_check.h"
#include "tap.h"

#define MANY UINT64_C(4000000000)

static struct session_interval ten_minutes(int64_t lasted_s)
{
	return (struct session_interval){ .from_s = 1000, .until_s = 1600, .lasted_before_s = 5000, .lasted_s = 5000 + lasted_s };
}

static bool clock_differs(int64_t lasted_s, int64_t unsure_s)
{
	struct session_interval x = ten_minutes(lasted_s);
	x.unsure_s = unsure_s;
	return session_check_clock(&x);
}

static void test_clock(void)
{
	struct session_interval x = ten_minutes(300);
	OK_(!clock_differs(600, 0) && !clock_differs(617, 0) && !clock_differs(583, 0), "two in a hundred and five seconds are nothing");
	OK_(clock_differs(618, 0) && clock_differs(582, 0) && clock_differs(0, 0) && clock_differs(-600, 0), "more is, ahead and behind");
	OK_(!clock_differs(560, 30) && clock_differs(540, 30), "how unsure the time is, is allowed for");
	x.lasted_before_s = -1;
	OK_(!session_check_clock(&x), "what was not told differs from nothing");
	x = (struct session_interval){ .from_s = 1000, .until_s = 1059, .lasted_before_s = 10, .lasted_s = 10 };
	OK_(!session_check_clock(&x), "nor does less than a minute");
}

static bool falls(uint64_t before, uint64_t now, bool wide)
{
	struct session_interval in = ten_minutes(600), out = in;
	in.counted = out.counted = true;
	in.wide = out.wide = wide;
	in.in_before = before, in.in = now;
	out.out_before = before, out.out = now;
	OK_(session_check_counter(&in) == session_check_counter(&out), "both directions are alike");
	return session_check_counter(&in);
}

static void test_counter(void)
{
	struct session_interval x = ten_minutes(600);
	OK_(!falls(5, 5, false) && !falls(5, MANY, false), "a counter may stand and rise");
	OK_(!falls(MANY, 1000, false), "and wrap at 4 GiB");
	OK_(falls(2 * (UINT64_C(1) << 32), 5, false) && falls(MANY, 1000, true), "what has the upper half does not wrap");
	x.counted = true, x.in_before = MANY, x.in = MANY - 1, x.until_s = x.from_s + 1;
	OK_(session_check_counter(&x), "nor does what would have moved 4 GiB in a second");
	x.counted = false;
	OK_(!session_check_counter(&x), "what was not told has not fallen");
}

static void test_accounts(void)
{
	struct session_accounts *a = session_accounts_new(100);
	unsigned n;
	OK_(a != NULL, "a book");
	OK_(session_accounts_begin(a, 7, 10) == 1 && session_accounts_begin(a, 7, 20) == 2 && session_accounts_begin(a, 8, 20) == 1, "open sessions of an account");
	session_accounts_end(a, 7);
	OK_(session_accounts_begin(a, 7, 30) == 2, "end");
	session_accounts_end(a, 9);
	OK_(session_accounts_device(a, 7, UINT64_C(1) << 58, 100, &n) == 0 && n == 1, "a first device");
	OK_(session_accounts_device(a, 7, UINT64_C(1) << 58, 200, &n) == 0 && n == 1, "the same again");
	OK_(session_accounts_device(a, 8, UINT64_C(1) << 58, 300, &n) == 7 && n == 1, "with another account it is known whose it was");
	OK_(session_accounts_device(a, 8, UINT64_C(1) << 58, 400, &n) == 0, "once");
	OK_(session_accounts_device(a, 7, UINT64_C(1) << 58, 400 + SESSION_DEVICE_KEPT_S, &n) == 0, "and not after a month");
	for (uint64_t d = 2; d < 32; d++)
		(void)session_accounts_device(a, 9, d << 58 | d, 500, &n);
	OK_(n > 28 && n < 60, "thirty devices are told from few");
	(void)session_accounts_device(a, 9, UINT64_C(40) << 58, 500 + 3 * SESSION_DEVICES_KEPT_S, &n);
	IS_INT(n, 1, "what was long ago is no device of today");
	IS_INT(session_accounts_estimate(0), 0, "none");
	IS_INT(session_accounts_estimate(~UINT64_C(0)), 100, "no more than a hundred");
	session_accounts_free(a);
	session_accounts_free(NULL);
}

/* More accounts than there are places: those with sessions stay. */
static void test_crowd(void)
{
	struct session_accounts *a = session_accounts_new(8);
	unsigned n;
	(void)session_accounts_begin(a, 1, 10);
	for (uint64_t i = 0; i < 10000; i++)
		(void)session_accounts_device(a, 1000 + i, 5000 + i, 100, &n);
	OK_(session_accounts_begin(a, 1, 20) == 2, "a flood of names does not push out who is there");
	session_accounts_free(a);
}

int main(void)
{
	test_clock();
	test_counter();
	test_accounts();
	test_crowd();
	return tap_done();
}
