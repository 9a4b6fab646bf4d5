/*
 * The rows of a replay, in memory, where the daemon has a store: what the fold reads, and the earliest due one of them.
 *
 * Rows that no later step of a replay reads (events, records, letters, receipts) are not kept. Bounded by REPLAY_ROWS_MAX and
 * REPLAY_BYTES_MAX; beyond that ERR_LIMIT, and the replay says so.
 */
#ifndef AUPD_ENGINE_REPLAY_ROWS_H
#define AUPD_ENGINE_REPLAY_ROWS_H

#include "engine/work.h"

enum { REPLAY_ROWS_MAX = 20000000 };
#define REPLAY_BYTES_MAX ((size_t)6 << 30)

struct replay_rows;

struct replay_rows *replay_rows_new(void);
void replay_rows_free(struct replay_rows *r);
struct row_reader replay_rows_reader(struct replay_rows *r);
/* What the batch changed; the work is reset. */
enum err replay_rows_take(struct replay_rows *r, struct work *w, struct why *why) MUST_CHECK;
/* The earliest due row by then, of equal ones the first that became due. Its texts live until the next take. */
bool replay_rows_due(struct replay_rows *r, int64_t by_at, struct row *ret_row);
/* It is due no longer, though the fold left it as it was. */
void replay_rows_pass(struct replay_rows *r, const struct row *row);
bool replay_rows_next(struct replay_rows *r, enum table t, size_t *i, struct row *ret_row);

#endif
