/*
 * Addresses and prefixes. See addr.h.
 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/arena.h"

static const uint8_t v4_head[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static enum err parse_v4(struct str text, uint8_t out[4])
{
	struct str rest = text, part;
	for (int i = 0; i < 4; i++) {
		uint64_t v;
		if (!str_split(&rest, '.', &part) || part.len > 3 || (part.len > 1 && part.ptr[0] == '0') || str_to_u64(part, 255, &v) != OK)
			return ERR_SYNTAX;
		out[i] = (uint8_t)v;
	}
	return rest.ptr ? ERR_SYNTAX : OK;
}

enum err addr_parse(struct str text, struct addr *ret_addr)
{
	char buf[ADDR_TEXT_MAX];
	struct addr a;
	if (!text.len || text.len >= sizeof(buf))
		return ERR_SYNTAX;
	if (str_chr(text, ':') == SIZE_MAX) {
		memcpy(a.octets, v4_head, sizeof(v4_head));
		if (parse_v4(text, a.octets + 12) != OK)
			return ERR_SYNTAX;
	} else {
		memcpy(buf, text.ptr, text.len);
		buf[text.len] = 0;
		if (memchr(text.ptr, 0, text.len) || inet_pton(AF_INET6, buf, a.octets) != 1)
			return ERR_SYNTAX;
	}
	*ret_addr = a;
	return OK;
}

bool addr_is_v4(const struct addr *a)
{
	return memcmp(a->octets, v4_head, sizeof(v4_head)) == 0;
}

/* RFC 5952: the longest run of two or more zero groups is compressed, the first of equals; lower case. */
static void print_v6(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	unsigned group[8];
	int best = -1, best_len = 1;
	for (int i = 0; i < 8; i++)
		group[i] = (unsigned)a->octets[2 * i] << 8 | a->octets[2 * i + 1];
	for (int i = 0; i < 8; i++) {
		int n = 0;
		while (i + n < 8 && group[i + n] == 0)
			n++;
		if (n > best_len) {
			best = i;
			best_len = n;
		}
		i += n;
	}
	int n = 0;
	for (int i = 0; i < 8; i++) {
		if (i == best) {
			n += snprintf(out + n, (size_t)(ADDR_TEXT_MAX - n), "::");
			i += best_len - 1;
			continue;
		}
		n += snprintf(out + n, (size_t)(ADDR_TEXT_MAX - n), "%s%x", i && i != best + best_len ? ":" : "", group[i]);
	}
}

/* Every report prints some: snprintf takes ten times as long. */
static void print_v4(const struct addr *a, char *out)
{
	for (unsigned i = 12; i < 16; i++) {
		uint8_t n = a->octets[i];
		if (n >= 100)
			*out++ = (char)('0' + n / 100);
		if (n >= 10)
			*out++ = (char)('0' + n / 10 % 10);
		*out++ = (char)('0' + n % 10);
		*out++ = i == 15 ? '\0' : '.';
	}
}

void addr_print(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	if (addr_is_v4(a))
		print_v4(a, out);
	else
		print_v6(a, out);
}

struct str addr_str(struct arena *arena, const struct addr *a)
{
	char buf[ADDR_TEXT_MAX];
	addr_print(a, buf);
	return str_copy(arena, str_of(buf));
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
	return addr_cmp(a, b) == 0;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	return memcmp(a->octets, b->octets, sizeof(a->octets));
}

#define V4(a, b, c, bits) { { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0 } }, 96 + (bits) }
#define V6(a, b, c, bits) { { { (a) >> 8, (a) & 0xff, (b) >> 8, (b) & 0xff, (c) >> 8, (c) & 0xff } }, bits }

