/*
 * The bus: one conformance suite over every driver, then what only a pipe can meet: bad frames and a peer that goes away.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/net.h"
#include "bus/bus.h"
#include "tap.h"

struct end {
	struct bus bus;
	unsigned frames, ready, closed, fds;
	uint32_t expected;              /* index of the next frame */
	bool in_order, close_at_first, echo_fd;
	uint16_t last_flags;
	size_t last_len;
	enum err why_closed;
	unsigned pause_at;
};

static struct loop *loop;

static void on_frame(void *arg, const struct frame *f, const int *take_fds, unsigned fd_count)
{
	struct end *e = arg;
	e->frames++;
	e->in_order = e->in_order && f->at.index == e->expected++;
	e->last_len = f->body.len;
	e->last_flags = f->flags;
	for (unsigned i = 0; i < fd_count; i++) {
		char c = 0;
		e->fds += pread(take_fds[i], &c, 1, 0) == 1 && c == (char)('a' + i);
		(void)close(take_fds[i]);
	}
	if (e->pause_at == e->frames)
		bus_pause(&e->bus, true);
	if (e->close_at_first)
		bus_close(&e->bus);
}

static void on_ready(void *arg)
{
	((struct end *)arg)->ready++;
}

static void on_closed(void *arg, enum err why)
{
	struct end *e = arg;
	e->closed++;
	e->why_closed = why;
}

static const struct bus_handler handler = { on_frame, on_ready, on_closed };

/* Two ends; the null driver has one link that is both. */
static void open_ends(const struct bus_driver *d, struct end *from, struct end *to, size_t queue_bytes, struct end **ret_receiver)
{
	int fds[2];
	*from = *to = (struct end){ .in_order = true };
	BUG_ON(net_pair(fds) != OK);
	BUG_ON(bus_open(loop, d, &(struct bus_options){ fds[0], queue_bytes, &handler, from }, &from->bus) != OK);
	if (d == &bus_null) {
		(void)close(fds[1]);
		*ret_receiver = from;
		return;
	}
	BUG_ON(bus_open(loop, d, &(struct bus_options){ fds[1], queue_bytes, &handler, to }, &to->bus) != OK);
	*ret_receiver = to;
}

static void turns(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		BUG_ON(loop_turn(loop, false) != OK);
}

static enum err send_body(struct end *e, uint32_t index, struct str body)
{
	return bus_send(&e->bus, &(struct frame){ .type = FRAME_EVENT, .at.index = index, .flags = FRAME_LAST_OF_ITEM, .body = body }, NULL, 0);
}

