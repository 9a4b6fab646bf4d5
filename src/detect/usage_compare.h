/*
 * A month of cells against a limit of the register. Pure.
 */
#ifndef AUPD_DETECT_USAGE_COMPARE_H
#define AUPD_DETECT_USAGE_COMPARE_H

#include "detect/usage.h"
#include "model/usage_limit.h"

enum { USAGE_NEAR_PERCENT = 80 };

/*
 * OVER: whatever comes, and whatever is not known. NEAR: it will be beyond by the forecast, or a volume has reached USAGE_NEAR_PERCENT of its
 * limit. A forecast is none before USAGE_FORECAST_CELLS_MIN.
 */
enum usage_state { USAGE_WITHIN, USAGE_NEAR, USAGE_OVER };

struct usage_verdict {
	enum usage_state state;
	bool sure;                      /* it would be so without what is inferred, and whatever is not known; of NEAR: nothing is either */
	uint64_t used;                  /* at least: octets, or bits a second of the percentile */
	uint64_t forecast;              /* of the month; 0 = too early */
	unsigned passed, unknown, inferred;     /* cells */
};

void usage_compare(const struct usage_series *u, const struct usage_limit *l, struct usage_verdict *ret_verdict);

#endif
