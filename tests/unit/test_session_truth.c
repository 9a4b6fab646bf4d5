/*
 * Sessions of a small provider that is made up, with all that goes wrong on the way to us, against the truth: no wrong name at grade A,
 * whatever was lost, late, repeated, reused, restarted or misdated; and where nothing went wrong nearly all of what can be answered is A.
 *
 * Usage: test_session_truth [QUESTIONS]
 */
#include "session_world.h"

enum { SERVERS = 4, USERS = 60, ADDRESSES = 24, SECONDS = 3 * 86400, MESSAGES_MAX = 200000, HOLDS_MAX = 40000, SLACK_S = 5, QUESTIONS = 40000, SEEDS = 5, INTERIM_S = 600 };

/* Who held what, in seconds. */
struct hold {
	uint32_t user, address, from, until;
	bool six;
};

struct message {
	struct accounting e;
	char nas[12], session[12], user[12];
	uint32_t order;
};

static struct world {
	struct hold holds[HOLDS_MAX];
	struct message *list;
	uint32_t hold_count, count;
	unsigned faults;                /* per cent, of each kind */
} *world;

struct active {
	uint32_t user, address, start, next_at, until, id, nas;
	bool six;
	uint64_t octets;
};

static struct addr address_of(uint32_t n, bool six)
{
	struct addr a = { { 0 } };
	char text[64];
	if (six)
		(void)snprintf(text, sizeof(text), "2001:db8:%x::", n);
	else
		(void)snprintf(text, sizeof(text), "192.0.2.%u", n + 1);
	BUG_ON(addr_parse(str_of(text), &a) != OK);
	return a;
}

static bool fault(unsigned of)
{
	return dice(1000) < of * world->faults;
}

/* How a server's clock is off at a time, in seconds. */
static int clock_off(uint32_t nas, uint32_t t)
{
	if (!world->faults)
		return 0;
	return nas == 1 ? -2000 : nas == 2 ? (t > SECONDS / 2 ? 47 : 0) : 0;
}

static void add(const struct active *s, enum accounting_status status, uint32_t t, bool addressed, uint32_t copies)
{
	for (uint32_t i = 0; i < copies && world->count < MESSAGES_MAX; i++) {
		struct message *m = &world->list[world->count];
		uint32_t late = dice(2) + (i ? 5 + dice(20) : 0) + (fault(1) && s->nas != 3 ? dice(7200) : 0);
		*m = (struct message){ .order = world->count++ };
		(void)snprintf(m->nas, sizeof(m->nas), "nas%u", s->nas);
		(void)snprintf(m->session, sizeof(m->session), "%04x", s->id);
		(void)snprintf(m->user, sizeof(m->user), "u%u", s->user);
		m->e = (struct accounting){ .status = status, .received_at = WORLD_AT + (t + late) * SECOND_US + dice(1000000), .lasted_us = status == ACCOUNTING_ON ? -1 : (t - s->start) * SECOND_US,
			/* one server sends no time; its messages are not late */
			.event_at = s->nas == 3 && world->faults ? TIME_NONE : WORLD_AT + ((int64_t)t + clock_off(s->nas, t)) * SECOND_US, .counted = status != ACCOUNTING_ON, .in_octets = s->octets };
		if (addressed && status != ACCOUNTING_ON) {
			struct addr a = address_of(s->address, false), six = address_of(s->address, true);
			m->e.held[m->e.held_count++] = (struct accounting_held){ .kind = HELD_ADDR4, .prefix = prefix_of(&a, 32), .port_to = BINDING_PORT_LAST };
			if (s->six)
				m->e.held[m->e.held_count++] = (struct accounting_held){ .kind = HELD_DELEGATED6, .prefix = prefix_of(&six, 56), .port_to = BINDING_PORT_LAST };
			m->e.said = 1U << HELD_ADDR4 | (s->six ? 1U << HELD_DELEGATED6 : 0);
		}
	}
}

static void send(const struct active *s, enum accounting_status status, uint32_t t)
{
	if (fault(3))
		return;
	bool addressed = status == ACCOUNTING_START || !fault(20);
	add(s, status, t, addressed, fault(3) ? 2 : 1);
}

