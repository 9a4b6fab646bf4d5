/*
 * Datagrams. See datagram.h.
 */
#include "base/datagram.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

union name {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct datagram_box {
	struct mmsghdr heads[DATAGRAM_SLOTS];
	struct iovec parts[DATAGRAM_SLOTS];
	union name names[DATAGRAM_SLOTS];
	_Alignas(struct cmsghdr) char controls[DATAGRAM_SLOTS][CMSG_SPACE(sizeof(uint32_t))];
	char octets[DATAGRAM_SLOTS][DATAGRAM_BYTES_MAX];
	uint32_t lost;
};

struct datagram_box *datagram_box_new(void)
{
	return calloc(1, sizeof(struct datagram_box));
}

void datagram_box_free(struct datagram_box *b)
{
	free(b);
}

void datagram_prepare(int fd, unsigned bytes)
{
	const int size = (int)bytes, on = 1;
	/* the second needs a right, and goes beyond the system's bound; neither is a must */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
}

static void get_name(const union name *n, struct datagram *d)
{
	d->addr = (struct addr){ { [10] = 0xff, [11] = 0xff } };
	if (n->sa.sa_family == AF_INET) {
		memcpy(d->addr.octets + 12, &n->in.sin_addr, 4);
		d->port = ntohs(n->in.sin_port);
	} else {
		memcpy(d->addr.octets, &n->in6.sin6_addr, 16);
		d->port = ntohs(n->in6.sin6_port);
	}
}

static socklen_t put_name(const struct datagram *d, bool six, union name *n)
{
	*n = (union name){ 0 };
	if (six) {
		n->in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(d->port) };
		memcpy(&n->in6.sin6_addr, d->addr.octets, 16);
		return sizeof(n->in6);
	}
	n->in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(d->port) };
	memcpy(&n->in.sin_addr, d->addr.octets + 12, 4);
	return sizeof(n->in);
}

static void read_lost(struct datagram_box *b, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&b->lost, CMSG_DATA(c), sizeof(b->lost));
}

enum err datagram_receive(struct datagram_box *b, int fd, struct datagram list[DATAGRAM_SLOTS], unsigned *ret_count, uint32_t *ret_lost)
{
	for (unsigned i = 0; i < DATAGRAM_SLOTS; i++) {
		b->parts[i] = (struct iovec){ b->octets[i], DATAGRAM_BYTES_MAX };
		b->heads[i].msg_hdr = (struct msghdr){ .msg_name = &b->names[i], .msg_namelen = sizeof(b->names[i]), .msg_iov = &b->parts[i], .msg_iovlen = 1,
			.msg_control = b->controls[i], .msg_controllen = sizeof(b->controls[i]) };
	}
	int n = recvmmsg(fd, b->heads, DATAGRAM_SLOTS, MSG_DONTWAIT, NULL);
	if (n <= 0)
		return n == 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? ERR_AGAIN : err_from_errno(errno);
	for (int i = 0; i < n; i++) {
		get_name(&b->names[i], &list[i]);
		list[i].octets = (struct str){ b->octets[i], b->heads[i].msg_len };
		read_lost(b, &b->heads[i].msg_hdr);
	}
	*ret_count = (unsigned)n;
	*ret_lost = b->lost;
	return OK;
}

unsigned datagram_send(int fd, const struct datagram *list, unsigned count)
{
	struct mmsghdr heads[DATAGRAM_SLOTS];
	struct iovec parts[DATAGRAM_SLOTS];
	union name names[DATAGRAM_SLOTS], own = { 0 };
	socklen_t len = sizeof(own);
	bool six = getsockname(fd, &own.sa, &len) == 0 && own.sa.sa_family == AF_INET6;
	unsigned all = 0;
	while (all < count) {
		unsigned n = count - all < DATAGRAM_SLOTS ? count - all : DATAGRAM_SLOTS;
		for (unsigned i = 0; i < n; i++) {
			const struct datagram *d = &list[all + i];
			socklen_t name_len = put_name(d, six, &names[i]);
			parts[i] = (struct iovec){ (void *)(uintptr_t)d->octets.ptr, d->octets.len };
			heads[i] = (struct mmsghdr){ .msg_hdr = { .msg_name = &names[i], .msg_namelen = name_len, .msg_iov = &parts[i], .msg_iovlen = 1 } };
		}
		int sent = sendmmsg(fd, heads, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent <= 0)
			break;
		all += (unsigned)sent;
	}
	return all;
}
