/*
 * Sockets: what is written last before a socket closes arrives, whatever its owner never read.
 */
#include <sys/socket.h>

#include "base/net.h"
#include "tap.h"

/* The peer said more than was read, then it is told good-bye. What it hears at the end: 0 is a clean end, -1 a reset. */
static ssize_t end_after(void (*close_fn)(int fd), size_t unread)
{
	static char filler[NET_HANG_UP_BYTES / 4];
	char got[16];
	int fds[2];
	size_t n, all = 0;
	BUG_ON(net_pair(fds) || unread > sizeof(filler));
	for (; all < unread; all += n)
		BUG_ON(net_write(fds[0], (struct str){ filler, unread - all }, &n));
	BUG_ON(net_write(fds[1], STR("421 bye"), &n));
	close_fn(fds[1]);
	BUG_ON(recv(fds[0], got, sizeof(got), 0) != 7);
	ssize_t end = recv(fds[0], got, sizeof(got), 0);
	net_close(fds[0]);
	return end;
}

int main(void)
{
	IS_INT(end_after(net_close, 1), -1, "a socket closed with an octet unread is reset");
	IS_INT(end_after(net_hang_up, 0), 0, "hanging up ends cleanly");
	IS_INT(end_after(net_hang_up, 1), 0, "and with an octet unread");
	IS_INT(end_after(net_hang_up, 60000), 0, "and with many");
	net_hang_up(-1);
	return tap_done();
}
