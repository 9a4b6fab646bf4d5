/*
 * What access servers tell, and what becomes of it on the way. See isp_inside.h.
 */
#include <stdio.h>

#include "simulate/isp_inside.h"

enum { SORT_PLAIN, SORT_SKEWED, SORT_SET, SORT_TIMELESS, SORTS };
enum { LOST = 30, LOG_LOST = 60, STOP_LATE = 50, OTHER_LATE = 10, TWICE = 30, OVERTAKEN = 100 };          /* per thousand */
enum { LATE_S = 7200, OVERTAKEN_S = 20, AGAIN_MIN_S = 5, AGAIN_S = 20, TRANSIT_US = 1500000, NEAR_US = 20000, CLOCK = 2, RATE = 3, OF_CELL = 4 };

static unsigned sort_of(uint32_t server)
{
	return server % SORTS;
}

bool isp_tells_addresses(const struct isp_options *o, uint32_t server)
{
	return !(o->faults >> FAULT_BARE & 1) || sort_of(server) != SORT_TIMELESS;
}

bool isp_repeats_blocks(uint32_t server)
{
	return sort_of(server) == SORT_PLAIN || sort_of(server) == SORT_SET;
}

void isp_tell_set_clock(struct isp *s, uint32_t server, bool step)
{
	static const int skews_s[] = { -2000, 4, -4, 3600, -3600, -7 }, steps_s[] = { 0, 47, -47, 3600, -3600, 3, -3 };
	struct server *v = &s->servers[server];
	uint64_t x = dice_of(s->o.seed, CLOCK, server);
	int64_t near_us = (int64_t)(x >> 32) % (2 * NEAR_US) - NEAR_US;
	if (step)
		v->off_us = near_us + steps_s[dice(&s->dice, sizeof(steps_s) / sizeof(steps_s[0]))] * SECOND_US;
	else
		v->off_us = near_us + (isp_has(s, FAULT_SKEW) && sort_of(server) == SORT_SKEWED ? skews_s[x % (sizeof(skews_s) / sizeof(skews_s[0]))] * SECOND_US : 0);
	/* the one that is set again and again */
	v->step_s = isp_has(s, FAULT_STEP) && sort_of(server) == SORT_SET ? s->now_s + 3600 + dice(&s->dice, 86400) : UINT32_MAX;
}

bool isp_tell_outage(struct isp *s, int64_t at_s)
{
	while (isp_has(s, FAULT_OUTAGE) && at_s >= s->outage_until_s) {
		if (s->outage_until_s && s->outage_ours)
			s->since_at = s->o.from_at + s->outage_until_s * SECOND_US;
		s->outage_from_s = at_s + 3600 + dice(&s->dice, 2 * 86400);
		s->outage_until_s = s->outage_from_s + 60 + dice(&s->dice, dice(&s->dice, 2) ? 600 : 7200);
		s->outage_ours = dice(&s->dice, 2);
	}
	return isp_has(s, FAULT_OUTAGE) && at_s >= s->outage_from_s;
}

void isp_traffic(uint64_t seed, uint32_t subscriber, uint32_t cell, uint32_t *ret_in, uint32_t *ret_out)
{
	/* most use little, some a line to the full; more in the evening, and by bursts */
	static const uint8_t hours[24] = { 4, 3, 2, 1, 1, 1, 2, 3, 4, 5, 5, 6, 6, 6, 6, 6, 7, 8, 9, 10, 10, 9, 8, 6 };
	uint64_t own = dice_of(seed, RATE, subscriber), now = dice_of(own, OF_CELL, cell);
	uint32_t most = 1000U << (own % 13), hour = cell / (3600 / ISP_CELL_S) % 24;
	*ret_out = (uint32_t)((uint64_t)most * hours[hour] / 10 * (now % 256) / 128);
	*ret_in = *ret_out / (4 + (uint32_t)(own >> 32) % 16);
}

static void count(struct isp *s, uint32_t subscriber, struct line *l)
{
	while (l->counted_s < s->now_s) {
		uint32_t cell = l->counted_s / ISP_CELL_S, until = (cell + 1) * ISP_CELL_S, in, out;
		until = until < s->now_s ? until : s->now_s;
		isp_traffic(s->o.seed, subscriber, cell, &in, &out);
		l->in_octets += (uint64_t)in * (until - l->counted_s);
		l->out_octets += (uint64_t)out * (until - l->counted_s);
		l->counted_s = until;
	}
}

static void name_session(const struct isp *s, const struct line *l, uint32_t subscriber, uint32_t server, char out[ISP_SESSION_MAX])
{
	if (!isp_has(s, FAULT_REUSE))
		(void)snprintf(out, ISP_SESSION_MAX, "%04x%04x%08x", server, l->boot, l->sequence);
	else if (sort_of(server) == SORT_SET)
		(void)snprintf(out, ISP_SESSION_MAX, "line%u", subscriber);
	else
		(void)snprintf(out, ISP_SESSION_MAX, "%04x", l->sequence % (sort_of(server) == SORT_TIMELESS ? 64 : 4096));
}

