/*
 * POST /report/send, of the public form (report_form.h), where form_per_minute says that there is one: what came of it is a page at web_url, by
 * a receipt that nobody can guess, and only when the sink says that it is durable.
 *
 * POST /v1/reports: complaints by HTTP, of clients with a key of the configuration or of the store, or of anybody on the ear's own
 * Unix socket (`aup ingest`).
 *
 * The body is a report as it would come by mail (message/rfc822) or as JSON. 202 with a receipt only when the sink says that
 * it is durable; the receipt is a keyed digest of client and Idempotency-Key, so the same request again gets the same receipt;
 * without that header it is by chance. 401, 413, 415, 429 with Retry-After, 503 with Retry-After.
 */
#ifndef AUPD_INTAKE_REPORTS_H
#define AUPD_INTAKE_REPORTS_H

#include "base/loop.h"
#include "intake/report_keys.h"
#include "model/sink.h"

enum { REPORTS_CLIENTS_MAX = 64 };

struct reports;

struct reports_options {
	int take_listen_fd;
	bool trusted;                   /* the Unix socket of `aup ingest`: no key, no rate */
	uint32_t source;
	uint64_t message_bytes;
	uint64_t per_minute;            /* of one client */
	const struct str *api_keys;     /* "CLIENT SHA256-HEX"; borrowed */
	unsigned api_key_count;
	uint64_t form_per_minute;       /* of one neighbour; 0 = there is no public form */
	struct str web_url;             /* where its pages are; borrowed */
	struct report_keys *keys;       /* those of the store; borrowed; NULL = there are none. A key that they may hold, before they are known, is 503 */
	struct sink sink;
};

enum err reports_open(struct loop *l, const struct reports_options *options, struct reports **ret_reports, struct why *why) MUST_CHECK;
void reports_close(struct reports *r);

#endif
