/*
 * Digests. See digest.h. SHA-256 is OpenSSL's (SHA-NI where there is one), HMAC is RFC 2104 over it.
 */
#include "base/digest.h"

/* the functions below cost a third of what the same digest costs through EVP, and a record has a dozen short ones */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "base/arena.h"

struct sha256 {
	SHA256_CTX ctx;
};

enum { HMAC_BLOCK_LEN = SHA256_CBLOCK };

static void update(SHA256_CTX *ctx, const void *p, size_t len)
{
	BUG_ON(SHA256_Update(ctx, p, len) != 1);
}

static void start(SHA256_CTX *ctx)
{
	BUG_ON(SHA256_Init(ctx) != 1);
}

static void end(SHA256_CTX *ctx, struct digest *ret_digest)
{
	BUG_ON(SHA256_Final(ret_digest->octets, ctx) != 1);
}

void digest_sha256(struct str s, struct digest *ret_digest)
{
	SHA256_CTX ctx;
	start(&ctx);
	update(&ctx, s.len ? s.ptr : "", s.len);
	end(&ctx, ret_digest);
}

void digest_sha256_parts(const struct str *parts, size_t count, struct digest *ret_digest)
{
	SHA256_CTX ctx;
	start(&ctx);
	for (size_t i = 0; i < count; i++)
		update(&ctx, parts[i].len ? parts[i].ptr : "", parts[i].len);
	end(&ctx, ret_digest);
}

struct sha256 *sha256_new(void)
{
	struct sha256 *h = calloc(1, sizeof(*h));
	if (h)
		start(&h->ctx);
	return h;
}

void sha256_update(struct sha256 *h, struct str s)
{
	update(&h->ctx, s.len ? s.ptr : "", s.len);
}

void sha256_final(struct sha256 *h, struct digest *ret_digest)
{
	end(&h->ctx, ret_digest);
	start(&h->ctx);
}

void sha256_free(struct sha256 *h)
{
	free(h);
}

/* One pass of RFC 2104: H(K xor pad, text). */
static void padded(const uint8_t key[HMAC_BLOCK_LEN], uint8_t pad, const void *text, size_t len, struct digest *ret_digest)
{
	uint8_t block[HMAC_BLOCK_LEN];
	SHA256_CTX ctx;
	for (size_t i = 0; i < HMAC_BLOCK_LEN; i++)
		block[i] = key[i] ^ pad;
	start(&ctx);
	update(&ctx, block, sizeof(block));
	update(&ctx, text, len);
	end(&ctx, ret_digest);
	OPENSSL_cleanse(block, sizeof(block));
}

void digest_hmac(struct str key, struct str s, struct digest *ret_digest)
{
	uint8_t block[HMAC_BLOCK_LEN] = { 0 };
	struct digest inner;
	if (key.len > HMAC_BLOCK_LEN) {
		digest_sha256(key, &inner);
		memcpy(block, inner.octets, DIGEST_LEN);
	} else if (key.len) {
		memcpy(block, key.ptr, key.len);
	}
	padded(block, 0x36, s.len ? s.ptr : "", s.len, &inner);
	padded(block, 0x5c, inner.octets, DIGEST_LEN, ret_digest);
	OPENSSL_cleanse(block, sizeof(block));
}

void digest_hkdf_extract(struct str key, struct digest *ret_prk)
{
	static const char zero[DIGEST_LEN];
	digest_hmac((struct str){ zero, sizeof(zero) }, key, ret_prk);
}

void digest_hkdf_expand(const struct digest *prk, struct str info, uint8_t *out, size_t out_len)
{
	struct digest t;
	char block[DIGEST_LEN + 256 + 1];
	BUG_ON(out_len > 255 * DIGEST_LEN || info.len > 256);
	for (size_t done = 0, t_len = 0, i = 1; done < out_len; i++, t_len = DIGEST_LEN) {
		if (t_len)
			memcpy(block, t.octets, t_len);
		if (info.len)
			memcpy(block + t_len, info.ptr, info.len);
		block[t_len + info.len] = (char)i;
		digest_hmac((struct str){ (const char *)prk->octets, DIGEST_LEN }, (struct str){ block, t_len + info.len + 1 }, &t);
		size_t n = out_len - done < DIGEST_LEN ? out_len - done : DIGEST_LEN;
		memcpy(out + done, t.octets, n);
		done += n;
	}
}

void digest_hkdf(struct str key, struct str info, uint8_t *out, size_t out_len)
{
	struct digest prk;
	digest_hkdf_extract(key, &prk);
	digest_hkdf_expand(&prk, info, out, out_len);
	OPENSSL_cleanse(&prk, sizeof(prk));
}

static void md5_parts(MD5_CTX *ctx, const struct str *parts, size_t count, uint8_t out[DIGEST_MD5_LEN])
{
	for (size_t i = 0; i < count; i++)
		BUG_ON(MD5_Update(ctx, parts[i].len ? parts[i].ptr : "", parts[i].len) != 1);
	BUG_ON(MD5_Final(out, ctx) != 1);
}

