/*
 * The bench's frame: CPU and wall time, and one line a figure: `name value unit`.
 */
#ifndef AUPD_TESTS_BENCH_H
#define AUPD_TESTS_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static inline double bench_seconds(clockid_t which)
{
	struct timespec t;
	(void)clock_gettime(which, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline double bench_cpu_s(void)
{
	return bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static inline double bench_wall_s(void)
{
	return bench_seconds(CLOCK_MONOTONIC);
}

/* Memory of the process that is in use. */
static inline double bench_resident_bytes(void)
{
	long pages = 0, skip = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f || fscanf(f, "%ld %ld", &skip, &pages) != 2)
		pages = 0;
	if (f)
		(void)fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* What the machine takes for two reads in a row from anywhere in as much memory, in CPU time; 0: there is no memory for it. */
static inline double bench_floor_ns(size_t bytes)
{
	enum { ROUNDS_OF_READS = 3, PAIRS = 1000000, READS = 2 };
	size_t n = bytes / sizeof(uint64_t), at = 0;
	uint64_t *list = malloc(n * sizeof(*list));
	double best = 0;
	for (size_t i = 0; list && i < n; i++)
		list[i] = i * UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned round = 0; list && round < ROUNDS_OF_READS; round++) {
		double began = bench_cpu_s();
		for (unsigned i = 0; i < PAIRS * READS; i++)
			at = (size_t)((list[at] ^ i) * UINT64_C(0x9e3779b97f4a7c15) >> 11) % n;
		double took = bench_cpu_s() - began;
		best = !round || took < best ? took : best;
	}
	if (at == n)
		printf("never\n");
	free(list);
	return 1e9 * best / PAIRS;
}

static inline void bench_say(const char *name, double value, const char *unit)
{
	printf("%s %.*f %s\n", name, value < 100 ? 2 : 0, value, unit);
	(void)fflush(stdout);
}

#endif
