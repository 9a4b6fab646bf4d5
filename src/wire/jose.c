/*
 * See jose.h.
 */
#include "wire/jose.h"

#include "base/seal.h"
#include "base/verify.h"

const char *const jose_alg_words[] = { "RS256", "ES256", "EdDSA", NULL };

/* --- keys --- */

/* RFC 7517 4.2, 4.3, 4.4: for signatures, as far as it says; and RFC 7518 6: what no public key has makes it none. */
static bool is_for_signatures(const struct json *k)
{
	static const char *const secret[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };
	const struct json *ops = json_get(k, "key_ops"), *use = json_get(k, "use");
	bool verifies = !ops;
	for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++)
		if (json_get(k, secret[i]))
			return false;
	for (const struct json *o = ops && ops->type == JSON_ARRAY ? ops->child : NULL; o; o = o->next)
		verifies |= o->type == JSON_STRING && str_eq(o->text, STR("verify"));
	return verifies && (!use || (use->type == JSON_STRING && str_eq(use->text, STR("sig"))));
}

static bool take_octets(struct arena *a, const struct json *k, const char *name, size_t min, size_t max, struct str *ret_octets)
{
	return str_unbase64url(a, json_text(k, name), ret_octets) == OK && ret_octets->len >= min && ret_octets->len <= max;
}

static bool read_key(struct arena *a, const struct json *k, struct jose_key *x)
{
	struct str type = json_text(k, "kty"), curve = json_text(k, "crv");
	const struct json *alg = json_get(k, "alg"), *kid = json_get(k, "kid");
	bool good = false;
	if (str_eq(type, STR("RSA"))) {
		x->alg = JOSE_RS256;
		good = take_octets(a, k, "n", VERIFY_RSA_MIN, VERIFY_RSA_MAX, &x->first) && take_octets(a, k, "e", 1, VERIFY_EXPONENT_MAX, &x->second);
	} else if (str_eq(type, STR("EC")) && str_eq(curve, STR("P-256"))) {
		x->alg = JOSE_ES256;
		good = take_octets(a, k, "x", VERIFY_P256_LEN, VERIFY_P256_LEN, &x->first) && take_octets(a, k, "y", VERIFY_P256_LEN, VERIFY_P256_LEN, &x->second);
	} else if (str_eq(type, STR("OKP")) && str_eq(curve, STR("Ed25519"))) {
		x->alg = JOSE_EDDSA;
		good = take_octets(a, k, "x", SIGN_PUBLIC_LEN, SIGN_PUBLIC_LEN, &x->first);
	}
	x->kid = json_text(k, "kid");
	return good && is_for_signatures(k) && (!kid || kid->type == JSON_STRING) &&
		(!alg || (alg->type == JSON_STRING && str_eq(alg->text, str_of(jose_alg_words[x->alg]))));
}

