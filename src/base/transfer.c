/*
 * Transfers: the pool, libcurl's sockets and timer in our loop, HTTP. See transfer.h; SMTP is in transfer_mail.c.
 *
 * Each transfer has a connection of its own, never used twice, so that what is known about it is known exactly.
 */
#include "base/transfer.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/transfer_curl.h"

enum { HTTP_ARENA_MAX = 64 << 20, AT_ONCE_DEFAULT = 16 };

/* --- the library in our loop --- */

static void collect(struct transfers *all)
{
	int left;
	for (CURLMsg *m; (m = curl_multi_info_read(all->multi, &left));) {
		struct transfer *t = NULL;
		CURLcode code = m->data.result;
		if (m->msg == CURLMSG_DONE && curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t) == CURLE_OK && t)
			t->curl_done(t, code);
	}
}

static void on_socket_event(void *arg, int fd, unsigned events)
{
	struct transfers *all = arg;
	int running, mask = (events & LOOP_READ ? CURL_CSELECT_IN : 0) | (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
	(void)curl_multi_socket_action(all->multi, fd, mask, &running);
	collect(all);
}

static void on_timer(void *arg)
{
	struct transfers *all = arg;
	int running;
	(void)curl_multi_socket_action(all->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(all);
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct transfers *all = arg;
	(void)multi;
	timer_set(all->timer, ms < 0 ? -1 : (int64_t)ms * 1000, 0);
	return 0;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct transfers *all = arg;
	struct watch *w = socket_arg;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		watch_free(w);
		(void)curl_multi_assign(all->multi, fd, NULL);
		return 0;
	}
	unsigned events = (what & CURL_POLL_IN ? LOOP_READ : 0u) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0u);
	if (w) {
		watch_set(w, events);
		return 0;
	}
	if (watch_new(all->loop, fd, events, on_socket_event, all, &w) != OK)
		return -1;
	return curl_multi_assign(all->multi, fd, w) == CURLM_OK ? 0 : -1;
}

/* --- where HTTP may go --- */

static bool is_allowed(const struct transfers *all, const struct addr *a)
{
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b }, zero[12] = { 0 };
	struct addr inner = { { [10] = 0xff, [11] = 0xff } };
	for (unsigned i = 0; i < all->allowed_count; i++) {
		if (prefix_has(&all->allowed[i], a))
			return true;
	}
	if (addr_is_special(a))
		return false;
	/* an IPv4 address may hide in an IPv6 one: RFC 6052 2.1, RFC 4291 2.5.5.1, RFC 3056 2 */
	if (memcmp(a->octets, nat64, 12) == 0 || memcmp(a->octets, zero, 12) == 0)
		memcpy(inner.octets + 12, a->octets + 12, 4);
	else if (a->octets[0] == 0x20 && a->octets[1] == 0x02)
		memcpy(inner.octets + 12, a->octets + 2, 4);
	else
		return true;
	return !addr_is_special(&inner);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;
	struct addr a = { { [10] = 0xff, [11] = 0xff } };
	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKET_BAD;
	if (to->family == AF_INET)
		memcpy(a.octets + 12, &((const struct sockaddr_in *)(const void *)&to->addr)->sin_addr, 4);
	else if (to->family == AF_INET6)
		memcpy(a.octets, &((const struct sockaddr_in6 *)(const void *)&to->addr)->sin6_addr, 16);
	else
		return CURL_SOCKET_BAD;
	if (t->is_http && !is_allowed(t->all, &a)) {
		addr_print(&a, t->blocked);
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->protocol);
}

/* --- one transfer --- */

bool transfer_is_line(struct str s)
{
	return str_chr(s, '\r') == SIZE_MAX && str_chr(s, '\n') == SIZE_MAX && str_chr(s, '\0') == SIZE_MAX;
}

enum err transfer_new(struct transfers *all, size_t max_bytes, size_t heard_max, transfer_fn *fn, void *arg, struct transfer **ret_transfer, struct why *why)
{
	struct arena *own = arena_new("transfer", max_bytes);
	struct transfer *t = own ? ARENA_NEW(own, struct transfer) : NULL;
	CURL *easy = t ? curl_easy_init() : NULL;
	if (!easy) {
		arena_free(own);
		return why_set(why, ERR_NOMEM, "no memory for a transfer");
	}
	*t = (struct transfer){ .all = all, .own = own, .easy = easy, .fn = fn, .arg = arg };
	buf_init(&t->heard, heard_max);
	t->next = all->running;
	if (t->next)
		t->next->prev = t;
	all->running = t;
	all->running_count++;
	*ret_transfer = t;
	return OK;
}

