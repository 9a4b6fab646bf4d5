/*
 * Calendars of business days in the block language, and waits that are counted by them.
 */
#ifndef AUPD_POLICY_BUSINESS_H
#define AUPD_POLICY_BUSINESS_H

#include "base/conf.h"
#include "model/policy.h"

/* "+01:00", "-05:00" */
bool business_zone(struct str s, int *ret_minutes);
/* A statement "calendar NAME { ... }", added to the policy. */
enum err business_read(struct arena *a, struct policy *p, const struct conf *s, struct why *why) MUST_CHECK;
/* "SPAN" or "N business days by CALENDAR" from word i on: how many words it takes, 0 when neither stands there. */
unsigned business_wait(const struct policy *p, const struct conf *s, unsigned i, struct wait *ret_wait);
/* Why business_wait found nothing at i: the calendar that there is not, or else what the statement should read. */
enum err business_bad_wait(const struct policy *p, const struct conf *s, unsigned i, struct why *why, const char *reads) MUST_CHECK;
/* The calendar in the block language again. */
void business_show(const struct calendar *c, struct buf *out);
struct str business_text(struct arena *a, const struct calendar *c);

#endif
