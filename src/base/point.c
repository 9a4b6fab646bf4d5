/*
 * Points. See point.h. A process that is held waits for a lock of the page's file, which the test has and gives up.
 */
#include "base/point.h"

#ifdef AUPD_TESTING

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

enum { POINT_NAME_MAX = 32 };
enum { POINT_KILL = 1, POINT_HOLD = 2 };

struct page {
	char name[POINT_NAME_MAX];
	_Atomic int32_t passes;         /* it acts when this comes down to 0 */
	_Atomic int32_t action;
	_Atomic int64_t clock_us;
	char fault[POINT_NAME_MAX];
	_Atomic int32_t held;           /* how many processes came to a point that holds */
};

static struct page *page;
static int page_fd = -1;

void point_open(void)
{
	const char *path = getenv("AUPD_TEST_POINTS");
	if (page || !path || (page_fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return;
	void *p = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
	page = p == MAP_FAILED ? NULL : p;
}

void point_pass(const char *name)
{
	if (!page || strncmp(page->name, name, POINT_NAME_MAX) != 0)
		return;
	int action = atomic_load(&page->action);
	if (action == POINT_KILL && atomic_fetch_sub(&page->passes, 1) == 1)
		(void)raise(SIGKILL);
	if (action == POINT_HOLD) {
		atomic_fetch_add(&page->held, 1);
		(void)flock(page_fd, LOCK_SH);
		(void)flock(page_fd, LOCK_UN);
	}
}

bool point_planted(const char *fault)
{
	return page && strncmp(page->fault, fault, POINT_NAME_MAX) == 0;
}

int64_t point_clock_us(void)
{
	return page ? atomic_load(&page->clock_us) : 0;
}

#else
typedef int point_is_empty;
#endif
