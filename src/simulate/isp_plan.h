/*
 * A provider that is made up: who its subscribers are, which access server serves them, which resellers sell to them, and what it has to give
 * out. All of it is a function of the seed and of numbers, so that ten million subscribers take no memory.
 *
 * Subscribers are numbered from 0 by their class: first those who dial in, then DSL, cable whose access server translates and tells of it in
 * accounting, those behind a carrier-grade NAT that keeps a log of its own, those who are leased an address by DHCP, and business with a static prefix. Addresses are those that nobody has:
 * dynamic ones 240.0.0.0 and up, behind a NAT 100.64.0.0/10, shared ones 248.0.0.0 and up, static prefixes 250.0.0.0 and up, shared by NATs with a log
 * 251.0.0.0 and up, leased 252.0.0.0 and up, delegated prefixes /56 of 2001:db8::/32.
 */
#ifndef AUPD_SIMULATE_ISP_PLAN_H
#define AUPD_SIMULATE_ISP_PLAN_H

#include "base/addr.h"

enum {
	ISP_SUBSCRIBERS_MIN = 16, ISP_SUBSCRIBERS_MAX = 10000000,
	ISP_SERVERS_MIN = 4, ISP_SERVERS_MAX = 4096, ISP_PER_SERVER = 4000,
	ISP_BLOCK_PORTS = 1024, ISP_BLOCKS = 63,        /* of a shared address: 1024 to 65535 */
	ISP_LOGGED_PORTS_EACH = 512, ISP_LOGGED_BLOCKS = 126,   /* the same, of a NAT with a log */
	ISP_STATIC_BITS = 29,
	ISP_TEXT_MAX = 64, ISP_DEPTH_MAX = 16,
	ISP_NO_RESELLER = -1,
};

enum isp_class { ISP_DIAL, ISP_DSL, ISP_CABLE, ISP_NATTED, ISP_LEASED, ISP_BUSINESS, ISP_CLASS_END };
/* What is given out, numbered from 0 each. A block of ports is number / ISP_BLOCKS as its address and number % ISP_BLOCKS on it; so are those of NATs with a log. */
enum isp_kind { ISP_ADDR4, ISP_INSIDE4, ISP_DELEGATED6, ISP_PORTS, ISP_STATIC4, ISP_LOGGED_PORTS, ISP_LEASED4, ISP_KIND_END };

/* Of a hundred subscribers, so many are of these classes; the others share the rest as they do without. */
struct isp_mix {
	unsigned natted, leased;
};

struct isp_resource {
	enum isp_kind kind;
	uint32_t number;
};

struct isp_plan {
	uint64_t seed;
	uint32_t subscribers, servers, resellers;
	uint32_t first[ISP_CLASS_END + 1];              /* class c: first[c] to first[c + 1] - 1 */
	uint32_t *pools[ISP_KIND_END];                  /* of each server the first number, and behind the last one the count of all */
};

/* ERR_RANGE: too few or too many subscribers, or more behind NATs than there are addresses. */
enum err isp_plan_init(struct isp_plan *p, uint64_t seed, uint32_t subscribers, struct isp_mix mix, struct why *why) MUST_CHECK;
void isp_plan_done(struct isp_plan *p);
enum isp_class isp_plan_class(const struct isp_plan *p, uint32_t subscriber);
uint32_t isp_plan_server(const struct isp_plan *p, uint32_t subscriber);
/* How many blocks of its pool the NAT of a server gives out, so that they come again. */
uint32_t isp_plan_blocks(const struct isp_plan *p, uint32_t server);
bool isp_plan_is_shared(enum isp_kind kind);    /* blocks of ports */
uint32_t isp_plan_ports_each(enum isp_kind kind);       /* of a block */
/* The prefix that it is, whole (of ports: of the shared address), and the ports: 0 to 65535 but for a block. */
struct prefix isp_plan_prefix(struct isp_resource r, uint16_t *ret_port_from, uint16_t *ret_port_to);
/* The other way round; port_from tells one block from another. False: it is nothing of a made-up provider. */
bool isp_plan_resource(const struct prefix *p, uint16_t port_from, struct isp_resource *ret_resource);
/* What it would be, in texts of ISP_TEXT_MAX. */
void isp_plan_customer(uint32_t subscriber, char out[ISP_TEXT_MAX]);
void isp_plan_login(uint32_t subscriber, char out[ISP_TEXT_MAX]);
void isp_plan_reseller(int32_t reseller, char out[ISP_TEXT_MAX]);
/* The subscriber whose login or customer id that is; false: nobody's. */
bool isp_plan_who(struct str text, uint32_t *ret_subscriber);
int32_t isp_plan_sold_by(const struct isp_plan *p, uint32_t subscriber);        /* ISP_NO_RESELLER: the provider itself */
int32_t isp_plan_above(int32_t reseller);
/* "sim-r0/sim-r4", the topmost first; "" when the provider sells itself. */
void isp_plan_path(const struct isp_plan *p, uint32_t subscriber, char out[ISP_TEXT_MAX * 2]);

/* The register as aup registry import takes it: the line of columns, what is the provider's own with its resellers, and the rows of one subscriber. */
extern const char isp_plan_columns[];
void isp_plan_head(const struct isp_plan *p, struct buf *out);
void isp_plan_rows(const struct isp_plan *p, uint32_t subscriber, struct buf *out);

#endif
