/*
 * Transfers against servers scripted in this process: every outcome of a mail, where HTTP may go, bounds.
 */
#include <stdio.h>
#include <sys/socket.h>

#include "base/httpd.h"
#include "base/transfer.h"
#include "tap.h"

enum { STEPS_MAX = 16 };

static struct loop *loop;
static struct transfers *all, *strict;

/* A scripted SMTP server: after each line of the client (or the whole text) the next answer; NULL closes. */
static struct server {
	int listen_fd, fd;
	struct watch *listening, *watch;
	const char *const *answers;
	unsigned next, connections;
	bool in_text;
	struct buf heard, all;
} server;

static struct { unsigned count; enum transfer_outcome outcome; unsigned code; char text[600]; char body[100]; } got;

static void on_end(void *arg, const struct transfer_result *r)
{
	(void)arg;
	got.count++;
	got.outcome = r->outcome;
	got.code = r->code;
	(void)snprintf(got.text, sizeof(got.text), "%.*s", STR_ARG(r->text));
	(void)snprintf(got.body, sizeof(got.body), "%.*s", STR_ARG(r->body));
}

static void hang_up(void)
{
	watch_free(server.watch);
	server.watch = NULL;
	net_close(server.fd);
	server.fd = -1;
}

static void answer(void)
{
	const char *text = server.answers[server.next];
	size_t n;
	if (!text) {
		hang_up();
		return;
	}
	server.next++;
	/* "-" says nothing and waits */
	if (text[0] != '-')
		BUG_ON(net_write(server.fd, str_of(text), &n) != OK);
	server.in_text = str_starts(str_of(text), STR("354"));
}

static void on_client(void *arg, int fd, unsigned events)
{
	char window[4096];
	size_t n;
	(void)arg;
	(void)events;
	if (net_read(fd, window, sizeof(window), &n) != OK) {
		hang_up();
		return;
	}
	buf_put(&server.heard, (struct str){ window, n });
	buf_put(&server.all, (struct str){ window, n });
	while (server.fd >= 0) {
		size_t cut = server.in_text ? str_find(buf_str(&server.heard), STR("\r\n.\r\n")) : str_find(buf_str(&server.heard), STR("\r\n"));
		if (cut == SIZE_MAX)
			break;
		buf_cut_front(&server.heard, cut + (server.in_text ? 5 : 2));
		answer();
	}
}

static void on_connect(void *arg, int fd, unsigned events)
{
	struct net_peer p;
	(void)arg;
	(void)events;
	if (net_accept(fd, &server.fd, &p) != OK)
		return;
	server.connections++;
	BUG_ON(watch_new(loop, server.fd, LOOP_READ, on_client, NULL, &server.watch) != OK);
	answer();
}

static void wait_end(void)
{
	while (!got.count)
		BUG_ON(loop_turn(loop, true) != OK);
}

static void send_mail(const char *const *answers, struct str message, int64_t timeout_us)
{
	struct str to[] = { STR("customer@example.net") };
	char smarthost[NET_TEXT_MAX];
	struct net_peer p;
	struct why why = { 0 };
	BUG_ON(net_local(server.listen_fd, &p) != OK);
	net_print(&p, smarthost);
	server.answers = answers;
	server.next = 0;
	server.in_text = false;
	buf_clear(&server.heard);
	buf_clear(&server.all);
	got.count = 0;
	struct transfer_mail m = { .smarthost = str_of(smarthost), .helo = STR("abuse.example.net"), .from = STR("abuse@example.net"), .to = to, .to_count = 1,
		.message = message, .timeout_us = timeout_us };
	if (transfer_mail(strict, &m, on_end, NULL, &why) != OK)
		printf("# %s\n", why.text);
	IS_INT(got.count, 0, "nothing is told from inside the start");
	wait_end();
	if (server.fd >= 0)
		hang_up();
}

static void mail_case(const char *name, const char *const *answers, enum transfer_outcome outcome, unsigned code)
{
	send_mail(answers, STR("Subject: x\r\n\r\nhello\r\n"), 10 * INT64_C(1000000));
	bool good = got.count == 1 && got.outcome == outcome && got.code == code;
	if (!OK_(good, name))
		printf("# got outcome %d code %u: %s\n", (int)got.outcome, got.code, got.text);
}

