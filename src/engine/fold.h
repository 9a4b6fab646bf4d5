/*
 * The fold: stops 3 to 5 and 7 in their order, over the rows of a batch. Pure: now, keys and tables are its inputs.
 *
 * The daemon, the policy's inline tests and the back-test are its only callers. Nothing is sent or written here: what is to
 * be done stands in the rows of TABLE_ACT, committed with everything else.
 */
#ifndef AUPD_ENGINE_FOLD_H
#define AUPD_ENGINE_FOLD_H

#include "attribution/attribute.h"
#include "attribution/bindings.h"
#include "cases/case.h"
#include "engine/work.h"
#include "evidence/keyring.h"
#include "model/item.h"
#include "model/letter.h"
#include "policy/judge.h"

enum { POLICIES_MAX = 64 };
/* Whose the raw bytes are of what waits for a person. */
#define FOLD_TRIAGE STR("triage")
/* And of what waits to be judged: they lie with those, and only of what stands alone in its item. */
#define FOLD_PARKED STR("parked")
/* Under whose key the rows of TABLE_SIGHTING lie, around the keys of the customers. */
#define FOLD_SIGHTINGS STR("sightings")

struct hook_set;
struct brakes;

struct fold {
	struct work *work;
	const struct registry *registry;
	const struct bindings *bindings;                /* who held what is handed out; NULL = cannot be told */
	const struct policy *policies[POLICIES_MAX];    /* by effective time, rising */
	unsigned policy_count;
	struct keyring *keyring;
	struct seal_key token_key;                      /* of reply tokens and receipts */
	struct str provider, mail_domain, mail_local, contact;  /* for letters: "Example Net", "example.net", "abuse" */
	struct str web_url;                             /* base of one-time links; "" = there are none */
	struct str word_to;                             /* mail address of the operators; "" = no word goes out */
	int64_t now;
	bool searchable;                                /* rows for search are kept (engine/find.h) */
	int64_t keep_receipts_us;                       /* from when the report came on; 0 = for ever */
	uint32_t source;                                /* the listener's number, in ids of what has no case */
	/*
	 * Keeps the raw bytes of the item at that position, sealed for that subject, and gives their reference (evidence/raw.h): "" when
	 * there are none to be had, or they say more than what is this subject's. NULL = nothing is kept.
	 */
	enum err (*keep)(void *arg, const struct position *at, struct str subject, struct str *ret_text, struct why *why);
	/* What was kept of one that waited became part of nothing. Overwritten at once: should the commit fail, it waits on without. */
	enum err (*drop)(void *arg, struct str text, struct why *why);
	void *keep_arg;
	const struct policy *shadow;                    /* a draft that is tried: what it reads is noted too; NULL = none */
	const struct hook_set *hooks;                   /* who is told by webhook (engine/hook.h); NULL = nobody */
	bool notes_sightings;                           /* what was judged is noted for back-tests: fold_close before each commit */
	int64_t undo_us;                                /* so long waits what is to be done by this step, for a person orders it and may think again; 0 = not */
	struct brakes *brakes;                          /* engine/brake.h; NULL = none */
	/* A replay: no record is written and no letter rendered, and whose an observation is was told before it. */
	bool trial;
	const struct subject *told;
};

/* What became of an observation; stands in its receipt. */
enum fate { FATE_NONE, FATE_DUPLICATE, FATE_COUNTED, FATE_CASE, FATE_NOT_OURS, FATE_PARKED, FATE_PERSON, FATE_RETRACTED, FATE_OVER_CAP, FATE_DISCARDED };
extern const char *const fate_words[];
#define OVER_CAP_STATE STR("over-cap") /* of a parked row that waits for room under its reporter's cap; owner = he, rank = when it came in */

struct fold_result {
	enum fate fate;
	uint64_t number;        /* of the case, FATE_CASE */
	bool asked;             /* its reporter was asked for what it lacks */
	bool receipted;         /* a letter went to him with its receipt */
	struct subject subject;
};

enum err fold_observation(struct fold *f, const struct observation *o, struct fold_result *ret_result, struct why *why) MUST_CHECK;
/* Makes rows of what was noted since the last one. Before each commit. */
enum err fold_close(struct fold *f, struct why *why) MUST_CHECK;
enum err fold_item(struct fold *f, const struct item *i, struct why *why) MUST_CHECK;
/* A row whose time has come: a case's deadline, a parked observation, what may be forgotten. Acts are the releaser's. */
enum err fold_due(struct fold *f, const struct row *row, struct why *why) MUST_CHECK;
enum err fold_report(struct fold *f, const struct act_report *r, struct why *why) MUST_CHECK;

