/*
 * backtest_observations_per_s: sightings of an export, from its lines to the end of a back-test, as `aup policy backtest --export`
 * does it: each read once and folded twice, by the versions in force and by the draft (here the shipped policy both times).
 * Of 100 sightings 97 hit nothing, 2 are counted and lead to nothing yet, and 1 goes into a case.
 *
 * backtest_nothing_cpu_ns, backtest_counted_cpu_us, backtest_case_cpu_us: what one of each kind costs, both times together.
 *
 * Usage: bench_backtest POLICY-DIRECTORY
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "engine/backtest.h"
#include "engine/export.h"
#include "policy/directory.h"

enum { ROUNDS = 3, MIXED = 400000, NOTHING = 400000, COUNTED = 20000, CASES = 8000, CUSTOMERS = 50000, LINE = 512 };
static const int64_t DAY_AT = 1790000000000000;

enum sort { SORT_NOTHING, SORT_COUNTED, SORT_CASE };

struct bench {
	struct arena *lasting, *line;
	const struct policy *policy;
	struct registry *registry;
	struct buf lines;
};

static void must(enum err e, const struct why *why, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s (%s)\n", what, err_text(e), why ? why->text : "");
	exit(1);
}

static void start(struct bench *b, const char *policy)
{
	struct why why = { 0 };
	struct bundle bundle;
	struct policy *p;
	b->lasting = arena_new("lasting", 1 << 30);
	b->line = arena_new("line", 64 << 20);
	b->registry = registry_new(NULL);
	must(b->lasting && b->line && b->registry ? OK : ERR_NOMEM, NULL, "memory");
	must(directory_read(b->lasting, policy, &bundle, &why), &why, policy);
	must(policy_load(b->lasting, &bundle, &p, &why), &why, policy);
	b->policy = p;
	for (unsigned i = 0; i < CUSTOMERS; i++) {
		struct entity customer = { .type = ENTITY_CUSTOMER, .id = str_format(b->lasting, "%016x", i), .email = STR("someone@replay.invalid"),
			.from_at = TIME_NONE, .until_at = TIME_NONE };
		must(registry_add(b->registry, &customer, &why), &why, "customer");
	}
	must(registry_ready(b->registry, 1, NULL, &why), &why, "registry");
	buf_init(&b->lines, 1u << 30);
}

/* As the daemon writes it: a report of spam that is no more than a question, one that is alone in its window, and a phishing page. */
static void put_line(struct bench *b, enum sort sort, unsigned i, unsigned who)
{
	long long at = (long long)(DAY_AT + (int64_t)i * 50000);
	buf_printf(&b->lines, "{\"sighting\":{\"at\":%lld,\"kind\":\"%s\",", at, sort == SORT_CASE ? "content.phishing" : "messaging.spam");
	buf_printf(&b->lines, "\"type\":\"addr\",\"source\":\"%016x\",\"port\":%u,\"event\":%lld,\"first\":%lld,\"last\":%lld,\"zone\":true,\"received\":%lld,"
		"\"incidents\":1,\"reporter\":\"%016x\",\"verified\":true,\"id\":\"%016x\",", i % CUSTOMERS, 1024 + i % 50000, at, at, at, at, i % 997, i);
	/* a spam report of grade C is a question to the reporter, and no rule counts it */
	buf_printf(&b->lines, "\"grade\":\"%s\",\"customer\":\"%016x\",\"resellers\":[\"%016x\"]}}\n", sort == SORT_NOTHING ? "C" : "A", who % CUSTOMERS, i % 50);
}

static void fill(struct bench *b, unsigned count, unsigned counted_of_100, unsigned cases_of_100)
{
	unsigned seen[SORT_CASE + 1] = { 0 };
	buf_clear(&b->lines);
	for (unsigned i = 0; i < count; i++) {
		unsigned n = i * 37 % 100;
		enum sort sort = n < cases_of_100 ? SORT_CASE : n < cases_of_100 + counted_of_100 ? SORT_COUNTED : SORT_NOTHING;
		/* what counts is spread evenly over the customers */
		put_line(b, sort, i, sort == SORT_NOTHING ? i * 7919 : seen[sort]++);
	}
}

