/*
 * Numbers of a made-up provider. See isp_plan.h.
 */
#include "simulate/isp_plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "simulate/dice.h"

enum { BRANCHES = 3, RESELLERS_MIN = 5, RESELLERS_MAX = 400, PER_RESELLER = 200, SOLD_BY = 1, MAPPED_BITS = 96, INSIDE_MAX = 1 << 22, PORT_FIRST = 1024 };

/* Shares of the classes in hundredths, and of each kind how many there are for a hundred subscribers of a class. */
static const uint32_t shares[ISP_CLASS_END] = { [ISP_DIAL] = 10, [ISP_DSL] = 45, [ISP_CABLE] = 35, [ISP_BUSINESS] = 10 };
static const uint32_t per_hundred[ISP_KIND_END][ISP_CLASS_END] = {
	[ISP_ADDR4] = { [ISP_DIAL] = 60, [ISP_DSL] = 90 },
	[ISP_INSIDE4] = { [ISP_CABLE] = 105, [ISP_NATTED] = 105 },
	[ISP_DELEGATED6] = { [ISP_DSL] = 105, [ISP_CABLE] = 105, [ISP_NATTED] = 105 },
	[ISP_PORTS] = { [ISP_CABLE] = 250 },
	[ISP_STATIC4] = { [ISP_BUSINESS] = 100 },
	[ISP_LOGGED_PORTS] = { [ISP_NATTED] = 180 },
	[ISP_LEASED4] = { [ISP_LEASED] = 90 },
};

const char isp_plan_columns[] = "type,id,customer,reseller,class,kind,resource,name,email\n";

static uint32_t members(const struct isp_plan *p, enum isp_class c, uint32_t server)
{
	uint32_t from = p->first[c], until = p->first[c + 1];
	return (until + p->servers - 1 - server) / p->servers - (from + p->servers - 1 - server) / p->servers;
}

static uint32_t needed(const struct isp_plan *p, enum isp_kind kind, uint32_t server)
{
	uint64_t n = 0;
	for (enum isp_class c = 0; c < ISP_CLASS_END; c++)
		n += (uint64_t)members(p, c, server) * per_hundred[kind][c];
	return (uint32_t)((n + 99) / 100);
}

static uint32_t blocks_of(enum isp_kind kind)
{
	return kind == ISP_PORTS ? ISP_BLOCKS : kind == ISP_LOGGED_PORTS ? ISP_LOGGED_BLOCKS : 1;
}

static uint32_t pool_size(const struct isp_plan *p, enum isp_kind kind, uint32_t server)
{
	uint32_t each = blocks_of(kind);
	/* a shared address is one server's */
	return (needed(p, kind, server) + each - 1) / each * each;
}

uint32_t isp_plan_blocks(const struct isp_plan *p, uint32_t server)
{
	return needed(p, ISP_LOGGED_PORTS, server);
}

bool isp_plan_is_shared(enum isp_kind kind)
{
	return blocks_of(kind) > 1;
}

uint32_t isp_plan_ports_each(enum isp_kind kind)
{
	return kind == ISP_LOGGED_PORTS ? ISP_LOGGED_PORTS_EACH : ISP_BLOCK_PORTS;
}

enum err isp_plan_init(struct isp_plan *p, uint64_t seed, uint32_t subscribers, struct isp_mix mix, struct why *why)
{
	if (subscribers < ISP_SUBSCRIBERS_MIN || subscribers > ISP_SUBSCRIBERS_MAX)
		return why_set(why, ERR_RANGE, "a provider has %u to %u subscribers", ISP_SUBSCRIBERS_MIN, ISP_SUBSCRIBERS_MAX);
	if (mix.natted > 100 || mix.leased > 100 - mix.natted)
		return why_set(why, ERR_RANGE, "of a hundred subscribers no more than a hundred are behind a NAT or have a lease");
	uint32_t servers = subscribers / ISP_PER_SERVER, resellers = subscribers / PER_RESELLER, from = 0;
	*p = (struct isp_plan){ .seed = seed, .subscribers = subscribers };
	p->servers = servers < ISP_SERVERS_MIN ? ISP_SERVERS_MIN : servers > ISP_SERVERS_MAX ? ISP_SERVERS_MAX : servers;
	p->resellers = resellers < RESELLERS_MIN ? RESELLERS_MIN : resellers > RESELLERS_MAX ? RESELLERS_MAX : resellers;
	for (enum isp_class c = 0; c < ISP_CLASS_END; c++) {
		p->first[c] = from;
		uint64_t share = c == ISP_NATTED ? mix.natted * 100 : c == ISP_LEASED ? mix.leased * 100 : shares[c] * (100 - mix.natted - mix.leased);
		from += (uint32_t)(subscribers * share / 10000);
	}
	p->first[ISP_CLASS_END] = subscribers;
	for (enum isp_kind k = 0; k < ISP_KIND_END; k++) {
		p->pools[k] = calloc(p->servers + 1, sizeof(uint32_t));
		if (!p->pools[k]) {
			isp_plan_done(p);
			return why_set(why, ERR_NOMEM, "no memory for a provider");
		}
		for (uint32_t s = 0; s < p->servers; s++)
			p->pools[k][s + 1] = p->pools[k][s] + pool_size(p, k, s);
	}
	if (p->pools[ISP_INSIDE4][p->servers] > INSIDE_MAX) {
		isp_plan_done(p);
		return why_set(why, ERR_RANGE, "100.64.0.0/10 has no room for so many subscribers behind a NAT");
	}
	return OK;
}

