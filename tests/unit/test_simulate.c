/*
 * A provider that is made up: the same seed makes the same octets, nobody holds what somebody else holds, each fault is seen in what arrives and
 * none without it, and a packet says what its message does; so does each line of a NAT's log and of a lease file.
 */
#include <stdio.h>
#include <stdlib.h>

#include "attribution/lease.h"
#include "base/digest.h"
#include "intake/accounting_read.h"
#include "intake/nat_read.h"
#include "simulate/isp_lease.h"
#include "simulate/isp_nat.h"
#include "simulate/isp_packet.h"
#include "simulate/truth.h"
#include "tap.h"

enum { SUBSCRIBERS = 200, SECONDS = 3 * 86400, ROOM = 100000, LATE_S = 60, NOISE = 20 };

static const int64_t from_at = 1767225600 * SECOND_US;

/* What is held now, and what was wrong about it. */
static struct {
	uint32_t holder[ISP_KIND_END][ROOM];    /* subscriber + 1 */
	unsigned begun, ended, twice;
} world;

static void on_begin(void *arg, struct isp_resource what, uint32_t who, uint32_t from_s)
{
	(void)arg;
	(void)from_s;
	uint32_t *holder = &world.holder[what.kind][what.number];
	world.twice += *holder != 0;
	world.begun++;
	*holder = who + 1;
}

static void on_end(void *arg, struct isp_resource what, uint32_t who, uint32_t from, uint32_t until)
{
	(void)arg;
	uint32_t *holder = &world.holder[what.kind][what.number];
	world.twice += *holder != who + 1 || until < from;
	world.ended++;
	*holder = 0;
}

/* What is seen of a stream. */
struct seen {
	unsigned of[ACCOUNTING_STATUS_END], late, overtaken, twice, reused, off, stepped, timeless, moved, bare, wrapped, gaps, skipped, unbalanced, all;
	uint64_t sum;
};

/* Of each line what was said last. */
struct last {
	char session[ISP_SESSION_MAX];
	uint32_t lasted_s, four;
	enum accounting_status status;
	bool any, stopped;
};

static void look_held(const struct isp_message *m, struct last *l, bool same, struct seen *s)
{
	static uint32_t owner[ROOM];
	for (unsigned i = 0; i < m->held_count; i++) {
		const struct isp_resource *r = &m->held[i].resource;
		if (r->kind == ISP_PORTS) {
			/* given to one while another one has it: that it was taken back was lost */
			s->unbalanced += !m->held[i].taken_back && owner[r->number] && owner[r->number] != m->subscriber + 1;
			owner[r->number] = m->held[i].taken_back ? 0 : m->subscriber + 1;
		}
		if (r->kind == ISP_ADDR4) {
			s->moved += same && m->status == ACCOUNTING_INTERIM && m->lasted_s > l->lasted_s && l->four != r->number;
			l->four = r->number;
		}
	}
	s->bare += m->status == ACCOUNTING_INTERIM && !m->held_count;
}

static void look(const struct isp_message *m, struct last *lines, int64_t *offs, struct seen *s)
{
	s->of[m->status]++;
	if (m->status == ACCOUNTING_ON)
		return;
	struct last *l = &lines[m->subscriber];
	bool same = l->any && strcmp(l->session, m->session) == 0;
	s->overtaken += same && !l->stopped && m->lasted_s + 2 < l->lasted_s;
	s->skipped += same && !l->stopped && m->lasted_s > l->lasted_s + 700;
	s->twice += same && m->lasted_s == l->lasted_s && m->status == l->status && m->status != ACCOUNTING_INTERIM;
	s->reused += same && m->status == ACCOUNTING_START && l->stopped && l->lasted_s > 2;
	s->timeless += m->event_at == TIME_NONE;
	s->wrapped += !m->gigawords;
	int64_t off_s = m->event_at == TIME_NONE ? 0 : (m->arrives_at - m->event_at) / SECOND_US;
	s->late += off_s > LATE_S || m->delay_s > LATE_S;
	s->off += off_s < -2 || off_s > 3;
	s->stepped += m->event_at != TIME_NONE && off_s < offs[m->server] - 40;
	if (m->event_at != TIME_NONE)
		offs[m->server] = off_s;
	look_held(m, l, same, s);
	l->any = true;
	memcpy(l->session, m->session, sizeof(l->session));
	l->lasted_s = m->lasted_s;
	l->status = m->status;
	l->stopped = m->status == ACCOUNTING_STOP;
}

