/*
 * aup simulate isp --to: sends what a made-up provider's access servers send, as real ones do: several ids in flight from several ports, sent
 * again until it is answered, given up after some tries.
 */
#include <poll.h>
#include <stdio.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/simulate.h"
#include "base/clock.h"
#include "base/net.h"
#include "simulate/isp_nat.h"
#include "simulate/isp_packet.h"

enum { LANES = 4, IDS = 256, WINDOW = 64, OCTETS_MAX = 1024, AGAIN_S = 2, TRIES = 5, WAIT_MS = 20, LINE_MAX = 1 << 16, BAR_EVERY = 512 };

struct slot {
	char octets[OCTETS_MAX];
	size_t len;                     /* 0: free */
	int64_t due_us;
	unsigned tries;
};

struct lane {
	int fd;
	uint8_t next;
	unsigned busy;
	struct slot slots[IDS];
};

struct sending {
	const struct simulate *s;
	const struct simulate_to *to;
	struct isp *isp;
	struct lane *lanes;
	struct isp_message message;     /* the next one, when there is one */
	int nat_fd;                     /* -1: logs of NATs go nowhere */
	struct buf line;
	bool held, over;
	int64_t began_us, clock_at;     /* clock_at: where the daemon's test clock stands */
	uint64_t sent, answered, again, lost, told;     /* told: messages of NATs, which nobody answers */
};

static bool connect_lanes(struct sending *x, struct why *why)
{
	for (unsigned i = 0; i < LANES; i++)
		x->lanes[i].fd = -1;
	for (unsigned i = 0; i < LANES; i++)
		if (net_connect_udp(str_of(x->to->address), &x->lanes[i].fd, why) != OK)
			return false;
	return !x->to->nat_address || net_connect_udp(str_of(x->to->nat_address), &x->nat_fd, why) == OK;
}

/* A command about the test clock; *ret_now is where it stands then. */
static int command_clock(const struct simulate_to *to, int64_t until, int64_t *ret_now)
{
	struct arena *a = arena_new("clock", 1 << 20);
	struct command_text c;
	struct json *root = NULL;
	struct str text;
	command_begin(&c, "clock");
	if (until)
		jsonw_int(&c.w, "until", until);
	else
		jsonw_str(&c.w, "span", STR("0s"));
	int status = a ? command_send(a, to->socket_path, &c, &root, &text) : EXIT_NO;
	if (status == EXIT_OK)
		*ret_now = json_int(root, "now", until);
	arena_free(a);
	return status;
}

int simulate_test_clock(const struct simulate_to *to, int64_t *ret_now)
{
	int status = command_clock(to, 0, ret_now);
	*ret_now = *ret_now / SECOND_US * SECOND_US;
	return status;
}

/* From due row to due row. */
static int step_clock(struct sending *x, int64_t until)
{
	int status = EXIT_OK;
	while (status == EXIT_OK && x->clock_at < until)
		status = command_clock(x->to, until, &x->clock_at);
	return status;
}

static void put_on_the_way(struct lane *l, struct slot *o)
{
	size_t sent;
	o->due_us = clock_monotonic_us() + AGAIN_S * SECOND_US;
	o->tries++;
	/* one that does not go now is like one that was lost */
	enum err e = net_write(l->fd, (struct str){ o->octets, o->len }, &sent);
	(void)e;
}

static enum err send_one(struct sending *x, struct lane *l)
{
	static struct radius_writer w;
	struct str octets;
	struct slot *o;
	do
		o = &l->slots[l->next++];
	while (o->len);
	/* history says how long it was under way */
	if (x->to->mode == SIMULATE_RATE)
		x->message.delay_s += (uint32_t)((clock_wall_at() - x->message.arrives_at) / SECOND_US);
	enum err e = isp_packet(&x->message, (uint8_t)(o - l->slots), true, x->s->secret, &w, &octets);
	if (e || octets.len > sizeof(o->octets))
		return e ? e : ERR_LIMIT;
	memcpy(o->octets, octets.ptr, octets.len);
	o->len = octets.len;
	o->tries = 0;
	l->busy++;
	x->sent++;
	x->held = false;
	put_on_the_way(l, o);
	return OK;
}

/* As a NAT does: it is not answered, and what does not arrive is lost. */
static enum err send_nat(struct sending *x)
{
	size_t sent;
	buf_clear(&x->line);
	isp_nat_octets(&x->message, x->s->isp.from_at, &x->line);
	x->held = false;
	x->told++;
	enum err e = x->line.err ? x->line.err : net_write(x->nat_fd, buf_str(&x->line), &sent);
	return x->line.err ? e : OK;
}

static bool is_due(const struct sending *x)
{
	switch (x->to->mode) {
	case SIMULATE_REAL_TIME: return x->message.arrives_at <= clock_wall_at();
	case SIMULATE_TEST_CLOCK: return x->message.arrives_at <= x->clock_at;
	default: break;
	}
	return !x->to->rate || x->sent < (uint64_t)(clock_monotonic_us() - x->began_us) * x->to->rate / SECOND_US;
}

