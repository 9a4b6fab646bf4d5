/*
 * Webhooks: the signature against the example of Standard Webhooks, URLs, kinds of events and what is sent.
 */
#include "model/webhook.h"
#include "tap.h"

static struct arena *a;

/* The example that the libraries of Standard Webhooks are tested with. */
static void test_signature(void)
{
	struct str secret, id = STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), body = STR("{\"test\": 2432232314}");
	OK_(str_unbase64(a, STR("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &secret) == OK, "the secret is base64 behind whsec_");
	IS_STR(webhook_sign(a, secret, id, 1614265330, body), STR("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), "the example of the standard");
	OK_(!str_eq(webhook_sign(a, secret, id, 1614265331, body), webhook_sign(a, secret, id, 1614265330, body)), "the time is signed");
}

static void test_url(void)
{
	static const struct { const char *url; enum err want; } urls[] = {
		{ "https://hooks.example/aup", OK }, { "https://hooks.example", OK }, { "https://hooks.example:8443/a?b=c", OK }, { "https://[2001:db8::1]:443/", OK },
		{ "http://127.0.0.1:8080/x", OK }, { "http://127.0.0.2/x", ERR_RANGE }, { "http://hooks.example/", ERR_RANGE }, { "ftp://hooks.example/", ERR_SYNTAX },
		{ "https://", ERR_SYNTAX }, { "https:///x", ERR_SYNTAX }, { "https://user@hooks.example/", ERR_SYNTAX }, { "https://hooks.example/#x", ERR_SYNTAX },
		{ "https://hooks.example/a b", ERR_SYNTAX }, { "https://hooks.example:0/", ERR_SYNTAX }, { "https://hooks.example:99999/", ERR_SYNTAX },
		{ "https://hooks.example:/", ERR_SYNTAX }, { "https://[::1/", ERR_SYNTAX }, { "https://hooks.example\\@127.0.0.1/", ERR_SYNTAX }, { "", ERR_SYNTAX },
		{ "http://127.0.0.1:80@evil.example/", ERR_SYNTAX }, { "HTTPS://hooks.example/", ERR_SYNTAX }, { "https://h\xc3\xa4.example/", ERR_SYNTAX },
	};
	const struct str hosts[] = { STR("127.0.0.1") };
	char long_url[WEBHOOK_URL_MAX + 2];
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		IS_INT(webhook_url_check(str_of(urls[i].url), hosts, 1, NULL), urls[i].want, urls[i].url);
	memset(long_url, 'x', sizeof(long_url));
	memcpy(long_url, "https://h/", 10);
	IS_INT(webhook_url_check((struct str){ long_url, WEBHOOK_URL_MAX }, hosts, 1, NULL), OK, "one of the longest");
	IS_INT(webhook_url_check((struct str){ long_url, WEBHOOK_URL_MAX + 1 }, hosts, 1, NULL), ERR_SYNTAX, "one too long");
}

static void test_kinds(void)
{
	struct str words[] = { STR("case.opened"), STR("notice.proved"), STR("of the future") };
	struct webhook w = { .scope = SCOPE_CUSTOMER, .events = words, .event_count = 3 };
	uint32_t all = 0, some = 0;
	for (int k = 0; k < HOOK_KINDS; k++)
		OK_(hook_kind_words[k] && hook_kinds[k].doc && hook_kinds[k].scopes, "each kind has a word, a line and scopes");
	OK_(!hook_kind_words[HOOK_KINDS], "and there are no more words");
	IS_INT(hook_kinds_read(STR("all"), SCOPE_REPORTER, &all, NULL), OK, "all that is for a reporter");
	IS_INT(all, 1 << HOOK_REPORT_STATE, "is what becomes of reports");
	IS_INT(hook_kinds_read(STR("case.opened, case.closed"), SCOPE_CUSTOMER, &some, NULL), OK, "a list");
	IS_INT(some, 1 << HOOK_CASE_OPENED | 1 << HOOK_CASE_CLOSED, "of two");
	IS_INT(hook_kinds_read(STR("case.opened,notice.proved"), SCOPE_CUSTOMER, &some, NULL), ERR_RANGE, "not what is for operators");
	IS_INT(hook_kinds_read(STR("report.state"), SCOPE_RESELLER, &some, NULL), ERR_RANGE, "nor for reporters");
	IS_INT(hook_kinds_read(STR("webhook.test"), SCOPE_OPERATOR, &some, NULL), ERR_SYNTAX, "nobody subscribes to tests");
	IS_INT(hook_kinds_read(STR(""), SCOPE_OPERATOR, &some, NULL), ERR_SYNTAX, "nor to nothing");
	IS_INT(hook_kinds_read(STR("case.opened,,case.step"), SCOPE_OPERATOR, &some, NULL), ERR_SYNTAX, "nor to what has no name");
	IS_INT(webhook_kinds(&w), 1 << HOOK_CASE_OPENED, "what a row names and is not for its scope, or not known, is not told");
	IS_INT(hook_kind_of(EVENT_FINDING), HOOK_TEST, "a report is no event of its own");
	IS_INT(hook_kind_of(EVENT_UNANSWERED), HOOK_TEST, "nor is the last of the list");
	IS_INT(hook_kind_of(EVENT_MERGED), HOOK_CASE_CLOSED, "a merged case is closed");
}

static void test_body(void)
{
	struct hook_delivery d = { .kind = HOOK_CASE_OPENED, .about = STR("C-256"), .at = 1772359200000000 };
	struct str body = STR_NONE;
	IS_INT(webhook_body(a, STR("evt_1"), &d, SCOPE_CUSTOMER, STR("wh_1"), &body), OK, "a body");
	IS_STR(body, STR("{\"id\":\"evt_1\",\"type\":\"case.opened\",\"timestamp\":\"2026-03-01T10:00:00Z\",\"data\":{\"case\":\"C-256\",\"path\":\"/v1/my/cases/C-256\"}}"),
		"of a case, to its customer");
	OK_(webhook_body(a, STR("evt_1"), &d, SCOPE_OPERATOR, STR("wh_1"), &body) == OK && str_find(body, STR("\"/v1/cases/C-256\"")) != SIZE_MAX, "to an operator");
	d = (struct hook_delivery){ .kind = HOOK_REPORT_STATE, .about = STR("abc"), .at = 0 };
	OK_(webhook_body(a, STR("evt_1"), &d, SCOPE_REPORTER, STR("wh_1"), &body) == OK && str_find(body, STR("{\"report\":\"abc\",\"path\":\"/v1/my/reports/abc\"}")) != SIZE_MAX,
		"of a report");
	d = (struct hook_delivery){ .kind = HOOK_TEST, .at = 0 };
	OK_(webhook_body(a, STR("evt_1"), &d, SCOPE_REPORTER, STR("wh_1"), &body) == OK && str_find(body, STR("\"/v1/webhooks/wh_1\"")) != SIZE_MAX, "of a test");
}

int main(void)
{
	a = arena_new("test", 1 << 20);
	test_signature();
	test_url();
	test_kinds();
	test_body();
	arena_free(a);
	return tap_done();
}
