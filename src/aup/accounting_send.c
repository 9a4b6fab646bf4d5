/*
 * What aup accounting follow has sent and waits for. See accounting.h.
 *
 * The daemon answers when a message is on its disk; until then it is sent again, as it was for as long as its age is right, then with its new
 * age and under a new id (RFC 2866 5.2). An answer that comes late and to another id is passed over: the message is in the daemon twice
 * then, and it knows it for the same.
 */
#include "aup/accounting.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/net.h"
#include "model/accounting.h"

enum { AGAIN_S = 2, AGAIN_MAX_S = 8, FRESH_S = 20, SILENT_TRIES = 2 };

enum err pending_open(struct pending_list *p, const char *to, struct str secret, struct arena *a, struct why *why)
{
	*p = (struct pending_list){ .fd = -1, .secret = secret, .to = to, .ring = ARENA_ARRAY(a, struct pending, PENDING_MAX) };
	return p->ring ? net_connect_udp(str_of(to), &p->fd, why) : why_set(why, ERR_NOMEM, "no memory for what is sent");
}

void pending_close(struct pending_list *p)
{
	net_close(p->fd);
}

static struct pending *at(const struct pending_list *p, unsigned n)
{
	return &p->ring[(p->first + n) % PENDING_MAX];
}

static struct pending *add(struct pending_list *p, const struct followed_place *place)
{
	BUG_ON(pending_is_full(p));
	struct pending *x = at(p, p->count++);
	x->place = *place;
	x->tries = 0;
	return x;
}

void pending_skip(struct pending_list *p, const struct followed_place *place)
{
	add(p, place)->answered = true;
}

static bool late_by(const struct pending *x, uint32_t *ret_s)
{
	int64_t lain_s = (clock_wall_at() - x->taken_at) / SECOND_US;
	int64_t late_s = x->delay_s + (lain_s > 0 ? lain_s : 0);
	*ret_s = (uint32_t)late_s;
	return late_s <= ACCOUNTING_DELAY_MAX_S;
}

static void put_on_the_way(const struct pending_list *p, struct pending *x)
{
	size_t sent;
	int64_t wait_s = x->tries < 2 ? AGAIN_S << x->tries : AGAIN_MAX_S, now = clock_monotonic_us();
	x->due_us = now + wait_s * SECOND_US;
	x->tries++;
	/* one that does not go now is like one that was lost */
	enum err e = net_write(p->fd, x->octets, &sent);
	(void)e;
}

enum err pending_send(struct pending_list *p, const struct detail_record *r, const struct followed_place *place, struct why *why)
{
	struct pending *x = at(p, p->count);
	uint32_t late_s;
	x->taken_at = r->taken_at;
	x->delay_s = r->delay_s;
	x->answered = false;
	x->id = p->next_id;
	if (!late_by(x, &late_s))
		return why_set(why, ERR_LIMIT, "it is older than %d days", ACCOUNTING_DELAY_MAX_S / 86400);
	detail_write(r, x->id, late_s, &x->w);
	enum err e = radius_end_request(&x->w, p->secret, STR_NONE, &x->octets);
	if (e)
		return why_set(why, e, "it does not fit a packet");
	p->next_id++;
	x->made_us = clock_monotonic_us();
	put_on_the_way(p, add(p, place));
	return OK;
}

/* The same attributes, later and under another id. */
static void make_anew(struct pending_list *p, struct pending *x)
{
	static struct radius_writer w;
	struct radius_packet old;
	struct radius_attr attr;
	uint32_t late_s;
	struct str octets;
	if (radius_read(x->octets, &old) != OK)
		return;
	(void)late_by(x, &late_s);
	radius_write_request(&w, RADIUS_ACCOUNTING_REQUEST, p->next_id, true);
	radius_put_u32(&w, RADIUS_ACCT_DELAY_TIME, late_s);
	for (size_t pos = 0; radius_next(&old, &pos, &attr);)
		if (attr.type != RADIUS_ACCT_DELAY_TIME && attr.type != RADIUS_MESSAGE_AUTHENTICATOR)
			radius_put(&w, attr.type, attr.value);
	if (radius_end_request(&w, p->secret, STR_NONE, &octets) != OK)
		return;
	x->w = w;
	x->octets = (struct str){ x->w.octets, octets.len };
	x->id = p->next_id++;
	x->made_us = clock_monotonic_us();
}

static void take_answers(struct pending_list *p)
{
	static char octets[RADIUS_PACKET_MAX];
	struct radius_packet reply, request;
	size_t len;
	while (net_read(p->fd, octets, sizeof(octets), &len) == OK) {
		if (radius_read((struct str){ octets, len }, &reply) != OK)
			continue;
		for (unsigned i = 0; i < p->count; i++) {
			struct pending *x = at(p, i);
			if (x->answered || x->id != reply.id || radius_read(x->octets, &request) != OK || radius_check_reply(&reply, &request, p->secret, false) != OK)
				continue;
			x->answered = true;
			p->answered++;
			if (p->silent)
				(void)fprintf(stderr, "%s answers again\n", p->to);
			p->silent = false;
			break;
		}
	}
}

static void send_again(struct pending_list *p)
{
	int64_t now = clock_monotonic_us();
	for (unsigned i = 0; i < p->count; i++) {
		struct pending *x = at(p, i);
		if (x->answered || x->due_us > now)
			continue;
		if (now - x->made_us > FRESH_S * SECOND_US)
			make_anew(p, x);
		if (x->tries == SILENT_TRIES && !p->silent) {
			(void)fprintf(stderr, "%s does not answer: is aupd there, is this a client of its radius { }, and the secret the same? What waits is sent again\n", p->to);
			p->silent = true;
		}
		put_on_the_way(p, x);
	}
}

void pending_turn(struct pending_list *p, struct followed *f)
{
	take_answers(p);
	for (; p->count && at(p, 0)->answered; p->count--) {
		followed_done(f, &at(p, 0)->place);
		p->first = (p->first + 1) % PENDING_MAX;
	}
	send_again(p);
}
