/*
 * Lines of lease files. See isp_lease.h.
 */
#include "simulate/isp_lease.h"

enum { STATE_HELD = 0, STATE_RECLAIMED = 2, CIRCUIT = 1 };

const char isp_lease_header[] = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n";

static void put_relay(uint32_t subscriber, struct buf *out)
{
	char login[ISP_TEXT_MAX];
	isp_plan_login(subscriber, login);
	buf_printf(out, "{ \"ISC\": { \"relay-agent-info\": { \"sub-options\": \"0x%02x%02x", CIRCUIT, (unsigned)strlen(login));
	for (const char *p = login; *p; p++)
		buf_printf(out, "%02x", (unsigned)*p);
	buf_puts(out, "\" } } }");
}

void isp_lease_octets(const struct isp_message *m, int64_t from_at, struct buf *out)
{
	const struct isp_lease *l = &m->lease;
	uint16_t none, any;
	char address[ADDR_TEXT_MAX];
	struct prefix p = isp_plan_prefix((struct isp_resource){ ISP_LEASED4, l->number }, &none, &any);
	uint32_t who = m->subscriber;
	int64_t given_s = from_at / SECOND_US + l->given_s;
	addr_print(&p.addr, address);
	if (l->first)
		buf_puts(out, isp_lease_header);
	buf_printf(out, "%s,02:00:%02x:%02x:%02x:%02x,ff:%02x:%02x:%02x:%02x:00:02,%u,%lld,1,0,0,,%d,", address, who >> 24, who >> 16 & 255, who >> 8 & 255, who & 255, who >> 24, who >> 16 & 255,
		who >> 8 & 255, who & 255, l->what == ISP_LEASE_RELEASED ? 0 : l->lasts_s, (long long)(given_s + l->lasts_s), l->what == ISP_LEASE_RECLAIMED ? STATE_RECLAIMED : STATE_HELD);
	if (l->relayed && l->what == ISP_LEASE_GIVEN)
		put_relay(who, out);
	buf_puts(out, ",0\n");
}
