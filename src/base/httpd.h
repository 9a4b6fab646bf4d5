/*
 * HTTP/1.1 server (RFC 9110, 9112) over libmicrohttpd, the only user of it, driven by our loop.
 *
 * Requests come whole, with a bounded body. Refused with 400 and close before the handler sees them: two Content-Length
 * fields, Content-Length beside Transfer-Encoding, no or two Host fields, a target that is not a path, NUL or control bytes
 * in it. 413 and close when Content-Length says too much; a chunked body that runs over ends the connection; 431 when the
 * head is too long. The answer may come later (answers wait for durability): the connection is suspended meanwhile. Every
 * request is answered exactly once; it stays valid until then, also when the client has gone. An answer may also be a stream,
 * whose end comes by and by. Knows nothing of sessions, routes or content types.
 */
#ifndef AUPD_BASE_HTTPD_H
#define AUPD_BASE_HTTPD_H

#include "base/arena.h"
#include "base/loop.h"
#include "base/net.h"

enum { HTTPD_HEADERS_MAX = 64, HTTPD_QUERY_MAX = 64, HTTPD_ANSWER_HEADERS_MAX = 24, HTTPD_STREAM_BYTES_MAX = 64 << 10 };

struct httpd;

struct http_pair { struct str name, value; };

struct http_request {
	struct str method;
	struct str path;                /* percent-decoded; starts with '/', no NUL */
	struct str target;              /* as sent */
	struct str body;
	const struct http_pair *headers, *query;        /* query percent-decoded, '+' is a space */
	unsigned header_count, query_count;
	struct net_peer peer;
	bool tls;                       /* it came by it */
	int fd;                         /* the connection; borrowed, for its peer credentials */
	struct arena *arena;            /* lives as long as the request; for the handler's use */
	void *tag;                      /* the handler's */
};

typedef void httpd_fn(void *arg, struct http_request *r);

struct httpd_options {
	int take_listen_fd;             /* TCP or Unix, listening */
	size_t body_bytes;              /* longest body; 0 = 1 MB */
	size_t head_bytes;              /* request line and header fields; 0 = 32 KB */
	unsigned connections, connections_per_address;  /* 0 = 256, 32 (not for Unix) */
	unsigned idle_s;                /* a connection that says nothing; 0 = 30 */
	const char *tls_cert, *tls_key; /* PEM texts; NULL = plain */
	httpd_fn *fn;
	void *arg;
};

enum err httpd_open(struct loop *l, const struct httpd_options *options, struct httpd **ret_httpd, struct why *why) MUST_CHECK;
/* Requests not answered yet are answered 503 and are gone afterwards. */
void httpd_close(struct httpd *h);
unsigned httpd_connections(const struct httpd *h);
struct str http_header(const struct http_request *r, const char *name);         /* first of that name, STR_NONE when absent */
struct str http_query(const struct http_request *r, const char *name);
/* Answers and frees r. Body and headers are copied. Content-Length, Date and Connection are set here. */
void httpd_answer(struct http_request *r, unsigned status, const struct http_pair *headers, unsigned header_count, struct str body);
/*
 * Answers by a stream: the head now, the body by httpd_stream_put. gone is told once, when the connection is over, whoever ended it; until
 * then r is valid. A client that has gone is noticed when something is put.
 */
void httpd_stream(struct http_request *r, unsigned status, const struct http_pair *headers, unsigned header_count, loop_fn *gone, void *arg);
/* Copies the bytes. More than HTTPD_STREAM_BYTES_MAX that the client has not taken: it is cut off. */
void httpd_stream_put(struct http_request *r, struct str bytes);
void httpd_stream_end(struct http_request *r);          /* behind what was put */

#endif
