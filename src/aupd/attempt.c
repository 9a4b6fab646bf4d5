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

static struct suspect *find(struct attempt *a, const struct position *at)
{
	for (unsigned i = 0; i < SUSPECTS_MAX; i++)
		if (a->suspects[i].deaths && position_cmp(&a->suspects[i].at, at) == 0)
			return &a->suspects[i];
	return NULL;
}

bool attempt_begin(struct attempt *a, const struct position *at)
{
	const struct suspect *s = find(a, at);
	if (s && s->deaths >= ATTEMPTS_MAX)
		return false;
	a->at = *at;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	a->in_hand = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return true;
}

void attempt_end(struct attempt *a)
{
	struct suspect *s = a->in_hand ? find(a, &a->at) : NULL;
	a->in_hand = false;
	if (s)
		s->deaths = 0;
}

void attempt_died(struct attempt *a)
{
	struct suspect *s = a->in_hand ? find(a, &a->at) : NULL;
	if (a->in_hand && !s) {
		s = &a->suspects[a->next++ % SUSPECTS_MAX];
		*s = (struct suspect){ .at = a->at };
	}
	if (s)
		s->deaths++;
	a->in_hand = false;
}
