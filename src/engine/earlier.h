/*
 * Reports that a rule has counted before it fires: remembered for the case that they may lead to.
 */
#ifndef AUPD_ENGINE_EARLIER_H
#define AUPD_ENGINE_EARLIER_H

#include "engine/fold.h"

/* counted: a finding of a rule that has not fired. Nothing of the sealed class is remembered here. */
enum err earlier_remember(struct fold *f, const struct observation *o, const struct subject *s, const struct finding *counted, struct why *why) MUST_CHECK;
/* What of the group still lies in its window goes into the step that found leads to, and is forgotten here. */
enum err earlier_take(struct fold *f, const struct subject *s, const struct finding *found, struct case_input *in, struct why *why) MUST_CHECK;
/* Takes a reporter's reports about a source out, and out of the windows that counted them. Only looks when dry. */
enum err earlier_retract(struct fold *f, const struct subject *s, struct str group, const struct observation *o, bool dry, bool *ret_found, struct why *why) MUST_CHECK;

#endif
