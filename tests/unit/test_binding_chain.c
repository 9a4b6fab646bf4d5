/*
 * Sessions in the index: opened, confirmed, ended, inferred to have ended, opened again and taken back, in the order in which they were
 * recorded. However often one is confirmed it costs one entry; what is known by now is what a plain scan says, and as of an earlier time
 * everything but how far it was confirmed, of which no more is said than came true. A store that is opened anew says the same.
 */
#include <fcntl.h>
#include <unistd.h>

#include "attribution/binding_store.h"
#include "base/file.h"
#include "binding_world.h"

#ifdef __SANITIZE_ADDRESS__
enum { WORLDS = 40, MANY = 5000 };
#else
enum { WORLDS = 120, MANY = 20000 };
#endif
enum { SMALL = 400, QUESTIONS = 400, FOUND_MAX = 512, CONFIRMATIONS = 100, EVERY_S = 300, SPAN_S = 40000 };

static struct binding all[SMALL], near[SMALL];
static unsigned count;
static struct binding_holding got[FOUND_MAX], want[FOUND_MAX];

static struct binding session(uint32_t address, uint32_t subject, int64_t start_at)
{
	struct binding b = { .prefix.bits = 128, .port_to = BINDING_PORT_LAST, .feed = 1, .kind = BINDING_START, .start_at = start_at, .start_sure_at = TIME_NONE,
		.seen_at = TIME_NONE, .end_at = TIME_NONE, .recorded_at = start_at };
	b.prefix.addr.octets[10] = b.prefix.addr.octets[11] = 0xff;
	b.prefix.addr.octets[12] = 100;
	for (unsigned i = 0; i < 3; i++) {
		b.prefix.addr.octets[15 - i] = (uint8_t)(address >> (8 * i));
		b.subject.octets[7 - i] = (uint8_t)(subject >> (8 * i));
	}
	return b;
}

static struct binding word(const struct binding *of, enum binding_kind kind, int64_t seen_at, int64_t end_at, int64_t recorded_at)
{
	struct binding b = *of;
	b.kind = kind;
	b.seen_at = seen_at;
	b.end_at = end_at;
	b.recorded_at = recorded_at;
	return b;
}

static bool put(struct binding_index *ix, struct binding b)
{
	if (count == SMALL || binding_normalise(&b, NULL) != OK || binding_index_add(ix, &b, NULL) != OK)
		return false;
	if (!world_has(all, count, &b))
		all[count++] = b;
	return true;
}

/* The next thing that is said of one that is there, now. */
static struct binding next_word(const struct binding *of, int64_t now)
{
	int64_t seen = now - dice(20) * SECOND_US;
	switch (dice(12)) {
	case 0:
		return word(of, BINDING_STOP, TIME_NONE, seen > of->start_at ? seen : of->start_at, now);
	case 1: {
		struct binding guessed = word(of, dice(2) ? BINDING_STOP : BINDING_INTERIM, seen - 100 * SECOND_US, seen > of->start_at ? seen : of->start_at, now);
		guessed.flags = BINDING_END_GUESSED;
		return guessed;
	}
	case 2: {
		struct binding never = word(of, BINDING_CORRECTION, TIME_NONE, of->end_at, now);
		never.flags = dice(3) ? 0 : BINDING_WITHDRAWN;
		return never;
	}
	default: {
		struct binding on = word(of, BINDING_INTERIM, now, TIME_NONE, now);
		on.flags = 0;
		return on;
	}
	}
}

static bool same_but_sight(const struct binding_holding *a, const struct binding_holding *b)
{
	struct binding x = a->binding, y = b->binding;
	x.seen_at = y.seen_at = x.recorded_at = y.recorded_at = 0;
	x.kind = y.kind = BINDING_START;
	return binding_eq(&x, &y) && a->next_at == b->next_at;
}

