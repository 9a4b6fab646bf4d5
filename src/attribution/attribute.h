/*
 * From an address, domain, URL, mailbox or login and a time to who was behind it, with a grade and its reasons.
 *
 * Pure: the registry's view, with its list of public suffixes, the bindings and the observation alone decide. The window asked about is the event's time widened by the
 * reporter's uncertainty; without a zone it is every offset from -12 to +14 hours; without a time it is the 30 days before
 * the receipt, and never graded A. Only an answer that is the same over the whole window is sure.
 *
 * A source may have any form that a decoder let pass: names are brought into their normal form here. A login that reads like
 * a domain (hosting accounts do) has source.domain set too; both are then asked. A resellers' tree that cannot be followed
 * and a register that lacks what is asked for are reasons of the answer, not errors.
 */
#ifndef AUPD_ATTRIBUTION_ATTRIBUTE_H
#define AUPD_ATTRIBUTION_ATTRIBUTE_H

#include "attribution/registry.h"
#include "model/observation.h"
#include "model/subject.h"

struct bindings;

/*
 * With bindings, which stay borrowed, a single address that the register calls dynamic, or shared when the port is known, is answered
 * by who held it by what was known at as_of (TIME_MAX: by all). NULL: the register alone answers.
 */
enum err attribute_bound(struct arena *a, const struct registry *r, const struct bindings *b, int64_t as_of, const struct observation *o,
	struct subject *ret_subject, struct why *why) MUST_CHECK;
/* By the register alone. */
enum err attribute(struct arena *a, const struct registry *r, const struct observation *o, struct subject *ret_subject, struct why *why) MUST_CHECK;

#endif
