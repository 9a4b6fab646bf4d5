/*
 * Webhooks. See webhook.h.
 */
#include "model/webhook.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/time.h"

#define OPERATOR SCOPES(SCOPE_OPERATOR)
#define HOLDERS (OPERATOR | SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER))

const char *const hook_kind_words[] = { "webhook.test", "case.opened", "case.step", "case.held", "case.measure", "case.lifted", "case.answered", "case.fixed",
	"case.paused", "case.resumed", "case.emergency", "case.appealed", "case.decided", "case.closed", "case.reopened", "notice.sent", "notice.proved", "notice.lost", "forwarded",
	"report.state", NULL };

const struct hook_kind_info hook_kinds[HOOK_KINDS] = {
	[HOOK_TEST] = { HOLDERS | SCOPES(SCOPE_REPORTER), "somebody asked for a test" },
	[HOOK_CASE_OPENED] = { HOLDERS, "a case was opened" },
	[HOOK_CASE_STEP] = { HOLDERS, "a step of its ladder was taken" },
	[HOOK_CASE_HELD] = { OPERATOR, "what a step asks for waits for people" },
	[HOOK_CASE_MEASURE] = { HOLDERS, "what a step asked for was done" },
	[HOOK_CASE_LIFTED] = { HOLDERS, "what was in force was lifted" },
	[HOOK_CASE_ANSWERED] = { HOLDERS, "the customer, or the reseller, answered" },
	[HOOK_CASE_FIXED] = { HOLDERS, "the customer says that it is mended" },
	[HOOK_CASE_PAUSED] = { HOLDERS, "its ladder stands" },
	[HOOK_CASE_RESUMED] = { HOLDERS, "its ladder goes on" },
	[HOOK_CASE_EMERGENCY] = { HOLDERS, "a service was cut at once" },
	[HOOK_CASE_APPEALED] = { HOLDERS, "the customer appeals" },
	[HOOK_CASE_DECIDED] = { HOLDERS, "a person decided about it: upheld, dismissed, an appeal" },
	[HOOK_CASE_CLOSED] = { HOLDERS, "it was resolved, or went into another one" },
	[HOOK_CASE_REOPENED] = { HOLDERS, "it was opened again" },
	[HOOK_NOTICE_SENT] = { HOLDERS, "a letter was handed over" },
	[HOOK_NOTICE_PROVED] = { OPERATOR, "the mail server of a customer told what became of a letter" },
	[HOOK_NOTICE_LOST] = { OPERATOR, "a letter came back" },
	[HOOK_FORWARDED] = { OPERATOR | SCOPES(SCOPE_RESELLER), "a complaint was passed on to the reseller" },
	[HOOK_REPORT_STATE] = { SCOPES(SCOPE_REPORTER), "the state of a report is another one" },
};

const char *const hook_state_words[] = { "on", "disabled", "removed", NULL };
const char *const hook_end_words[] = { "none", "failing", "gone", "key-revoked", "owner-gone", NULL };
const char *const delivery_state_words[] = { "waiting", "delivered", "failed", NULL };
const char *const hook_failure_words[] = { "none", "status", "unreachable", "no-answer", "not-allowed", "disabled", NULL };
const char *const hook_outcome_words[] = { "none", "done", "failed", "gone", "later", NULL };

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }
#define E(s, member, list) { .name = #member, .type = FIELD_ENUM, .offset = offsetof(struct s, member), .words = (list) }

const struct field webhook_fields[] = {
	E(webhook, scope, scope_words), F(webhook, owner, FIELD_STR), F(webhook, url, FIELD_STR),
	{ .name = "events", .type = FIELD_STRS, .offset = offsetof(struct webhook, events), .count_offset = offsetof(struct webhook, event_count), .max = HOOK_KINDS },
	E(webhook, state, hook_state_words), E(webhook, because, hook_end_words), F(webhook, made_by, FIELD_STR), F(webhook, key, FIELD_STR), F(webhook, made_at, FIELD_TIME),
	F(webhook, disabled_at, FIELD_TIME), F(webhook, secret, FIELD_BYTES), F(webhook, old_secret, FIELD_BYTES), F(webhook, old_until_at, FIELD_TIME),
	F(webhook, failing_since_at, FIELD_TIME), F(webhook, paused_until_at, FIELD_TIME), F(webhook, failures, FIELD_U32), { .name = NULL },
};

const struct field hook_delivery_fields[] = {
	E(hook_delivery, kind, hook_kind_words), F(hook_delivery, about, FIELD_STR), F(hook_delivery, lane, FIELD_STR), F(hook_delivery, at, FIELD_TIME),
	F(hook_delivery, tried_at, FIELD_TIME), F(hook_delivery, done_at, FIELD_TIME), E(hook_delivery, state, delivery_state_words), F(hook_delivery, attempts, FIELD_U32),
	F(hook_delivery, repeated, FIELD_U32), F(hook_delivery, status, FIELD_U32), E(hook_delivery, failure, hook_failure_words), F(hook_delivery, next, FIELD_STR),
	{ .name = NULL },
};

