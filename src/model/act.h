/*
 * An act: something to be done in the world for a case, as a row of the outbox. Desired against actual.
 *
 * The key is the idempotency key: a driver that sees it twice does it once. An act carries no more of the case than the
 * hand needs. A letter is an act too (verb notify), its text sealed in TABLE_LETTER until it is released.
 */
#ifndef AUPD_MODEL_ACT_H
#define AUPD_MODEL_ACT_H

#include "model/kind.h"
#include "model/policy.h"
#include "model/subject.h"

enum act_op { ACT_DO, ACT_CHECK, ACT_UNDO };
extern const char *const act_op_words[];

enum act_result {
	RESULT_NONE,
	RESULT_DONE,                    /* effect seen (undo: absence seen) */
	RESULT_REFUSED,                 /* final: the target, a brake or the protected list said no; see text */
	RESULT_UNKNOWN,                 /* cannot tell: check again before anything else */
	RESULT_RETRY,                   /* not now */
	RESULT_SAVED,                   /* nothing was done: text is what the act is to keep as saved before it is ordered again */
};
extern const char *const act_result_words[];

enum act_state {
	ACT_NONE,
	ACT_HELD,                       /* waits for approvals, grade, budget or the observe-only switch */
	ACT_QUEUED,                     /* to be released when due */
	ACT_SENT,                       /* the hand has it */
	ACT_DONE_,                      /* desired == actual */
	ACT_REFUSED,
	ACT_UNCLEAR,                    /* unknown: to be checked */
	ACT_UNDOING,
	ACT_UNDONE,
	ACT_EXPIRED,
};
extern const char *const act_state_words[];

enum act_hold { HOLD_NONE, HOLD_APPROVAL = 1, HOLD_GRADE = 2, HOLD_BUDGET = 4, HOLD_OBSERVE = 8, HOLD_PROTECTED = 16, HOLD_BREAKER = 32, HOLD_LIFELINE = 64,
	HOLD_UNTOLD = 128 };

enum { ACT_APPROVERS_MAX = 8, ACT_SESSIONS_MAX = 16 };

struct act {
	struct str key;                 /* "C-4711/s2.1/limit/mail": case, step and round of the ladder, verb, service */
	uint64_t number;                /* case */
	struct str customer;
	enum verb verb;
	struct str service;             /* kind of service, or letter name */
	struct str instance;            /* service instance id */
	struct str driver;
	struct str params[ENFORCE_PARAMS_MAX];
	unsigned param_count;
	struct str then;                /* the driver that ends what runs once this act is in force */
	struct str after;               /* of such an end: the act that it follows, without which it is not done */
	struct str target;              /* what the driver acts on: an address, a mailbox, an account; of a letter about an act: its service */
	bool desired;                   /* true: in force; false: lifted */
	enum act_state state;
	uint32_t hold;                  /* set of act_hold */
	unsigned approvals_needed;
	struct str *approvers;          /* distinct operators */
	unsigned approver_count;
	enum grade grade;
	struct str clause, rule, policy;
	int64_t created_at, next_at, expires_at, done_at;
	int64_t undo_until_at;          /* a person ordered it, and may take it back until then: it is not begun before; 0: nobody may */
	uint32_t attempts;
	enum act_result last_result;
	struct str last_text;
	struct str letter;              /* VERB_NOTIFY: Message-ID, key in TABLE_LETTER */
	struct str ledger;              /* of a letter: origin, size and root of the ledger as its last lines tell them */
	struct str way;                 /* of a letter: keyed digest of the address that it went to */
	bool proven;                    /* of a letter: somebody said that it arrived */
	int64_t doubt_until_at;         /* of a letter: until then a server may still try to deliver it */
	bool automatic;                 /* no person asked for it */
	bool in_hand;                   /* the hand has an order of it that it has not answered; the row's state is then "sent" */
	bool quiet;                     /* it is done in the quiet hours of the policy in force */
	bool in_digest;                 /* of a letter: it has no text of its own, and goes, or went, in the digest of the account (model/digest.h) */
	uint32_t party;                 /* of a letter: 1-based notice of the case whose rights holder it goes to; 0 = the customer */
	enum urgency urgency;           /* of its case */
	uint32_t step;                  /* 1-based step of the ladder; 0 = of none */
	/* of an act on live sessions: which ones it was last asked of, as "REF START", and behind it in hex what was changed of it, as it was; when, and how often; its effect is looked for there */
	struct str *sessions;
	unsigned session_count;
	struct str *rates;              /* of each of them, what its rate showed of the effect (action/radius_rate.h) */
	unsigned rate_count;
	int64_t issued_at;
	uint32_t asks;
	struct str saved;               /* what its driver found and replaces, in the driver's form: what undoing puts back; of aaa-rest its logins */
};

/* What the hand answers. */
struct act_report {
	struct str key;
	enum act_op op;
	enum act_result result;
	struct str text;                /* of the target or brake, made printable, without personal data; SAVED: see there */
	int64_t retry_at;
};

extern const struct field act_fields[], act_report_fields[];

/* Nothing of it lasts or may be in the world: it is dropped, not undone. */
bool act_waits(const struct act *act);
/* What becomes of it when it is lifted: ACT_UNDONE, or ACT_UNDOING where it was in force or may be. */
enum act_state act_lifted(const struct act *act);

#endif
