/*
 * Signatures of others, held against public keys of theirs, by OpenSSL: RSA with PKCS #1 v1.5 and SHA-256 (RFC 8017 8.2), ECDSA over P-256 with
 * SHA-256 (FIPS 186-5). Ed25519 is in seal.h. Which of them counts is the caller's to know: nothing here chooses by what is signed.
 *
 * Numbers are octets in network order. ERR_DENIED: the signature is not of that key. ERR_RANGE: the key is none, or too weak.
 */
#ifndef AUPD_BASE_VERIFY_H
#define AUPD_BASE_VERIFY_H

#include "base/str.h"

enum { VERIFY_RSA_MIN = 256 /* octets of the modulus: 2048 bits */, VERIFY_RSA_MAX = 1024, VERIFY_EXPONENT_MAX = 4, VERIFY_P256_LEN = 32 };

/* modulus: without leading zeros; exponent: odd, 3 or more. */
enum err verify_rsa_sha256(struct str modulus, struct str exponent, struct str text, struct str signature) MUST_CHECK;
/* x, y: VERIFY_P256_LEN octets each; signature: r and s, as many each (RFC 7518 3.4). */
enum err verify_p256_sha256(struct str x, struct str y, struct str text, struct str signature) MUST_CHECK;

#endif
