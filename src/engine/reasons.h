/*
 * Statements of reasons (Regulation (EU) 2022/2065, Article 17): one for each act of a case that restricts, as the object that
 * the Commission's transparency database takes; its check against that database's rules; and its words.
 *
 * Pure. A statement holds no personal data: neither the sentence of the rule nor an address, a name or the id of a service is
 * in it, only clause, kind of service, counts and times. What is not known is left out, never made up: the check tells.
 */
#ifndef AUPD_ENGINE_REASONS_H
#define AUPD_ENGINE_REASONS_H

#include "base/json.h"
#include "model/case.h"

enum { REASONS_PROBLEMS_MAX = 32, REASONS_BATCH_MAX = 100 /* that the database takes at once */ };

struct reasons {
	const struct casefile *c;
	const struct policy *policy;    /* the version that the conduct is judged by */
	const struct act *act;
	int64_t applied_at;             /* when it was first seen to be in force; TIME_NONE = not known */
	struct str id;                  /* what the database shall know it by: letters, digits, "-" and "_" */
};

/* Who told, one of statement_sources: as the policy says, else reports are of others and what a person opened is our own. */
struct str reasons_source(const struct casefile *c, const struct statement *st);
/* What part machines had in it; act NULL = in the case. A person who upheld, approved or cut had a part in it, or did it. */
enum reasons_decided { DECIDED_BY_RULE, DECIDED_BY_BOTH, DECIDED_BY_PERSON };
enum reasons_decided reasons_decided(const struct casefile *c, const struct act *act);
/* Does it restrict? Letters and tasks do not. */
bool reasons_needed(const struct act *act);
/* One object. */
void reasons_write(struct arena *a, const struct reasons *r, struct jsonw *w);

/* What is wrong, a sentence each that begins with the field's name; 0 = nothing. */
unsigned reasons_check(struct arena *a, const struct json *statement, struct str ret_problems[REASONS_PROBLEMS_MAX]);

/* A line for each field that is there, for a person. */
void reasons_words(const struct json *statement, struct buf *out);

#endif
