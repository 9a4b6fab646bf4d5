/*
 * What an OpenID provider says, beside its keys (jose.h): what it offers (OpenID Connect Discovery 1.0), what it gives for a code (RFC 6749 5),
 * and what its ID token must say to be believed (OpenID Connect Core 1.0, 3.1.3.7). Pure; texts borrow from what is read.
 */
#ifndef AUPD_WIRE_OIDC_H
#define AUPD_WIRE_OIDC_H

#include "wire/jose.h"

enum { OIDC_BYTES_MAX = 256 << 10, OIDC_URL_MAX = 1024, OIDC_SUBJECT_MAX = 255, OIDC_AUDIENCES_MAX = 16, OIDC_SKEW_S = 60, OIDC_CODE_MAX = 4096 };

struct oidc_offer {
	struct str authorize, token, keys;      /* URLs */
	bool names_itself;              /* its answers say who it is, RFC 9207 */
	bool secret_in_body;            /* it takes the client's secret in the body alone */
};

/* https; http to a loopback address, written as one, when http_too. No user, no fragment, nothing that is not printable ASCII. */
bool oidc_url_is(struct str url, bool http_too);

/* The document of that issuer. ERR_SYNTAX, ERR_LIMIT: it is none; ERR_DENIED: of another issuer; ERR_UNSUPPORTED: it has no S256, or no code. */
enum err oidc_offer_read(struct arena *a, struct str text, struct str issuer, struct oidc_offer *ret_offer, struct why *why) MUST_CHECK;

/* The ID token of an answer of the token endpoint; whatever else is given there is left alone. ERR_SYNTAX, ERR_LIMIT. */
enum err oidc_answer_read(struct arena *a, struct str text, struct str *ret_token, struct why *why) MUST_CHECK;

struct oidc_expected {
	struct str issuer, client, nonce;
	int64_t now_at, begun_at;       /* when the person was sent there: no token is older */
	bool fresh;                     /* he had to prove himself there since begun_at */
	const struct str *acr;          /* one of these ways of proving himself, if there are any */
	unsigned acr_count;
};

/* What jose_token_read gave, held against what is expected: ret_subject. ERR_DENIED: it is not believed; why says which of it, and names nobody. */
enum err oidc_claims_check(const struct json *claims, const struct oidc_expected *x, struct str *ret_subject, struct why *why) MUST_CHECK;

#endif
