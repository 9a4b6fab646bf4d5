/*
 * Sends RADIUS accounting as fast as it is answered: sessions of Start, Interim-Update and Stop, many at a time, from several sockets. What is
 * not answered within a second is sent again; ten seconds without any answer end it. Prints "WALL_S OWN_CPU_S ANSWERED AGAIN".
 *
 * Usage: accounting_load ADDRESS:PORT SECRET PACKETS [WINDOW]
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/datagram.h"
#include "base/net.h"
#include "wire/radius_write.h"

enum { SOCKETS = 8, IDS = 256, MESSAGES = 10 /* of a session */, INTERIM_S = 600, AGAIN_S = 1, SILENCE_S = 10 };

struct slot {
	char octets[512];
	size_t len;
	double sent_at;                 /* 0: free */
};

static struct lane {
	int fd;
	struct slot slots[IDS];
	unsigned busy;
} lanes[SOCKETS];

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make(struct slot *s, uint8_t id, uint64_t n, struct str secret, uint32_t from_s)
{
	static struct radius_writer w;
	char user[32], session[32];
	uint64_t which = n / MESSAGES;
	unsigned step = (unsigned)(n % MESSAGES);
	struct addr nas = { { [10] = 0xff, 0xff, 10, 0, 0, (uint8_t)(which % 200) } };
	struct addr held = { { [10] = 0xff, 0xff, 100, (uint8_t)(64 + (which >> 16 & 63)), (uint8_t)(which >> 8), (uint8_t)which } };
	struct str octets;
	radius_write_request(&w, RADIUS_ACCOUNTING_REQUEST, id, false);
	radius_put_u32(&w, RADIUS_ACCT_STATUS_TYPE, step == 0 ? 1 : step == MESSAGES - 1 ? 2 : 3);
	radius_put_addr(&w, RADIUS_NAS_IP_ADDRESS, &nas);
	radius_put(&w, RADIUS_NAS_IDENTIFIER, STR("bng.example.net"));
	radius_put_u32(&w, RADIUS_NAS_PORT, (uint32_t)which);
	radius_put(&w, RADIUS_USER_NAME, (struct str){ user, (size_t)snprintf(user, sizeof(user), "u%llu@dsl.example.net", (unsigned long long)which) });
	radius_put(&w, RADIUS_ACCT_SESSION_ID, (struct str){ session, (size_t)snprintf(session, sizeof(session), "%016llx", (unsigned long long)which) });
	radius_put(&w, RADIUS_CALLING_STATION_ID, STR("02-00-00-00-00-01"));
	radius_put(&w, RADIUS_CLASS, STR("0123456789abcdef"));
	radius_put_addr(&w, RADIUS_FRAMED_IP_ADDRESS, &held);
	radius_put_u32(&w, RADIUS_ACCT_SESSION_TIME, step * INTERIM_S);
	/* all of it lies in the past, and says for how long it was under way */
	radius_put_u32(&w, RADIUS_EVENT_TIMESTAMP, from_s - (MESSAGES - step) * INTERIM_S);
	radius_put_u32(&w, RADIUS_ACCT_INPUT_OCTETS, step * 1000003);
	radius_put_u32(&w, RADIUS_ACCT_OUTPUT_OCTETS, step * 3000017);
	radius_put_u32(&w, RADIUS_ACCT_INPUT_GIGAWORDS, 0);
	radius_put_u32(&w, RADIUS_ACCT_OUTPUT_GIGAWORDS, 0);
	radius_put_u32(&w, RADIUS_ACCT_DELAY_TIME, (MESSAGES - step) * INTERIM_S);
	if (radius_end_request(&w, secret, STR_NONE, &octets) != OK || octets.len > sizeof(s->octets))
		exit(1);
	memcpy(s->octets, octets.ptr, octets.len);
	s->len = octets.len;
}

static void send_lane(struct lane *l, const struct net_peer *to, unsigned room, uint64_t *next, uint64_t packets, struct str secret, uint32_t from_s, uint64_t *again)
{
	struct datagram out[IDS];
	unsigned n = 0;
	double at = now();
	for (unsigned id = 0; id < IDS; id++) {
		struct slot *s = &l->slots[id];
		bool late = s->sent_at > 0 && at - s->sent_at > AGAIN_S;
		if (s->sent_at > 0 && !late)
			continue;
		if (!late) {
			if (l->busy >= room || *next == packets)
				continue;
			make(s, (uint8_t)id, (*next)++, secret, from_s);
			l->busy++;
		}
		*again += late;
		s->sent_at = at;
		out[n++] = (struct datagram){ to->addr, to->port, { s->octets, s->len } };
	}
	(void)datagram_send(l->fd, out, n);
}

static unsigned hear(struct lane *l, struct datagram_box *box)
{
	struct datagram list[DATAGRAM_SLOTS];
	unsigned n = 0, all = 0;
	uint32_t lost;
	while (datagram_receive(box, l->fd, list, &n, &lost) == OK)
		for (unsigned i = 0; i < n; i++) {
			struct slot *s = &l->slots[(uint8_t)list[i].octets.ptr[1]];
			if (list[i].octets.len < RADIUS_HEADER_LEN || s->sent_at <= 0)
				continue;
			s->sent_at = 0;
			l->busy--;
			all++;
		}
	return all;
}

static bool hear_some(struct lane *l, struct datagram_box *box, uint64_t *done)
{
	unsigned n = hear(l, box);
	*done += n;
	return n > 0;
}

int main(int argc, char **argv)
{
	struct net_peer to;
	struct datagram_box *box = datagram_box_new();
	struct pollfd polls[SOCKETS];
	if (argc < 4 || !box || net_parse(str_of(argv[1]), &to, NULL) != OK)
		return 2;
	uint64_t packets = strtoull(argv[3], NULL, 10), next = 0, done = 0, again = 0;
	unsigned window = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 1024;
	uint32_t from_s = (uint32_t)time(NULL);
	char bind_to[NET_TEXT_MAX];
	struct net_peer own = { .addr = to.addr };
	net_print(&own, bind_to);
	for (unsigned i = 0; i < SOCKETS; i++) {
		if (net_bind_udp(str_of(bind_to), &lanes[i].fd, NULL) != OK)
			return 1;
		datagram_prepare(lanes[i].fd, 4 << 20);
		polls[i] = (struct pollfd){ .fd = lanes[i].fd, .events = POLLIN };
	}
	double began = now(), heard_at = began;
	while (done < packets) {
		for (unsigned i = 0; i < SOCKETS; i++)
			send_lane(&lanes[i], &to, window / SOCKETS < IDS ? window / SOCKETS : IDS, &next, packets, str_of(argv[2]), from_s, &again);
		(void)poll(polls, SOCKETS, 100);
		for (unsigned i = 0; i < SOCKETS; i++)
			if (hear_some(&lanes[i], box, &done))
				heard_at = now();
		if (now() - heard_at > SILENCE_S) {
			fprintf(stderr, "nobody answers\n");
			return 1;
		}
	}
	struct rusage use;
	(void)getrusage(RUSAGE_SELF, &use);
	printf("%.3f %.3f %llu %llu\n", now() - began, (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6,
		(unsigned long long)done, (unsigned long long)again);
	return 0;
}
