/*
 * The ledger's errands. See errand.h.
 */
#include "aupd/errand.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/seal.h"
#include "base/stamp.h"
#include "base/time.h"
#include "base/transfer.h"
#include "evidence/witness.h"

enum { ERRAND_TEXT_MAX = 200 };
static const int64_t errand_timeout_us = 30 * SECOND_US;

struct errand {
	struct errands *all;
	struct arena *arena;            /* of what is sent and answered; NULL while none runs */
	int64_t id;
	struct timer *soon;
	struct str failed;              /* why it was not even sent */
	struct digest stamped;          /* of ERRAND_STAMP: over what, and with which nonce */
	uint8_t nonce[STAMP_NONCE_LEN];
};

struct errands {
	struct transfers *transfers;
	const struct share *share;
	errand_fn *fn;
	void *arg;
	struct errand list[ERRAND_PARTIES];
};

static void answer(struct errands *e, struct arena *a, int64_t id, int64_t to, unsigned status, const struct transfer_result *t, int64_t at_s, struct str text)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, ERRAND_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "id", id);
	jsonw_int(&w, "to", to);
	jsonw_int(&w, "status", status);
	jsonw_int(&w, "at", at_s);
	jsonw_str(&w, "type", str_printable(a, t->type, ERRAND_TEXT_MAX));
	jsonw_str(&w, "octets", str_base64(a, t->body));
	jsonw_str(&w, "text", str_printable(a, text, ERRAND_TEXT_MAX));
	jsonw_end(&w, '}');
	if (!b.err)
		e->fn(e->arg, buf_str(&b));
	buf_done(&b);
}

static void finish(struct errand *r, const struct transfer_result *t)
{
	struct errands *e = r->all;
	struct arena *a = r->arena;
	struct why why = { .line = 0 };
	struct str text = t->text;
	unsigned status = t->outcome == TRANSFER_UNKNOWN ? 0 : t->code;
	int64_t at = 0;
	if (r == &e->list[ERRAND_STAMP] && status == 200 && stamp_check(a, t->body, e->share->stamp_ca, &r->stamped, r->nonce, &at, &why) != OK) {
		status = 0;
		text = str_of(why.text);
	}
	r->arena = NULL;
	answer(e, a, r->id, r - e->list, status, t, at / SECOND_US, text);
	arena_free(a);
}

static void on_answer(void *arg, const struct transfer_result *t)
{
	finish(arg, t);
}

static void on_failed(void *arg)
{
	struct errand *r = arg;
	finish(r, &(struct transfer_result){ .outcome = TRANSFER_RETRY, .text = r->failed });
}

enum err errands_open(struct loop *l, const struct share *share, errand_fn *fn, void *arg, struct errands **ret_errands, struct why *why)
{
	struct prefix allowed[CONFIG_LIST_MAX];
	struct transfer_options t = { .allowed = allowed, .at_once = ERRAND_PARTIES };
	struct errands *e = calloc(1, sizeof(*e));
	for (unsigned i = 0; i < share->ledger_allow_count; i++)
		if (prefix_parse(share->ledger_allow[i], &allowed[t.allowed_count]) == OK)
			t.allowed_count++;
	bool good = e && transfers_new(l, &t, &e->transfers) == OK;
	for (unsigned i = 0; good && i < ERRAND_PARTIES; i++) {
		e->list[i].all = e;
		good = timer_new(l, on_failed, &e->list[i], &e->list[i].soon) == OK;
	}
	if (!good)
		return why_set(why, ERR_NOMEM, "witnesses and time stamps cannot be asked for");
	e->share = share;
	e->fn = fn;
	e->arg = arg;
	*ret_errands = e;
	return OK;
}

/* "KEY URL" of a witness: its URL is the prefix that add-checkpoint is behind. */
static struct str url_of(const struct errands *e, struct arena *a, unsigned to)
{
	if (to == ERRAND_STAMP)
		return e->share->stamp_url;
	struct str url = to < e->share->witness_count ? e->share->witnesses[to] : STR_NONE;
	url = str_sub(url, str_chr(url, ' '), url.len);
	url = str_sub(url, 1, url.len);
	while (url.len && url.ptr[url.len - 1] == '/')
		url.len--;
	return url.len ? str_format(a, "%.*s/add-checkpoint", STR_ARG(url)) : STR_NONE;
}

/* What is sent to the authority for the digest that the judge gave. */
static enum err make_request(struct errand *r, struct arena *a, struct str digest, struct str *ret_der, struct why *why)
{
	if (digest.len != DIGEST_LEN)
		return why_set(why, ERR_SYNTAX, "a digest of %zu octets cannot be stamped", digest.len);
	memcpy(r->stamped.octets, digest.ptr, DIGEST_LEN);
	random_bytes(r->nonce, sizeof(r->nonce));
	r->nonce[0] = (r->nonce[0] & 0x3f) | 0x40;
	return stamp_request(a, &r->stamped, r->nonce, ret_der, why);
}

enum err errand_run(struct errands *e, struct str body, struct why *why)
{
	struct arena *a = arena_new("errand", 8 * ERRAND_BYTES_MAX);
	struct json *root;
	struct str octets;
	enum err err = a ? json_read(a, str_copy(a, body), &root, why) : ERR_NOMEM;
	if (err == OK)
		err = str_unbase64(a, json_text(root, "octets"), &octets);
	int64_t to = err == OK ? json_int(root, "to", -1) : -1;
	if (err == OK && (to < 0 || to >= ERRAND_PARTIES || !url_of(e, a, (unsigned)to).len))
		err = why_set(why, ERR_RANGE, "an errand to nobody of the configuration");
	if (err == OK && e->list[to].arena)
		err = ERR_AGAIN;
	if (err == OK && to == ERRAND_STAMP)
		err = make_request(&e->list[to], a, octets, &octets, why);
	if (err) {
		/* of a judge that was killed one may still run: the new judge is told, and asks again */
		if (to >= 0)
			answer(e, a, json_int(root, "id", 0), to, 0, &(struct transfer_result){ .code = 0 }, 0, STR("another request to it still runs"));
		arena_free(a);
		return err == ERR_AGAIN ? OK : err;
	}
	struct errand *r = &e->list[to];
	r->arena = a;
	r->id = json_int(root, "id", 0);
	struct str headers[] = { to == ERRAND_STAMP ? STR("Content-Type: application/timestamp-query") : STR("Content-Type: text/plain; charset=utf-8") };
	struct transfer_request q = { .method = STR("POST"), .url = url_of(e, a, (unsigned)to), .headers = headers, .header_count = 1, .body = octets,
		.answer_bytes = WITNESS_ANSWER_MAX, .timeout_us = errand_timeout_us };
	struct why inner = { .line = 0 };
	if (transfer_http(e->transfers, &q, on_answer, r, &inner) == OK)
		return OK;
	r->failed = str_copy(a, str_of(inner.text));
	timer_set(r->soon, 0, 0);
	return OK;
}
