/*
 * Retention: what may go goes, once a day, in bounded batches, and one record tells how much. See judge_erase.h.
 *
 * Nothing goes that is held. Of items and look-ups it cannot be told from outside whom they are about: while any hold is in force
 * they all stay.
 */
#include "aupd/judge_erase.h"
#include "engine/deed.h"
#include "engine/find.h"
#include "engine/purge.h"

enum { PAGE = 400 };

static const struct row_key purge_key = { TABLE_ERASURE, { "purge", 5 } };
static const enum table stages[] = { TABLE_CASE, TABLE_ITEM, TABLE_ATTRIBUTION, TABLE_WINDOW, TABLE_FIND, 0 };

static enum err load(struct judge *j, struct purge *p, struct row *row, struct why *why)
{
	enum err e = work_load(j->fold.work, purge_key.table, purge_key.key, purge_fields, p, row, why);
	return e == ERR_NOTFOUND ? OK : e;
}

enum err judge_purge_begin(struct judge *j, struct why *why)
{
	struct purge p = { 0 };
	struct row row;
	enum err e = load(j, &p, &row, why);
	if (e || row.version)
		return e;
	row.due_at = j->fold.now + DAY_US;
	return work_store(j->fold.work, &row, purge_fields, &p, why);
}

enum err judge_purge_count(struct judge *j, unsigned n, struct why *why)
{
	struct purge p = { 0 };
	struct row row;
	enum err e = load(j, &p, &row, why);
	p.expired += n;
	if (!row.version)
		row.due_at = j->fold.now + DAY_US;
	return e ? e : work_store(j->fold.work, &row, purge_fields, &p, why);
}

static enum err any_hold(struct judge *j, bool *ret_any, struct why *why)
{
	uint64_t n = 0;
	enum err e = j->driver->count(j->store, TABLE_HOLD, STR_NONE, UINT64_MAX, &n, why);
	*ret_any = n > 0;
	return e;
}

static enum err purge_item(struct judge *j, const struct row *row, struct purge *p, struct why *why)
{
	struct item i = { 0 };
	struct row now;
	enum err e = work_load(j->fold.work, TABLE_ITEM, row->key, item_fields, &i, &now, why);
	if (e || i.state == ITEM_WAITING || i.received_at >= j->fold.now - (int64_t)j->role->share.keep_items_us)
		return e == ERR_NOTFOUND ? OK : e;
	e = i.raw.len && !i.raw_in_case ? judge_raw_wipe(j, i.raw, why) : OK;
	p->items++;
	return e ? e : work_delete(j->fold.work, TABLE_ITEM, row->key, why);
}

static enum err purge_window(struct judge *j, const struct row *row, struct purge *p, struct why *why)
{
	/* rank: when what it counts has left it for good */
	if (!row->rank || row->rank >= j->fold.now)
		return OK;
	p->windows++;
	return work_delete(j->fold.work, TABLE_WINDOW, row->key, why);
}

/* What is left of a case that was thinned out is found by its number, its customer and its clause. */
static enum err purge_find(struct judge *j, const struct row *row, struct why *why)
{
	struct casefile c = { 0 };
	struct row found;
	uint64_t number = 0;
	enum err e = find_number(row->key, &number) == OK ? fold_find_case(&j->fold, number, &c, &found, why) : ERR_NOTFOUND;
	if (e && e != ERR_NOTFOUND)
		return e;
	bool keep = e == OK && (!(c.flags & CASE_THINNED) || row->key.ptr[0] == FIND_CLAUSE);
	return keep ? OK : work_delete(j->fold.work, TABLE_FIND, row->key, why);
}

static enum err purge_row(struct judge *j, const struct row *row, bool held, struct purge *p, struct why *why)
{
	struct row now;
	switch (row->table) {
	case TABLE_CASE: return purge_case(&j->fold, row, j->fold.now - (int64_t)j->role->share.keep_cases_us, p, judge_raw_wipe, j, why);
	case TABLE_ITEM: return held ? OK : purge_item(j, row, p, why);
	case TABLE_FIND: return purge_find(j, row, why);
	case TABLE_WINDOW: return purge_window(j, row, p, why);
	default: break;
	}
	if (held || row->rank >= j->fold.now - (int64_t)j->role->share.keep_lookups_us)
		return OK;
	enum err e = work_get(j->fold.work, row->table, row->key, &now, why);
	p->lookups += e == OK && now.version && str_starts(row->key, STR("look-up/"));
	return e || !now.version ? e : work_delete(j->fold.work, row->table, row->key, why);
}

static enum err put_record(struct judge *j, const struct purge *p, struct why *why)
{
	const struct { const char *name; uint64_t n; } counts[] = { { "cases", p->cases }, { "letters", p->letters }, { "openings", p->openings }, { "items", p->items },
		{ "look-ups", p->lookups }, { "windows", p->windows }, { "expired", p->expired } };
	struct record r;
	uint64_t all = 0;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		all += counts[i].n;
	if (!all)
		return OK;
	enum err e = deed_begin(&j->fold, "purge", &r, why);
	for (size_t i = 0; e == OK && i < sizeof(counts) / sizeof(counts[0]); i++)
		record_put_u64(work_arena(j->fold.work), &r, counts[i].name, counts[i].n);
	return e ? e : deed_write(&j->fold, &r, DEED_OFFICE, why);
}

enum err judge_purge(struct judge *j, struct why *why)
{
	struct purge p = { 0 };
	struct row row, *rows;
	size_t n = 0;
	bool held = false;
	enum err e = load(j, &p, &row, why);
	if (e || row.due_at == TIME_NONE || row.due_at > j->fold.now)
		return e;
	j->erasing = true;
	enum table t = stages[p.stage];
	struct query q = { .table = t, .by_key = true, .has_after = p.after.len > 0, .after_key = p.after, .due_by = TIME_NONE, .limit = PAGE };
	e = any_hold(j, &held, why);
	if (e == OK && t)
		e = j->driver->page(j->store, work_arena(j->fold.work), &q, &rows, &n, why);
	for (size_t i = 0; e == OK && i < n; i++)
		e = purge_row(j, &rows[i], held, &p, why);
	if (e == OK && !t)
		e = put_record(j, &p, why);
	if (e)
		return e;
	p.after = n == PAGE ? rows[n - 1].key : STR_NONE;
	p.stage += n < PAGE;
	if (!t)
		p = (struct purge){ 0 };
	row.due_at = t ? j->fold.now : j->fold.now + DAY_US;
	return work_store(j->fold.work, &row, purge_fields, &p, why);
}