/* Until when was it confirmed in the end? */
static int64_t came_true(const struct binding *b)
{
	int64_t last = b->seen_at;
	for (unsigned i = 0; i < count; i++)
		if (binding_same(&all[i], b) && all[i].seen_at > last)
			last = all[i].seen_at;
	return last;
}

static bool honest(const struct binding_holding *g, const struct binding_holding *w, int64_t as_of)
{
	const struct binding *b = &g->binding, *t = &w->binding;
	int64_t known = as_of / SECOND_US * SECOND_US, most = came_true(t) < known ? came_true(t) : known;
	if (as_of == TIME_MAX)
		return b->seen_at == t->seen_at && b->recorded_at == t->recorded_at && b->kind == t->kind;
	return b->seen_at >= t->seen_at && b->seen_at <= (most > t->seen_at ? most : t->seen_at) && b->recorded_at >= t->recorded_at && b->recorded_at <= as_of;
}

static bool agree(struct binding_index *ix, const struct world_shape *w, unsigned *found)
{
	struct binding_question q = { .addr = session(dice(w->addresses), 0, WORLD_AT).prefix.addr, .port = BINDING_PORT_NONE, .as_of = dice(2) ? TIME_MAX : world_time(w->recordings) };
	q.from_at = world_time(w->seconds);
	q.until_at = q.from_at + dice(600) * SECOND_US;
	unsigned n = 0, m = world_scan(all, count, &q, near, want, FOUND_MAX);
	if (binding_index_find(ix, &q, got, FOUND_MAX, &n) != OK || n != m) {
		printf("# got %u, want %u\n", n, m);
		return false;
	}
	for (unsigned i = 0; i < n; i++)
		if (!same_but_sight(&got[i], &want[i]) || !honest(&got[i], &want[i], q.as_of)) {
			const struct binding *g = &got[i].binding, *t = &want[i].binding;
			printf("# as of %lld: got seen %lld end %lld recorded %lld kind %d, want %lld %lld %lld %d\n", (long long)q.as_of, (long long)g->seen_at, (long long)g->end_at,
				(long long)g->recorded_at, g->kind, (long long)t->seen_at, (long long)t->end_at, (long long)t->recorded_at, t->kind);
			return false;
		}
	*found += n;
	return true;
}

static void worlds(void)
{
	unsigned found = 0, bad = 0, less = 0;
	for (unsigned k = 0; k < WORLDS && !bad; k++) {
		struct world_shape w = { 1 + dice(3), 1 + dice(3), SPAN_S, SPAN_S };
		struct binding_index *ix = binding_index_new(SMALL);
		int64_t now = WORLD_AT;
		count = 0;
		while (count < SMALL / 2 && !bad) {
			now += dice(2 * SPAN_S / SMALL) * SECOND_US;
			struct binding of = count ? all[dice(count)] : session(0, 0, now);
			bad += !put(ix, !count || dice(10) == 0 ? session(dice(w.addresses), dice(w.subjects), now - dice(100) * SECOND_US) : next_word(&of, now));
			if (dice(20) == 0)
				bad += binding_index_settle(ix) != OK;
		}
		for (unsigned i = 0; i < QUESTIONS && !bad; i++)
			bad += !agree(ix, &w, &found);
		bad += binding_index_settle(ix) != OK;
		less += count - (unsigned)binding_index_count(ix);
		for (unsigned i = 0; i < count && !bad; i++)
			bad += all[i].kind == BINDING_START && !binding_index_said(ix, &all[i]);
		binding_index_free(ix);
	}
	printf("# %u holders found, %u entries less than versions\n", found, less);
	OK_(!bad && found && less, "what sessions said is what a scan says, and of an earlier time nothing that did not come true");
}

