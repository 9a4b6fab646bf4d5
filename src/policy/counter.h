/*
 * What a ladder says about counter-notices: the block "counter-notice" of the language.
 */
#ifndef AUPD_POLICY_COUNTER_H
#define AUPD_POLICY_COUNTER_H

#include "base/conf.h"
#include "model/policy.h"

/* The block s of a ladder of p. */
enum err counter_read(const struct policy *p, const struct conf *s, struct counter *ret_counter, struct why *why) MUST_CHECK;
void counter_show(const struct counter *c, struct buf *out);
/* The letters that it names, as many as there are: at most COUNTER_LETTERS. */
enum { COUNTER_LETTERS = 4 };
const char *counter_letter(const struct counter *c, unsigned i, struct str *ret_name);

#endif