void transfer_free(struct transfer *t)
{
	smtp_done(t->smtp);
	transfer_imap_done(t->imap);
	(void)curl_multi_remove_handle(t->all->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	if (t->next)
		t->next->prev = t->prev;
	if (t->prev)
		t->prev->next = t->next;
	else
		t->all->running = t->next;
	t->all->running_count--;
	buf_done(&t->heard);
	arena_free(t->own);
}

void transfer_end(struct transfer *t, enum transfer_outcome outcome, unsigned code, struct str text)
{
	struct transfer_result result = { .outcome = outcome, .code = code, .text = str_sub(text, 0, TRANSFER_TEXT_MAX) };
	char *type = NULL;
	if (t->is_http && curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK)
		result.type = str_of(type);
	if (t->is_http)
		result.body = buf_str(&t->heard);
	t->fn(t->arg, &result);
	transfer_free(t);
}

#define SET(easy, option, value) (curl_easy_setopt((easy), (option), (value)) == CURLE_OK)

enum err transfer_start(struct transfer *t, const char *url, int64_t timeout_us, struct why *why)
{
	CURL *c = t->easy;
	/* a mail's connection is kept for us to speak over; it is nobody else's */
	long ms = timeout_us > 0 && timeout_us < INT64_C(3600000000) ? (long)(timeout_us / 1000 + 1) : 60000;
	struct curl_blob ca = { (void *)(uintptr_t)t->all->ca.ptr, t->all->ca.len, CURL_BLOB_NOCOPY };
	bool good = SET(c, CURLOPT_URL, url) && SET(c, CURLOPT_PRIVATE, t) && SET(c, CURLOPT_ERRORBUFFER, t->error) && SET(c, CURLOPT_NOSIGNAL, 1L) &&
		SET(c, CURLOPT_TIMEOUT_MS, ms) && SET(c, CURLOPT_PROXY, "") && SET(c, CURLOPT_FOLLOWLOCATION, 0L) && SET(c, CURLOPT_FRESH_CONNECT, 1L) &&
		SET(c, CURLOPT_FORBID_REUSE, t->is_http ? 1L : 0L) && SET(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) && SET(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) &&
		SET(c, CURLOPT_OPENSOCKETDATA, t) && SET(c, CURLOPT_PROTOCOLS_STR, t->protocols) &&
		SET(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) && (!t->all->ca_file || SET(c, CURLOPT_CAINFO, t->all->ca_file)) &&
		(!ca.len || (SET(c, CURLOPT_CAINFO_BLOB, &ca) && SET(c, CURLOPT_CAPATH, NULL)));
	if (!good || curl_multi_add_handle(t->all->multi, c) != CURLM_OK)
		return why_set(why, ERR_IO, "the transfer cannot be set up");
	return OK;
}

/* --- HTTP --- */

static size_t on_body(char *bytes, size_t one, size_t len, void *arg)
{
	struct transfer *t = arg;
	buf_put(&t->heard, (struct str){ bytes, one * len });
	return t->heard.err ? 0 : one * len;
}

static void http_done(struct transfer *t, CURLcode code)
{
	long status = 0, sent = 0;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
	struct str text = str_of(t->error[0] ? t->error : curl_easy_strerror(code));
	if (code == CURLE_OK) {
		/* RFC 9110 15: 408, 425, 429 and 5xx may go better later; every other refusal is for good */
		bool later = status >= 500 || status == 408 || status == 425 || status == 429;
		transfer_end(t, status >= 200 && status < 300 ? TRANSFER_DONE : later ? TRANSFER_RETRY : TRANSFER_REFUSED, (unsigned)status, STR_NONE);
	} else if (t->blocked[0] && !sent) {
		transfer_end(t, TRANSFER_REFUSED, 0, str_format(t->own, "the address %s is not of the public Internet and not listed", t->blocked));
	} else if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
		transfer_end(t, TRANSFER_REFUSED, 0, text);
	} else if (sent) {
		transfer_end(t, TRANSFER_UNKNOWN, (unsigned)status, t->heard.err ? STR("the answer is longer than its maximum") : text);
	} else {
		transfer_end(t, TRANSFER_RETRY, 0, text);
	}
}

static enum err add_header(struct transfer *t, struct str header)
{
	struct curl_slist *more = curl_slist_append(t->headers, str_c(t->own, header));
	if (!more)
		return ERR_NOMEM;
	t->headers = more;
	return OK;
}

