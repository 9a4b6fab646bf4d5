/*
 * What a ladder says about a proceeding over a domain name: the block "proceeding" of the language.
 */
#ifndef AUPD_POLICY_PROCEEDING_H
#define AUPD_POLICY_PROCEEDING_H

#include "base/conf.h"
#include "model/policy.h"

/* The block s of a ladder of p. */
enum err proceeding_read(const struct policy *p, const struct conf *s, struct proceeding_rules *ret_rules, struct why *why) MUST_CHECK;
void proceeding_show(const struct proceeding_rules *r, struct buf *out);
/* The letters that it names, "" where none is: PROCEEDING_LETTERS of them, each with the word that it stands behind. */
enum { PROCEEDING_LETTERS = 4 };
const char *proceeding_letter(const struct proceeding_rules *r, unsigned i, struct str *ret_name);

#endif
