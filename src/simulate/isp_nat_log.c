/*
 * Lines and messages of NATs. See isp_nat.h.
 */
#include "simulate/isp_nat.h"

enum { TEMPLATE = 256, IPFIX_VERSION = 10, IPFIX_HEAD = 16, SET_HEAD = 4, SET_TEMPLATE = 2, RECORD_LEN = 21, PRIORITY = 134, RFC8158_GIVEN = 16, RFC8158_BACK = 17 };
static const struct { uint16_t id, len; } fields[] = { { 323, 8 }, { 230, 1 }, { 8, 4 }, { 225, 4 }, { 361, 2 }, { 362, 2 } };

const char *const isp_nat_form_words[] = { "syslog-junos", "syslog-a10", "ipfix", "syslog-cisco", NULL };

enum isp_nat_form isp_nat_form(const struct isp_options *o, uint32_t server)
{
	return o->nat_form ? (enum isp_nat_form)(o->nat_form - 1) : (enum isp_nat_form)((server + server / ISP_NAT_FORM_END) % ISP_NAT_FORM_END);
}

struct addr isp_nat_source(uint32_t server)
{
	return (struct addr){ { [10] = 0xff, 0xff, 10, 253, (uint8_t)(server >> 8), (uint8_t)server } };
}

bool isp_nat_is_timed(enum isp_nat_form form)
{
	return form == ISP_NAT_JUNOS || form == ISP_NAT_IPFIX;
}

struct said {
	char inside[ADDR_TEXT_MAX], outside[ADDR_TEXT_MAX];
	struct addr in, out;
	uint16_t from, to;
};

static void say(const struct isp_block *b, struct said *x)
{
	uint16_t none, any;
	x->in = isp_plan_prefix((struct isp_resource){ ISP_INSIDE4, b->inside }, &none, &any).addr;
	x->out = isp_plan_prefix((struct isp_resource){ ISP_LOGGED_PORTS, b->block }, &x->from, &x->to).addr;
	addr_print(&x->in, x->inside);
	addr_print(&x->out, x->outside);
}

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static void put_junos(const struct isp_message *m, int64_t from_at, struct buf *out)
{
	static const char *const words[] = { [NAT_GIVEN] = "ALLOC", [NAT_HELD] = "INTERIM", [NAT_BACK] = "RELEASE" }, *const verbs[] = { [NAT_GIVEN] = "allocates", [NAT_HELD] = "uses",
		[NAT_BACK] = "releases" };
	char at[TIME_TEXT_MAX];
	time_print(m->event_at / 1000 * 1000, at);
	for (unsigned i = 0; i < m->block_count; i++) {
		const struct isp_block *b = &m->blocks[i];
		struct said x;
		say(b, &x);
		buf_printf(out, "<%u>1 %s nat%u.sim.example RT_NAT - - - RT_SRC_NAT_PBA_%s: Subscriber %s used/maximum [1/%u] blocks, %s port block [%u-%u] from %s in source pool sim lsys_id: 0 "
			"epoch 0x%llx\n", PRIORITY, at, m->server, words[b->what], x.inside, ISP_LOG_MAX, verbs[b->what], x.from, x.to, x.outside,
			(unsigned long long)((from_at + b->given_s * SECOND_US + m->clock_us) / SECOND_US));
	}
}

static void put_a10(const struct isp_message *m, struct buf *out)
{
	struct civil c;
	time_to_civil(m->event_at, &c);
	for (unsigned i = 0; i < m->block_count; i++) {
		struct said x;
		say(&m->blocks[i], &x);
		buf_printf(out, "<%u>%s %2d %02d:%02d:%02d nat%u NAT:%04d%02d%02d%02d%02d%02d 3e2d PortBatchV2%s: [%s %s %u %u]\n", PRIORITY, months[c.month - 1], c.day, c.hour, c.minute, c.second,
			m->server, c.year, c.month, c.day, c.hour, c.minute, c.second, m->blocks[i].what == NAT_GIVEN ? "Allocated" : "Freed", x.inside, x.outside, x.from, x.to);
	}
}

static void put_cisco(const struct isp_message *m, struct buf *out)
{
	struct civil c;
	time_to_civil(m->event_at, &c);
	if (m->block_count)
		buf_printf(out, "<%u>1 %04d %s %d %02d:%02d:%02d nat%u - - NAT44 - ", PRIORITY, c.year, months[c.month - 1], c.day, c.hour, c.minute, c.second, m->server);
	for (unsigned i = 0; i < m->block_count; i++) {
		struct said x;
		say(&m->blocks[i], &x);
		buf_printf(out, "[%s - %s SIM - %s - %u %u - -]", m->blocks[i].what == NAT_GIVEN ? "UserbasedA" : "UserbasedW", x.inside, x.outside, x.from, x.to);
	}
	if (m->block_count)
		buf_putc(out, '\n');
}

static void put_template(struct buf *out)
{
	unsigned count = sizeof(fields) / sizeof(fields[0]);
	buf_u16(out, SET_TEMPLATE);
	buf_u16(out, (uint16_t)(2 * SET_HEAD + 4 * count));
	buf_u16(out, TEMPLATE);
	buf_u16(out, (uint16_t)count);
	for (unsigned i = 0; i < count; i++) {
		buf_u16(out, fields[i].id);
		buf_u16(out, fields[i].len);
	}
}

/* A message without blocks is that of the template. */
static void put_ipfix(const struct isp_message *m, struct buf *out)
{
	size_t set = m->block_count ? SET_HEAD + m->block_count * RECORD_LEN : 2 * SET_HEAD + sizeof(fields) / sizeof(fields[0]) * 4;
	buf_u16(out, IPFIX_VERSION);
	buf_u16(out, (uint16_t)(IPFIX_HEAD + set));
	buf_u32(out, (uint32_t)(m->event_at / SECOND_US));
	buf_u32(out, m->sequence);
	buf_u32(out, m->server);
	if (!m->block_count) {
		put_template(out);
		return;
	}
	buf_u16(out, TEMPLATE);
	buf_u16(out, (uint16_t)set);
	for (unsigned i = 0; i < m->block_count; i++) {
		struct said x;
		say(&m->blocks[i], &x);
		buf_u64(out, (uint64_t)(m->event_at / 1000));
		buf_putc(out, m->blocks[i].what == NAT_GIVEN ? RFC8158_GIVEN : RFC8158_BACK);
		buf_put(out, (struct str){ (const char *)x.in.octets + 12, 4 });
		buf_put(out, (struct str){ (const char *)x.out.octets + 12, 4 });
		buf_u16(out, x.from);
		buf_u16(out, x.to);
	}
}

void isp_nat_octets(const struct isp_message *m, int64_t from_at, struct buf *out)
{
	switch ((enum isp_nat_form)m->form) {
	case ISP_NAT_JUNOS: put_junos(m, from_at, out); break;
	case ISP_NAT_A10: put_a10(m, out); break;
	case ISP_NAT_IPFIX: put_ipfix(m, out); break;
	case ISP_NAT_CISCO: put_cisco(m, out); break;
	case ISP_NAT_FORM_END: break;
	}
}
