/*
 * What happens in a made-up provider. See isp.h.
 *
 * Each line is in the heap once, by when something is due to it; a server by its reboots and the steps of its clock. When a server starts again
 * its lines are off at once, and find that out when they are due.
 */
#include "simulate/isp.h"

#include <stdlib.h>

#include "simulate/isp_inside.h"

enum { RETRY_S = 600, DOWN_MIN_S = 60, DOWN_S = 120, REBOOT_S = 2 * 86400, CHANGE_MIN_S = 120, CHANGE_S = 7200, MOVES = 200 /* sessions of a thousand */, FIRST_S = 900 };
enum { APART_S = 3 * 3600 /* longer than an outage */, APART_INTERIMS = 4 };

/* How long a session lasts, how long until the next one: one in four is short. Seconds. */
static const struct {
	uint32_t least, short_, long_, idle_least, idle;
} habits[ISP_CLASS_END] = {
	[ISP_DIAL] = { 1, 30, 5400, 60, 4 * 3600 },
	[ISP_DSL] = { 20, 3600, 86400, 5, 3600 },
	[ISP_CABLE] = { 60, 7200, 4 * 86400, 20, 1800 },
	[ISP_NATTED] = { 60, 7200, 86400, 20, 1800 },
	[ISP_BUSINESS] = { 300, 86400, 10 * 86400, 20, 300 },
};

uint32_t isp_take(struct isp *s, enum isp_kind kind, uint32_t server)
{
	uint32_t *list = s->spare[kind] + s->plan.pools[kind][server], *count = &s->spare_count[kind][server];
	if (!*count)
		return ISP_NOTHING;
	uint32_t i = dice(&s->dice, *count), number = list[i];
	list[i] = list[--*count];
	return number;
}

void isp_give_back(struct isp *s, enum isp_kind kind, uint32_t server, uint32_t number)
{
	s->spare[kind][s->plan.pools[kind][server] + s->spare_count[kind][server]++] = number;
}

/* Between two messages of a session nobody can tell that it gave something back and got it again: it does not get it so soon. */
static uint32_t take_other(struct isp *s, enum isp_kind kind, uint32_t who)
{
	const struct line *l = &s->lines[who];
	uint32_t server = isp_plan_server(&s->plan, who), number = isp_take(s, kind, server);
	for (unsigned i = 0; number != ISP_NOTHING && i < ISP_LINE_LEFT; i++)
		if (l->left_s[i] && l->left[i] == number && s->now_s - l->left_s[i] < APART_S + APART_INTERIMS * s->o.interim_s) {
			isp_give_back(s, kind, server, number);
			return ISP_NOTHING;
		}
	return number;
}

static void leave(struct isp *s, uint32_t who, uint32_t number)
{
	struct line *l = &s->lines[who];
	unsigned i = l->left_next++ % ISP_LINE_LEFT;
	l->left[i] = number;
	l->left_s[i] = s->now_s;
}

static void begin_holding(struct isp *s, enum isp_kind kind, uint32_t number, uint32_t who)
{
	if (s->o.begin && number != ISP_NOTHING)
		s->o.begin(s->o.arg, (struct isp_resource){ kind, number }, who, s->now_s);
}

static void end_holding(struct isp *s, enum isp_kind kind, uint32_t number, uint32_t who, uint32_t from_s)
{
	if (number == ISP_NOTHING)
		return;
	if (s->o.end)
		s->o.end(s->o.arg, (struct isp_resource){ kind, number }, who, from_s, s->now_s);
	if (kind != ISP_STATIC4)
		isp_give_back(s, kind, isp_plan_server(&s->plan, who), number);
}

static enum isp_kind four_kind(enum isp_class c)
{
	return c == ISP_CABLE || c == ISP_NATTED ? ISP_INSIDE4 : c == ISP_BUSINESS ? ISP_STATIC4 : ISP_ADDR4;
}

static void link_line(struct isp *s, uint32_t who)
{
	struct server *v = &s->servers[isp_plan_server(&s->plan, who)];
	struct line *l = &s->lines[who];
	l->before = ISP_NOTHING;
	l->next = v->first;
	if (v->first != ISP_NOTHING)
		s->lines[v->first].before = who;
	v->first = who;
}

