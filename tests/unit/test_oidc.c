/*
 * What an OpenID provider offers and gives, and what its token must say.
 */
#include "base/time.h"
#include "tap.h"
#include "wire/oidc.h"

#define NOW (INT64_C(1750000000) * SECOND_US)

static struct arena *a;
static struct why why;

/* Members of `good` may be given again in more: they then stand instead of those. */
static struct str with(const char *const good[][2], size_t count, const char *more)
{
	struct str s = STR("{");
	for (size_t i = 0; i < count; i++)
		if (str_find(str_of(more), str_format(a, "\"%s\":", good[i][0])) == SIZE_MAX)
			s = str_format(a, "%.*s\"%s\":%s,", STR_ARG(s), good[i][0], good[i][1]);
	return str_format(a, "%.*s%s\"end\":0}", STR_ARG(s), more);
}

static const char *const offer_members[][2] = {
	{ "issuer", "\"https://id.example\"" }, { "authorization_endpoint", "\"https://id.example/auth?x=1\"" }, { "token_endpoint", "\"https://other.example:8443/token\"" },
	{ "jwks_uri", "\"https://id.example/keys\"" },
};

static enum err offer(const char *more, struct oidc_offer *o)
{
	return oidc_offer_read(a, with(offer_members, 4, more), STR("https://id.example"), o, &why);
}

static void test_offer(void)
{
	struct oidc_offer o = { .names_itself = true };
	IS_INT(offer("", &o), OK, "the least that a provider says");
	IS_STR(o.token, STR("https://other.example:8443/token"), "where codes are taken");
	OK_(!o.names_itself && !o.secret_in_body, "and what stands when nothing is said");
	IS_INT(offer("\"authorization_response_iss_parameter_supported\":true,\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"],"
		"\"code_challenge_methods_supported\":[\"plain\",\"S256\"],\"response_types_supported\":[\"code\"],", &o), OK, "more of it");
	OK_(o.names_itself && o.secret_in_body, "is heard");
	IS_INT(offer("\"token_endpoint_auth_methods_supported\":[\"client_secret_post\",\"client_secret_basic\"],", &o), OK, "both ways");
	OK_(!o.secret_in_body, "the secret is not in the body then");
	IS_INT(offer("\"issuer\":\"https://id.example/\",", &o), ERR_DENIED, "an issuer that differs by a slash");
	IS_INT(offer("\"issuer\":7,", &o), ERR_DENIED, "one that is a number");
	IS_INT(offer("\"token_endpoint\":\"http://id.example/token\",", &o), ERR_SYNTAX, "codes without TLS");
	IS_INT(offer("\"token_endpoint\":\"http://127.0.0.1/token\",", &o), ERR_SYNTAX, "also on this machine, when the issuer has TLS");
	IS_INT(offer("\"jwks_uri\":\"file:///etc/passwd\",", &o), ERR_SYNTAX, "keys of a file");
	IS_INT(offer("\"authorization_endpoint\":\"javascript:alert(1)\",", &o), ERR_SYNTAX, "an address that is a script");
	IS_INT(offer("\"code_challenge_methods_supported\":[\"plain\"],", &o), ERR_UNSUPPORTED, "no S256");
	IS_INT(offer("\"response_types_supported\":[\"id_token\"],", &o), ERR_UNSUPPORTED, "no codes");
	IS_INT(oidc_offer_read(a, STR("[]"), STR("https://id.example"), &o, &why), ERR_SYNTAX, "a list");
	IS_INT(oidc_offer_read(a, STR("<html>"), STR("https://id.example"), &o, &why), ERR_SYNTAX, "a page");
}