static bool says(const struct isp_message *m, const struct accounting *e)
{
	bool ok = e->status == m->status && e->event_at == m->event_at;
	if (m->status == ACCOUNTING_ON)
		return ok;
	ok = ok && str_eq(e->session, str_of(m->session)) && e->lasted_us == m->lasted_s * SECOND_US && e->held_count == m->held_count && !e->unclear &&
		e->in_octets == m->in_octets && e->out_octets == m->out_octets && e->delay_us == m->delay_s * SECOND_US;
	for (unsigned i = 0; ok && i < m->held_count; i++) {
		uint16_t from, to;
		struct prefix p = isp_plan_prefix(m->held[i].resource, &from, &to);
		ok = e->held[i].port_from == from && e->held[i].port_to == to && e->held[i].taken_back == (m->held[i].taken_back && m->held[i].resource.kind == ISP_PORTS) &&
			prefix_has(&p, &e->held[i].prefix.addr);
	}
	return ok;
}

static struct seen run(uint64_t seed, unsigned faults, unsigned *ret_unlike)
{
	static struct last lines[SUBSCRIBERS];
	static struct radius_writer w;
	static struct accounting_texts texts;
	struct isp_options o = { .seed = seed, .subscribers = SUBSCRIBERS, .seconds = SECONDS, .interim_s = 600, .from_at = from_at, .faults = faults, .begin = on_begin, .end = on_end };
	struct isp *s = NULL;
	struct isp_message m;
	struct seen seen = { .all = 0 };
	int64_t offs[ISP_SERVERS_MIN] = { 0 }, last_at = from_at;
	enum err e;
	memset(lines, 0, sizeof(lines));
	memset(&world, 0, sizeof(world));
	BUG_ON(isp_new(&o, &s, NULL) != OK);
	while ((e = isp_next(s, &m)) == OK) {
		struct addr sender = isp_packet_source(m.server);
		struct radius_packet p;
		struct accounting message;
		struct str octets;
		BUG_ON(isp_packet(&m, (uint8_t)seen.all, false, STR("secret of the test"), &w, &octets) != OK);
		BUG_ON(radius_read(octets, &p) != OK || radius_check_request(&p, STR("secret of the test"), false) != OK);
		*ret_unlike += !accounting_read(&p, &sender, m.arrives_at, &texts, &message) || !says(&m, &message);
		seen.sum = crc32c((uint32_t)seen.sum, octets) + (seen.sum << 8) + (uint64_t)m.arrives_at;
		seen.gaps += last_at != from_at && m.arrives_at - last_at > LATE_S * SECOND_US && m.arrives_at < from_at + SECONDS * SECOND_US;
		last_at = m.arrives_at;
		seen.all++;
		look(&m, lines, offs, &seen);
	}
	BUG_ON(e != ERR_NOTFOUND);
	isp_free(s);
	return seen;
}

static long unstopped(const struct seen *s)
{
	return (long)s->of[ACCOUNTING_START] - (long)s->of[ACCOUNTING_STOP];
}

/* How often a fault is seen in a stream; for what is lost, how many more or fewer there are of what goes with it. */
static long sight(const struct seen *s, const struct seen *clean, enum fault f)
{
	switch (f) {
	case FAULT_LOST_START: return unstopped(clean) - unstopped(s);
	case FAULT_LOST_STOP: return unstopped(s) - unstopped(clean);
	case FAULT_LOST_INTERIM: return s->skipped;
	case FAULT_LOG_LOSS: return (long)s->unbalanced - (long)clean->unbalanced - NOISE;
	case FAULT_LATE: return s->late;
	case FAULT_REORDER: return s->overtaken;
	case FAULT_DUPLICATE: return s->twice;
	case FAULT_REUSE: return s->reused;
	case FAULT_SKEW: return s->off;
	case FAULT_STEP: return s->stepped;
	case FAULT_NO_TIME: return s->timeless;
	case FAULT_REBOOT: return s->of[ACCOUNTING_ON];
	case FAULT_OUTAGE: return s->gaps;
	case FAULT_MOVE: return s->moved;
	case FAULT_BARE: return (long)s->bare - (long)clean->bare;
	case FAULT_WRAP: return s->wrapped;
	default: return 0;
	}
}

