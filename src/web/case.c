/*
 * Cases for operators: lists with filters, one case with its story, what happened lately.
 *
 * A case of the sealed class shows its number, state and time in every state it has, and nothing else; of its events only
 * that there was one.
 */
#include "web/call.h"

#include "base/clock.h"
#include "engine/reasons.h"
#include "web/presence.h"

enum { SCAN_MAX = 5000, STORY_PAGE = 500, REPORTERS_TOLD_MAX = 1000 };

struct filter {
	struct str clause, group, assigned, reseller, severity;
	uint32_t flag;
	bool awake;             /* none that is put away */
	int64_t since;          /* TIME_NONE: whenever it was opened */
	int64_t now;
	bool tells;             /* whoever asks would learn more of a case than its number, state and time */
};

static enum err read_filter(const struct web_call *call, struct filter *f)
{
	static const struct { const char *name; uint32_t flag; } flags[] = { { "do-not-tell", CASE_DO_NOT_TELL }, { "hold", CASE_HOLD }, { "counsel", CASE_COUNSEL },
		{ "emergency", CASE_EMERGENCY }, { "appealed", CASE_APPEALED }, { "bounced", CASE_NOTICE_BOUNCED }, { "advice", CASE_ADVICE },
		{ "corrected", CASE_CORRECTED } };
	struct str flag = call_value(call, "flag");
	*f = (struct filter){ .clause = call_value(call, "clause"), .group = call_value(call, "group"), .assigned = call_value(call, "assigned"),
		.reseller = call_value(call, "reseller"), .severity = call_value(call, "severity"), .now = clock_wall_at(), .since = TIME_NONE };
	if (call_value(call, "since").len && time_parse(call_value(call, "since"), &f->since) != OK)
		return why_set(call->why, ERR_SYNTAX, "since when? a time such as 2026-03-01T00:00:00Z");
	f->tells = f->clause.len || f->severity.len || f->group.len || f->reseller.len || f->assigned.len || flag.len || call_value(call, "owner").len || call_value(call, "tenant").len ||
		call_value(call, "prefix").len;
	for (size_t i = 0; flag.len && i < sizeof(flags) / sizeof(flags[0]); i++)
		if (str_eq(flag, str_of(flags[i].name)))
			f->flag = flags[i].flag;
	return flag.len && !f->flag ? why_set(call->why, ERR_SYNTAX, "there is no flag %.*s", STR_ARG(flag)) : OK;
}

static bool fits(const struct casefile *c, const struct filter *f)
{
	bool below = !f->reseller.len;
	for (unsigned i = 0; i < c->reseller_count; i++)
		below |= str_eq(c->resellers[i], f->reseller);
	/* what is sealed is found by nothing that it says, nor by whose it is */
	if (f->tells && c->flags & CASE_SEALED_CLASS)
		return false;
	/* what falls due first is what is to be done first */
	if (c->opened_at < f->since || (f->awake && case_is_snoozed(c, f->now)))
		return false;
	return below && (!f->severity.len || str_eq(str_of(severity_words[c->severity]), f->severity)) &&
		(!f->clause.len || str_eq(c->clause, f->clause)) && (!f->group.len || str_eq(c->group, f->group)) &&
		(!f->assigned.len || str_eq(c->assigned, f->assigned)) && (!f->flag || c->flags & f->flag);
}

/* Different ones, of the incidents that the case still holds against each other. */
static unsigned reporters_of(struct arena *a, const struct casefile *c)
{
	struct arena_mark mark = arena_mark(a);
	struct str *seen = ARENA_ARRAY(a, struct str, REPORTERS_TOLD_MAX);
	unsigned n = 0;
	for (unsigned i = 0; seen && i < c->recent_count; i++)
		for (unsigned k = 0; k < c->recent[i].witness_count && n < REPORTERS_TOLD_MAX; k++) {
			unsigned m = 0;
			while (m < n && !str_eq(seen[m], c->recent[i].witnesses[k]))
				m++;
			if (m == n)
				seen[n++] = c->recent[i].witnesses[k];
		}
	/* a page has up to QUERY_LIMIT_MAX rows */
	arena_rewind(a, mark);
	return n;
}

