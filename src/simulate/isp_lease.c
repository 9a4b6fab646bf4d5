/*
 * What happens at a DHCP server, and what a reader of its lease file sees of it. See isp_lease.h and isp_inside.h.
 *
 * A device has an address for two spans of Interim-Updates from when it asked last, and asks again after one. Most go without a word; then the
 * lease expires, and the server writes some seconds later that it is over. Others release it. In the line of a released one stands no time.
 *
 * A file that is cleaned up has a line for each address that is leased, and is read from its beginning.
 *
 * Left out is what nobody could know: that a device has an address once more that it gave back, when a line of the first time was lost.
 */
#include "simulate/isp_lease.h"

#include <stdlib.h>

#include "simulate/isp_inside.h"

/* under reuse somebody waits for it */
enum { RETRY_S = 300, RETRY_SOON_S = 3, READ_US = 500000, ROTATE_MIN_S = 3600, ROTATE_S = 4 * 3600, TRIES = 8, RELEASES = 4 /* one in so many */, MOVE_MIN_S = 300, MOVE_S = 7200 };
enum { LOST = 60, RELEASE_LOST = 30, MOVES = 300 };     /* per thousand */
static const uint32_t least_s = 300, short_s = 7200, long_s = 86400, idle_least_s = 1, idle_s = 1800;

static bool is_leased(const struct isp *s)
{
	return s->plan.first[ISP_LEASED] < s->plan.first[ISP_LEASED + 1];
}

static uint32_t *doubts(const struct isp *s, uint32_t number)
{
	return s->lease_doubts + (size_t)number * ISP_DOUBTS;
}

void isp_lease_doubt(struct isp *s, const struct isp_message *m)
{
	isp_doubt(doubts(s, m->lease.number), m->subscriber);
}

static bool is_lost(struct isp *s, enum isp_lease_what what)
{
	return (isp_has(s, FAULT_LOG_LOSS) && dice_permille(&s->dice, LOST)) || (what != ISP_LEASE_GIVEN && isp_has(s, FAULT_LOST_STOP) && dice_permille(&s->dice, RELEASE_LOST));
}

/* In the order in which they are written. */
static void write_line(struct isp *s, uint32_t who, enum isp_lease_what what, uint32_t given_s, bool relayed, bool again)
{
	const struct line *l = &s->lines[who];
	int64_t at = s->o.from_at + s->now_s * SECOND_US + dice(&s->dice, READ_US);
	struct isp_message m = { .by = ISP_LEASE, .subscriber = who, .server = isp_plan_server(&s->plan, who), .event_at = s->o.from_at + given_s * SECOND_US,
		.lease = { what, l->four, given_s, 2 * s->o.interim_s, relayed, s->lease_begins } };
	m.arrives_at = at > s->lease_at ? at : s->lease_at + 1;
	s->lease_at = m.arrives_at;
	s->lease_begins = false;
	if (!again && is_lost(s, what)) {
		isp_lease_doubt(s, &m);
		/* the header is there all the same */
		s->lease_begins = m.lease.first;
		return;
	}
	isp_queue_send(s, &m);
}

static uint32_t pick(struct isp *s, uint32_t who)
{
	uint32_t server = isp_plan_server(&s->plan, who), *count = &s->spare_count[ISP_LEASED4][server], *list = s->spare[ISP_LEASED4] + s->plan.pools[ISP_LEASED4][server];
	for (unsigned tries = 0; tries < TRIES && *count; tries++) {
		uint32_t i = isp_has(s, FAULT_REUSE) && dice(&s->dice, 2) ? *count - 1 : dice(&s->dice, *count), number = list[i];
		if (isp_is_doubtful(doubts(s, number), who))
			continue;
		list[i] = list[--*count];
		return number;
	}
	return ISP_NOTHING;
}

static void end_lease(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	if (s->o.end)
		s->o.end(s->o.arg, (struct isp_resource){ ISP_LEASED4, l->four }, who, l->four_s, s->now_s);
	isp_give_back(s, ISP_LEASED4, isp_plan_server(&s->plan, who), l->four);
	l->online = false;
}

