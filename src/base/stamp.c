/*
 * Time stamps. See stamp.h; the sections named are those of RFC 3161.
 */
#include "base/stamp.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include "base/time.h"

/* 2.4.1: version 1, the digest, no policy, a nonce, certReq. */
enum err stamp_request(struct arena *a, const struct digest *d, const uint8_t nonce[STAMP_NONCE_LEN], struct str *ret_der, struct why *why)
{
	uint8_t octets[DIGEST_LEN];
	unsigned char *der = NULL;
	TS_REQ *q = TS_REQ_new();
	TS_MSG_IMPRINT *m = TS_MSG_IMPRINT_new();
	X509_ALGOR *sha256 = X509_ALGOR_new();
	BIGNUM *n = BN_bin2bn(nonce, STAMP_NONCE_LEN, NULL);
	ASN1_INTEGER *number = n ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	memcpy(octets, d->octets, sizeof(octets));
	bool good = q && m && sha256 && number && X509_ALGOR_set0(sha256, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
		TS_MSG_IMPRINT_set_algo(m, sha256) == 1 && TS_MSG_IMPRINT_set_msg(m, octets, DIGEST_LEN) == 1 && TS_REQ_set_version(q, 1) == 1 &&
		TS_REQ_set_msg_imprint(q, m) == 1 && TS_REQ_set_nonce(q, number) == 1 && TS_REQ_set_cert_req(q, 1) == 1;
	int len = good ? i2d_TS_REQ(q, &der) : -1;
	struct str copy = len > 0 ? str_copy(a, (struct str){ (const char *)der, (size_t)len }) : STR_NONE;
	OPENSSL_free(der);
	ASN1_INTEGER_free(number);
	BN_free(n);
	X509_ALGOR_free(sha256);
	TS_MSG_IMPRINT_free(m);
	TS_REQ_free(q);
	if (!copy.ptr)
		return why_set(why, ERR_NOMEM, "no memory for the request of a time stamp");
	*ret_der = copy;
	return OK;
}

/* Every certificate of the text. A PEM that breaks off counts as what stands before. */
static X509_STORE *read_store(struct str pem)
{
	BIO *bio = pem.len && pem.len <= INT_MAX ? BIO_new_mem_buf(pem.ptr, (int)pem.len) : NULL;
	X509_STORE *store = bio ? X509_STORE_new() : NULL;
	unsigned count = 0;
	for (X509 *x; store && count < STAMP_CERTIFICATES_MAX && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL));) {
		count += X509_STORE_add_cert(store, x) == 1;
		X509_free(x);
	}
	BIO_free(bio);
	if (!count) {
		X509_STORE_free(store);
		return NULL;
	}
	return store;
}

static enum err read_time(struct arena *a, const TS_TST_INFO *info, int64_t *ret_at)
{
	struct tm t;
	if (!info || ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &t) != 1)
		return ERR_SYNTAX;
	return time_parse(str_format(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec), ret_at);
}

static bool is_sha256(TS_TST_INFO *info)
{
	const ASN1_OBJECT *algorithm = NULL;
	X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info)));
	return OBJ_obj2nid(algorithm) == NID_sha256;
}

/* The last word of the library, which is in English and names no secret. */
static enum err refuse(struct why *why)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	return why_set(why, ERR_DENIED, "the time stamp is not good: %s", reason ? reason : "it was not granted");
}

/* 2.4.2: granted, over that digest, signed by a certificate for it; section 4, item 4: the certificate as it stood then. */
static enum err check(TS_RESP *r, X509_STORE *store, const struct digest *d, const uint8_t *nonce, int64_t at, struct why *why)
{
	TS_VERIFY_CTX *c = TS_VERIFY_CTX_new();
	X509_VERIFY_PARAM *p = X509_VERIFY_PARAM_new();
	unsigned char *imprint = OPENSSL_memdup(d->octets, DIGEST_LEN);
	BIGNUM *n = nonce ? BN_bin2bn(nonce, STAMP_NONCE_LEN, NULL) : NULL;
	ASN1_INTEGER *number = n ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	enum err e = c && p && imprint && (!nonce || number) ? OK : ERR_NOMEM;
	if (e == OK) {
		X509_VERIFY_PARAM_set_time(p, (time_t)(at / SECOND_US));
		(void)X509_STORE_set1_param(store, p);
		/* both belong to the context from here on */
		(void)TS_VERIFY_CTX_set_store(c, store);
		(void)TS_VERIFY_CTX_set_imprint(c, imprint, DIGEST_LEN);
		(void)X509_STORE_up_ref(store);
		imprint = NULL;
		(void)TS_VERIFY_CTX_set_flags(c, (int)(TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_IMPRINT));
	}
	e = e ? why_set(why, e, "no memory for a time stamp") : TS_RESP_verify_response(c, r) == 1 ? OK : refuse(why);
	TS_TST_INFO *info = TS_RESP_get_tst_info(r);
	if (e == OK && !is_sha256(info))
		e = why_set(why, ERR_DENIED, "the time stamp is over another kind of digest");
	/* the library's check of the nonce wants a request: the two numbers are held against each other here */
	if (e == OK && nonce && (!TS_TST_INFO_get_nonce(info) || ASN1_INTEGER_cmp(number, TS_TST_INFO_get_nonce(info)) != 0))
		e = why_set(why, ERR_DENIED, "the time stamp is the answer to another request");
	OPENSSL_free(imprint);
	ASN1_INTEGER_free(number);
	BN_free(n);
	X509_VERIFY_PARAM_free(p);
	TS_VERIFY_CTX_free(c);
	return e;
}

enum err stamp_check(struct arena *a, struct str der, struct str pem, const struct digest *d, const uint8_t *nonce, int64_t *ret_at, struct why *why)
{
	const unsigned char *at = (const unsigned char *)der.ptr;
	int64_t time = TIME_NONE;
	if (!der.len || der.len > STAMP_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a time stamp of no or more than %d octets", STAMP_BYTES_MAX);
	ERR_clear_error();
	TS_RESP *r = d2i_TS_RESP(NULL, &at, (long)der.len);
	X509_STORE *store = read_store(pem);
	enum err e = OK;
	if (!r || at != (const unsigned char *)der.ptr + der.len)
		e = why_set(why, ERR_SYNTAX, "this is no answer of a time-stamping authority");
	else if (!store)
		e = why_set(why, ERR_NOTFOUND, "there is no certificate that a time stamp could be checked against");
	else if (!TS_RESP_get_token(r))
		e = why_set(why, ERR_DENIED, "the time stamp was not granted");
	else if (read_time(a, TS_RESP_get_tst_info(r), &time) != OK)
		e = why_set(why, ERR_SYNTAX, "the time stamp has no time");
	ERR_clear_error();
	if (e == OK)
		e = check(r, store, d, nonce, time, why);
	ERR_clear_error();
	X509_STORE_free(store);
	TS_RESP_free(r);
	if (e == OK)
		*ret_at = time;
	return e;
}
