/*
 * What must hold after any power cut: of the disk as it was found, and of the day once it was finished.
 */
#ifndef AUPD_TESTS_POWERCUT_CHECK_H
#define AUPD_TESTS_POWERCUT_CHECK_H

#include "base/str.h"

/* The disk as the power cut left it, before anything is started on it. ERR_CORRUPT and why. */
enum err check_found(const char *root, struct why *why) MUST_CHECK;
/* What the day led to, in lines: the same whatever was cut. The roles run. */
void check_outcome(struct buf *out);
/* The finished day. outcome: of the day without a cut. ERR_CORRUPT and why. */
enum err check_day(struct str outcome, struct why *why) MUST_CHECK;

#endif
