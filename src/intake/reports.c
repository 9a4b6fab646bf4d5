/*
 * POST /v1/reports. See reports.h.
 */
#include "intake/reports.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/httpd.h"
#include "base/json.h"
#include "base/limit.h"
#include "base/seal.h"
#include "base/time.h"
#include "intake/report_form.h"

enum { RECEIPT_LEN = 32, FILE_NAME_MAX = 200 };

/* Of the configuration. */
struct client {
	struct report_client who;
	struct str key_digest;
};

/* Who has sent a request: his account, and what his receipts are made with. */
struct caller {
	struct report_client *who;
	struct str key_digest;
};

struct reports {
	struct reports_options o;
	struct httpd *http;
	struct client clients[REPORTS_CLIENTS_MAX];
	unsigned client_count;
	struct limits neighbours;       /* of the form */
};

struct pending {
	struct http_request *request;
	const struct reports *form;     /* NULL: it is none of the form */
	char receipt[RECEIPT_LEN + 1];
};

static void answer(struct http_request *r, unsigned status, const char *text, const char *retry_after)
{
	struct buf b;
	struct jsonw w;
	struct http_pair headers[2] = { { STR("Content-Type"), STR("application/json") }, { STR("Retry-After"), str_of(retry_after) } };
	buf_init(&b, 4096);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, status < 300 ? "id" : "error", str_of(text));
	if (status < 300)
		jsonw_str(&w, "status", STR("QUEUED"));
	jsonw_end(&w, '}');
	httpd_answer(r, status, headers, retry_after ? 2 : 1, buf_str(&b));
	buf_done(&b);
}

/* 0; or the status of who is none: 503 while nobody has said yet whether the store has his key. */
static unsigned find_caller(struct reports *s, struct http_request *r, struct caller *ret_caller)
{
	struct digest d;
	struct str auth = http_header(r, "authorization"), key = http_header(r, "x-api-key");
	if (str_starts_fold(auth, STR("Bearer ")))
		key = str_trim(str_sub(auth, 7, auth.len));
	struct client *found = s->o.trusted ? &s->clients[0] : NULL;
	if (!found && !key.len)
		return 401;
	digest_sha256(key, &d);
	struct str hex = digest_hex(r->arena, &d);
	for (unsigned i = 0; !s->o.trusted && i < s->client_count; i++)
		if (str_eq_secret(hex, s->clients[i].key_digest))
			found = &s->clients[i];
	const struct report_key *of_store = found || !s->o.keys ? NULL : report_keys_find(s->o.keys, hex, clock_wall_at());
	if (found)
		*ret_caller = (struct caller){ &found->who, found->key_digest };
	else if (of_store)
		*ret_caller = (struct caller){ of_store->client, of_store->digest };
	if (found || of_store)
		return 0;
	return s->o.keys && !report_keys_known(s->o.keys) ? 503 : 401;
}

static bool too_many(const struct reports *s, struct report_client *c)
{
	int64_t now = clock_monotonic_us();
	if (now - c->window_us >= MINUTE_US) {
		c->window_us = now;
		c->in_window = 0;
	}
	return ++c->in_window > s->o.per_minute;
}

static void make_receipt(const struct caller *c, struct str token, char out[RECEIPT_LEN + 1])
{
	struct digest d;
	digest_hmac(c->key_digest, token, &d);
	for (int i = 0; i < RECEIPT_LEN / 2; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", d.octets[i]);
}

/* People are led to a page, which says it in their language. */
static void lead(const struct reports *s, struct http_request *r, const char *to, const char *receipt)
{
	struct http_pair headers[] = { { STR("Location"), str_format(r->arena, "%.*s%s%s", STR_ARG(s->o.web_url), to, receipt) }, { STR("Cache-Control"), STR("no-store") } };
	httpd_answer(r, 303, headers, 2, STR_NONE);
}

static void on_durable(void *arg, enum err e, const struct position *at)
{
	struct pending *p = arg;
	(void)at;
	if (p->form)
		lead(p->form, p->request, e == OK ? "/report/" : "/report?why=later", e == OK ? p->receipt : "");
	else if (e == OK)
		answer(p->request, 202, p->receipt, NULL);
	else
		answer(p->request, 503, "it could not be kept, come again", "30");
}

static enum err put(struct reports *s, struct pending *p, struct str meta, struct str payload)
{
	struct sink_item item = { .item_class = CLASS_COMPLAINT, .source = s->o.source, .received_at = clock_wall_at(), .meta = meta, .payload = payload };
	return s->o.sink.put(s->o.sink.state, &item, on_durable, p);
}

static enum err put_form(struct reports *s, struct pending *p, const struct report_form *f)
{
	const struct caller nobody = { .key_digest = STR("form") };
	char chance[RECEIPT_LEN / 2];
	struct jsonw w;
	struct buf meta;
	struct str name, mail = report_form_write(p->request->arena, f, clock_wall_at(), &name);
	random_bytes(chance, sizeof(chance));
	make_receipt(&nobody, (struct str){ chance, sizeof(chance) }, p->receipt);
	buf_init(&meta, ITEM_META_MAX);
	jsonw_init(&w, &meta);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "listener", STR("form"));
	jsonw_str(&w, "receipt", str_of(p->receipt));
	if (name.len)
		jsonw_str(&w, "name", name);
	jsonw_end(&w, '}');
	enum err e = mail.len ? put(s, p, buf_str(&meta), mail) : ERR_NOMEM;
	buf_done(&meta);
	return e;
}