enum err jose_keys_read(struct arena *a, struct str text, struct jose_keys *ret_keys, struct why *why)
{
	struct json *root;
	unsigned n = 0;
	if (text.len > JOSE_SET_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a set of keys of more than %d octets", JOSE_SET_BYTES_MAX);
	enum err e = json_read(a, text, &root, why);
	const struct json *list = e == OK ? json_get(root, "keys") : NULL;
	if (e == OK && (!list || list->type != JSON_ARRAY))
		e = why_set(why, ERR_SYNTAX, "a set of keys has a list \"keys\"");
	if (e)
		return e;
	for (const struct json *k = list->child; k; k = k->next)
		if (++n > JOSE_KEYS_MAX)
			return why_set(why, ERR_LIMIT, "a set of more than %d keys", JOSE_KEYS_MAX);
	ret_keys->count = 0;
	for (const struct json *k = list->child; k; k = k->next) {
		struct jose_key x = { .kid = STR_NONE };
		if (k->type == JSON_OBJECT && read_key(a, k, &x))
			ret_keys->list[ret_keys->count++] = x;
	}
	return OK;
}

/* --- a token --- */

static enum err verify_by(const struct jose_key *key, struct str text, struct str signature)
{
	if (key->alg == JOSE_RS256)
		return verify_rsa_sha256(key->first, key->second, text, signature);
	if (key->alg == JOSE_ES256)
		return verify_p256_sha256(key->first, key->second, text, signature);
	bool good = signature.len == SIGN_LEN && sign_verify((const uint8_t *)key->first.ptr, text, (const uint8_t *)signature.ptr);
	return good ? OK : ERR_DENIED;
}

static enum err read_part(struct arena *a, struct str part, size_t max, struct json **ret_root, struct why *why)
{
	struct str text;
	if (part.len > max)
		return why_set(why, ERR_LIMIT, "a part of the token of more than %zu octets", max);
	if (!part.len || str_unbase64url(a, part, &text) != OK)
		return why_set(why, ERR_SYNTAX, "a part of the token is no base64url");
	enum err e = json_read(a, text, ret_root, why);
	return e || (*ret_root)->type == JSON_OBJECT ? e : why_set(why, ERR_SYNTAX, "a part of the token is no object");
}

/* RFC 7515 4: which way it is signed, of those that are known. */
static enum err read_header(const struct json *h, enum jose_alg *ret_alg, struct why *why)
{
	const struct json *alg = json_get(h, "alg"), *kid = json_get(h, "kid"), *typ = json_get(h, "typ");
	enum jose_alg i = 0;
	/* RFC 7797 6: a payload that is no base64url is said so in "crit" */
	if (json_get(h, "crit") || json_get(h, "b64"))
		return why_set(why, ERR_DENIED, "the token asks for an extension");
	if (!alg || alg->type != JSON_STRING || (kid && kid->type != JSON_STRING))
		return why_set(why, ERR_SYNTAX, "the token does not say how it is signed");
	/* RFC 8725 3.11: a token of another use says so */
	if (typ && (typ->type != JSON_STRING || !str_eq_fold(typ->text, STR("JWT"))))
		return why_set(why, ERR_DENIED, "the token is of another type");
	while (i < JOSE_ALGS && !str_eq(alg->text, str_of(jose_alg_words[i])))
		i++;
	if (i == JOSE_ALGS)
		return why_set(why, ERR_DENIED, "the token is not signed by RS256, ES256 or EdDSA");
	*ret_alg = i;
	return OK;
}

/* Without a name in the token there must be one key alone that it can be of (OpenID Connect Core 10.1). */
static enum err find_key(const struct jose_keys *keys, enum jose_alg alg, struct str kid, const struct jose_key **ret_key, struct why *why)
{
	const struct jose_key *found = NULL;
	for (unsigned i = 0; i < keys->count; i++) {
		const struct jose_key *k = &keys->list[i];
		if (k->alg != alg || (kid.len && !str_eq(k->kid, kid)))
			continue;
		if (found)
			return why_set(why, ERR_DENIED, "several keys could have signed the token");
		found = k;
	}
	if (!found)
		return why_set(why, ERR_NOTFOUND, "the provider shows no key that could have signed the token");
	*ret_key = found;
	return OK;
}

enum err jose_token_read(struct arena *a, struct str token, const struct jose_keys *keys, const struct json **ret_payload, struct why *why)
{
	struct str rest = token, header, payload, signature;
	const struct jose_key *key;
	struct json *h, *p;
	enum jose_alg alg;
	if (token.len > JOSE_TOKEN_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a token of more than %d octets", JOSE_TOKEN_BYTES_MAX);
	size_t one = str_chr(token, '.'), two = one == SIZE_MAX ? SIZE_MAX : str_chr(str_sub(token, one + 1, token.len), '.');
	if (two == SIZE_MAX)
		return why_set(why, ERR_SYNTAX, "a token has three parts");
	header = str_sub(token, 0, one);
	payload = str_sub(token, one + 1, two);
	rest = str_sub(token, one + two + 2, token.len);
	if (str_chr(rest, '.') != SIZE_MAX)
		return why_set(why, ERR_SYNTAX, "a token has three parts");
	enum err e = read_part(a, header, JOSE_HEADER_BYTES_MAX, &h, why);
	if (e == OK)
		e = read_header(h, &alg, why);
	if (e == OK && str_unbase64url(a, rest, &signature) != OK)
		e = why_set(why, ERR_SYNTAX, "the signature is no base64url");
	if (e == OK)
		e = find_key(keys, alg, json_text(h, "kid"), &key, why);
	if (e)
		return e;
	e = verify_by(key, str_sub(token, 0, one + 1 + two), signature);
	if (e)
		return why_set(why, e == ERR_NOMEM ? e : ERR_DENIED, e == ERR_NOMEM ? "no memory to verify a signature" : "the signature is not of that key");
	/* only what is signed is read */
	e = read_part(a, payload, JOSE_TOKEN_BYTES_MAX, &p, why);
	if (e == OK)
		*ret_payload = p;
	return e;
}