/* How much of the time to the next step is over, and how much is left. */
static void put_left(struct jsonw *w, const struct casefile *c, int64_t due_at)
{
	int64_t now = clock_wall_at(), since = c->ladder_started_at != TIME_NONE && c->ladder_started_at > c->opened_at ? c->ladder_started_at : c->opened_at;
	if (due_at == TIME_NONE)
		return;
	int64_t used = due_at <= now ? 100 : due_at <= since || now <= since ? 0 : (now - since) / ((due_at - since) / 100 + 1);
	jsonw_int(w, "used", used < 100 || due_at <= now ? used : 100);
	jsonw_int(w, "left", due_at > now ? (due_at - now) / SECOND_US : 0);
	jsonw_int(w, "late", due_at > now ? 0 : (now - due_at) / SECOND_US);
}

static void put_snoozed(struct jsonw *w, const struct casefile *c)
{
	if (case_is_snoozed(c, clock_wall_at()))
		jsonw_time(w, "snoozed", c->snoozed_until_at);
}

static void put_case(const struct web_call *call, const struct row *row, const struct casefile *c)
{
	char number[CASE_TEXT_MAX];
	struct jsonw *w = call->w;
	bool sealed = c->flags & CASE_SEALED_CLASS;
	case_text(c->number, number);
	jsonw_object(w, NULL);
	jsonw_str(w, "key", sealed ? STR("sealed") : row->key);
	jsonw_str(w, "case", str_of(number));
	jsonw_str(w, "state", row->state);
	jsonw_time(w, "opened", c->opened_at);
	jsonw_time(w, "due", row->due_at);
	put_left(w, c, row->due_at);
	put_snoozed(w, c);
	if (!sealed) {
		presence_put(call->web->presence, c->number, &call->who, w);
		jsonw_int(w, "reporters", reporters_of(call->arena, c));
		jsonw_raw(w, "body", row->body);
	}
	jsonw_end(w, '}');
}

/* A place in the list is the number of a case: a row's key names the customer, which a sealed one must not. */
static enum err read_place(const struct web_call *call, struct query *q)
{
	struct row row;
	struct casefile c;
	struct str after = call_value(call, "after");
	enum err e = after.len ? view_case(&call->view, after, &row, &c, call->why) : OK;
	q->has_after = after.len;
	if (e || !after.len)
		return e;
	q->after_rank = row.rank;
	q->after_key = row.key;
	return OK;
}

static enum err number_of(const struct web_call *call, const struct row *row, struct str *ret_text)
{
	char number[CASE_TEXT_MAX];
	struct casefile c = { 0 };
	enum err e = field_decode(call->arena, row->body, casefile_fields, &c, call->why);
	case_text(c.number, number);
	*ret_text = str_copy(call->arena, str_of(number));
	return e;
}

/* Those that are put away, by when they come back: along a queue's rows (engine/queue.h), of which those whose time is over say nothing. */
static enum err read_snoozed(struct web_call *call, const struct filter *f)
{
	struct query q = { .table = TABLE_QUEUE, .state = STR("snoozed"), .due_by = TIME_NONE, .has_after = true, .after_rank = f->now, .limit = QUERY_LIMIT_MAX };
	struct str place = call_value(call, "after"), last = STR_NONE;
	unsigned wanted = call_query(call, TABLE_CASE).limit, shown = 0;
	struct row *rows, row;
	struct casefile c;
	size_t n = QUERY_LIMIT_MAX, seen = 0;
	enum err e = place.len ? view_case(&call->view, place, &row, &c, call->why) : OK;
	if (e == OK && place.len) {
		q.after_rank = c.snoozed_until_at > f->now ? c.snoozed_until_at : f->now;
		q.after_key = str_format(call->arena, "snoozed/%llu", (unsigned long long)c.number);
	}
	jsonw_array(call->w, "rows");
	while (e == OK && n == q.limit && shown < wanted && seen < SCAN_MAX) {
		e = view_page(&call->view, &q, &rows, &n, call->why);
		for (size_t i = 0; e == OK && i < n && shown < wanted; i++, seen++) {
			struct str number = rows[i].key, state;
			(void)str_split(&number, '/', &state);
			e = view_case(&call->view, number, &row, &c, call->why);
			if (e == OK && fits(&c, f) && (!call_value(call, "owner").len || str_eq(c.customer, call_value(call, "owner")))) {
				put_case(call, &row, &c);
				shown++;
			}
			e = e == ERR_NOTFOUND || e == ERR_AGAIN ? OK : e;
			last = number;
			q.after_rank = rows[i].rank;
			q.after_key = rows[i].key;
		}
	}
	jsonw_end(call->w, ']');
	if (e == OK && last.len && (n == q.limit || shown == wanted))
		jsonw_str(call->w, "after", str_format(call->arena, "C-%.*s", STR_ARG(last)));
	return e;
}

