/*
 * A session of IMAP over libcurl. See transfer_imap.h; RFC 3501, 8314 (TLS from the first octet).
 *
 * CURLOPT_CONNECT_ONLY, as for mail that goes out: libcurl's own FETCH marks a mail as read, and waits in a way that stops the loop.
 */
#include "base/transfer_imap.h"

#include <stdio.h>

#include "base/imap.h"
#include "base/transfer_curl.h"

enum { IMAP_ARENA_MAX = 2 << 20, COMMAND_MAX = 4096, TAG_MAX = 16 };

struct imap_session {
	struct transfer *t;
	struct watch *watch;
	struct timer *timer;
	struct buf out;
	transfer_imap_fn *fn;
	void *arg;
	size_t literal_bytes;
	unsigned number;                /* of the command */
	char tag[TAG_MAX];
	bool waits;                     /* a command has no answer yet */
	bool inside, gone;              /* an event is being told; it was closed in it */
};

void transfer_imap_done(struct imap_session *i)
{
	if (!i)
		return;
	watch_free(i->watch);
	timer_free(i->timer);
	buf_done(&i->out);
}

/* False when the session is gone afterwards. */
static bool tell(struct imap_session *i, enum imap_event event, enum imap_down down, struct str text)
{
	i->inside = true;
	i->fn(i->arg, event, down, text);
	i->inside = false;
	if (!i->gone && event != IMAP_DOWN)
		return true;
	transfer_free(i->t);
	return false;
}

static void down(struct imap_session *i, enum imap_down why, const char *text)
{
	(void)tell(i, IMAP_DOWN, why, str_of(text));
}

void transfer_imap_close(struct imap_session *i)
{
	if (i->inside)
		i->gone = true;
	else
		transfer_free(i->t);
}

static void rest_of_time(struct imap_session *i)
{
	timer_set(i->timer, TRANSFER_IMAP_IDLE_S * INT64_C(1000000), 0);
}

/* One whole response. False when the session is gone. */
static bool take(struct imap_session *i, struct str response)
{
	struct str tag = str_of(i->tag);
	if (str_starts(response, STR("* ")))
		return tell(i, IMAP_UNTAGGED, IMAP_DOWN_LOST, response);
	if (!i->waits || !str_starts(response, tag)) {
		down(i, IMAP_DOWN_PROTOCOL, "it answers what was not asked");
		return false;
	}
	struct str rest = str_trim(str_sub(response, tag.len, response.len));
	i->waits = false;
	return tell(i, str_starts_fold(rest, STR("OK")) ? IMAP_DONE : IMAP_REFUSED, IMAP_DOWN_LOST, rest);
}

/* False when the session is gone. */
static bool hear(struct imap_session *i)
{
	struct buf *heard = &i->t->heard;
	char window[16384];
	for (;;) {
		size_t n = 0, len;
		enum err e = OK;
		CURLcode c = curl_easy_recv(i->t->easy, window, sizeof(window), &n);
		if (c == CURLE_AGAIN)
			return true;
		if (c != CURLE_OK || !n) {
			down(i, IMAP_DOWN_LOST, "the server closed the connection");
			return false;
		}
		rest_of_time(i);
		buf_put(heard, (struct str){ window, n });
		size_t at = 0;
		while (!heard->err && (e = imap_response_len(str_sub(buf_str(heard), at, heard->len), i->literal_bytes, &len)) == OK) {
			if (!take(i, str_sub(buf_str(heard), at, len)))
				return false;
			at += len;
		}
		buf_cut_front(heard, at);
		if (heard->err || e != ERR_AGAIN) {
			down(i, IMAP_DOWN_PROTOCOL, "an answer is longer than its maximum");
			return false;
		}
	}
}

static void flush(struct imap_session *i)
{
	while (i->out.len) {
		size_t n = 0;
		CURLcode c = curl_easy_send(i->t->easy, i->out.ptr, i->out.len, &n);
		if (c == CURLE_AGAIN)
			break;
		if (c != CURLE_OK) {
			down(i, IMAP_DOWN_LOST, "the connection broke");
			return;
		}
		buf_cut_front(&i->out, n);
	}
	watch_set(i->watch, LOOP_READ | (i->out.len ? LOOP_WRITE : 0u));
}