static void note(const struct active *s, uint32_t from, uint32_t until)
{
	BUG_ON(world->hold_count + 2 > HOLDS_MAX);
	world->holds[world->hold_count++] = (struct hold){ s->user, s->address, from, until, false };
	if (s->six)
		world->holds[world->hold_count++] = (struct hold){ s->user, s->address, from, until, true };
}

/* Every session of some servers ends without a word; some of them say that they have started. */
static void restart(struct active *list, uint32_t *count, bool taken[ADDRESSES], uint32_t nas, uint32_t t, uint32_t *next_id)
{
	for (uint32_t i = 0; i < *count;)
		if (list[i].nas == nas) {
			note(&list[i], list[i].start, t);
			taken[list[i].address] = false;
			list[i] = list[--*count];
		} else {
			i++;
		}
	struct active own = { .nas = nas };
	if (dice(2))
		add(&own, ACCOUNTING_ON, t + 60, false, 1);
	/* ids begin again */
	next_id[nas] = 1;
}

static int by_arrival(const void *a, const void *b)
{
	const struct message *x = a, *y = b;
	return x->e.received_at < y->e.received_at ? -1 : x->e.received_at > y->e.received_at ? 1 : x->order < y->order ? -1 : 1;
}

static void make(unsigned faults)
{
	struct active list[ADDRESSES];
	bool taken[ADDRESSES] = { false };
	uint32_t count = 0, next_id[SERVERS] = { 1, 1, 1, 1 }, down_until[SERVERS] = { 0 };
	world->hold_count = world->count = 0;
	world->faults = faults;
	for (uint32_t t = 100; t < SECONDS; t++) {
		for (uint32_t i = 0; i < count;) {
			struct active *s = &list[i];
			if (t == s->until) {
				send(s, ACCOUNTING_STOP, t);
				note(s, s->start, t);
				taken[s->address] = false;
				*s = list[--count];
				continue;
			}
			if (t == s->next_at) {
				s->octets += dice(1 << 20);
				send(s, ACCOUNTING_INTERIM, t);
				s->next_at = t + INTERIM_S;
			}
			i++;
		}
		for (uint32_t nas = 0; nas < SERVERS; nas++)
			if (faults && dice(SECONDS / 3) == 0) {
				restart(list, &count, taken, nas, t, next_id);
				down_until[nas] = t + 90;
			}
		uint32_t address = dice(ADDRESSES), nas = address % SERVERS;
		if (count < ADDRESSES && !taken[address] && dice(200) == 0 && t > down_until[nas]) {
			uint32_t lasts = dice(4) ? 60 + dice(20000) : 1 + dice(30);
			struct active s = { 1 + dice(USERS), address, t, t + INTERIM_S, t + lasts, next_id[nas]++, nas, dice(2), 1 };
			taken[address] = true;
			send(&s, ACCOUNTING_START, t);
			list[count++] = s;
		}
	}
	for (uint32_t i = 0; i < count; i++)
		note(&list[i], list[i].start, SECONDS);
	qsort(world->list, world->count, sizeof(*world->list), by_arrival);
}

/* Who held it in the window: 0: nobody at any time; UINT32_MAX: several did. *ret_whole: one did over all of it. */
static uint32_t truth(uint32_t address, bool six, uint32_t from, uint32_t until, bool *ret_whole)
{
	uint32_t user = 0, covered = from;
	bool several = false;
	for (uint32_t i = 0; i < world->hold_count; i++) {
		const struct hold *h = &world->holds[i];
		if (h->address != address || h->six != six || h->from > until || h->until <= from)
			continue;
		several |= user && user != h->user;
		user = h->user;
		if (h->from <= covered && h->until > covered)
			covered = h->until;
	}
	*ret_whole = user && !several && covered > until;
	return several ? UINT32_MAX : user;
}

struct tally {
	unsigned grades[GRADE_E + 1], wrong, answerable, answered, asked;
};

