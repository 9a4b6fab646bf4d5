/*
 * A back-test: what a draft would have made of recorded sightings, beside what the versions in force make of the same ones.
 *
 * A case is gained when only the draft has it, lost when only the versions in force have it, and changed when it stands at
 * another step, rests on another clause, or waits where the other is in force. The digest is over all that is told, so that
 * two back-tests with equal digests are the same.
 */
#ifndef AUPD_ENGINE_BACKTEST_H
#define AUPD_ENGINE_BACKTEST_H

#include "base/digest.h"
#include "engine/replay.h"

enum backtest_change { BACKTEST_SAME, BACKTEST_GAINED, BACKTEST_LOST, BACKTEST_CHANGED };
extern const char *const backtest_change_words[];

struct backtest_pair {
	enum backtest_change change;
	const struct replay_case *base, *draft;         /* one of them may be NULL */
};

struct backtest {
	struct str draft_version, draft_digest;
	struct str *base_versions;
	unsigned base_count;
	int64_t from_at, until_at;
	uint64_t erased;                /* sightings whose customer's key is gone */
	struct str *unread;             /* facts that the draft reads and the export does not hold */
	unsigned unread_count;
	struct replay_result base, draft;
	struct backtest_pair *pairs;    /* by customer, group, which */
	size_t pair_count;
	uint64_t counts[BACKTEST_CHANGED + 1];
	uint64_t customers, resellers;  /* hit by the draft */
};

/* Fills what follows from the two results; they must live as long. ERR_NOMEM. */
enum err backtest_compare(struct arena *a, struct backtest *b) MUST_CHECK;
/* Both end with the digest; lists all cases that are not the same, or with every, all. */
void backtest_print(const struct backtest *b, bool every, struct buf *out);
void backtest_json(const struct backtest *b, bool every, struct buf *out);

#endif
