/*
 * What happens in NATs with a log, and what becomes of the log on the way. See isp_nat.h and isp_inside.h.
 *
 * A NAT knows addresses and no sessions: whoever gets an address behind it has the blocks that it has still. What an address is not used for any
 * more it gives back at once, or when the NAT looks at it the next time.
 *
 * Left out is what nobody could know: that an address gave a block back and has it again, when a message of the first time was lost, doubled or
 * out of order, so that nothing may tell the one time from the other: it gets another one. And a message that says no time of its own, or by a clock that is ahead, comes in time.
 */
#include "simulate/isp_nat.h"

#include <stdlib.h>

#include "simulate/isp_inside.h"

enum { MORE_MIN_S = 60, MORE_S = 3600, TEMPLATE_S = 300, REBOOT_MIN_S = 3600, REBOOT_S = 2 * 86400, TRIES = 8, CLOCK = 5 };
enum { LOST = 60, BACK_LOST = 30, TWICE = 30, LATE = 10, OVERTAKEN = 100 };     /* per thousand */
enum { LATE_S = 7200, OVERTAKEN_S = 20, AGAIN_S = 20, TRANSIT_US = 1500000, NEAR_US = 20000, AHEAD_US = 500000 };
/* together less than the second that it is dated back */
enum { UNTIMED_TRANSIT_US = 300000, UNTIMED_US = 600000 };

static uint32_t insides(const struct isp *s)
{
	return s->plan.pools[ISP_INSIDE4][s->plan.servers];
}

static bool is_natted(const struct isp *s)
{
	return s->plan.first[ISP_NATTED] < s->plan.first[ISP_NATTED + 1];
}

