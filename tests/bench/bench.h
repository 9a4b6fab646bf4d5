/*
 * The bench's frame: CPU and wall time, and one line a figure: `name value unit`.
 */
#ifndef AUPD_TESTS_BENCH_H
#define AUPD_TESTS_BENCH_H

#include <stdio.h>
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

static inline void bench_say(const char *name, double value, const char *unit)
{
	printf("%s %.*f %s\n", name, value < 100 ? 2 : 0, value, unit);
	(void)fflush(stdout);
}

#endif
