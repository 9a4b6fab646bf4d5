/*
 * Calls within a minute, and by whom. See limit.h.
 */
#include "base/limit.h"

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

/* What the proxy that is nearest has added last; whatever stands before it anybody may have written. */
static bool forwarded(struct str list, struct addr *ret_addr)
{
	size_t from = list.len;
	while (from && list.ptr[from - 1] != ',')
		from--;
	return addr_parse(str_trim(str_sub(list, from, list.len)), ret_addr) == OK;
}

struct str limit_neighbour(const struct http_request *r)
{
	struct addr at = r->peer.addr, other;
	char text[ADDR_TEXT_MAX];
	if (addr_is_loopback(&at) && forwarded(http_header(r, "x-forwarded-for"), &other))
		at = other;
	if (!addr_is_v4(&at))
		memset(at.octets + sizeof(at.octets) / 2, 0, sizeof(at.octets) / 2);
	addr_print(&at, text);
	return str_format(r->arena, "address %s", text);
}
