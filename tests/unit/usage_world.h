/*
 * A store of use in a directory of its own, and readings by script.
 */
#ifndef AUPD_TESTS_USAGE_WORLD_H
#define AUPD_TESTS_USAGE_WORLD_H

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "detect/usage_store.h"

enum { USAGE_WORLD_ACCOUNT = 5 };
/* 2026-03-01T00:00:00Z */
#define USAGE_WORLD_S 1772323200u

static char usage_dir_name[] = "/tmp/test_usage.XXXXXX";
static int usage_dir = -1;

static inline void usage_world_remove(void *arg, const char *name)
{
	(void)arg;
	(void)unlinkat(usage_dir, name, 0);
}

static inline void usage_world_clear(void)
{
	if (usage_dir < 0)
		BUG_ON(!mkdtemp(usage_dir_name) || (usage_dir = open(usage_dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0);
	BUG_ON(file_list(usage_dir, usage_world_remove, NULL, NULL) != OK);
}

static inline void usage_world_end(void)
{
	usage_world_clear();
	(void)rmdir(usage_dir_name);
}

/* Where what counts is what is written, not when. */
static inline enum file_fate usage_no_wait(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)fd;
	(void)path;
	(void)offset;
	(void)bytes;
	return change == FILE_SYNC || change == FILE_SYNC_DIR ? FILE_DROP : FILE_DO;
}

static inline uint32_t usage_world_number(struct str word)
{
	uint64_t n = 0;
	if (str_eq(word, STR("-")))
		return USAGE_LASTED_UNSAID;
	BUG_ON(str_to_u64(word, UINT32_MAX, &n) != OK);
	return (uint32_t)n;
}

/* "SESSION FLAGS SECOND LASTED IN OUT"; flags as in usage_oracle.py, and l = lost, - = none. Seconds count from at_s. */
static inline struct usage_reading usage_world_reading(struct str line, uint32_t at_s)
{
	static const struct { char letter; uint8_t flag; } flags[] = { { 'c', USAGE_READ_COUNTED }, { 'w', USAGE_READ_WIDE }, { 's', USAGE_READ_START },
		{ 'e', USAGE_READ_STOP }, { 'l', USAGE_READ_LOST }, { 'f', USAGE_READ_FRESH } };
	struct str words[6] = { { NULL, 0 } };
	struct usage_reading r = { .account = USAGE_WORLD_ACCOUNT, .feed = 1 };
	for (unsigned i = 0; i < 6; i++)
		BUG_ON(!str_split(&line, ' ', &words[i]));
	BUG_ON(str_to_u64(words[0], UINT64_MAX, &r.session) != OK || str_to_u64(words[4], UINT64_MAX, &r.in) != OK || str_to_u64(words[5], UINT64_MAX, &r.out) != OK);
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		r.flags |= str_chr(words[1], flags[i].letter) != SIZE_MAX ? flags[i].flag : 0;
	r.at_s = usage_world_number(words[2]) + at_s;
	r.lasted_s = usage_world_number(words[3]);
	return r;
}

#endif
