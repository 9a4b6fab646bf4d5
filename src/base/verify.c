/*
 * See verify.h. A key that OpenSSL takes is on its curve, for it looks when the point is read.
 */
#include "base/verify.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

enum { DER_MAX = 80 /* of two numbers of 33 octets */ };

static const unsigned char *octets(struct str s)
{
	return (const unsigned char *)(s.len ? s.ptr : "");
}

/* Takes the parameters; NULL: they are no key. */
static EVP_PKEY *make_key(const char *type, OSSL_PARAM *take_params)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;
	if (!c || !take_params || EVP_PKEY_fromdata_init(c) != 1 || EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, take_params) != 1)
		key = NULL;
	OSSL_PARAM_free(take_params);
	EVP_PKEY_CTX_free(c);
	return key;
}

static enum err verify(EVP_PKEY *take_key, struct str text, const unsigned char *signature, size_t len)
{
	EVP_MD_CTX *c = take_key ? EVP_MD_CTX_new() : NULL;
	enum err e = !take_key ? ERR_RANGE : !c ? ERR_NOMEM : OK;
	if (e == OK && (EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, take_key) != 1 || EVP_DigestVerify(c, signature, len, octets(text), text.len) != 1))
		e = ERR_DENIED;
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(take_key);
	ERR_clear_error();
	return e;
}

/* No file is read for it: whoever asks may have none left to read. */
static void start(void)
{
	BUG_ON(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1);
	ERR_clear_error();
}

enum err verify_rsa_sha256(struct str modulus, struct str exponent, struct str text, struct str signature)
{
	if (modulus.len < VERIFY_RSA_MIN || modulus.len > VERIFY_RSA_MAX || !(octets(modulus)[0] & 0x80) || !(octets(modulus)[modulus.len - 1] & 1))
		return ERR_RANGE;
	if (!exponent.len || exponent.len > VERIFY_EXPONENT_MAX || !octets(exponent)[0] || !(octets(exponent)[exponent.len - 1] & 1) || str_eq(exponent, STR("\1")))
		return ERR_RANGE;
	/* RFC 8017 8.2.2: as long as the modulus, so that there is one text of each signature */
	if (signature.len != modulus.len)
		return ERR_DENIED;
	start();
	BIGNUM *n = BN_bin2bn(octets(modulus), (int)modulus.len, NULL), *e = BN_bin2bn(octets(exponent), (int)exponent.len, NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	bool made = n && e && b && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1;
	enum err result = made ? verify(make_key("RSA", OSSL_PARAM_BLD_to_param(b)), text, octets(signature), signature.len) : ERR_NOMEM;
	OSSL_PARAM_BLD_free(b);
	BN_free(n);
	BN_free(e);
	return result;
}

/* The two numbers as OpenSSL reads them; their length, or 0. */
static int der_of(struct str signature, unsigned char der[DER_MAX])
{
	BIGNUM *r = BN_bin2bn(octets(signature), VERIFY_P256_LEN, NULL), *s = BN_bin2bn(octets(signature) + VERIFY_P256_LEN, VERIFY_P256_LEN, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	int len = 0;
	if (r && s && sig && ECDSA_SIG_set0(sig, r, s) == 1) {
		/* they belong to sig from here on */
		r = s = NULL;
		len = i2d_ECDSA_SIG(sig, NULL);
		len = len > 0 && len <= DER_MAX ? i2d_ECDSA_SIG(sig, &der) : 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return len > 0 ? len : 0;
}

enum err verify_p256_sha256(struct str x, struct str y, struct str text, struct str signature)
{
	unsigned char point[1 + 2 * VERIFY_P256_LEN] = { POINT_CONVERSION_UNCOMPRESSED }, der[DER_MAX];
	if (x.len != VERIFY_P256_LEN || y.len != VERIFY_P256_LEN)
		return ERR_RANGE;
	if (signature.len != (size_t)2 * VERIFY_P256_LEN)
		return ERR_DENIED;
	start();
	memcpy(point + 1, x.ptr, VERIFY_P256_LEN);
	memcpy(point + 1 + VERIFY_P256_LEN, y.ptr, VERIFY_P256_LEN);
	int len = der_of(signature, der);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	bool made = len && b && OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1;
	enum err result = made ? verify(make_key("EC", OSSL_PARAM_BLD_to_param(b)), text, der, (size_t)len) : ERR_NOMEM;
	OSSL_PARAM_BLD_free(b);
	return result;
}
