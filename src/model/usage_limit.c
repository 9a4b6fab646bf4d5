/*
 * Limits of use. See usage_limit.h. Pure.
 */
#include "model/usage_limit.h"

#define VOLUME STR("usage-volume-")
#define RATE STR("usage-p95-")

enum { OFFSET_MAX = 14 * 60 };

static const struct { const char *name; bool is_rate; uint64_t scale; } units[] = { { "octets", false, 1 }, { "kB", false, 1000 }, { "MB", false, 1000000 },
	{ "GB", false, 1000000000 }, { "TB", false, UINT64_C(1000000000000) }, { "KiB", false, 1 << 10 }, { "MiB", false, 1 << 20 }, { "GiB", false, 1 << 30 },
	{ "TiB", false, UINT64_C(1) << 40 }, { "bit/s", true, 1 }, { "kbit/s", true, 1000 }, { "Mbit/s", true, 1000000 }, { "Gbit/s", true, 1000000000 } };

bool usage_limit_is(const struct entity *e)
{
	return e->type == ENTITY_LIMIT && str_starts(e->kind, STR("usage-")) && !usage_offset_is(e);
}

bool usage_offset_is(const struct entity *e)
{
	return e->type == ENTITY_LIMIT && str_eq(e->kind, USAGE_OFFSET_KIND);
}

enum err usage_offset_read(const struct entity *e, int *ret_minutes, struct why *why)
{
	const bool before = str_eq(e->unit, STR("min-before")), after = str_eq(e->unit, STR("min-after"));
	if ((!before && !after) || e->value % 15 || e->value < 0 || e->value > OFFSET_MAX)
		return why_set(why, ERR_RANGE, "usage-offset is a number of min-before or min-after, in quarters of an hour up to %d", OFFSET_MAX);
	*ret_minutes = before ? (int)e->value : -(int)e->value;
	return OK;
}

static bool read_kind(struct str kind, struct usage_limit *l)
{
	static const char *const ways[] = { "in", "out", "sum", "max" };
	l->is_rate = str_starts(kind, RATE);
	if (!l->is_rate && !str_starts(kind, VOLUME))
		return false;
	struct str way = str_sub(kind, l->is_rate ? RATE.len : VOLUME.len, kind.len);
	for (unsigned i = 0; i < (l->is_rate ? 4 : 3); i++)
		if (str_eq(way, str_of(ways[i]))) {
			l->way = (enum usage_limit_way)i;
			return true;
		}
	return false;
}

enum err usage_limit_read(const struct entity *e, struct usage_limit *ret_limit, struct why *why)
{
	struct usage_limit l = { 0 };
	if (!read_kind(e->kind, &l))
		return why_set(why, ERR_NOTFOUND, "\"%.*s\" is no limit of use: usage-volume-in, -out or -sum, usage-p95-in, -out, -sum or -max", STR_ARG(e->kind));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].is_rate != l.is_rate || !str_eq(e->unit, str_of(units[i].name)))
			continue;
		if (e->value < 0 || (uint64_t)e->value > INT64_MAX / units[i].scale)
			return why_set(why, ERR_RANGE, "a limit of use lies between 0 and what can be counted");
		l.amount = (uint64_t)e->value * units[i].scale;
		*ret_limit = l;
		return OK;
	}
	return why_set(why, ERR_RANGE, "\"%.*s\" is no unit of %.*s: %s", STR_ARG(e->unit), STR_ARG(e->kind),
		l.is_rate ? "bit/s, kbit/s, Mbit/s, Gbit/s" : "octets, kB, MB, GB, TB, KiB, MiB, GiB, TiB");
}