void isp_plan_done(struct isp_plan *p)
{
	for (enum isp_kind k = 0; k < ISP_KIND_END; k++)
		free(p->pools[k]);
	*p = (struct isp_plan){ 0 };
}

enum isp_class isp_plan_class(const struct isp_plan *p, uint32_t subscriber)
{
	enum isp_class c = ISP_DIAL;
	while (subscriber >= p->first[c + 1])
		c++;
	return c;
}

uint32_t isp_plan_server(const struct isp_plan *p, uint32_t subscriber)
{
	return subscriber % p->servers;
}

static struct prefix prefix4(uint32_t first, uint32_t n, unsigned bits)
{
	uint32_t a = first + n;
	struct addr addr = { { [10] = 0xff, 0xff, (uint8_t)(a >> 24), (uint8_t)(a >> 16), (uint8_t)(a >> 8), (uint8_t)a } };
	return (struct prefix){ addr, (uint8_t)(MAPPED_BITS + bits) };
}

struct prefix isp_plan_prefix(struct isp_resource r, uint16_t *ret_from, uint16_t *ret_to)
{
	*ret_from = 0;
	*ret_to = UINT16_MAX;
	switch (r.kind) {
	case ISP_ADDR4: return prefix4(240U << 24, r.number, 32);
	case ISP_INSIDE4: return prefix4(100U << 24 | 64U << 16, r.number, 32);
	case ISP_LEASED4: return prefix4(252U << 24, r.number, 32);
	case ISP_STATIC4: return prefix4(250U << 24, r.number << (32 - ISP_STATIC_BITS), ISP_STATIC_BITS);
	case ISP_PORTS:
	case ISP_LOGGED_PORTS:
		*ret_from = (uint16_t)(PORT_FIRST + r.number % blocks_of(r.kind) * isp_plan_ports_each(r.kind));
		*ret_to = (uint16_t)(*ret_from + isp_plan_ports_each(r.kind) - 1);
		return prefix4(r.kind == ISP_PORTS ? 248U << 24 : 251U << 24, r.number / blocks_of(r.kind), 32);
	default: break;
	}
	struct addr six = { { 0x20, 0x01, 0x0d, 0xb8, (uint8_t)(r.number >> 16), (uint8_t)(r.number >> 8), (uint8_t)r.number } };
	return (struct prefix){ six, 56 };
}

bool isp_plan_resource(const struct prefix *p, uint16_t port_from, struct isp_resource *ret)
{
	static const struct { enum isp_kind kind; uint32_t first, last; uint8_t bits, shift; } four[] = {
		{ ISP_ADDR4, 240U << 24, (248U << 24) - 1, 128, 0 }, { ISP_INSIDE4, 100U << 24 | 64U << 16, (100U << 24 | 128U << 16) - 1, 128, 0 },
		{ ISP_PORTS, 248U << 24, (250U << 24) - 1, 128, 0 }, { ISP_STATIC4, 250U << 24, (251U << 24) - 1, MAPPED_BITS + ISP_STATIC_BITS, 32 - ISP_STATIC_BITS },
		{ ISP_LOGGED_PORTS, 251U << 24, (252U << 24) - 1, 128, 0 }, { ISP_LEASED4, 252U << 24, (253U << 24) - 1, 128, 0 },
	};
	const uint8_t *o = p->addr.octets;
	if (!addr_is_v4(&p->addr)) {
		*ret = (struct isp_resource){ ISP_DELEGATED6, (uint32_t)o[4] << 16 | (uint32_t)o[5] << 8 | o[6] };
		return p->bits == 56 && o[0] == 0x20 && o[1] == 0x01 && o[2] == 0x0d && o[3] == 0xb8;
	}
	uint32_t n = (uint32_t)o[12] << 24 | (uint32_t)o[13] << 16 | (uint32_t)o[14] << 8 | o[15];
	for (unsigned i = 0; i < sizeof(four) / sizeof(four[0]); i++) {
		if (n < four[i].first || n > four[i].last || p->bits != four[i].bits)
			continue;
		n = (n - four[i].first) >> four[i].shift;
		uint32_t each = isp_plan_ports_each(four[i].kind);
		bool block = isp_plan_is_shared(four[i].kind);
		*ret = (struct isp_resource){ four[i].kind, block ? n * blocks_of(four[i].kind) + (port_from - PORT_FIRST) / each : n };
		return !block || (port_from >= PORT_FIRST && port_from % each == 0);
	}
	return false;
}

