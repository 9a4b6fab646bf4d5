/*
 * The binding index against a plain scan: a million questions on random worlds with overlaps, prefixes in prefixes, port ranges, open
 * and unknown ends, versions that come late and in any order, withdrawals, and as of any time. Then its bounds, retention, and the
 * one form of bindings.
 */
#include "binding_world.h"

#ifdef __SANITIZE_ADDRESS__
enum { WORLDS = 40, LARGE_QUESTIONS = 40 };
#else
enum { WORLDS = 1000, LARGE_QUESTIONS = 600 };
#endif
enum { SMALL = 250, QUESTIONS = 1000, LARGE = 40000, FOUND_MAX = 8192 };

static struct binding all[LARGE], near[LARGE];
static unsigned count;
static struct binding_holding got[FOUND_MAX], want[FOUND_MAX];

static bool add_one(struct binding_index *ix, const struct world_shape *w)
{
	struct binding b = count && dice(3) == 0 ? world_version(w, &all[dice(count)]) : world_binding(w);
	struct why why;
	if (binding_normalise(&b, &why) != OK)
		return false;
	if (binding_index_add(ix, &b, NULL) != OK)
		return false;
	if (count < SMALL * 2 && world_has(all, count, &b))
		return true;
	all[count++] = b;
	return true;
}

static void tell(const struct binding_question *q, unsigned got_count, unsigned want_count)
{
	printf("# %u bindings; port %d, window %lld to %lld, as of %lld: got %u, want %u\n", count, q->port, (long long)q->from_at, (long long)q->until_at,
		(long long)q->as_of, got_count, want_count);
	for (unsigned i = 0; i < got_count || i < want_count; i++)
		for (unsigned k = 0; k < 2; k++) {
			const struct binding_holding *h = k ? &want[i] : &got[i];
			if (i < (k ? want_count : got_count))
				printf("# %s /%u %u-%u %lld to %lld recorded %lld feed %u flags %u next %lld\n", k ? "want" : "got ", h->binding.prefix.bits, h->binding.port_from,
					h->binding.port_to, (long long)h->binding.start_at, (long long)h->binding.end_at, (long long)h->binding.recorded_at, h->binding.feed,
					h->binding.flags, (long long)h->next_at);
		}
}

static bool agree(struct binding_index *ix, const struct world_shape *w, unsigned *found)
{
	struct binding_question q = world_question(w);
	unsigned n = 0, m = world_scan(all, count, &q, near, want, FOUND_MAX);
	if (binding_index_find(ix, &q, got, FOUND_MAX, &n) == OK && world_alike(got, n, want, m)) {
		*found += m;
		return true;
	}
	tell(&q, n, m);
	return false;
}

/* Each version, in an entry of its own or with another one. */
static bool has_all(struct binding_index *ix)
{
	bool all_there = true;
	for (unsigned i = 0; i < count; i++)
		all_there &= binding_index_has(ix, &all[i]) && binding_index_said(ix, &all[i]);
	return all_there;
}

static void small_worlds(void)
{
	unsigned asked = 0, found = 0, bad = 0;
	for (unsigned k = 0; k < WORLDS && !bad; k++) {
		struct world_shape w = { 2 + dice(12), 2 + dice(20), 500 + dice(5000), 1 + dice(2000) };
		struct binding_index *ix = binding_index_new(SMALL);
		count = 0;
		for (unsigned i = 0; i < SMALL / 2; i++)
			bad += !add_one(ix, &w);
		/* half of the world comes between the questions */
		for (unsigned i = 0; i < QUESTIONS && !bad; i++, asked++) {
			if (i % 8 == 0 && i < SMALL * 4)
				bad += !add_one(ix, &w);
			bad += !agree(ix, &w, &found);
		}
		bad += binding_index_settle(ix) != OK || binding_index_count(ix) > count || !has_all(ix);
		binding_index_free(ix);
	}
	printf("# %u questions, %u holders found\n", asked, found);
	OK_(!bad && found > asked, "the index says what a scan says, in small crowded worlds");
}

/* Enough for leaves to split, with an address that has thousands. */
static void large_world(void)
{
	struct world_shape wide = { 60000, 200, 80000, 80000 }, hot = { 1, 200, 80000, 80000 };
	struct binding_index *ix = binding_index_new(LARGE);
	unsigned found = 0, bad = 0;
	count = 0;
	for (unsigned i = 0; i < LARGE && !bad; i++)
		bad += !add_one(ix, dice(8) ? &wide : &hot);
	for (unsigned i = 0; i < LARGE_QUESTIONS && !bad; i++) {
		if (i == LARGE_QUESTIONS / 2)
			bad += binding_index_settle(ix) != OK;
		bad += !agree(ix, dice(30) ? &wide : &hot, &found);
	}
	OK_(!bad && found, "and in a large one with a hot address");
	printf("# %zu versions, %zu octets each\n", binding_index_count(ix), binding_index_bytes(ix) / binding_index_count(ix));
	OK_(binding_index_bytes(ix) / binding_index_count(ix) <= 48, "without much memory for it");
	binding_index_free(ix);
}

