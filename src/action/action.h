/*
 * Action drivers: one way each to make something so in the world, to see that it is so, and to undo it.
 *
 * A driver is a const struct with every slot filled; its state is opaque. run is called once an order; the driver answers
 * through done exactly once, maybe later, never from inside run. Orders are idempotent by the act's key: DO what is done
 * and UNDO what is gone are DONE. DONE is said only when the effect (or the absence) was seen.
 */
#ifndef AUPD_ACTION_ACTION_H
#define AUPD_ACTION_ACTION_H

#include "base/loop.h"
#include "model/act.h"
#include "model/config_aaa.h"
#include "model/config_nas.h"
#include "model/letter.h"

struct action_order {
	enum act_op op;
	const struct act *act;
	const struct letter *letter;    /* notify */
	const struct str *sessions;     /* radius: what names each of the sessions that it is about (struct accounting) */
	unsigned session_count;
	const struct str *saved;        /* radius-coa: what each of them had before; NULL: nothing was kept */
	const struct str *logins;       /* aaa-sql, aaa-rest: of the service, as the register has them now; borrowed until done is called */
	unsigned login_count;
	int64_t now, good_until;
};

typedef void action_done_fn(void *arg, enum act_result result, struct str text);

struct action_options {
	struct loop *loop;
	struct str mail_domain, smarthost, webhook_secret, nft_path, nft_table;
	const struct str *webhook_allow;
	unsigned webhook_allow_count;
	const struct nas_at *nas;       /* borrowed */
	unsigned nas_count;
	const struct aaa_sql *aaa_sql;  /* the same; NULL: none */
	const struct aaa_rest *aaa_rest;
	/* radius: one more question to that access server; false: its budget of the hour is used up, or nothing can be noted. NULL: always */
	bool (*may_ask)(void *arg, const struct nas_at *nas);
	void *may_ask_arg;
	/* nft: hands a program to the child that may run it; output or error comes back. */
	enum err (*nft)(void *arg, struct str commands, void (*fn)(void *fn_arg, int status, struct str out), void *fn_arg);
	void *nft_arg;
};

struct action_driver {
	const char *name, *doc;
	bool can_check, can_undo;
	bool ends;                      /* VERB_END: what it does can be over when it is done */
	enum err (*open)(const struct action_options *o, void **ret_state, struct why *why) MUST_CHECK;
	void (*run)(void *state, const struct action_order *order, action_done_fn *done, void *arg);
	void (*close)(void *state);
};

extern const struct action_driver action_null, action_task, action_notify, action_webhook, action_nft, action_radius_disconnect, action_radius_coa,
	action_aaa_sql, action_aaa_rest;

#endif
