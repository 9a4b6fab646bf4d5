/*
 * A store with as many open cases as are wanted, as the fold leaves them: of BENCH_CUSTOMERS customers c0, c1, ... of BENCH_RESELLERS
 * resellers r0, r1, ..., opened from from_at on, a microsecond after each other, with a next step a day after that.
 */
#ifndef BENCH_FILLED_H
#define BENCH_FILLED_H

#include "store/store.h"

enum { BENCH_RESELLERS = 500, BENCH_CUSTOMERS = 100000 };

void bench_fill(struct store *s, unsigned cases, int64_t from_at);
/* Ends the program when it is not OK. */
void bench_must(enum err e, const struct why *why, const char *what);

#endif