/* What is seen of the logs of NATs. */
struct logged {
	unsigned of[NAT_WHAT_END], forms, off, late, twice, overtaken, at_once, lost, silent, lingering, unlike, all;
	uint64_t sum;
};

struct telling {
	const struct isp_message *m;
	unsigned told, unlike;
};

static void tell(void *arg, const struct nat_event *e)
{
	struct telling *t = arg;
	const struct isp_block *b = &t->m->blocks[t->told++];
	uint16_t from, to;
	struct prefix inside = isp_plan_prefix((struct isp_resource){ ISP_INSIDE4, b->inside }, &from, &to), shared = isp_plan_prefix((struct isp_resource){ ISP_LOGGED_PORTS, b->block }, &from, &to);
	t->unlike += t->told > t->m->block_count || e->what != b->what || e->port_from != from || e->port_to != to || !addr_eq(&e->inside, &inside.addr) || !addr_eq(&e->outside, &shared.addr);
	/* what is given is so in the time that is told, unless the clock is off */
	t->unlike += e->what == NAT_GIVEN && !t->m->clock_us && (from_at + b->given_s * SECOND_US < e->first_at - SECOND_US || from_at + b->given_s * SECOND_US > e->last_at);
}

static void look_blocks(const struct isp_message *m, struct logged *s)
{
	static uint32_t holder[ROOM], given_s[ROOM];
	static int64_t back_at[ROOM];
	if (!s->all)
		memset(holder, 0, sizeof(holder));
	for (unsigned i = 0; i < m->block_count; i++) {
		const struct isp_block *b = &m->blocks[i];
		s->of[b->what]++;
		if (b->what == NAT_HELD)
			continue;
		s->at_once += b->what == NAT_GIVEN && back_at[b->block] == b->given_s && holder[b->block] != b->inside + 1;
		s->twice += b->what == NAT_GIVEN && holder[b->block] == b->inside + 1 && given_s[b->block] == b->given_s;
		s->lost += b->what == NAT_GIVEN && holder[b->block] && holder[b->block] != b->inside + 1;
		holder[b->block] = b->what == NAT_GIVEN ? b->inside + 1 : 0;
		given_s[b->block] = b->given_s;
		back_at[b->block] = b->what == NAT_BACK ? (m->event_at - m->clock_us - from_at) / SECOND_US : -1;
	}
}

static struct logged run_nats(uint64_t seed, unsigned faults)
{
	static struct ipfix_book book;
	static const uint8_t speeches[] = { [ISP_NAT_JUNOS] = NAT_JUNOS, [ISP_NAT_A10] = NAT_A10, [ISP_NAT_IPFIX] = NAT_IPFIX + NAT_RFC8158, [ISP_NAT_CISCO] = NAT_CISCO };
	struct isp_options o = { .seed = seed, .subscribers = SUBSCRIBERS, .seconds = SECONDS, .interim_s = 600, .from_at = from_at, .mix = { 40 }, .faults = faults, .begin = on_begin,
		.end = on_end };
	struct isp *s = NULL;
	struct isp_message m;
	struct logged seen = { .all = 0 };
	struct buf octets;
	int64_t last_at[ISP_SERVERS_MIN] = { 0 }, was_at = from_at;
	enum err e;
	memset(&world, 0, sizeof(world));
	memset(&book, 0, sizeof(book));
	buf_init(&octets, 1 << 16);
	BUG_ON(isp_new(&o, &s, NULL) != OK);
	while ((e = isp_next(s, &m)) == OK) {
		if (m.by != ISP_NAT)
			continue;
		struct telling t = { &m, 0, 0 };
		struct nat_read read;
		buf_clear(&octets);
		isp_nat_octets(&m, from_at, &octets);
		struct nat_datagram d = { 1, speeches[m.form], m.arrives_at, isp_nat_source(m.server), ISP_NAT_FROM_PORT, buf_str(&octets) };
		nat_read(&book, &d, tell, &t, &read);
		/* records whose template was lost are lost with it */
		seen.unlike += t.unlike || read.unread || read.others || (t.told != m.block_count && !read.lost);
		seen.forms |= 1U << m.form;
		seen.sum = crc32c((uint32_t)seen.sum, buf_str(&octets)) + (seen.sum << 8) + (uint64_t)m.arrives_at;
		int64_t off_s = (m.arrives_at - m.event_at) / SECOND_US;
		seen.off += off_s < -2 || m.clock_us / SECOND_US;
		seen.late += m.clock_us / SECOND_US == 0 && off_s > LATE_S;
		seen.overtaken += m.event_at < last_at[m.server] - SECOND_US && !(m.clock_us / SECOND_US);
		last_at[m.server] = m.event_at;
		seen.silent += m.arrives_at - was_at > 320 * SECOND_US;
		was_at = m.arrives_at;
		look_blocks(&m, &seen);
		seen.all++;
	}
	BUG_ON(e != ERR_NOTFOUND);
	buf_done(&octets);
	isp_free(s);
	return seen;
}

