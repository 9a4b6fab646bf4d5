/*
 * The HTTP server, spoken to in raw bytes: whole requests, late answers, refused smuggling, bounds, Unix sockets.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/httpd.h"
#include "tap.h"

enum { LATER_MAX = 8, TURNS = 20000 };

static struct loop *loop;
static struct httpd *httpd;
static char address[NET_TEXT_MAX];
static unsigned seen;
static bool late;
static struct http_request *waiting[LATER_MAX];
static unsigned waiting_count;
static char last[2000];

static void on_request(void *arg, struct http_request *r)
{
	(void)arg;
	seen++;
	(void)snprintf(last, sizeof(last), "%.*s|%.*s|%.*s|%.*s|%zu", STR_ARG(r->method), STR_ARG(r->path), STR_ARG(http_query(r, "q")), STR_ARG(http_header(r, "x-one")),
		r->body.len);
	if (late) {
		waiting[waiting_count++] = r;
		return;
	}
	struct http_pair type = { STR("Content-Type"), STR("text/plain") };
	httpd_answer(r, 200, &type, 1, r->body.len ? r->body : STR("hello"));
}

static void open_server(struct str listen, size_t body_bytes)
{
	int fd;
	struct net_peer p;
	struct why why = { 0 };
	BUG_ON(net_listen(listen, 16, 0600, &fd, &why) != OK || net_local(fd, &p) != OK);
	net_print(&p, address);
	struct httpd_options o = { .take_listen_fd = fd, .body_bytes = body_bytes, .fn = on_request };
	BUG_ON(httpd_open(loop, &o, &httpd, &why) != OK);
	seen = waiting_count = 0;
	late = false;
	last[0] = 0;
}

static int dial(void)
{
	int fd;
	BUG_ON(net_connect(str_of(address), &fd, NULL) != OK);
	for (int i = 0; i < 3; i++)
		BUG_ON(loop_turn(loop, false) != OK);
	return fd;
}

static void say(int fd, struct str text)
{
	while (text.len) {
		size_t n = 0;
		enum err e = net_write(fd, text, &n);
		if (e && e != ERR_AGAIN)
			return;
		text = str_sub(text, e ? 0 : n, text.len);
		BUG_ON(loop_turn(loop, false) != OK);
	}
}

/* Read until `until` was seen, or the end, or nothing more comes for some turns. */
static bool hear(int fd, struct buf *b, const char *until)
{
	unsigned idle = 0;
	buf_clear(b);
	while (idle < TURNS) {
		char window[4096];
		size_t n;
		BUG_ON(loop_turn(loop, false) != OK);
		enum err e = net_read(fd, window, sizeof(window), &n);
		if (e == OK) {
			buf_put(b, (struct str){ window, n });
			idle = 0;
		} else if (e != ERR_AGAIN) {
			return true;
		} else {
			idle++;
		}
		if (until && str_find(buf_str(b), str_of(until)) != SIZE_MAX)
			return false;
	}
	return false;
}

static struct buf answer;

static bool ask(struct str text, const char *until)
{
	int fd = dial();
	say(fd, text);
	bool ended = hear(fd, &answer, until);
	net_close(fd);
	return ended;
}

static bool status_is(const char *status)
{
	char want[40];
	(void)snprintf(want, sizeof(want), "HTTP/1.1 %s", status);
	return str_starts(buf_str(&answer), str_of(want));
}

