/*
 * The quiet hours of a policy: when what interrupts somebody is done, if its step says so. A part of each day of the provider, whose zone
 * is a fixed distance from UTC; it may go over midnight.
 *
 * Pure. What is put off to them is spread over their first hour by its own name, so that a thousand acts are not done in one second, and
 * a replay gives the same times.
 */
#ifndef AUPD_MODEL_QUIET_H
#define AUPD_MODEL_QUIET_H

#include "base/str.h"
#include "base/time.h"

struct quiet_hours {
	unsigned from, until;           /* minutes of the day, never equal */
};

/* "03:00-05:00". ERR_SYNTAX. */
enum err quiet_parse(struct str text, struct quiet_hours *ret_hours) MUST_CHECK;
void quiet_show(const struct quiet_hours *q, struct buf *out);
bool quiet_is(const struct quiet_hours *q, int zone_minutes, int64_t now);
/* A moment of the quiet hours that go on now, or else of the next ones. */
int64_t quiet_at(const struct quiet_hours *q, int zone_minutes, int64_t now, struct str name);

#endif
