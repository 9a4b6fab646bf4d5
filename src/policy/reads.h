/*
 * Which facts of a report the rules of a version read: all that has to be kept of one so that it can be judged again.
 */
#ifndef AUPD_POLICY_READS_H
#define AUPD_POLICY_READS_H

#include "model/policy.h"

struct read_fact {
	struct str name;
	bool compared;                  /* its value is held against one of the policy; otherwise different values are counted */
};

/* The list of them, in order of name, each once; of the policy's own memory, made when it is loaded. */
const struct read_fact *reads_facts(const struct policy *p, unsigned *ret_count);
const struct read_fact *reads_fact(const struct policy *p, struct str name);     /* NULL: no rule reads it */

/* For policy_load. */
enum err reads_make(struct arena *a, struct policy *p) MUST_CHECK;

#endif