#define HELLO "220 test ESMTP\r\n", "250-test\r\n250-8BITMIME\r\n250 SIZE 1000000\r\n"
#define CASE(name, outcome, code, ...) mail_case(name, (const char *const[]){ __VA_ARGS__, NULL }, outcome, code)

static void test_mail(void)
{
	struct why why = { 0 };
	BUG_ON(net_listen(STR("127.0.0.1:0"), 8, 0, &server.listen_fd, &why) != OK);
	BUG_ON(watch_new(loop, server.listen_fd, LOOP_READ, on_connect, NULL, &server.listening) != OK);
	buf_init(&server.heard, 1 << 22);
	buf_init(&server.all, 1 << 22);
	CASE("delivered", TRANSFER_DONE, 250, HELLO, "250 ok\r\n", "250-two\r\n250 ok\r\n", "354 go\r\n", "250 2.0.0 queued as X1\r\n", "221 bye\r\n");
	IS_STR(str_of(got.text), STR("250 2.0.0 queued as X1"), "with the reply's text");
	IS_STR(buf_str(&server.all), STR("EHLO abuse.example.net\r\nMAIL FROM:<abuse@example.net>\r\nRCPT TO:<customer@example.net>\r\nDATA\r\nSubject: x\r\n\r\nhello\r\n.\r\nQUIT\r\n"),
		"what went over the wire");
	send_mail((const char *const[]){ HELLO, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 ok\r\n", NULL }, STR("S: \xc3\xbc\r\n\r\n.dot\r\n..two\r\nend"), 10 * INT64_C(1000000));
	OK_(got.outcome == TRANSFER_DONE, "a peer that closes at QUIT changes nothing");
	OK_(str_find(buf_str(&server.all), STR("BODY=8BITMIME\r\n")) != SIZE_MAX && str_find(buf_str(&server.all), STR("\r\n\r\n..dot\r\n...two\r\nend\r\n.\r\n")) != SIZE_MAX,
		"dots are doubled, the end is made, 8BITMIME is asked for where it is needed");
	CASE("recipient refused for good", TRANSFER_REFUSED, 550, HELLO, "250 ok\r\n", "550 5.1.1 no such user\r\n", "221 bye\r\n");
	IS_STR(str_of(got.text), STR("550 5.1.1 no such user"), "with the reply's text");
	CASE("recipient refused for now", TRANSFER_RETRY, 451, HELLO, "250 ok\r\n", "451 greylisted\r\n", "221 bye\r\n");
	CASE("text refused for good", TRANSFER_REFUSED, 554, HELLO, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "554 no\r\n", "221 bye\r\n");
	CASE("text refused for now", TRANSFER_RETRY, 452, HELLO, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "452 full\r\n", "221 bye\r\n");
	CASE("lost after the dot: unknown", TRANSFER_UNKNOWN, 0, HELLO, "250 ok\r\n", "250 ok\r\n", "354 go\r\n");
	CASE("nonsense after the dot: unknown", TRANSFER_UNKNOWN, 0, HELLO, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "hello\r\n");
	CASE("lost before DATA: again", TRANSFER_RETRY, 0, HELLO, "250 ok\r\n");
	CASE("lost at once: again", TRANSFER_RETRY, 0, "220 hi\r\n");
	CASE("turned away at the door: again", TRANSFER_RETRY, 554, "554 go away\r\n");
	send_mail((const char *const[]){ HELLO, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "-", NULL }, STR("x\r\n"), 300000);
	OK_(got.outcome == TRANSFER_UNKNOWN && str_eq(str_of(got.text), STR("the smarthost did not answer in time")), "silence after the dot: unknown");
	send_mail((const char *const[]){ HELLO, "250 ok\r\n", "-", NULL }, STR("x\r\n"), 300000);
	OK_(got.outcome == TRANSFER_RETRY, "silence before: again");
	static char large[3 << 20];
	memset(large, 'x', sizeof(large));
	for (size_t i = 78; i < sizeof(large); i += 80)
		memcpy(large + i - 1, "\r\n", 2);
	send_mail((const char *const[]){ HELLO, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 ok\r\n", NULL }, (struct str){ large, sizeof(large) }, 30 * INT64_C(1000000));
	OK_(got.outcome == TRANSFER_DONE && server.all.len > sizeof(large), "three megabytes go through in pieces");
	struct str evil[] = { STR("a@b>\r\nRCPT TO:<c@d"), STR("a@b> SIZE=1 <"), STR("") };
	for (unsigned i = 0; i < 3; i++) {
		struct transfer_mail m = { .smarthost = STR("127.0.0.1:1"), .helo = STR("h"), .to = &evil[i], .to_count = 1, .message = STR("x") };
		IS_INT(transfer_mail(strict, &m, on_end, NULL, &why), ERR_SYNTAX, "an envelope that would break its line is refused");
	}
	struct str to = STR("a@b");
	struct transfer_mail m = { .smarthost = STR("127.0.0.1:1"), .helo = STR("h/x?y"), .to = &to, .to_count = 1, .message = STR("x") };
	IS_INT(transfer_mail(strict, &m, on_end, NULL, &why), ERR_SYNTAX, "so is a name that is none");
	m.helo = STR("h");
	watch_free(server.listening);
	net_close(server.listen_fd);
	got.count = 0;
	BUG_ON(transfer_mail(strict, &m, on_end, NULL, &why) != OK);
	wait_end();
	OK_(got.outcome == TRANSFER_RETRY && got.code == 0, "nobody listens: again");
	buf_done(&server.heard);
	buf_done(&server.all);
}

/* --- HTTP, against our own server --- */

static struct http_request *held;
static unsigned http_seen;
static char http_last[300];

static void on_request(void *arg, struct http_request *r)
{
	(void)arg;
	http_seen++;
	(void)snprintf(http_last, sizeof(http_last), "%.*s %.*s %.*s %.*s", STR_ARG(r->method), STR_ARG(r->path), STR_ARG(http_header(r, "x-sig")), STR_ARG(r->body));
	struct http_pair to = { STR("Location"), STR("/ok") };
	static char large[100000];
	if (str_eq(r->path, STR("/ok")))
		httpd_answer(r, 200, NULL, 0, STR("{\"result\":\"done\"}"));
	else if (str_eq(r->path, STR("/move")))
		httpd_answer(r, 302, &to, 1, STR_NONE);
	else if (str_eq(r->path, STR("/large")))
		httpd_answer(r, 200, NULL, 0, (struct str){ large, sizeof(large) });
	else if (str_eq(r->path, STR("/busy")))
		httpd_answer(r, 503, NULL, 0, STR_NONE);
	else if (str_eq(r->path, STR("/silent")))
		held = r;
	else
		httpd_answer(r, 404, NULL, 0, STR_NONE);
}

static void get(struct transfers *t, const char *host, unsigned port, const char *path, int64_t timeout_us)
{
	char url[200];
	struct why why = { 0 };
	struct str headers[] = { STR("X-Sig: abc"), STR("Content-Type: application/json") };
	(void)snprintf(url, sizeof(url), "http://%s:%u%s", host, port, path);
	struct transfer_request q = { .method = STR("POST"), .url = str_of(url), .headers = headers, .header_count = 2, .body = STR("{\"op\":\"do\"}"), .answer_bytes = 1000,
		.timeout_us = timeout_us };
	got.count = 0;
	BUG_ON(transfer_http(t, &q, on_end, NULL, &why) != OK);
	wait_end();
}

static void test_http(void)
{
	struct why why = { 0 };
	struct net_peer p;
	struct httpd *h;
	struct httpd_options o = { .fn = on_request };
	BUG_ON(net_listen(STR("127.0.0.1:0"), 8, 0, &o.take_listen_fd, &why) != OK || net_local(o.take_listen_fd, &p) != OK);
	BUG_ON(httpd_open(loop, &o, &h, &why) != OK);
	int64_t t = 10 * INT64_C(1000000);
	get(all, "127.0.0.1", p.port, "/ok", t);
	OK_(got.outcome == TRANSFER_DONE && got.code == 200, "a listed address is asked");
	IS_STR(str_of(got.body), STR("{\"result\":\"done\"}"), "and answers");
	IS_STR(str_of(http_last), STR("POST /ok abc {\"op\":\"do\"}"), "method, path, header and body arrive");
	get(all, "localhost", p.port, "/ok", t);
	OK_(got.outcome == TRANSFER_DONE, "by name too");
	http_seen = 0;
	get(strict, "127.0.0.1", p.port, "/ok", t);
	OK_(got.outcome == TRANSFER_REFUSED && strstr(got.text, "127.0.0.1"), "loopback that is not listed is refused");
	get(strict, "localhost", p.port, "/ok", t);
	OK_(got.outcome == TRANSFER_REFUSED, "also behind a name");
	get(strict, "[::ffff:127.0.0.1]", p.port, "/ok", t);
	OK_(got.outcome == TRANSFER_REFUSED, "also as IPv6");
	get(strict, "0x7f000001", p.port, "/ok", t);
	OK_(got.outcome == TRANSFER_REFUSED, "also written in hex");
	get(strict, "169.254.169.254", 80, "/ok", t);
	OK_(got.outcome == TRANSFER_REFUSED, "link-local is");
	get(strict, "[64:ff9b::a00:1]", 80, "/ok", t);
	OK_(got.outcome == TRANSFER_REFUSED, "so is a private address behind NAT64");
	IS_INT(http_seen, 0, "and nobody was asked");
	get(all, "127.0.0.1", p.port, "/move", t);
	OK_(got.outcome == TRANSFER_REFUSED && got.code == 302 && http_seen == 1, "a redirect is not followed");
	get(all, "127.0.0.1", p.port, "/none", t);
	OK_(got.outcome == TRANSFER_REFUSED && got.code == 404, "404 is final");
	get(all, "127.0.0.1", p.port, "/busy", t);
	OK_(got.outcome == TRANSFER_RETRY && got.code == 503, "503 is not");
	get(all, "127.0.0.1", p.port, "/large", t);
	OK_(got.outcome == TRANSFER_UNKNOWN, "an answer above its bound is not read on");
	get(all, "127.0.0.1", p.port, "/silent", 300000);
	OK_(got.outcome == TRANSFER_UNKNOWN && got.code == 0, "no answer in time: unknown");
	httpd_answer(held, 200, NULL, 0, STR_NONE);
	httpd_close(h);
	get(all, "127.0.0.1", p.port, "/ok", t);
	OK_(got.outcome == TRANSFER_RETRY, "nobody listens: again");
	struct transfer_request q = { .method = STR("POST"), .url = STR("file:///etc/hostname") };
	got.count = 0;
	BUG_ON(transfer_http(all, &q, on_end, NULL, &why) != OK);
	wait_end();
	OK_(got.outcome == TRANSFER_REFUSED, "no other scheme");
	struct str evil = STR("X: a\r\nY: b");
	q = (struct transfer_request){ .method = STR("POST"), .url = STR("http://192.0.2.1/"), .headers = &evil, .header_count = 1 };
	IS_INT(transfer_http(all, &q, on_end, NULL, &why), ERR_SYNTAX, "no line break in a header");
	IS_INT(transfers_running(all), 0, "nothing is left running");
}

int main(void)
{
	struct prefix loopback;
	loop = loop_new();
	BUG_ON(!loop || prefix_parse(STR("127.0.0.0/8"), &loopback) != OK);
	BUG_ON(transfers_new(loop, &(struct transfer_options){ .allowed = &loopback, .allowed_count = 1 }, &all) != OK);
	BUG_ON(transfers_new(loop, &(struct transfer_options){ 0 }, &strict) != OK);
	server.fd = -1;
	test_mail();
	test_http();
	transfers_free(all);
	transfers_free(strict);
	loop_free(loop);
	return tap_done();
}
