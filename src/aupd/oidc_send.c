/*
 * See oidc_send.h. One thing asked is a chain of requests: what it offers, its keys; then, or at once when that is known, the tokens.
 */
#include "aupd/oidc_send.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/time.h"
#include "base/transfer.h"
#include "model/config_web.h"
#include "wire/oidc.h"

enum { JOB_BYTES_MAX = 8 << 20, OFFER_BYTES_MAX = 1 << 20, TEXT_MAX = 200, ANSWER_BYTES_MAX = 3 << 20 };
static const int64_t timeout_us = 10 * SECOND_US;

struct job {
	struct oidc_sends *all;
	struct arena *arena;            /* NULL: it is free */
	int64_t id;
	struct str code, verifier;      /* "": only what it offers */
	struct str offer, keys;
	struct timer *soon;
	struct str failed;
};

struct oidc_sends {
	struct transfers *transfers;
	const struct oidc_at *at;
	oidc_send_fn *fn;
	void *arg;
	struct arena *known;            /* of what it offered last */
	struct oidc_offer offer;        /* token: "" = nothing is known */
	struct job jobs[OIDC_AT_ONCE];
};

static void answer(struct job *j, unsigned status, struct str octets, struct str text)
{
	struct oidc_sends *s = j->all;
	struct arena *a = j->arena;
	struct buf b;
	struct jsonw w;
	buf_init(&b, ANSWER_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "id", j->id);
	jsonw_int(&w, "status", status);
	jsonw_str(&w, "offer", j->offer);
	jsonw_str(&w, "keys", j->keys);
	jsonw_str(&w, "octets", octets);
	jsonw_str(&w, "text", str_printable(a, text, TEXT_MAX));
	jsonw_end(&w, '}');
	j->arena = NULL;
	j->code = j->verifier = j->offer = j->keys = STR_NONE;
	if (!b.err)
		s->fn(s->arg, buf_str(&b));
	buf_done(&b);
	arena_free(a);
}

static void on_failed(void *arg)
{
	struct job *j = arg;
	answer(j, 0, STR_NONE, j->failed);
}

/* Not from inside the caller's call. */
static void fail(struct job *j, const char *text)
{
	j->failed = str_copy(j->arena, str_of(text));
	timer_set(j->soon, 0, 0);
}

static void start(struct job *j, const struct transfer_request *q, transfer_fn *fn)
{
	struct why why = { .line = 0 };
	if (transfer_http(j->all->transfers, q, fn, j, &why) != OK)
		fail(j, why.text);
}

static void fetch(struct job *j, struct str url, transfer_fn *fn)
{
	struct str headers[] = { STR("Accept: application/json") };
	start(j, &(struct transfer_request){ .method = STR("GET"), .url = url, .headers = headers, .header_count = 1, .answer_bytes = OIDC_BYTES_MAX, .timeout_us = timeout_us }, fn);
}

static void on_token(void *arg, const struct transfer_result *t)
{
	/* cut off in the middle, or longer than its maximum, is no answer */
	answer(arg, t->outcome == TRANSFER_UNKNOWN ? 0 : t->code, t->body, t->text);
}

static void put_member(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, "%s%s=", b->len ? "&" : "", name);
	buf_put_percent(b, value);
}

/* RFC 6749 2.3.1: id and secret are encoded before they are joined. */
static struct str basic(struct arena *a, const struct oidc_at *at)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	buf_put_percent(&b, at->client);
	buf_putc(&b, ':');
	buf_put_percent(&b, at->secret);
	struct str text = b.err ? STR_NONE : str_format(a, "Authorization: Basic %.*s", STR_ARG(str_base64(a, buf_str(&b))));
	buf_done(&b);
	return text;
}

static void exchange(struct job *j)
{
	const struct oidc_at *at = j->all->at;
	bool by_header = at->secret.len && !j->all->offer.secret_in_body;
	struct str headers[] = { STR("Content-Type: application/x-www-form-urlencoded"), STR("Accept: application/json"), by_header ? basic(j->arena, at) : STR_NONE };
	struct buf b;
	buf_init(&b, 1 << 16);
	put_member(&b, "grant_type", STR("authorization_code"));
	put_member(&b, "code", j->code);
	put_member(&b, "redirect_uri", at->back);
	put_member(&b, "code_verifier", j->verifier);
	if (!by_header)
		put_member(&b, "client_id", at->client);
	if (!by_header && at->secret.len)
		put_member(&b, "client_secret", at->secret);
	if (b.err || (by_header && !headers[2].len))
		fail(j, "no memory to ask for tokens");
	else
		start(j, &(struct transfer_request){ .method = STR("POST"), .url = j->all->offer.token, .headers = headers, .header_count = by_header ? 3 : 2, .body = buf_str(&b),
			.answer_bytes = OIDC_BYTES_MAX, .timeout_us = timeout_us }, on_token);
	buf_done(&b);
}