/* How often a fault is seen in the logs. */
static long sight_nats(const struct logged *s, const struct logged *clean, enum fault f)
{
	switch (f) {
	case FAULT_LOST_STOP: return (long)s->of[NAT_GIVEN] - (long)s->of[NAT_BACK] - (long)clean->of[NAT_GIVEN] + (long)clean->of[NAT_BACK];
	case FAULT_LOG_LOSS: return (long)s->lost - (long)clean->lost;
	case FAULT_LATE: return s->late;
	case FAULT_REORDER: return s->overtaken;
	case FAULT_DUPLICATE: return s->twice;
	case FAULT_REUSE: return (long)s->at_once - (long)clean->at_once;
	case FAULT_SKEW: return s->off;
	case FAULT_STEP: return s->off;
	case FAULT_REBOOT: return (long)s->lost - (long)clean->lost;
	case FAULT_OUTAGE: return s->silent;
	default: return 1;
	}
}

static void nats(void)
{
	struct logged clean = run_nats(1, 0), again = run_nats(1, 0);
	unsigned missing = 0, twice = world.twice, unlike = clean.unlike;
	OK_(world.begun > 2000 && world.begun == world.ended && !twice, "nobody has a block that somebody has, behind NATs with a log");
	OK_(clean.of[NAT_GIVEN] > 500 && clean.of[NAT_BACK] > 500 && clean.of[NAT_HELD] > 500 && clean.forms == (1U << ISP_NAT_FORM_END) - 1, "they speak in all forms");
	OK_(clean.all == again.all && clean.sum == again.sum, "the same seed makes the same log");
	for (enum fault f = 0; f < FAULT_END; f++) {
		struct logged s = run_nats(1, 1U << f);
		long sights = sight_nats(&s, &clean, f);
		if (sights <= 0)
			printf("# %s: seen %ld times\n", fault_words[f], sights);
		missing += sights <= 0 || world.twice || world.begun != world.ended;
		unlike += s.unlike;
	}
	OK_(!clean.late && !clean.off && !clean.overtaken && !clean.silent && !clean.lost && !clean.twice, "without a fault nothing goes wrong with it");
	OK_(!missing, "each fault that a NAT may have is seen in it");
	struct logged all = run_nats(3, (1U << FAULT_END) - 1);
	OK_(!unlike && !all.unlike, "a line says what happened");
}

/* What is seen of a lease file. */
struct leased {
	unsigned of[ISP_LEASE_RECLAIMED + 1], headers, again, handed_on, at_once, moved, unlike, all, silent;
	uint64_t sum;
};

static bool is_lease(const struct isp_message *m, const struct lease *l)
{
	char login[ISP_TEXT_MAX];
	uint16_t from, to;
	struct prefix p = isp_plan_prefix((struct isp_resource){ ISP_LEASED4, m->lease.number }, &from, &to);
	static const enum lease_what whats[] = { [ISP_LEASE_GIVEN] = LEASE_GIVEN, [ISP_LEASE_RELEASED] = LEASE_GONE, [ISP_LEASE_RECLAIMED] = LEASE_OVER };
	int64_t given_at = from_at + m->lease.given_s * SECOND_US, until_at = given_at + m->lease.lasts_s * SECOND_US;
	isp_plan_login(m->subscriber, login);
	bool named = m->lease.what != ISP_LEASE_GIVEN || (l->direct == !m->lease.relayed && (l->direct || str_eq(l->subject, str_of(login))));
	return named && l->what == whats[m->lease.what] && addr_eq(&l->prefix.addr, &p.addr) && (l->what != LEASE_GIVEN || (l->at_at == given_at && l->until_at == until_at)) &&
		(l->what != LEASE_OVER || l->at_at == until_at);
}

