/*
 * Digests against published vectors: SHA-256 (FIPS 180-4), HMAC (RFC 4231), HKDF (RFC 5869), CRC32C (RFC 3720 B.4),
 * SipHash-2-4 (its authors' table); sealing, boxes and signatures: what opens, and that a single changed bit never does.
 */
#include "base/arena.h"
#include "base/digest.h"
#include "base/seal.h"
#include "tap.h"

static struct arena *a;

static struct str bytes(const void *p, size_t len)
{
	return (struct str){ p, len };
}

static struct str fill(unsigned char c, size_t len)
{
	char *p = arena_alloc(a, len);
	if (!p)
		abort();
	memset(p, c, len);
	return bytes(p, len);
}

static struct str unhex(const char *text)
{
	struct str s;
	if (str_unhex(a, str_of(text), &s) != OK)
		abort();
	return s;
}

static struct str hex16(const uint8_t octets[DIGEST_MD5_LEN])
{
	return str_hex(a, bytes(octets, DIGEST_MD5_LEN));
}

static void test_md5(void)
{
	uint8_t d[DIGEST_MD5_LEN];
	const struct str parts[] = { STR("mess"), STR_NONE, STR("age digest") }, text[] = { STR("what do ya want "), STR("for nothing?") };
	digest_md5_parts(NULL, 0, d);
	IS_STR(hex16(d), STR("d41d8cd98f00b204e9800998ecf8427e"), "MD5 of nothing (RFC 1321 A.5)");
	digest_md5_parts(parts, 3, d);
	IS_STR(hex16(d), STR("f96b697d7cb7938d525a2f31aaf161d0"), "MD5 of parts as of the whole");
	digest_hmac_md5(STR("Jefe"), text, 2, d);
	IS_STR(hex16(d), STR("750c783e6ab0b503eaa86e310a5db738"), "HMAC-MD5, test case 2 of RFC 2202");
	struct str over = STR("Test Using Larger Than Block-Size Key - Hash Key First");
	digest_hmac_md5(fill(0xaa, 80), &over, 1, d);
	IS_STR(hex16(d), STR("6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"), "HMAC-MD5 with a key longer than a block, test case 6");
}

static void test_sha256(void)
{
	struct digest d, e;
	digest_sha256(STR_NONE, &d);
	IS_STR(digest_hex(a, &d), STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), "of nothing");
	digest_sha256(STR("abc"), &d);
	IS_STR(digest_hex(a, &d), STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), "of abc");
	struct sha256 *h = sha256_new();
	if (!h)
		abort();
	struct str million = fill('a', 1000);
	for (int i = 0; i < 1000; i++)
		sha256_update(h, million);
	sha256_final(h, &d);
	IS_STR(digest_hex(a, &d), STR("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"), "of a million a, in pieces");
	sha256_update(h, STR("ab"));
	sha256_update(h, STR_NONE);
	sha256_update(h, STR("c"));
	sha256_final(h, &d);
	digest_sha256(STR("abc"), &e);
	OK_(digest_eq(&d, &e), "after the end it starts anew");
	const struct str parts[] = { STR("a"), STR_NONE, STR("bc") };
	digest_sha256_parts(parts, 3, &d);
	OK_(digest_eq(&d, &e), "of parts as of the whole");
	e.octets[DIGEST_LEN - 1] ^= 1;
	OK_(!digest_eq(&d, &e), "one bit makes another digest");
	sha256_free(h);
	sha256_free(NULL);
	OK_(str_eq_secret(STR("a"), STR("a")) && !str_eq_secret(STR("a"), STR("b")) && !str_eq_secret(STR("a"), STR("ab")) && str_eq_secret(STR_NONE, STR("")),
		"secrets are equal or not");
}

static void hmac(struct str key, struct str text, const char *want, const char *name)
{
	struct digest d;
	digest_hmac(key, text, &d);
	IS_STR(digest_hex(a, &d), str_of(want), name);
}

