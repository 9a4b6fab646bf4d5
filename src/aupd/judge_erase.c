/*
 * An erasure on its way, a bounded step at a time. See judge.h and engine/erase.h.
 *
 * Its row says how far it is, and every step may be done again: a kill anywhere ends in the same place. First the register, so that
 * nothing new is attributed; then the tables one after the other; then the key; then the files of the store, and only when those are
 * clean the record that it was done. Behind register and key a minute passes when there are other judges, who may still hold them.
 */
#include "aupd/judge_erase.h"
#include "aupd/judge_usage.h"
#include "aupd/judge_hook.h"
#include "aupd/judge_session_act.h"
#include "engine/queue.h"
#include "base/clock.h"
#include "cases/case.h"
#include "engine/deed.h"
#include "engine/erase.h"
#include "engine/fold_case.h"

enum { PAGE = 400, AGAIN_SECONDS = 60, RECORDS_BYTES = 8 << 10 };

/* One erasure in hand. */
struct erasing {
	struct judge *j;
	struct erasure x;
	struct row row;
	struct why *why;
};

static enum err go_on(struct erasing *s, enum erasure_phase phase, int64_t after_us)
{
	s->x.phase = phase;
	s->row.due_at = s->j->fold.now + after_us;
	return work_store(s->j->fold.work, &s->row, erasure_fields, &s->x, s->why);
}

static enum err page(struct erasing *s, struct query q, struct row **ret_rows, size_t *ret_count)
{
	q.due_by = TIME_NONE;
	q.limit = PAGE;
	return s->j->driver->page(s->j->store, work_arena(s->j->fold.work), &q, ret_rows, ret_count, s->why);
}

/* Refused after all, and recorded; who asked may ask again. */
static enum err refuse(struct erasing *s, uint64_t number)
{
	enum err e = erase_refused(&s->j->fold, &s->x, s->x.asker_count ? s->x.askers[0] : STR_NONE, number, s->why);
	log_info("an erasure is refused: a hold is in force, or a case is open");
	role_tell(s->j->role, "an erasure was refused: a hold is in force, or a case is open", 1);
	return e ? e : work_delete(s->j->fold.work, TABLE_ERASURE, s->row.key, s->why);
}

/* Of the case of that number, 0: of none. An open one needs what it has, unless both who asked said why it may end like this. */
static enum err forbidden(struct erasing *s, uint64_t number, bool *ret_forbidden)
{
	struct casefile c;
	struct row row;
	enum err e = deed_held(&s->j->fold, s->x.subject, number, ret_forbidden, s->why);
	if (e || !number || *ret_forbidden)
		return e;
	e = fold_find_case(&s->j->fold, number, &c, &row, s->why);
	*ret_forbidden = e == OK && (c.flags & CASE_HOLD || (!case_is_closed(&c) && !s->x.even_open.len));
	return e == ERR_NOTFOUND ? OK : e;
}

/* A reporter's cases are known from the events alone. */
static enum err check_events(struct erasing *s)
{
	struct row *rows;
	size_t n = 0;
	bool no = false;
	enum err e = page(s, (struct query){ .table = TABLE_CASE_EVENT, .by_key = true, .has_after = s->x.after.len > 0, .after_key = s->x.after }, &rows, &n);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct case_event event = { 0 };
		e = field_decode(work_arena(s->j->fold.work), rows[i].body, case_event_fields, &event, s->why);
		if (e == OK && erase_is(&s->x, event.reporter))
			e = forbidden(s, event.number, &no);
		if (e == OK && no)
			return refuse(s, event.number);
	}
	if (e)
		return e;
	s->x.after = n == PAGE ? rows[n - 1].key : STR_NONE;
	return go_on(s, n == PAGE ? ERASURE_CHECK : ERASURE_ROWS, 0);
}

