/*
 * A policy version in the block language again: one canonical spacing and order, comments gone, defaults written out.
 *
 * What is shown loads again to a policy that shows the same text. Fragments serve the diff of two versions.
 */
#ifndef AUPD_POLICY_SHOW_H
#define AUPD_POLICY_SHOW_H

#include "model/policy.h"

struct rule;

/* Words of the language: bare where one may stand so, in quotes and escaped. */
void show_word(struct buf *out, struct str s);
void show_quoted(struct buf *out, struct str s);
void show_wait(const struct wait *w, struct buf *out);
/* Errors stick in out->err. */
void show_policy(const struct policy *p, struct buf *out);
void show_clause(const struct policy *p, const struct clause *c, struct buf *out);
void show_ladder(const struct ladder *l, struct buf *out);
void show_step(const struct step *s, struct buf *out);
/* Nothing where the policy has no such block. */
void show_resellers(const struct reseller_rules *r, struct buf *out);
void show_span(int64_t us, struct buf *out);
void show_enforcement(const struct enforcement *e, struct buf *out);
void show_rule(const struct rule *r, struct buf *out);
/* The conditions and the count of a rule, each as one line's worth of text. */
void show_when(const struct rule *r, struct buf *out);
void show_count(const struct rule *r, struct buf *out);

#endif
