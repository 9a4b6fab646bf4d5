/*
 * Limits of use: what the rows `limit` of the register say whose kind begins with "usage-".
 *
 *   usage-volume-in, -out, -sum        octets of a month: octets, kB, MB, GB, TB, KiB, MiB, GiB, TiB
 *   usage-p95-in, -out, -sum, -max     95th percentile of a month: bit/s, kbit/s, Mbit/s, Gbit/s
 *
 *   usage-offset                       when the month begins: so many min-before or min-after that of UTC, in quarters of an hour up to 840. A term, no limit.
 *
 * in: from the customer. k, M, G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024.
 */
#ifndef AUPD_MODEL_USAGE_LIMIT_H
#define AUPD_MODEL_USAGE_LIMIT_H

#include "model/entity.h"

enum usage_limit_way { USAGE_LIMIT_IN, USAGE_LIMIT_OUT, USAGE_LIMIT_SUM, USAGE_LIMIT_MAX };

struct usage_limit {
	bool is_rate;
	enum usage_limit_way way;
	uint64_t amount;                /* octets a month, or bits a second */
};

bool usage_limit_is(const struct entity *e);
/* ERR_NOTFOUND: not such a kind; ERR_RANGE: no unit of it, or more than can be counted. */
enum err usage_limit_read(const struct entity *e, struct usage_limit *ret_limit, struct why *why) MUST_CHECK;
/* When the months of a contract, or of a class of customers, begin. */
#define USAGE_OFFSET_KIND STR("usage-offset")
bool usage_offset_is(const struct entity *e);
/* ERR_RANGE: it is none. */
enum err usage_offset_read(const struct entity *e, int *ret_minutes, struct why *why) MUST_CHECK;

#endif