static enum err check(struct erasing *s)
{
	bool no = false;
	enum err e = forbidden(s, 0, &no);
	if (e)
		return e;
	if (no)
		return refuse(s, 0);
	return s->x.reporter ? check_events(s) : go_on(s, ERASURE_SETTLE, 0);
}

/* In force, on its way, or to be lifted: its target is needed still. */
static bool is_settled(const struct act *act, const struct casefile *c)
{
	bool waits = act->state == ACT_QUEUED || act->state == ACT_SENT || act->state == ACT_UNDOING || act->state == ACT_UNCLEAR || act->in_hand;
	bool in_force = act->state == ACT_DONE_ && act->desired && act->verb >= VERB_LIMIT && !str_eq(act->driver, STR("task")) && c->state != CASE_TERMINATED;
	return !waits && !in_force;
}

static enum err settle_case(struct erasing *s, const struct casefile *c, bool *ret_settled)
{
	for (unsigned i = 0; i < c->act_count; i++) {
		struct act act = { 0 };
		struct row row;
		enum err e = work_load(s->j->fold.work, TABLE_ACT, c->acts[i], act_fields, &act, &row, s->why);
		if (e && e != ERR_NOTFOUND)
			return e;
		*ret_settled &= e == ERR_NOTFOUND || is_settled(&act, c);
	}
	return OK;
}

/* Open cases are closed, by the one whose word was the last; then all that was done is lifted, and letters go out. */
static enum err settle(struct erasing *s)
{
	struct row *rows;
	size_t n = PAGE;
	bool settled = true, no = false;
	struct query q = { .table = TABLE_CASE, .owner = s->x.id };
	enum err e = OK;
	while (e == OK && n == PAGE) {
		e = page(s, q, &rows, &n);
		for (size_t i = 0; e == OK && i < n; i++) {
			struct casefile c = { 0 };
			struct row row;
			e = work_load(s->j->fold.work, TABLE_CASE, rows[i].key, casefile_fields, &c, &row, s->why);
			uint64_t number = c.number;
			if (e == OK)
				e = forbidden(s, number, &no);
			if (e == OK && no)
				return refuse(s, number);
			struct fold_command close = { .type = INPUT_RESOLVE, .number = number, .actor = s->x.askers[s->x.asker_count - 1], .text = s->x.even_open };
			if (e == OK && !case_is_closed(&c)) {
				e = fold_command(&s->j->fold, &close, &number, s->why);
				settled = false;
			}
			if (e == OK)
				e = settle_case(s, &c, &settled);
		}
		if (n) {
			q.has_after = true;
			q.after_rank = rows[n - 1].rank;
			q.after_key = rows[n - 1].key;
		}
	}
	if (e)
		return e;
	return go_on(s, settled ? ERASURE_REGISTER : ERASURE_SETTLE, settled ? 0 : AGAIN_SECONDS * SECOND_US);
}

/* Other judges look twice a minute whether register or keys have changed. */
static int64_t until_all_know(const struct erasing *s)
{
	return s->j->role->share.judges > 1 ? AGAIN_SECONDS * SECOND_US : 0;
}

static enum err leave_register(struct erasing *s)
{
	struct row *rows;
	size_t n = 0;
	enum err e = page(s, (struct query){ .table = TABLE_ENTITY, .owner = s->x.id }, &rows, &n);
	if (e == OK && n)
		e = judge_usage_erase(s->j, s->x.id, s->why);
	for (size_t i = 0; e == OK && i < n; i++)
		e = work_delete(s->j->fold.work, TABLE_ENTITY, rows[i].key, s->why);
	s->x.rows += n;
	if (e == OK)
		e = judge_tables_change(s->j, s->why);
	if (e)
		return e;
	s->x.table = 0;
	s->x.after = STR_NONE;
	return n ? go_on(s, ERASURE_REGISTER, 0) : go_on(s, ERASURE_ROWS, until_all_know(s));
}

