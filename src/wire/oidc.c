/*
 * See oidc.h.
 */
#include "wire/oidc.h"

#include "base/addr.h"
#include "base/digest.h"
#include "base/time.h"

static const int64_t seconds_max = INT64_C(253402300799); /* of the year 9999 */

static bool is_loopback(struct str host)
{
	struct addr at;
	struct prefix v4, v6;
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = str_sub(host, 1, host.len - 2);
	return addr_parse(host, &at) == OK && prefix_parse(STR("127.0.0.0/8"), &v4) == OK && prefix_parse(STR("::1/128"), &v6) == OK &&
		(prefix_has(&v4, &at) || prefix_has(&v6, &at));
}

bool oidc_url_is(struct str url, bool http_too)
{
	bool tls = str_starts(url, STR("https://"));
	struct str rest = str_sub(url, tls ? 8 : 7, url.len), host = rest;
	if (url.len > OIDC_URL_MAX || (!tls && !(http_too && str_starts(url, STR("http://")))))
		return false;
	for (size_t i = 0; i < url.len; i++)
		if (url.ptr[i] <= ' ' || url.ptr[i] > '~' || strchr("@#\"<>\\^`{|}", url.ptr[i]))
			return false;
	for (size_t i = 0; i < rest.len && host.len == rest.len; i++)
		if (rest.ptr[i] == '/' || rest.ptr[i] == '?')
			host = str_sub(rest, 0, i);
	size_t end = host.len && host.ptr[0] == '[' ? str_chr(host, ']') : SIZE_MAX;
	host = end != SIZE_MAX ? str_sub(host, 0, end + 1) : str_sub(host, 0, str_chr(host, ':'));
	return host.len && (tls || is_loopback(host));
}

/* Without such a list what is asked for is what the document says is meant then. */
static bool lists(const struct json *root, const char *name, const char *word, bool absent)
{
	const struct json *list = json_get(root, name);
	if (!list)
		return absent;
	for (const struct json *x = list->type == JSON_ARRAY ? list->child : NULL; x; x = x->next)
		if (x->type == JSON_STRING && str_eq(x->text, str_of(word)))
			return true;
	return false;
}

static enum err read_object(struct arena *a, struct str text, struct json **ret_root, struct why *why)
{
	if (text.len > OIDC_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "an answer of more than %d octets", OIDC_BYTES_MAX);
	enum err e = json_read(a, text, ret_root, why);
	return e || (*ret_root)->type == JSON_OBJECT ? e : why_set(why, ERR_SYNTAX, "the answer is no object");
}

enum err oidc_offer_read(struct arena *a, struct str text, struct str issuer, struct oidc_offer *ret_offer, struct why *why)
{
	const bool http_too = str_starts(issuer, STR("http://"));
	struct oidc_offer x = { .names_itself = false };
	struct json *root;
	enum err e = read_object(a, text, &root, why);
	if (e)
		return e;
	/* Discovery 4.3: octet for octet */
	if (!str_eq(json_text(root, "issuer"), issuer))
		return why_set(why, ERR_DENIED, "the provider says that it is another issuer");
	x.authorize = json_text(root, "authorization_endpoint");
	x.token = json_text(root, "token_endpoint");
	x.keys = json_text(root, "jwks_uri");
	if (!oidc_url_is(x.authorize, http_too) || !oidc_url_is(x.token, http_too) || !oidc_url_is(x.keys, http_too))
		return why_set(why, ERR_SYNTAX, "the provider does not say where it is asked, with https");
	if (!lists(root, "response_types_supported", "code", true))
		return why_set(why, ERR_UNSUPPORTED, "the provider gives no codes");
	/* some say nothing and can it; one that does not check the challenge loses nothing of what a state and a nonce hold */
	if (!lists(root, "code_challenge_methods_supported", "S256", true))
		return why_set(why, ERR_UNSUPPORTED, "the provider does not take S256 for its codes");
	x.names_itself = json_flag(root, "authorization_response_iss_parameter_supported", false);
	x.secret_in_body = !lists(root, "token_endpoint_auth_methods_supported", "client_secret_basic", true) &&
		lists(root, "token_endpoint_auth_methods_supported", "client_secret_post", false);
	*ret_offer = x;
	return OK;
}