static unsigned busy(const struct sending *x)
{
	unsigned n = 0;
	for (unsigned i = 0; i < LANES; i++)
		n += x->lanes[i].busy;
	return n;
}

static enum err send_due(struct sending *x)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK; i++) {
		if (!x->held && !x->over) {
			/* leases are for files */
			do
				e = isp_next(x->isp, &x->message);
			while (e == OK && (x->message.by == ISP_LEASE || (x->message.by == ISP_NAT && x->nat_fd < 0)));
			x->over = e == ERR_NOTFOUND;
			x->held = e == OK;
			if (e)
				return x->over ? OK : e;
		}
		struct lane *l = &x->lanes[i % LANES];
		if (!x->held || !is_due(x) || busy(x) >= LANES * WINDOW)
			return OK;
		if (x->message.by == ISP_NAT)
			e = send_nat(x);
		else if (l->busy < WINDOW)
			e = send_one(x, l);
	}
	return e;
}

static void send_again(struct sending *x)
{
	int64_t now = clock_monotonic_us();
	for (unsigned i = 0; i < LANES; i++)
		for (unsigned id = 0; id < IDS; id++) {
			struct slot *o = &x->lanes[i].slots[id];
			if (!o->len || o->due_us > now)
				continue;
			if (o->tries < TRIES) {
				x->again++;
				put_on_the_way(&x->lanes[i], o);
				continue;
			}
			o->len = 0;
			x->lanes[i].busy--;
			x->lost++;
		}
}

static void hear(struct sending *x, struct lane *l)
{
	static char octets[RADIUS_PACKET_MAX];
	struct radius_packet reply, request;
	size_t len;
	while (net_read(l->fd, octets, sizeof(octets), &len) == OK) {
		if (radius_read((struct str){ octets, len }, &reply) != OK)
			continue;
		struct slot *o = &l->slots[reply.id];
		if (!o->len || radius_read((struct str){ o->octets, o->len }, &request) != OK || radius_check_reply(&reply, &request, x->s->secret, false) != OK)
			continue;
		o->len = 0;
		l->busy--;
		x->answered++;
	}
}

static void wait(struct sending *x)
{
	struct pollfd polls[LANES];
	for (unsigned i = 0; i < LANES; i++)
		polls[i] = (struct pollfd){ .fd = x->lanes[i].fd, .events = POLLIN };
	(void)poll(polls, LANES, WAIT_MS);
	for (unsigned i = 0; i < LANES; i++)
		hear(x, &x->lanes[i]);
}

static int run(struct sending *x, struct why *why)
{
	uint64_t turns = 0;
	int status = EXIT_OK;
	while (status == EXIT_OK && !(x->over && !x->held && !busy(x))) {
		enum err e = send_due(x);
		if (e) {
			(void)why_set(why, e, "a packet could not be made: %s", err_text(e));
			return cli_fail(why);
		}
		if (x->held && x->to->mode == SIMULATE_TEST_CLOCK && !busy(x))
			status = step_clock(x, x->message.arrives_at / SECOND_US * SECOND_US + SECOND_US);
		else
			wait(x);
		send_again(x);
		if (!x->answered && x->lost) {
			(void)fprintf(stderr, "aup: %s does not answer: is aupd there, is this a client of its radius { }, and the secret the same?\n", x->to->address);
			return EXIT_DOWN;
		}
		if (x->s->bar && turns++ % BAR_EVERY == 0)
			cli_bar("sending", isp_now_s(x->isp) < x->s->isp.seconds ? isp_now_s(x->isp) : x->s->isp.seconds - 1, x->s->isp.seconds);
	}
	if (x->s->bar && status == EXIT_OK)
		cli_bar("sending", 1, 1);
	return status;
}

static void print_done(const struct sending *x)
{
	int64_t took_us = clock_monotonic_us() - x->began_us;
	(void)printf("%llu messages answered, %llu sent again, %llu given up, in %lld.%lld s: %llu a second\n", (unsigned long long)x->answered, (unsigned long long)x->again,
		(unsigned long long)x->lost, (long long)(took_us / SECOND_US), (long long)(took_us % SECOND_US * 10 / SECOND_US),
		(unsigned long long)(took_us ? x->answered * SECOND_US / (uint64_t)took_us : 0));
}

int simulate_send(const struct simulate *s, const struct simulate_to *to)
{
	static struct lane lanes[LANES];
	struct sending x = { .s = s, .to = to, .lanes = lanes, .nat_fd = -1, .began_us = clock_monotonic_us() };
	struct why why = { .line = 0 };
	int status = EXIT_NO;
	buf_init(&x.line, LINE_MAX);
	if (isp_new(&s->isp, &x.isp, &why) != OK || !connect_lanes(&x, &why)) {
		(void)cli_fail(&why);
	} else {
		status = run(&x, &why);
		if (status == EXIT_OK)
			print_done(&x);
	}
	for (unsigned i = 0; i < LANES; i++)
		net_close(lanes[i].fd);
	net_close(x.nat_fd);
	buf_done(&x.line);
	isp_free(x.isp);
	return status == EXIT_OK && x.lost ? EXIT_NO : status;
}
