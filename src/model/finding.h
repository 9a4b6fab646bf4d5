/*
 * What a rule found: which clause of which policy version, by which rule, on which terms, each pointing at a fact.
 */
#ifndef AUPD_MODEL_FINDING_H
#define AUPD_MODEL_FINDING_H

#include "model/observation.h"
#include "model/policy.h"
#include "model/subject.h"

enum { FINDING_TERMS_MAX = 32, FINDINGS_MAX = 32 };

/* What a condition came to; a finding has those of its rule, and of its clause's other rules those of which nobody can tell. */
enum term_answer { TERM_HELD, TERM_CANNOT_TELL };
extern const char *const term_answer_words[];

struct term {
	struct str text;                /* the condition as written in the rule */
	struct str fact;                /* name of the fact it rests on; "" for attribution and windows */
	struct str value;
	enum term_answer answer;
	struct str rule;                /* when it is not the finding's own; else "" */
	struct str part;                /* where the fact stands, as its span (observation.h); from == to: nowhere */
	uint32_t from, to;
};

enum finding_weight {
	WEIGHT_OPEN,                    /* opens a case, or counts in the open one */
	WEIGHT_ADVICE,                  /* advice: never a strike */
	WEIGHT_PERSON,                  /* a person decides whether it becomes a case */
	WEIGHT_SEALED,
	WEIGHT_ASK,                     /* no case: the reporter is asked for what is missing; `ladder` is the name of the letter */
};
extern const char *const finding_weight_words[];

struct finding {
	struct str policy, clause, group, rule, ladder;
	enum severity severity;
	enum finding_weight weight;
	struct str because;             /* the rule's sentence, filled in; may name addresses: sealed with the case */
	int64_t appeal_us;
	int64_t count, first_at, last_at;       /* of the rule's window; 1 and the event's time without one */
	int64_t in_us;                  /* length of that window; 0 without one */
	int64_t conduct_at;             /* when it happened: the version in force then judges */
	struct term *terms;
	unsigned term_count;
};

extern const struct field term_fields[], finding_fields[];

/* A rule that could not be judged says so; the caller parks the observation and tries again. */
struct cannot_tell {
	struct str clause, rule, text;
	bool later;                     /* may be told later (attribution, registry); false when the report simply does not say */
};

#endif
