/*
 * The HTTP server over libmicrohttpd. See httpd.h; the only user of microhttpd.h.
 *
 * The library's epoll descriptor stands in our loop; it never has a thread. A request moves READING -> HANDED -> ANSWERED.
 * While it is HANDED its connection is suspended, so the library neither reads nor times it out; answering resumes it, and
 * the library asks for the answer in its next run. A stream goes HANDED -> STREAMED, and is suspended whenever there is nothing to
 * send. Hostile input can hold a connection up to idle_s and a body's memory up to body_bytes, times the number of connections.
 */
#include "base/httpd.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BODY_DEFAULT = 1 << 20, HEAD_DEFAULT = 32 << 10, REQUEST_ARENA_MAX = 16 << 20, TARGET_MAX = 8 << 10, STREAM_BLOCK = 4 << 10 };

enum stage { READING, HANDED, ANSWERED, STREAMED };

struct request {
	struct http_request pub;        /* first: the handler's pointer is ours */
	struct httpd *httpd;
	struct MHD_Connection *connection;
	struct request *prev, *next;
	struct buf body;
	enum stage stage;
	bool begun, suspended, inside;  /* inside: the handler is being called */
	unsigned status;
	struct MHD_Response *response;
	struct buf out;                 /* of a stream: what the client has not taken */
	size_t taken;                   /* of that */
	bool ended, cut;
	loop_fn *gone;
	void *gone_arg;
};

struct httpd {
	struct MHD_Daemon *daemon;
	struct arena *own;
	struct watch *watch;
	struct timer *timer;
	struct httpd_options options;
	struct request *open;           /* all there are */
	bool resumed;                   /* a connection wants a run that nothing else will bring */
};

static void run(struct httpd *h)
{
	MHD_UNSIGNED_LONG_LONG ms;
	h->resumed = false;
	(void)MHD_run(h->daemon);
	if (h->resumed)
		timer_set(h->timer, 0, 0);
	else if (MHD_get_timeout(h->daemon, &ms) == MHD_YES)
		timer_set(h->timer, (int64_t)(ms > 60000 ? 60000 : ms) * 1000, 0);
	else
		timer_set(h->timer, -1, 0);
}

static void on_event(void *arg, int fd, unsigned events)
{
	(void)fd;
	(void)events;
	run(arg);
}

static void on_timer(void *arg)
{
	run(arg);
}

/* --- the request's head --- */

/* No control octets come out: they have no business in a path or a query of ours, but for line ends and tabs in a query. */
static enum err decode(struct arena *a, struct str s, bool query, struct str *ret_text)
{
	struct str text;
	enum err e = str_unpercent(a, s, query, &text);
	for (size_t i = 0; e == OK && i < text.len; i++) {
		char c = text.ptr[i];
		if (((unsigned char)c < 0x20 && !(query && (c == '\n' || c == '\r' || c == '\t'))) || c == 0x7f)
			e = ERR_SYNTAX;
	}
	if (e == OK)
		*ret_text = text;
	return e;
}

static enum err parse_query(struct http_request *p, struct str query)
{
	struct str part;
	struct http_pair *pairs = ARENA_ARRAY(p->arena, struct http_pair, HTTPD_QUERY_MAX);
	if (!pairs)
		return ERR_NOMEM;
	while (str_split(&query, '&', &part)) {
		size_t cut = str_chr(part, '=');
		struct str value = cut == SIZE_MAX ? STR_NONE : str_sub(part, cut + 1, part.len);
		if (!part.len)
			continue;
		if (p->query_count == HTTPD_QUERY_MAX)
			return ERR_LIMIT;
		struct http_pair *pair = &pairs[p->query_count++];
		enum err e = decode(p->arena, str_sub(part, 0, cut), true, &pair->name);
		if (e == OK)
			e = decode(p->arena, value, true, &pair->value);
		if (e)
			return e;
	}
	p->query = pairs;
	return OK;
}

static enum err parse_target(struct http_request *p)
{
	size_t cut = str_chr(p->target, '?');
	/* RFC 9112 3.2.1: origin-form alone; we are nobody's proxy */
	if (!p->target.len || p->target.ptr[0] != '/')
		return ERR_SYNTAX;
	enum err e = decode(p->arena, str_sub(p->target, 0, cut), false, &p->path);
	if (e == OK && cut != SIZE_MAX)
		e = parse_query(p, str_sub(p->target, cut + 1, p->target.len));
	return e;
}

