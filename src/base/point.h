/*
 * Instants with a name, at which a test ends a process, holds it, or plants a fault. Nothing of it is in a build without
 * AUPD_TESTING.
 *
 * The test and every role share one page of a file (tests/points.py writes it), named by the environment. It says which
 * point is armed, after how many passes it acts, what it does, by how much the wall clock is off, and which fault is planted.
 */
#ifndef AUPD_BASE_POINT_H
#define AUPD_BASE_POINT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef AUPD_TESTING
#define POINT(name) point_pass(name)

/* Maps the page; before the sandbox, which hides its file. Without the variable nothing is armed. */
void point_open(void);
void point_pass(const char *name);
bool point_planted(const char *fault);
int64_t point_clock_us(void);
#else
#define POINT(name) ((void)0)

static inline void point_open(void)
{
}

static inline int64_t point_clock_us(void)
{
	return 0;
}
#endif

#endif
