/*
 * The queues of the desk by command: how much waits for a person and since when, and each queue row by row. See judge_command.h.
 *
 * One table names each queue with its questions to the store, each along an index; a queue is counted to QUERY_LIMIT_MAX and no
 * further. Of each row it is told whether whoever asks may act on it alone. A sealed case is shown by its number only.
 *
 * What stands first (engine/queue.h) is asked for first: the urgent, then what trusted flaggers reported, each from all sources of the
 * queue; then these sources themselves, without what was told. What waits for us and not for a person's judgement, an upstream's deadline
 * and an erasure, has no such order.
 *
 * A case that a person has put away stands in none of them but "snoozed", as long as its time lasts; its acts stand where they stood.
 */
#include "aupd/judge_command.h"
#include "engine/queue.h"
#include "model/erasure.h"
#include "model/upstream.h"
#include "model/webhook.h"

enum { SOURCES_MAX = 3, REASONS_MAX = 32, LIMIT_DEFAULT = 50, REASON_BYTES_MAX = 200 };

/* One question: rows of a table in a state, or those due by some span from now. */
struct origin {
	enum table table;
	const char *state;
	bool due;
};

static const struct queue {
	const char *name, *doc;
	struct origin sources[SOURCES_MAX];
} queues[] = {
	{ "due", "the next step falls due", { { TABLE_CASE, NULL, true } } },
	{ "review", "a person decides whether it is a case", { { TABLE_CASE, "review", false } } },
	{ "answers", "an answer of the customer waits", { { TABLE_CASE, "paused", false } } },
	{ "emergencies", "cut at once, to be looked at within 24 hours", { { TABLE_QUEUE, "emergencies", false } } },
	{ "appeals", "the customer appeals", { { TABLE_QUEUE, "appeals", false } } },
	{ "corrections", "a late fact changed whose it was", { { TABLE_QUEUE, "corrections", false } } },
	{ "counsel", "it lies with the lawyers", { { TABLE_QUEUE, "counsel", false } } },
	{ "plans", "a reseller missed a date of its plan", { { TABLE_QUEUE, "plans", false } } },
	{ "approvals", "a person, or a second one, has to agree", { { TABLE_ACT, "held", false }, { TABLE_QUEUE, "second", false }, { TABLE_ERASURE, NULL, true } } },
	{ "dead", "a letter did not arrive, or what was to be done was not", { { TABLE_QUEUE, "bounced", false }, { TABLE_QUEUE, "refused", false } } },
	{ "upstream", "an upstream passed it on, and its deadline went by without our result", { { TABLE_UPSTREAM, "overdue", false } } },
	{ "webhooks", "a webhook was disabled, or did not take what it was to be told", { { TABLE_QUEUE, "webhooks", false } } },
	{ "unattributed", "whose it was, or what it breaks, cannot be told yet", { { TABLE_PARKED, NULL, false } } },
	{ "over-cap", "more than may count of its reporter: it is judged when there is room", { { TABLE_PARKED, "over-cap", false } } },
	{ "intake", "no report yet: a person reads it", { { TABLE_ITEM, "waiting", false } } },
	{ "snoozed", "put away by a person until a time; it waits for nobody", { { TABLE_QUEUE, "snoozed", false } } },
};

/* What a row of a queue says. */
struct entry {
	char number[CASE_TEXT_MAX];     /* "" = of no case */
	struct str key, state, customer, clause, what, reason;
	int64_t since_at, due_at;
	bool sealed;
	bool away;                      /* a person has put the case away */
	enum urgency urgency;
	bool yours;                     /* whoever asks may act on it alone */
	struct str bars;                /* why not */
	struct str by;                  /* of what waits for a person: who has asked for it, and who has agreed */
	bool act;                       /* it is an act that is approved, by its key */
};

struct listing {
	struct commanding *c;
	const struct queue *q;
	int64_t within_us;
	struct arena *a;
};

enum { STEPS = URGENCY_COUNT * SOURCES_MAX };