struct header_walk {
	struct http_request *p;
	struct http_pair *pairs;
	unsigned lengths, encodings, hosts;
	bool too_many;
};

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value, size_t value_len)
{
	struct header_walk *w = arg;
	(void)kind;
	if (w->p->header_count == HTTPD_HEADERS_MAX) {
		w->too_many = true;
		return MHD_NO;
	}
	struct http_pair pair = { { name, name_len }, { value, value ? value_len : 0 } };
	pair.name = str_copy(w->p->arena, pair.name);
	pair.value = str_copy(w->p->arena, pair.value);
	w->lengths += str_eq_fold(pair.name, STR("content-length"));
	w->encodings += str_eq_fold(pair.name, STR("transfer-encoding"));
	w->hosts += str_eq_fold(pair.name, STR("host"));
	w->pairs[w->p->header_count++] = pair;
	return MHD_YES;
}

/* The status to refuse with, or 0. */
static unsigned check_head(struct request *r, const char *version)
{
	struct http_request *p = &r->pub;
	struct header_walk w = { .p = p, .pairs = ARENA_ARRAY(p->arena, struct http_pair, HTTPD_HEADERS_MAX) };
	uint64_t len;
	if (!w.pairs)
		return 503;
	(void)MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, on_header, &w);
	p->headers = w.pairs;
	if (w.too_many)
		return 431;
	/* RFC 9112 6.3: either could make a second request of what is this one's body; the library does not look */
	if (w.lengths > 1 || (w.lengths && w.encodings) || w.encodings > 1)
		return 400;
	/* RFC 9112 3.2 */
	bool v11 = strcmp(version, "HTTP/1.1") == 0;
	if ((!v11 && strcmp(version, "HTTP/1.0") != 0) || w.hosts > 1 || (v11 && !w.hosts))
		return 400;
	struct str length = http_header(p, "content-length");
	if (w.lengths && str_to_u64(length, UINT64_MAX, &len))
		return 400;
	if (w.lengths && len > r->httpd->options.body_bytes)
		return 413;
	if (p->target.len > TARGET_MAX)
		return 414;
	enum err e = parse_target(p);
	return e == OK ? 0 : e == ERR_NOMEM ? 503 : 400;
}

struct str http_header(const struct http_request *r, const char *name)
{
	for (unsigned i = 0; i < r->header_count; i++) {
		if (str_eq_fold(r->headers[i].name, str_of(name)))
			return r->headers[i].value;
	}
	return STR_NONE;
}

struct str http_query(const struct http_request *r, const char *name)
{
	for (unsigned i = 0; i < r->query_count; i++) {
		if (str_eq(r->query[i].name, str_of(name)))
			return r->query[i].value;
	}
	return STR_NONE;
}

/* --- the library's calls --- */

static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct httpd *h = arg;
	struct request *r = calloc(1, sizeof(*r));
	struct arena *a = r ? arena_new("http-request", REQUEST_ARENA_MAX) : NULL;
	if (!a) {
		free(r);
		return NULL;
	}
	r->httpd = h;
	r->connection = connection;
	r->pub.arena = a;
	r->pub.target = str_copy(a, str_of(target));
	r->pub.fd = -1;
	r->pub.tls = h->options.tls_cert;
	buf_init(&r->body, h->options.body_bytes);
	r->next = h->open;
	if (h->open)
		h->open->prev = r;
	h->open = r;
	return r;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **con_cls, enum MHD_RequestTerminationCode why)
{
	struct httpd *h = arg;
	struct request *r = *con_cls;
	(void)connection;
	(void)why;
	if (!r)
		return;
	*con_cls = NULL;
	if (r->next)
		r->next->prev = r->prev;
	if (r->prev)
		r->prev->next = r->next;
	else
		h->open = r->next;
	if (r->response)
		MHD_destroy_response(r->response);
	if (r->gone)
		r->gone(r->gone_arg);
	buf_done(&r->out);
	buf_done(&r->body);
	arena_free(r->pub.arena);
	free(r);
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	enum MHD_Result done = MHD_add_response_header(response, "Connection", "close");
	if (done == MHD_YES)
		done = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return done;
}

