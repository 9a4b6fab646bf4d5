/*
 * Sockets. See net.h.
 */
#include "base/net.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

union any {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

enum err net_parse(struct str address, struct net_peer *ret_peer, struct why *why)
{
	struct net_peer p = { 0 };
	uint64_t port;
	if (address.len && address.ptr[0] == '/') {
		if (address.len >= NET_PATH_MAX || memchr(address.ptr, 0, address.len))
			return why_set(why, ERR_LIMIT, "the socket path is longer than %d bytes", NET_PATH_MAX - 1);
		p.is_unix = true;
		memcpy(p.path, address.ptr, address.len);
		*ret_peer = p;
		return OK;
	}
	struct str host, rest;
	bool bracket = address.len && address.ptr[0] == '[';
	size_t cut = bracket ? str_chr(address, ']') : str_chr(address, ':');
	if (cut == SIZE_MAX)
		return why_set(why, ERR_SYNTAX, "not an address with a port: %.*s", STR_ARG(str_sub(address, 0, 100)));
	host = bracket ? str_sub(address, 1, cut - 1) : str_sub(address, 0, cut);
	rest = str_sub(address, cut + bracket, address.len);
	if (addr_parse(host, &p.addr) || addr_is_v4(&p.addr) == bracket || !str_starts(rest, STR(":")) || str_to_u64(str_sub(rest, 1, rest.len), 65535, &port))
		return why_set(why, ERR_SYNTAX, "not an address with a port: %.*s", STR_ARG(str_sub(address, 0, 100)));
	p.port = (uint16_t)port;
	*ret_peer = p;
	return OK;
}

void net_print(const struct net_peer *p, char out[NET_TEXT_MAX])
{
	char text[ADDR_TEXT_MAX];
	if (p->is_unix) {
		(void)snprintf(out, NET_TEXT_MAX, "%s", p->path[0] ? p->path : "unix");
		return;
	}
	addr_print(&p->addr, text);
	(void)snprintf(out, NET_TEXT_MAX, addr_is_v4(&p->addr) ? "%s:%u" : "[%s]:%u", text, (unsigned)p->port);
}

static socklen_t to_sockaddr(const struct net_peer *p, union any *out)
{
	memset(out, 0, sizeof(*out));
	if (p->is_unix) {
		out->un.sun_family = AF_UNIX;
		memcpy(out->un.sun_path, p->path, sizeof(out->un.sun_path));
		return sizeof(out->un);
	}
	if (addr_is_v4(&p->addr)) {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons(p->port);
		memcpy(&out->in.sin_addr, p->addr.octets + 12, 4);
		return sizeof(out->in);
	}
	out->in6.sin6_family = AF_INET6;
	out->in6.sin6_port = htons(p->port);
	memcpy(&out->in6.sin6_addr, p->addr.octets, 16);
	return sizeof(out->in6);
}

static struct net_peer from_sockaddr(const union any *from, socklen_t len)
{
	struct net_peer p = { 0 };
	if (from->sa.sa_family == AF_UNIX) {
		size_t room = len > offsetof(struct sockaddr_un, sun_path) ? len - offsetof(struct sockaddr_un, sun_path) : 0;
		p.is_unix = true;
		/* a name in the abstract space begins with NUL and is none to us */
		if (room && from->un.sun_path[0])
			memcpy(p.path, from->un.sun_path, room < sizeof(p.path) ? room : sizeof(p.path) - 1);
	} else if (from->sa.sa_family == AF_INET) {
		memcpy(p.addr.octets, v4_mapped, sizeof(v4_mapped));
		memcpy(p.addr.octets + 12, &from->in.sin_addr, 4);
		p.port = ntohs(from->in.sin_port);
	} else if (from->sa.sa_family == AF_INET6) {
		memcpy(p.addr.octets, &from->in6.sin6_addr, 16);
		p.port = ntohs(from->in6.sin6_port);
	}
	return p;
}

static enum err open_socket(struct str address, int type, int *ret_fd, struct net_peer *ret_peer, union any *ret_any, socklen_t *ret_len, struct why *why)
{
	struct net_peer p = { 0 };
	enum err e = net_parse(address, &p, why);
	if (e)
		return e;
	socklen_t len = to_sockaddr(&p, ret_any);
	int fd = socket(ret_any->sa.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return why_errno(why, "cannot make a socket for %.*s", STR_ARG(address));
	*ret_fd = fd;
	*ret_peer = p;
	*ret_len = len;
	return OK;
}

/* A socket file that nobody listens on any more may be taken away; one that answers may not. */
static bool remove_stale(const union any *name, socklen_t len)
{
	struct stat st;
	if (lstat(name->un.sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool stale = fd >= 0 && connect(fd, &name->sa, len) != 0 && errno == ECONNREFUSED;
	net_close(fd);
	return stale && unlink(name->un.sun_path) == 0;
}

static enum err bind_to(int fd, const union any *name, socklen_t len, const struct net_peer *p, struct str address, struct why *why)
{
	int one = 1;
	if (!p->is_unix && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0)
		return why_errno(why, "cannot set up a socket");
	if (name->sa.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0)
		return why_errno(why, "cannot set up a socket");
	if (bind(fd, &name->sa, len) == 0)
		return OK;
	if (p->is_unix && errno == EADDRINUSE && remove_stale(name, len) && bind(fd, &name->sa, len) == 0)
		return OK;
	errno = p->is_unix && errno != EACCES && errno != ENOENT ? EADDRINUSE : errno;
	return why_errno(why, "cannot bind %.*s", STR_ARG(address));
}

enum err net_listen(struct str address, int backlog, unsigned unix_mode, int *ret_fd, struct why *why)
{
	union any name;
	struct net_peer p = { 0 };
	socklen_t len;
	int fd;
	enum err e = open_socket(address, SOCK_STREAM, &fd, &p, &name, &len, why);
	if (e)
		return e;
	e = bind_to(fd, &name, len, &p, address, why);
	/* the mode is set before anybody can connect */
	if (e == OK && p.is_unix && chmod(p.path, unix_mode) != 0)
		e = why_errno(why, "cannot set the mode of %s", p.path);
	if (e == OK && listen(fd, backlog) != 0)
		e = why_errno(why, "cannot listen on %.*s", STR_ARG(address));
	if (e) {
		net_close(fd);
		return e;
	}
	*ret_fd = fd;
	return OK;
}

enum err net_bind_udp(struct str address, int *ret_fd, struct why *why)
{
	union any name;
	struct net_peer p = { 0 };
	socklen_t len;
	int fd;
	enum err e = open_socket(address, SOCK_DGRAM, &fd, &p, &name, &len, why);
	if (e)
		return e;
	e = bind_to(fd, &name, len, &p, address, why);
	if (e) {
		net_close(fd);
		return e;
	}
	*ret_fd = fd;
	return OK;
}

enum err net_connect_udp(struct str address, int *ret_fd, struct why *why)
{
	union any name;
	struct net_peer p = { 0 };
	socklen_t len;
	int fd;
	enum err e = open_socket(address, SOCK_DGRAM, &fd, &p, &name, &len, why);
	if (e)
		return e;
	if (p.is_unix)
		e = why_set(why, ERR_UNSUPPORTED, "%.*s is no address and port", STR_ARG(address));
	else if (connect(fd, &name.sa, len) != 0)
		e = why_errno(why, "cannot send to %.*s", STR_ARG(address));
	if (e) {
		net_close(fd);
		return e;
	}
	*ret_fd = fd;
	return OK;
}

enum err net_connect(struct str address, int *ret_fd, struct why *why)
{
	union any name;
	struct net_peer p = { 0 };
	socklen_t len;
	int fd, one = 1;
	enum err e = open_socket(address, SOCK_STREAM, &fd, &p, &name, &len, why);
	if (e)
		return e;
	if (!p.is_unix && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)
		e = why_errno(why, "cannot set up a socket");
	if (e == OK && connect(fd, &name.sa, len) != 0 && errno != EINPROGRESS)
		e = why_errno(why, "cannot connect to %.*s", STR_ARG(address));
	if (e) {
		net_close(fd);
		return e;
	}
	*ret_fd = fd;
	return OK;
}

enum err net_connect_end(int fd)
{
	int e = 0;
	socklen_t len = sizeof(e);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len) != 0)
		return err_from_errno(errno);
	return err_from_errno(e);
}

enum err net_accept(int listen_fd, int *ret_fd, struct net_peer *ret_peer)
{
	union any name = { 0 };
	socklen_t len = sizeof(name);
	int fd = accept4(listen_fd, &name.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
	if (fd < 0) {
		/* what befell one connection before we took it is not the listener's trouble: accept(2) */
		if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO || errno == ENETDOWN || errno == EHOSTUNREACH || errno == EAGAIN)
			return ERR_AGAIN;
		return errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM ? ERR_LIMIT : err_from_errno(errno);
	}
	/* only latency hangs on it */
	if (name.sa.sa_family != AF_UNIX)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*ret_fd = fd;
	*ret_peer = from_sockaddr(&name, len);
	return OK;
}

enum err net_local(int fd, struct net_peer *ret_peer)
{
	union any name = { 0 };
	socklen_t len = sizeof(name);
	if (getsockname(fd, &name.sa, &len) != 0)
		return err_from_errno(errno);
	*ret_peer = from_sockaddr(&name, len);
	return OK;
}

enum err net_remote(int fd, struct net_peer *ret_peer)
{
	union any name = { 0 };
	socklen_t len = sizeof(name);
	if (getpeername(fd, &name.sa, &len) != 0)
		return err_from_errno(errno);
	*ret_peer = from_sockaddr(&name, len);
	return OK;
}

enum err net_creds(int fd, struct net_creds *ret_creds)
{
	struct ucred c;
	struct net_peer own;
	socklen_t len = sizeof(c);
	enum err e = net_local(fd, &own);
	if (e)
		return e;
	if (!own.is_unix)
		return ERR_UNSUPPORTED;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) != 0 || len != sizeof(c))
		return ERR_UNKNOWN;
	*ret_creds = (struct net_creds){ c.pid, c.uid, c.gid };
	return OK;
}

