/*
 * What an access server counts that does not fit: signs of it, kept a day, and told only about customers who differ from the others of the
 * same server.
 *
 * A sign proves nothing. A server that errs shows it for all, and that is a matter of the operators. So signs are rows of TABLE_METERING, one a
 * server and kind of sign, with the accounts that show it; with METERING_ACCOUNTS_MAX of them it is the server's. When the day
 * is over they are compared: whose server has METERING_PEERS_LEAST sessions and hardly anybody else with that sign is told to the rules, once,
 * in the transaction that removes the row. Too few peers: nobody can tell, and nobody is told. Pure, as the fold is.
 *
 * Sessions at once are those of the customer on all servers: he is told about once a day, whatever servers showed it. The grade is A when more than was
 * agreed are sure to have been there at once, else B.
 */
#ifndef AUPD_ENGINE_METERING_H
#define AUPD_ENGINE_METERING_H

#include "engine/fold.h"
#include "model/metering.h"

enum {
	METERING_ACCOUNTS_MAX = 64,
	METERING_PEERS_LEAST = 10,
	METERING_PEERS_PART = 20,       /* others who show it: one in so many sessions is the server's matter */
	METERING_SIGNS_LEAST = 3,       /* of one account in a day; less is chance */
	METERING_DEVICES_MOST = 20,     /* behind one account, where the register says nothing else */
	METERING_BEHIND_S = 3600,       /* after its day a row is looked at */
};

#define METERING_SIGNAL STR("meter.discrepancy")
#define METERING_RESALE STR("account.many-devices")

struct metering_sign {
	enum metering_sign_kind kind;
	uint32_t server;                /* the access server, keyed */
	struct str subject;             /* whose, keyed, opaque */
	int64_t at;
	uint64_t told, known;           /* by the server, by us: seconds, octets, sessions, devices */
};

/* An account that showed it, as the caller knows it now. */
struct metering_account {
	struct str subject;
	const struct entity *whose;     /* NULL: the register does not tell */
	unsigned open;                  /* of METERING_SESSIONS: sessions of the customer, anywhere, */
	unsigned sure;                  /* how many of them are sure to have been there at once, */
	unsigned servers;               /* and on how many servers they are */
};

/* Who showed it, and what of it is known now. Filled by metering_accounts; whose, sessions and peers by the caller. */
struct metering_day {
	struct metering_account list[METERING_ACCOUNTS_MAX];
	unsigned count;
	uint32_t server;
	enum metering_sign_kind kind;
	unsigned peers;                 /* sessions on that server that were heard of lately */
};

enum metering_verdict { METERING_NOBODY, METERING_TOLD, METERING_SERVERS, METERING_CANNOT_TELL };

/* *ret_full: more of that kind on that server need not be noted this day. */
enum err metering_note(struct fold *f, const struct metering_sign *s, bool *ret_full, struct why *why) MUST_CHECK;
/* Of a row that is due. */
enum err metering_accounts(struct fold *f, struct str key, struct metering_day *ret_day, struct why *why) MUST_CHECK;
enum err metering_due(struct fold *f, struct str key, const struct metering_day *day, enum metering_verdict *ret_verdict, struct why *why) MUST_CHECK;
/* Whose a login is; an entity that is a customer; "" of none. */
struct str metering_customer(const struct entity *whose);
/* What is agreed on sessions at once, or devices; 0 = nothing is, or more was agreed in writing. */
uint64_t metering_allowed(const struct registry *r, enum metering_sign_kind kind, struct str customer, int64_t at);

#endif
