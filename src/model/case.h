/*
 * A case: one customer, one clause group, one thread; its state, its events, and what a fold step asks to be done.
 *
 * One open case per (customer, group, thread): that triple is the row's key, so the store enforces it. Thread 0 takes new
 * findings. Everything here is data; cases/ holds the pure functions over it.
 */
#ifndef AUPD_MODEL_CASE_H
#define AUPD_MODEL_CASE_H

#include "model/act.h"
#include "model/finding.h"
#include "model/reporter.h"

enum { CASE_STEPS_MAX = LADDER_STEPS_MAX, CASE_CHANGES_MAX = 64, CASE_WITNESSES_MAX = 32, CASE_INCIDENTS_MAX = 64, CASE_NOTE_MAX = 8192, CASE_ACTS_MAX = 256,
	CASE_EARLIER_MAX = 32, CASE_MOVED_MAX = 32, CASE_PEOPLE_MAX = 32,
	CASE_NOTICES_MAX = 16, CASE_UPSTREAMS_MAX = 16, CASE_RECEIPTS_MAX = 32, CASE_PROBATION_DAYS_MAX = 1095, CASE_REQUEST_DAYS_MAX = 90, CASE_SNOOZE_DAYS_MAX = 90 };
/* The letter of a request for information. */
#define CASE_REQUEST_LETTER "information-request"

enum case_state {
	CASE_NONE,
	CASE_REVIEW,            /* a person decides whether it is a case at all */
	CASE_OPEN,              /* the ladder runs */
	CASE_PAUSED,            /* a customer's answer waits for a person: the ladder stands */
	CASE_SEALED,
	CASE_RESOLVED,          /* reopened by a new finding */
	CASE_MERGED,            /* into another */
	CASE_TERMINATED,
};
extern const char *const case_state_words[];

enum case_flag {
	CASE_DO_NOT_TELL = 1,   /* no letter to the customer */
	CASE_HOLD = 2,          /* nothing of it may be purged */
	CASE_COUNSEL = 4,       /* in the counsel queue */
	CASE_EMERGENCY = 8,
	CASE_APPEALED = 16,
	CASE_NOTICE_BOUNCED = 32,       /* the ladder stands until a person finds another way */
	CASE_ADVICE = 64,       /* advice only: strikes stay 0 */
	CASE_SEALED_CLASS = 128,        /* of the sealed class in every state: nothing of it is shown */
	CASE_CORRECTED = 256,           /* a late fact changed whose it was: nothing goes on until a person has looked */
	CASE_URGENT = 1024,     /* by the kind of one of its reports, or of the sealed class */
	CASE_FLAGGED = 2048,    /* a trusted flagger reported it */
	CASE_THINNED = 512,             /* closed long ago: texts, addresses and letters are gone */
};

/* What was shown of an incident, and who showed it first. */
struct exhibit {
	struct str shown, reporter;
};

/* One incident may have several witnesses: it counts once. */
struct incident {
	struct str key;         /* digest of kind, source and port; two of one key are one when they lie within minutes */
	int64_t first_at, last_at;
	uint32_t reports;
	unsigned witness_count;
	struct str *witnesses;  /* reporter ids */
	unsigned copy_count;
	struct str *copies;     /* who showed only what a witness had shown before: none of them is one more */
	unsigned exhibit_count;
	struct exhibit *exhibits;       /* the last CASE_WITNESSES_MAX */
};

/* What undoing a merge needs: of the case that went, and of the other one as it was before. */
struct joined {
	enum case_state state;
	int64_t at, resolved_at, review_by_at;
	struct str *receipts;
	unsigned receipt_count;
	uint64_t event;                 /* of the other one: its event that tells of it */
	uint64_t reports, strikes;      /* of the other one, like all that follows */
	uint32_t flags;
	enum grade grade;
	enum part role, content;
	int64_t first_event_at, last_event_at;
	bool asked;                     /* a request for information was open */
};

