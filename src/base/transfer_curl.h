/*
 * What the files of base/transfer.h share. Included by them alone.
 */
#ifndef AUPD_BASE_TRANSFER_CURL_H
#define AUPD_BASE_TRANSFER_CURL_H

#include <curl/curl.h>

#include "base/arena.h"
#include "base/transfer.h"

struct smtp;
struct imap_session;

struct transfers {
	struct arena *own;
	struct loop *loop;
	CURLM *multi;
	struct timer *timer;
	struct prefix *allowed;
	unsigned allowed_count;
	char *ca_file;
	struct str ca;
	struct transfer *running;       /* all of them */
	unsigned running_count;
};

/* One transfer. curl_done is called when the library is through with it; it calls transfer_end now or later. */
struct transfer {
	struct transfers *all;
	struct transfer *prev, *next;
	struct arena *own;              /* the transfer itself and its texts */
	CURL *easy;
	struct curl_slist *headers;
	struct buf heard;               /* HTTP: the answer's body; SMTP: reply lines */
	char error[CURL_ERROR_SIZE];
	char blocked[ADDR_TEXT_MAX];    /* the address that was refused, if one was */
	bool is_http;
	transfer_fn *fn;
	void *arg;
	void (*curl_done)(struct transfer *t, CURLcode code);
	struct smtp *smtp;
	struct imap_session *imap;
	const char *protocols;          /* that it may speak */
};

enum err transfer_new(struct transfers *all, size_t max_bytes, size_t heard_max, transfer_fn *fn, void *arg, struct transfer **ret_transfer, struct why *why) MUST_CHECK;
enum err transfer_start(struct transfer *t, const char *url, int64_t timeout_us, struct why *why) MUST_CHECK;
/* Tells the caller and frees the transfer. */
void transfer_end(struct transfer *t, enum transfer_outcome outcome, unsigned code, struct str text);
void transfer_free(struct transfer *t);
void smtp_done(struct smtp *s);         /* lets go of the loop; accepts NULL */
void transfer_imap_done(struct imap_session *i);        /* the same */
/* No CR, LF, NUL: what goes on a line of a protocol stays on it. */
bool transfer_is_line(struct str s);

#endif