static void conformance(const struct bus_driver *d)
{
	struct end from, to, *got;
	static char big[1 << 20], huge[FRAME_BODY_MAX + 1];
	printf("# driver %s\n", d->name);
	open_ends(d, &from, &to, 0, &got);
	for (uint32_t i = 0; i < 1000; i++)
		BUG_ON(send_body(&from, i, STR("{\"n\":1}")) != OK);
	IS_INT(got->frames, 0, "nothing is given from inside send");
	OK_(bus_queued_bytes(&from.bus) > 0, "what was taken is queued");
	for (unsigned i = 0; i < 5000 && got->frames < 1000; i++)
		turns(1);
	OK_(got->frames == 1000 && got->in_order, "a thousand frames come whole and in order");
	OK_(bus_queued_bytes(&from.bus) == 0 && got->last_len == 7 && got->last_flags == FRAME_LAST_OF_ITEM, "the queue is empty, the frame as it was sent");
	IS_INT(send_body(&from, 0, (struct str){ huge, sizeof(huge) }), ERR_LIMIT, "a body above the maximum is refused");
	/* back-pressure */
	bus_pause(&got->bus, true);
	uint32_t sent = 1000;
	while (sent < 2000 && send_body(&from, sent, (struct str){ big, sizeof(big) }) == OK)
		sent++;
	OK_(sent > 1010 && sent < 1020, "the queue is bounded");
	turns(20);
	OK_(got->frames == 1000, "a paused link gives nothing");
	bus_pause(&got->bus, false);
	for (unsigned i = 0; i < 20000 && got->frames < sent; i++)
		turns(1);
	OK_(got->frames == sent && got->in_order, "after the pause all come");
	IS_INT(from.ready, 1, "the sender heard once that there is room again");
	/* descriptors */
	char name[] = "/tmp/test_bus.XXXXXX";
	int files[3];
	for (unsigned i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "/tmp/test_bus.XXXXXX");
		files[i] = mkstemp(name);
		char c = (char)('a' + i);
		BUG_ON(files[i] < 0 || write(files[i], &c, 1) != 1);
		(void)unlink(name);
	}
	got->fds = 0;
	from.expected = to.expected = 0;
	BUG_ON(send_body(&from, 0, STR("before")));
	BUG_ON(bus_send(&from.bus, &(struct frame){ .type = FRAME_TABLE, .at.index = 1, .body = STR("x") }, files, 3));
	BUG_ON(bus_send(&from.bus, &(struct frame){ .type = FRAME_TABLE, .at.index = 2, .body = STR("y") }, files, 2));
	BUG_ON(send_body(&from, 3, STR("after")));
	for (unsigned i = 0; i < 3; i++)
		(void)close(files[i]);
	unsigned before = got->frames;
	for (unsigned i = 0; i < 200 && got->frames < before + 4; i++)
		turns(1);
	IS_INT(got->fds, 5, "descriptors come with their frame, although the sender has closed its own");
	OK_(got->in_order && got->frames == before + 4, "between frames without");
	IS_INT(bus_send(&from.bus, &(struct frame){ .type = FRAME_TABLE }, files, BUS_FDS_MAX + 1), ERR_LIMIT, "too many descriptors are refused");
	/* closing from inside */
	from.close_at_first = to.close_at_first = true;
	BUG_ON(send_body(&from, 4, STR("x")) || send_body(&from, 5, STR("y")));
	before = got->frames;
	turns(20);
	OK_(got->frames == before + 1 && !got->bus.driver, "a handler may close its link; nothing is given afterwards");
	IS_INT(send_body(got, 5, STR("y")), ERR_PEER, "a closed link takes nothing");
	bus_close(&from.bus);
	bus_close(&to.bus);
	turns(3);
}

static void test_peer_gone(void)
{
	struct end from, to, *got;
	open_ends(&bus_pipe, &from, &to, 0, &got);
	BUG_ON(send_body(&from, 0, STR("last words")));
	turns(1);
	bus_close(&from.bus);
	turns(10);
	OK_(to.frames == 1 && to.closed == 1 && to.why_closed == ERR_PEER, "what was written before the end is given, then the end, once");
	IS_INT(send_body(&to, 0, STR("x")), ERR_PEER, "then nothing is taken");
	bus_close(&to.bus);
	turns(3);
}

static enum err feed_raw(struct str bytes, const int *fds, unsigned fd_count)
{
	struct end e = { .in_order = true };
	int pair[2];
	size_t len;
	BUG_ON(net_pair(pair) != OK);
	BUG_ON(bus_open(loop, &bus_pipe, &(struct bus_options){ pair[0], 0, &handler, &e }, &e.bus) != OK);
	BUG_ON(net_send_fds(pair[1], bytes, fds, fd_count, &len) != OK || len != bytes.len);
	turns(10);
	enum err why = e.closed == 1 ? e.why_closed : OK;
	bus_close(&e.bus);
	(void)close(pair[1]);
	turns(3);
	return why;
}

