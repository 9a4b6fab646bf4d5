/*
 * Who an OpenID provider says somebody is: rows of TABLE_IDENTITY.
 *
 * "sub/" and the digest of issuer and subject is of the account that its owner names: one account for an identity, one identity for an
 * account. Nobody is told what a subject was. "begun/" and the digest of a state is a sign-in that has begun: it goes once it is answered,
 * or after SIGN_IN_MINUTES. What proves it (state, nonce, verifier) is in no row: the state is the browser's, the others are made of it
 * under a key of the judge's.
 */
#ifndef AUPD_MODEL_IDENTITY_H
#define AUPD_MODEL_IDENTITY_H

#include "base/seal.h"
#include "model/field.h"

enum { SIGN_IN_MINUTES = 10, SIGN_IN_TOKEN_LEN = 43, SIGN_IN_TO_MAX = 2000 };

/* To come in; to prove again who he is; to bind the account of a session to whom the provider says he is. */
enum sign_in_purpose { SIGN_IN_LOGIN, SIGN_IN_PROVE, SIGN_IN_BIND };
extern const char *const sign_in_purpose_words[];

struct sign_in {
	enum sign_in_purpose purpose;
	struct str to;                  /* where he wanted to go */
	struct str browser;             /* SHA-256, hex, of what the browser keeps that began it */
	struct str session;             /* row of the session that it is of; "" for a login */
	int64_t begun_at;
};

extern const struct field sign_in_fields[];

/* Digest, hex, of who that is; and the key of its row. */
struct str identity_digest(struct arena *a, struct str issuer, struct str subject);
struct str identity_row(struct arena *a, struct str digest);

/* 32 octets of chance as SIGN_IN_TOKEN_LEN letters; STR_NONE: no memory. */
struct str sign_in_token(struct arena *a);
/* The key of the row of that state; STR_NONE when the text cannot be one. */
struct str sign_in_row(struct arena *a, struct str state);
/* What is made of a state: `what` tells which. SIGN_IN_TOKEN_LEN letters. */
struct str sign_in_secret(struct arena *a, const struct seal_key *key, const char *what, struct str state);
/* Has the browser that brings this token begun it, and is it not over? */
bool sign_in_holds(const struct sign_in *s, struct arena *a, struct str browser, int64_t now_at);
/* RFC 7636 4.2, S256. */
struct str sign_in_challenge(struct arena *a, struct str verifier);

#endif
