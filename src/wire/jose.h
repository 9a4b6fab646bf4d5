/*
 * Signed texts of an OpenID provider: sets of public keys (RFC 7517), and the compact form of a signature (RFC 7515). Pure.
 *
 * Three algorithms are known, and each takes keys of one type alone: RS256 (2048 bits or more), ES256, EdDSA with Ed25519. "none", every
 * HS..., and whatever else a token asks for is refused, so that no token chooses how it is believed; so is one with "crit", and one whose
 * members come twice. Keys that a token brings along or points at ("jwk", "jku", "x5c", "x5u") are never looked at.
 *
 * Hostile input is a token that says all of this, or a set with keys of any kind: those that are of no use here are passed over.
 */
#ifndef AUPD_WIRE_JOSE_H
#define AUPD_WIRE_JOSE_H

#include "base/arena.h"
#include "base/json.h"

enum { JOSE_KEYS_MAX = 64, JOSE_SET_BYTES_MAX = 256 << 10, JOSE_TOKEN_BYTES_MAX = 32 << 10, JOSE_HEADER_BYTES_MAX = 4096 };

enum jose_alg { JOSE_RS256, JOSE_ES256, JOSE_EDDSA, JOSE_ALGS };
extern const char *const jose_alg_words[];

/* A public key that can verify. */
struct jose_key {
	enum jose_alg alg;              /* the only one that it is for */
	struct str kid;                 /* "" = it has none */
	struct str first, second;       /* modulus and exponent; x and y; the key of Ed25519 alone */
};

struct jose_keys {
	struct jose_key list[JOSE_KEYS_MAX];
	unsigned count;
};

/* Its texts lie in the arena and in text. ERR_SYNTAX, ERR_LIMIT: it is no set, or one of more than JOSE_KEYS_MAX keys. A set of no key that is of use is OK. */
enum err jose_keys_read(struct arena *a, struct str text, struct jose_keys *ret_keys, struct why *why) MUST_CHECK;

/*
 * What a token says, when its signature is of one of the keys: the tree of its payload, an object. ERR_SYNTAX, ERR_LIMIT: it is no token;
 * ERR_DENIED: it is not good; ERR_NOTFOUND: the set has no key of its name, and a newer set might.
 */
enum err jose_token_read(struct arena *a, struct str token, const struct jose_keys *keys, const struct json **ret_payload, struct why *why) MUST_CHECK;

#endif