/* The receipt of the report at that position: nobody can guess it, and a replay gives the same. */
struct str fold_receipt(struct fold *f, const struct position *at);

/*
 * Attribution as of the fold's now, or, late, with what became known in this very second too: what an input of the batch has just
 * told.
 */
enum err fold_attribute(struct fold *f, const struct observation *o, bool late, struct subject *ret_subject, struct why *why) MUST_CHECK;
/* What is known to be about that subject, such as a reseller itself: judged by the version in force now. */
enum err fold_known(struct fold *f, const struct observation *o, const struct subject *s, struct fold_result *ret_result, struct why *why) MUST_CHECK;
/*
 * A late fact came. Is an attribution that a case rests on, a row of TABLE_BINDING_USE, another one now (*ret_other)? Then the row is
 * due: the case is told who it was and who it is, stands still, and a person decides. fact: what came, for the person.
 */
enum err fold_review(struct fold *f, struct str use_key, struct str fact, bool *ret_other, struct why *why) MUST_CHECK;

/* An answer to a reporter, within the bounds of fold_reporter.c; to = "" sends nothing. */
struct reporter_answer {
	const char *letter;             /* name of the template */
	struct str key;                 /* of its act; "" = the letter's name and the receipt */
	struct str to, receipt, reference, source, reason, status;
	struct str name, language;      /* by which he reports; of his report */
	bool asked;                     /* he asks himself, or a person wants it: it goes to who wants no letters, too */
	struct str acns;                /* the same for a program, of notice_ack(), or STR_NONE */
	struct str parked;              /* key of the report that waits for what is asked; "" = none */
	int64_t received_at, event_at;
	int64_t send_at;                /* 0 = now */
};

enum err fold_answer(struct fold *f, const struct reporter_answer *x, struct why *why) MUST_CHECK;
/* Of which the caller bounds how many there are. *ret_sent: somebody is written to. */
enum err fold_answer_apart(struct fold *f, const struct reporter_answer *x, bool *ret_sent, struct why *why) MUST_CHECK;
/* When a letter that may wait is to go, within its own bounds; TIME_NONE: there is no room for it in days. */
enum err fold_answer_turn(struct fold *f, int64_t *ret_at, struct why *why) MUST_CHECK;

/* May an act that is due be handed over? GATE_WAIT moved its next_at, GATE_DROP ended it, GATE_HOLD holds it: the caller stores it. */
enum gate { GATE_GO, GATE_WAIT, GATE_DROP, GATE_HOLD };

enum err fold_gate(struct fold *f, struct act *act, enum gate *ret_gate, struct why *why) MUST_CHECK;

/* A person's doing. The members that its input type names are read. */
struct fold_command {
	enum case_input_type type;
	uint64_t number;
	struct str actor, text, service, act, clause, customer, ladder, raw;
	enum part part;
	enum decision decision;
	uint64_t other;                 /* INPUT_MERGE: into which case */
	uint64_t moved[CASE_MOVED_MAX]; /* INPUT_SPLIT: the orders of the events that leave */
	unsigned moved_count;
	uint32_t flag;
	int64_t span_us;                /* INPUT_UNDERTAKING, INPUT_REQUEST */
	bool on;
	bool anew;                      /* INPUT_REVIEWED: the notice that was not sent is written once more */
};

/* Takes back that the case was merged, within seven days. ERR_CONFLICT: something rests on it by now. */
enum err fold_unmerge(struct fold *f, const struct fold_command *c, uint64_t *ret_number, struct why *why) MUST_CHECK;
/* *ret_number: the case that it led to; of a split the new one. On an error the work holds halves: work_undo. */
enum err fold_command(struct fold *f, const struct fold_command *c, uint64_t *ret_number, struct why *why) MUST_CHECK;

/*
 * A customer is told of a significant version, with the clauses whose text is other than before. Nothing when he has a reseller, has
 * left, has no address or was told.
 */
enum err fold_tell_policy(struct fold *f, const struct policy *p, struct str customer, struct why *why) MUST_CHECK;

/* The version in force at a time; NULL before the first. */
const struct policy *fold_policy_at(const struct fold *f, int64_t at);
const struct policy *fold_policy(const struct fold *f, struct str version);

/* A case by its number. ERR_NOTFOUND. */
enum err fold_find_case(struct fold *f, uint64_t number, struct casefile *ret_case, struct row *ret_row, struct why *why) MUST_CHECK;

#endif