/* A rights holder's notice, in a case whose ladder knows counter-notices. */
struct rights_notice {
	struct str report_id, reporter, reply_to, about;        /* about: the link, or else the source */
	int64_t received_at;
	bool retracted;
};

enum dispute {
	DISPUTE_NONE,
	DISPUTE_COUNTERED,              /* what was disabled is put back at restore_at */
	DISPUTE_ASKED,                  /* the same, but a person looks first: an answer or a further notice came */
	DISPUTE_STAYED,                 /* a court has been asked: it stays disabled */
	DISPUTE_RESTORED,
};
extern const char *const dispute_words[];

/* A proceeding over a domain name, in a case whose ladder knows them. */
enum proceeding {
	PROCEEDING_NONE,
	PROCEEDING_NOTICED,             /* it is pending: the name is to be locked by lock_by_at */
	PROCEEDING_LOCKED,              /* and it is; a decision is waited for */
	PROCEEDING_DECIDED,             /* carried out at implement_at, unless a court is asked */
	PROCEEDING_STAYED,              /* a court has been asked: the name stays locked */
	PROCEEDING_DUE,                 /* a person carries the decision out */
	PROCEEDING_ENDED,
};
extern const char *const proceeding_words[];

/* For the complainant, or not. */
enum decision { DECISION_NONE, DECISION_TRANSFER, DECISION_CANCEL, DECISION_SUSPEND, DECISION_DENIED, DECISION_WITHDRAWN };
extern const char *const decision_words[];
enum decision decision_find(struct str word);   /* DECISION_NONE when it is none */

struct casefile {
	uint64_t number;
	uint64_t thread;
	struct str customer, tenant, group, user, service;
	struct str *resellers;
	unsigned reseller_count;
	enum case_state state;
	uint32_t flags;
	struct str policy, clause, rule, ladder;        /* of the finding that opened it; procedure by policy in force at each decision */
	enum severity severity;
	enum grade grade;               /* the worst of the findings that the next step rests on */
	struct str assigned;            /* operator */
	int64_t opened_at, changed_at, resolved_at;
	int64_t first_event_at, last_event_at;
	uint64_t event_count;           /* rows in TABLE_CASE_EVENT */
	uint64_t report_count;          /* reports in all, duplicates of an incident included */
	uint64_t incident_count;
	uint64_t strikes;
	struct incident *recent;        /* the last CASE_INCIDENTS_MAX, for matching witnesses */
	unsigned recent_count;
	uint32_t next_step;             /* index in the ladder of the next step not yet taken */
	uint32_t rounds;                /* how often a ladder was begun: part of the keys of its acts */
	int64_t ladder_started_at;      /* moved forward by the length of each pause */
	int64_t paused_at;              /* TIME_NONE when not paused */
	int64_t next_due_at;            /* deadline of the next step or review; copied to the row */
	int64_t fix_by_at;              /* the deadline told to the customer */
	int64_t appeal_until_at;
	int64_t recheck_since_at, recheck_until_at;     /* since when the customer says that it is mended, and until when nothing new may happen */
	uint32_t fixes;                 /* how often that was believed since the case was opened */
	int64_t probation_us;           /* of the undertaking that the customer was asked for; 0 = of none */
	int64_t probation_since_at, probation_until_at; /* since it was signed; TIME_NONE = it was not */
	uint32_t probation_step;        /* where the ladder goes on when it is broken */
	int64_t asked_at, asked_until_at;               /* the request for information: since when, and by when it is to be answered; TIME_NONE = none is open */
	struct str ask_act;             /* its letter */
	int64_t snoozed_until_at;       /* put away by a person: until then it stands in no queue of cases, unless something happens; 0 = it is not */
	int64_t review_by_at;           /* emergency: a person must look by then */
	bool answered, noticed;
	uint32_t attachments;
	uint32_t letters;               /* letters sent so far: number of the next reply token */
	struct str kind;                /* of the report or signal that opened it */
	enum part role, content;        /* of the customer: the gravest that its reports presume, or what a person says */
	struct str role_by, content_by; /* that person; "" = presumed */
	uint32_t port;                  /* that it named; 0 = none */
	struct str because, source_text;        /* sentence and source of the finding that opened it; sealed in letters, opaque here */
	struct str merged_into;
	struct joined *joined;          /* of a merged one; at most one */
	unsigned joined_count;
	struct str opened_by;           /* "rule", or an operator's name */
	struct str *cutters;            /* emergency: the operators who cut; another one reviews */
	unsigned cutter_count;
	struct str *deciders;           /* the operators who opened, upheld, approved or cut; another one decides about an appeal */
	unsigned decider_count;
	struct str next_what;           /* what is due at next_due_at, in words */
	struct str wanted, wanted_by;   /* sealed: what one person asked for; a second one asking the same does it */
	enum verdict verdict;           /* what its reporters were last credited with */
	struct str resolution;          /* reason code of the resolution */
	struct rights_notice *notices;  /* the first CASE_NOTICES_MAX */
	unsigned notice_count;
	struct str *upstreams;          /* keys of TABLE_UPSTREAM: who passed it on to us and waits for the result */
	unsigned upstream_count;
	int64_t upstream_due_at;        /* the first of their deadlines; 0 = of none */
	struct str *receipts;           /* whose reporters are told when it comes to its end: the first CASE_RECEIPTS_MAX */
	unsigned receipt_count;
	uint64_t told, untold;          /* how many were; and were not, since they were more or letters had no room */
	enum dispute dispute;
	int64_t counter_at;             /* when the answer came that is, or may be, a counter-notice */
	int64_t restore_at, restore_by_at;
	enum proceeding proceeding;
	enum decision decision;
	struct str disputed;            /* the name */
	int64_t lock_by_at, implement_at;
	struct str *dead;               /* keyed digests of the addresses from which its letters came back: no more goes there */
	unsigned dead_count;
	struct str *acts;               /* keys of its acts, in order; at most CASE_ACTS_MAX */
	unsigned act_count;
};

