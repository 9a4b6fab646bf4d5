/*
 * Digests and keyed digests: SHA-256, HMAC-SHA-256 (RFC 2104), HKDF-SHA-256 (RFC 5869) by OpenSSL, CRC32C (RFC 3720 B.4) and
 * SipHash-2-4, ours. MD5 and HMAC-MD5 stand here for RADIUS, whose format demands them; nothing else may rest on them.
 */
#ifndef AUPD_BASE_DIGEST_H
#define AUPD_BASE_DIGEST_H

#include "base/str.h"

enum { DIGEST_LEN = 32 };

struct digest { uint8_t octets[DIGEST_LEN]; };

void digest_sha256(struct str s, struct digest *ret_digest);
void digest_sha256_parts(const struct str *parts, size_t count, struct digest *ret_digest); /* of the parts in one */
struct sha256;                                                  /* incremental */
struct sha256 *sha256_new(void);
void sha256_update(struct sha256 *h, struct str s);
void sha256_final(struct sha256 *h, struct digest *ret_digest); /* and starts anew */
void sha256_free(struct sha256 *h);
void digest_hmac(struct str key, struct str s, struct digest *ret_digest);
/* RFC 5869 with an empty salt; out_len <= 255 * 32. */
void digest_hkdf(struct str key, struct str info, uint8_t *out, size_t out_len);
/* Its two halves (RFC 5869 2.2, 2.3), where many texts are derived from one key. */
void digest_hkdf_extract(struct str key, struct digest *ret_prk);
void digest_hkdf_expand(const struct digest *prk, struct str info, uint8_t *out, size_t out_len);
enum { DIGEST_MD5_LEN = 16, DIGEST_MD5_BLOCK_LEN = 64 };
void digest_md5_parts(const struct str *parts, size_t count, uint8_t ret_octets[DIGEST_MD5_LEN]);        /* RFC 1321, of the parts in one */
void digest_hmac_md5(struct str key, const struct str *parts, size_t count, uint8_t ret_octets[DIGEST_MD5_LEN]); /* RFC 2104 */
enum { DIGEST_SHA1_LEN = 20 };
void digest_hmac_sha1(struct str key, struct str s, uint8_t ret_octets[DIGEST_SHA1_LEN]);        /* for RFC 6238 alone */
bool digest_eq(const struct digest *a, const struct digest *b); /* constant time */
bool str_eq_secret(struct str a, struct str b);                 /* constant time for equal lengths */
uint32_t crc32c(uint32_t seed, struct str s);
uint32_t crc32c_portable(uint32_t seed, struct str s);          /* the same without the processor's own instruction */
uint64_t siphash(const uint8_t key[16], struct str s);
struct str digest_hex(struct arena *a, const struct digest *d);

#endif