static void unlink_line(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	if (l->before != ISP_NOTHING)
		s->lines[l->before].next = l->next;
	else
		s->servers[isp_plan_server(&s->plan, who)].first = l->next;
	if (l->next != ISP_NOTHING)
		s->lines[l->next].before = l->before;
}

static uint32_t idle(struct isp *s, enum isp_class c)
{
	/* a line that is cut by force dials again at once */
	return habits[c].idle_least + dice(&s->dice, dice(&s->dice, 2) ? 30 : habits[c].idle);
}

/* It is off: what it held is given back. */
static void hang_up(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	enum isp_class c = isp_plan_class(&s->plan, who);
	if (c == ISP_LEASED) {
		isp_lease_end(s, who);
		return;
	}
	if (c == ISP_NATTED)
		isp_nat_hang_up(s, l->four);
	if (c != ISP_BUSINESS)
		end_holding(s, four_kind(c), l->four, who, l->four_s);
	end_holding(s, ISP_DELEGATED6, l->six, who, l->six_s);
	for (unsigned i = 0; i < l->block_count; i++)
		end_holding(s, ISP_PORTS, l->blocks[i], who, l->block_s[i]);
	l->block_count = 0;
	l->online = false;
	unlink_line(s, who);
}

static bool add_block(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	uint32_t n = l->block_count < ISP_LINE_BLOCKS ? take_other(s, ISP_PORTS, who) : ISP_NOTHING;
	if (n == ISP_NOTHING)
		return false;
	l->blocks[l->block_count] = n;
	l->block_s[l->block_count++] = s->now_s;
	begin_holding(s, ISP_PORTS, n, who);
	return true;
}

static void next_change(struct isp *s, uint32_t who, enum isp_class c)
{
	struct line *l = &s->lines[who];
	bool moves = isp_has(s, FAULT_MOVE) && c == ISP_DSL && isp_tells_addresses(&s->o, isp_plan_server(&s->plan, who)) && dice_permille(&s->dice, MOVES);
	l->change_s = c == ISP_CABLE || moves ? s->now_s + CHANGE_MIN_S + dice(&s->dice, CHANGE_S) : UINT32_MAX;
}

/* Dials; false: there is nothing to be had, or nobody who answers. */
static bool dial(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	uint32_t server = isp_plan_server(&s->plan, who);
	struct server *v = &s->servers[server];
	enum isp_class c = isp_plan_class(&s->plan, who);
	uint32_t four = s->now_s < v->down_until_s ? ISP_NOTHING : c == ISP_BUSINESS ? who - s->plan.first[c] : isp_take(s, four_kind(c), server);
	if (four == ISP_NOTHING)
		return false;
	*l = (struct line){ .started_s = s->now_s, .counted_s = s->now_s, .interim_s = s->now_s + s->o.interim_s, .four = four, .four_s = s->now_s, .six = ISP_NOTHING,
		.six_s = s->now_s, .boot = v->boot, .sequence = ++v->sequence, .online = true };
	l->until_s = s->now_s + habits[c].least + dice(&s->dice, dice(&s->dice, 4) ? habits[c].long_ : habits[c].short_);
	if (c == ISP_DSL || c == ISP_CABLE || c == ISP_NATTED)
		l->six = isp_take(s, ISP_DELEGATED6, server);
	link_line(s, who);
	if (c != ISP_BUSINESS)
		begin_holding(s, four_kind(c), l->four, who);
	begin_holding(s, ISP_DELEGATED6, l->six, who);
	if (c == ISP_CABLE)
		(void)add_block(s, who);
	next_change(s, who, c);
	isp_tell(s, who, ACCOUNTING_START, true);
	if (four_kind(c) == ISP_INSIDE4)
		isp_nat_dial(s, l->four, who);
	return true;
}

/* Another address; or one more block of ports, or one less. */
static void change(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	enum isp_class c = isp_plan_class(&s->plan, who);
	uint32_t n;
	if (c != ISP_CABLE) {
		n = take_other(s, four_kind(c), who);
		if (n != ISP_NOTHING) {
			leave(s, who, l->four);
			end_holding(s, four_kind(c), l->four, who, l->four_s);
			l->four = n;
			l->four_s = s->now_s;
			begin_holding(s, four_kind(c), n, who);
			isp_tell(s, who, ACCOUNTING_INTERIM, true);
		}
	} else if (dice(&s->dice, 2) && add_block(s, who)) {
		isp_tell_block(s, who, l->blocks[l->block_count - 1], false);
	} else if (l->block_count > 1) {
		unsigned i = dice(&s->dice, l->block_count);
		n = l->blocks[i];
		leave(s, who, n);
		end_holding(s, ISP_PORTS, n, who, l->block_s[i]);
		l->blocks[i] = l->blocks[--l->block_count];
		l->block_s[i] = l->block_s[l->block_count];
		isp_tell_block(s, who, n, true);
	}
	next_change(s, who, c);
}