void digest_md5_parts(const struct str *parts, size_t count, uint8_t ret_octets[DIGEST_MD5_LEN])
{
	MD5_CTX ctx;
	BUG_ON(MD5_Init(&ctx) != 1);
	md5_parts(&ctx, parts, count, ret_octets);
}

/* One pass of RFC 2104: H(K xor pad, parts). */
static void padded_md5(const uint8_t key[DIGEST_MD5_BLOCK_LEN], uint8_t pad, const struct str *parts, size_t count, uint8_t out[DIGEST_MD5_LEN])
{
	uint8_t block[DIGEST_MD5_BLOCK_LEN];
	MD5_CTX ctx;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	BUG_ON(MD5_Init(&ctx) != 1 || MD5_Update(&ctx, block, sizeof(block)) != 1);
	md5_parts(&ctx, parts, count, out);
	OPENSSL_cleanse(block, sizeof(block));
}

void digest_hmac_md5(struct str key, const struct str *parts, size_t count, uint8_t ret_octets[DIGEST_MD5_LEN])
{
	uint8_t block[DIGEST_MD5_BLOCK_LEN] = { 0 }, inner[DIGEST_MD5_LEN];
	if (key.len > sizeof(block))
		digest_md5_parts(&key, 1, block);
	else if (key.len)
		memcpy(block, key.ptr, key.len);
	padded_md5(block, 0x36, parts, count, inner);
	padded_md5(block, 0x5c, &(struct str){ (const char *)inner, sizeof(inner) }, 1, ret_octets);
	OPENSSL_cleanse(block, sizeof(block));
}

void digest_hmac_sha1(struct str key, struct str s, uint8_t ret_octets[DIGEST_SHA1_LEN])
{
	unsigned len = 0;
	BUG_ON(key.len > INT_MAX || !HMAC(EVP_sha1(), key.len ? key.ptr : "", (int)key.len, (const unsigned char *)(s.len ? s.ptr : ""), s.len, ret_octets, &len) ||
		len != DIGEST_SHA1_LEN);
}

bool str_eq_secret(struct str a, struct str b)
{
	unsigned char diff = 0;
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		diff |= (unsigned char)(a.ptr[i] ^ b.ptr[i]);
	return diff == 0;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return str_eq_secret((struct str){ (const char *)a->octets, DIGEST_LEN }, (struct str){ (const char *)b->octets, DIGEST_LEN });
}

struct str digest_hex(struct arena *a, const struct digest *d)
{
	return str_hex(a, (struct str){ (const char *)d->octets, DIGEST_LEN });
}

static uint32_t crc_table[256];

__attribute__((constructor)) static void crc_table_fill(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int k = 0; k < 8; k++)
			c = c & 1 ? UINT32_C(0x82f63b78) ^ c >> 1 : c >> 1;
		crc_table[i] = c;
	}
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc_hardware(uint32_t c, const unsigned char *p, size_t n)
{
	uint64_t c64 = c, word;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&word, p, 8);
		c64 = __builtin_ia32_crc32di(c64, word);
	}
	for (c = (uint32_t)c64; n; n--)
		c = __builtin_ia32_crc32qi(c, *p++);
	return c;
}
#endif

uint32_t crc32c(uint32_t seed, struct str s)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~crc_hardware(~seed, (const unsigned char *)s.ptr, s.len);
#endif
	return crc32c_portable(seed, s);
}

uint32_t crc32c_portable(uint32_t seed, struct str s)
{
	uint32_t c = ~seed;
	const unsigned char *p = (const unsigned char *)s.ptr;
	for (size_t i = 0; i < s.len; i++)
		c = crc_table[(c ^ p[i]) & 0xff] ^ c >> 8;
	return ~c;
}

static uint64_t rotl(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

static uint64_t word_le(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(v) : v;
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

uint64_t siphash(const uint8_t key[16], struct str s)
{
	const uint64_t k0 = word_le(key), k1 = word_le(key + 8);
	struct sip v = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d), k0 ^ UINT64_C(0x6c7967656e657261),
		k1 ^ UINT64_C(0x7465646279746573) };
	const uint8_t *p = (const uint8_t *)s.ptr;
	size_t left = s.len;
	uint64_t m;
	for (; left >= 8; p += 8, left -= 8) {
		m = word_le(p);
		v.v3 ^= m;
		sip_round(&v);
		sip_round(&v);
		v.v0 ^= m;
	}
	m = (uint64_t)s.len << 56;
	for (size_t i = 0; i < left; i++)
		m |= (uint64_t)p[i] << (8 * i);
	v.v3 ^= m;
	sip_round(&v);
	sip_round(&v);
	v.v0 ^= m;
	v.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(&v);
	return v.v0 ^ v.v1 ^ v.v2 ^ v.v3;
}
