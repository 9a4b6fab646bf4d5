/*
 * Thinning out closed cases. See purge.h.
 */
#include "engine/purge.h"

#include "base/json.h"
#include "engine/deed.h"
#include "engine/fold_case.h"
#include "engine/letter.h"
#include "engine/plan.h"

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct purge, member) }

const struct field purge_fields[] = {
	F(stage, FIELD_U32), F(after, FIELD_BYTES), F(cases, FIELD_U64), F(letters, FIELD_U64), F(openings, FIELD_U64), F(items, FIELD_U64), F(lookups, FIELD_U64),
	F(windows, FIELD_U64), F(expired, FIELD_U64), { .name = NULL },
};

static enum err remove_row(struct fold *f, enum table t, struct str key, uint64_t *count, struct why *why)
{
	struct row row;
	enum err e = work_get(f->work, t, key, &row, why);
	if (e || !row.version)
		return e;
	++*count;
	return work_delete(f->work, t, key, why);
}

static enum err thin_event(struct fold *f, uint64_t number, uint64_t n, struct purge *p, struct str *ret_raw, struct why *why)
{
	struct case_event e = { 0 };
	struct row row;
	struct str key = str_format(work_arena(f->work), "%llu/%08llu", (unsigned long long)number, (unsigned long long)n);
	enum err err = work_load(f->work, TABLE_CASE_EVENT, key, case_event_fields, &e, &row, why);
	if (err)
		return err == ERR_NOTFOUND ? OK : err;
	*ret_raw = e.raw;
	e.text = e.source = e.reporter = e.binding = e.raw = e.incident = e.shown = STR_NONE;
	e.reason_count = e.term_count = 0;
	err = e.record.len ? remove_row(f, TABLE_OPENING, e.record, &p->openings, why) : OK;
	return err ? err : work_store(f->work, &row, case_event_fields, &e, why);
}

static enum err thin_act(struct fold *f, struct str key, struct purge *p, struct why *why)
{
	struct act act = { 0 };
	struct row row;
	uint64_t tokens = 0;
	enum err e = work_load(f->work, TABLE_ACT, key, act_fields, &act, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	e = act.letter.len ? remove_row(f, TABLE_LETTER, act.letter, &p->letters, why) : OK;
	if (e == OK && act.letter.len)
		e = remove_row(f, TABLE_TOKEN, letter_token(f, act.key), &tokens, why);
	/* what is in force for good may have to be looked at again */
	if (e || (act.desired && act.verb >= VERB_LIMIT))
		return e;
	act.target = act.instance = act.last_text = STR_NONE;
	return put_act(f, &act, why);
}

enum err purge_case(struct fold *f, const struct row *seen, int64_t closed_before_at, struct purge *p,
	enum err (*wipe_raw)(void *arg, struct str reference, struct why *why), void *arg, struct why *why)
{
	struct casefile c = { 0 };
	struct row row;
	bool held = false;
	enum err e = work_load(f->work, TABLE_CASE, seen->key, casefile_fields, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	int64_t closed_at = c.resolved_at != TIME_NONE ? c.resolved_at : c.changed_at;
	if (!case_is_closed(&c) || closed_at >= closed_before_at || c.flags & (CASE_HOLD | CASE_SEALED_CLASS | CASE_THINNED))
		return OK;
	e = deed_held(f, c.customer, c.number, &held, why);
	for (uint64_t n = 1; e == OK && !held && n <= c.event_count; n++) {
		struct str raw = STR_NONE;
		e = thin_event(f, c.number, n, p, &raw, why);
		if (e == OK && raw.len)
			e = wipe_raw(arg, raw, why);
	}
	for (unsigned i = 0; e == OK && !held && i < c.act_count; i++)
		e = thin_act(f, c.acts[i], p, why);
	if (e || held)
		return e;
	uint64_t forwarded = 0;
	e = remove_row(f, TABLE_FORWARDING, str_format(work_arena(f->work), "%llu", (unsigned long long)c.number), &forwarded, why);
	if (e == OK)
		e = remove_row(f, TABLE_HOOK_REPORTS, str_format(work_arena(f->work), "%llu", (unsigned long long)c.number), &forwarded, why);
	if (e == OK && str_starts(c.clause, STR("reseller.")))
		e = plan_forget(f, c.customer, c.number, why);
	if (e)
		return e;
	c.because = c.disputed = c.source_text = c.resolution = STR_NONE;
	c.recent_count = 0;
	c.flags |= CASE_THINNED;
	p->cases++;
	return work_store(f->work, &row, casefile_fields, &c, why);
}
