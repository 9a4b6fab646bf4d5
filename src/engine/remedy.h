/*
 * The remedy when a reseller's review has failed: the provider acts on the reseller's customers itself.
 *
 * That it has failed is the judgement of two people about somebody who was invited before; either way it stands in the case of the
 * review, the one to which findings under reseller.review go, and so in the ledger. What runs already goes on as it began.
 */
#ifndef AUPD_ENGINE_REMEDY_H
#define AUPD_ENGINE_REMEDY_H

#include "engine/fold.h"
#include "model/forwarding.h"

enum { REMEDY_BECAUSE_MAX = 1000 };

/*
 * *ret_waits: the first has said so, and a second has to, within REVIEW_WORD_DAYS. ERR_DENIED: the same person again. ERR_CONFLICT: it has failed already, or
 * no letter has gone out in an open case of the review.
 */
enum err remedy_fail(struct fold *f, struct str reseller, struct str who, struct str because, bool *ret_waits, struct why *why) MUST_CHECK;
/* It has been passed after all, or the first one is not followed: complaints are passed on as before. When nobody said otherwise: plan_pass. */
enum err remedy_pass(struct fold *f, struct str reseller, struct str who, struct str because, struct why *why) MUST_CHECK;
/* *ret_failed: two people have said so. */
enum err remedy_is_due(struct fold *f, struct str reseller, bool *ret_failed, struct why *why) MUST_CHECK;
/* A row of TABLE_CONDUCT whose time has come: a first word that nobody followed is forgotten. */
enum err remedy_word_due(struct fold *f, struct str reseller, struct why *why) MUST_CHECK;

#endif