static void on_event(void *arg, int fd, unsigned events)
{
	struct imap_session *i = arg;
	(void)fd;
	if (events & LOOP_READ && !hear(i))
		return;
	flush(i);
}

static void on_time(void *arg)
{
	down(arg, IMAP_DOWN_LOST, "the server did not answer in time");
}

enum err transfer_imap_say(struct imap_session *i, struct str command)
{
	for (size_t n = 0; n < command.len; n++)
		if ((unsigned char)command.ptr[n] < ' ' || (unsigned char)command.ptr[n] > '~')
			return ERR_SYNTAX;
	if (i->waits || i->gone || command.len > COMMAND_MAX - TAG_MAX)
		return ERR_LIMIT;
	(void)snprintf(i->tag, sizeof(i->tag), "a%u ", ++i->number);
	buf_printf(&i->out, "%s%.*s\r\n", i->tag, STR_ARG(command));
	i->waits = true;
	rest_of_time(i);
	/* sent from the loop: nothing is told from inside this call */
	watch_set(i->watch, LOOP_READ | LOOP_WRITE);
	return i->out.err;
}

/* Connected, the certificate checked, logged in: or not. */
static void connected(struct transfer *t, CURLcode code)
{
	struct imap_session *i = t->imap;
	curl_socket_t fd = CURL_SOCKET_BAD;
	const char *text = t->error[0] ? t->error : curl_easy_strerror(code);
	if (code == CURLE_LOGIN_DENIED)
		down(i, IMAP_DOWN_LOGIN, text);
	else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		down(i, IMAP_DOWN_CERTIFICATE, text);
	else if (code != CURLE_OK)
		down(i, IMAP_DOWN_LOST, text);
	else if (curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD ||
		watch_new(t->all->loop, fd, LOOP_READ, on_event, i, &i->watch) != OK)
		down(i, IMAP_DOWN_LOST, "the connection is gone");
	else
		(void)tell(i, IMAP_UP, IMAP_DOWN_LOST, STR_NONE);
}

static enum err setup(struct transfer *t, const struct transfer_imap *o)
{
	CURL *c = t->easy;
	struct curl_blob ca = { (void *)(uintptr_t)o->ca.ptr, o->ca.len, CURL_BLOB_COPY };
	bool good = curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_USERNAME, str_c(t->own, o->user)) == CURLE_OK && curl_easy_setopt(c, CURLOPT_PASSWORD, str_c(t->own, o->secret)) == CURLE_OK;
	if (good && o->ca.len)
		good = curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &ca) == CURLE_OK && curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK;
	return good ? OK : ERR_IO;
}

enum err transfer_imap(struct transfers *all, const struct transfer_imap *o, transfer_imap_fn *fn, void *arg, struct imap_session **ret_imap, struct why *why)
{
	struct transfer *t;
	if (!transfer_is_line(o->url) || !transfer_is_line(o->user) || !transfer_is_line(o->secret) || !str_starts(o->url, STR("imaps://")))
		return why_set(why, ERR_SYNTAX, "URL, user or password of a mailbox is malformed");
	enum err e = transfer_new(all, IMAP_ARENA_MAX, o->literal_bytes + 2 * IMAP_LINE_MAX, NULL, NULL, &t, why);
	if (e)
		return e;
	struct imap_session *i = ARENA_NEW(t->own, struct imap_session);
	if (!i) {
		transfer_free(t);
		return why_set(why, ERR_NOMEM, "no memory for a transfer");
	}
	*i = (struct imap_session){ .t = t, .fn = fn, .arg = arg, .literal_bytes = o->literal_bytes };
	buf_init(&i->out, COMMAND_MAX);
	t->imap = i;
	t->protocols = "imaps";
	t->curl_done = connected;
	e = timer_new(all->loop, on_time, i, &i->timer);
	if (e == OK)
		e = setup(t, o);
	if (e)
		e = why_set(why, e, "the session cannot be set up");
	else
		e = transfer_start(t, str_c(t->own, o->url), TRANSFER_IMAP_IDLE_S * INT64_C(1000000), why);
	if (e)
		transfer_free(t);
	else
		*ret_imap = i;
	return e;
}