static void ask(struct session_world *w, unsigned questions, uint32_t now, struct tally *sum)
{
	for (unsigned i = 0; i < questions; i++) {
		bool six = dice(3) == 0;
		uint32_t address = dice(ADDRESSES), at = now == SECONDS ? 100 + dice(SECONDS - 4000) : now - dice(now < 3000 ? now : 3000);
		uint32_t from = at < SLACK_S ? 0 : at - SLACK_S, until = at + SLACK_S;
		struct addr a = address_of(address, six);
		struct binding_grade g;
		bool whole;
		session_world_ask(w, &a, BINDING_PORT_NONE, WORLD_AT + from * SECOND_US, WORLD_AT + until * SECOND_US, &g);
		uint32_t want = truth(address, six, from, until, &whole);
		sum->asked++;
		sum->grades[g.grade]++;
		/* one name at A: nobody else may have held it in the time that was asked about */
		bool wrong = g.grade == GRADE_A && (g.subject_count != 1 || want != world_user(&g.subjects[0]));
		if (wrong && sum->wrong++ < 5)
			printf("# wrong: address %u%s at %u: said %u, was %u\n", address, six ? " (IPv6)" : "", at, world_user(&g.subjects[0]), want);
		/* before the next message nobody can confirm it */
		bool answerable = whole && (now == SECONDS || at + INTERIM_S + SLACK_S < now);
		sum->answerable += answerable;
		sum->answered += answerable && g.grade == GRADE_A;
	}
}

/* by_now: asked while it happens; else when all has come. restarts: the book is made again from the store now and then. */
static void run(unsigned faults, unsigned questions, bool restarts, struct tally *sum)
{
	struct session_world w;
	make(faults);
	session_world_begin(&w, 4096, MESSAGES_MAX * 4);
	w.kept_max = MESSAGES_MAX * 4;
	w.kept = calloc(w.kept_max, sizeof(*w.kept));
	BUG_ON(!w.kept);
	for (uint32_t i = 0; i < world->count; i++) {
		struct message *m = &world->list[i];
		m->e.nas = str_of(m->nas);
		m->e.session = str_of(m->session);
		m->e.user = str_of(m->user);
		session_world_take(&w, &m->e);
		if (restarts && i % 997 == 0) {
			session_book_free(w.book);
			w.book = session_book_new(4096, world_key);
			for (size_t k = 0; k < w.kept_count; k++)
				BUG_ON(session_recall(w.book, &w.kept[k]) != OK);
		}
		if (i % 50 == 0)
			ask(&w, questions / 4 / (world->count / 50 + 1), (uint32_t)((m->e.received_at - WORLD_AT) / SECOND_US), sum);
	}
	ask(&w, questions / 2, SECONDS, sum);
	printf("# %u messages, %u holdings, %zu bindings; refused %u, repeated %llu, odd %llu, behind %llu\n", world->count, world->hold_count, w.kept_count, w.refused,
		(unsigned long long)session_counts(w.book)->repeated, (unsigned long long)session_counts(w.book)->odd, (unsigned long long)session_counts(w.book)->behind);
	session_world_end(&w);
}

static void tell(const struct tally *t)
{
	printf("# asked %u: A %u, B %u, C %u, D %u, E %u; wrong at A %u; of %u that can be answered %u at A\n", t->asked, t->grades[GRADE_A], t->grades[GRADE_B],
		t->grades[GRADE_C], t->grades[GRADE_D], t->grades[GRADE_E], t->wrong, t->answerable, t->answered);
}

int main(int argc, char **argv)
{
	unsigned questions = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : QUESTIONS;
	struct tally faulty = { 0 }, clean = { 0 }, again = { 0 };
	world = calloc(1, sizeof(*world));
	BUG_ON(!world);
	world->list = calloc(MESSAGES_MAX, sizeof(*world->list));
	BUG_ON(!world->list);
	for (unsigned i = 0; i < SEEDS; i++) {
		run(10, questions, false, &faulty);
		run(10, questions, true, &again);
		run(0, questions, false, &clean);
	}
	tell(&faulty);
	OK_(!faulty.wrong && faulty.grades[GRADE_A] > faulty.asked / 20, "with everything going wrong no wrong name at grade A");
	tell(&again);
	OK_(!again.wrong && again.grades[GRADE_A] > again.asked / 20, "nor when the book is made again from the store in between");
	tell(&clean);
	OK_(!clean.wrong && clean.answered >= clean.answerable / 100 * 95, "when nothing goes wrong 95 of 100 that can be answered are");
	free(world->list);
	free(world);
	return tap_done();
}
