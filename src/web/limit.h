/*
 * How many calls one key may make within a minute. Bounded: of the keys that are seen, the ones that called last are known.
 */
#ifndef AUPD_WEB_LIMIT_H
#define AUPD_WEB_LIMIT_H

#include "base/str.h"

enum { LIMIT_KEYS_MAX = 1024, LIMIT_NAME_MAX = 64 };

struct limits {
	struct limit_of { char name[LIMIT_NAME_MAX]; size_t len; int64_t since_us; uint64_t calls; } of[LIMIT_KEYS_MAX];
	uint64_t per_minute;            /* 0: as many as there are */
};

/* One more call by that name at that monotonic time; 0: it may be made, otherwise the seconds after which one may. */
unsigned limit_take(struct limits *l, struct str name, int64_t now_us);

#endif
