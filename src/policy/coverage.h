/*
 * Coverage: for each clause, what could tell today that it was broken, counted honestly.
 *
 * A rule is live when each kind of input that it waits for has a configured source: complaints for `report`, a meter of that
 * name for `signal`. Kinds that no format states come only where people read complaints, and are counted so. A clause counts
 * for the best that it has: meters, complaints, people, nothing yet. What the product itself keeps and what the operator
 * declared unused are counted apart and never as covered; what the product does is the product's own word (clause.def), not
 * that of whoever wrote the policy.
 */
#ifndef AUPD_POLICY_COVERAGE_H
#define AUPD_POLICY_COVERAGE_H

#include "base/json.h"
#include "model/policy.h"

enum coverage_by { COVERAGE_NOTHING, COVERAGE_PEOPLE, COVERAGE_READ /* complaints in prose, which people read */, COVERAGE_COMPLAINTS, COVERAGE_METERS,
	COVERAGE_BOTH, COVERAGE_PRODUCT, COVERAGE_PARTLY /* by the product, but not in full */, COVERAGE_UNUSED, COVERAGE_COUNT };
extern const char *const coverage_words[];

/* What is configured. A meter's name is a signal ("flow.scan") or a family of them ("flow.*"). */
struct coverage_sources {
	bool complaints, people;
	const struct str *meters;
	unsigned meter_count;
	bool forwards;                  /* coverage_make's own: the policy passes complaints on to resellers, and keeps their deadlines */
};

/* What a daemon hears by its configuration: complaints and people, and of meters what accounting tells by itself. */
struct coverage_sources coverage_configured(bool complaints, bool people, bool accounting, bool usage);

/* One thing that a rule waits for: is there a source of it? PARTLY: people have to read it out of prose. */
enum coverage_state { COVERAGE_OFF, COVERAGE_BLIND, COVERAGE_PARTIAL, COVERAGE_COVERED };
extern const char *const coverage_state_words[];

struct coverage_input {
	const char *type;               /* "complaint", "signal", "comparison" */
	struct str name;                /* of the kind or the signal */
	enum coverage_state state;
};

struct coverage_rule {
	struct str name;
	struct coverage_input *inputs;
	unsigned input_count;
	enum coverage_by by;            /* NOTHING, READ, COMPLAINTS, METERS or BOTH */
	struct str waits_for;           /* the inputs without a source: "signal flow.scan"; "" when there are none */
};

struct coverage_clause {
	struct str id, title, note;     /* note: the task of people, or why it is unused */
	struct str does, lacks;         /* by the product: what it does today, and what not yet */
	enum coverage_by by;
	enum coverage_state state;      /* PARTIAL: a rule waits for something, people have to notice, or the product does not do all of it */
	bool justified;                 /* the document has a paragraph of it */
	bool people_decide;             /* whatever comes in, a person decides first */
	struct coverage_rule *rules;
	unsigned rule_count;
};

struct coverage {
	struct coverage_clause *clauses;        /* every clause id, in the order of clause.def; absent ones are NOTHING */
	unsigned clause_count;
	unsigned totals[COVERAGE_COUNT];
	unsigned live_rules, all_rules;
};

enum err coverage_make(struct arena *a, const struct policy *p, const struct coverage_sources *sources, struct coverage *ret_coverage) MUST_CHECK;
void coverage_print(const struct coverage *c, struct buf *out);
void coverage_json(const struct coverage *c, struct buf *out);
/* The same as members of an object. count, which may be NULL, adds members about a clause, about a rule of it, or about an input of that rule. */
struct coverage_count {
	void (*put)(void *arg, struct jsonw *w, struct str clause, struct str rule, struct str input);
	void *arg;
};
void coverage_put(const struct coverage *c, const struct coverage_count *count, struct jsonw *w);

#endif