/* Half of them end; each was confirmed as often. */
static struct binding nth_word(unsigned session_number, unsigned step)
{
	int64_t start = WORLD_AT + session_number % EVERY_S * SECOND_US, at = start + step * (int64_t)EVERY_S * SECOND_US;
	struct binding b = session(session_number, session_number, start);
	if (step)
		b = step <= CONFIRMATIONS ? word(&b, BINDING_INTERIM, at, TIME_NONE, at) : word(&b, BINDING_STOP, TIME_NONE, at, at);
	BUG_ON(binding_normalise(&b, NULL) != OK);
	return b;
}

static void no_growth(void)
{
	struct binding_index *ix = binding_index_new(MANY);
	unsigned bad = 0;
	size_t before = 0;
	for (unsigned step = 0; step <= CONFIRMATIONS; step++) {
		for (unsigned i = 0; i < MANY; i++) {
			struct binding b = nth_word(i, step);
			bad += binding_index_add(ix, &b, NULL) != OK;
		}
		before = step ? before : binding_index_bytes(ix);
	}
	OK_(!bad, "an index with room for no more than its sessions takes a hundred confirmations of each");
	IS_INT(binding_index_count(ix), MANY, "as one entry a session");
	OK_(binding_index_bytes(ix) == before, "in the memory that they had before");
	for (unsigned i = 0; i < MANY; i += 2) {
		struct binding b = nth_word(i, CONFIRMATIONS + 1), again = nth_word(i, 50);
		bad += binding_index_add(ix, &b, NULL) != OK || !binding_index_said(ix, &again) || !binding_index_has(ix, &b);
	}
	OK_(!bad && binding_index_count(ix) == MANY, "an end is no more, and what was said before is known to have been");
	struct binding full = session(MANY, 1, WORLD_AT);
	OK_(binding_normalise(&full, NULL) == OK && binding_index_add(ix, &full, NULL) == ERR_FULL, "one session more is one too many");
	printf("# %zu octets a session\n", binding_index_bytes(ix) / MANY);
	OK_(binding_index_bytes(ix) / MANY <= 40, "forty octets each");
	binding_index_free(ix);
}

/* Our clock was set back by an hour, and goes on; then a message comes that was long under way. */
static void set_back(void)
{
	struct binding_index *ix = binding_index_new(1);
	struct binding b = session(1, 1, WORLD_AT);
	struct binding_question q = { .addr = b.prefix.addr, .port = BINDING_PORT_NONE, .from_at = WORLD_AT + 9000 * SECOND_US, .until_at = WORLD_AT + 9000 * SECOND_US,
		.as_of = TIME_MAX };
	unsigned n = 0, bad = 0;
	const int64_t seen_s[] = { 7200, 7500, 7800, 9900, 9600 }, recorded_s[] = { 7200, 3900, 4200, 9900, 9950 };
	bad += binding_normalise(&b, NULL) != OK || binding_index_add(ix, &b, NULL) != OK;
	for (unsigned i = 0; i < 5; i++) {
		struct binding on = word(&b, BINDING_INTERIM, WORLD_AT + seen_s[i] * SECOND_US, TIME_NONE, WORLD_AT + recorded_s[i] * SECOND_US);
		bad += binding_normalise(&on, NULL) != OK || binding_index_add(ix, &on, NULL) != OK;
	}
	OK_(!bad && binding_index_find(ix, &q, got, FOUND_MAX, &n) == OK && n == 1 && got[0].binding.seen_at == WORLD_AT + 9900 * SECOND_US,
		"neither a clock that was set back nor what comes late makes a session grow, or be confirmed less");
	binding_index_free(ix);
}

static struct binding_store *open_store(int dir_fd, int64_t retention_us, int64_t now, struct binding_store_report *ret_report)
{
	struct binding_store *s;
	struct why why = { 0 };
	if (binding_store_open(dir_fd, SMALL, retention_us, now, NULL, &s, ret_report, &why) == OK)
		return s;
	printf("Bail out! %s\n", why.text);
	exit(1);
}

