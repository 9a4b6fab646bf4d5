/*
 * Tokens and keys: those of another library, one of RFC 8037, and each way in which a token or a key must not be believed.
 */
#include "base/seal.h"
#include "jose_vectors.h"
#include "tap.h"
#include "wire/jose.h"

#define PAYLOAD "{\"iss\":\"https://id.example\",\"sub\":\"joe\"}"

static struct arena *a;
static struct why why;
static struct jose_keys keys;
static uint8_t public_key[SIGN_PUBLIC_LEN], secret_key[SIGN_SECRET_LEN];

static struct str base64(const char *text)
{
	return str_base64url(a, str_of(text));
}

/* Signed with our key, whatever the header says. */
static struct str token(const char *header, const char *payload)
{
	uint8_t signature[SIGN_LEN];
	struct str text = str_format(a, "%.*s.%.*s", STR_ARG(base64(header)), STR_ARG(base64(payload)));
	sign(secret_key, text, signature);
	return str_format(a, "%.*s.%.*s", STR_ARG(text), STR_ARG(str_base64url(a, (struct str){ (const char *)signature, SIGN_LEN })));
}

static struct str x_of(void)
{
	return str_base64url(a, (struct str){ (const char *)public_key, SIGN_PUBLIC_LEN });
}

/* Our key with further members, each with a comma behind it. */
static struct str own(const char *more)
{
	return str_format(a, "{%s\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%.*s\"}", more, STR_ARG(x_of()));
}

static unsigned take_keys(struct str list)
{
	if (jose_keys_read(a, str_format(a, "{\"keys\":[%.*s]}", STR_ARG(list)), &keys, &why) != OK)
		keys.count = 999;
	return keys.count;
}

static enum err read(struct str text)
{
	const struct json *payload = NULL;
	why.text[0] = 0;
	enum err e = jose_token_read(a, text, &keys, &payload, &why);
	if (e == OK ? !payload || !str_eq(json_text(payload, "sub"), STR("joe")) : payload || !why.text[0])
		OK_(false, "an answer, or a reason");
	return e;
}

static void test_good(void)
{
	struct str all = str_format(a, "%s,%s,%.*s", rsa_key, ec_key, STR_ARG(own("\"kid\":\"o\",\"alg\":\"EdDSA\",\"use\":\"sig\",\"key_ops\":[\"verify\"],")));
	IS_INT(take_keys(all), 3, "three keys of three kinds");
	IS_INT(read(str_of(rsa_token)), OK, "RS256");
	IS_INT(read(str_of(ec_token)), OK, "ES256");
	IS_INT(read(token("{\"alg\":\"EdDSA\",\"kid\":\"o\",\"typ\":\"JWT\"}", PAYLOAD)), OK, "EdDSA");
	IS_INT(read(token("{\"alg\":\"EdDSA\"}", PAYLOAD)), OK, "without a name, of the one key that it can be of");
	IS_INT(read(token("{\"alg\":\"EdDSA\",\"kid\":\"o\",\"jwk\":{},\"jku\":\"https://evil.example\",\"x5c\":[]}", PAYLOAD)), OK, "keys that a token brings are not looked at");
	/* RFC 8037 A.4: signed, and no object */
	BUG_ON(take_keys(STR("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}")) != 1);
	IS_INT(read(STR("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")),
		ERR_SYNTAX, "the example of RFC 8037 has its signature");
	OK_(str_find(str_of(why.text), STR("signature")) == SIZE_MAX, "and only what it says is no payload of ours");
}

