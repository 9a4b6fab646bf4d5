/*
 * Sealing, signing and randomness, by libsodium: XChaCha20-Poly1305 (IETF) for data under a key of ours, sealed boxes
 * (X25519) for data that only an officer's private key opens, Ed25519 for signatures, argon2id for passwords.
 *
 * Sealed bytes are nonce (24) | ciphertext | tag (16). `ad` is authenticated, not stored. Random numbers come from here
 * and nowhere else; the fold uses none.
 */
#ifndef AUPD_BASE_SEAL_H
#define AUPD_BASE_SEAL_H

#include "base/arena.h"
#include "base/str.h"

enum { SEAL_KEY_LEN = 32, SEAL_EXTRA = 24 + 16, BOX_PUBLIC_LEN = 32, BOX_SECRET_LEN = 32, BOX_EXTRA = 48,
       SIGN_PUBLIC_LEN = 32, SIGN_SECRET_LEN = 64, SIGN_SEED_LEN = 32, SIGN_LEN = 64 };

struct seal_key { uint8_t octets[SEAL_KEY_LEN]; };

enum err seal_start(void) MUST_CHECK;                           /* once a process, before anything else here */
void random_bytes(void *out, size_t len);
enum err seal(struct arena *a, const struct seal_key *key, struct str ad, struct str clear, struct str *ret_sealed) MUST_CHECK;
/* The same with a nonce derived from (key, ad, clear) by HMAC: for the fold, where a replay must give the same bytes. */
enum err seal_derived(struct arena *a, const struct seal_key *key, struct str ad, struct str clear, struct str *ret_sealed) MUST_CHECK;
enum err unseal(struct arena *a, const struct seal_key *key, struct str ad, struct str sealed, struct str *ret_clear) MUST_CHECK;
enum err box_seal(struct arena *a, const uint8_t public_key[BOX_PUBLIC_LEN], struct str clear, struct str *ret_sealed) MUST_CHECK;
enum err box_open(struct arena *a, const uint8_t public_key[BOX_PUBLIC_LEN], const uint8_t secret_key[BOX_SECRET_LEN], struct str sealed, struct str *ret_clear) MUST_CHECK;
void box_keypair(uint8_t public_key[BOX_PUBLIC_LEN], uint8_t secret_key[BOX_SECRET_LEN]);
void sign_keypair(uint8_t public_key[SIGN_PUBLIC_LEN], uint8_t secret_key[SIGN_SECRET_LEN]);
/* RFC 8032: the seed is the private key; secret_key is the seed and the public key. */
void sign_seed_keypair(const uint8_t seed[SIGN_SEED_LEN], uint8_t public_key[SIGN_PUBLIC_LEN], uint8_t secret_key[SIGN_SECRET_LEN]);
void sign(const uint8_t secret_key[SIGN_SECRET_LEN], struct str s, uint8_t signature[SIGN_LEN]);
bool sign_verify(const uint8_t public_key[SIGN_PUBLIC_LEN], struct str s, const uint8_t signature[SIGN_LEN]);
/*
 * A password as its argon2id (RFC 9106) text, with salt and costs in it: PASSWORD_BYTES of memory and some 70 ms of a processor, each time.
 * What is no such text fits no password.
 */
enum { PASSWORD_BYTES = 64 << 20, PASSWORD_PASSES = 2, PASSWORD_TEXT_MAX = 128 };
enum err password_hash(struct arena *a, struct str password, struct str *ret_text) MUST_CHECK;  /* ERR_NOMEM */
bool password_fits(struct str text, struct str password);
void secret_wipe(void *secret, size_t len);

#endif