const struct field hook_lane_fields[] = {
	F(hook_lane, head, FIELD_STR), F(hook_lane, tail, FIELD_STR), F(hook_lane, first_at, FIELD_TIME), F(hook_lane, attempts, FIELD_U32), F(hook_lane, in_hand, FIELD_BOOL),
	{ .name = NULL },
};

static const struct field report_fields[] = { F(hook_report, receipt, FIELD_STR), F(hook_report, reporter, FIELD_STR), { .name = NULL } };

const struct field hook_reports_fields[] = {
	F(hook_reports, told, FIELD_U32),
	{ .name = "list", .type = FIELD_LIST, .offset = offsetof(struct hook_reports, list), .fields = report_fields, .size = sizeof(struct hook_report),
		.count_offset = offsetof(struct hook_reports, count), .max = WEBHOOK_REPORTS_MAX },
	{ .name = NULL },
};

const struct field hook_order_fields[] = {
	F(hook_order, hook, FIELD_STR), F(hook_order, lane, FIELD_STR), F(hook_order, id, FIELD_STR), F(hook_order, url, FIELD_STR), F(hook_order, body, FIELD_STR),
	F(hook_order, secret, FIELD_BYTES), F(hook_order, old_secret, FIELD_BYTES), F(hook_order, good_until, FIELD_TIME),
	F(hook_order, failing, FIELD_BOOL), { .name = NULL },
};

const struct field hook_result_fields[] = {
	F(hook_result, hook, FIELD_STR), F(hook_result, lane, FIELD_STR), F(hook_result, id, FIELD_STR), E(hook_result, outcome, hook_outcome_words),
	E(hook_result, failure, hook_failure_words), F(hook_result, status, FIELD_U32), F(hook_result, retry_at, FIELD_TIME), { .name = NULL },
};

enum hook_kind hook_kind_of(enum case_event_type type)
{
	static const enum hook_kind kinds[] = { [EVENT_OPENED] = HOOK_CASE_OPENED, [EVENT_STEP] = HOOK_CASE_STEP, [EVENT_HELD] = HOOK_CASE_HELD,
		[EVENT_ACT_DONE] = HOOK_CASE_MEASURE, [EVENT_ACT_LIFTED] = HOOK_CASE_LIFTED, [EVENT_UNDONE] = HOOK_CASE_LIFTED, [EVENT_RESTORED] = HOOK_CASE_LIFTED,
		[EVENT_ANSWER] = HOOK_CASE_ANSWERED, [EVENT_FIXED] = HOOK_CASE_FIXED, [EVENT_PAUSED] = HOOK_CASE_PAUSED, [EVENT_RESUMED] = HOOK_CASE_RESUMED,
		[EVENT_EMERGENCY] = HOOK_CASE_EMERGENCY, [EVENT_APPEAL] = HOOK_CASE_APPEALED, [EVENT_REVIEWED] = HOOK_CASE_DECIDED, [EVENT_RESOLVED] = HOOK_CASE_CLOSED,
		[EVENT_MERGED] = HOOK_CASE_CLOSED, [EVENT_REOPENED] = HOOK_CASE_REOPENED, [EVENT_LETTER] = HOOK_NOTICE_SENT, [EVENT_DELIVERY] = HOOK_NOTICE_PROVED,
		[EVENT_BOUNCE] = HOOK_NOTICE_LOST };
	return (size_t)type < sizeof(kinds) / sizeof(kinds[0]) ? kinds[type] : HOOK_TEST;
}

static enum hook_kind kind_of_word(struct str word)
{
	for (int k = HOOK_TEST + 1; k < HOOK_KINDS; k++)
		if (str_eq(word, str_of(hook_kind_words[k])))
			return (enum hook_kind)k;
	return HOOK_TEST;
}

enum err hook_kinds_read(struct str text, enum scope scope, uint32_t *ret_kinds, struct why *why)
{
	uint32_t kinds = 0;
	struct str rest = text, word;
	bool all = str_eq(text, STR("all"));
	for (int k = HOOK_TEST + 1; all && k < HOOK_KINDS; k++)
		kinds |= hook_kinds[k].scopes & SCOPES(scope) ? 1u << k : 0;
	while (!all && str_split(&rest, ',', &word)) {
		enum hook_kind kind = kind_of_word(str_trim(word));
		if (kind == HOOK_TEST)
			return why_set(why, ERR_SYNTAX, "events: there is no kind \"%.*s\"", STR_ARG(str_sub(word, 0, 60)));
		if (!(hook_kinds[kind].scopes & SCOPES(scope)))
			return why_set(why, ERR_RANGE, "events: %s is not for a %s", hook_kind_words[kind], scope_words[scope]);
		kinds |= 1u << kind;
	}
	if (!kinds)
		return why_set(why, ERR_SYNTAX, "events: kinds with commas between them, or all");
	*ret_kinds = kinds;
	return OK;
}