static struct binding simple(const char *prefix, uint8_t subject, int64_t from_s, int64_t until_s)
{
	struct binding b = { .port_to = BINDING_PORT_LAST, .feed = 1, .kind = BINDING_STOP, .start_at = WORLD_AT + from_s * SECOND_US, .start_sure_at = TIME_NONE,
		.seen_at = TIME_NONE, .end_at = until_s < 0 ? TIME_NONE : WORLD_AT + until_s * SECOND_US, .recorded_at = WORLD_AT };
	b.subject.octets[0] = subject;
	if (prefix_parse(str_of(prefix), &b.prefix) != OK)
		abort();
	return b;
}

static enum err add(struct binding_index *ix, struct binding b, struct why *why)
{
	enum err e = binding_normalise(&b, why);
	return e ? e : binding_index_add(ix, &b, why);
}

static unsigned holders(struct binding_index *ix, const char *addr, int64_t at_s, unsigned max, enum err want_err)
{
	struct binding_question q = { .port = BINDING_PORT_NONE, .from_at = WORLD_AT + at_s * SECOND_US, .until_at = WORLD_AT + at_s * SECOND_US, .as_of = TIME_MAX };
	unsigned n = 0;
	if (addr_parse(str_of(addr), &q.addr) != OK || binding_index_find(ix, &q, got, max, &n) != want_err)
		return UINT32_MAX;
	return n;
}

static void bounds(void)
{
	struct why why = { 0 };
	struct binding_index *ix = binding_index_new(3);
	OK_(holders(ix, "192.0.2.1", 0, 8, OK) == 0, "an empty index holds nobody");
	bool good = true;
	for (uint8_t i = 0; i < 3; i++)
		good &= add(ix, simple("192.0.2.1", i, 0, 10), &why) == OK;
	OK_(good, "as many as the capacity");
	OK_(add(ix, simple("192.0.2.1", 9, 0, 10), &why) == ERR_FULL && why.text[0], "no more, and it is said");
	IS_INT(holders(ix, "192.0.2.1", 5, 2, ERR_LIMIT), 2, "more holders than room for them are told");
	IS_INT(holders(ix, "192.0.2.1", 9, 8, OK), 3, "held until the last second before the end");
	IS_INT(holders(ix, "192.0.2.1", 10, 8, OK), 0, "at the end it is over");
	IS_INT(holders(ix, "192.0.2.2", 5, 8, OK), 0, "the next address is another one");
	binding_index_free(ix);
}

static void known_when(void)
{
	struct binding_index *ix = binding_index_new(100);
	struct binding open = simple("192.0.2.1", 1, 0, -1), closed = simple("192.0.2.1", 1, 0, 100), never = closed;
	struct binding_question q = { .addr = open.prefix.addr, .port = 80, .from_at = WORLD_AT + 200 * SECOND_US, .until_at = WORLD_AT + 200 * SECOND_US };
	unsigned n[4] = { 9, 9, 9, 9 };
	closed.recorded_at = WORLD_AT + 1000 * SECOND_US + 1;
	never.recorded_at = WORLD_AT + 2000 * SECOND_US;
	never.flags = BINDING_WITHDRAWN;
	/* the newest comes first */
	bool good = add(ix, never, NULL) == OK && add(ix, closed, NULL) == OK && add(ix, open, NULL) == OK && add(ix, open, NULL) == OK;
	for (unsigned i = 0; i < 3; i++) {
		q.as_of = WORLD_AT + i * 1000 * SECOND_US;
		good &= binding_index_find(ix, &q, got, 8, &n[i]) == OK;
	}
	OK_(good && n[0] == 1 && n[1] == 1 && n[2] == 0, "what was known then: open until the second after the stop was heard");
	q.from_at = q.until_at = WORLD_AT + 50 * SECOND_US;
	q.as_of = WORLD_AT + 1001 * SECOND_US;
	good = binding_index_find(ix, &q, got, 8, &n[0]) == OK && n[0] == 1 && got[0].binding.end_at == WORLD_AT + 100 * SECOND_US;
	q.as_of = TIME_MAX;
	OK_(good && binding_index_find(ix, &q, got, 8, &n[0]) == OK && n[0] == 0, "then the stop; then that it never was");
	OK_(binding_index_settle(ix) == OK && binding_index_count(ix) == 3, "the same again is not kept twice");
	binding_index_free(ix);
}