enum err read_cases(struct web_call *call)
{
	struct query q = call_query(call, TABLE_CASE);
	struct jsonw *w = call->w;
	struct filter f;
	struct row *rows, last = { 0 };
	unsigned wanted = q.limit, shown = 0;
	size_t n = 0, seen = 0;
	bool more = true;
	enum err e = read_filter(call, &f);
	if (e == OK && str_eq(q.state, STR("snoozed")))
		return read_snoozed(call, &f);
	if (e == OK)
		e = read_place(call, &q);
	/* what falls due first: one page, behind which there is none */
	bool by_due = str_eq(call_value(call, "sort"), STR("due"));
	if (e == OK && by_due && q.has_after)
		e = why_set(call->why, ERR_SYNTAX, "what falls due first is one page: there is none behind it");
	f.awake = by_due;
	if (by_due)
		q.due_by = INT64_MAX;
	q.limit = wanted < QUERY_LIMIT_MAX / 4 && !by_due ? wanted * 4 : QUERY_LIMIT_MAX;
	jsonw_array(w, "rows");
	while (e == OK && more && shown < wanted && seen < SCAN_MAX) {
		e = view_page(&call->view, &q, &rows, &n, call->why);
		for (size_t i = 0; e == OK && i < n && shown < wanted; i++, seen++) {
			struct casefile c = { 0 };
			last = rows[i];
			e = field_decode(call->arena, rows[i].body, casefile_fields, &c, call->why);
			if (e || !fits(&c, &f))
				continue;
			put_case(call, &rows[i], &c);
			shown++;
		}
		/* behind this one all are older */
		bool older = n && rows[n - 1].rank < f.since;
		more = e == OK && n == q.limit && !by_due && !older;
		q.has_after = true;
		q.after_rank = last.rank;
		q.after_key = last.key;
	}
	jsonw_end(w, ']');
	struct str place;
	if (e == OK && by_due)
		jsonw_bool(w, "more", n == q.limit);
	if (e == OK && last.key.len && !by_due && (more || shown == wanted) && (e = number_of(call, &last, &place)) == OK)
		jsonw_str(w, "after", place);
	return e;
}

static enum err put_all(const struct web_call *call, struct str text, const struct query *q, const char *name, struct row *ret_last, size_t *ret_count)
{
	struct row *rows;
	size_t n = 0;
	enum err e = view_of_case(&call->view, text, q, &rows, &n, call->why);
	jsonw_array(call->w, name);
	for (size_t i = 0; e == OK && i < n; i++)
		jsonw_raw(call->w, NULL, rows[i].body);
	jsonw_end(call->w, ']');
	if (e == OK && n)
		*ret_last = rows[n - 1];
	*ret_count = n;
	return e;
}

