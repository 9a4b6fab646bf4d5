/*
 * Derived rows of what is old. See backfill.h.
 *
 * Cases are walked through by their numbers, which stay when a case moves. A row that says why a person must look is written with the row
 * that it is read from, so that whoever changes that one meanwhile and this walk cannot both commit.
 */
#include "engine/backfill.h"

#include "engine/erase.h"
#include "engine/find.h"
#include "engine/queue.h"
#include "engine/receipt.h"

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct backfill, member) }

const struct field backfill_fields[] = {
	F(level, FIELD_U32), F(stage, FIELD_U32), F(after, FIELD_BYTES), F(number, FIELD_U64), F(reports, FIELD_U64), { .name = NULL },
};

/* The way from a number to its case. */
#define NUMBER STR("number/")

static const enum table stages[] = { TABLE_COUNTER, TABLE_CASE_EVENT, TABLE_ACT, TABLE_RECEIPT, TABLE_PARKED };

bool backfill_query(const struct backfill *b, struct query *ret_query)
{
	if (b->stage >= sizeof(stages) / sizeof(stages[0]))
		return false;
	*ret_query = (struct query){ .table = stages[b->stage], .by_key = true, .key_prefix = stages[b->stage] == TABLE_COUNTER ? NUMBER : STR_NONE,
		.has_after = b->after.len > 0, .after_key = b->after, .due_by = TIME_NONE };
	return true;
}

/* A case that is found: of nobody who was erased, and not thinned out. */
static bool is_found(const struct casefile *c)
{
	return !(c->flags & CASE_THINNED) && !str_starts(c->customer, STR(ERASE_ALIAS));
}

static enum err of_case(struct fold *f, struct str number, struct why *why)
{
	struct casefile c;
	struct row row;
	uint64_t n = 0;
	bool in = false;
	enum err e = str_to_u64(number, INT64_MAX, &n);
	if (e == OK)
		e = fold_find_case(f, n, &c, &row, why);
	if (e == OK && !str_starts(c.customer, STR(ERASE_ALIAS)))
		e = find_opened(f, &c, why);
	if (e == OK)
		e = queue_case_before(f, &c, &in, why);
	return e || !in ? e : work_put(f->work, &row, why);
}

static enum err of_event(struct fold *f, struct backfill *b, const struct row *row, struct why *why)
{
	struct casefile c;
	struct row found;
	struct case_event event = { 0 };
	enum err e = field_decode(work_arena(f->work), row->body, case_event_fields, &event, why);
	if (e || (event.type != EVENT_FINDING && event.type != EVENT_WITNESS))
		return e;
	if (event.number != b->number) {
		b->number = event.number;
		b->reports = 0;
	}
	b->reports++;
	e = fold_find_case(f, event.number, &c, &found, why);
	if (e || !is_found(&c))
		return e;
	if (str_starts(event.reporter, STR(ERASE_ALIAS)))
		event.reporter = STR_NONE;
	return find_reported(f, &c, &event, b->reports, why);
}

static enum err of_act(struct fold *f, const struct row *seen, struct why *why)
{
	struct act act = { 0 };
	struct row row;
	bool in = false;
	enum err e = work_load(f->work, TABLE_ACT, seen->key, act_fields, &act, &row, why);
	if (e == OK)
		e = queue_act_before(f, &act, &in, why);
	return e || !in ? e : work_put(f->work, &row, why);
}

static enum err of_receipt(struct fold *f, const struct row *row, struct why *why)
{
	struct receipt r = { 0 };
	struct casefile c;
	struct row found;
	enum err e = field_decode(work_arena(f->work), row->body, receipt_fields, &r, why);
	if (e || r.fate != FATE_CASE || r.sealed)
		return e;
	e = fold_find_case(f, r.number, &c, &found, why);
	return e || !is_found(&c) ? e : find_receipt(f, &c, row->key, row->owner, why);
}

static enum err of_parked(struct fold *f, const struct row *seen, struct why *why)
{
	struct observation o = { 0 };
	struct row row;
	bool in = false;
	enum err e = work_load(f->work, TABLE_PARKED, seen->key, observation_fields, &o, &row, why);
	if (e == OK)
		e = queue_parked_before(f, &row, &o, &in, why);
	return e || !in ? e : work_put(f->work, &row, why);
}

enum err backfill_row(struct fold *f, struct backfill *b, const struct row *row, struct why *why)
{
	enum err e;
	switch (row->table) {
	case TABLE_COUNTER: e = of_case(f, str_sub(row->key, NUMBER.len, row->key.len), why); break;
	case TABLE_CASE_EVENT: e = of_event(f, b, row, why); break;
	case TABLE_ACT: e = of_act(f, row, why); break;
	case TABLE_PARKED: e = of_parked(f, row, why); break;
	default: e = of_receipt(f, row, why); break;
	}
	/* what went since the page was read, or went with retention */
	return e == ERR_NOTFOUND ? OK : e;
}
