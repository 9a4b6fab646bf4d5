/*
 * The test frame: TAP on stdout, one line an assertion, the plan at the end. Each test program is one file.
 */
#ifndef AUPD_TESTS_TAP_H
#define AUPD_TESTS_TAP_H

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

static unsigned tap_count, tap_failed;

static inline bool tap_ok(bool good, const char *file, int line, const char *name)
{
	tap_count++;
	if (!good) {
		tap_failed++;
		printf("not ok %u - %s\n# at %s:%d\n", tap_count, name, file, line);
	} else {
		printf("ok %u - %s\n", tap_count, name);
	}
	(void)fflush(stdout);
	return good;
}

static inline void tap_dump(const char *what, struct str s)
{
	printf("# %s (%zu): ", what, s.len);
	for (size_t i = 0; i < s.len && i < 2000; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c == '\n')
			printf("\n#   ");
		else if (c >= 0x20 && c != 0x7f)
			putchar(c);
		else
			printf("\\x%02x", c);
	}
	printf("\n");
}

static inline bool tap_is_str(struct str got, struct str want, const char *file, int line, const char *name)
{
	bool good = tap_ok(str_eq(got, want), file, line, name);
	if (!good) {
		tap_dump("got", got);
		tap_dump("want", want);
	}
	return good;
}

static inline bool tap_is_int(long long got, long long want, const char *file, int line, const char *name)
{
	bool good = tap_ok(got == want, file, line, name);
	if (!good)
		printf("# got %lld, want %lld\n", got, want);
	return good;
}

static inline void tap_skip(const char *name, const char *reason)
{
	printf("ok %u - %s # SKIP %s\n", ++tap_count, name, reason);
}

static inline int tap_done(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed != 0;
}

#define OK_(cond, name) tap_ok((cond), __FILE__, __LINE__, (name))
#define IS_STR(got, want, name) tap_is_str((got), (want), __FILE__, __LINE__, (name))
#define IS_INT(got, want, name) tap_is_int((long long)(got), (long long)(want), __FILE__, __LINE__, (name))

#endif