static void put_held(struct isp_message *m, enum isp_kind kind, uint32_t number, bool taken_back)
{
	if (number != ISP_NOTHING && m->held_count < ISP_HELD_MAX)
		m->held[m->held_count++] = (struct isp_held){ { kind, number }, taken_back };
}

static enum isp_kind four_kind(const struct isp *s, uint32_t subscriber)
{
	switch (isp_plan_class(&s->plan, subscriber)) {
	case ISP_CABLE: case ISP_NATTED: return ISP_INSIDE4;
	case ISP_BUSINESS: return ISP_STATIC4;
	default: return ISP_ADDR4;
	}
}

static void put_addresses(const struct isp *s, uint32_t subscriber, struct isp_message *m)
{
	const struct line *l = &s->lines[subscriber];
	put_held(m, four_kind(s, subscriber), l->four, false);
	put_held(m, ISP_DELEGATED6, l->six, false);
}

static void put_blocks(const struct isp *s, uint32_t subscriber, struct isp_message *m)
{
	const struct line *l = &s->lines[subscriber];
	if (m->status == ACCOUNTING_INTERIM && !isp_repeats_blocks(m->server))
		return;
	for (unsigned i = 0; i < l->block_count; i++)
		put_held(m, ISP_PORTS, l->blocks[i], m->status == ACCOUNTING_STOP);
}

static void dispatch(struct isp *s, struct isp_message *m, uint32_t late_s)
{
	m->arrives_at = s->o.from_at + (int64_t)(s->now_s + late_s) * SECOND_US + dice(&s->dice, TRANSIT_US);
	isp_queue_send(s, m);
}

/* On its way: it is late, overtaken, doubled. What a server without a time sends later it says to be late. */
static void post(struct isp *s, struct isp_message *m)
{
	bool timeless = m->event_at == TIME_NONE;
	uint32_t late_s = 0;
	if (isp_has(s, FAULT_REORDER) && dice_permille(&s->dice, OVERTAKEN))
		late_s = dice(&s->dice, OVERTAKEN_S);
	if (isp_has(s, FAULT_LATE) && dice_permille(&s->dice, m->status == ACCOUNTING_STOP ? STOP_LATE : OTHER_LATE))
		late_s = dice(&s->dice, LATE_S);
	if (timeless && late_s > OVERTAKEN_S)
		m->delay_s = late_s;
	bool twice = isp_has(s, FAULT_DUPLICATE) && dice_permille(&s->dice, TWICE);
	dispatch(s, m, late_s);
	if (!twice)
		return;
	uint32_t later_s = AGAIN_MIN_S + dice(&s->dice, AGAIN_S);
	if (timeless || dice(&s->dice, 2))
		m->delay_s += later_s;
	dispatch(s, m, late_s + later_s);
}

static void stamp(const struct isp *s, struct isp_message *m)
{
	const struct server *v = &s->servers[m->server];
	int64_t at = s->o.from_at + s->now_s * SECOND_US + v->off_us;
	bool timeless = isp_has(s, FAULT_NO_TIME) && sort_of(m->server) == SORT_TIMELESS;
	m->event_at = timeless ? TIME_NONE : at / SECOND_US * SECOND_US;
}

static struct isp_message begin(struct isp *s, uint32_t subscriber, enum accounting_status status)
{
	struct line *l = &s->lines[subscriber];
	struct isp_message m = { .subscriber = subscriber, .server = isp_plan_server(&s->plan, subscriber), .status = status, .lasted_s = s->now_s - l->started_s };
	count(s, subscriber, l);
	m.gigawords = !isp_has(s, FAULT_WRAP) || sort_of(m.server) != SORT_SKEWED;
	m.in_octets = m.gigawords ? l->in_octets : (uint32_t)l->in_octets;
	m.out_octets = m.gigawords ? l->out_octets : (uint32_t)l->out_octets;
	name_session(s, l, subscriber, m.server, m.session);
	stamp(s, &m);
	return m;
}

void isp_tell(struct isp *s, uint32_t subscriber, enum accounting_status status, bool addressed)
{
	struct isp_message m = begin(s, subscriber, status);
	enum fault lost = status == ACCOUNTING_START ? FAULT_LOST_START : status == ACCOUNTING_STOP ? FAULT_LOST_STOP : FAULT_LOST_INTERIM;
	if (addressed)
		put_addresses(s, subscriber, &m);
	put_blocks(s, subscriber, &m);
	if (!isp_has(s, lost) || !dice_permille(&s->dice, LOST))
		post(s, &m);
}

void isp_tell_block(struct isp *s, uint32_t subscriber, uint32_t block, bool taken_back)
{
	struct isp_message m = begin(s, subscriber, ACCOUNTING_INTERIM);
	put_held(&m, ISP_PORTS, block, taken_back);
	if (!isp_has(s, FAULT_LOG_LOSS) || !dice_permille(&s->dice, LOG_LOST))
		post(s, &m);
}

void isp_tell_server(struct isp *s, uint32_t server, enum accounting_status status)
{
	struct isp_message m = { .subscriber = ISP_NOTHING, .server = server, .status = status };
	stamp(s, &m);
	dispatch(s, &m, 0);
}
