/*
 * usage_reading_cpu_us: CPU of one reading of a session's counters, taken and written to the log, with its part of a roll-up after four readings of each
 * account: the meter's share of a packet of accounting. usage_rollup_1m_s: the use of 1 M accounts since the last time, one reading each, rolled up: a block
 * of the day sorted by account, and a new log with all that the meter knows, both on disk; wall time. usage_rollup_1m_cpu_s: the same in CPU time.
 * usage_octets_per_account: resident memory for an account with one session. usage_start_1m_cpu_s: from the files to the meter again. usage_month_cpu_ms: one
 * account's month of cells, and its percentile.
 *
 * Usage: bench_usage SCRATCH-DIRECTORY [ACCOUNTS]
 */
#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "bench.h"
#include "detect/usage_store.h"

enum { ROUNDS = 3, READINGS = 4, EVERY_S = 300 };
static const uint32_t FIRST_S = 1772323200;

static void must(enum err e, const struct why *why)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s\n", err_text(e), why->text);
	exit(1);
}

static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static struct usage_reading reading(uint32_t n, unsigned round)
{
	struct usage_reading r = { .account = mix(n), .session = (uint64_t)(n % 1000 + 1) << 40 | mix(n + UINT64_C(1000000007)) >> 24,
		.at_s = FIRST_S + round * EVERY_S + n % EVERY_S, .lasted_s = round * EVERY_S, .feed = 1,
		.flags = USAGE_READ_COUNTED | USAGE_READ_WIDE };
	r.in = round * (mix(n + 7) % 40000000);
	r.out = round * (mix(n + 9) % 400000000);
	if (!round)
		r.flags |= USAGE_READ_FRESH | USAGE_READ_START;
	return r;
}

/* Every account once, in an order of its own. */
static void read_all(struct usage_store *s, uint32_t accounts, unsigned round, struct why *why)
{
	for (uint32_t i = 0; i < accounts; i++) {
		struct usage_reading r = reading((uint32_t)((i * UINT64_C(7919) + round) % accounts), round);
		must(usage_take(s, &r, why), why);
	}
}

int main(int argc, char **argv)
{
	uint32_t accounts = argc > 2 ? (uint32_t)atoi(argv[2]) : 1000000;
	struct usage_bounds bounds = { accounts, 2 * accounts };
	struct usage_report report;
	struct usage_store *s;
	struct why why = { .line = 0 };
	static struct usage_series series;
	int dir;
	double best_wall = 1e9, best_cpu = 1e9, empty = bench_resident_bytes();
	if (argc < 2 || (dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		fprintf(stderr, "usage: bench_usage DIRECTORY [ACCOUNTS]\n");
		return 2;
	}
	must(usage_open(dir, &bounds, FIRST_S * SECOND_US, &s, &report, &why), &why);
	read_all(s, accounts, 0, &why);
	must(usage_roll(s, FIRST_S * SECOND_US, &why), &why);
	bench_say("usage_octets_per_account", (bench_resident_bytes() - empty) / accounts, "octets");
	for (unsigned round = 1; round <= ROUNDS; round++) {
		int64_t now = (FIRST_S + (int64_t)round * EVERY_S) * SECOND_US;
		read_all(s, accounts, round, &why);
		double taken = bench_cpu_s(), wall = bench_wall_s();
		must(usage_roll(s, now, &why), &why);
		double rolled = bench_cpu_s() - taken, rolled_wall = bench_wall_s() - wall;
		best_cpu = rolled < best_cpu ? rolled : best_cpu;
		best_wall = rolled_wall < best_wall ? rolled_wall : best_wall;
	}
	bench_say("usage_rollup_1m_s", best_wall, "s");
	bench_say("usage_rollup_1m_cpu_s", best_cpu, "s");
	/* what it takes to make the readings up is not the meter's */
	uint64_t sum = 0;
	double made = bench_cpu_s();
	for (unsigned round = ROUNDS + 1; round <= ROUNDS + READINGS; round++)
		for (uint32_t i = 0; i < accounts; i++)
			sum += reading((uint32_t)((i * UINT64_C(7919) + round) % accounts), round).in;
	made = bench_cpu_s() - made;
	double cpu = bench_cpu_s();
	for (unsigned round = ROUNDS + 1; round <= ROUNDS + READINGS; round++)
		read_all(s, accounts, round, &why);
	must(usage_roll(s, (FIRST_S + INT64_C(3000)) * SECOND_US, &why), &why);
	bench_say("usage_reading_cpu_us", (bench_cpu_s() - cpu - made) / READINGS / accounts * 1e6 + (sum == 1), "us");
	usage_close(s);
	cpu = bench_cpu_s();
	must(usage_open(dir, &bounds, (FIRST_S + 3600) * SECOND_US, &s, &report, &why), &why);
	bench_say("usage_start_1m_cpu_s", bench_cpu_s() - cpu, "s");
	cpu = bench_cpu_s();
	for (uint32_t i = 0; i < 100; i++) {
		struct usage_percentile p;
		usage_series_init(&series, usage_month_of(FIRST_S));
		must(usage_read(s, mix(i * 7), (FIRST_S + 3600) * SECOND_US, &series, &why), &why);
		usage_percentile(&series, USAGE_MAX, &p);
	}
	bench_say("usage_month_cpu_ms", (bench_cpu_s() - cpu) * 10, "ms");
	usage_close(s);
	return 0;
}
