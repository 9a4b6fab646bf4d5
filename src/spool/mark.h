/*
 * The file `mark`: the highest segment number ever given. Without it an emptied spool would count from one again, and the
 * judge would take new items for old ones. Replaced whole, so that the old or the new is there after a power cut.
 */
#ifndef AUPD_SPOOL_MARK_H
#define AUPD_SPOOL_MARK_H

#include <stdint.h>

#include "base/err.h"

/* 0 when there is no mark yet. ERR_CORRUPT: it is not as it was written. */
enum err mark_load(int dir_fd, uint64_t *ret_last, struct why *why) MUST_CHECK;
enum err mark_save(int dir_fd, uint64_t last, struct why *why) MUST_CHECK;

#endif