/* Each of these is signed well. */
static void test_headers(void)
{
	static const struct { const char *header; enum err err; const char *name; } list[] = {
		{ "{\"alg\":\"none\"}", ERR_DENIED, "alg none" }, { "{\"alg\":\"None\"}", ERR_DENIED, "and in another case" }, { "{\"alg\":\"HS256\"}", ERR_DENIED, "HS256" },
		{ "{\"alg\":\"RS256\"}", ERR_NOTFOUND, "RS256, and the key is of another type" }, { "{\"alg\":\"PS256\"}", ERR_DENIED, "an algorithm that is not known" },
		{ "{}", ERR_SYNTAX, "no alg" }, { "{\"alg\":7}", ERR_SYNTAX, "an alg that is a number" }, { "[\"EdDSA\"]", ERR_SYNTAX, "a header that is a list" },
		{ "{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"b64\":false}", ERR_DENIED, "crit" }, { "{\"alg\":\"EdDSA\",\"crit\":[]}", ERR_DENIED, "an empty crit" },
		{ "{\"alg\":\"EdDSA\",\"b64\":false}", ERR_DENIED, "a payload that is no base64url" },
		{ "{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\"}", ERR_SYNTAX, "a member that comes twice" }, { "{\"alg\":\"EdDSA\",\"kid\":\"other\"}", ERR_NOTFOUND, "a key that is not there" },
		{ "{\"alg\":\"EdDSA\",\"kid\":1}", ERR_SYNTAX, "a kid that is a number" }, { "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\"}", ERR_DENIED, "a token for another use" },
		{ "{\"alg\":\"EdDSA\"} x", ERR_SYNTAX, "bytes behind the header" },
	};
	BUG_ON(take_keys(own("\"kid\":\"o\",")) != 1);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		IS_INT(read(token(list[i].header, PAYLOAD)), list[i].err, list[i].name);
}

static void test_tokens(void)
{
	struct str good = token("{\"alg\":\"EdDSA\"}", PAYLOAD), head = str_sub(good, 0, good.len - 86), other = token("{\"alg\":\"EdDSA\"}", "{\"sub\":\"eve\"}");
	struct buf b;
	BUG_ON(take_keys(own("")) != 1);
	IS_INT(read(good), OK, "as it is");
	IS_INT(read(head), ERR_DENIED, "without its signature");
	IS_INT(read(str_sub(good, 0, good.len - 1)), ERR_SYNTAX, "with a signature that is cut");
	IS_INT(read(str_sub(good, 0, good.len - 2)), ERR_DENIED, "with one that is shorter");
	IS_INT(read(str_format(a, "%.*sAAAA", STR_ARG(good))), ERR_DENIED, "or longer");
	IS_INT(read(str_format(a, "%.*s%.*s", STR_ARG(head), STR_ARG(str_sub(other, other.len - 86, 86)))), ERR_DENIED, "or that of another token");
	IS_INT(read(str_format(a, "%.*s=", STR_ARG(good))), ERR_SYNTAX, "padding");
	IS_INT(read(str_format(a, " %.*s", STR_ARG(good))), ERR_SYNTAX, "white space");
	IS_INT(read(str_format(a, "%.*s.", STR_ARG(good))), ERR_SYNTAX, "four parts");
	IS_INT(read(STR("a.b")), ERR_SYNTAX, "two parts");
	IS_INT(read(STR_NONE), ERR_SYNTAX, "nothing");
	IS_INT(read(STR("..")), ERR_SYNTAX, "three of nothing");
	IS_INT(read(str_format(a, "%.*s.e30.%.*s", STR_ARG(base64("{\"alg\":\"none\"}")), STR_ARG(STR_NONE))), ERR_DENIED, "alg none and no signature");
	IS_INT(read(token("{\"alg\":\"EdDSA\"}", "[\"joe\"]")), ERR_SYNTAX, "signed, but a list");
	IS_INT(read(token("{\"alg\":\"EdDSA\"}", "{\"sub\":\"joe\",\"sub\":\"eve\"}")), ERR_SYNTAX, "signed, but who it is about comes twice");
	buf_init(&b, 1 << 20);
	buf_puts(&b, "{\"sub\":\"joe\",\"x\":\"");
	for (int i = 0; i < JOSE_TOKEN_BYTES_MAX; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "\"}");
	buf_putc(&b, '\0');
	IS_INT(read(token("{\"alg\":\"EdDSA\"}", b.ptr)), ERR_LIMIT, "overlong");
	buf_clear(&b);
	buf_puts(&b, "{\"alg\":\"EdDSA\",\"x\":\"");
	for (int i = 0; i < JOSE_HEADER_BYTES_MAX; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "\"}");
	buf_putc(&b, '\0');
	IS_INT(read(token(b.ptr, PAYLOAD)), ERR_LIMIT, "an overlong header");
	buf_done(&b);
}

