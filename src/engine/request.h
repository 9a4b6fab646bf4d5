/*
 * Silence about a request for information (cases/request.c): the signal request.unanswered about the customer, which the policy's
 * rules judge like that of a meter.
 */
#ifndef AUPD_ENGINE_REQUEST_H
#define AUPD_ENGINE_REQUEST_H

#include "engine/fold.h"

/*
 * Before a case whose request is over is told of its time: *ret_silent when the customer kept silent. Not when no letter is known to
 * have reached him, or he may no longer be written to.
 */
enum err request_is_silence(struct fold *f, const struct casefile *c, bool *ret_silent, struct why *why) MUST_CHECK;
/* Behind that step, once: the case stands in the work as it was left. */
enum err request_signal(struct fold *f, const struct casefile *c, struct why *why) MUST_CHECK;

#endif
