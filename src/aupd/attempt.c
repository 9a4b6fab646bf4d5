/*
 * The page of the item in hand. See attempt.h. A role that went mad can write anything into its own page: then an item of
 * its own goes before a person, or it is held to make progress; nothing else rests on it.
 */
#include "aupd/attempt.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/net.h"

enum err attempt_map(int fd, struct attempt **ret_page, struct why *why)
{
	void *p = mmap(NULL, sizeof(struct attempt), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return why_errno(why, "cannot map the page of the item in hand");
	*ret_page = p;
	return OK;
}

enum err attempt_create(int *ret_fd, struct attempt **ret_page, struct why *why)
{
	int fd = memfd_create("aupd-attempt", MFD_CLOEXEC);
	enum err e = fd >= 0 && ftruncate(fd, sizeof(struct attempt)) == 0 ? attempt_map(fd, ret_page, why) : why_errno(why, "cannot make the page of the item in hand");
	if (e)
		net_close(fd);
	else
		*ret_fd = fd;
	return e;
}

bool attempt_begin(struct attempt *a, const struct position *at)
{
	bool again = a->begun && position_cmp(&a->at, at) == 0;
	if (again && a->begun >= ATTEMPTS_MAX)
		return false;
	/* in this order: a count never stands beside a position that it is not of */
	if (!again) {
		a->begun = 0;
		a->at = *at;
	}
	a->begun++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return true;
}

void attempt_end(struct attempt *a)
{
	a->begun = 0;
}
