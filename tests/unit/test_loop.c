/*
 * The loop: what follows a turn follows each turn, also one in which only a timer ran; watches and timers may go from inside.
 */
#include "base/loop.h"
#include "base/net.h"
#include "tap.h"

static unsigned after, timers, reads;
static struct watch *watch;
static struct timer *timer;

static void on_after(void *arg)
{
	(void)arg;
	after++;
}

static void on_timer(void *arg)
{
	(void)arg;
	timers++;
}

static void on_read(void *arg, int fd, unsigned events)
{
	(void)arg;
	(void)fd;
	(void)events;
	reads++;
	watch_free(watch);
	timer_free(timer);
}

int main(void)
{
	struct loop *l = loop_new();
	int fds[2];
	size_t n;
	BUG_ON(!l || net_pair(fds) || loop_after(l, on_after, NULL) || timer_new(l, on_timer, NULL, &timer));
	BUG_ON(watch_new(l, fds[0], LOOP_READ, on_read, NULL, &watch));
	timer_set(timer, 0, 0);
	BUG_ON(loop_turn(l, true));
	OK_(timers == 1 && after == 1, "a turn in which only a timer ran ends");
	timer_set(timer, 1000, 0);
	while (timers == 1)
		BUG_ON(loop_turn(l, true));
	IS_INT(timers, 2, "a timer in a while comes once");
	BUG_ON(net_write(fds[1], STR("x"), &n));
	while (!reads)
		BUG_ON(loop_turn(l, true));
	BUG_ON(loop_turn(l, false) || loop_turn(l, false));
	IS_INT(reads, 1, "a watch may free itself; nothing comes afterwards");
	BUG_ON(watch_new(l, fds[0], LOOP_READ, on_read, NULL, &watch) || timer_new(l, on_timer, NULL, &timer));
	BUG_ON(loop_turn(l, true));
	IS_INT(reads, 2, "the same descriptor can be watched again");
	net_close(fds[0]);
	net_close(fds[1]);
	loop_free(l);
	return tap_done();
}
