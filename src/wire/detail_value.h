/*
 * What stands behind the "=" of a `detail` file, as the octets that it has in a packet. The names are those of the dictionaries of
 * FreeRADIUS. Pure; see detail.h.
 */
#ifndef AUPD_WIRE_DETAIL_VALUE_H
#define AUPD_WIRE_DETAIL_VALUE_H

#include "wire/detail.h"

/* What FreeRADIUS says in a record that is no attribute of a packet, and what has to be treated apart. */
enum detail_use { DETAIL_PUT, DETAIL_PORTS, DETAIL_TAKEN, DETAIL_DELAY, DETAIL_EVENT, DETAIL_HEARD_FROM };

enum detail_kind { DETAIL_TEXT, DETAIL_NUMBER, DETAIL_ADDR4, DETAIL_ADDR6, DETAIL_PREFIX6, DETAIL_INTERFACE_ID, DETAIL_DATE };

struct detail_name {
	const char *name;
	enum detail_use use;
	enum detail_kind kind;
	uint32_t vendor;
	uint8_t type, part;             /* DETAIL_PORTS: of type 241 the extended one, and the part of it (RFC 8045) */
};

/* The name, also as "Attr-8", "Attr-26.3561.1" and "Vendor-3561-Attr-1". NULL: it says nothing here. */
const struct detail_name *detail_name(struct str name);
/*
 * The octets of a value. ERR_SYNTAX: it is none of that kind; ERR_LIMIT: too long. ERR_NOTFOUND: a number's name that is not known, which says
 * nothing here.
 */
enum err detail_octets(struct arena *a, const struct detail_name *n, struct str text, struct str *ret_octets) MUST_CHECK;
/*
 * A moment: seconds since 1970, "Nov 27 2026 11:35:14 UTC", or RFC 3339. ERR_UNSUPPORTED: its zone is another name, and *ret_at is as
 * if that were UTC.
 */
enum err detail_moment(struct str text, int64_t *ret_at) MUST_CHECK;
/* "Fri Nov 27 11:35:14 2026", as if it were UTC. */
enum err detail_local(struct str text, int64_t *ret_at) MUST_CHECK;

#endif