extern const struct field exhibit_fields[], incident_fields[], rights_notice_fields[], casefile_fields[];
/* Is it put away by a person until a time that has not come? */
bool case_is_snoozed(const struct casefile *c, int64_t now);

/* TABLE_CASE_EVENT: what happened, one row each, in order. The story that `explain` tells is made of these. */
enum case_event_type {
	EVENT_NONE, EVENT_FINDING, EVENT_WITNESS, EVENT_OPENED, EVENT_STEP, EVENT_HELD, EVENT_ACT_DONE, EVENT_ACT_REFUSED, EVENT_ACT_UNKNOWN, EVENT_ACT_LIFTED,
	EVENT_LETTER, EVENT_ANSWER, EVENT_AUTO_ANSWER, EVENT_BOUNCE, EVENT_PAUSED, EVENT_RESUMED, EVENT_APPROVAL, EVENT_RESOLVED, EVENT_REOPENED, EVENT_MERGED,
	EVENT_SPLIT, EVENT_NOTE, EVENT_ASSIGNED, EVENT_FLAG, EVENT_EMERGENCY, EVENT_REVIEWED, EVENT_APPEAL, EVENT_TASK, EVENT_UNDONE, EVENT_RETRACTED, EVENT_CORRECTED,
	EVENT_COUNTER, EVENT_STAYED, EVENT_RESTORED, EVENT_ATTACHED, EVENT_DELIVERY, EVENT_FIXED, EVENT_UNDERTAKING, EVENT_SIGNED,
	EVENT_REQUEST, EVENT_UNANSWERED, EVENT_PART, EVENT_LOCKED, EVENT_DECIDED, EVENT_SNOOZED, EVENT_WOKEN
};
extern const char *const case_event_words[];