/* Seconds of wall and of CPU for a back-test of the lines. */
static void play(struct bench *b, unsigned count, double *ret_wall_s, double *ret_cpu_s, struct backtest *ret_result)
{
	struct why why = { 0 };
	struct str rest = buf_str(&b->lines), text;
	struct export_line x;
	struct replay *base = replay_new(&b->policy, 1, false, b->registry), *draft = replay_new(&b->policy, 1, true, b->registry);
	struct backtest r = { .from_at = DAY_AT, .until_at = DAY_AT + (int64_t)count * 50000 + HOUR_US };
	must(base && draft ? OK : ERR_NOMEM, NULL, "replay");
	double wall = bench_wall_s(), cpu = bench_cpu_s();
	while (str_next_line(&rest, &text)) {
		arena_reset(b->line);
		must(export_read(b->line, text, &x, &why), &why, "line");
		must(replay_sighting(base, &x.sighting, &why), &why, "base");
		must(replay_sighting(draft, &x.sighting, &why), &why, "draft");
	}
	must(replay_end(base, r.until_at, b->lasting, &r.base, &why), &why, "end");
	must(replay_end(draft, r.until_at, b->lasting, &r.draft, &why), &why, "end");
	must(backtest_compare(b->lasting, &r), NULL, "compare");
	*ret_wall_s = bench_wall_s() - wall;
	*ret_cpu_s = bench_cpu_s() - cpu;
	*ret_result = r;
	replay_free(base);
	replay_free(draft);
}

static void measure(struct bench *b, unsigned count, double *ret_wall_s, double *ret_cpu_s, struct backtest *ret_result)
{
	*ret_wall_s = *ret_cpu_s = 1e9;
	for (unsigned round = 0; round < ROUNDS; round++) {
		double wall, cpu;
		play(b, count, &wall, &cpu, ret_result);
		*ret_wall_s = wall < *ret_wall_s ? wall : *ret_wall_s;
		*ret_cpu_s = cpu < *ret_cpu_s ? cpu : *ret_cpu_s;
	}
	must(ret_result->counts[BACKTEST_SAME] == ret_result->draft.case_count && ret_result->draft.sightings == count ? OK : ERR_CORRUPT, NULL, "the same twice");
}

int main(int argc, char **argv)
{
	static struct bench b;
	struct backtest r;
	double wall, cpu;
	if (argc != 2)
		return 2;
	start(&b, argv[1]);
	fill(&b, MIXED, 2, 1);
	measure(&b, MIXED, &wall, &cpu, &r);
	must(r.draft.hits == MIXED / 100 ? OK : ERR_CORRUPT, NULL, "one of a hundred goes into a case");
	bench_say("backtest_observations_per_s", MIXED / wall, "1/s");
	bench_say("backtest_cpu_us", 1e6 * cpu / MIXED, "us");
	fill(&b, NOTHING, 0, 0);
	measure(&b, NOTHING, &wall, &cpu, &r);
	must(r.draft.hits == 0 ? OK : ERR_CORRUPT, NULL, "nothing is hit");
	bench_say("backtest_nothing_cpu_ns", 1e9 * cpu / NOTHING, "ns");
	fill(&b, COUNTED, 100, 0);
	measure(&b, COUNTED, &wall, &cpu, &r);
	bench_say("backtest_counted_cpu_us", 1e6 * cpu / COUNTED, "us");
	fill(&b, CASES, 0, 100);
	measure(&b, CASES, &wall, &cpu, &r);
	bench_say("backtest_case_cpu_us", 1e6 * cpu / CASES, "us");
	return 0;
}