bool addr_is_special(const struct addr *a)
{
	/* RFC 6890 and its registry, as far as such an address cannot be a customer's on the public Internet */
	static const struct prefix special[] = { V4(0, 0, 0, 8), V4(10, 0, 0, 8), V4(100, 64, 0, 10), V4(127, 0, 0, 8), V4(169, 254, 0, 16), V4(172, 16, 0, 12),
		V4(192, 0, 0, 24), V4(192, 0, 2, 24), V4(192, 168, 0, 16), V4(198, 18, 0, 15), V4(198, 51, 100, 24), V4(203, 0, 113, 24), V4(224, 0, 0, 3),
		V6(0, 0, 0, 127), V6(0x64, 0xff9b, 1, 48), V6(0x100, 0, 0, 64), V6(0x2001, 0xdb8, 0, 32), V6(0x3fff, 0, 0, 20), V6(0xfc00, 0, 0, 7),
		V6(0xfe80, 0, 0, 10), V6(0xfec0, 0, 0, 10), V6(0xff00, 0, 0, 8) };
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (prefix_has(&special[i], a))
			return true;
	return false;
}

bool addr_is_loopback(const struct addr *a)
{
	static const struct prefix v4 = V4(127, 0, 0, 8), v6 = { { { [15] = 1 } }, 128 };
	return prefix_has(&v4, a) || prefix_has(&v6, a);
}

bool addr_is_local(const struct addr *a)
{
	static const struct prefix local[] = { V4(10, 0, 0, 8), V4(169, 254, 0, 16), V4(172, 16, 0, 12), V4(192, 168, 0, 16), V6(0xfc00, 0, 0, 7), V6(0xfe80, 0, 0, 10) };
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (prefix_has(&local[i], a))
			return true;
	return addr_is_loopback(a);
}

static void mask(struct prefix *p)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = p->bits > i * 8 ? p->bits - i * 8 : 0;
		if (keep < 8)
			p->addr.octets[i] &= (uint8_t)(0xff00u >> keep);
	}
}

enum err prefix_parse(struct str text, struct prefix *ret_prefix)
{
	size_t slash = str_chr(text, '/');
	struct prefix p;
	uint64_t bits;
	if (addr_parse(str_sub(text, 0, slash), &p.addr) != OK)
		return ERR_SYNTAX;
	/* a length behind colons counts in 128 bits, also for an IPv4-mapped address */
	unsigned family = str_chr(text, ':') == SIZE_MAX ? 32 : 128;
	if (slash == SIZE_MAX)
		bits = family;
	else if (str_to_u64(str_sub(text, slash + 1, text.len), family, &bits) != OK || (text.ptr[slash + 1] == '0' && text.len > slash + 2))
		return ERR_SYNTAX;
	p.bits = (uint8_t)(bits + (128 - family));
	struct prefix masked = p;
	mask(&masked);
	if (!addr_eq(&masked.addr, &p.addr))
		return ERR_RANGE;
	*ret_prefix = p;
	return OK;
}

struct str prefix_str(struct arena *arena, const struct prefix *p)
{
	char buf[ADDR_TEXT_MAX];
	addr_print(&p->addr, buf);
	unsigned bits = addr_is_v4(&p->addr) && p->bits >= 96 ? p->bits - 96u : p->bits;
	return str_format(arena, "%s/%u", buf, bits);
}

static bool same_bits(const struct addr *a, const struct addr *b, unsigned bits)
{
	if (memcmp(a->octets, b->octets, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((a->octets[bits / 8] ^ b->octets[bits / 8]) >> (8 - bits % 8)) == 0;
}

bool prefix_has(const struct prefix *p, const struct addr *a)
{
	return same_bits(&p->addr, a, p->bits);
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return outer->bits <= inner->bits && same_bits(&outer->addr, &inner->addr, outer->bits);
}

struct prefix prefix_of(const struct addr *a, unsigned family_bits)
{
	struct prefix p = { *a, (uint8_t)(addr_is_v4(a) ? family_bits + 96 : family_bits) };
	BUG_ON(p.bits > 128);
	mask(&p);
	return p;
}