/* Steps are gone through downwards by urgency, and upwards by source. Number n of them, as a place names it; false: there is nothing to ask. */
static bool step_at(const struct listing *l, unsigned n, struct origin *ret_origin)
{
	const struct origin *s = &l->q->sources[n % SOURCES_MAX];
	unsigned urgency = n / SOURCES_MAX;
	*ret_origin = *s;
	if (!s->table || !urgency)
		return s->table;
	if (s->table == TABLE_UPSTREAM || s->table == TABLE_ERASURE)
		return false;
	*ret_origin = (struct origin){ TABLE_QUEUE, str_c(l->a, str_format(l->a, QUEUE_FIRST_STATE, s->table == TABLE_QUEUE ? s->state : l->q->name, urgency_words[urgency])), false };
	return true;
}

/* The step behind n; STEPS when it was the last one. */
static unsigned step_behind(unsigned n)
{
	if (n % SOURCES_MAX < SOURCES_MAX - 1)
		return n + 1;
	return n < SOURCES_MAX ? STEPS : n - 2 * SOURCES_MAX + 1;
}

static bool is_of_snoozed(const struct listing *l)
{
	return l->q->sources[0].table == TABLE_QUEUE && str_eq(str_of(l->q->sources[0].state), STR("snoozed"));
}

/* due: a week on covers every erasure that waits for its second person. */
static struct query question(const struct listing *l, const struct origin *s, unsigned limit)
{
	int64_t now = l->c->j->fold.now;
	struct query q = { .table = s->table, .due_by = TIME_NONE, .limit = limit };
	if (s->state)
		q.state = str_of(s->state);
	/* behind those whose time is over */
	if (is_of_snoozed(l)) {
		q.has_after = true;
		q.after_rank = now;
	}
	if (s->due)
		q.due_by = now + (s->table == TABLE_ERASURE ? 8 * DAY_US : l->within_us);
	return q;
}

/* What falls due first stands first: behind this row nothing does in time. */
static bool is_later(const struct listing *l, const struct row *row)
{
	return row->table == TABLE_QUEUE && l->q->sources[0].due && row->rank > l->c->j->fold.now + l->within_us;
}

static void barred(struct listing *l, struct entry *x, enum err e, const struct why *why)
{
	x->yours = e == OK;
	x->bars = e ? str_copy(l->a, str_of(why->text)) : STR_NONE;
}

static void of_case(struct listing *l, const struct casefile *c, struct entry *x)
{
	struct why why = { .line = 0 };
	case_text(c->number, x->number);
	x->state = str_of(case_state_words[c->state]);
	x->sealed = c->flags & CASE_SEALED_CLASS;
	x->due_at = case_is_closed(c) ? TIME_NONE : c->next_due_at;
	x->since_at = c->state == CASE_PAUSED && c->paused_at != TIME_NONE ? c->paused_at : c->opened_at;
	x->customer = c->customer;
	x->clause = c->clause;
	x->what = c->next_what;
	x->urgency = case_urgency(c);
	x->away = case_is_snoozed(c, l->c->j->fold.now);
	enum err e = case_may_review(c, l->c->who, &why);
	if (e == OK && x->sealed)
		e = str_eq(c->wanted_by, l->c->who) ? why_set(&why, ERR_DENIED, "you have asked already; another person has to")
			: c->wanted_by.len ? OK : why_set(&why, ERR_DENIED, "it is sealed: two people ask for the same");
	barred(l, x, e, &why);
}

static enum err case_row(struct listing *l, const struct row *row, struct entry *x, bool *ret_in)
{
	struct casefile c = { 0 };
	enum err e = field_decode(l->a, row->body, casefile_fields, &c, l->c->why);
	if (e)
		return e;
	/* what stands for another reason has a queue of its own */
	*ret_in = c.state != CASE_PAUSED || l->q->sources[0].due || !(c.flags & (CASE_APPEALED | CASE_CORRECTED));
	of_case(l, &c, x);
	return OK;
}

