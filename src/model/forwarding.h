/*
 * A complaint about a reseller's customer that was passed on to the reseller, and what the register of a reseller's conduct holds.
 *
 * A forwarding is kept by the number of its case, the conduct by the reseller's id. Neither says what was complained about, nor by whom.
 */
#ifndef AUPD_MODEL_FORWARDING_H
#define AUPD_MODEL_FORWARDING_H

#include "base/time.h"
#include "model/field.h"

/* FORWARD_ANSWERS_MAX: what two machines say to each other ends before a person. */
enum { FORWARD_LETTERS_MAX = 16, FORWARD_ANSWERS_MAX = 20, RESELLER_DAYS_MAX = 400, ACKNOWLEDGEMENTS_MAX = 64,
	REVIEW_ENTRIES_MAX = 64, REVIEW_REMIND_DAYS = 3 /* before the date of an entry */, REVIEW_WORD_DAYS = 7 /* how long the first person's word waits */ };

enum forward_state { FORWARD_NONE, FORWARD_SENT, FORWARD_ACKNOWLEDGED, FORWARD_ANSWERED, FORWARD_WITHDRAWN /* the case was closed before an answer came */ };
extern const char *const forward_state_words[];

enum forward_answer { ANSWER_NONE, ANSWER_FIXED, ANSWER_NOT_OURS, ANSWER_DISPUTED, ANSWER_NEEDS_MORE, ANSWER_UNCLEAR /* a person reads it */ };
extern const char *const forward_answer_words[];

struct forwarding {
	uint64_t number;                /* case */
	struct str reseller, customer;  /* ids */
	enum forward_state state;
	enum forward_answer answer;
	int64_t sent_at, due_at, acknowledged_at, answered_at;
	uint32_t rounds;                /* how often it was passed on anew; reminders do not count */
	uint32_t answers;               /* mails that came for it */
	bool late;                      /* no answer by due_at */
	bool back;                      /* this round began because what was said to be fixed happened again */
	struct str *letters;            /* Message-IDs, the last FORWARD_LETTERS_MAX */
	unsigned letter_count;
};

/* What happened on one day, in UTC. */
struct reseller_day {
	int64_t day;                    /* since 1970 */
	uint32_t sent, repeated, answered, fixed, late, back;
};

/* What a reseller owes for one version of the policy, and what it did. */
struct acknowledgement {
	struct str version;
	struct str letter;              /* Message-ID of the one that asks; "" = there was no address, or nobody asked */
	int64_t asked_at, due_at;       /* TIME_NONE = nobody asked */
	int64_t at;                     /* acknowledged; TIME_NONE = not yet */
	int64_t told_at;                /* its customers were told; TIME_NONE = that is not proven */
	struct str by, proven_by;       /* "reseller" or the operator who entered it */
	struct str text;                /* what proves that its customers were told */
	struct str sha256;              /* of the document that shows it, in hex; "" = none was named. The document is not kept */
	bool overdue;                   /* the signal was raised */
};

enum review_state { REVIEW_FINDING, REVIEW_PLANNED, REVIEW_KEPT, REVIEW_MISSED, REVIEW_WITHDRAWN /* the case was closed before its date */ };
extern const char *const review_state_words[];

/* What a review found, or what the reseller will have done by a date. */
struct review_entry {
	uint32_t n;                     /* 1-based, in the order of entering */
	uint64_t number;                /* case of the review */
	enum review_state state;
	struct str text, by;
	int64_t at;
	int64_t due_at, reminded_at;    /* TIME_NONE = a finding; no letter has gone out yet */
	int64_t kept_at;                /* TIME_NONE = nobody says so */
	struct str kept_by;
};

struct conduct {
	struct str reseller;
	uint32_t open;                  /* forwardings without an answer now */
	struct reseller_day *days;      /* oldest first; the last RESELLER_DAYS_MAX on which something happened */
	unsigned day_count;
	int64_t failing_at;             /* when its scorecard was last called failing; TIME_NONE = never */
	struct acknowledgement *acks;    /* in the order of asking */
	unsigned ack_count;
	/* Its review has failed, say both; with the first alone nothing follows. "" = nobody says so. */
	struct str fail_asked_by, failed_by;
	struct str because;             /* as the first said it */
	int64_t fail_asked_at, failed_at;       /* of the one, of the other */
	struct review_entry *review;    /* of one case, in order */
	unsigned review_count;
};

extern const struct field forwarding_fields[], conduct_fields[];

/* When something of the row falls due: an acknowledgement, a date of the plan or its reminder, a word that waits. TIME_NONE = nothing. */
int64_t conduct_due_at(const struct conduct *c);

#endif
