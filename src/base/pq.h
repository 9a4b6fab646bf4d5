/*
 * Statements to a PostgreSQL server over libpq, the only user of it, driven by our loop without ever blocking it.
 *
 * A conversation has a connection of its own and asks one statement after the other, each with its values as parameters, never in its text.
 * Names are not resolved: the server is an address or a directory of Unix sockets. Nothing of the environment or of a home directory is read.
 * Over TCP the certificate and its name are checked always, but for a loopback address.
 *
 * The server is believed only as far as what it says is bounded: PQ_ROWS_MAX rows, PQ_COLUMNS_MAX columns, PQ_VALUE_MAX octets a value, and
 * the whole conversation in its time.
 */
#ifndef AUPD_BASE_PQ_H
#define AUPD_BASE_PQ_H

#include "base/arena.h"
#include "base/loop.h"
#include "base/str.h"

enum { PQ_PARAMS_MAX = 8, PQ_ROWS_MAX = 256, PQ_COLUMNS_MAX = 8, PQ_VALUE_MAX = 4096, PQ_SQLSTATE_LEN = 5, PQ_PORT = 5432, PQ_RUNNING_MAX = 16 };

struct pq;

struct pq_options {
	struct str address;             /* "192.0.2.1:5432", "[2001:db8::1]:5432" or "/run/postgresql" */
	struct str name;                /* of its certificate; STR_NONE: no TLS, which goes to a Unix socket or a loopback address only */
	struct str ca;                  /* PEM; with name */
	struct str database, user, password;
	int64_t timeout_us;             /* of a whole conversation; a single statement has half of it */
};

enum pq_state {
	PQ_READY,                       /* connected; nothing was asked yet */
	PQ_ANSWERED,
	PQ_REFUSED,                     /* the server said why; an open transaction is rolled back */
	PQ_LOST,                        /* a statement went out and no answer came, or none that is read: whether it was done is not known */
	PQ_AWAY,                        /* nothing was asked: it is not reached, or does not let us in */
};

struct pq_answer {
	enum pq_state state;
	const struct str *values;       /* row after row; NULL is STR_NONE */
	unsigned rows, columns;
	struct str command;             /* ANSWERED: "COMMIT", "INSERT 0 1" */
	char sqlstate[PQ_SQLSTATE_LEN + 1];
	struct str text;                /* of REFUSED, LOST, AWAY: the server's sentence, or ours; a single line, not printable for sure */
};

struct pq_statement {
	const char *sql;                /* $1 to $8 are its parameters */
	struct str params[PQ_PARAMS_MAX];       /* without NUL */
	unsigned param_count;
};

/*
 * Called from a turn of the loop, never from inside pq_begin: after READY and each ANSWERED it fills the next statement (zeroed) and gives
 * true, or gives false, which ends the conversation and rolls back what was not committed. After REFUSED, LOST and AWAY it is called no more.
 */
typedef bool pq_fn(void *arg, const struct pq_answer *answer, struct pq_statement *ret_next);

/* Texts are copied. No connection is made yet. */
enum err pq_open(struct loop *l, const struct pq_options *options, struct pq **ret_pq, struct why *why) MUST_CHECK;
void pq_close(struct pq *p);                                    /* accepts NULL; what runs ends without a call */
/* ERR_AGAIN: PQ_RUNNING_MAX run. */
enum err pq_begin(struct pq *p, pq_fn *fn, void *arg) MUST_CHECK;

#endif
