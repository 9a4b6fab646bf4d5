/*
 * Use against a limit. See usage_compare.h.
 */
#include "detect/usage_compare.h"

/* With no rounding: octets of a month, or of a cell of USAGE_CELL_S seconds against bits a second. */
static bool is_beyond(const struct usage_limit *l, uint64_t octets)
{
	__extension__ unsigned __int128 used = octets, most = l->amount;
	return l->is_rate ? used * 8 > most * USAGE_CELL_S : used > most;
}

static bool is_near(const struct usage_limit *l, uint64_t octets)
{
	__extension__ unsigned __int128 used = octets, most = l->amount;
	return used * 100 >= most * USAGE_NEAR_PERCENT;
}

static void compare_rate(const struct usage_series *u, const struct usage_limit *l, struct usage_verdict *ret)
{
	struct usage_percentile p;
	usage_percentile(u, (enum usage_direction)l->way, &p);
	bool early = p.cells < USAGE_FORECAST_CELLS_MIN;
	ret->used = usage_bits_per_s(p.least);
	ret->forecast = early ? 0 : usage_bits_per_s(p.octets);
	ret->sure = is_beyond(l, p.sure);
	ret->state = is_beyond(l, p.least) ? USAGE_OVER : !early && is_beyond(l, p.octets) ? USAGE_NEAR : USAGE_WITHIN;
}

static void compare_volume(const struct usage_volume *v, const struct usage_limit *l, struct usage_verdict *ret)
{
	ret->used = v->octets;
	ret->forecast = v->forecast;
	ret->sure = is_beyond(l, v->sure);
	ret->state = is_beyond(l, v->octets) ? USAGE_OVER : is_beyond(l, v->forecast) || is_near(l, v->octets) ? USAGE_NEAR : USAGE_WITHIN;
}

void usage_compare(const struct usage_series *u, const struct usage_limit *l, struct usage_verdict *ret_verdict)
{
	struct usage_volume v;
	usage_volume(u, (enum usage_direction)l->way, &v);
	*ret_verdict = (struct usage_verdict){ .passed = v.passed, .unknown = v.unknown, .inferred = v.inferred };
	if (l->is_rate)
		compare_rate(u, l, ret_verdict);
	else
		compare_volume(&v, l, ret_verdict);
	if (ret_verdict->state != USAGE_OVER)
		ret_verdict->sure = !v.unknown && !v.inferred;
}