enum err oidc_answer_read(struct arena *a, struct str text, struct str *ret_token, struct why *why)
{
	struct json *root;
	enum err e = read_object(a, text, &root, why);
	if (e)
		return e;
	struct str token = json_text(root, "id_token");
	if (!token.len)
		return why_set(why, ERR_SYNTAX, "the provider gave no ID token");
	*ret_token = token;
	return OK;
}

/* --- what the token says --- */

static bool read_seconds(const struct json *claims, const char *name, int64_t *ret_at)
{
	const struct json *x = json_get(claims, name);
	if (!x || x->type != JSON_NUMBER || !x->is_integer || x->integer < 0 || x->integer > seconds_max)
		return false;
	*ret_at = x->integer * SECOND_US;
	return true;
}

/* It is for this client; and where it is for others too, this one asked for it (3.1.3.7, 3 to 5). */
static bool is_for(const struct json *claims, struct str client)
{
	const struct json *aud = json_get(claims, "aud"), *azp = json_get(claims, "azp");
	unsigned n = 0;
	bool ours = false;
	if (azp && (azp->type != JSON_STRING || !str_eq(azp->text, client)))
		return false;
	if (aud && aud->type == JSON_STRING)
		return str_eq(aud->text, client);
	for (const struct json *x = aud && aud->type == JSON_ARRAY ? aud->child : NULL; x; x = x->next) {
		if (x->type != JSON_STRING || n++ == OIDC_AUDIENCES_MAX)
			return false;
		ours |= str_eq(x->text, client);
	}
	return ours && (n == 1 || azp);
}

static bool is_acr(struct str acr, const struct oidc_expected *x)
{
	for (unsigned i = 0; i < x->acr_count; i++)
		if (str_eq(acr, x->acr[i]))
			return true;
	return !x->acr_count;
}

static enum err check_times(const struct json *claims, const struct oidc_expected *x, struct why *why)
{
	const int64_t skew = OIDC_SKEW_S * SECOND_US;
	int64_t exp, iat, at;
	if (!read_seconds(claims, "exp", &exp) || !read_seconds(claims, "iat", &iat))
		return why_set(why, ERR_DENIED, "the token does not say when it was made and until when it holds");
	if (exp <= x->now_at - skew)
		return why_set(why, ERR_DENIED, "the token is over: do the clocks agree?");
	if (iat > x->now_at + skew)
		return why_set(why, ERR_DENIED, "the token is of a later time than ours: do the clocks agree?");
	if (iat < x->begun_at - skew)
		return why_set(why, ERR_DENIED, "the token is older than the sign-in");
	if (json_get(claims, "nbf") && (!read_seconds(claims, "nbf", &at) || at > x->now_at + skew))
		return why_set(why, ERR_DENIED, "the token does not hold yet");
	if (x->fresh && (!read_seconds(claims, "auth_time", &at) || at < x->begun_at - skew || at > x->now_at + skew))
		return why_set(why, ERR_DENIED, "the provider does not say that the person proved himself anew");
	return OK;
}

enum err oidc_claims_check(const struct json *claims, const struct oidc_expected *x, struct str *ret_subject, struct why *why)
{
	struct str subject = json_text(claims, "sub");
	if (!str_eq(json_text(claims, "iss"), x->issuer))
		return why_set(why, ERR_DENIED, "the token is of another issuer");
	if (!is_for(claims, x->client))
		return why_set(why, ERR_DENIED, "the token is not for this client alone");
	if (!x->nonce.len || !str_eq_secret(json_text(claims, "nonce"), x->nonce))
		return why_set(why, ERR_DENIED, "the token is not of this sign-in");
	enum err e = check_times(claims, x, why);
	if (e)
		return e;
	if (!is_acr(json_text(claims, "acr"), x))
		return why_set(why, ERR_DENIED, "the person did not prove himself in a way that is asked for");
	/* Core 2: at most 255 characters of ASCII */
	bool good = subject.len && subject.len <= OIDC_SUBJECT_MAX;
	for (size_t i = 0; i < subject.len && good; i++)
		good = subject.ptr[i] > 0 && subject.ptr[i] < 0x7f;
	if (!good)
		return why_set(why, ERR_DENIED, "the token does not say who it is about");
	*ret_subject = subject;
	return OK;
}
