/*
 * A reporter was asked for what his report lacks, and answers: the report that waits gets what it lacked, and is judged by itself.
 */
#ifndef AUPD_ENGINE_COMPLETE_H
#define AUPD_ENGINE_COMPLETE_H

#include "engine/fold.h"

/*
 * A mail to the letter with that Message-ID, which may be one that asks `owner`, a reporter. *ret_taken: it was, and all has been done
 * with the mail. Only what lacked is filled in, and only when then it can be told whose it was: no new report, counted towards no cap.
 * What is unclear or still lacks, and what comes from another address, is put before a person, and the report waits on as it was.
 * The same words once more change nothing.
 */
enum err complete_answer(struct fold *f, const struct item *i, struct str message_id, struct str owner, bool *ret_taken, struct why *why) MUST_CHECK;

#endif