static void test_hmac(void)
{
	hmac(fill(0x0b, 20), STR("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", "RFC 4231 case 1");
	hmac(STR("Jefe"), STR("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "case 2");
	hmac(fill(0xaa, 20), fill(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe", "case 3");
	hmac(unhex("0102030405060708090a0b0c0d0e0f10111213141516171819"), fill(0xcd, 50), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b", "case 4");
	hmac(fill(0xaa, 131), STR("Test Using Larger Than Block-Size Key - Hash Key First"), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", "case 6");
	hmac(fill(0xaa, 131), STR("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."),
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2", "case 7");
	hmac(STR_NONE, STR_NONE, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", "no key, no text");
}

static void test_hkdf(void)
{
	uint8_t out[255 * DIGEST_LEN];
	digest_hkdf(fill(0x0b, 22), STR_NONE, out, 42);
	IS_STR(str_hex(a, bytes(out, 42)), STR("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"), "RFC 5869 case 3");
	uint8_t shorter[33];
	digest_hkdf(STR("key"), STR("info"), out, sizeof(out));
	digest_hkdf(STR("key"), STR("info"), shorter, sizeof(shorter));
	OK_(memcmp(out, shorter, sizeof(shorter)) == 0, "a shorter one is the beginning of a longer one");
	digest_hkdf(STR("key"), STR("inf"), shorter, sizeof(shorter));
	OK_(memcmp(out, shorter, sizeof(shorter)) != 0, "another purpose, another key");
}

/* Bit by bit: the definition. */
static uint32_t crc_slow(uint32_t seed, struct str s)
{
	uint32_t c = ~seed;
	for (size_t i = 0; i < s.len; i++) {
		c ^= (unsigned char)s.ptr[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? UINT32_C(0x82f63b78) ^ c >> 1 : c >> 1;
	}
	return ~c;
}

static void test_crc32c(void)
{
	char up[32], down[32];
	for (int i = 0; i < 32; i++) {
		up[i] = (char)i;
		down[i] = (char)(31 - i);
	}
	IS_INT(crc32c(0, fill(0, 32)), 0x8a9136aa, "RFC 3720 B.4: zeroes");
	IS_INT(crc32c(0, fill(0xff, 32)), 0x62a8ab43, "ones");
	IS_INT(crc32c(0, bytes(up, 32)), 0x46dd794e, "incrementing");
	IS_INT(crc32c(0, bytes(down, 32)), 0x113fdb5c, "decrementing");
	IS_INT(crc32c(0, STR_NONE), 0, "nothing");
	IS_INT(crc32c(crc32c(0, STR("1234")), STR("56789")), crc32c(0, STR("123456789")), "in pieces");
	struct str s = STR("a text of some length, so that words and single bytes and every alignment of both are met");
	unsigned wrong = 0;
	for (size_t from = 0; from < 9; from++)
		for (size_t len = 0; len + from <= s.len; len++)
			wrong += crc32c(0x1234567, str_sub(s, from, len)) != crc_slow(0x1234567, str_sub(s, from, len)) ||
				 crc32c_portable(0x1234567, str_sub(s, from, len)) != crc_slow(0x1234567, str_sub(s, from, len));
	IS_INT(wrong, 0, "every alignment and length as the definition says");
}

static void test_siphash(void)
{
	/* the first, and those around a whole word, of the table of 64 that its authors publish */
	static const struct { size_t len; uint64_t hash; } want[] = { { 0, UINT64_C(0x726fdb47dd0e0e31) }, { 1, UINT64_C(0x74f839c593dc67fd) }, { 7, UINT64_C(0xab0200f58b01d137) },
		{ 8, UINT64_C(0x93f5f5799a932462) }, { 15, UINT64_C(0xa129ca6149be45e5) }, { 63, UINT64_C(0x958a324ceb064572) } };
	uint8_t key[16];
	char text[64];
	for (int i = 0; i < 64; i++) {
		text[i] = (char)i;
		key[i % 16] = (uint8_t)(i % 16);
	}
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		OK_(siphash(key, bytes(text, want[i].len)) == want[i].hash, "SipHash-2-4's own table");
	key[0] ^= 1;
	OK_(siphash(key, STR_NONE) != want[0].hash, "another key, another hash");
}

static void test_seal(void)
{
	struct seal_key key = { { 1 } }, other = { { 2 } };
	struct str sealed, again, clear;
	OK_(seal(a, &key, STR("ad"), STR("text"), &sealed) == OK && sealed.len == 4 + SEAL_EXTRA, "sealed bytes are as long as said");
	OK_(unseal(a, &key, STR("ad"), sealed, &clear) == OK && str_eq(clear, STR("text")), "and open");
	OK_(seal(a, &key, STR("ad"), STR("text"), &again) == OK && !str_eq(sealed, again), "never twice the same");
	IS_INT(unseal(a, &other, STR("ad"), sealed, &clear), ERR_CORRUPT, "not under another key");
	unsigned opened = 0;
	for (size_t i = 0; i < sealed.len * 8; i++) {
		struct str copy = str_copy(a, sealed);
		char *p = arena_alloc(a, copy.len);
		if (!p)
			abort();
		memcpy(p, copy.ptr, copy.len);
		p[i / 8] = (char)(p[i / 8] ^ (1 << (i % 8)));
		opened += unseal(a, &key, STR("ad"), bytes(p, copy.len), &clear) == OK;
	}
	for (size_t i = 0; i < sealed.len; i++)
		opened += unseal(a, &key, STR("ad"), str_sub(sealed, 0, i), &clear) == OK;
	IS_INT(opened, 0, "no changed bit and no cut opens");
	OK_(seal(a, &key, STR_NONE, STR_NONE, &sealed) == OK && unseal(a, &key, STR_NONE, sealed, &clear) == OK && clear.len == 0, "nothing can be sealed too");
	OK_(seal_derived(a, &key, STR("a"), STR("bc"), &sealed) == OK && seal_derived(a, &key, STR("ab"), STR("c"), &again) == OK &&
		memcmp(sealed.ptr, again.ptr, 24) != 0, "a derived nonce tells data and text apart");
	OK_(seal_derived(a, &key, STR("other"), STR("bc"), &again) == OK && memcmp(sealed.ptr, again.ptr, 24) != 0, "other data alone makes another nonce");
	struct arena *small = arena_new("small", 16);
	IS_INT(seal(small, &key, STR_NONE, STR("x"), &sealed), ERR_NOMEM, "a full arena says so");
	arena_free(small);
}

static void test_keys(void)
{
	uint8_t public_key[BOX_PUBLIC_LEN], secret_key[BOX_SECRET_LEN], wrong[BOX_SECRET_LEN] = { 9 };
	uint8_t verify[SIGN_PUBLIC_LEN], signing[SIGN_SECRET_LEN], signature[SIGN_LEN];
	struct str sealed, clear;
	box_keypair(public_key, secret_key);
	OK_(box_seal(a, public_key, STR("for the officer"), &sealed) == OK && sealed.len == 15 + BOX_EXTRA, "a sealed box");
	OK_(box_open(a, public_key, secret_key, sealed, &clear) == OK && str_eq(clear, STR("for the officer")), "opens with its key");
	IS_INT(box_open(a, public_key, wrong, sealed, &clear), ERR_CORRUPT, "not with another");
	IS_INT(box_open(a, public_key, secret_key, str_sub(sealed, 0, BOX_EXTRA - 1), &clear), ERR_CORRUPT, "not when cut");
	sign_keypair(verify, signing);
	sign(signing, STR("text"), signature);
	OK_(sign_verify(verify, STR("text"), signature) && !sign_verify(verify, STR("texT"), signature), "a signature is of its text");
	signature[0] ^= 1;
	OK_(!sign_verify(verify, STR("text"), signature), "and unchanged");
	/* RFC 8032 section 7.1, test 1 */
	struct str seed;
	if (!OK_(str_unhex(a, STR("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"), &seed) == OK, "a seed"))
		return;
	sign_seed_keypair((const uint8_t *)seed.ptr, verify, signing);
	sign(signing, STR_NONE, signature);
	IS_STR(str_hex(a, (struct str){ (const char *)verify, sizeof(verify) }), STR("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
		"the public key of a seed");
	IS_STR(str_hex(a, (struct str){ (const char *)signature, sizeof(signature) }),
		STR("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
		"its signature of nothing");
	char x[32] = { 0 }, y[32] = { 0 };
	random_bytes(x, sizeof(x));
	random_bytes(y, sizeof(y));
	OK_(memcmp(x, y, sizeof(x)) != 0, "random bytes differ");
	secret_wipe(x, sizeof(x));
	OK_(memcmp(x, (char[32]){ 0 }, sizeof(x)) == 0, "a wiped secret is gone");
}

int main(void)
{
	a = arena_new("test", 16 << 20);
	if (!a || seal_start() != OK)
		return 1;
	test_md5();
	test_sha256();
	test_hmac();
	test_hkdf();
	test_crc32c();
	test_siphash();
	test_seal();
	test_keys();
	arena_free(a);
	return tap_done();
}