static uint32_t sooner(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void line_due(struct isp *s, uint32_t who)
{
	struct line *l = &s->lines[who];
	enum isp_class c = isp_plan_class(&s->plan, who);
	if (c == ISP_LEASED) {
		isp_lease_due(s, who);
		return;
	}
	if (!l->online) {
		l->due_s = dial(s, who) ? sooner(sooner(l->interim_s, l->until_s), l->change_s) : s->now_s + 30 + dice(&s->dice, RETRY_S);
	} else if (s->now_s >= l->until_s) {
		isp_tell(s, who, ACCOUNTING_STOP, true);
		hang_up(s, who);
		l->due_s = s->now_s + idle(s, c);
	} else {
		if (s->now_s >= l->change_s) {
			change(s, who);
		} else if (s->now_s >= l->interim_s) {
			isp_tell(s, who, ACCOUNTING_INTERIM, isp_tells_addresses(&s->o, isp_plan_server(&s->plan, who)));
			l->interim_s = s->now_s + s->o.interim_s;
		}
		l->due_s = sooner(sooner(l->interim_s, l->until_s), l->change_s);
	}
	isp_queue_put(s, l->due_s, who);
}

static void reboot(struct isp *s, uint32_t server)
{
	struct server *v = &s->servers[server];
	while (v->first != ISP_NOTHING)
		hang_up(s, v->first);
	v->boot++;
	v->sequence = isp_has(s, FAULT_REUSE) ? 0 : v->sequence;
	v->down_until_s = s->now_s + DOWN_MIN_S + dice(&s->dice, DOWN_S);
	v->greets = v->boot % 2;
	v->reboot_s = s->now_s + 3600 + dice(&s->dice, REBOOT_S);
}

static void server_due(struct isp *s, uint32_t server)
{
	struct server *v = &s->servers[server];
	if (v->greets && s->now_s >= v->down_until_s) {
		v->greets = false;
		isp_tell_server(s, server, ACCOUNTING_ON);
	}
	if (s->now_s >= v->step_s)
		isp_tell_set_clock(s, server, true);
	if (s->now_s >= v->reboot_s)
		reboot(s, server);
	uint32_t due = sooner(v->step_s, v->reboot_s);
	isp_queue_put(s, v->greets ? sooner(due, v->down_until_s) : due, s->o.subscribers + server);
}

static enum err begin_world(struct isp *s)
{
	size_t who = s->o.subscribers, servers = s->plan.servers;
	s->lines = calloc(who, sizeof(*s->lines));
	s->servers = calloc(servers, sizeof(*s->servers));
	s->due = calloc(who + servers + isp_nat_dues(s) + 2, sizeof(*s->due));
	bool ok = s->lines && s->servers && s->due;
	for (enum isp_kind k = 0; k < ISP_KIND_END; k++) {
		uint32_t all = s->plan.pools[k][servers];
		s->spare[k] = calloc(all + 1, sizeof(uint32_t));
		s->spare_count[k] = calloc(servers, sizeof(uint32_t));
		ok = ok && s->spare[k] && s->spare_count[k];
		for (uint32_t i = 0; ok && i < all; i++)
			s->spare[k][i] = i;
		for (uint32_t i = 0; ok && i < servers; i++)
			s->spare_count[k][i] = k == ISP_LOGGED_PORTS ? isp_plan_blocks(&s->plan, i) : s->plan.pools[k][i + 1] - s->plan.pools[k][i];
	}
	if (!ok)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < servers; i++) {
		struct server *v = &s->servers[i];
		v->first = ISP_NOTHING;
		isp_tell_set_clock(s, i, false);
		v->reboot_s = isp_has(s, FAULT_REBOOT) ? 3600 + dice(&s->dice, REBOOT_S) : UINT32_MAX;
		isp_queue_put(s, sooner(v->step_s, v->reboot_s), s->o.subscribers + i);
	}
	for (uint32_t i = 0; i < who; i++)
		isp_queue_put(s, 1 + dice(&s->dice, isp_plan_class(&s->plan, i) == ISP_DIAL ? habits[ISP_DIAL].idle : FIRST_S), i);
	enum err e = isp_nat_begin(s);
	if (e == OK)
		e = isp_lease_begin(s);
	if (e)
		return e;
	(void)isp_tell_outage(s, 0);
	for (uint32_t i = s->plan.first[ISP_BUSINESS]; i < who; i++)
		begin_holding(s, ISP_STATIC4, i - s->plan.first[ISP_BUSINESS], i);
	return OK;
}