/* Who told of a report, for counts that name nobody. NONE: not kept, or counted in the case that it was split off from. */
enum teller { TELLER_NONE, TELLER_TRUSTED, TELLER_FEEDBACK, TELLER_OURSELVES, TELLER_OTHER, TELLER_FLAGGER };
extern const char *const teller_words[];

struct case_event {
	uint64_t number, n;             /* case, and 1-based order in it */
	enum case_event_type type;
	int64_t at;                     /* when it was decided */
	int64_t event_at;               /* when it happened out there */
	struct str actor;               /* "rule spam.trap-hits", "operator alice", "customer", "clock", "driver nft" */
	struct str text;                /* plain words, no personal data beyond opaque ids */
	struct str policy, clause, rule;
	struct str source;              /* address, domain... as reported; shown to operators only */
	struct str act;                 /* key of the act */
	struct str record;              /* id of the evidence record */
	struct str reporter;
	enum grade grade;
	struct str binding;
	int64_t held_from_at, held_until_at;    /* from when to when that binding says it was so; TIME_MAX = open, 0 = it does not say */
	struct str *reasons;            /* of the attribution */
	unsigned reason_count;
	struct term *terms;
	unsigned term_count;
	struct position item;           /* where the raw bytes are */
	struct str raw;                 /* reference of the kept evidence bytes */
	struct str incident;            /* of a report: key of its incident */
	struct str shown;               /* of a report: keyed digest of its evidence, "" = none or not kept */
	bool copy;                      /* of a report: it shows what another name had shown before */
	enum kind kind;                 /* of a report, like told; of the sealed class neither */
	enum teller told;
};

extern const struct field case_event_fields[];

/* A report that a rule counted before it fired: part of the case that it led to. */
struct earlier {
	struct observation seen;        /* without its facts */
	struct subject whose;
	struct str policy, clause, rule;
	struct str key;                 /* of its incident */
	int64_t until_at;               /* it leaves the rule's window */
};

extern const struct field earlier_fields[];

/* What is fed into a case. Exactly the members its type names are read. */
enum case_input_type {
	INPUT_FINDING,                  /* finding, observation, subject */
	INPUT_DUE,                      /* now reached next_due_at; on: a request for information that is over was met with silence */
	INPUT_ANSWER,                   /* text: a human reply of the customer */
	INPUT_AUTO_ANSWER,
	INPUT_BOUNCE,                   /* a letter of this case came back. act: that letter, or NULL; on: there is another way to the customer */
	INPUT_DELAYED,                  /* act: the mail server still tries */
	INPUT_DELIVERED,                /* act: the mail server says that it arrived */
	INPUT_DIGEST,                   /* act: a letter that waited; on: it goes in the digest, off: alone */
	INPUT_RESULT,                   /* act, result: what became of an act; on: it was in force and a look found it gone; of a letter: there is another way */
	INPUT_APPROVE,                  /* actor, act: one person's approval */
	INPUT_RESOLVE,                  /* actor, text = reason code, note */
	INPUT_REOPEN, INPUT_ASSIGN, INPUT_NOTE,
	INPUT_REPLY,                    /* actor, text: a letter in a person's own words */
	INPUT_MERGE,                    /* actor, text = into which case: this one ends there */
	INPUT_ABSORB,                   /* actor, other: that case has been merged into this one */
	INPUT_SPLIT,                    /* actor, text, other, moved: these reports leave for the case `other` */
	INPUT_SPLIT_OFF,                /* actor, text, other, moved: a case made of reports of `other` */
	INPUT_UNDO,                     /* actor, act */
	INPUT_FLAG,                     /* actor, flag, on */
	INPUT_EMERGENCY,                /* actor, service: cut now, review within 24 h */
	INPUT_REVIEWED,                 /* actor: the emergency or review case looked at; on = upheld */
	INPUT_APPEAL,
	INPUT_UNDERTAKING,              /* actor, text = what is promised, span_us = the probation: the customer is asked to sign */
	INPUT_SIGNED,                   /* actor, text */
	INPUT_REQUEST,                  /* actor, text = what the customer is asked, span_us = how long he has */
	INPUT_FIXED,                    /* actor, text: the cause is said to be gone */
	INPUT_RETRACT,                  /* incident_key, reporter: a reporter takes his reports of that incident back */
	INPUT_CORRECT,                  /* text, subject: a late fact changed whose a report was; the subject is who it was by now */
	INPUT_OPEN,                     /* actor, finding, text: opened by a person (other.discretion) */
	INPUT_COUNTER,                  /* actor, text, on: the answer is a complete counter-notice, and its words; off: what is missing of it */
	INPUT_STAY,                     /* actor, text: what shows that a court has been asked: by the rights holder, or about the decision over a name */
	INPUT_ATTACH,                   /* actor, text, raw: a file that a person put beside the story */
	INPUT_HOLD,                     /* act: it was held instead of handed over, the notice before it never reached the customer */
	INPUT_PART,                     /* actor, part, text: what the customer's part was, and why */
	INPUT_LOCKED,                   /* actor, text: the name of a pending proceeding is locked */
	INPUT_DECIDED,                  /* actor, decision, text: how it was decided */
	INPUT_SNOOZE,                   /* actor, span_us, text: it is put away for so long */
	INPUT_WAKE,                     /* actor, text: it is not any more */
	INPUT_UNMERGE,                  /* actor, text, other: that case has given back what this one brought; it goes on by itself */
	INPUT_RELEASE,                  /* actor, text, other, moved: that case, merged into this one, leaves; moved: the reports of this one's own story */
};

