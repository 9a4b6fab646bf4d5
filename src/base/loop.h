/*
 * The event loop of a role, over libuv (fd watches, timers and signals only: no uv_fs, no thread pool).
 *
 * Single-threaded. A watch's callback may close any watch, itself included; closing is immediate for the caller.
 * Timers time I/O only, by real time; deadlines of cases are rows, not timers. `loop_after` runs once at the end of each
 * turn in which something happened: the spool's and the judge's group sync stands there.
 */
#ifndef AUPD_BASE_LOOP_H
#define AUPD_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop;
struct watch;
struct timer;

typedef void loop_fd_fn(void *arg, int fd, unsigned events);
typedef void loop_fn(void *arg);
typedef void loop_signal_fn(void *arg, int signum);

struct loop *loop_new(void);
void loop_free(struct loop *l);
enum err loop_run(struct loop *l) MUST_CHECK;                   /* until loop_stop */
enum err loop_turn(struct loop *l, bool wait) MUST_CHECK;       /* one turn: for tests and drains */
void loop_stop(struct loop *l);
/* events is a set of LOOP_READ and LOOP_WRITE; hang-up and error come as both. The descriptor stays the caller's. */
enum err watch_new(struct loop *l, int fd, unsigned events, loop_fd_fn *fn, void *arg, struct watch **ret_watch) MUST_CHECK;
void watch_set(struct watch *w, unsigned events);               /* 0 pauses it */
void watch_free(struct watch *w);                               /* accepts NULL */
enum err timer_new(struct loop *l, loop_fn *fn, void *arg, struct timer **ret_timer) MUST_CHECK;
void timer_set(struct timer *t, int64_t after_us, int64_t every_us);    /* after < 0 stops it; every 0 = once */
void timer_free(struct timer *t);
enum err loop_signal(struct loop *l, int signum, loop_signal_fn *fn, void *arg) MUST_CHECK;
enum err loop_after(struct loop *l, loop_fn *fn, void *arg) MUST_CHECK; /* up to 8, in this order */

#endif
