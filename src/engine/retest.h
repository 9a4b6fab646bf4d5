/*
 * A back-test within this process: what is handed out of sightings page by page, replayed by the versions in force and by a draft. For who may not
 * see policy/ and attribution/ themselves; `aup policy backtest` does the same of files, without these bounds.
 *
 * Bounded: RETEST_SIGHTINGS_MAX sightings, RETEST_BYTES_MAX of texts. More is ERR_LIMIT, for the replay is done in one go.
 */
#ifndef AUPD_ENGINE_RETEST_H
#define AUPD_ENGINE_RETEST_H

#include "base/json.h"

enum { RETEST_SIGHTINGS_MAX = 20000, RETEST_BYTES_MAX = 64 << 20 };

struct retest;

/* draft: the blob of a version, copied. */
enum err retest_new(struct str draft, struct retest **ret_retest, struct why *why) MUST_CHECK;
void retest_free(struct retest *t);     /* accepts NULL */
/* The member "compared" of what is asked for: facts whose values the draft compares. */
void retest_compared(const struct retest *t, struct jsonw *w);
/* A version in force in that time, as it was posted. */
enum err retest_version(struct retest *t, struct str blob, struct why *why) MUST_CHECK;
/* A page as it was answered: root is what text says. Of the first one also the time and the facts are read. */
enum err retest_page(struct retest *t, const struct json *root, struct str text, struct why *why) MUST_CHECK;
/* The result, as JSON of engine/backtest.h without what is the same. Once, behind the last page. */
enum err retest_run(struct retest *t, struct buf *out, struct why *why) MUST_CHECK;

#endif
