/*
 * What a person's command does to a case, in words: letters that go, acts that are lifted or begin, what changes in the case itself.
 *
 * The case is looked at before and after, within one batch; whoever only wants to know takes the step back (work_undo).
 */
#ifndef AUPD_ENGINE_CONSEQUENCE_H
#define AUPD_ENGINE_CONSEQUENCE_H

#include "engine/fold.h"

struct consequence {
	struct casefile before;
	struct act *acts;               /* of the case, as they were */
	unsigned act_count;
};

/* Looks at the case as it is. ERR_NOTFOUND. */
enum err consequence_look(struct fold *f, uint64_t number, struct consequence *ret_look, struct why *why) MUST_CHECK;
/* What is another way since: sentences in the work's arena. *ret_letter: the key of the letter to the customer that was made, or "". */
enum err consequence_tell(struct fold *f, const struct consequence *look, struct str **ret_list, unsigned *ret_count, struct str *ret_letter, struct why *why) MUST_CHECK;

#endif
