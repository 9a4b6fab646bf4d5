/*
 * Internet addresses and prefixes, kept as 16 bytes: IPv4 as IPv4-mapped (::ffff:0:0/96), so that one table serves both.
 *
 * Texts are RFC 4291 2.2 in, RFC 5952 out; IPv4 is dotted quad with plain decimal octets (no leading zeros, no short
 * forms). Zone identifiers are refused. Prefix lengths in the API count in the address' own family (0..32 or 0..128).
 */
#ifndef AUPD_BASE_ADDR_H
#define AUPD_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { ADDR_TEXT_MAX = 46, PREFIX_TEXT_MAX = 50 };

struct addr {
	uint8_t octets[16];
};

struct prefix {
	struct addr addr;       /* bits beyond the length are zero */
	uint8_t bits;           /* in the 128-bit form: an IPv4 /24 is 120 */
};

enum err addr_parse(struct str text, struct addr *ret_addr) MUST_CHECK;
void addr_print(const struct addr *a, char out[ADDR_TEXT_MAX]);
struct str addr_str(struct arena *arena, const struct addr *a);
bool addr_is_v4(const struct addr *a);
bool addr_eq(const struct addr *a, const struct addr *b);
int addr_cmp(const struct addr *a, const struct addr *b);
/* Private, loopback, link-local, documentation, multicast, reserved: not an address of the public Internet. */
bool addr_is_special(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
bool addr_is_local(const struct addr *a);               /* loopback, link-local or private (RFC 1918, 4193): it means something in one network alone */

/* "192.0.2.0/24", "2001:db8::/32" or a bare address; host bits set are an error. */
enum err prefix_parse(struct str text, struct prefix *ret_prefix) MUST_CHECK;
struct str prefix_str(struct arena *arena, const struct prefix *p);
bool prefix_has(const struct prefix *p, const struct addr *a);
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
struct prefix prefix_of(const struct addr *a, unsigned family_bits); /* the prefix of that length around a */

#endif
