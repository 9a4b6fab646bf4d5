/*
 * Sealing, signing and randomness. See seal.h; the only user of libsodium.
 */
#include "base/seal.h"

#include <sodium.h>

#include "base/digest.h"

enum { NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES };

enum err seal_start(void)
{
	return sodium_init() < 0 ? ERR_IO : OK;
}

void random_bytes(void *out, size_t len)
{
	randombytes_buf(out, len);
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)(s.len ? s.ptr : "");
}

static enum err seal_with(struct arena *a, const struct seal_key *key, const unsigned char *nonce, struct str ad, struct str clear, struct str *ret_sealed)
{
	if (clear.len > SIZE_MAX - SEAL_EXTRA)
		return ERR_LIMIT;
	unsigned char *p = arena_alloc(a, clear.len + SEAL_EXTRA);
	unsigned long long len;
	if (!p)
		return ERR_NOMEM;
	memcpy(p, nonce, NONCE_LEN);
	if (crypto_aead_xchacha20poly1305_ietf_encrypt(p + NONCE_LEN, &len, bytes_of(clear), clear.len, bytes_of(ad), ad.len, NULL, nonce, key->octets))
		return ERR_IO;
	*ret_sealed = (struct str){ (const char *)p, NONCE_LEN + (size_t)len };
	return OK;
}

enum err seal(struct arena *a, const struct seal_key *key, struct str ad, struct str clear, struct str *ret_sealed)
{
	unsigned char nonce[NONCE_LEN];
	randombytes_buf(nonce, sizeof(nonce));
	return seal_with(a, key, nonce, ad, clear, ret_sealed);
}

enum err seal_derived(struct arena *a, const struct seal_key *key, struct str ad, struct str clear, struct str *ret_sealed)
{
	struct digest inner, nonce;
	char text[2 * DIGEST_LEN];
	struct str k = { (const char *)key->octets, SEAL_KEY_LEN };
	digest_sha256(ad, &inner);
	memcpy(text, inner.octets, DIGEST_LEN);
	digest_sha256(clear, &inner);
	memcpy(text + DIGEST_LEN, inner.octets, DIGEST_LEN);
	digest_hmac(k, (struct str){ text, sizeof(text) }, &nonce);
	return seal_with(a, key, nonce.octets, ad, clear, ret_sealed);
}

enum err unseal(struct arena *a, const struct seal_key *key, struct str ad, struct str sealed, struct str *ret_clear)
{
	if (sealed.len < SEAL_EXTRA)
		return ERR_CORRUPT;
	unsigned char *p = arena_alloc(a, sealed.len - SEAL_EXTRA + 1);
	unsigned long long len;
	if (!p)
		return ERR_NOMEM;
	const unsigned char *s = bytes_of(sealed);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(p, &len, NULL, s + NONCE_LEN, sealed.len - NONCE_LEN, bytes_of(ad), ad.len, s, key->octets))
		return ERR_CORRUPT;
	*ret_clear = (struct str){ (const char *)p, (size_t)len };
	return OK;
}

enum err box_seal(struct arena *a, const uint8_t public_key[BOX_PUBLIC_LEN], struct str clear, struct str *ret_sealed)
{
	unsigned char *p = arena_alloc(a, clear.len + BOX_EXTRA);
	if (!p)
		return ERR_NOMEM;
	if (crypto_box_seal(p, bytes_of(clear), clear.len, public_key))
		return ERR_RANGE;
	*ret_sealed = (struct str){ (const char *)p, clear.len + BOX_EXTRA };
	return OK;
}

enum err box_open(struct arena *a, const uint8_t public_key[BOX_PUBLIC_LEN], const uint8_t secret_key[BOX_SECRET_LEN], struct str sealed, struct str *ret_clear)
{
	if (sealed.len < BOX_EXTRA)
		return ERR_CORRUPT;
	unsigned char *p = arena_alloc(a, sealed.len - BOX_EXTRA + 1);
	if (!p)
		return ERR_NOMEM;
	if (crypto_box_seal_open(p, bytes_of(sealed), sealed.len, public_key, secret_key))
		return ERR_CORRUPT;
	*ret_clear = (struct str){ (const char *)p, sealed.len - BOX_EXTRA };
	return OK;
}

void box_keypair(uint8_t public_key[BOX_PUBLIC_LEN], uint8_t secret_key[BOX_SECRET_LEN])
{
	crypto_box_keypair(public_key, secret_key);
}

void sign_keypair(uint8_t public_key[SIGN_PUBLIC_LEN], uint8_t secret_key[SIGN_SECRET_LEN])
{
	crypto_sign_keypair(public_key, secret_key);
}

void sign_seed_keypair(const uint8_t seed[SIGN_SEED_LEN], uint8_t public_key[SIGN_PUBLIC_LEN], uint8_t secret_key[SIGN_SECRET_LEN])
{
	crypto_sign_seed_keypair(public_key, secret_key, seed);
}

void sign(const uint8_t secret_key[SIGN_SECRET_LEN], struct str s, uint8_t signature[SIGN_LEN])
{
	crypto_sign_detached(signature, NULL, bytes_of(s), s.len, secret_key);
}

bool sign_verify(const uint8_t public_key[SIGN_PUBLIC_LEN], struct str s, const uint8_t signature[SIGN_LEN])
{
	return crypto_sign_verify_detached(signature, bytes_of(s), s.len, public_key) == 0;
}

void secret_wipe(void *secret, size_t len)
{
	sodium_memzero(secret, len);
}

_Static_assert(PASSWORD_TEXT_MAX == crypto_pwhash_argon2id_STRBYTES, "the library's texts fit");

enum err password_hash(struct arena *a, struct str password, struct str *ret_text)
{
	char text[PASSWORD_TEXT_MAX];
	if (crypto_pwhash_argon2id_str(text, password.len ? password.ptr : "", password.len, PASSWORD_PASSES, PASSWORD_BYTES))
		return ERR_NOMEM;
	*ret_text = str_copy(a, str_of(text));
	return ret_text->len ? OK : ERR_NOMEM;
}

bool password_fits(struct str text, struct str password)
{
	char padded[PASSWORD_TEXT_MAX] = { 0 };
	if (!text.len || text.len >= sizeof(padded))
		return false;
	memcpy(padded, text.ptr, text.len);
	return crypto_pwhash_argon2id_str_verify(padded, password.len ? password.ptr : "", password.len) == 0;
}