static enum MHD_Result begin(struct request *r, const char *method, const char *version)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	r->begun = true;
	r->pub.fd = info ? info->connect_fd : -1;
	r->pub.method = str_copy(r->pub.arena, str_of(method));
	unsigned status = check_head(r, version);
	/* a peer that is gone already has no address */
	if (!status && net_remote(r->pub.fd, &r->pub.peer) != OK)
		return MHD_NO;
	return status ? refuse(r->connection, status) : MHD_YES;
}

/* The body is whole: to the handler, which may answer now or later. */
static enum MHD_Result hand(struct request *r)
{
	r->pub.body = buf_str(&r->body);
	r->stage = HANDED;
	r->inside = true;
	r->httpd->options.fn(r->httpd->options.arg, &r->pub);
	r->inside = false;
	if (r->stage != HANDED)
		return MHD_queue_response(r->connection, r->status, r->response);
	r->suspended = true;
	MHD_suspend_connection(r->connection);
	return MHD_YES;
}

static enum MHD_Result on_access(void *arg, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *upload,
	size_t *upload_len, void **con_cls)
{
	struct request *r = *con_cls;
	(void)arg;
	(void)url;
	if (!r)
		return refuse(connection, 503);
	if (!r->begun)
		return begin(r, method, version);
	if (*upload_len) {
		buf_put(&r->body, (struct str){ upload, *upload_len });
		*upload_len = 0;
		/* a chunked body that runs over: the library cannot answer in the middle of it, so the connection ends */
		return r->body.err ? MHD_NO : MHD_YES;
	}
	if (r->stage == READING)
		return hand(r);
	return r->stage != HANDED ? MHD_queue_response(connection, r->status, r->response) : MHD_YES;
}

/* The connection goes on; without a thread of its own the library does not wake itself for that. */
static void resume(struct request *r)
{
	if (!r->suspended)
		return;
	r->suspended = false;
	MHD_resume_connection(r->connection);
	r->httpd->resumed = true;
	timer_set(r->httpd->timer, 0, 0);
}

static void respond(struct request *r, enum stage stage, unsigned status, const struct http_pair *headers, unsigned header_count, struct MHD_Response *response)
{
	struct http_request *pub = &r->pub;
	BUG_ON(r->stage != HANDED || header_count > HTTPD_ANSWER_HEADERS_MAX);
	bool good = response;
	for (unsigned i = 0; good && i < header_count; i++)
		good = MHD_add_response_header(response, str_c(pub->arena, headers[i].name), str_c(pub->arena, headers[i].value)) == MHD_YES;
	/* a header that the library refuses (a line break in it) must not become half an answer */
	if (!good) {
		if (response)
			MHD_destroy_response(response);
		response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
		status = 500;
	}
	BUG_ON(!response);
	r->response = response;
	r->status = status;
	r->stage = stage;
	resume(r);
}

void httpd_answer(struct http_request *pub, unsigned status, const struct http_pair *headers, unsigned header_count, struct str body)
{
	respond((struct request *)pub, ANSWERED, status, headers, header_count,
		MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.ptr, MHD_RESPMEM_MUST_COPY));
}

/* --- streams --- */

/* The library wants some of it. */
static ssize_t on_stream(void *arg, uint64_t at, char *into, size_t room)
{
	struct request *r = arg;
	struct str left = str_sub(buf_str(&r->out), r->taken, r->out.len);
	(void)at;
	if (r->cut)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!left.len && r->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!left.len) {
		r->suspended = true;
		MHD_suspend_connection(r->connection);
		return 0;
	}
	size_t n = left.len < room ? left.len : room;
	memcpy(into, left.ptr, n);
	r->taken += n;
	if (r->taken == r->out.len) {
		buf_clear(&r->out);
		r->taken = 0;
	}
	return (ssize_t)n;
}