static void on_keys(void *arg, const struct transfer_result *t)
{
	struct job *j = arg;
	if (t->outcome != TRANSFER_DONE || t->code != 200) {
		answer(j, 0, STR_NONE, t->text.len ? t->text : str_format(j->arena, "the keys are answered with status %u", t->code));
		return;
	}
	j->keys = str_copy(j->arena, t->body);
	if (j->code.len)
		exchange(j);
	else
		answer(j, 200, STR_NONE, STR_NONE);
}

/* It outlives the job. */
static bool keep_offer(struct oidc_sends *s, struct str text, struct why *why)
{
	struct oidc_offer o;
	arena_reset(s->known);
	s->offer = (struct oidc_offer){ .token = STR_NONE };
	if (oidc_offer_read(s->known, str_copy(s->known, text), s->at->issuer, &o, why) != OK)
		return false;
	s->offer = o;
	return true;
}

static void on_offer(void *arg, const struct transfer_result *t)
{
	struct job *j = arg;
	struct why why = { .line = 0 };
	if (t->outcome != TRANSFER_DONE || t->code != 200)
		answer(j, 0, STR_NONE, t->text.len ? t->text : str_format(j->arena, "what it offers is answered with status %u", t->code));
	else if (!keep_offer(j->all, t->body, &why))
		answer(j, 0, STR_NONE, str_of(why.text));
	else {
		j->offer = str_copy(j->arena, t->body);
		fetch(j, j->all->offer.keys, on_keys);
	}
}

/* OpenID Connect Discovery 4.1 */
static void discover(struct job *j)
{
	struct str issuer = j->all->at->issuer;
	while (issuer.len && issuer.ptr[issuer.len - 1] == '/')
		issuer.len--;
	fetch(j, str_format(j->arena, "%.*s/.well-known/openid-configuration", STR_ARG(issuer)), on_offer);
}

enum err oidc_sends_open(struct loop *l, const struct share *share, oidc_send_fn *fn, void *arg, struct oidc_sends **ret_sends, struct why *why)
{
	struct prefix allowed[CONFIG_LIST_MAX];
	struct oidc_sends *s = share->oidc_count ? calloc(1, sizeof(*s)) : NULL;
	*ret_sends = NULL;
	if (!share->oidc_count)
		return OK;
	struct transfer_options t = { .allowed = allowed, .at_once = OIDC_AT_ONCE, .ca = share->oidc->ca };
	for (unsigned i = 0; i < share->oidc->allow_count; i++)
		if (prefix_parse(share->oidc->allow[i], &allowed[t.allowed_count]) == OK)
			t.allowed_count++;
	bool good = s && (s->known = arena_new("provider", OFFER_BYTES_MAX)) && transfers_new(l, &t, &s->transfers) == OK;
	for (unsigned i = 0; good && i < OIDC_AT_ONCE; i++) {
		s->jobs[i].all = s;
		good = timer_new(l, on_failed, &s->jobs[i], &s->jobs[i].soon) == OK;
	}
	if (!good)
		return why_set(why, ERR_NOMEM, "the OpenID provider cannot be asked");
	s->at = share->oidc;
	s->fn = fn;
	s->arg = arg;
	*ret_sends = s;
	return OK;
}

enum err oidc_send(struct oidc_sends *s, struct str body, struct why *why)
{
	struct json *root;
	unsigned i = 0;
	if (!s)
		return why_set(why, ERR_UNSUPPORTED, "the configuration has no OpenID provider");
	while (i < OIDC_AT_ONCE && s->jobs[i].arena)
		i++;
	if (i == OIDC_AT_ONCE)
		return why_set(why, ERR_LIMIT, "the OpenID provider is asked %d things already", OIDC_AT_ONCE);
	struct job *j = &s->jobs[i];
	struct arena *a = arena_new("provider", JOB_BYTES_MAX);
	enum err e = a ? json_read(a, str_copy(a, body), &root, why) : why_set(why, ERR_NOMEM, "no memory");
	if (e == OK && (json_int(root, "id", 0) <= 0 || json_text(root, "code").len > OIDC_CODE_MAX))
		e = why_set(why, ERR_SYNTAX, "that is nothing that is asked of a provider");
	if (e) {
		arena_free(a);
		return e;
	}
	j->arena = a;
	j->id = json_int(root, "id", 0);
	j->code = json_text(root, "code");
	j->verifier = json_text(root, "verifier");
	if (j->code.len && s->offer.token.len)
		exchange(j);
	else
		discover(j);
	return OK;
}
