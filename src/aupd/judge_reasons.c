/*
 * The statements of reasons of a case: one for each act that restricts and was in force. See judge_command.h.
 *
 * The judge writes them because it has the policy that the conduct is judged by and the key of the ids that they go out under.
 * When an act was first seen in force stands in the case's events; those are read page by page, EVENTS_MAX at most.
 */
#include "aupd/judge_command.h"
#include "engine/deed.h"
#include "engine/reasons.h"

enum { PAGE = 500, EVENTS_MAX = 100000, PAGE_BYTES_MAX = 64 << 20 };

struct acts {
	struct act *list;
	int64_t *applied_at;
	unsigned count;
};

/* Earliest first: the first time is the one that counts. */
static enum err note_events(struct arena *page, const struct row *rows, size_t n, struct acts *acts, struct why *why)
{
	enum err e = OK;
	for (size_t i = 0; e == OK && i < n; i++) {
		struct case_event event = { 0 };
		e = field_decode(page, rows[i].body, case_event_fields, &event, why);
		/* what a person does is not seen: it counts from when he was told */
		bool begins = event.type == EVENT_ACT_DONE || event.type == EVENT_TASK;
		for (unsigned k = 0; e == OK && begins && k < acts->count; k++)
			if (acts->applied_at[k] == TIME_NONE && str_eq(acts->list[k].key, event.act))
				acts->applied_at[k] = event.at;
	}
	return e;
}

static enum err read_events(struct commanding *c, uint64_t number, struct acts *acts)
{
	struct arena *a = work_arena(c->j->fold.work), *page = arena_new("reasons", PAGE_BYTES_MAX);
	struct query q = { .table = TABLE_CASE_EVENT, .key_prefix = str_format(a, "%llu/", (unsigned long long)number), .due_by = TIME_NONE, .limit = PAGE };
	char key[ROW_KEY_MAX];
	size_t n = PAGE, seen = 0;
	enum err e = page ? OK : ERR_NOMEM;
	while (e == OK && n == PAGE && seen < EVENTS_MAX) {
		struct row *rows;
		arena_reset(page);
		e = c->j->driver->page(c->j->store, page, &q, &rows, &n, c->why);
		if (e == OK)
			e = note_events(page, rows, n, acts, c->why);
		seen += n;
		if (e || !n)
			break;
		/* outlives the page */
		size_t len = rows[n - 1].key.len < sizeof(key) ? rows[n - 1].key.len : sizeof(key);
		memcpy(key, rows[n - 1].key.ptr, len);
		q.has_after = true;
		q.after_rank = rows[n - 1].rank;
		q.after_key = (struct str){ key, len };
	}
	arena_free(page);
	return e;
}

static enum err read_acts(struct commanding *c, const struct casefile *of, struct acts *ret_acts)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct str only = command_arg(c, "act");
	struct acts acts = { ARENA_ARRAY(a, struct act, of->act_count + 1), ARENA_ARRAY(a, int64_t, of->act_count + 1), 0 };
	enum err e = acts.list && acts.applied_at ? OK : ERR_NOMEM;
	for (unsigned i = 0; e == OK && i < of->act_count; i++) {
		struct row row;
		struct act *act = &acts.list[acts.count];
		*act = (struct act){ 0 };
		acts.applied_at[acts.count] = TIME_NONE;
		e = work_load(c->j->fold.work, TABLE_ACT, of->acts[i], act_fields, act, &row, c->why);
		if (e == OK && reasons_needed(act) && (!only.len || str_eq(only, act->key)))
			acts.count++;
		e = e == ERR_NOTFOUND ? OK : e;
	}
	if (e == OK)
		*ret_acts = acts;
	return e;
}

/* What has not been in force restricts nothing; it is counted, so that nobody takes an empty answer for a case without acts. */
static bool in_force(const struct act *act, int64_t applied_at)
{
	return applied_at != TIME_NONE || act->state == ACT_DONE_ || act->state == ACT_UNDOING;
}

static void write_all(struct commanding *c, const struct casefile *of, const struct policy *p, const struct acts *acts)
{
	struct arena *a = work_arena(c->j->fold.work);
	unsigned waiting = 0;
	jsonw_array(c->w, "statements");
	for (unsigned i = 0; i < acts->count; i++) {
		const struct act *act = &acts->list[i];
		if (!in_force(act, acts->applied_at[i])) {
			waiting++;
			continue;
		}
		const struct reasons r = { of, p, act, acts->applied_at[i], deed_digest(&c->j->fold, "statement", act->key) };
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "act", act->key);
		jsonw_str(c->w, "state", str_of(act_state_words[act->state]));
		jsonw_time(c->w, "appeal_until", of->appeal_until_at);
		struct buf one;
		struct jsonw w;
		buf_init(&one, FRAME_BODY_MAX);
		jsonw_init(&w, &one);
		reasons_write(a, &r, &w);
		jsonw_raw(c->w, "statement", str_copy(a, buf_str(&one)));
		buf_done(&one);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	jsonw_int(c->w, "waiting", waiting);
}

enum err cmd_reasons(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	struct casefile of = { 0 };
	struct row row;
	struct acts acts;
	uint64_t number;
	if (case_parse(command_arg(c, "case"), &number) != OK)
		return why_set(c->why, ERR_SYNTAX, "which case? a number such as C-4711 is needed");
	enum err e = fold_find_case(f, number, &of, &row, c->why);
	if (e)
		return e;
	if (of.flags & (CASE_SEALED_CLASS | CASE_DO_NOT_TELL))
		return why_set(c->why, ERR_DENIED, of.flags & CASE_SEALED_CLASS ? "the case is of the sealed class: nothing of it is stated"
			: "the case is marked do-not-tell: nothing of it is stated");
	const struct policy *p = fold_policy(f, of.policy);
	if (!p || !policy_clause(p, of.clause))
		return why_set(c->why, ERR_NOTFOUND, "policy version %.*s has no clause %.*s here", STR_ARG(of.policy), STR_ARG(of.clause));
	e = read_acts(c, &of, &acts);
	if (e == OK)
		e = read_events(c, number, &acts);
	if (e == OK)
		write_all(c, &of, p, &acts);
	return e;
}
