/*
 * One-time links in the letters to customers, and in what is passed on to resellers. See model/onetime.h.
 */
#ifndef AUPD_ENGINE_ONETIME_H
#define AUPD_ENGINE_ONETIME_H

#include "engine/fold.h"
#include "engine/letter.h"
#include "model/onetime.h"

/* Which purposes a letter can have links for, as a set: those of a customer, those of a reseller, or none. */
unsigned onetime_of(const struct fold *f, const struct act *act);
/*
 * The values of link, link_fixed, link_appeal, link_acknowledge, link_result and link_case, by purpose, for those that the template names and the
 * letter can have; each has its row. "-": what it would open is no longer to be had. A replay gives the same ones.
 */
enum err onetime_links(struct fold *f, const struct casefile *c, const struct act *act, const struct letter_template *t,
	struct str ret_links[ONETIME_PURPOSES], struct why *why) MUST_CHECK;
/* One of them, in a letter that tells of several cases. */
enum err onetime_link(struct fold *f, const struct casefile *c, const struct act *act, struct str language, enum onetime_purpose purpose, struct str *ret_link,
	struct why *why) MUST_CHECK;
/* The text without the lines that name a field of a purpose that is not in the set. */
struct str onetime_without(struct arena *a, struct str text, unsigned kept);

#endif
