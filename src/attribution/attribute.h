/*
 * From an address, domain, URL, mailbox or login and a time to who was behind it, with a grade and its reasons.
 *
 * Pure: the registry's view and the observation alone decide. The window asked about is the event's time widened by the
 * reporter's uncertainty; without a zone it is every offset from -12 to +14 hours, and only an answer that is the same over
 * the whole window is sure.
 */
#ifndef AUPD_ATTRIBUTION_ATTRIBUTE_H
#define AUPD_ATTRIBUTION_ATTRIBUTE_H

#include "attribution/registry.h"
#include "model/observation.h"
#include "model/subject.h"

enum err attribute(struct arena *a, const struct registry *r, const struct observation *o, struct subject *ret_subject, struct why *why) MUST_CHECK;

#endif
