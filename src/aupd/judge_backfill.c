/*
 * The walk that gives old rows what newer ones have (engine/backfill.h): its row, and one slice of it. See judge.h.
 *
 * A slice is a commit of its own, with how far it is: a kill takes none back and does none twice. What else came is looked at between two.
 */
#include "aupd/judge.h"
#include "engine/backfill.h"

enum { SLICE = 500 };

static const struct row_key own = { TABLE_SWITCH, { "backfill", 8 } };

static enum err load(struct judge *j, struct backfill *b, struct row *row, struct why *why)
{
	enum err e = work_load(j->fold.work, own.table, own.key, backfill_fields, b, row, why);
	return e == ERR_NOTFOUND ? OK : e;
}

enum err judge_backfill_begin(struct judge *j, struct why *why)
{
	struct backfill b = { 0 };
	struct row row;
	enum err e = load(j, &b, &row, why);
	if (e || (row.version && b.level >= BACKFILL_LEVEL))
		return e;
	b = (struct backfill){ .level = BACKFILL_LEVEL };
	row.due_at = j->fold.now;
	return work_store(j->fold.work, &row, backfill_fields, &b, why);
}

bool judge_backfill_is(const struct row *due)
{
	return due->table == own.table && str_eq(due->key, own.key);
}

enum err judge_backfill(struct judge *j, struct why *why)
{
	struct backfill b = { 0 };
	struct query q;
	struct row row, *rows;
	size_t n = 0;
	enum err e = load(j, &b, &row, why);
	if (e || row.due_at == TIME_NONE || !backfill_query(&b, &q))
		return e;
	j->erasing = true;
	q.limit = SLICE;
	e = j->driver->page(j->store, work_arena(j->fold.work), &q, &rows, &n, why);
	for (size_t i = 0; e == OK && i < n; i++) {
		e = backfill_row(&j->fold, &b, &rows[i], why);
		if (e && !judge_passes(e)) {
			log_error("a row cannot be read and is passed over: search and queues do not know it", "table", table_text(rows[i].table), "why", why->text);
			e = OK;
		}
	}
	if (e)
		return e;
	b.after = n == SLICE ? rows[n - 1].key : STR_NONE;
	b.stage += n < SLICE;
	row.due_at = backfill_query(&b, &q) ? j->fold.now : TIME_NONE;
	return work_store(j->fold.work, &row, backfill_fields, &b, why);
}
