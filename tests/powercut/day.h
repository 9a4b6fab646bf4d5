/*
 * The scripted day: what comes in, what people do, what the clock does. It can be begun anew after any power cut: whoever was told
 * that a thing is done does not do it again, everybody else tries once more.
 */
#ifndef AUPD_TESTS_POWERCUT_DAY_H
#define AUPD_TESTS_POWERCUT_DAY_H

#include "base/seal.h"
#include "base/str.h"

enum { DAY_CUSTOMERS = 7 };

extern const int64_t day_begins_at;
/* What only the files of a customer that is erased in the afternoon hold, and his key; the list ends with an empty text. */
extern const char *const day_erased[];
extern struct seal_key day_erased_key;

/* Runs it from the beginning on the directory. ERR_*: a role did not start, or a person was refused; why. */
enum err day_run(const char *root, int64_t now, struct why *why) MUST_CHECK;

#endif
