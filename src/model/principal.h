/*
 * Who asks: an operator, a reseller, a customer, a reporter; the keys of the API by which they prove it; and what of the
 * store each may see.
 *
 * A key is known by its SHA-256 alone: that is the key of its row in TABLE_API_KEY, so nobody who reads the store has it. The fence
 * of a principal is part of every question that is asked of the store for him: what is behind it is not found, and so it is
 * answered like what does not exist.
 */
#ifndef AUPD_MODEL_PRINCIPAL_H
#define AUPD_MODEL_PRINCIPAL_H

#include "model/case.h"
#include "model/row.h"

enum { API_KEY_LEN = 47, API_KEY_MAX = 256, API_KEY_LABEL_MAX = 200, API_KEY_NAME_LEN = 16 };

enum scope {
	SCOPE_NOBODY,           /* over a network, without a key */
	SCOPE_LOCAL,            /* on the Unix socket, and no operator */
	SCOPE_OPERATOR,
	SCOPE_RESELLER,         /* what is below it in the tree, as it was when the case was opened */
	SCOPE_CUSTOMER,         /* its own */
	SCOPE_REPORTER,         /* what became of its own reports */
	SCOPE_END
};
extern const char *const scope_words[];
#define SCOPES(scope) (1u << (scope))

struct principal {
	enum scope scope;
	struct str id;          /* operator, reseller, customer, or client of aupd.conf(5) that reports */
	struct str key;         /* row of the key that proved it; STR_NONE: the connection or a session did */
	struct str session;     /* row of the session that proved it */
	struct str link;        /* token of the page of one case that he came by; STR_NONE: he came otherwise */
	uint64_t only;          /* of that page: its case, and no other is behind the fence; 0: all of his */
};

struct api_key {
	enum scope scope;
	struct str id, label, made_by;
	int64_t made_at, expires_at, revoked_at;        /* TIME_NONE: never */
};

extern const struct field api_key_fields[];

/* A fresh one, "aup_" and 43 letters: 256 bits of chance. */
struct str api_key_new(struct arena *a);
/* The key of its row. */
struct str api_key_row(struct arena *a, struct str key);
/* Does it open anything now? */
bool api_key_valid(const struct api_key *k, int64_t now_at);
/* What its row says of whoever has it, now: ERR_DENIED when it is expired, revoked or of no use. */
enum err principal_of_key(struct arena *a, const struct row *row, int64_t now, struct principal *ret_principal, struct why *why) MUST_CHECK;

/* Is there an operator of that name in the configuration? list: "NAME uid UID". */
bool operator_named(const struct str *list, unsigned count, struct str name);

/* Puts the fence into a question about that table; false: nothing in it is for him, do not ask. */
bool principal_fence(const struct principal *p, struct arena *a, struct query *q);
/*
 * May he see this case? Of those behind the fence nobody but an operator sees what is of the sealed class, what nobody is to be told,
 * and what a person has not yet called a case.
 */
bool principal_sees(const struct principal *p, const struct casefile *c);

#endif