void isp_plan_customer(uint32_t subscriber, char out[ISP_TEXT_MAX])
{
	(void)snprintf(out, ISP_TEXT_MAX, "sim-c%u", subscriber);
}

void isp_plan_login(uint32_t subscriber, char out[ISP_TEXT_MAX])
{
	(void)snprintf(out, ISP_TEXT_MAX, "u%u@sim.example", subscriber);
}

void isp_plan_reseller(int32_t reseller, char out[ISP_TEXT_MAX])
{
	out[0] = '\0';
	if (reseller != ISP_NO_RESELLER)
		(void)snprintf(out, ISP_TEXT_MAX, "sim-r%d", reseller);
}

bool isp_plan_who(struct str text, uint32_t *ret_subscriber)
{
	size_t head = str_starts(text, STR("sim-c")) ? 5 : str_starts(text, STR("u")) ? 1 : 0, at = str_chr(text, '@');
	uint64_t n;
	if (!head || str_to_u64(str_sub(text, head, (at == SIZE_MAX ? text.len : at) - head), ISP_SUBSCRIBERS_MAX, &n) != OK)
		return false;
	*ret_subscriber = (uint32_t)n;
	return true;
}

int32_t isp_plan_sold_by(const struct isp_plan *p, uint32_t subscriber)
{
	uint64_t x = dice_of(p->seed, SOLD_BY, subscriber);
	return x % 10 < 4 ? ISP_NO_RESELLER : (int32_t)((x >> 32) % p->resellers);
}

int32_t isp_plan_above(int32_t reseller)
{
	return reseller < BRANCHES ? ISP_NO_RESELLER : (reseller - BRANCHES) / BRANCHES;
}

void isp_plan_path(const struct isp_plan *p, uint32_t subscriber, char out[ISP_TEXT_MAX * 2])
{
	int32_t chain[ISP_DEPTH_MAX];
	unsigned n = 0;
	size_t len = 0;
	char one[ISP_TEXT_MAX];
	for (int32_t r = isp_plan_sold_by(p, subscriber); r != ISP_NO_RESELLER && n < ISP_DEPTH_MAX; r = isp_plan_above(r))
		chain[n++] = r;
	out[0] = '\0';
	while (n--) {
		isp_plan_reseller(chain[n], one);
		int added = snprintf(out + len, ISP_TEXT_MAX * 2 - len, len ? "/%s" : "%s", one);
		len += (size_t)added;
		BUG_ON(len >= ISP_TEXT_MAX * 2);
	}
}

void isp_plan_head(const struct isp_plan *p, struct buf *out)
{
	char own[ISP_TEXT_MAX], above[ISP_TEXT_MAX];
	buf_puts(out, "prefix,sim-dynamic,,,,dynamic,240.0.0.0/5,,\n"
		"prefix,sim-inside,,,,dynamic,100.64.0.0/10,,\n"
		"prefix,sim-shared,,,,shared,248.0.0.0/7,,\n"
		"prefix,sim-static,,,,,250.0.0.0/8,,\n"
		"prefix,sim-delegated,,,,dynamic,2001:db8::/32,,\n");
	if (p->first[ISP_NATTED] < p->first[ISP_NATTED + 1])
		buf_puts(out, "prefix,sim-logged,,,,shared,251.0.0.0/8,,\n");
	if (p->first[ISP_LEASED] < p->first[ISP_LEASED + 1])
		buf_puts(out, "prefix,sim-leased,,,,dynamic,252.0.0.0/8,,\n");
	for (int32_t r = 0; r < (int32_t)p->resellers; r++) {
		isp_plan_reseller(r, own);
		isp_plan_reseller(isp_plan_above(r), above);
		buf_printf(out, "reseller,%s,,%s,reseller,,,Reseller %d,abuse@r%d.sim.example\n", own, above, r, r);
	}
}

void isp_plan_rows(const struct isp_plan *p, uint32_t subscriber, struct buf *out)
{
	char customer[ISP_TEXT_MAX], login[ISP_TEXT_MAX], reseller[ISP_TEXT_MAX], address[ADDR_TEXT_MAX];
	enum isp_class c = isp_plan_class(p, subscriber);
	isp_plan_customer(subscriber, customer);
	isp_plan_login(subscriber, login);
	isp_plan_reseller(isp_plan_sold_by(p, subscriber), reseller);
	buf_printf(out, "customer,%s,,%s,%s,,,Subscriber %u,c%u@sim.example\n", customer, reseller, c == ISP_BUSINESS ? "business" : "residential", subscriber, subscriber);
	buf_printf(out, "login,sim-l%u,%s,,,,%s,,\n", subscriber, customer, login);
	if (c != ISP_BUSINESS)
		return;
	uint16_t from, to;
	struct prefix own = isp_plan_prefix((struct isp_resource){ ISP_STATIC4, subscriber - p->first[ISP_BUSINESS] }, &from, &to);
	addr_print(&own.addr, address);
	buf_printf(out, "prefix,sim-p%u,%s,,,static,%s/%u,,\n", subscriber, customer, address, ISP_STATIC_BITS);
}
