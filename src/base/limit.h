/*
 * How many calls one key, or one neighbour, may make within a minute. Bounded: of the keys that are seen, the ones that called last are known.
 */
#ifndef AUPD_BASE_LIMIT_H
#define AUPD_BASE_LIMIT_H

#include "base/addr.h"
#include "base/httpd.h"

enum { LIMIT_KEYS_MAX = 1024, LIMIT_NAME_MAX = 64 };

struct limits {
	struct limit_of { char name[LIMIT_NAME_MAX]; size_t len; int64_t since_us; uint64_t calls; } of[LIMIT_KEYS_MAX];
	uint64_t per_minute;            /* 0: as many as there are */
};

/* One more call by that name at that monotonic time; 0: it may be made, otherwise the seconds after which one may. */
unsigned limit_take(struct limits *l, struct str name, int64_t now_us);
/*
 * Where a request comes from, for limits alone: an IPv4 address, or the 64 bits that one host has of IPv6. Of a proxy on this machine it is the
 * address that it names last (X-Forwarded-For).
 */
struct str limit_neighbour(const struct http_request *r);

#endif