static enum err http_setup(struct transfer *t, const struct transfer_request *q, struct why *why)
{
	CURL *c = t->easy;
	struct str body = str_copy(t->own, q->body);
	/* without this the library waits for a 100 that few servers send */
	enum err e = add_header(t, STR("Expect:"));
	for (unsigned i = 0; i < q->header_count && e == OK; i++)
		e = add_header(t, q->headers[i]);
	if (e)
		return why_set(why, e, "no memory for a transfer");
	bool good = SET(c, CURLOPT_HTTPHEADER, t->headers) && SET(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) && SET(c, CURLOPT_USERAGENT, "aupd/" AUPD_VERSION) &&
		SET(c, CURLOPT_WRITEFUNCTION, on_body) && SET(c, CURLOPT_WRITEDATA, t);
	if (good && (q->body.len || str_eq(q->method, STR("POST")) || str_eq(q->method, STR("PUT"))))
		good = SET(c, CURLOPT_POST, 1L) && SET(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len) && SET(c, CURLOPT_POSTFIELDS, body.len ? body.ptr : "");
	/* by its name alone the library would wait for a body that HEAD has not */
	if (good && str_eq(q->method, STR("HEAD")))
		good = SET(c, CURLOPT_NOBODY, 1L);
	good = good && SET(c, CURLOPT_CUSTOMREQUEST, str_c(t->own, q->method));
	return good ? OK : why_set(why, ERR_IO, "the transfer cannot be set up");
}

enum err transfer_http(struct transfers *all, const struct transfer_request *q, transfer_fn *fn, void *arg, struct why *why)
{
	struct transfer *t;
	bool lines = transfer_is_line(q->method) && transfer_is_line(q->url) && q->method.len;
	for (unsigned i = 0; i < q->header_count && i < TRANSFER_HEADERS_MAX; i++)
		lines = lines && transfer_is_line(q->headers[i]);
	if (!lines || str_chr(q->method, ' ') != SIZE_MAX)
		return why_set(why, ERR_SYNTAX, "a line break or NUL in method, URL or header");
	if (q->header_count > TRANSFER_HEADERS_MAX)
		return why_set(why, ERR_LIMIT, "more than %d headers", TRANSFER_HEADERS_MAX);
	enum err e = transfer_new(all, HTTP_ARENA_MAX, q->answer_bytes ? q->answer_bytes : TRANSFER_BODY_MAX, fn, arg, &t, why);
	if (e)
		return e;
	t->is_http = true;
	t->protocols = "http,https";
	t->curl_done = http_done;
	e = http_setup(t, q, why);
	if (e == OK)
		e = transfer_start(t, str_c(t->own, q->url), q->timeout_us, why);
	if (e)
		transfer_free(t);
	return e;
}

/* --- the pool --- */

enum err transfers_new(struct loop *l, const struct transfer_options *o, struct transfers **ret_transfers)
{
	static bool started;
	struct arena *own = arena_new("transfers", 1 << 20);
	struct transfers *all = own ? ARENA_NEW(own, struct transfers) : NULL;
	if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		all = NULL;
	started = true;
	if (!all) {
		arena_free(own);
		return ERR_NOMEM;
	}
	all->own = own;
	all->loop = l;
	all->allowed = ARENA_ARRAY(own, struct prefix, o->allowed_count + 1);
	all->multi = curl_multi_init();
	all->ca = str_copy(own, o->ca);
	all->ca_file = o->ca_file ? (char *)(uintptr_t)str_c(own, str_of(o->ca_file)) : NULL;
	enum err e = timer_new(l, on_timer, all, &all->timer);
	if (e || !all->multi || !all->allowed) {
		transfers_free(all);
		return ERR_NOMEM;
	}
	if (o->allowed_count)
		memcpy(all->allowed, o->allowed, o->allowed_count * sizeof(*o->allowed));
	all->allowed_count = o->allowed_count;
	(void)curl_multi_setopt(all->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	(void)curl_multi_setopt(all->multi, CURLMOPT_SOCKETDATA, all);
	(void)curl_multi_setopt(all->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(all->multi, CURLMOPT_TIMERDATA, all);
	(void)curl_multi_setopt(all->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)(o->at_once ? o->at_once : AT_ONCE_DEFAULT));
	*ret_transfers = all;
	return OK;
}

void transfers_free(struct transfers *all)
{
	if (!all)
		return;
	while (all->running)
		transfer_free(all->running);
	if (all->multi)
		(void)curl_multi_cleanup(all->multi);
	timer_free(all->timer);
	arena_free(all->own);
}

unsigned transfers_running(const struct transfers *all)
{
	return all->running_count;
}
