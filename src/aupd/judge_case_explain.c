/*
 * One case explained for whoever looks at it: what its clause says, which terms held and of which nobody can tell, why its reports stand together,
 * whose other cases there are, and what may be done now, by the one who asks. See judge_command.h.
 *
 * It only tells. What is offered is what the step itself would not refuse (cases/operate.c and its like): a page that offers less than it may is
 * dull, one that offers more is answered by the refusal. Of a sealed case nothing is explained.
 */
#include "aupd/judge_command.h"

#include <stdlib.h>

#include "cases/grouped.h"

enum { EVENTS_MAX = 2000, TERMS_MAX = 64, REPORTS_OF_TERM_MAX = 20, OTHERS_MAX = 20, SERVICES_MAX = 16, GROUPED_BYTES_MAX = 64 << 10 };

struct explaining {
	struct commanding *c;
	struct arena *a;
	struct casefile found;
	struct case_event *events;
	unsigned event_count;
	bool more;                      /* there are more events than are read here */
};

static bool is_report(const struct case_event *e)
{
	return e->type == EVENT_FINDING || e->type == EVENT_WITNESS;
}

static enum err read_events(struct explaining *x)
{
	struct commanding *c = x->c;
	struct query q = { .table = TABLE_CASE_EVENT, .key_prefix = str_format(x->a, "%llu/", (unsigned long long)x->found.number), .by_key = true, .due_by = TIME_NONE,
		.limit = QUERY_LIMIT_MAX };
	size_t n = QUERY_LIMIT_MAX;
	enum err e = OK;
	x->events = ARENA_ARRAY(x->a, struct case_event, EVENTS_MAX);
	if (!x->events)
		return why_set(c->why, ERR_NOMEM, "no memory for the story of a case");
	while (e == OK && n == QUERY_LIMIT_MAX && x->event_count < EVENTS_MAX) {
		struct row *rows;
		e = c->j->driver->page(c->j->store, x->a, &q, &rows, &n, c->why);
		for (size_t i = 0; e == OK && i < n && x->event_count < EVENTS_MAX; i++)
			e = field_decode(x->a, rows[i].body, case_event_fields, &x->events[x->event_count++], c->why);
		if (e == OK && n) {
			q.has_after = true;
			q.after_key = rows[n - 1].key;
		}
	}
	x->more = x->event_count == EVENTS_MAX;
	return e;
}

/* --- what it says --- */

/* As it was when the case was opened, and whether the version in force now says the same. */
static void put_clause(struct explaining *x)
{
	struct jsonw *w = x->c->w;
	const struct fold *f = &x->c->j->fold;
	const struct policy *then = fold_policy(f, x->found.policy), *now = fold_policy_at(f, f->now);
	const struct clause *was = then ? policy_clause(then, x->found.clause) : NULL, *is = now ? policy_clause(now, x->found.clause) : NULL;
	jsonw_object(w, "clause");
	jsonw_str(w, "id", x->found.clause);
	jsonw_str(w, "version", x->found.policy);
	jsonw_str(w, "title", was ? was->title : STR_NONE);
	jsonw_str(w, "text", was ? was->text : STR_NONE);
	jsonw_time(w, "effective", then ? then->effective_at : TIME_NONE);
	jsonw_str(w, "now", now ? now->version : STR_NONE);
	jsonw_bool(w, "same", was && is && str_eq(was->text, is->text));
	jsonw_end(w, '}');
}

static void put_grouped(struct explaining *x)
{
	struct buf b;
	struct str text, line;
	buf_init(&b, GROUPED_BYTES_MAX);
	grouped_case(x->a, &x->found, x->events, x->event_count, false, &b);
	text = str_copy(x->a, buf_str(&b));
	buf_done(&b);
	jsonw_array(x->c->w, "grouped");
	/* the first two lines are a heading */
	for (unsigned i = 0; str_next_line(&text, &line); i++)
		if (i > 1 && str_trim(line).len)
			jsonw_str(x->c->w, NULL, str_trim(line));
	jsonw_end(x->c->w, ']');
}

/* By what they tell of which source; among each other in their order. */
static int by_group(const void *a, const void *b)
{
	const struct case_event *x = *(const struct case_event *const *)a, *y = *(const struct case_event *const *)b;
	int source = str_cmp(x->source, y->source);
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return source ? source : x->n < y->n ? -1 : x->n > y->n;
}