static enum err act_row(struct listing *l, const struct act *act, struct entry *x)
{
	struct casefile c;
	struct row row;
	struct why why = { .line = 0 };
	enum err e = act->number ? fold_find_case(&l->c->j->fold, act->number, &c, &row, l->c->why) : ERR_NOTFOUND;
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e == OK)
		of_case(l, &c, x);
	x->urgency = act->urgency;
	x->away = false;
	x->since_at = act->created_at;
	x->what = str_format(l->a, "%s of %.*s%s%.*s", verb_words[act->verb], STR_ARG(act->service), act->last_text.len ? ": " : "", STR_ARG(act->last_text));
	x->key = act->key;
	x->by = act->automatic ? str_format(l->a, "rule %.*s", STR_ARG(act->rule)) : STR("a person");
	for (unsigned i = 0; i < act->approver_count; i++)
		x->by = str_format(l->a, "%.*s, %.*s", STR_ARG(x->by), STR_ARG(act->approvers[i]));
	x->act = act->state == ACT_HELD && act->number;
	if (act->state == ACT_HELD)
		barred(l, x, case_may_approve(act, l->c->who, &why), &why);
	return OK;
}

static enum err webhook_row(struct listing *l, const struct row *row, struct entry *x)
{
	struct webhook w = { 0 };
	enum err e = field_decode(l->a, row->body, webhook_fields, &w, l->c->why);
	x->key = row->key;
	x->state = str_of(hook_state_words[w.state]);
	x->what = str_format(l->a, "of %s %.*s", scope_words[w.scope], STR_ARG(w.owner));
	x->reason = w.because ? str_of(hook_end_words[w.because]) : STR("given-up");
	x->yours = true;
	return e;
}

static enum err item_row(struct listing *l, const struct row *row, struct entry *x)
{
	struct item i = { 0 };
	enum err e = field_decode(l->a, row->body, item_fields, &i, l->c->why);
	bool sealed = i.type == ITEM_SEALED;
	for (unsigned n = 0; n < i.candidate_count; n++)
		sealed |= (kind_info(i.candidates[n].kind)->flags & KIND_SEALED) != 0;
	x->key = row->key;
	x->since_at = i.received_at;
	x->sealed = sealed;
	x->urgency = i.urgency;
	x->state = str_of(item_type_words[i.type]);
	x->what = i.reason;
	x->yours = !sealed;
	x->bars = sealed ? STR("it is sealed: two people ask for the same") : STR_NONE;
	return e;
}

static enum err parked_row(struct listing *l, const struct row *row, struct entry *x)
{
	struct observation o = { 0 };
	enum err e = field_decode(l->a, row->body, observation_fields, &o, l->c->why);
	x->sealed = kind_info(o.kind)->flags & KIND_SEALED;
	x->urgency = observation_urgency(&o);
	x->key = row->key;
	x->since_at = o.received_at;
	x->due_at = row->due_at;
	x->reason = row->state.len ? row->state : STR("whose it was cannot be told");
	x->what = str_format(l->a, "%s, %.*s", kind_info(o.kind)->name, STR_ARG(o.source.text));
	x->yours = true;
	return e;
}

/* What stands there under that key: "about" of a row of TABLE_QUEUE. */
static enum err load_about(struct listing *l, struct str name, struct str about, struct row *found, struct entry *x)
{
	static const struct { const char *name; enum table table; } tables[] = { { "refused", TABLE_ACT }, { "approvals", TABLE_ACT }, { "unattributed", TABLE_PARKED },
		{ "over-cap", TABLE_PARKED }, { "intake", TABLE_ITEM }, { "webhooks", TABLE_WEBHOOK } };
	struct casefile c;
	uint64_t number;
	enum err e;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (str_eq(name, str_of(tables[i].name))) {
			e = work_get(l->c->j->fold.work, tables[i].table, about, found, l->c->why);
			return e || found->version ? e : ERR_NOTFOUND;
		}
	e = str_to_u64(about, INT64_MAX, &number);
	if (e == OK)
		e = fold_find_case(&l->c->j->fold, number, &c, found, l->c->why);
	if (e == OK)
		of_case(l, &c, x);
	return e;
}