static void look_lease(const struct isp_message *m, struct leased *s)
{
	static uint32_t holder[ROOM], last_s[ROOM], number[SUBSCRIBERS], ended_s[ROOM];
	const struct isp_lease *l = &m->lease;
	if (!s->all)
		memset(holder, 0, sizeof(holder));
	s->of[l->what]++;
	s->headers += l->first;
	bool given = l->what == ISP_LEASE_GIVEN;
	s->again += given && holder[l->number] == m->subscriber + 1 && last_s[l->number] == l->given_s;
	s->handed_on += given && holder[l->number] && holder[l->number] != m->subscriber + 1;
	s->at_once += given && !holder[l->number] && ended_s[l->number] && l->given_s < ended_s[l->number] + 4;
	s->moved += given && number[m->subscriber] != l->number && ended_s[number[m->subscriber]] == l->given_s;
	holder[l->number] = given ? m->subscriber + 1 : 0;
	last_s[l->number] = l->given_s;
	number[m->subscriber] = l->number;
	ended_s[l->number] = given ? 0 : (uint32_t)((m->arrives_at - from_at) / SECOND_US);
}

static struct leased run_leases(uint64_t seed, unsigned faults)
{
	struct isp_options o = { .seed = seed, .subscribers = SUBSCRIBERS, .seconds = SECONDS, .interim_s = 600, .from_at = from_at, .mix = { .leased = 40 }, .faults = faults, .begin = on_begin,
		.end = on_end };
	struct isp *s = NULL;
	struct isp_message m;
	struct leased seen = { .all = 0 };
	struct lease_reader reader;
	struct arena *arena = arena_new("line", 1 << 20);
	struct buf octets;
	int64_t was_at = from_at;
	enum err e;
	memset(&world, 0, sizeof(world));
	lease_reader_init(&reader, LEASE_KEA4);
	buf_init(&octets, 1 << 16);
	BUG_ON(!arena || isp_new(&o, &s, NULL) != OK);
	while ((e = isp_next(s, &m)) == OK) {
		struct lease lease;
		struct why why;
		struct str rest, line;
		bool told = false;
		if (m.by != ISP_LEASE)
			continue;
		buf_clear(&octets);
		isp_lease_octets(&m, from_at, &octets);
		rest = buf_str(&octets);
		arena_reset(arena);
		while (str_next_line(&rest, &line)) {
			enum err read = lease_read(&reader, arena, line, &lease, &why);
			seen.unlike += read && read != ERR_NOTFOUND;
			told |= read == OK && is_lease(&m, &lease);
		}
		seen.unlike += !told;
		seen.sum = crc32c((uint32_t)seen.sum, buf_str(&octets)) + (seen.sum << 8) + (uint64_t)m.arrives_at;
		seen.silent += m.arrives_at - was_at > 320 * SECOND_US && m.arrives_at > from_at + 3600 * SECOND_US;
		was_at = m.arrives_at;
		look_lease(&m, &seen);
		seen.all++;
	}
	BUG_ON(e != ERR_NOTFOUND);
	buf_done(&octets);
	arena_free(arena);
	isp_free(s);
	return seen;
}

static long sight_leases(const struct leased *s, const struct leased *clean, enum fault f)
{
	switch (f) {
	case FAULT_LOST_STOP: return (long)s->handed_on - (long)clean->handed_on;
	case FAULT_LOG_LOSS: return (long)s->handed_on - (long)clean->handed_on;
	case FAULT_REUSE: return (long)s->at_once - (long)clean->at_once;
	case FAULT_OUTAGE: return (long)s->silent - (long)clean->silent;
	case FAULT_MOVE: return (long)s->moved - (long)clean->moved;
	case FAULT_ROTATE: return (long)s->again - (long)clean->again;
	default: return 1;
	}
}

static void leases(void)
{
	struct leased clean = run_leases(1, 0), again = run_leases(1, 0);
	unsigned missing = 0, twice = world.twice, unlike = clean.unlike;
	OK_(world.begun > 1000 && world.begun == world.ended && !twice, "nobody is leased what somebody is");
	OK_(clean.of[ISP_LEASE_GIVEN] > 10000 && clean.of[ISP_LEASE_RELEASED] > 50 && clean.of[ISP_LEASE_RECLAIMED] > 100 && clean.headers == 1, "given, asked for again, released and expired");
	OK_(clean.all == again.all && clean.sum == again.sum, "the same seed makes the same lease file");
	for (enum fault f = 0; f < FAULT_END; f++) {
		struct leased s = run_leases(1, 1U << f);
		long sights = sight_leases(&s, &clean, f);
		if (sights <= 0)
			printf("# %s: seen %ld times\n", fault_words[f], sights);
		missing += sights <= 0 || world.twice || world.begun != world.ended;
		unlike += s.unlike;
	}
	OK_(!missing && !clean.handed_on, "each fault that it may have is seen in it, and none without");
	struct leased all = run_leases(3, (1U << FAULT_END) - 1);
	OK_(!unlike && !all.unlike && all.headers > 1, "a line says what happened");
}