static void retention(void)
{
	struct binding_index *ix = binding_index_new(100);
	struct binding stays = simple("192.0.2.0/28", 1, 0, -1), late = simple("192.0.2.3", 1, 0, 10), early = late;
	stays.kind = BINDING_ASSIGNMENT;
	late.recorded_at = WORLD_AT + 5000 * SECOND_US;
	early.flags = BINDING_END_GUESSED;
	bool good = add(ix, stays, NULL) == OK && add(ix, late, NULL) == OK && add(ix, early, NULL) == OK && add(ix, simple("192.0.2.1", 2, 0, -1), NULL) == OK &&
		add(ix, simple("192.0.2.2", 3, 0, 4000), NULL) == OK && add(ix, simple("192.0.2.4", 3, 0, 999), NULL) == OK;
	OK_(good && binding_index_purge(ix, WORLD_AT + 1000 * SECOND_US) == OK, "a purge");
	IS_INT(binding_index_count(ix), 3, "leaves three of six");
	IS_INT(holders(ix, "192.0.2.3", 5, 8, OK), 2, "what was recorded late, and the assignment around it");
	IS_INT(holders(ix, "192.0.2.1", 5, 8, OK), 1, "not a session that was never heard of again");
	IS_INT(holders(ix, "192.0.2.2", 3000, 8, OK), 2, "what ends later is there");
	OK_(binding_normalise(&early, NULL) == OK && binding_normalise(&late, NULL) == OK && !binding_index_has(ix, &early) && binding_index_has(ix, &late),
		"of the versions of one identity the newest");
	binding_index_free(ix);
}

static void one_form(void)
{
	struct why why;
	struct binding b = simple("192.0.2.1", 1, 5, 5), again;
	b.start_at += 300000;
	b.end_at += 300001;
	OK_(binding_normalise(&b, &why) == OK && b.start_at == WORLD_AT + 5 * SECOND_US && b.end_at == WORLD_AT + 6 * SECOND_US, "times are rounded outwards");
	OK_(b.seen_at == b.end_at && b.start_sure_at == b.start_at, "with both ends heard it is sure throughout");
	again = b;
	OK_(binding_normalise(&again, &why) == OK && binding_eq(&again, &b), "the one form stays as it is");
	b = simple("192.0.2.1", 1, 5, -1);
	b.kind = BINDING_START;
	OK_(binding_normalise(&b, &why) == OK && b.seen_at == b.start_at, "a start vouches for its own instant");
	b.start_sure_at = b.start_at + (BINDING_UNSURE_MAX_S + 1) * SECOND_US;
	OK_(binding_normalise(&b, &why) == OK && b.start_sure_at == TIME_MAX, "a start that is unsure for a day is never sure");
	b.kind = BINDING_ASSIGNMENT;
	OK_(binding_normalise(&b, &why) == OK && b.seen_at == TIME_MAX && b.flags & BINDING_STATIC, "an assignment needs no confirming");
	const struct { const char *what; struct binding b; } wrong[] = {
		{ "an end before the start", simple("192.0.2.1", 1, 5, 4) }, { "ports of a prefix", simple("192.0.2.0/24", 1, 5, 6) },
		{ "ports of an IPv6 address", simple("2001:db8::1", 1, 5, 6) }, { "ports the wrong way round", simple("192.0.2.1", 1, 5, 6) },
		{ "host bits", simple("192.0.2.1", 1, 5, 6) }, { "no feed", simple("192.0.2.1", 1, 5, 6) }, { "no time of recording", simple("192.0.2.1", 1, 5, 6) },
		{ "a time before 1970", simple("192.0.2.1", 1, 5, 6) }, { "an unknown flag", simple("192.0.2.1", 1, 5, 6) } };
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		b = wrong[i].b;
		if (i == 1 || i == 2)
			b.port_to = 1023;
		if (i == 3) {
			b.port_from = 2;
			b.port_to = 1;
		}
		if (i == 4)
			b.prefix.bits = 120;
		b.feed = i == 5 ? 0 : b.feed;
		b.recorded_at = i == 6 ? TIME_NONE : b.recorded_at;
		b.start_at = i == 7 ? -5 : b.start_at;
		b.flags = i == 8 ? BINDING_FLAGS_ALL + 1 : b.flags;
		why = (struct why){ 0 };
		OK_(binding_normalise(&b, &why) == ERR_RANGE && why.text[0], wrong[i].what);
	}
}

int main(void)
{
	one_form();
	bounds();
	known_when();
	retention();
	small_worlds();
	large_world();
	return tap_done();
}
