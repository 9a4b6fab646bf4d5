/*
 * Outward transfers over libcurl, the only user of it, driven by our loop: one mail to a smarthost (RFC 5321), one HTTP
 * request to a hook (RFC 9110), both the hand's alone; sessions of IMAP are in transfer_imap.h.
 *
 * HTTP never goes to an address that is not of the public Internet (addr_is_special) unless a listed prefix holds it; the
 * check is made on the address that is about to be connected, so that a name cannot change in between. No redirects, no
 * proxies of the environment, no .netrc. What the other side says is bounded and is not to be trusted.
 *
 * Three answers: DONE, REFUSED, RETRY say what is known; UNKNOWN when the connection broke after the mail's final dot, or
 * after the request was sent, and no answer came: it may have been taken.
 */
#ifndef AUPD_BASE_TRANSFER_H
#define AUPD_BASE_TRANSFER_H

#include "base/addr.h"
#include "base/loop.h"

enum { TRANSFER_TEXT_MAX = 512, TRANSFER_RECIPIENTS_MAX = 16, TRANSFER_HEADERS_MAX = 16, TRANSFER_BODY_MAX = 1 << 20 };

struct transfers;
struct transfer;

enum transfer_outcome { TRANSFER_DONE, TRANSFER_REFUSED, TRANSFER_RETRY, TRANSFER_UNKNOWN };

struct transfer_result {
	enum transfer_outcome outcome;
	unsigned code;                  /* SMTP reply or HTTP status; 0 = none came */
	struct str text;                /* last SMTP reply line, or what went wrong */
	struct str body;                /* HTTP */
	struct str type;                /* HTTP: the answer's Content-Type, or nothing */
};

typedef void transfer_fn(void *arg, const struct transfer_result *result);      /* once, never from inside the start */

struct transfer_options {
	const struct prefix *allowed;   /* special addresses that HTTP may go to; copied */
	unsigned allowed_count;
	unsigned at_once;               /* connections; 0 = 16 */
	const char *ca_file;            /* NULL = the system's */
	struct str ca;                  /* the same as PEM; copied; "" = as ca_file says */
};

enum mail_tls { MAIL_TLS_NONE, MAIL_TLS_TRY, MAIL_TLS_MUST };

/* All texts are copied. */
struct transfer_mail {
	struct str smarthost;           /* "host:port", "addr:port", "[v6]:port" */
	struct str helo;                /* our name */
	enum mail_tls tls;
	struct str user, secret;        /* SMTP AUTH; "" = none */
	struct str from;                /* envelope; "" = null sender */
	const struct str *to;
	unsigned to_count;
	struct str message;             /* whole, CRLF lines, not dot-stuffed */
	int64_t timeout_us;
};

struct transfer_request {
	struct str method, url;         /* http or https */
	const struct str *headers;      /* "Name: value" */
	unsigned header_count;
	struct str body;
	size_t answer_bytes;            /* longest answer; 0 = TRANSFER_BODY_MAX */
	int64_t timeout_us;
};

enum err transfers_new(struct loop *l, const struct transfer_options *options, struct transfers **ret_transfers) MUST_CHECK;
void transfers_free(struct transfers *t);                       /* what runs ends without a callback */
/* CR, LF or NUL in envelope, url or headers is ERR_SYNTAX. */
enum err transfer_mail(struct transfers *t, const struct transfer_mail *mail, transfer_fn *fn, void *arg, struct why *why) MUST_CHECK;
enum err transfer_http(struct transfers *t, const struct transfer_request *request, transfer_fn *fn, void *arg, struct why *why) MUST_CHECK;
unsigned transfers_running(const struct transfers *t);

#endif
