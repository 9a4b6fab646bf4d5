/*
 * The only reader of clocks. Wall time (`_at`, microseconds since 1970) and monotonic time (`_due`) are apart.
 *
 * A role starts with the system clock; when the configuration says `testing yes` the keeper passes a shared memory file
 * by descriptor and both times come from it (`aup test pass` moves it). Everything below the roles gets `now` as an
 * argument.
 */
#ifndef AUPD_BASE_CLOCK_H
#define AUPD_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

int64_t clock_wall_at(void);
int64_t clock_monotonic_us(void);       /* for deadlines that survive no restart; stepped with the test clock */
int64_t clock_system_us(void);          /* CLOCK_MONOTONIC as systemd reads it, whatever the test clock says */
int64_t clock_cpu_us(void);             /* CPU time of this process, for benches */
/* Create a test clock file that stands at start_at; returns its descriptor. */
enum err clock_test_create(int64_t start_at, int *ret_fd, struct why *why) MUST_CHECK;
enum err clock_test_use(int fd, struct why *why) MUST_CHECK;    /* from now on both times come from it */
bool clock_is_test(void);
enum err clock_test_set(int64_t at) MUST_CHECK;                 /* forward only; every role sees it at once */

#endif