struct str webhook_owner(struct arena *a, enum scope scope, struct str id)
{
	return str_format(a, "%s/%.*s", scope_words[scope], STR_ARG(id));
}

struct principal webhook_principal(const struct webhook *w)
{
	return (struct principal){ .scope = w->scope, .id = w->owner };
}

uint32_t webhook_kinds(const struct webhook *w)
{
	uint32_t kinds = 0;
	for (unsigned i = 0; i < w->event_count; i++) {
		enum hook_kind kind = kind_of_word(w->events[i]);
		kinds |= kind == HOOK_TEST || !(hook_kinds[kind].scopes & SCOPES(w->scope)) ? 0 : 1u << kind;
	}
	return kinds;
}

static bool is_port(struct str text)
{
	uint64_t port;
	return str_to_u64(text, UINT16_MAX, &port) == OK && port;
}

/* The host of an authority without user, with or without a port. */
static bool host_of(struct str authority, struct str *ret_host)
{
	bool bracket = authority.len && authority.ptr[0] == '[';
	size_t end = bracket ? str_chr(authority, ']') : str_chr(authority, ':');
	if (bracket && end == SIZE_MAX)
		return false;
	end = end == SIZE_MAX ? authority.len : bracket ? end + 1 : end;
	struct str rest = str_sub(authority, end, authority.len);
	*ret_host = str_sub(authority, 0, end);
	return end && str_chr(authority, '@') == SIZE_MAX && (!rest.len || (rest.ptr[0] == ':' && is_port(str_sub(rest, 1, rest.len))));
}

enum err webhook_url_check(struct str url, const struct str *http_hosts, unsigned host_count, struct why *why)
{
	bool https = str_starts(url, STR("https://")), http = str_starts(url, STR("http://")), named = false, good = https || http;
	struct str rest = str_sub(url, https ? 8 : 7, url.len), host = STR_NONE;
	size_t end = 0;
	for (size_t i = 0; i < url.len; i++)
		good = good && (unsigned char)url.ptr[i] > ' ' && (unsigned char)url.ptr[i] < 0x7f && str_chr(STR("#\"<>\\^`{|}"), url.ptr[i]) == SIZE_MAX;
	while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
		end++;
	if (!good || url.len > WEBHOOK_URL_MAX || !host_of(str_sub(rest, 0, end), &host))
		return why_set(why, ERR_SYNTAX, "url: https://HOST[:PORT]/PATH, of at most %d octets, without a user and a fragment", WEBHOOK_URL_MAX);
	for (unsigned i = 0; i < host_count; i++)
		named |= str_eq_fold(host, http_hosts[i]);
	return https || named ? OK : why_set(why, ERR_RANGE, "url: it must be https");
}

struct str webhook_sign(struct arena *a, struct str secret, struct str id, int64_t seconds, struct str body)
{
	struct digest d;
	struct str said = str_format(a, "%.*s.%lld.%.*s", STR_ARG(id), (long long)seconds, STR_ARG(body));
	if (!said.len)
		return STR_NONE;
	digest_hmac(secret, said, &d);
	return str_format(a, "v1,%.*s", STR_ARG(str_base64(a, (struct str){ (const char *)d.octets, DIGEST_LEN })));
}

enum err webhook_body(struct arena *a, struct str id, const struct hook_delivery *d, enum scope scope, struct str hook, struct str *ret_body)
{
	struct buf b;
	struct jsonw w;
	struct str about = d->kind == HOOK_TEST ? hook : d->about;
	const char *cases = scope == SCOPE_OPERATOR ? "/v1/cases/" : "/v1/my/cases/";
	const char *where = d->kind == HOOK_TEST ? "/v1/webhooks/" : d->kind == HOOK_REPORT_STATE ? "/v1/my/reports/" : cases;
	buf_init(&b, WEBHOOK_BODY_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "id", id);
	jsonw_str(&w, "type", str_of(hook_kind_words[d->kind]));
	jsonw_time(&w, "timestamp", d->at);
	jsonw_object(&w, "data");
	jsonw_str(&w, d->kind == HOOK_TEST ? "webhook" : d->kind == HOOK_REPORT_STATE ? "report" : "case", about);
	jsonw_str(&w, "path", str_format(a, "%s%.*s", where, STR_ARG(about)));
	jsonw_end(&w, '}');
	jsonw_end(&w, '}');
	enum err e = b.err;
	struct str body = e ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	if (e || !body.len)
		return e ? e : ERR_NOMEM;
	*ret_body = body;
	return OK;
}
