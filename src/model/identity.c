/*
 * See identity.h.
 */
#include "model/identity.h"

#include "base/digest.h"
#include "base/time.h"

enum { CHANCE_LEN = 32 };

const char *const sign_in_purpose_words[] = { "login", "prove", "bind", NULL };

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct sign_in, member) }

const struct field sign_in_fields[] = {
	{ .name = "purpose", .type = FIELD_ENUM, .offset = offsetof(struct sign_in, purpose), .words = sign_in_purpose_words }, F(to, FIELD_STR), F(browser, FIELD_STR),
	F(session, FIELD_STR), F(begun_at, FIELD_TIME), { .name = NULL },
};

struct str identity_digest(struct arena *a, struct str issuer, struct str subject)
{
	const struct str parts[] = { issuer, { "", 1 }, subject };
	struct digest d;
	digest_sha256_parts(parts, sizeof(parts) / sizeof(parts[0]), &d);
	return digest_hex(a, &d);
}

struct str identity_row(struct arena *a, struct str digest)
{
	return str_format(a, "sub/%.*s", STR_ARG(digest));
}

struct str sign_in_token(struct arena *a)
{
	char chance[CHANCE_LEN];
	random_bytes(chance, sizeof(chance));
	struct str token = str_base64url(a, (struct str){ chance, sizeof(chance) });
	secret_wipe(chance, sizeof(chance));
	return token;
}

static struct str hex_of(struct arena *a, struct str token)
{
	struct digest d;
	digest_sha256(token, &d);
	return digest_hex(a, &d);
}

struct str sign_in_row(struct arena *a, struct str state)
{
	struct str octets;
	if (state.len != SIGN_IN_TOKEN_LEN || str_unbase64url(a, state, &octets) != OK)
		return STR_NONE;
	return str_format(a, "begun/%.*s", STR_ARG(hex_of(a, state)));
}

struct str sign_in_secret(struct arena *a, const struct seal_key *key, const char *what, struct str state)
{
	uint8_t octets[CHANCE_LEN];
	digest_hkdf((struct str){ (const char *)key->octets, SEAL_KEY_LEN }, str_format(a, "sign-in %s %.*s", what, STR_ARG(state)), octets, sizeof(octets));
	struct str secret = str_base64url(a, (struct str){ (const char *)octets, sizeof(octets) });
	secret_wipe(octets, sizeof(octets));
	return secret;
}

bool sign_in_holds(const struct sign_in *s, struct arena *a, struct str browser, int64_t now_at)
{
	return browser.len == SIGN_IN_TOKEN_LEN && str_eq_secret(s->browser, hex_of(a, browser)) && now_at >= s->begun_at && now_at - s->begun_at < SIGN_IN_MINUTES * MINUTE_US;
}

struct str sign_in_challenge(struct arena *a, struct str verifier)
{
	struct digest d;
	digest_sha256(verifier, &d);
	return str_base64url(a, (struct str){ (const char *)d.octets, DIGEST_LEN });
}
