/*
 * What a case asks of the customer. See asked.h.
 */
#include "engine/asked.h"

#include "base/time.h"
#include "cases/case.h"

const char *const asked_words[] = { "nothing", "fix", "information", "undertaking", "look", "read", NULL };

enum asked asked_of(const struct casefile *c, int64_t *ret_by_at)
{
	*ret_by_at = TIME_NONE;
	if (case_is_closed(c) || !c->noticed)
		return ASKED_NOTHING;
	if (c->asked_until_at != TIME_NONE) {
		*ret_by_at = c->asked_until_at;
		return ASKED_INFORMATION;
	}
	if (c->recheck_until_at != TIME_NONE) {
		*ret_by_at = c->recheck_until_at;
		return ASKED_LOOK;
	}
	if (c->state == CASE_PAUSED)
		return ASKED_READ;
	if (c->probation_us && c->probation_since_at == TIME_NONE)
		return ASKED_UNDERTAKING;
	if (c->flags & CASE_ADVICE || c->answered || c->fix_by_at == TIME_NONE)
		return ASKED_NOTHING;
	*ret_by_at = c->fix_by_at;
	return ASKED_FIX;
}