enum err read_case(struct web_call *call)
{
	char name[CASE_TEXT_MAX];
	struct row row, last;
	struct casefile c;
	struct str text = call_value(call, "case");
	size_t n;
	enum err e = view_case(&call->view, text, &row, &c, call->why);
	if (e)
		return e;
	case_text(c.number, name);
	jsonw_str(call->w, "case", str_of(name));
	jsonw_str(call->w, "state", row.state);
	if (c.flags & CASE_SEALED_CLASS)
		return OK;
	jsonw_time(call->w, "due", row.due_at);
	put_left(call->w, &c, row.due_at);
	put_snoozed(call->w, &c);
	presence_put(call->web->presence, c.number, &call->who, call->w);
	jsonw_raw(call->w, "body", row.body);
	struct query events = call_query(call, TABLE_CASE_EVENT);
	events.descending = false;
	events.limit = STORY_PAGE;
	e = put_all(call, text, &events, "events", &last, &n);
	if (e == OK && n == STORY_PAGE)
		call_after(call, &last);
	const struct query acts = { .table = TABLE_ACT, .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX };
	return e ? e : put_all(call, text, &acts, "acts", &last, &n);
}

/* Events carry no mark of the class: their case says. */
static enum err sealed_case(const struct web_call *call, uint64_t number, bool *ret_sealed, struct casefile *ret_case)
{
	struct row row;
	struct casefile c = { 0 };
	enum err e = view_case(&call->view, str_format(call->arena, "%llu", (unsigned long long)number), &row, &c, call->why);
	*ret_sealed = e != OK || c.flags & CASE_SEALED_CLASS;
	*ret_case = c;
	return e == ERR_NOTFOUND || e == ERR_AGAIN ? OK : e;
}

/* Of an act that restricts: which it is, what it does, and what part machines had in the decision. */
static enum err put_act(struct web_call *call, const struct case_event *event, const struct casefile *of)
{
	static const char *const decided[] = { [DECIDED_BY_RULE] = "fully", [DECIDED_BY_BOTH] = "partially", [DECIDED_BY_PERSON] = "not" };
	struct act act = { 0 };
	struct row row;
	/* a person is also told to take back */
	if (!event->act.len || (event->type != EVENT_ACT_DONE && (event->type != EVENT_TASK || str_starts(event->text, STR("take back: ")))))
		return OK;
	enum err e = view_load(&call->view, TABLE_ACT, event->act, &row, call->why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	e = field_decode(call->arena, row.body, act_fields, &act, call->why);
	if (e || !reasons_needed(&act))
		return e;
	jsonw_str(call->w, "act", act.key);
	jsonw_str(call->w, "measure", str_of(verb_words[act.verb]));
	jsonw_str(call->w, "decided", str_of(decided[reasons_decided(of, &act)]));
	return OK;
}

enum err read_events(struct web_call *call)
{
	struct query q = call_query(call, TABLE_CASE_EVENT);
	struct jsonw *w = call->w;
	struct row *rows;
	size_t n = 0;
	/* with a place to begin at: onwards from there; without one the latest */
	q.descending = !q.has_after;
	enum err e = view_page(&call->view, &q, &rows, &n, call->why);
	jsonw_array(w, "events");
	for (size_t i = 0; e == OK && i < n; i++) {
		const struct row *row = &rows[q.descending ? n - 1 - i : i];
		struct case_event event = { 0 };
		struct casefile of;
		char name[CASE_TEXT_MAX];
		bool sealed = true;
		e = field_decode(call->arena, row->body, case_event_fields, &event, call->why);
		if (e == OK)
			e = sealed_case(call, event.number, &sealed, &of);
		case_text(event.number, name);
		jsonw_object(w, NULL);
		jsonw_str(w, "key", row->key);
		jsonw_str(w, "place", str_format(call->arena, "%lld,%.*s", (long long)row->rank, STR_ARG(row->key)));
		jsonw_str(w, "case", str_of(name));
		jsonw_time(w, "at", event.at);
		jsonw_str(w, "type", str_of(case_event_words[event.type]));
		if (!sealed) {
			jsonw_str(w, "actor", event.actor);
			jsonw_str(w, "text", event.text);
			jsonw_str(w, "clause", event.clause);
			jsonw_str(w, "policy", event.policy);
			jsonw_time(w, "opened", of.opened_at);
			if (event.told) {
				jsonw_str(w, "kind", str_of(kind_words[event.kind]));
				jsonw_str(w, "told", str_of(teller_words[event.told]));
			}
			e = put_act(call, &event, &of);
		}
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	return e;
}