/* A service of the customer as the register has it now. */
struct case_service {
	struct str kind, id, target;
	bool lifeline;                  /* it is one, or one depends on it: never cut without a person */
	bool protected_;                /* never cut */
	struct str below;               /* ids of what stops when it does, ", " between; "" = nothing */
};

enum { CASE_SERVICES_MAX = 64 };

struct case_input {
	enum case_input_type type;
	int64_t now;
	const struct finding *finding;
	const struct observation *observation;
	const struct subject *subject;
	struct str actor, text, note, service;
	const struct act *act;          /* INPUT_REVIEWED: the notice that is to be written anew; NULL: none */
	enum act_result result;
	uint32_t flag;
	int64_t span_us;
	enum part part;
	enum decision decision;
	bool on;
	bool of_party;                  /* INPUT_ANSWER, AUTO_ANSWER, BOUNCE, DELAYED, DELIVERED: of a letter to a rights holder, not to the customer */
	bool free;                      /* INPUT_RESULT, INPUT_DUE: nothing of the case is in force any more */
	struct str incident_key, reporter;
	const struct earlier *earlier;          /* INPUT_FINDING: what the rule counted before, oldest first */
	unsigned earlier_count;
	uint64_t earlier_more;                  /* older ones, of which only the number is known */
	const struct casefile *other;
	const struct case_event *moved;         /* events of reports */
	unsigned moved_count;
	const struct policy *policy;    /* the version in force now: procedure */
	const struct case_service *services;
	unsigned service_count;
	bool protected_;                /* the customer, or the address: nothing is ever cut */
	struct str raw, record;         /* references of kept bytes */
};

enum case_lift { LIFT_NONE, LIFT_ALL, LIFT_LETTERS, LIFT_EMERGENCY };

/* What a step of the fold asks for. The caller makes rows and records of it; nothing is done here. */
struct case_output {
	struct case_event *events;
	unsigned event_count;
	struct act *acts;               /* new or changed acts */
	unsigned act_count;
	enum case_lift lift;            /* which acts of the case that are in force or waiting are to be lifted */
};

#endif