/* interim_s is when it asks again, or when the lease ends; started_s when it asked last; until_s when it goes. */
static bool begin_lease(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	uint32_t number = pick(s, who);
	if (number == ISP_NOTHING)
		return false;
	l->four = number;
	l->four_s = l->started_s = s->now_s;
	l->interim_s = s->now_s + s->o.interim_s;
	l->online = true;
	if (s->o.begin)
		s->o.begin(s->o.arg, (struct isp_resource){ ISP_LEASED4, number }, who, s->now_s);
	write_line(s, who, ISP_LEASE_GIVEN, s->now_s, true, false);
	return true;
}

static bool come(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	*l = (struct line){ .until_s = s->now_s + least_s + dice(&s->dice, dice(&s->dice, 4) ? long_s : short_s), .change_s = UINT32_MAX };
	if (isp_has(s, FAULT_MOVE) && dice_permille(&s->dice, MOVES))
		l->change_s = s->now_s + MOVE_MIN_S + dice(&s->dice, MOVE_S);
	return begin_lease(s, who);
}

/* Goes: with a word, or the lease runs on until it expires. boot: it is gone. */
static void go(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	if (dice(&s->dice, RELEASES)) {
		l->boot = 1;
		l->interim_s = l->started_s + 2 * s->o.interim_s;
		return;
	}
	write_line(s, who, ISP_LEASE_RELEASED, l->started_s, false, false);
	end_lease(s, who);
}

static void expire(struct isp *s, uint32_t who)
{
	const struct line *l = &s->lines[who];
	write_line(s, who, ISP_LEASE_RECLAIMED, l->started_s, false, false);
	end_lease(s, who);
}

/* It asks at another place: what it had it releases, and something else is given to it at once. */
static void move(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	write_line(s, who, ISP_LEASE_RELEASED, l->started_s, false, false);
	end_lease(s, who);
	l->change_s = UINT32_MAX;
	(void)begin_lease(s, who);
}

static uint32_t sooner(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t next_due(struct isp *s, const struct line *l)
{
	if (!l->online)
		return s->now_s + idle_least_s + dice(&s->dice, dice(&s->dice, 2) ? 30 : idle_s);
	return l->boot ? l->interim_s : sooner(sooner(l->interim_s, l->until_s), l->change_s);
}

void isp_lease_due(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	if (!l->online) {
		l->due_s = come(s, who) ? next_due(s, l) : s->now_s + 1 + dice(&s->dice, isp_has(s, FAULT_REUSE) ? RETRY_SOON_S : RETRY_S);
		isp_queue_put(s, l->due_s, who);
		return;
	}
	if (l->boot) {
		expire(s, who);
	} else if (s->now_s >= l->until_s) {
		go(s, who);
	} else if (s->now_s >= l->change_s) {
		move(s, who);
	} else {
		l->started_s = s->now_s;
		l->interim_s = s->now_s + s->o.interim_s;
		write_line(s, who, ISP_LEASE_GIVEN, s->now_s, who % 2, false);
	}
	l->due_s = next_due(s, l);
	isp_queue_put(s, l->due_s, who);
}

/* The file is written anew, and read from its beginning. */
void isp_lease_rotate(struct isp *s)
{
	s->lease_begins = true;
	for (uint32_t who = s->plan.first[ISP_LEASED]; who < s->plan.first[ISP_LEASED + 1]; who++)
		if (s->lines[who].online)
			write_line(s, who, ISP_LEASE_GIVEN, s->lines[who].started_s, true, true);
	isp_queue_put(s, s->now_s + ROTATE_MIN_S + dice(&s->dice, ROTATE_S), ISP_ROTATION);
}

void isp_lease_end(struct isp *s, uint32_t who)
{
	end_lease(s, who);
}

enum err isp_lease_begin(struct isp *s)
{
	size_t all = (size_t)s->plan.pools[ISP_LEASED4][s->plan.servers] * ISP_DOUBTS;
	if (!is_leased(s))
		return OK;
	s->lease_begins = true;
	s->lease_doubts = malloc(all * sizeof(*s->lease_doubts));
	if (!s->lease_doubts)
		return ERR_NOMEM;
	for (size_t i = 0; i < all; i++)
		s->lease_doubts[i] = ISP_NOTHING;
	if (isp_has(s, FAULT_ROTATE))
		isp_queue_put(s, ROTATE_MIN_S + dice(&s->dice, ROTATE_S), ISP_ROTATION);
	return OK;
}