static enum err walk(struct erasing *s)
{
	struct eraser r = { &s->j->fold, &s->x, judge_raw_wipe, s->j };
	struct row *rows;
	size_t n = 0;
	enum table t = erase_tables[s->x.table];
	/* the view of who holds what must not know the subject any more, whoever kept it */
	enum err e = !s->x.table && !s->x.after.len ? judge_load_registry(s->j, s->why) : OK;
	if (e == OK && t)
		e = page(s, (struct query){ .table = t, .by_key = true, .has_after = s->x.after.len > 0, .after_key = s->x.after }, &rows, &n);
	for (size_t i = 0; e == OK && i < n; i++)
		e = erase_row(&r, &rows[i], s->why);
	if (e)
		return e;
	if (!t)
		return go_on(s, ERASURE_KEY, 0);
	s->x.after = n == PAGE ? rows[n - 1].key : STR_NONE;
	s->x.table += n < PAGE;
	return go_on(s, ERASURE_ROWS, 0);
}

/* A URL is its owner's; what it was to be told names nobody, and goes with it. */
static enum err forget_webhooks(struct erasing *s, size_t *ret_n)
{
	static const enum table tables[] = { TABLE_HOOK_LANE, TABLE_DELIVERY, TABLE_WEBHOOK };
	static const enum scope scopes[] = { SCOPE_CUSTOMER, SCOPE_RESELLER };
	struct arena *a = work_arena(s->j->fold.work);
	struct row *rows;
	enum err e = OK;
	*ret_n = 0;
	for (size_t t = 0; e == OK && !*ret_n && t < 6; t++) {
		e = page(s, (struct query){ .table = tables[t / 2], .owner = webhook_owner(a, scopes[t % 2], s->x.id) }, &rows, ret_n);
		for (size_t i = 0; e == OK && i < *ret_n; i++) {
			e = work_delete(s->j->fold.work, tables[t / 2], rows[i].key, s->why);
			if (e == OK && tables[t / 2] == TABLE_WEBHOOK)
				e = queue_webhook(&s->j->fold, rows[i].key, false, s->why);
			if (e == OK && tables[t / 2] == TABLE_WEBHOOK)
				e = keyring_destroy(s->j->fold.keyring, judge_hook_subject(a, rows[i].key), s->why);
			e = e == ERR_NOTFOUND ? OK : e;
		}
	}
	return e || !*ret_n ? e : judge_hooks_change(s->j, s->why);
}

static enum err destroy_key(struct erasing *s)
{
	struct fold *f = &s->j->fold;
	struct row *rows;
	size_t n = 0;
	enum err e = page(s, (struct query){ .table = TABLE_LETTER, .owner = s->x.subject }, &rows, &n);
	for (size_t i = 0; e == OK && i < n; i++)
		e = work_delete(f->work, TABLE_LETTER, rows[i].key, s->why);
	s->x.letters += n;
	if (e || n)
		return e ? e : go_on(s, ERASURE_KEY, 0);
	e = s->x.reporter ? OK : forget_webhooks(s, &n);
	if (e || n)
		return e ? e : go_on(s, ERASURE_KEY, 0);
	const struct query theirs[] = { { .table = TABLE_BINDING_USE, .owner = s->x.subject }, { .table = TABLE_API_KEY, .owner = s->x.id },
		{ .table = TABLE_ONETIME, .owner = s->x.id }, { .table = TABLE_DIGEST, .owner = s->x.id },
		{ .table = TABLE_DURATION, .owner = s->x.id } };
	for (size_t t = 0; t < sizeof(theirs) / sizeof(theirs[0]); t++) {
		e = page(s, theirs[t], &rows, &n);
		s->j->keys_stale |= theirs[t].table == TABLE_API_KEY && n;
		for (size_t i = 0; e == OK && i < n; i++)
			e = work_delete(f->work, theirs[t].table, rows[i].key, s->why);
		if (e || n)
			return e ? e : go_on(s, ERASURE_KEY, 0);
	}
	if (s->x.reporter)
		e = work_delete(f->work, TABLE_REPORTER, s->x.subject, s->why);
	if (e == OK)
		e = keyring_destroy(f->keyring, s->x.subject, s->why);
	if (e == OK || e == ERR_NOTFOUND)
		e = judge_tables_change(s->j, s->why);
	if (e)
		return e;
	s->x.words = NULL;
	s->x.holdings = NULL;
	s->x.word_count = s->x.holding_count = 0;
	s->x.id = s->x.subject = s->x.after = s->x.even_open = STR_NONE;
	return go_on(s, ERASURE_SHRED, until_all_know(s));
}