static uint32_t server_of(const struct isp *s, uint32_t inside)
{
	uint32_t low = 0, high = s->plan.servers;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (s->plan.pools[ISP_INSIDE4][middle] <= inside)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void queue(struct isp *s, uint32_t at_s, uint32_t which)
{
	isp_queue_put(s, at_s, s->o.subscribers + s->plan.servers + which);
}

static uint32_t *doubts(const struct isp *s, uint32_t block)
{
	return s->doubtful + (size_t)block * ISP_DOUBTS;
}

void isp_nat_doubt(struct isp *s, const struct isp_message *m)
{
	for (unsigned i = 0; i < m->block_count; i++)
		isp_doubt(doubts(s, m->blocks[i].block), m->blocks[i].inside);
}

static bool is_lost(struct isp *s, const struct isp_message *m)
{
	bool back = m->block_count && m->blocks[0].what == NAT_BACK;
	return (isp_has(s, FAULT_LOG_LOSS) && dice_permille(&s->dice, LOST)) || (back && isp_has(s, FAULT_LOST_STOP) && dice_permille(&s->dice, BACK_LOST));
}

/* How much later than what was sent before it comes. */
static int64_t behind(struct isp *s, bool timed)
{
	int64_t late_us = 0;
	if (isp_has(s, FAULT_REORDER) && dice_permille(&s->dice, OVERTAKEN))
		late_us = timed ? dice(&s->dice, OVERTAKEN_S) * SECOND_US : dice(&s->dice, UNTIMED_US);
	if (timed && isp_has(s, FAULT_LATE) && dice_permille(&s->dice, LATE))
		late_us = dice(&s->dice, LATE_S) * SECOND_US;
	return late_us;
}

static void post(struct isp *s, struct isp_message *m)
{
	struct box *b = &s->boxes[m->server];
	/* a clock that is ahead says nothing of when it was */
	bool timed = isp_nat_is_timed(isp_nat_form(&s->o, m->server)) && b->off_us < AHEAD_US;
	int64_t at = s->o.from_at + s->now_s * SECOND_US + dice(&s->dice, timed ? TRANSIT_US : UNTIMED_TRANSIT_US);
	m->by = ISP_NAT;
	m->form = (uint8_t)isp_nat_form(&s->o, m->server);
	m->subscriber = ISP_NOTHING;
	m->clock_us = b->off_us;
	m->event_at = s->o.from_at + s->now_s * SECOND_US + b->off_us;
	m->arrives_at = at > b->last_at ? at : b->last_at + 1;
	m->sequence = b->sequence;
	b->sequence += m->block_count;
	if (is_lost(s, m)) {
		isp_nat_doubt(s, m);
		return;
	}
	int64_t late_us = behind(s, timed);
	if (late_us)
		isp_nat_doubt(s, m);
	else
		b->last_at = m->arrives_at;
	m->arrives_at += late_us;
	isp_queue_send(s, m);
	if (!isp_has(s, FAULT_DUPLICATE) || !dice_permille(&s->dice, TWICE))
		return;
	isp_nat_doubt(s, m);
	m->arrives_at += 1 + (timed ? dice(&s->dice, AGAIN_S) * SECOND_US : dice(&s->dice, UNTIMED_US / 6));
	isp_queue_send(s, m);
}

/* Some put several into one message. */
static void tell(struct isp *s, uint32_t server, const struct isp_block *list, unsigned count)
{
	enum isp_nat_form form = isp_nat_form(&s->o, server);
	unsigned most = form == ISP_NAT_CISCO || form == ISP_NAT_IPFIX ? ISP_LOG_MAX : 1;
	while (count) {
		struct isp_message m = { .server = server, .block_count = count < most ? count : most };
		memcpy(m.blocks, list, m.block_count * sizeof(*list));
		list += m.block_count;
		count -= m.block_count;
		post(s, &m);
	}
}

static struct isp_block said(enum nat_what what, uint32_t number, const struct inside *x, unsigned i)
{
	return (struct isp_block){ what, number, x->blocks[i], x->given_s[i] };
}

static void begin_holding(struct isp *s, struct inside *x, unsigned i)
{
	x->held_s[i] = s->now_s;
	if (s->o.begin)
		s->o.begin(s->o.arg, (struct isp_resource){ ISP_LOGGED_PORTS, x->blocks[i] }, x->holder, s->now_s);
}

static void end_holding(struct isp *s, const struct inside *x, unsigned i)
{
	if (s->o.end && x->holder != ISP_NOTHING)
		s->o.end(s->o.arg, (struct isp_resource){ ISP_LOGGED_PORTS, x->blocks[i] }, x->holder, x->held_s[i], s->now_s);
}

/* Under reuse the one that was given back last more often than by chance. ISP_NOTHING: there is none that it may have. */
static uint32_t pick(struct isp *s, uint32_t server, uint32_t number)
{
	uint32_t *list = s->spare[ISP_LOGGED_PORTS] + s->plan.pools[ISP_LOGGED_PORTS][server], *count = &s->spare_count[ISP_LOGGED_PORTS][server];
	for (unsigned tries = 0; tries < TRIES && *count; tries++) {
		uint32_t i = isp_has(s, FAULT_REUSE) && dice(&s->dice, 2) ? *count - 1 : dice(&s->dice, *count), block = list[i];
		if (isp_is_doubtful(doubts(s, block), number))
			continue;
		list[i] = list[--*count];
		return block;
	}
	return ISP_NOTHING;
}

static void give(struct isp *s, uint32_t number)
{
	struct inside *x = &s->insides[number];
	uint32_t server = server_of(s, number), block = x->count < ISP_LINE_BLOCKS ? pick(s, server, number) : ISP_NOTHING;
	if (block == ISP_NOTHING)
		return;
	x->blocks[x->count] = block;
	x->given_s[x->count] = s->now_s;
	begin_holding(s, x, x->count);
	struct isp_block b = said(NAT_GIVEN, number, x, x->count++);
	tell(s, server, &b, 1);
}

/* In the same second another address of the same NAT gets it, if there is one that may. */
static void give_on(struct isp *s, uint32_t server, uint32_t but)
{
	uint32_t first = s->plan.pools[ISP_INSIDE4][server], all = s->plan.pools[ISP_INSIDE4][server + 1] - first;
	for (unsigned i = 0; i < TRIES && all; i++) {
		uint32_t number = first + dice(&s->dice, all);
		if (number == but || s->insides[number].holder == ISP_NOTHING || s->insides[number].count == ISP_LINE_BLOCKS)
			continue;
		give(s, number);
		return;
	}
}

/* Blocks from one on are given back. silent: as when it starts again. */
static void take_back(struct isp *s, uint32_t number, unsigned from, bool silent)
{
	struct inside *x = &s->insides[number];
	struct isp_block list[ISP_LINE_BLOCKS];
	uint32_t server = server_of(s, number);
	unsigned count = 0;
	for (unsigned i = from; i < x->count; i++) {
		list[count++] = said(NAT_BACK, number, x, i);
		end_holding(s, x, i);
		isp_give_back(s, ISP_LOGGED_PORTS, server, x->blocks[i]);
	}
	x->count = (uint8_t)(x->count < from ? x->count : from);
	if (silent) {
		struct isp_message untold = { .block_count = count };
		memcpy(untold.blocks, list, count * sizeof(*list));
		isp_nat_doubt(s, &untold);
	}
	if (silent || !count)
		return;
	tell(s, server, list, count);
	if (isp_has(s, FAULT_REUSE) && dice(&s->dice, 2))
		give_on(s, server, number);
}

static void inside_due(struct isp *s, uint32_t number)
{
	struct inside *x = &s->insides[number];
	if (x->holder == ISP_NOTHING) {
		take_back(s, number, 0, false);
	} else if (!x->count || dice(&s->dice, 2)) {
		give(s, number);
	} else if (x->count > 1) {
		/* the last stands for any: it is any one that is given */
		take_back(s, number, x->count - 1U, false);
	}
	x->queued = x->count || x->holder != ISP_NOTHING;
	if (x->queued)
		queue(s, s->now_s + MORE_MIN_S + dice(&s->dice, MORE_S), s->plan.servers + number);
}

void isp_nat_dial(struct isp *s, uint32_t number, uint32_t subscriber)
{
	if (!s->insides)
		return;
	struct inside *x = &s->insides[number];
	if (isp_plan_class(&s->plan, subscriber) != ISP_NATTED) {
		/* its own server translates */
		take_back(s, number, 0, false);
		return;
	}
	x->holder = subscriber;
	for (unsigned i = 0; i < x->count; i++)
		begin_holding(s, x, i);
	if (!x->count)
		give(s, number);
	if (!x->queued)
		queue(s, s->now_s + MORE_MIN_S + dice(&s->dice, MORE_S), s->plan.servers + number);
	x->queued = true;
}

void isp_nat_hang_up(struct isp *s, uint32_t number)
{
	struct inside *x = &s->insides[number];
	bool at_once = !s->over && dice(&s->dice, 2);
	if (at_once)
		take_back(s, number, 0, false);
	for (unsigned i = 0; i < x->count; i++)
		end_holding(s, x, i);
	x->holder = ISP_NOTHING;
}

static void reboot(struct isp *s, uint32_t server)
{
	uint32_t first = s->plan.pools[ISP_INSIDE4][server], until = s->plan.pools[ISP_INSIDE4][server + 1];
	for (uint32_t i = first; i < until; i++)
		take_back(s, i, 0, true);
	s->boxes[server].sequence = 0;
	for (uint32_t i = first; i < until; i++)
		if (s->insides[i].holder != ISP_NOTHING)
			give(s, i);
}

static void set_clock(struct isp *s, uint32_t server, bool step)
{
	static const int skews_s[] = { 0, 4, -4, 3600, -3600, -2000, 8, -8 }, steps_s[] = { 0, 47, -47, 3600, -3600, 3, -3 };
	struct box *b = &s->boxes[server];
	uint64_t x = dice_of(s->o.seed, CLOCK, server);
	b->off_us = (int64_t)(x >> 32) % (2 * NEAR_US) - NEAR_US;
	if (step)
		b->off_us += steps_s[dice(&s->dice, sizeof(steps_s) / sizeof(steps_s[0]))] * SECOND_US;
	else if (isp_has(s, FAULT_SKEW))
		b->off_us += skews_s[x % (sizeof(skews_s) / sizeof(skews_s[0]))] * SECOND_US;
	b->step_s = isp_has(s, FAULT_STEP) ? s->now_s + 3600 + dice(&s->dice, 86400) : UINT32_MAX;
}

static uint32_t sooner(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void say_all(struct isp *s, uint32_t server)
{
	for (uint32_t i = s->plan.pools[ISP_INSIDE4][server]; i < s->plan.pools[ISP_INSIDE4][server + 1]; i++)
		for (unsigned k = 0; k < s->insides[i].count; k++) {
			struct isp_block b = said(NAT_HELD, i, &s->insides[i], k);
			tell(s, server, &b, 1);
		}
}

static void box_due(struct isp *s, uint32_t server)
{
	struct box *b = &s->boxes[server];
	if (s->now_s >= b->says_s) {
		struct isp_message m = { .server = server };
		bool ipfix = isp_nat_form(&s->o, server) == ISP_NAT_IPFIX;
		b->says_s = s->now_s + (ipfix ? TEMPLATE_S : s->o.interim_s);
		if (ipfix)
			post(s, &m);
		else
			say_all(s, server);
	}
	if (s->now_s >= b->step_s)
		set_clock(s, server, true);
	if (s->now_s >= b->reboot_s) {
		reboot(s, server);
		b->reboot_s = s->now_s + REBOOT_MIN_S + dice(&s->dice, REBOOT_S);
	}
	queue(s, sooner(sooner(b->says_s, b->step_s), b->reboot_s), server);
}

void isp_nat_due(struct isp *s, uint32_t which)
{
	if (which < s->plan.servers)
		box_due(s, which);
	else
		inside_due(s, which - s->plan.servers);
}

size_t isp_nat_dues(const struct isp *s)
{
	return is_natted(s) ? (size_t)s->plan.servers + insides(s) : 0;
}

enum err isp_nat_begin(struct isp *s)
{
	size_t doubtful = (size_t)s->plan.pools[ISP_LOGGED_PORTS][s->plan.servers] * ISP_DOUBTS;
	if (!is_natted(s))
		return OK;
	s->insides = calloc(insides(s), sizeof(*s->insides));
	s->boxes = calloc(s->plan.servers, sizeof(*s->boxes));
	s->doubtful = malloc(doubtful * sizeof(*s->doubtful));
	if (!s->insides || !s->boxes || !s->doubtful)
		return ERR_NOMEM;
	for (size_t i = 0; i < doubtful; i++)
		s->doubtful[i] = ISP_NOTHING;
	for (uint32_t i = 0; i < insides(s); i++)
		s->insides[i].holder = ISP_NOTHING;
	for (uint32_t i = 0; i < s->plan.servers; i++) {
		struct box *b = &s->boxes[i];
		enum isp_nat_form form = isp_nat_form(&s->o, i);
		set_clock(s, i, false);
		b->reboot_s = isp_has(s, FAULT_REBOOT) ? REBOOT_MIN_S + dice(&s->dice, REBOOT_S) : UINT32_MAX;
		b->says_s = form == ISP_NAT_IPFIX ? 0 : form == ISP_NAT_JUNOS ? s->o.interim_s : UINT32_MAX;
		queue(s, sooner(sooner(b->says_s, b->step_s), b->reboot_s), i);
	}
	return OK;
}

void isp_nat_done(struct isp *s)
{
	free(s->insides);
	free(s->boxes);
	free(s->doubtful);
}
