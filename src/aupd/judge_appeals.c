/*
 * The appeals that wait, each with what is to be decided: the decision, who took part in it, the customer's words, and what was known then and has
 * come since. See judge_command.h.
 *
 * They stand in the queue of that name, what stands first before the others. Of a sealed case its number is told.
 */
#include "aupd/judge_command.h"
#include "engine/queue.h"

enum { APPEALS_MAX = 200, EVENTS_MAX = 500 };

struct appealing {
	struct commanding *c;
	struct arena *a;
	struct str words;               /* of the customer; STR_NONE: they are not among the last events */
	int64_t asked_at;
	unsigned since;                 /* reports */
};

/* The last events alone: an appeal is one of the last things that happened. */
static enum err read_story(struct appealing *x, const struct casefile *c)
{
	struct commanding *cmd = x->c;
	uint64_t from = c->event_count > EVENTS_MAX ? c->event_count - EVENTS_MAX : 0;
	struct query q = { .table = TABLE_CASE_EVENT, .key_prefix = str_format(x->a, "%llu/", (unsigned long long)c->number), .by_key = true, .due_by = TIME_NONE,
		.has_after = true, .after_key = str_format(x->a, "%llu/%08llu", (unsigned long long)c->number, (unsigned long long)from), .limit = EVENTS_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = cmd->j->driver->page(cmd->j->store, x->a, &q, &rows, &n, cmd->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct case_event ev = { 0 };
		e = field_decode(x->a, rows[i].body, case_event_fields, &ev, cmd->why);
		if (e == OK && ev.type == EVENT_APPEAL) {
			x->words = ev.text;
			x->asked_at = ev.at;
			x->since = 0;
		}
		x->since += e == OK && (ev.type == EVENT_FINDING || ev.type == EVENT_WITNESS);
	}
	return e;
}

static enum err put_in_force(struct appealing *x, const struct casefile *c)
{
	struct jsonw *w = x->c->w;
	enum err e = OK;
	jsonw_array(w, "in_force");
	for (unsigned i = 0; e == OK && i < c->act_count; i++) {
		struct act act = { 0 };
		struct row row;
		e = work_load(x->c->j->fold.work, TABLE_ACT, c->acts[i], act_fields, &act, &row, x->c->why);
		if (e == OK && act.desired && act.verb >= VERB_LIMIT && act.state != ACT_EXPIRED)
			jsonw_str(w, NULL, str_format(x->a, "%s %.*s", verb_words[act.verb], STR_ARG(act.service)));
		e = e == ERR_NOTFOUND ? OK : e;
	}
	jsonw_end(w, ']');
	return e;
}

static enum err put_case(struct commanding *c, struct arena *a, const struct casefile *of)
{
	struct appealing x = { .c = c, .a = a, .asked_at = TIME_NONE };
	struct jsonw *w = c->w;
	struct why why = { .line = 0 };
	char number[CASE_TEXT_MAX];
	bool sealed = of->flags & CASE_SEALED_CLASS;
	enum err e = sealed ? OK : read_story(&x, of), may = case_may_review(of, c->who, &why);
	if (e)
		return e;
	case_text(of->number, number);
	jsonw_object(w, NULL);
	jsonw_str(w, "case", str_of(number));
	jsonw_bool(w, "sealed", sealed);
	if (!sealed) {
		jsonw_str(w, "state", str_of(case_state_words[of->state]));
		jsonw_str(w, "customer", of->customer);
		jsonw_str(w, "clause", of->clause);
		jsonw_str(w, "policy", of->policy);
		jsonw_str(w, "because", of->because);
		jsonw_str(w, "opened_by", of->opened_by);
		jsonw_array(w, "deciders");
		for (unsigned i = 0; i < of->decider_count; i++)
			jsonw_str(w, NULL, of->deciders[i]);
		jsonw_end(w, ']');
		jsonw_str(w, "words", x.words);
		jsonw_time(w, "asked", x.asked_at);
		jsonw_int(w, "waits", x.asked_at == TIME_NONE ? 0 : (c->j->fold.now - x.asked_at) / SECOND_US);
		jsonw_int(w, "reports", (int64_t)of->report_count);
		jsonw_int(w, "since", x.since);
		jsonw_int(w, "strikes", (int64_t)of->strikes);
		e = put_in_force(&x, of);
	}
	jsonw_bool(w, "yours", may == OK && (!c->p.session.len || role_may(c->session.role, STR("case-review"), false)));
	jsonw_str(w, "needs", may ? str_of(why.text) : STR_NONE);
	jsonw_end(w, '}');
	return e;
}

enum err cmd_appeals(struct commanding *c)
{
	static const char *const states[] = { "appeals.urgent", "appeals.trusted-flagger", "appeals" };
	struct arena *a = work_arena(c->j->fold.work);
	uint64_t *seen = ARENA_ARRAY(a, uint64_t, APPEALS_MAX);
	unsigned shown = 0;
	bool more = false;
	enum err e = seen ? OK : why_set(c->why, ERR_NOMEM, "no memory for the appeals");
	jsonw_array(c->w, "appeals");
	for (size_t s = 0; e == OK && s < sizeof(states) / sizeof(states[0]); s++) {
		struct query q = { .table = TABLE_QUEUE, .state = str_of(states[s]), .due_by = TIME_NONE, .limit = APPEALS_MAX };
		struct row *rows;
		size_t n = 0;
		e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
		more |= n == APPEALS_MAX;
		for (size_t i = 0; e == OK && i < n && shown < APPEALS_MAX; i++) {
			struct casefile of = { 0 };
			struct row row;
			struct str about = rows[i].key, name;
			uint64_t number;
			unsigned k = 0;
			if (!str_split(&about, '/', &name) || str_to_u64(about, INT64_MAX, &number) != OK)
				continue;
			while (k < shown && seen[k] != number)
				k++;
			e = k < shown ? ERR_NOTFOUND : fold_find_case(&c->j->fold, number, &of, &row, c->why);
			if (e == OK) {
				seen[shown++] = number;
				e = put_case(c, a, &of);
			}
			e = e == ERR_NOTFOUND ? OK : e;
		}
	}
	jsonw_end(c->w, ']');
	jsonw_bool(c->w, "more", more);
	return e;
}
