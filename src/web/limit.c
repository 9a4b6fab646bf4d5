/*
 * Calls within a minute. See limit.h.
 */
#include "web/limit.h"

#include "base/time.h"

unsigned limit_take(struct limits *l, struct str name, int64_t now_us)
{
	struct limit_of *of = &l->of[0];
	name = str_sub(name, 0, LIMIT_NAME_MAX);
	for (size_t i = 0; i < LIMIT_KEYS_MAX; i++) {
		struct limit_of *x = &l->of[i];
		if (x->len == name.len && memcmp(x->name, name.ptr, name.len) == 0) {
			of = x;
			break;
		}
		/* whose minute began longest ago has the least to lose */
		if (!x->len || (of->len && x->since_us < of->since_us))
			of = x;
	}
	bool same = of->len == name.len && memcmp(of->name, name.ptr, name.len) == 0;
	if (!same || now_us - of->since_us >= MINUTE_US) {
		memcpy(of->name, name.ptr, name.len);
		of->len = name.len;
		of->since_us = now_us;
		of->calls = 0;
	}
	if (!l->per_minute || of->calls < l->per_minute) {
		of->calls++;
		return 0;
	}
	return (unsigned)((of->since_us + MINUTE_US - now_us + SECOND_US - 1) / SECOND_US);
}