/* A row that is gone meanwhile, or whose case is, is no error. */
static enum err queue_row(struct listing *l, const struct row *row, struct entry *x, bool *ret_in)
{
	struct str rest = row->key, state, name;
	struct row found = { .table = TABLE_CASE };
	struct act act = { 0 };
	bool own = false;
	*ret_in = str_split(&rest, '/', &state);
	if (!*ret_in)
		return OK;
	name = str_sub(state, 0, str_chr(state, '.'));
	enum err e = load_about(l, name, rest, &found, x);
	if (e == OK && found.table == TABLE_ACT) {
		e = field_decode(l->a, found.body, act_fields, &act, l->c->why);
		e = e ? e : act_row(l, &act, x);
	} else if (e == OK && found.table == TABLE_PARKED) {
		e = parked_row(l, &found, x);
	} else if (e == OK && found.table == TABLE_ITEM) {
		e = item_row(l, &found, x);
	} else if (e == OK && found.table == TABLE_WEBHOOK) {
		e = webhook_row(l, &found, x);
	}
	/* of a queue that has no other rows: since when it stands there */
	for (unsigned i = 0; i < SOURCES_MAX; i++)
		own |= l->q->sources[i].table == TABLE_QUEUE && str_eq(str_of(l->q->sources[i].state), name);
	if (own && is_of_snoozed(l))
		x->due_at = row->rank;
	else if (own)
		x->since_at = row->rank;
	*ret_in = e == OK;
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err upstream_row(struct listing *l, const struct row *row, struct entry *x)
{
	struct upstream_case u = { 0 };
	struct casefile c;
	struct row found;
	enum err e = field_decode(l->a, row->body, upstream_case_fields, &u, l->c->why);
	if (e)
		return e;
	e = u.number ? fold_find_case(&l->c->j->fold, u.number, &c, &found, l->c->why) : ERR_NOTFOUND;
	if (e == OK)
		of_case(l, &c, x);
	x->yours |= e == ERR_NOTFOUND;
	x->away = false;
	x->key = row->key;
	x->since_at = u.received_at;
	x->due_at = u.due_at;
	x->what = str_format(l->a, "%.*s waits for the result of its %.*s", STR_ARG(u.upstream), STR_ARG(u.reference));
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err erasure_row(struct listing *l, const struct row *row, struct entry *x, bool *ret_in)
{
	struct erasure a = { 0 };
	*ret_in = false;
	if (str_eq(row->key, STR("purge")))
		return OK;
	enum err e = field_decode(l->a, row->body, erasure_fields, &a, l->c->why);
	*ret_in = e == OK && a.phase == ERASURE_ASKED && a.asker_count;
	if (!*ret_in)
		return e;
	/* whose is for the two who ask to know */
	x->what = str_format(l->a, "an erasure that %.*s asked for", STR_ARG(a.askers[0]));
	x->by = a.askers[0];
	x->since_at = a.asked_at;
	x->due_at = row->due_at;
	x->yours = !str_eq(a.askers[0], l->c->who);
	x->bars = x->yours ? STR_NONE : STR("you have asked for it; another person has to");
	return OK;
}

static enum err read_row(struct listing *l, const struct row *row, struct entry *x, bool *ret_in)
{
	struct act act = { 0 };
	enum err e = OK;
	switch (row->table) {
	case TABLE_CASE: return case_row(l, row, x, ret_in);
	case TABLE_QUEUE: return queue_row(l, row, x, ret_in);
	case TABLE_ITEM: return item_row(l, row, x);
	case TABLE_PARKED:
		/* what is over a cap ranks last, and has a queue of its own */
		*ret_in = l->q->sources[0].state || !str_eq(row->state, OVER_CAP_STATE);
		return parked_row(l, row, x);
	case TABLE_UPSTREAM: return upstream_row(l, row, x);
	case TABLE_ERASURE: return erasure_row(l, row, x, ret_in);
	default:
		e = field_decode(l->a, row->body, act_fields, &act, l->c->why);
		return e ? e : act_row(l, &act, x);
	}
}

static enum err read_entry(struct listing *l, const struct row *row, struct entry *x, bool *ret_in)
{
	*x = (struct entry){ .since_at = TIME_NONE, .due_at = TIME_NONE };
	*ret_in = true;
	enum err e = read_row(l, row, x, ret_in);
	*ret_in &= x->away == is_of_snoozed(l);
	/* what stands first has been told */
	if (row->table == TABLE_CASE || row->table == TABLE_ACT || row->table == TABLE_PARKED || row->table == TABLE_ITEM)
		*ret_in &= x->urgency == URGENCY_NONE;
	return e;
}

static void put_entry(struct jsonw *w, const struct entry *x)
{
	jsonw_object(w, NULL);
	if (x->number[0])
		jsonw_str(w, "case", str_of(x->number));
	jsonw_bool(w, "sealed", x->sealed);
	jsonw_str(w, "first", x->urgency ? str_of(urgency_words[x->urgency]) : STR_NONE);
	jsonw_str(w, "state", x->state);
	jsonw_time(w, "since", x->since_at);
	jsonw_time(w, "due", x->due_at);
	if (!x->sealed || !x->number[0])
		jsonw_str(w, "key", x->key);
	if (!x->sealed) {
		jsonw_str(w, "customer", x->customer);
		jsonw_str(w, "clause", x->clause);
		jsonw_str(w, "what", x->what);
		jsonw_str(w, "reason", x->reason);
		jsonw_str(w, "by", x->by);
		jsonw_bool(w, "act", x->act);
	}
	jsonw_bool(w, "yours", x->yours);
	jsonw_str(w, "needs", x->bars);
	jsonw_end(w, '}');
}

/* How often each reason stands in a queue, up to REASONS_MAX of them. */
struct tally {
	struct str reason[REASONS_MAX];
	int64_t count[REASONS_MAX];
	unsigned n;
};

static void tally_up(struct tally *t, struct str reason)
{
	unsigned i = 0;
	while (i < t->n && !str_eq(t->reason[i], reason))
		i++;
	if (!reason.len || i == REASONS_MAX)
		return;
	if (i == t->n) {
		t->reason[t->n] = reason;
		t->count[t->n++] = 0;
	}
	t->count[i]++;
}

static void put_tally(struct jsonw *w, const struct tally *t)
{
	jsonw_array(w, "reasons");
	for (unsigned i = 0; i < t->n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "reason", str_sub(t->reason[i], 0, t->reason[i].len < REASON_BYTES_MAX ? t->reason[i].len : REASON_BYTES_MAX));
		jsonw_int(w, "count", t->count[i]);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static enum err count_queue(struct listing *l)
{
	struct commanding *c = l->c;
	struct tally t = { .n = 0 };
	int64_t count = 0, first = 0, yours = 0, oldest = TIME_NONE;
	struct origin from;
	bool more = false, by_due = l->q->sources[0].due;
	enum err e = OK;
	for (unsigned s = 0; e == OK && s < STEPS; s++) {
		if (!step_at(l, s, &from))
			continue;
		struct query q = question(l, &from, QUERY_LIMIT_MAX);
		struct row *rows;
		size_t n = 0;
		e = c->j->driver->page(c->j->store, l->a, &q, &rows, &n, c->why);
		more |= n == QUERY_LIMIT_MAX;
		for (size_t i = 0; e == OK && i < n && !is_later(l, &rows[i]); i++) {
			struct entry x;
			bool in;
			e = read_entry(l, &rows[i], &x, &in);
			if (e || !in)
				continue;
			int64_t at = by_due ? x.due_at : x.since_at;
			count++;
			first += x.urgency != URGENCY_NONE;
			yours += x.yours;
			oldest = at != TIME_NONE && (oldest == TIME_NONE || at < oldest) ? at : oldest;
			tally_up(&t, x.reason);
		}
	}
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "name", str_of(l->q->name));
	jsonw_str(c->w, "doc", str_of(l->q->doc));
	jsonw_int(c->w, "count", count);
	jsonw_bool(c->w, "more", more);
	jsonw_int(c->w, "first", first);
	jsonw_int(c->w, "yours", yours);
	jsonw_time(c->w, "oldest", oldest);
	put_tally(c->w, &t);
	jsonw_end(c->w, '}');
	return e;
}

/* A place is "STEP RANK KEY"; of a case its number stands for the key, which names the customer. */
static enum err read_place(struct listing *l, struct str text, unsigned *ret_step, struct query *q)
{
	struct str step, rank;
	struct origin from;
	uint64_t n, number;
	if (!text.len)
		return OK;
	if (!str_split(&text, ',', &step) || str_to_u64(step, STEPS - 1, &n) != OK || !step_at(l, (unsigned)n, &from) || from.due ||
	    !str_split(&text, ',', &rank) || str_to_i64(rank, &q->after_rank) != OK)
		return why_set(l->c->why, ERR_SYNTAX, "this is no place in queue %s", l->q->name);
	*ret_step = (unsigned)n;
	q->has_after = true;
	q->after_key = text;
	if (from.table != TABLE_CASE)
		return OK;
	struct casefile c;
	struct row row;
	enum err e = case_parse(text, &number) == OK ? fold_find_case(&l->c->j->fold, number, &c, &row, l->c->why)
		: why_set(l->c->why, ERR_SYNTAX, "this is no place in queue %s", l->q->name);
	q->after_key = e ? STR_NONE : row.key;
	return e;
}

static void put_place(struct listing *l, unsigned step, const struct row *row, const struct entry *x)
{
	jsonw_str(l->c->w, "after", str_format(l->a, "%u,%lld,%.*s", step, (long long)row->rank, STR_ARG(row->table == TABLE_CASE ? str_of(x->number) : row->key)));
}

static enum err list_queue(struct listing *l, unsigned limit)
{
	struct commanding *c = l->c;
	struct query place = { 0 };
	struct origin from = { 0 };
	unsigned step = STEPS - SOURCES_MAX, shown = 0;
	enum err e = read_place(l, command_arg(c, "after"), &step, &place);
	jsonw_str(c->w, "queue", str_of(l->q->name));
	jsonw_array(c->w, "rows");
	struct row last = { 0 };
	struct entry last_entry = { .since_at = TIME_NONE };
	for (; e == OK && shown < limit && step < STEPS; step = shown < limit ? step_behind(step) : step) {
		if (!step_at(l, step, &from))
			continue;
		struct query q = question(l, &from, limit - shown);
		struct row *rows;
		size_t n = 0;
		if (place.has_after) {
			q.has_after = true;
			q.after_rank = place.after_rank;
			q.after_key = place.after_key;
		}
		place.has_after = false;
		e = c->j->driver->page(c->j->store, l->a, &q, &rows, &n, c->why);
		for (size_t i = 0; e == OK && i < n && !is_later(l, &rows[i]); i++, shown++) {
			struct entry x;
			bool in;
			e = read_entry(l, &rows[i], &x, &in);
			if (e == OK && in)
				put_entry(c->w, &x);
			last = rows[i];
			last_entry = x;
		}
	}
	jsonw_end(c->w, ']');
	if (e == OK && shown == limit && from.due)
		jsonw_bool(c->w, "more", true);
	else if (e == OK && shown == limit)
		put_place(l, step, &last, &last_entry);
	return e;
}

enum err cmd_queue(struct commanding *c)
{
	struct str name = command_arg(c, "queue"), within = command_arg(c, "within");
	int64_t limit = json_int(c->root, "limit", LIMIT_DEFAULT);
	struct arena_mark mark = arena_mark(c->j->scratch);
	struct listing l = { .c = c, .within_us = DAY_US, .a = c->j->scratch };
	bool known = !name.len;
	if (within.len && (span_parse(within, &l.within_us) != OK || l.within_us < 0))
		return why_set(c->why, ERR_SYNTAX, "within which time? a span such as 24h");
	if (limit < 1 || limit > QUERY_LIMIT_MAX)
		return why_set(c->why, ERR_RANGE, "a page has 1 to %d rows", QUERY_LIMIT_MAX);
	enum err e = OK;
	if (!name.len)
		jsonw_array(c->w, "queues");
	for (size_t i = 0; e == OK && i < sizeof(queues) / sizeof(queues[0]); i++) {
		l.q = &queues[i];
		if (!name.len)
			e = count_queue(&l);
		else if (str_eq(name, str_of(queues[i].name)))
			e = list_queue(&l, (unsigned)limit);
		known |= str_eq(name, str_of(queues[i].name));
		arena_rewind(c->j->scratch, mark);
	}
	if (!name.len)
		jsonw_end(c->w, ']');
	return e || known ? e : why_set(c->why, ERR_NOTFOUND, "there is no queue %.*s", STR_ARG(name));
}
