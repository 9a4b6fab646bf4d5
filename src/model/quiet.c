/*
 * Quiet hours. See quiet.h.
 */
#include "model/quiet.h"

#include "base/digest.h"

enum { DAY_MINUTES = 24 * 60, SPREAD_MINUTES = 60, CLOCK_LEN = 5 };

static bool minutes_of(struct str s, unsigned *ret_minutes)
{
	uint64_t hours, minutes;
	if (s.len != CLOCK_LEN || s.ptr[2] != ':' || str_to_u64(str_sub(s, 0, 2), 23, &hours) != OK || str_to_u64(str_sub(s, 3, 2), 59, &minutes) != OK)
		return false;
	*ret_minutes = (unsigned)(hours * 60 + minutes);
	return true;
}

enum err quiet_parse(struct str text, struct quiet_hours *ret_hours)
{
	struct quiet_hours q;
	if (text.len != 2 * CLOCK_LEN + 1 || text.ptr[CLOCK_LEN] != '-' || !minutes_of(str_sub(text, 0, CLOCK_LEN), &q.from) ||
		!minutes_of(str_sub(text, CLOCK_LEN + 1, CLOCK_LEN), &q.until) || q.from == q.until)
		return ERR_SYNTAX;
	*ret_hours = q;
	return OK;
}

void quiet_show(const struct quiet_hours *q, struct buf *out)
{
	buf_printf(out, "%02u:%02u-%02u:%02u", q->from / 60, q->from % 60, q->until / 60, q->until % 60);
}

static int64_t length_us(const struct quiet_hours *q)
{
	return (int64_t)((q->until + DAY_MINUTES - q->from) % DAY_MINUTES) * MINUTE_US;
}

/* When the last ones began, at or before now. */
static int64_t began_at(const struct quiet_hours *q, int zone_minutes, int64_t now)
{
	int64_t zone = zone_minutes * MINUTE_US, from = q->from * MINUTE_US, local = now + zone - from;
	return local / DAY_US * DAY_US + from - zone;
}

bool quiet_is(const struct quiet_hours *q, int zone_minutes, int64_t now)
{
	return now - began_at(q, zone_minutes, now) < length_us(q);
}

int64_t quiet_at(const struct quiet_hours *q, int zone_minutes, int64_t now, struct str name)
{
	static const uint8_t open_key[16] = { 0 };
	int64_t began = began_at(q, zone_minutes, now), end = began + length_us(q), from = now;
	if (now >= end) {
		from = began + DAY_US;
		end += DAY_US;
	}
	int64_t room = end - from < SPREAD_MINUTES * MINUTE_US ? end - from : SPREAD_MINUTES * MINUTE_US;
	return from + (int64_t)(siphash(open_key, name) % (uint64_t)(room / SECOND_US ? room / SECOND_US : 1)) * SECOND_US;
}
