/*
 * The ways to reach a customer by mail, and what proves that a letter went one of them to its end.
 */
#ifndef AUPD_ENGINE_DELIVERY_H
#define AUPD_ENGINE_DELIVERY_H

#include "engine/fold.h"

/*
 * Whom to write to in a case: the customer's contacts for abuse, for technical matters, those of no kind, the customer's own
 * address, the contacts for billing and for legal matters, then the nearest reseller's in the same order. Addresses from which
 * letters of the case came back are left out. NULL when none is left.
 */
const struct entity *delivery_contact(struct fold *f, const struct casefile *c);
/* The same of one holder alone: of the reseller that a case is passed on to. */
const struct entity *delivery_contact_of(struct fold *f, const struct casefile *c, struct str holder);
/* The keyed digest under which a case knows an address. */
struct str delivery_way(struct fold *f, struct str email);
/* Fills act (NULL when it cannot be told) and on, another way is left, of the input that says what became of that letter. */
enum err delivery_about(struct fold *f, const struct casefile *c, struct str message_id, struct case_input *in, struct why *why) MUST_CHECK;
/* Is there another way to the customer than the one by which that letter went? */
bool delivery_another(struct fold *f, const struct casefile *c, const struct act *lost);
/* From when on a letter that was handed over counts as told. */
int64_t delivery_proven_at(const struct policy *p, const struct casefile *c, const struct act *notice);

#endif
