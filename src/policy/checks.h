/*
 * The single checks behind policy_check, one function each, for src/policy alone. Each gives the first fault that it finds.
 */
#ifndef AUPD_POLICY_CHECKS_H
#define AUPD_POLICY_CHECKS_H

#include "policy/check.h"
#include "policy/rules.h"

struct checking {
	const struct policy *p;
	const struct rules *r;
	const struct driver_ability *drivers;
	struct why *why;
};

typedef enum err check(struct checking *c);

/* check.c: the version as a whole, its clauses, its document, its tests. */
bool check_has_rule(const struct checking *c, const struct clause *cl);
/* The statement of a rule's part, or the rule itself where the part is missing. */
const struct conf *check_part(const struct rule *r, const char *part);
/* Every "{name}" of the text is one of good; at is the statement to point at. */
enum err check_field(const struct checking *c, const struct conf *at, struct str text, const char *const *good) MUST_CHECK;

/* check_ladder.c */
const struct conf *check_step_at(const struct checking *c, unsigned ladder, unsigned step);
check check_ladder_steps, check_ladder_rises, check_terminate, check_emergency, check_deadlines, check_may_wait, check_drivers, check_enforced;
/* check_letter.c */
check check_letter_fields, check_letter_languages, check_letter_owed;
/* check_rule.c */
check check_rule_parts, check_rule_names, check_windows, check_because, check_shadowed, check_sealed, check_advice, check_undo;
/* resellers.c */
check check_resellers;
/* check_fire.c */
check check_can_fire, check_can_count;
/* A condition of the type stands in the rule without "not". */
bool check_waits_for(const struct rule *r, enum cond_type type);
/* The first kind with one of the flags that the rule's conditions let through; KIND_UNCLASSIFIED when there is none. */
enum kind check_kind(const struct rule *r, unsigned flags);

#endif