enum err net_pair(int ret_fds[2])
{
	int fds[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0)
		return err_from_errno(errno);
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return OK;
}

enum err net_read(int fd, void *out, size_t max, size_t *ret_len)
{
	ssize_t n;
	do {
		n = recv(fd, out, max, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_from_errno(errno);
	if (n == 0 && max)
		return ERR_PEER;
	*ret_len = (size_t)n;
	return OK;
}

enum err net_write(int fd, struct str bytes, size_t *ret_len)
{
	ssize_t n;
	do {
		n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_from_errno(errno);
	*ret_len = (size_t)n;
	return OK;
}

union control {
	char bytes[CMSG_SPACE(sizeof(int) * NET_FDS_MAX)];
	struct cmsghdr align;
};

enum err net_send_fds(int fd, struct str bytes, const int *fds, unsigned fd_count, size_t *ret_len)
{
	union control control = { 0 };
	if (!fd_count)
		return net_write(fd, bytes, ret_len);
	if (fd_count > NET_FDS_MAX || !bytes.len)
		return ERR_LIMIT;
	struct iovec iov = { (void *)(uintptr_t)bytes.ptr, bytes.len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = CMSG_SPACE(sizeof(int) * fd_count) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	if (!c)
		return ERR_LIMIT;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * fd_count);
	ssize_t n;
	do {
		n = sendmsg(fd, &m, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_from_errno(errno);
	*ret_len = (size_t)n;
	return OK;
}

enum err net_recv_fds(int fd, void *out, size_t max, size_t *ret_len, int *ret_fds, unsigned *ret_fd_count)
{
	union control control = { 0 };
	struct iovec iov = { out, max };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	int fds[NET_FDS_MAX];
	unsigned count = 0;
	ssize_t n;
	do {
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_from_errno(errno);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		/* the control buffer holds no more than NET_FDS_MAX of them */
		size_t len = c->cmsg_len - CMSG_LEN(0);
		memcpy(fds + count, CMSG_DATA(c), len);
		count += (unsigned)(len / sizeof(int));
	}
	if ((n == 0 && max) || (m.msg_flags & MSG_CTRUNC)) {
		for (unsigned i = 0; i < count; i++)
			net_close(fds[i]);
		return ERR_PEER;
	}
	memcpy(ret_fds, fds, count * sizeof(int));
	*ret_fd_count = count;
	*ret_len = (size_t)n;
	return OK;
}

void net_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void net_hang_up(int fd)
{
	char dropped[4096];
	size_t len = 1;
	if (fd >= 0 && shutdown(fd, SHUT_WR) == 0)
		for (size_t all = 0; all < NET_HANG_UP_BYTES && net_read(fd, dropped, sizeof(dropped), &len) == OK; all += len)
			;
	net_close(fd);
}

enum err net_notify(const char *path, struct str text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	if (!len || len >= sizeof(to.sun_path))
		return ERR_LIMIT;
	memcpy(to.sun_path, path, len);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_from_errno(errno);
	ssize_t n = sendto(fd, text.ptr, text.len, MSG_NOSIGNAL, (const struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	enum err e = n < 0 ? err_from_errno(errno) : OK;
	(void)close(fd);
	return e;
}