/* As many records as the list needs. */
static enum err put_records(struct erasing *s)
{
	struct fold *f = &s->j->fold;
	struct arena *a = work_arena(f->work);
	const struct erasure *x = &s->x;
	unsigned i = 0;
	uint64_t part = 0;
	enum err e = OK;
	do {
		struct record r;
		struct buf list;
		buf_init(&list, 2 * RECORDS_BYTES);
		for (; i < x->record_count && list.len + x->records[i].len < RECORDS_BYTES; i++)
			buf_printf(&list, "%s%.*s", list.len ? "," : "", STR_ARG(x->records[i]));
		e = deed_begin(f, "erasure", &r, s->why);
		if (e == OK) {
			record_put(&r, "subject", x->reporter ? STR("reporter") : STR("customer"));
			record_put(&r, "alias", x->alias);
			record_put_time(a, &r, "asked", x->asked_at);
			record_put_u64(a, &r, "part", ++part);
			record_put(&r, "last", i == x->record_count ? STR("yes") : STR("no"));
			record_put(&r, "records", str_copy(a, buf_str(&list)));
			record_put_u64(a, &r, "rows", x->rows);
			record_put_u64(a, &r, "letters", x->letters);
			record_put_u64(a, &r, "openings", x->openings);
			record_commit(&r, "basis", x->basis);
			record_commit(&r, "asked-by", x->asker_count ? x->askers[0] : STR_NONE);
			record_commit(&r, "approved-by", x->asker_count > 1 ? x->askers[1] : STR_NONE);
			e = deed_write(f, &r, DEED_OFFICE, s->why);
		}
		buf_done(&list);
	} while (e == OK && i < x->record_count);
	return e;
}

static enum err shred(struct erasing *s)
{
	struct judge *j = s->j;
	enum err e = j->driver->shred(j->store, s->why);
	if (e) {
		log_warn("an erasure is not complete: the files of the store could not be written anew; it is tried again", "why", s->why->text);
		return go_on(s, ERASURE_SHRED, AGAIN_SECONDS * SECOND_US);
	}
	e = judge_session_forget(j, s->why);
	if (e == OK)
		e = put_records(s);
	if (e == OK)
		log_info("an erasure is complete");
	return e ? e : work_delete(j->fold.work, TABLE_ERASURE, s->row.key, s->why);
}

enum err judge_erase(struct judge *j, const struct row *due, struct why *why)
{
	struct erasing s = { .j = j, .why = why };
	if (str_eq(due->key, STR("purge")))
		return judge_purge(j, why);
	enum err e = work_load(j->fold.work, TABLE_ERASURE, due->key, erasure_fields, &s.x, &s.row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (s.row.due_at == TIME_NONE || s.row.due_at > j->fold.now)
		return OK;
	j->erasing = true;
	switch (s.x.phase) {
	case ERASURE_ASKED: return work_delete(j->fold.work, TABLE_ERASURE, s.row.key, why);
	case ERASURE_CHECK: return check(&s);
	case ERASURE_SETTLE: return settle(&s);
	case ERASURE_REGISTER: return leave_register(&s);
	case ERASURE_ROWS: return walk(&s);
	case ERASURE_KEY: return destroy_key(&s);
	case ERASURE_SHRED: return shred(&s);
	}
	return OK;
}
