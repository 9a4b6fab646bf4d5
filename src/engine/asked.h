/*
 * What a case asks of the customer at this moment, and by when: for views of an account.
 */
#ifndef AUPD_ENGINE_ASKED_H
#define AUPD_ENGINE_ASKED_H

#include "model/case.h"

/* LOOK: we look whether it happens again. READ: an answer is being read. */
enum asked { ASKED_NOTHING, ASKED_FIX, ASKED_INFORMATION, ASKED_UNDERTAKING, ASKED_LOOK, ASKED_READ };
extern const char *const asked_words[];

/* *ret_by_at: TIME_NONE = without a day. Of FIX, INFORMATION and UNDERTAKING the customer's, of LOOK ours. */
enum asked asked_of(const struct casefile *c, int64_t *ret_by_at);

#endif