static void test_urls(void)
{
	static const char *const good[] = { "https://id.example", "https://id.example:8443/a/b?c=d", "https://[2001:db8::1]/", "https://192.0.2.1/" };
	static const char *const bad[] = { "http://id.example/", "https://", "https:///path", "https://user@id.example/", "https://id.example/#x", "https://id.example/ x", "HTTPS://id.example/",
		"https://id.example/\"x", "https://?x", "ftp://id.example/", "", "https://id.example\\@evil.example/" };
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		OK_(oidc_url_is(str_of(good[i]), false), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(!oidc_url_is(str_of(bad[i]), false), bad[i]);
	OK_(oidc_url_is(STR("http://127.0.0.1:9000/"), true) && oidc_url_is(STR("http://[::1]:9000/"), true), "this machine without TLS, where that may be");
	OK_(!oidc_url_is(STR("http://localhost:9000/"), true) && !oidc_url_is(STR("http://192.0.2.1/"), true), "but no name, and no other");
}

static void test_answer(void)
{
	struct str token;
	IS_INT(oidc_answer_read(a, STR("{\"access_token\":\"x\",\"token_type\":\"Bearer\",\"id_token\":\"a.b.c\"}"), &token, &why), OK, "an answer");
	IS_STR(token, STR("a.b.c"), "has its token");
	IS_INT(oidc_answer_read(a, STR("{\"access_token\":\"x\"}"), &token, &why), ERR_SYNTAX, "one without a token of who it is");
	IS_INT(oidc_answer_read(a, STR("{\"id_token\":[\"a.b.c\"]}"), &token, &why), ERR_SYNTAX, "one with a list of them");
	IS_INT(oidc_answer_read(a, STR("id_token=a.b.c"), &token, &why), ERR_SYNTAX, "a form");
}

static const char *const members[][2] = { { "iss", "\"https://id.example\"" }, { "aud", "\"aupd\"" }, { "nonce", "\"n-0S6\"" }, { "sub", "\"joe\"" }, { "exp", "1750000300" },
	{ "iat", "1750000000" } };

static struct oidc_expected expected(void)
{
	return (struct oidc_expected){ .issuer = STR("https://id.example"), .client = STR("aupd"), .nonce = STR("n-0S6"), .now_at = NOW, .begun_at = NOW - MINUTE_US };
}

static bool takes_as(const char *more, const struct oidc_expected *x)
{
	struct str subject = STR_NONE;
	struct json *root = NULL;
	BUG_ON(json_read(a, with(members, 6, more), &root, &why) != OK);
	why.text[0] = 0;
	enum err e = oidc_claims_check(root, x, &subject, &why);
	if (e == OK ? !subject.len : e != ERR_DENIED || !why.text[0] || subject.len)
		OK_(false, "an answer, or a reason");
	return e == OK;
}

static bool takes(const char *more)
{
	struct oidc_expected x = expected();
	return takes_as(more, &x);
}

static void test_claims(void)
{
	static const struct { const char *more; bool good; const char *name; } list[] = {
		{ "", true, "the least that a token says" },
		{ "\"iss\":\"https://id.example/\",", false, "another issuer" }, { "\"iss\":null,", false, "no issuer" },
		{ "\"aud\":\"other\",", false, "for another client" }, { "\"aud\":[\"aupd\"],", true, "for a list of this one" }, { "\"aud\":[],", false, "for an empty list" },
		{ "\"aud\":[\"aupd\",\"other\"],", false, "for two, and nobody says who asked" }, { "\"aud\":[\"aupd\",\"other\"],\"azp\":\"aupd\",", true, "for two, and this one asked" },
		{ "\"aud\":[\"aupd\",\"other\"],\"azp\":\"other\",", false, "for two, and the other one asked" }, { "\"azp\":\"other\",", false, "for this one, and another one asked" },
		{ "\"aud\":[\"other\"],\"azp\":\"aupd\",", false, "asked for by this one, for another" }, { "\"aud\":[\"aupd\",7],\"azp\":\"aupd\",", false, "for a number" },
		{ "\"nonce\":\"n-0S7\",", false, "the nonce of another sign-in" }, { "\"nonce\":\"\",", false, "no nonce" },
		{ "\"exp\":1749999941,", true, "over, within what clocks may differ by" }, { "\"exp\":1749999940,", false, "over" }, { "\"exp\":\"1750000300\",", false, "an end that is a text" },
		{ "\"exp\":1e99,", false, "an end beyond all numbers" }, { "\"exp\":9223372036854775807,", false, "or beyond all years" }, { "\"exp\":-1,", false, "or before them" },
		{ "\"iat\":1750000060,", true, "of a clock that is a minute ahead" }, { "\"iat\":1750000061,", false, "of one that is more" },
		{ "\"iat\":1749999880,", true, "made when the sign-in began" }, { "\"iat\":1749999879,", false, "made before" },
		{ "\"nbf\":1750000061,", false, "not good yet" }, { "\"nbf\":1750000000,", true, "good now" },
		{ "\"sub\":\"\",", false, "about nobody" }, { "\"sub\":7,", false, "about a number" }, { "\"sub\":\"j\\u00f6rg\",", false, "about no ASCII" },
		{ "\"sub\":\"a\\u0000b\",", false, "about a NUL" },
	};
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		OK_(takes(list[i].more) == list[i].good, list[i].name);
	OK_(!takes("\"exp\":null,") && !takes("\"iat\":null,"), "without its times");
	struct oidc_expected x = expected();
	x.nonce = STR_NONE;
	OK_(!takes_as("\"nonce\":\"\",", &x), "an empty nonce is no nonce");
}

static void test_more(void)
{
	static const struct str acr[] = { { "mfa", 3 }, { "phr", 3 } };
	struct oidc_expected x = expected();
	x.fresh = true;
	OK_(!takes_as("", &x), "proved anew, and the token does not say when");
	OK_(takes_as("\"auth_time\":1750000000,", &x), "proved now");
	OK_(takes_as("\"auth_time\":1749999880,", &x), "proved when the person was sent there");
	OK_(!takes_as("\"auth_time\":1749999879,", &x), "proved before");
	OK_(!takes_as("\"auth_time\":1750000061,", &x), "proved in the future");
	OK_(!takes_as("\"auth_time\":\"1750000000\",", &x), "at a text");
	x = expected();
	x.acr = acr;
	x.acr_count = 2;
	OK_(takes_as("\"acr\":\"phr\",", &x), "a way of proving that is asked for");
	OK_(!takes_as("\"acr\":\"pwd\",", &x) && !takes_as("", &x) && !takes_as("\"acr\":[\"mfa\"],", &x), "another one, none, and a list");
}

int main(void)
{
	a = arena_new("test", 8 << 20);
	test_offer();
	test_urls();
	test_answer();
	test_claims();
	test_more();
	arena_free(a);
	return tap_done();
}
