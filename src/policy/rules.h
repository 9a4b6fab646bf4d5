/*
 * The rules of a policy version as src/policy alone sees them.
 */
#ifndef AUPD_POLICY_RULES_H
#define AUPD_POLICY_RULES_H

#include "base/conf.h"
#include "model/kind.h"
#include "model/observation.h"
#include "model/policy.h"
#include "model/subject.h"
#include "policy/reads.h"
#include "policy/test.h"

enum { RULES_MAX = 1000, RULE_CONDS_MAX = 16, WINDOW_BUCKETS = 64 };

enum cond_type { COND_REPORT, COND_SIGNAL, COND_GRADE, COND_VERIFIED, COND_SOURCE, COND_FACT, COND_CLASS, COND_SERVICE, COND_OUTSIDE, COND_PORT, COND_ZONE, COND_HOSTED, COND_NOTICE, COND_ROLE,
	COND_CONTENT, COND_REPUTATION };
enum cond_op { OP_IS, OP_CONTAINS, OP_LEAST, OP_MOST };

struct cond {
	enum cond_type type;
	bool negate;
	uint64_t kinds[(KIND_COUNT + 63) / 64];         /* COND_REPORT */
	uint32_t set;                                   /* COND_GRADE, COND_SOURCE, COND_NOTICE, COND_ROLE, COND_CONTENT: 1 << value */
	enum cond_op op;
	struct str *words;                              /* names of signals, ports, a class, a service, a fact's name */
	unsigned word_count;
	struct str value;
	int64_t number;
	struct str text;                                /* as written */
	const struct conf *at;                          /* where: the statement and its word */
	unsigned arg;
};

enum per { PER_CUSTOMER, PER_USER, PER_ADDRESS, PER_RESELLER, PER_SERVICE };

struct rule {
	struct str name;
	const struct clause *clause;
	struct cond conds[RULE_CONDS_MAX];
	unsigned cond_count;
	bool counted;
	struct str distinct;                            /* "reporters", or the name of a fact; "" counts reports */
	enum per per;
	int64_t least, in_us;
	enum severity severity;
	struct str ladder, because;
	int64_t appeal_us;
	bool advice, person;
	struct str asks;                                /* no case: this letter asks the reporter for what is missing */
	const struct conf *at;
};

struct rules {
	struct rule *list;
	unsigned count;
	struct read_fact *reads;                        /* reads.h */
	unsigned read_count;
	const struct rule *const *for_kind[KIND_COUNT], *const *for_meter;      /* match.h */
	struct policy_test *tests;
	unsigned test_count;
	int64_t retention_us;
	const struct conf **clause_at, **ladder_at, **enforce_at;      /* for messages of checks; parallel to the policy's lists */
	const struct conf *policy_at;
	const struct conf *resellers_at;                /* NULL: there is no such block */
	struct str *titles;                             /* of the paragraphs, parallel to the policy's clauses */
	struct str document;                            /* text of the posted document */
	struct str document_name, letters_dir;
};

/* The block of resellers. */
enum err resellers_read(struct policy *p, struct rules *r, const struct conf *at, struct why *why) MUST_CHECK;
enum err rule_read(struct arena *a, const struct conf *at, struct rule *ret_rule, struct why *why) MUST_CHECK;
enum err test_read(struct arena *a, const struct conf *at, struct policy_test *ret_test, struct why *why) MUST_CHECK;

#endif
