/*
 * The rows that a batch of the fold has read and changed: what it reads again it reads from here, what it changed is
 * committed together.
 *
 * A conflict at commit means that another judge was quicker: work_reset, and the batch is folded again from fresh rows.
 * Bounded by WORK_ROWS_MAX; beyond that the batch must be committed first (ERR_LIMIT).
 */
#ifndef AUPD_ENGINE_WORK_H
#define AUPD_ENGINE_WORK_H

#include "base/arena.h"
#include "model/field.h"
#include "model/row.h"

enum { WORK_ROWS_MAX = 1100000 };

struct row_reader {
	enum err (*load)(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why);
	void *arg;
};

struct work;

struct work *work_new(const struct row_reader *reader);
void work_free(struct work *w);
void work_reset(struct work *w);
struct arena *work_arena(struct work *w);               /* lives until work_reset */
/* For what is large and soon forgotten: whoever takes from it marks it before and rewinds it after. */
struct arena *work_scratch(struct work *w);
/* The row as the batch sees it; version 0 and an empty body when there is none. Texts live in the work's arena. */
enum err work_get(struct work *w, enum table t, struct str key, struct row *ret_row, struct why *why) MUST_CHECK;
/* Texts are copied. The version is kept by the work. */
enum err work_put(struct work *w, const struct row *row, struct why *why) MUST_CHECK;
/* A row whose key nobody has used: it is not read before. When it is there all the same, the commit is a conflict. */
enum err work_add(struct work *w, const struct row *row, struct why *why) MUST_CHECK;
enum err work_delete(struct work *w, enum table t, struct str key, struct why *why) MUST_CHECK;
/* What changed, by table and key: neighbours follow each other, and a store finds the page in hand. */
enum err work_effects(struct work *w, struct effect **ret_effects, size_t *ret_count) MUST_CHECK;
size_t work_changes(const struct work *w);
/* From work_begin on, work_undo takes every change back; work_reset and the next work_begin end it. Rows stay read. */
void work_begin(struct work *w);
void work_undo(struct work *w);
/*
 * What a batch leaves beside its rows, in order: its owner makes rows of them before the commit and takes them out. work_undo and
 * work_reset take them back. at, key: of the note's maker. Bytes are borrowed, and lie in the work's arena.
 */
struct work_note {
	int64_t at;
	struct str key, bytes;
	const struct work_note *next;
};
enum err work_note(struct work *w, int64_t at, struct str key, struct str bytes) MUST_CHECK;
const struct work_note *work_take_notes(struct work *w);

/* For runs that keep all their rows here (tests, back-tests): the earliest row due by then, and every row of a table in order of first touch. */
bool work_next_due(struct work *w, int64_t by_at, struct row *ret_row);
bool work_next_row(struct work *w, enum table t, size_t *i, struct row *ret_row);

/* A noun in a row. ERR_NOTFOUND when there is no row. */
enum err work_load(struct work *w, enum table t, struct str key, const struct field *fields, void *noun, struct row *ret_row, struct why *why) MUST_CHECK;
enum err work_store_new(struct work *w, struct row *row, const struct field *fields, const void *noun, struct why *why) MUST_CHECK;
enum err work_store(struct work *w, struct row *row, const struct field *fields, const void *noun, struct why *why) MUST_CHECK;

#endif
