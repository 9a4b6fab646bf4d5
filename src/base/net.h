/*
 * Sockets: listening, connecting, accepting, peers and their credentials, descriptors over Unix sockets.
 *
 * Addresses are "192.0.2.1:25", "[2001:db8::1]:25" or "/path" (Unix); no names are resolved. Everything is non-blocking
 * and close-on-exec. "[::]:p" listens for IPv6 only. A stale Unix socket that nobody answers is replaced.
 */
#ifndef AUPD_BASE_NET_H
#define AUPD_BASE_NET_H

#include <sys/types.h>

#include "base/addr.h"

enum { NET_PATH_MAX = 108, NET_TEXT_MAX = 128, NET_FDS_MAX = 8, NET_HANG_UP_BYTES = 256 << 10 };

struct net_peer {
	bool is_unix;
	struct addr addr;               /* zero for Unix */
	uint16_t port;
	char path[NET_PATH_MAX];        /* Unix; "" when unnamed */
};

struct net_creds { pid_t pid; uid_t uid; gid_t gid; };

enum err net_parse(struct str address, struct net_peer *ret_peer, struct why *why) MUST_CHECK;
void net_print(const struct net_peer *p, char out[NET_TEXT_MAX]);       /* in the form that net_parse takes */
enum err net_listen(struct str address, int backlog, unsigned unix_mode, int *ret_fd, struct why *why) MUST_CHECK;
/* A UDP socket bound there. */
enum err net_bind_udp(struct str address, int *ret_fd, struct why *why) MUST_CHECK;
/* A UDP socket that sends there and hears nobody else. */
enum err net_connect_udp(struct str address, int *ret_fd, struct why *why) MUST_CHECK;
/* Begins to connect; when writable, net_connect_end tells how it went. */
enum err net_connect(struct str address, int *ret_fd, struct why *why) MUST_CHECK;
enum err net_connect_end(int fd) MUST_CHECK;
/* ERR_AGAIN: nobody waits. ERR_LIMIT: out of descriptors; pause the listener. */
enum err net_accept(int listen_fd, int *ret_fd, struct net_peer *ret_peer) MUST_CHECK;
enum err net_local(int fd, struct net_peer *ret_peer) MUST_CHECK;       /* own end: the port that 0 became */
enum err net_remote(int fd, struct net_peer *ret_peer) MUST_CHECK;
enum err net_creds(int fd, struct net_creds *ret_creds) MUST_CHECK;     /* SO_PEERCRED; Unix only, otherwise ERR_UNSUPPORTED */
enum err net_pair(int ret_fds[2]) MUST_CHECK;                           /* connected Unix stream sockets */
/* Some bytes. ERR_AGAIN: not now; ERR_PEER: gone (end of file on reading). Never raises SIGPIPE. */
enum err net_read(int fd, void *out, size_t max, size_t *ret_len) MUST_CHECK;
enum err net_write(int fd, struct str bytes, size_t *ret_len) MUST_CHECK;
/* As above with descriptors riding on the first byte. The sender keeps its own. bytes must not be empty. */
enum err net_send_fds(int fd, struct str bytes, const int *fds, unsigned fd_count, size_t *ret_len) MUST_CHECK;
/* ret_fds has room for NET_FDS_MAX; more than that, or a cut message, is ERR_PEER and all are closed. */
enum err net_recv_fds(int fd, void *out, size_t max, size_t *ret_len, int *ret_fds, unsigned *ret_fd_count) MUST_CHECK;
void net_close(int fd);                                         /* accepts -1 */
/*
 * The same after reading what waits, NET_HANG_UP_BYTES at most: a socket closed with octets unread is reset, and the peer may lose
 * the last that was written to it.
 */
void net_hang_up(int fd);

/* One datagram to a Unix socket ("@name" is abstract): how systemd is told. */
enum err net_notify(const char *path, struct str text) MUST_CHECK;

#endif