static bool same_answers(struct binding_store *a, struct binding_store *b, unsigned sessions, int64_t from_at, int64_t until_at)
{
	for (unsigned i = 0; i < 2000; i++) {
		struct binding_question q = { .addr = session(dice(sessions), 0, WORLD_AT).prefix.addr, .port = BINDING_PORT_NONE };
		unsigned n = 0, m = 0;
		q.from_at = q.until_at = from_at + dice((uint32_t)((until_at - from_at) / SECOND_US)) * SECOND_US;
		q.as_of = dice(2) ? TIME_MAX : from_at + EVERY_S * SECOND_US + dice((uint32_t)((until_at - from_at) / SECOND_US)) * SECOND_US;
		if (binding_index_find(binding_store_index(a), &q, got, FOUND_MAX, &n) != OK || binding_index_find(binding_store_index(b), &q, want, FOUND_MAX, &m) != OK ||
			!world_alike(got, n, want, m))
			return false;
	}
	return binding_index_count(binding_store_index(a)) == binding_index_count(binding_store_index(b));
}

/* Over three days, of which the first is purged. */
static void replay(void)
{
	enum { SESSIONS = 100, STEPS = 600, RETENTION_DAYS = 1 };
	char dir_name[] = "/tmp/test_chain.XXXXXX";
	int dir_fd, bad = 0;
	struct binding_store_report report;
	unsigned gone = 0;
	uint64_t carried = 0;
	if (!mkdtemp(dir_name) || file_open(AT_FDCWD, dir_name, O_RDONLY | O_DIRECTORY, 0, &dir_fd, NULL) != OK)
		exit(1);
	struct binding_store *s = open_store(dir_fd, RETENTION_DAYS * DAY_US, WORLD_AT, &report);
	int64_t now = WORLD_AT;
	for (unsigned step = 0; step < STEPS; step++)
		for (unsigned i = 0; i < SESSIONS; i++) {
			struct binding_item item = { .binding = nth_word(i, 0) };
			int64_t at = item.binding.start_at + step * (int64_t)EVERY_S * SECOND_US;
			if (i % 3 == 0 && step > STEPS / 2)
				continue;
			if (step)
				item.binding = i % 3 == 0 && step == STEPS / 2 ? word(&item.binding, BINDING_STOP, TIME_NONE, at, at) : word(&item.binding, BINDING_INTERIM, at, TIME_NONE, at);
			item.binding.session = i + 1;
			now = at;
			bad += binding_normalise(&item.binding, NULL) != OK || binding_store_put(s, &item, now, NULL) != OK;
		}
	OK_(!bad && binding_store_sync(s, NULL) == OK, "sessions of more than two days");
	IS_INT(binding_index_count(binding_store_index(s)), SESSIONS, "an entry each");
	struct binding_store *again = open_store(dir_fd, 0, now, &report);
	OK_(report.records > (uint64_t)SESSIONS * STEPS / 2 && same_answers(s, again, SESSIONS, WORLD_AT, now), "opened anew it says the same, as of any time");
	binding_store_close(again);
	OK_(binding_store_purge(s, now, &gone, &carried, NULL) == OK && gone == 1 && !carried, "a day goes, of which nothing more is needed");
	again = open_store(dir_fd, RETENTION_DAYS * DAY_US, now, &report);
	OK_(same_answers(s, again, SESSIONS, now - RETENTION_DAYS * DAY_US, now), "and both say the same of what is left");
	binding_store_close(again);
	binding_store_close(s);
	for (uint32_t day = (uint32_t)(WORLD_AT / DAY_US); day <= (uint32_t)(now / DAY_US); day++) {
		char name[BINDING_NAME_MAX];
		binding_segment_name(day, name);
		(void)unlinkat(dir_fd, name, 0);
	}
	file_close(dir_fd);
	(void)rmdir(dir_name);
}

int main(void)
{
	worlds();
	no_growth();
	set_back();
	replay();
	return tap_done();
}
