/*
 * Limits of use as the register says them: kinds, units, amounts; and what is none.
 */
#include "model/usage_limit.h"
#include "tap.h"

static struct usage_limit l;

static enum err read_limit(const char *kind, int64_t value, const char *unit)
{
	struct entity e = { .type = ENTITY_LIMIT, .kind = str_of(kind), .value = value, .unit = str_of(unit) };
	l = (struct usage_limit){ 0 };
	return usage_limit_read(&e, &l, NULL);
}

int main(void)
{
	OK_(read_limit("usage-volume-sum", 250, "GB") == OK && !l.is_rate && l.way == USAGE_LIMIT_SUM && l.amount == UINT64_C(250000000000), "a volume of a month");
	OK_(read_limit("usage-volume-in", 2, "TiB") == OK && l.way == USAGE_LIMIT_IN && l.amount == UINT64_C(2) << 40, "in powers of 1024");
	OK_(read_limit("usage-p95-max", 100, "Mbit/s") == OK && l.is_rate && l.way == USAGE_LIMIT_MAX && l.amount == 100000000, "a percentile");
	OK_(read_limit("usage-p95-out", 0, "bit/s") == OK && l.way == USAGE_LIMIT_OUT && !l.amount, "nothing at all");
	OK_(read_limit("usage-volume-max", 1, "GB") == ERR_NOTFOUND, "a volume has no greater direction");
	OK_(read_limit("usage-volume", 1, "GB") == ERR_NOTFOUND && read_limit("usage-", 1, "GB") == ERR_NOTFOUND, "a kind without a direction is none");
	OK_(read_limit("usage-volume-in", 1, "Mbit/s") == ERR_RANGE && read_limit("usage-p95-in", 1, "GB") == ERR_RANGE, "a unit of the other kind");
	OK_(read_limit("usage-volume-in", 1, "") == ERR_RANGE && read_limit("usage-volume-in", 1, "gb") == ERR_RANGE, "no unit, and one that nobody knows");
	OK_(read_limit("usage-volume-in", -1, "GB") == ERR_RANGE && read_limit("usage-volume-in", INT64_MAX, "kB") == ERR_RANGE, "what cannot be counted");
	struct entity offset = { .type = ENTITY_LIMIT, .kind = STR("usage-offset"), .value = 345, .unit = STR("min-before") };
	int minutes = 0;
	OK_(usage_offset_is(&offset) && !usage_limit_is(&offset) && usage_offset_read(&offset, &minutes, NULL) == OK && minutes == 345, "when months begin is no limit of use");
	offset.unit = STR("min-after");
	OK_(usage_offset_read(&offset, &minutes, NULL) == OK && minutes == -345, "on the other side");
	offset.unit = STR("min");
	OK_(usage_offset_read(&offset, &minutes, NULL) == ERR_RANGE, "on no side");
	offset.unit = STR("min-after");
	offset.value = 50;
	OK_(usage_offset_read(&offset, &minutes, NULL) == ERR_RANGE, "at a quarter of an hour");
	offset.value = 855;
	OK_(usage_offset_read(&offset, &minutes, NULL) == ERR_RANGE, "of a day that is somewhere");
	struct entity other = { .type = ENTITY_LIMIT, .kind = STR("mails-per-day") };
	OK_(!usage_limit_is(&other), "other kinds are the provider's words");
	return tap_done();
}