void httpd_stream(struct http_request *pub, unsigned status, const struct http_pair *headers, unsigned header_count, loop_fn *gone, void *arg)
{
	struct request *r = (struct request *)pub;
	buf_init(&r->out, HTTPD_STREAM_BYTES_MAX);
	r->gone = gone;
	r->gone_arg = arg;
	respond(r, STREAMED, status, headers, header_count, MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_stream, r, NULL));
}

void httpd_stream_put(struct http_request *pub, struct str bytes)
{
	struct request *r = (struct request *)pub;
	BUG_ON(r->stage != STREAMED);
	if (r->cut || r->ended)
		return;
	buf_put(&r->out, bytes);
	if (r->out.err) {
		/* the library waits for a client that takes nothing: this wakes it */
		r->cut = true;
		(void)shutdown(pub->fd, SHUT_RDWR);
	}
	resume(r);
}

void httpd_stream_end(struct http_request *pub)
{
	struct request *r = (struct request *)pub;
	BUG_ON(r->stage != STREAMED);
	r->ended = true;
	resume(r);
}

/* --- opening and closing --- */

static void on_panic(void *arg, const char *file, unsigned line, const char *reason)
{
	(void)arg;
	bug(file, (int)line, reason ? reason : "libmicrohttpd");
}

static void set_defaults(struct httpd_options *o)
{
	o->body_bytes = o->body_bytes ? o->body_bytes : BODY_DEFAULT;
	o->head_bytes = o->head_bytes ? o->head_bytes : HEAD_DEFAULT;
	o->connections = o->connections ? o->connections : 256;
	o->connections_per_address = o->connections_per_address ? o->connections_per_address : 32;
	o->idle_s = o->idle_s ? o->idle_s : 30;
}

static struct MHD_Daemon *start_daemon(struct httpd *h)
{
	const struct httpd_options *o = &h->options;
	struct MHD_OptionItem more[3] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	if (o->tls_cert && o->tls_key) {
		flags |= MHD_USE_TLS;
		more[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)str_c(h->own, str_of(o->tls_cert)) };
		more[1] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)str_c(h->own, str_of(o->tls_key)) };
		more[2] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	}
	MHD_set_panic_func(on_panic, NULL);
	return MHD_start_daemon(flags, 0, NULL, NULL, on_access, h, MHD_OPTION_LISTEN_SOCKET, o->take_listen_fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, h, MHD_OPTION_CONNECTION_MEMORY_LIMIT, o->head_bytes, MHD_OPTION_CONNECTION_LIMIT, o->connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT, o->idle_s, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

static void drop(struct httpd *h)
{
	watch_free(h->watch);
	timer_free(h->timer);
	if (h->daemon)
		MHD_stop_daemon(h->daemon);
	arena_free(h->own);
}

enum err httpd_open(struct loop *l, const struct httpd_options *options, struct httpd **ret_httpd, struct why *why)
{
	struct arena *own = arena_new("httpd", 1 << 20);
	struct httpd *h = own ? ARENA_NEW(own, struct httpd) : NULL;
	if (!h) {
		arena_free(own);
		return why_set(why, ERR_NOMEM, "no memory for the HTTP server");
	}
	h->own = own;
	h->options = *options;
	set_defaults(&h->options);
	enum err e = timer_new(l, on_timer, h, &h->timer);
	if (e == OK) {
		h->daemon = start_daemon(h);
		e = h->daemon ? OK : ERR_IO;
	}
	const union MHD_DaemonInfo *info = h->daemon ? MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (e == OK)
		e = info ? watch_new(l, info->epoll_fd, LOOP_READ, on_event, h, &h->watch) : ERR_IO;
	if (e) {
		drop(h);
		return why_set(why, e, options->tls_cert ? "cannot start the HTTP server; are the certificate and the key PEM and of one pair?" : "cannot start the HTTP server");
	}
	*ret_httpd = h;
	return OK;
}

void httpd_close(struct httpd *h)
{
	if (!h)
		return;
	for (struct request *r = h->open; r; r = r->next) {
		if (r->stage == HANDED)
			httpd_answer(&r->pub, 503, NULL, 0, STR_NONE);
		else if (r->stage == STREAMED)
			httpd_stream_end(&r->pub);
	}
	(void)MHD_run(h->daemon);
	drop(h);
}

unsigned httpd_connections(const struct httpd *h)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
	return info ? info->num_connections : 0;
}
