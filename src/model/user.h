/*
 * Accounts of the console, and their sessions: rows of TABLE_OPERATOR by name and of TABLE_SESSION by the SHA-256 of the session's token.
 *
 * A name is one person: the operator of that name in aupd.conf(5), an account and a key of the API are the same, so that nobody approves
 * twice. Nothing kept here lets anybody in: passwords are argon2id texts, recovery codes and invitations SHA-256, the secret of one-time
 * passwords is sealed under a key of the judge's. Names of resellers' and customers' accounts are theirs to choose and personal no more
 * than an id.
 */
#ifndef AUPD_MODEL_USER_H
#define AUPD_MODEL_USER_H

#include "model/field.h"
#include "model/principal.h"

enum {
	USER_NAME_MAX = 64, USER_PASSWORD_MIN = 12, USER_PASSWORD_MAX = 256, USER_RECOVERY = 10,
	USER_FREE_FAILURES = 5,      /* then the account waits: twice as long each time */
	USER_WAIT_MAX_S = 900,
	USER_INVITED_HOURS = 72,
	SESSION_TOKEN_LEN = 47, SESSION_IDLE_MINUTES = 30, SESSION_HOURS = 12, SESSION_SEEN_MINUTES = 5 /* how exactly it is known when it was used */,
	SESSION_PROVED_MINUTES = 10,    /* for so long a proof counts for heavy acts */
	SESSIONS_OF_ONE_MAX = 20,
};

/* What an operator's account may do; each may read, whoever it is. */
enum role_of { ROLE_VIEWER, ROLE_ANALYST, ROLE_SENIOR, ROLE_POLICY, ROLE_AUDITOR, ROLE_ADMIN, ROLE_OF_END };
extern const char *const role_of_words[];

enum user_state { USER_INVITED, USER_ACTIVE, USER_DISABLED };
extern const char *const user_state_words[];

struct user {
	struct str name;
	enum scope scope;               /* operator, reseller, customer */
	struct str id;                  /* which reseller or customer; of an operator his name */
	enum role_of role;              /* of an operator */
	enum user_state state;
	struct str password;            /* argon2id */
	struct str invitation;          /* SHA-256, hex; "" = there is none */
	int64_t invited_until_at;
	struct str secret;              /* of one-time passwords, sealed */
	int64_t secret_step;            /* of the last one that was used */
	struct str *recovery;           /* SHA-256, hex, of each code that is left */
	unsigned recovery_count;
	struct str made_by;
	int64_t made_at, seen_at;
	uint32_t failures;              /* in a row */
	int64_t wait_until_at;
	struct str keys;                /* "NAME:KEY NAME:KEY": those of the console that are not as usual (user_keys) */
	struct str identity;            /* who he is for an OpenID provider: digest as in the key of its row (model/identity.h); "" = nobody */
	struct str issuer;              /* of that */
};

struct user_session {
	struct str account;
	enum scope scope;
	struct str id;
	enum role_of role;
	int64_t made_at, seen_at, until_at;
	int64_t before_at;              /* when its owner was last there before it began; TIME_NONE: never */
	int64_t proved_at;              /* when password and code were last given, or the provider said so */
	struct str from;                /* the network that it began from: no more of an address than that */
	struct str agent;               /* and with which browser, by its family */
	bool by_provider;               /* he came, or last proved who he is, by his OpenID provider */
	bool enrols;                    /* it may choose a password and a secret, and nothing else */
	struct str keys;                /* of its account */
};

/* What a single key does in a browser (web/script/own.js has the same names), and which does it unless somebody says otherwise. */
struct user_key { const char *name, *usual, *what; };
extern const struct user_key user_keys[];       /* closed by a NULL name */

extern const struct field user_fields[], user_session_fields[];

/* a-z 0-9 . _ - and @, 1 to USER_NAME_MAX, in lower case. */
bool user_name_is(struct str name);
/* By the number of failures in a row. */
int64_t user_wait_us(uint32_t failures);
struct str user_session_new(struct arena *a);        /* "aus_" and 43 letters */
struct str user_session_row(struct arena *a, struct str token);
bool user_session_valid(const struct user_session *s, int64_t now_at);
/* What its row says of whoever has the token, now. ERR_DENIED. */
enum err principal_of_session(struct arena *a, const struct row *row, int64_t now, struct user_session *ret_session, struct principal *ret_principal, struct why *why) MUST_CHECK;

/*
 * May that role give that command? A command that only tells is for each. The others by what they touch: cases and what comes in for
 * analysts; approvals, bulk, brakes and what cannot be taken back for seniors; policy for ROLE_POLICY; people, keys, register and the
 * daemon itself for admins. A senior may what an analyst may, an admin all but policy.
 */
bool role_may(enum role_of role, struct str op, bool tells);
/* May it see names and addresses of people in clear? Whoever works on cases, and admins. */
bool role_sees_people(enum role_of role);
/* Does it need a fresh proof of who it is? */
bool command_is_heavy(struct str op);

#endif