static void test_bad_frames(void)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	BUG_ON(frame_encode(&b, &(struct frame){ .type = FRAME_EVENT, .body = STR("body") }));
	IS_INT(feed_raw(STR("GET / HTTP/1.1\r\n"), NULL, 0), ERR_SYNTAX, "bytes that are no frame end the link");
	IS_INT(feed_raw(STR("aup1\xff\xff\xff\xff"), NULL, 0), ERR_LIMIT, "a length above the maximum does");
	b.ptr[FRAME_HEAD_LEN] ^= 1;
	IS_INT(feed_raw(buf_str(&b), NULL, 0), ERR_CORRUPT, "a wrong checksum does");
	buf_clear(&b);
	BUG_ON(frame_encode(&b, &(struct frame){ .type = FRAME_EVENT, .flags = 3 << FRAME_FDS_SHIFT, .body = STR("body") }));
	IS_INT(feed_raw(buf_str(&b), NULL, 0), ERR_SYNTAX, "announced descriptors that did not come do");
	IS_INT(feed_raw(str_sub(buf_str(&b), 0, 50), NULL, 0), OK, "half a frame does not");
	buf_clear(&b);
	for (unsigned i = 0; i < 3; i++)
		BUG_ON(frame_encode(&b, &(struct frame){ .type = FRAME_EVENT, .body = STR("body") }));
	int fds[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
	IS_INT(feed_raw(buf_str(&b), fds, 8), OK, "descriptors that no frame announces are held within a bound");
	buf_done(&b);
}

static void test_sockets(void)
{
	struct net_peer p, q;
	struct net_creds creds;
	struct why why = { 0 };
	char text[NET_TEXT_MAX], path[64], dir[] = "/tmp/test_net.XXXXXX";
	int listener, c, s, second;
	static const char *const bad[] = { "", ":25", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1:25", "[192.0.2.1]:25", "[2001:db8::1]25", "[::1", "host:25", "1.2.3.4:-1" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(net_parse(str_of(bad[i]), &p, NULL) == ERR_SYNTAX, bad[i]);
	OK_(net_parse(STR("[2001:DB8::1]:25"), &p, NULL) == OK && p.port == 25, "IPv6 with a port");
	net_print(&p, text);
	IS_STR(str_of(text), STR("[2001:db8::1]:25"), "and its text");
	OK_(net_listen(STR("127.0.0.1:0"), 8, 0, &listener, &why) == OK && net_local(listener, &p) == OK && p.port, "port 0 becomes a port");
	IS_INT(net_accept(listener, &s, &q), ERR_AGAIN, "nobody waits");
	net_print(&p, text);
	OK_(net_connect(str_of(text), &c, &why) == OK && net_connect_end(c) == OK, "connect");
	OK_(net_accept(listener, &s, &q) == OK && addr_is_loopback(&q.addr) && !q.is_unix && (fcntl(s, F_GETFD) & FD_CLOEXEC) && (fcntl(s, F_GETFL) & O_NONBLOCK), "accept");
	IS_INT(net_creds(s, &creds), ERR_UNSUPPORTED, "TCP has no credentials");
	size_t len;
	char byte;
	IS_INT(net_read(s, &byte, 1, &len), ERR_AGAIN, "nothing to read");
	net_close(c);
	IS_INT(net_read(s, &byte, 1, &len), ERR_PEER, "the end of the stream is an error of its own");
	net_close(s);
	net_close(listener);
	BUG_ON(!mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	OK_(net_listen(str_of(path), 8, 0600, &listener, &why) == OK, "a Unix socket");
	IS_INT(net_listen(str_of(path), 8, 0600, &second, &why) == OK, 0, "one that answers is not taken away");
	OK_(net_connect(str_of(path), &c, &why) == OK && net_accept(listener, &s, &q) == OK && q.is_unix, "is accepted");
	OK_(net_creds(s, &creds) == OK && creds.uid == getuid() && creds.pid == getpid(), "and tells who the peer is");
	net_close(s);
	net_close(c);
	net_close(listener);
	OK_(net_listen(str_of(path), 8, 0600, &listener, &why) == OK, "a stale one is replaced");
	net_close(listener);
	(void)unlink(path);
	(void)rmdir(dir);
}

int main(void)
{
	loop = loop_new();
	BUG_ON(!loop);
	test_sockets();
	conformance(&bus_null);
	conformance(&bus_pipe);
	test_peer_gone();
	test_bad_frames();
	loop_free(loop);
	return tap_done();
}