/* What is refused leaves what was typed in the browser, where the way back finds it. */
static void take_form(struct reports *s, struct http_request *r)
{
	struct pending *p = ARENA_NEW(r->arena, struct pending);
	struct report_form f;
	if (!p || !str_eq(r->method, STR("POST")) || limit_take(&s->neighbours, limit_neighbour(r), clock_monotonic_us())) {
		lead(s, r, p && str_eq(r->method, STR("POST")) ? "/report?why=often" : "/report", "");
		return;
	}
	enum err e = report_form_read(r->arena, http_header(r, "content-type"), r->body, &f);
	if (e) {
		lead(s, r, e == ERR_LIMIT ? "/report?why=large" : e == ERR_NOTFOUND ? "/report?why=empty" : "/report?why=bad", "");
		return;
	}
	p->request = r;
	p->form = s;
	e = put_form(s, p, &f);
	if (e)
		lead(s, r, e == ERR_LIMIT ? "/report?why=large" : "/report?why=later", "");
}

static void on_request(void *arg, struct http_request *r)
{
	struct reports *s = arg;
	if (s->o.form_per_minute && str_eq(r->path, STR("/report/send"))) {
		take_form(s, r);
		return;
	}
	if (!str_eq(r->path, STR("/v1/reports"))) {
		answer(r, 404, "there is only /v1/reports here", NULL);
		return;
	}
	if (!str_eq(r->method, STR("POST"))) {
		answer(r, 405, "POST a report", NULL);
		return;
	}
	struct caller c;
	unsigned refused = find_caller(s, r, &c);
	if (refused) {
		answer(r, refused, refused == 503 ? "keys are not known yet, come again" : "an API key is needed: Authorization: Bearer KEY", refused == 503 ? "30" : NULL);
		return;
	}
	if (!s->o.trusted && too_many(s, c.who)) {
		answer(r, 429, "too many reports a minute", "60");
		return;
	}
	if (!r->body.len) {
		answer(r, 400, "the report is empty", NULL);
		return;
	}
	struct pending *p = ARENA_NEW(r->arena, struct pending);
	struct str token = http_header(r, "idempotency-key");
	char chance[RECEIPT_LEN / 2];
	if (!p || token.len > 256) {
		answer(r, token.len > 256 ? 400 : 503, "the Idempotency-Key is too long", NULL);
		return;
	}
	p->request = r;
	random_bytes(chance, sizeof(chance));
	make_receipt(&c, token.len ? token : (struct str){ chance, sizeof(chance) }, p->receipt);
	struct str to = http_header(r, "x-recipient"), name = http_header(r, "x-name");
	struct buf meta;
	struct jsonw w;
	buf_init(&meta, ITEM_META_MAX);
	jsonw_init(&w, &meta);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "listener", s->o.trusted ? STR("ingest") : STR("api"));
	jsonw_str(&w, "client", c.who->name);
	jsonw_str(&w, "receipt", str_of(p->receipt));
	/* of the file that it lay in: a table's type stands in it */
	if (name.len && name.len <= FILE_NAME_MAX)
		jsonw_str(&w, "name", name);
	if (s->o.trusted && to.len) {
		jsonw_array(&w, "to");
		jsonw_str(&w, NULL, to);
		jsonw_end(&w, ']');
	}
	jsonw_end(&w, '}');
	enum err e = put(s, p, buf_str(&meta), r->body);
	buf_done(&meta);
	if (e)
		answer(r, e == ERR_LIMIT ? 413 : 503, e == ERR_LIMIT ? "longer than we take" : "no room now, come again", "30");
}

enum err reports_open(struct loop *l, const struct reports_options *options, struct reports **ret_reports, struct why *why)
{
	struct reports *s = calloc(1, sizeof(*s));
	if (!s)
		return why_set(why, ERR_NOMEM, "no memory for a listener");
	s->o = *options;
	s->neighbours.per_minute = options->form_per_minute;
	if (options->trusted)
		s->clients[s->client_count++] = (struct client){ { .name = STR("local") }, STR("local") };
	for (unsigned i = 0; !options->trusted && i < options->api_key_count && s->client_count < REPORTS_CLIENTS_MAX; i++) {
		struct str rest = options->api_keys[i], name;
		if (str_split(&rest, ' ', &name))
			s->clients[s->client_count++] = (struct client){ { .name = name }, rest };
	}
	struct httpd_options http = { .take_listen_fd = options->take_listen_fd, .body_bytes = options->message_bytes, .fn = on_request, .arg = s };
	enum err e = httpd_open(l, &http, &s->http, why);
	if (e) {
		free(s);
		return e;
	}
	*ret_reports = s;
	return OK;
}

void reports_close(struct reports *s)
{
	if (!s)
		return;
	httpd_close(s->http);
	free(s);
}