enum err isp_new(const struct isp_options *o, struct isp **ret_isp, struct why *why)
{
	if (!o->seconds || o->seconds > (uint32_t)ISP_DAYS_MAX * 86400)
		return why_set(why, ERR_RANGE, "a provider is watched for one to %d days", ISP_DAYS_MAX);
	if (o->interim_s < ISP_INTERIM_MIN_S || o->interim_s > ISP_INTERIM_MAX_S)
		return why_set(why, ERR_RANGE, "interims are %d to %d seconds apart", ISP_INTERIM_MIN_S, ISP_INTERIM_MAX_S);
	struct isp *s = calloc(1, sizeof(*s));
	if (!s)
		return why_set(why, ERR_NOMEM, "no memory for a provider");
	s->o = *o;
	s->dice.state = o->seed;
	s->since_at = o->from_at;
	enum err e = isp_plan_init(&s->plan, o->seed, o->subscribers, o->mix, why);
	if (e == OK && (e = begin_world(s)) != OK)
		(void)why_set(why, e, "no memory for so many subscribers");
	if (e) {
		isp_free(s);
		return e;
	}
	*ret_isp = s;
	return OK;
}

void isp_free(struct isp *s)
{
	if (!s)
		return;
	for (enum isp_kind k = 0; k < ISP_KIND_END; k++) {
		free(s->spare[k]);
		free(s->spare_count[k]);
	}
	free(s->lines);
	free(s->servers);
	free(s->due);
	free(s->pending);
	free(s->slots);
	free(s->slots_free);
	isp_nat_done(s);
	free(s->lease_doubts);
	isp_plan_done(&s->plan);
	free(s);
}

const struct isp_plan *isp_plan(const struct isp *s)
{
	return &s->plan;
}

uint32_t isp_now_s(const struct isp *s)
{
	return s->now_s;
}

/* What is held still is held until the end, as far as anybody knows. */
static void end_world(struct isp *s)
{
	s->now_s = s->o.seconds;
	s->over = true;
	for (uint32_t i = 0; i < s->o.subscribers; i++)
		if (s->lines[i].online)
			hang_up(s, i);
	for (uint32_t i = s->plan.first[ISP_BUSINESS]; i < s->o.subscribers; i++)
		end_holding(s, ISP_STATIC4, i - s->plan.first[ISP_BUSINESS], i, 0);
}

enum err isp_next(struct isp *s, struct isp_message *ret_message)
{
	for (;;) {
		uint32_t at = 0, who = 0;
		bool more = !s->over && isp_queue_first(s, &at, &who) && at < s->o.seconds;
		if (s->err)
			return s->err;
		if (isp_queue_arrived(s, more ? s->o.from_at + at * SECOND_US : INT64_MAX)) {
			isp_queue_receive(s, ret_message);
			if (isp_tell_outage(s, (ret_message->arrives_at - s->o.from_at) / SECOND_US)) {
				if (ret_message->by == ISP_NAT)
					isp_nat_doubt(s, ret_message);
				else if (ret_message->by == ISP_LEASE)
					isp_lease_doubt(s, ret_message);
				continue;
			}
			ret_message->since_at = s->since_at;
			return OK;
		}
		if (!more) {
			if (s->over)
				return ERR_NOTFOUND;
			end_world(s);
			continue;
		}
		isp_queue_pop(s);
		s->now_s = at;
		if (who == ISP_ROTATION)
			isp_lease_rotate(s);
		else if (who < s->o.subscribers)
			line_due(s, who);
		else if (who < s->o.subscribers + s->plan.servers)
			server_due(s, who - s->o.subscribers);
		else
			isp_nat_due(s, who - s->o.subscribers - s->plan.servers);
	}
}