static void test_whole_requests(void)
{
	open_server(STR("127.0.0.1:0"), 1000);
	(void)ask(STR("GET /a%20b/%C3%BC?q=x+y%26z&r=1 HTTP/1.1\r\nHost: h\r\nX-One: 1\r\n\r\n"), "hello");
	OK_(status_is("200"), "a request is answered");
	IS_STR(str_of(last), STR("GET|/a b/\xc3\xbc|x y&z|1|0"), "path, query and header as they were meant");
	(void)ask(STR("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345"), "12345");
	OK_(status_is("200") && str_find(buf_str(&answer), STR("Content-Type: text/plain")) != SIZE_MAX, "a body comes whole");
	(void)ask(STR("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), "abcde");
	OK_(status_is("200"), "a chunked one too");
	seen = 0;
	(void)ask(STR("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), NULL);
	IS_INT(seen, 2, "two requests on one connection");
	httpd_close(httpd);
}

static void refused(struct str text, const char *status, const char *name)
{
	seen = 0;
	bool ended = ask(text, NULL);
	OK_(status_is(status) && ended && !seen, name);
}

static void test_refused(void)
{
	open_server(STR("127.0.0.1:0"), 1000);
	refused(STR("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n12345"), "400", "two equal Content-Length: 400 and close");
	refused(STR("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\nGET /evil HTTP/1.1\r\nHost: h\r\n\r\n"), "400", "two different ones: nothing behind is a request");
	refused(STR("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: h\r\n\r\n"), "400",
		"Content-Length beside Transfer-Encoding");
	refused(STR("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\n12345"), "400", "a Content-Length with a sign");
	refused(STR("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"), "413", "a body above the maximum, before it is sent");
	refused(STR("GET /x HTTP/1.1\r\n\r\n"), "400", "no Host");
	refused(STR("GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "400", "two Hosts");
	refused(STR("GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n"), "400", "a proxy's target");
	refused(STR("GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n"), "400", "NUL in a path");
	refused(STR("GET /a%0ab HTTP/1.1\r\nHost: h\r\n\r\n"), "400", "a line break in a path");
	refused(STR("GET /a%zz HTTP/1.1\r\nHost: h\r\n\r\n"), "400", "half an escape");
	static char many[60000];
	struct buf b;
	buf_init(&b, sizeof(many));
	buf_puts(&b, "GET / HTTP/1.1\r\nHost: h\r\n");
	for (unsigned i = 0; i < 70; i++)
		buf_printf(&b, "X-%u: 1\r\n", i);
	buf_puts(&b, "\r\n");
	refused(buf_str(&b), "431", "too many header fields");
	buf_clear(&b);
	buf_puts(&b, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
	while (b.len < 50000)
		buf_putc(&b, 'x');
	buf_puts(&b, "\r\n\r\n");
	seen = 0;
	(void)ask(buf_str(&b), NULL);
	OK_(!seen && !status_is("200"), "too long a head");
	buf_clear(&b);
	buf_puts(&b, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n");
	while (b.len < 2100)
		buf_putc(&b, 'x');
	buf_puts(&b, "\r\n0\r\n\r\n");
	OK_(ask(buf_str(&b), NULL) && !seen, "a chunked body that runs over ends the connection");
	buf_done(&b);
	(void)ask(STR("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "hello");
	OK_(status_is("200"), "and the next client is served");
	httpd_close(httpd);
}

static void test_late(void)
{
	open_server(STR("127.0.0.1:0"), 1000);
	late = true;
	int one = dial(), two = dial();
	say(one, STR("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"));
	say(two, STR("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"));
	for (unsigned i = 0; i < TURNS && waiting_count < 2; i++)
		BUG_ON(loop_turn(loop, false) != OK);
	IS_INT(waiting_count, 2, "two requests wait");
	/* which of two connections is served first is nobody's promise */
	if (str_eq(waiting[0]->path, STR("/2"))) {
		struct http_request *other = waiting[0];
		waiting[0] = waiting[1];
		waiting[1] = other;
	}
	httpd_answer(waiting[1], 202, NULL, 0, STR("second"));
	(void)hear(two, &answer, "second");
	if (!status_is("202"))
		tap_dump("answer", buf_str(&answer));
	OK_(status_is("202"), "the later one may be answered first");
	OK_(str_eq(waiting[0]->body, STR("one")), "the first one stays whole");
	net_close(one);
	for (int i = 0; i < 20; i++)
		BUG_ON(loop_turn(loop, false) != OK);
	OK_(str_eq(waiting[0]->path, STR("/1")), "also when its client has gone");
	httpd_answer(waiting[0], 202, NULL, 0, STR_NONE);
	say(two, STR("GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"));
	for (unsigned i = 0; i < TURNS && waiting_count < 3; i++)
		BUG_ON(loop_turn(loop, false) != OK);
	struct http_pair evil = { STR("X"), STR("a\r\nSet-Cookie: b") };
	httpd_answer(waiting[2], 200, &evil, 1, STR("x"));
	(void)hear(two, &answer, "\r\n\r\n");
	OK_(status_is("500") && str_find(buf_str(&answer), STR("Set-Cookie")) == SIZE_MAX, "a line break in a header of ours is no answer");
	say(two, STR("GET /4 HTTP/1.1\r\nHost: h\r\n\r\n"));
	for (unsigned i = 0; i < TURNS && waiting_count < 4; i++)
		BUG_ON(loop_turn(loop, false) != OK);
	IS_INT(waiting_count, 4, "one more waits");
	httpd_close(httpd);
	net_close(two);
	OK_(true, "closing the server answers it");
}

static unsigned gone;

static void on_gone(void *arg)
{
	(void)arg;
	gone++;
}

static struct http_request *begin_stream(int *ret_fd)
{
	struct http_pair type = { STR("Content-Type"), STR("text/event-stream") };
	unsigned before = waiting_count;
	*ret_fd = dial();
	say(*ret_fd, STR("GET /s HTTP/1.1\r\nHost: h\r\n\r\n"));
	for (unsigned i = 0; i < TURNS && waiting_count == before; i++)
		BUG_ON(loop_turn(loop, false) != OK);
	BUG_ON(waiting_count == before);
	httpd_stream(waiting[before], 200, &type, 1, on_gone, NULL);
	return waiting[before];
}

static void wait_gone(unsigned n)
{
	for (unsigned i = 0; i < TURNS && gone < n; i++)
		BUG_ON(loop_turn(loop, false) != OK);
}

static void test_stream(void)
{
	int fd;
	open_server(STR("127.0.0.1:0"), 1000);
	late = true;
	struct http_request *r = begin_stream(&fd);
	httpd_stream_put(r, STR("one;"));
	(void)hear(fd, &answer, "one;");
	OK_(status_is("200") && str_find(buf_str(&answer), STR("text/event-stream")) != SIZE_MAX && str_find(buf_str(&answer), STR("one;")) != SIZE_MAX,
		"a stream has its head and its first octets before it ends");
	httpd_stream_put(r, STR("two;"));
	httpd_stream_put(r, STR("three;"));
	(void)hear(fd, &answer, "three;");
	OK_(str_find(buf_str(&answer), STR("two;")) < str_find(buf_str(&answer), STR("three;")), "what is put later comes later");
	httpd_stream_put(r, STR("last;"));
	httpd_stream_end(r);
	(void)hear(fd, &answer, "\r\n0\r\n\r\n");
	OK_(str_find(buf_str(&answer), STR("last;")) != SIZE_MAX && str_find(buf_str(&answer), STR("\r\n0\r\n\r\n")) != SIZE_MAX, "it ends behind what was put");
	wait_gone(1);
	IS_INT(gone, 1, "and that is told");
	net_close(fd);
	r = begin_stream(&fd);
	net_close(fd);
	for (unsigned i = 0; i < TURNS && gone < 2; i++) {
		httpd_stream_put(r, STR("x"));
		BUG_ON(loop_turn(loop, false) != OK);
	}
	IS_INT(gone, 2, "a client that went is noticed when something is put");
	static char much[HTTPD_STREAM_BYTES_MAX / 2];
	memset(much, 'x', sizeof(much));
	r = begin_stream(&fd);
	for (unsigned i = 0; i < TURNS && gone < 3; i++) {
		httpd_stream_put(r, (struct str){ much, sizeof(much) });
		BUG_ON(loop_turn(loop, false) != OK);
	}
	IS_INT(gone, 3, "one that takes nothing is cut off");
	net_close(fd);
	r = begin_stream(&fd);
	httpd_stream_put(r, STR("open"));
	httpd_close(httpd);
	IS_INT(gone, 4, "closing the server ends what is open");
	net_close(fd);
}

static void test_unix(void)
{
	char dir[] = "/tmp/test_httpd.XXXXXX", path[64];
	BUG_ON(!mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	open_server(str_of(path), 1000);
	late = true;
	(void)snprintf(address, sizeof(address), "%s", path);
	int fd = dial();
	struct net_creds creds;
	say(fd, STR("GET /u HTTP/1.1\r\nHost: h\r\n\r\n"));
	for (unsigned i = 0; i < TURNS && !waiting_count; i++)
		BUG_ON(loop_turn(loop, false) != OK);
	OK_(waiting_count == 1 && waiting[0]->peer.is_unix, "a request over a Unix socket");
	OK_(net_creds(waiting[0]->fd, &creds) == OK && creds.uid == getuid(), "its connection tells who it is");
	httpd_answer(waiting[0], 200, NULL, 0, STR("hello"));
	(void)hear(fd, &answer, "hello");
	OK_(status_is("200"), "and is answered");
	net_close(fd);
	httpd_close(httpd);
	(void)unlink(path);
	(void)rmdir(dir);
}

int main(void)
{
	loop = loop_new();
	BUG_ON(!loop);
	buf_init(&answer, 1 << 20);
	test_whole_requests();
	test_refused();
	test_late();
	test_stream();
	test_unix();
	buf_done(&answer);
	loop_free(loop);
	return tap_done();
}
