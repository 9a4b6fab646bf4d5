/*
 * Time stamps, RFC 3161, by OpenSSL: the request for a digest, and what an authority answered, held against certificates that are
 * given. SHA-256 alone. Every DER of the other side is read by OpenSSL, and by nothing else here.
 *
 * A stamp is good when its status says granted, it is over that digest, with that nonce where one is given, and signed by a certificate
 * for time stamping that leads to one of those given, as they stood at the time that it tells: a stamp outlives its certificate. That
 * no certificate was revoked is not looked at.
 */
#ifndef AUPD_BASE_STAMP_H
#define AUPD_BASE_STAMP_H

#include "base/arena.h"
#include "base/digest.h"

enum { STAMP_NONCE_LEN = 8, STAMP_BYTES_MAX = 64 << 10, STAMP_CERTIFICATES_MAX = 256 };

/* A TimeStampReq that asks for the certificates too; the first octet of the nonce must be 1 to 127. */
enum err stamp_request(struct arena *a, const struct digest *d, const uint8_t nonce[STAMP_NONCE_LEN], struct str *ret_der, struct why *why) MUST_CHECK;
/*
 * A TimeStampResp against certificates in PEM; nonce may be NULL. ret_at: the time it tells, whole seconds. ERR_SYNTAX: it is none;
 * ERR_DENIED: it is not good, why says how.
 */
enum err stamp_check(struct arena *a, struct str der, struct str pem, const struct digest *d, const uint8_t *nonce, int64_t *ret_at, struct why *why) MUST_CHECK;

#endif