static void test_types(void)
{
	struct str ec = str_of(ec_token), rsa = str_of(rsa_token);
	BUG_ON(take_keys(str_of(ec_key)) != 1);
	IS_INT(read(str_of(ec_der_token)), ERR_DENIED, "ES256 with a signature in DER");
	IS_INT(read(str_format(a, "%.*sAA", STR_ARG(str_sub(ec, 0, ec.len - 4)))), ERR_DENIED, "and with one that is too short");
	IS_INT(read(rsa), ERR_NOTFOUND, "RS256, and there is a key of P-256 alone");
	IS_INT(take_keys(str_of(rsa_short_key)), 0, "a key of 1024 bits is of no use");
	IS_INT(read(str_of(rsa_short_token)), ERR_NOTFOUND, "nor what it signed");
	BUG_ON(take_keys(str_of(rsa_key)) != 1);
	IS_INT(read(str_of(rsa_short_token)), ERR_DENIED, "of the same name, but of another key");
	IS_INT(read(str_format(a, "%.*sA", STR_ARG(str_sub(rsa, 0, rsa.len - 1)))), ERR_DENIED, "RS256 with a wrong signature");
	/* the public key as a secret: what is signed so says HS256, and nothing of this kind is looked at */
	IS_INT(read(token("{\"alg\":\"HS256\",\"kid\":\"r\"}", PAYLOAD)), ERR_DENIED, "HS256 with the name of an RSA key");
}

static void test_keys(void)
{
	static const struct { const char *more, *name; } none[] = {
		{ "\"use\":\"enc\",", "a key for encryption" }, { "\"use\":7,", "a use that is a number" }, { "\"key_ops\":[\"sign\"],", "a key that does not verify" },
		{ "\"key_ops\":\"verify\",", "operations that are no list" }, { "\"alg\":\"ES256\",", "a key for another algorithm" }, { "\"kid\":5,", "a name that is a number" },
		{ "\"d\":\"AAAA\",", "a key that is not public" },
	};
	struct str two = str_format(a, "%.*s,%.*s", STR_ARG(own("")), STR_ARG(own("")));
	struct buf b;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		IS_INT(take_keys(own(none[i].more)), 0, none[i].name);
	IS_INT(take_keys(STR("{\"kty\":\"oct\",\"k\":\"AAAA\"},{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"},7,{\"kty\":\"new\"}")), 0, "other kinds are passed over");
	IS_INT(take_keys(str_format(a, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%.*s\"}", STR_ARG(str_sub(x_of(), 0, 42)))), 0, "a key that is too short");
	IS_INT(take_keys(two), 2, "two keys without names");
	IS_INT(read(token("{\"alg\":\"EdDSA\"}", PAYLOAD)), ERR_DENIED, "of which a token without a name can be of either");
	IS_INT(jose_keys_read(a, STR("{\"keys\":{}}"), &keys, &why), ERR_SYNTAX, "no list");
	IS_INT(jose_keys_read(a, STR("[]"), &keys, &why), ERR_SYNTAX, "no object");
	buf_init(&b, 1 << 20);
	buf_puts(&b, "{}");
	for (int i = 0; i < JOSE_KEYS_MAX; i++)
		buf_puts(&b, ",{}");
	IS_INT(take_keys(buf_str(&b)), 999, "too many");
	buf_done(&b);
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	BUG_ON(seal_start() != OK);
	sign_keypair(public_key, secret_key);
	test_good();
	test_headers();
	test_tokens();
	test_types();
	test_keys();
	arena_free(a);
	return tap_done();
}
