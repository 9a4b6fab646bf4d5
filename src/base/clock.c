/*
 * The only reader of clocks. See clock.h. The test clock is one int64 in a shared memory file.
 */
#include "base/clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/point.h"
#include "base/time.h"

static _Atomic int64_t *test_at;

static int64_t read_clock(clockid_t id)
{
	struct timespec t;
	BUG_ON(clock_gettime(id, &t) != 0);
	return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

int64_t clock_wall_at(void)
{
	return test_at ? atomic_load(test_at) : read_clock(CLOCK_REALTIME) + point_clock_us();
}

int64_t clock_monotonic_us(void)
{
	return test_at ? atomic_load(test_at) : read_clock(CLOCK_MONOTONIC);
}

int64_t clock_system_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_cpu_us(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

enum err clock_test_create(int64_t start_at, int *ret_fd, struct why *why)
{
	int fd = memfd_create("aupd-test-clock", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, sizeof(int64_t)) != 0 || pwrite(fd, &start_at, sizeof(start_at), 0) != (ssize_t)sizeof(start_at)) {
		enum err e = why_errno(why, "cannot make the test clock");
		if (fd >= 0)
			(void)close(fd);
		return e;
	}
	*ret_fd = fd;
	return OK;
}

enum err clock_test_use(int fd, struct why *why)
{
	void *p = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return why_errno(why, "cannot map the test clock");
	test_at = p;
	return OK;
}

bool clock_is_test(void)
{
	return test_at;
}

enum err clock_test_set(int64_t at)
{
	if (!test_at)
		return ERR_UNSUPPORTED;
	if (at < atomic_load(test_at))
		return ERR_RANGE;
	atomic_store(test_at, at);
	return OK;
}