static const struct case_event **sort_reports(const struct explaining *x, unsigned *ret_count)
{
	const struct case_event **list = ARENA_ARRAY(x->a, const struct case_event *, x->event_count + 1);
	*ret_count = 0;
	for (unsigned i = 0; list && i < x->event_count; i++)
		if (is_report(&x->events[i]))
			list[(*ret_count)++] = &x->events[i];
	if (list)
		qsort(list, *ret_count, sizeof(const struct case_event *), by_group);
	return list;
}

static void put_reports(struct explaining *x)
{
	struct jsonw *w = x->c->w;
	unsigned n;
	const struct case_event **list = sort_reports(x, &n);
	jsonw_array(w, "reports");
	for (unsigned i = 0; i < n; i++) {
		const struct case_event *e = list[i];
		bool begins = !i || list[i - 1]->kind != e->kind || !str_eq(list[i - 1]->source, e->source);
		jsonw_object(w, NULL);
		jsonw_bool(w, "begins", begins);
		jsonw_int(w, "n", (int64_t)e->n);
		jsonw_time(w, "at", e->at);
		jsonw_time(w, "event", e->event_at);
		jsonw_str(w, "kind", e->kind ? str_of(kind_info(e->kind)->name) : STR_NONE);
		jsonw_str(w, "source", e->source);
		jsonw_str(w, "reporter", e->reporter);
		jsonw_str(w, "told", str_of(teller_words[e->told]));
		jsonw_str(w, "clause", e->clause);
		jsonw_str(w, "rule", e->rule);
		jsonw_str(w, "grade", str_of(grade_words[e->grade]));
		jsonw_str(w, "binding", e->binding);
		jsonw_time(w, "held_from", e->held_from_at ? e->held_from_at : TIME_NONE);
		jsonw_time(w, "held_until", e->held_until_at && e->held_until_at != TIME_MAX ? e->held_until_at : TIME_NONE);
		jsonw_array(w, "reasons");
		for (unsigned k = 0; k < e->reason_count; k++)
			jsonw_str(w, NULL, e->reasons[k]);
		jsonw_end(w, ']');
		jsonw_str(w, "why", grouped_report(x->a, &x->found, x->events, x->event_count, (unsigned)(e - x->events)));
		jsonw_bool(w, "raw", e->raw.len);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

/* --- the terms --- */

struct line {
	struct str rule, text;
	unsigned held, cannot;
};

static unsigned collect_terms(const struct explaining *x, struct line *lines)
{
	unsigned n = 0;
	for (unsigned i = 0; i < x->event_count; i++)
		for (unsigned k = 0; is_report(&x->events[i]) && k < x->events[i].term_count; k++) {
			const struct term *t = &x->events[i].terms[k];
			struct str rule = t->rule.len ? t->rule : x->events[i].rule;
			unsigned m = 0;
			while (m < n && !(str_eq(lines[m].rule, rule) && str_eq(lines[m].text, t->text)))
				m++;
			if (m == TERMS_MAX)
				continue;
			if (m == n)
				lines[n++] = (struct line){ .rule = rule, .text = t->text };
			lines[m].held += t->answer == TERM_HELD;
			lines[m].cannot += t->answer == TERM_CANNOT_TELL;
		}
	return n;
}

static void put_answers(struct explaining *x, const struct line *l)
{
	struct jsonw *w = x->c->w;
	unsigned shown = 0;
	jsonw_array(w, "of");
	for (unsigned i = 0; i < x->event_count; i++)
		for (unsigned k = 0; is_report(&x->events[i]) && k < x->events[i].term_count && shown < REPORTS_OF_TERM_MAX; k++) {
			const struct term *t = &x->events[i].terms[k];
			if (!str_eq(t->text, l->text) || !str_eq(t->rule.len ? t->rule : x->events[i].rule, l->rule))
				continue;
			jsonw_object(w, NULL);
			jsonw_int(w, "n", (int64_t)x->events[i].n);
			jsonw_str(w, "answer", str_of(term_answer_words[t->answer]));
			jsonw_str(w, "value", t->value);
			jsonw_bool(w, "marked", t->to > t->from && x->events[i].raw.len);
			jsonw_end(w, '}');
			shown++;
		}
	jsonw_end(w, ']');
	jsonw_int(w, "more", l->held + l->cannot - shown);
}

static enum err put_terms(struct explaining *x)
{
	struct jsonw *w = x->c->w;
	struct line *lines = ARENA_ARRAY(x->a, struct line, TERMS_MAX);
	unsigned n = lines ? collect_terms(x, lines) : 0;
	jsonw_array(w, "terms");
	for (unsigned i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "rule", lines[i].rule);
		jsonw_str(w, "text", lines[i].text);
		jsonw_int(w, "held", lines[i].held);
		jsonw_int(w, "cannot", lines[i].cannot);
		put_answers(x, &lines[i]);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	return lines ? OK : why_set(x->c->why, ERR_NOMEM, "no memory for the terms of a case");
}

/* --- what may be done --- */

static void offer(struct explaining *x, const char *name, const char *op, bool fits)
{
	const struct commanding *c = x->c;
	jsonw_bool(c->w, name, fits && (!c->p.session.len || role_may(c->session.role, str_of(op), false)));
}

static void put_services(struct explaining *x, const struct policy *p)
{
	struct jsonw *w = x->c->w;
	jsonw_array(w, "services");
	for (unsigned i = 0, n = 0; p && i < p->enforcement_count && n < SERVICES_MAX; i++)
		if (p->enforcements[i].verb == VERB_SUSPEND) {
			jsonw_str(w, NULL, p->enforcements[i].service);
			n++;
		}
	jsonw_end(w, ']');
}

static void put_may(struct explaining *x)
{
	const struct casefile *c = &x->found;
	struct jsonw *w = x->c->w;
	const struct fold *f = &x->c->j->fold;
	const struct policy *p = fold_policy_at(f, f->now);
	const struct ladder *l = p ? policy_ladder(p, c->ladder) : NULL;
	struct why why = { .line = 0 };
	bool closed = case_is_closed(c), runs = c->state == CASE_OPEN || c->state == CASE_PAUSED, tells = !(c->flags & CASE_DO_NOT_TELL);
	bool waits = c->state == CASE_REVIEW || c->state == CASE_PAUSED || c->flags & (CASE_EMERGENCY | CASE_NOTICE_BOUNCED | CASE_APPEALED | CASE_CORRECTED);
	bool court = c->proceeding ? c->proceeding == PROCEEDING_DECIDED : c->dispute == DISPUTE_COUNTERED || c->dispute == DISPUTE_ASKED;
	enum err may = case_may_review(c, x->c->who, &why);
	jsonw_object(w, "may");
	offer(x, "note", "case-note", true);
	offer(x, "assign", "case-assign", true);
	offer(x, "reply", "case-reply", tells && c->state != CASE_MERGED);
	offer(x, "resolve", "case-resolve", !closed);
	offer(x, "reopen", "case-reopen", c->state == CASE_RESOLVED);
	offer(x, "review", "case-review", waits && may == OK && c->state != CASE_MERGED);
	jsonw_str(w, "review_needs", waits && may ? str_of(why.text) : STR_NONE);
	offer(x, "merge", "case-merge", !closed);
	offer(x, "split", "case-split", !closed && c->report_count > 1);
	offer(x, "flag", "case-flag", true);
	offer(x, "appeal", "case-appeal", c->state != CASE_MERGED && (c->appeal_until_at == TIME_NONE || f->now <= c->appeal_until_at));
	offer(x, "fixed", "case-fixed", runs);
	offer(x, "undertaking", "case-undertaking", runs && tells);
	offer(x, "signed", "case-signed", c->probation_us && c->probation_until_at == TIME_NONE && !closed);
	offer(x, "ask", "case-ask", (runs || c->state == CASE_REVIEW) && tells && c->asked_until_at == TIME_NONE && p && policy_letter(p, STR("en"), STR(CASE_REQUEST_LETTER)));
	offer(x, "part", "case-part", true);
	offer(x, "counter", "case-counter", runs && !c->dispute && l && l->counter.given);
	offer(x, "stay", "case-stay", court);
	offer(x, "locked", "case-locked", c->proceeding == PROCEEDING_NOTICED);
	offer(x, "decision", "case-decision", c->proceeding == PROCEEDING_NOTICED || c->proceeding == PROCEEDING_LOCKED || c->proceeding == PROCEEDING_STAYED);
	offer(x, "emergency", "case-emergency", !closed);
	offer(x, "macro", "macro-run", !closed);
	offer(x, "attach", "case-attach", c->state != CASE_MERGED);
	offer(x, "snooze", "case-snooze", !closed && !(c->flags & CASE_EMERGENCY));
	offer(x, "wake", "case-wake", case_is_snoozed(c, f->now));
	put_services(x, p);
	jsonw_end(w, '}');
	jsonw_object(w, "flags");
	jsonw_bool(w, "do_not_tell", !tells);
	jsonw_bool(w, "hold", c->flags & CASE_HOLD);
	jsonw_bool(w, "counsel", c->flags & CASE_COUNSEL);
	jsonw_bool(w, "appealed", c->flags & CASE_APPEALED);
	jsonw_bool(w, "emergency", c->flags & CASE_EMERGENCY);
	jsonw_bool(w, "bounced", c->flags & CASE_NOTICE_BOUNCED);
	jsonw_bool(w, "corrected", c->flags & CASE_CORRECTED);
	jsonw_end(w, '}');
}

static enum err put_acts(struct explaining *x)
{
	struct jsonw *w = x->c->w;
	struct row row;
	enum err e = OK;
	jsonw_array(w, "acts");
	for (unsigned i = 0; e == OK && i < x->found.act_count; i++) {
		struct act act = { 0 };
		struct why why = { .line = 0 };
		e = work_load(x->c->j->fold.work, TABLE_ACT, x->found.acts[i], act_fields, &act, &row, x->c->why);
		if (e)
			e = e == ERR_NOTFOUND ? OK : e;
		else if (act.state == ACT_HELD || (act.desired && act.state != ACT_EXPIRED && (act.verb >= VERB_LIMIT || act_waits(&act)))) {
			enum err may = act.state == ACT_HELD ? case_may_approve(&act, x->c->who, &why) : OK;
			jsonw_object(w, NULL);
			jsonw_str(w, "key", act.key);
			jsonw_str(w, "verb", str_of(verb_words[act.verb]));
			jsonw_str(w, "service", act.service);
			jsonw_str(w, "state", str_of(act_state_words[act.state]));
			offer(x, "approve", "case-approve", act.state == ACT_HELD && may == OK);
			jsonw_str(w, "needs", may ? str_of(why.text) : STR_NONE);
			jsonw_int(w, "approvers", act.approver_count);
			jsonw_int(w, "approvals", act.approvals_needed);
			offer(x, "undo", "case-undo", act.desired);
			jsonw_end(w, '}');
		}
	}
	jsonw_end(w, ']');
	return e;
}

static void put_attachments(struct explaining *x)
{
	jsonw_array(x->c->w, "attachments");
	for (unsigned i = 0; i < x->event_count; i++)
		if (x->events[i].type == EVENT_ATTACHED)
			attachment_put(x->c, &x->events[i]);
	jsonw_end(x->c->w, ']');
}

/* Of the same customer, the latest first; sealed ones are not told of. */
static enum err put_others(struct explaining *x)
{
	struct commanding *c = x->c;
	struct query q = { .table = TABLE_CASE, .owner = x->found.customer, .due_by = TIME_NONE, .descending = true, .limit = OTHERS_MAX + 1 };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, x->a, &q, &rows, &n, c->why);
	jsonw_array(c->w, "others");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct casefile o = { 0 };
		char number[CASE_TEXT_MAX];
		e = field_decode(x->a, rows[i].body, casefile_fields, &o, c->why);
		if (e || o.number == x->found.number || o.flags & CASE_SEALED_CLASS)
			continue;
		case_text(o.number, number);
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "case", str_of(number));
		jsonw_str(c->w, "state", str_of(case_state_words[o.state]));
		jsonw_str(c->w, "clause", o.clause);
		jsonw_time(c->w, "opened", o.opened_at);
		jsonw_str(c->w, "resolution", o.resolution);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	jsonw_bool(c->w, "more_others", n > OTHERS_MAX);
	return e;
}

enum err cmd_case_explain(struct commanding *c)
{
	struct explaining x = { .c = c, .a = c->j->scratch };
	struct arena_mark mark = arena_mark(x.a);
	struct row row;
	uint64_t number;
	enum err e = command_case(c, &number);
	if (e == OK)
		e = fold_find_case(&c->j->fold, number, &x.found, &row, c->why);
	if (e == OK && x.found.flags & CASE_SEALED_CLASS)
		e = why_set(c->why, ERR_DENIED, "the case is sealed: nothing of it is explained");
	if (e == OK)
		e = read_events(&x);
	if (e == OK) {
		command_put_case(c, number);
		put_clause(&x);
		put_grouped(&x);
		put_reports(&x);
		jsonw_bool(c->w, "more", x.more);
		e = put_terms(&x);
	}
	if (e == OK) {
		put_attachments(&x);
		put_may(&x);
		e = put_acts(&x);
	}
	if (e == OK)
		e = put_others(&x);
	arena_rewind(x.a, mark);
	return e;
}
