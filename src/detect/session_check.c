/*
 * Intervals of sessions. See session_check.h.
 */
#include "detect/session_check.h"

enum { DRIFT_PART = 50 };
#define WRAP (UINT64_C(1) << 32)

bool session_check_clock(const struct session_interval *x)
{
	int64_t passed = x->until_s - x->from_s, lasted = x->lasted_s - x->lasted_before_s;
	if (x->lasted_s < 0 || x->lasted_before_s < 0 || passed < SESSION_CHECK_LEAST_S)
		return false;
	int64_t off = lasted > passed ? lasted - passed : passed - lasted;
	return off > passed / DRIFT_PART + SESSION_CHECK_DRIFT_S + x->unsure_s;
}

static bool falls(uint64_t before, uint64_t now, bool wide, int64_t passed_s)
{
	if (now >= before)
		return false;
	if (wide || before >= WRAP)
		return true;
	return (now + WRAP - before) / SESSION_CHECK_RATE > (uint64_t)(passed_s > 0 ? passed_s : 0);
}

bool session_check_counter(const struct session_interval *x)
{
	int64_t passed = x->until_s - x->from_s + x->unsure_s;
	return x->counted && (falls(x->in_before, x->in, x->wide, passed) || falls(x->out_before, x->out, x->wide, passed));
}