static void tables(void)
{
	unsigned faults = 0, n = 0;
	while (fault_words[n] && fault_texts[n])
		n++;
	OK_(n == FAULT_END, "each fault has a word and a text");
	OK_(fault_parse(STR("late,move"), &faults, NULL) == OK && faults == (1U << FAULT_LATE | 1U << FAULT_MOVE), "a list of faults");
	OK_(fault_parse(STR("all"), &faults, NULL) == OK && faults == (1U << FAULT_END) - 1, "all of them");
	OK_(fault_parse(STR("late,bad"), &faults, NULL) == ERR_SYNTAX && fault_parse(STR(""), &faults, NULL) == ERR_SYNTAX, "one that is none is refused");
}

/* Numbers, names and the truth itself. */
static void truths(void)
{
	struct truth *t = truth_new();
	struct isp_resource x = { ISP_ADDR4, 7 };
	uint32_t who;
	bool whole;
	truth_begin(t, x, 1, 100);
	truth_end(t, x, 1, 100, 200);
	truth_begin(t, x, 2, 200);
	OK_(truth_who(t, x, 100, 199, &whole) == 1 && whole, "one had it over all of the time");
	OK_(truth_who(t, x, 99, 150, &whole) == 1 && !whole, "  over a part");
	OK_(truth_who(t, x, 150, 200, &whole) == TRUTH_SEVERAL && !whole, "two had it");
	OK_(truth_who(t, x, 0, 99, &whole) == TRUTH_NOBODY && !whole, "nobody had it");
	OK_(truth_who(t, x, 300, 900, &whole) == 2 && whole, "one has it still");
	OK_(truth_held(t, x, 1, 199, 300) && !truth_held(t, x, 1, 200, 300), "held in one of these seconds, or not");
	OK_(isp_plan_who(STR("sim-c17"), &who) && who == 17 && isp_plan_who(STR("u18@sim.example"), &who) && who == 18 && !isp_plan_who(STR("x1"), &who), "names are numbers");
	truth_free(t);
	unsigned unlike = 0;
	for (enum isp_kind k = 0; k < ISP_KIND_END; k++)
		for (uint32_t n = 0; n < 100000; n += 7) {
			struct isp_resource back = { ISP_KIND_END, 0 };
			uint16_t from, to;
			struct prefix p = isp_plan_prefix((struct isp_resource){ k, n }, &from, &to);
			unlike += !isp_plan_resource(&p, from, &back) || back.kind != k || back.number != n;
		}
	OK_(!unlike, "a resource is known by its prefix and ports");
}

int main(void)
{
	unsigned unlike = 0, missing = 0;
	tables();
	truths();
	struct seen clean = run(1, 0, &unlike), again = run(1, 0, &unlike);
	OK_(world.begun > 2000 && world.begun == world.ended && !world.twice, "nobody is given what somebody has, and all is given back");
	OK_(clean.all > 50000 && clean.all == again.all && clean.sum == again.sum, "the same seed makes the same octets");
	struct seen other = run(2, 0, &unlike);
	OK_(clean.sum != other.sum, "another one others");
	for (enum fault f = 0; f < FAULT_ROTATE; f++) {
		struct seen s = run(1, 1U << f, &unlike);
		long sights = sight(&s, &clean, f), without = sight(&clean, &clean, f);
		if (sights <= 0 || without > 0)
			printf("# %s: seen %ld times, %ld without it\n", fault_words[f], sights, without);
		missing += sights <= 0 || without > 0 || world.twice || world.begun != world.ended;
	}
	OK_(!missing, "each fault is seen when it is switched on, and not without");
	struct seen all = run(3, (1U << FAULT_END) - 1, &unlike);
	OK_(all.late && all.twice && all.timeless && !world.twice, "and all of them at once");
	OK_(!unlike, "a packet says what its message does");
	nats();
	leases();
	return tap_done();
}
