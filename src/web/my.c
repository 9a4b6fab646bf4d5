/*
 * What a reseller, a customer and a reporter see: their own, with the least that they need.
 *
 * Of a case its number, state, clause, times and what is in force; of what happened the kind and the time. Never who reported, what
 * operators wrote, or anything of another customer. The fence is the view's; nothing here looks who asks.
 */
#include "engine/asked.h"
#include "model/act.h"
#include "web/call.h"

enum { STORY_MAX = 500 };

/* The kinds of events that somebody outside sees. */
static const bool told[] = { [EVENT_OPENED] = true, [EVENT_STEP] = true, [EVENT_ACT_DONE] = true, [EVENT_ACT_LIFTED] = true, [EVENT_LETTER] = true,
	[EVENT_ANSWER] = true, [EVENT_PAUSED] = true, [EVENT_RESUMED] = true, [EVENT_RESOLVED] = true, [EVENT_REOPENED] = true, [EVENT_MERGED] = true,
	[EVENT_EMERGENCY] = true, [EVENT_REVIEWED] = true, [EVENT_APPEAL] = true, [EVENT_UNDONE] = true, [EVENT_FIXED] = true, [EVENT_CORRECTED] = false };

enum err read_my(struct web_call *c)
{
	jsonw_str(c->w, "scope", str_of(scope_words[c->who.scope]));
	jsonw_str(c->w, "id", c->who.id);
	return OK;
}

static void put_case(const struct web_call *call, const struct casefile *c)
{
	char name[CASE_TEXT_MAX];
	struct jsonw *w = call->w;
	int64_t by_at;
	enum asked asked = asked_of(c, &by_at);
	case_text(c->number, name);
	jsonw_str(w, "case", str_of(name));
	jsonw_str(w, "customer", c->customer);
	jsonw_str(w, "service", c->service);
	jsonw_str(w, "state", str_of(case_state_words[c->state]));
	jsonw_str(w, "clause", c->clause);
	jsonw_str(w, "severity", str_of(severity_words[c->severity]));
	jsonw_str(w, "role", str_of(part_words[c->role]));
	jsonw_str(w, "content", str_of(part_words[c->content]));
	jsonw_int(w, "reports", (int64_t)c->report_count);
	jsonw_time(w, "opened", c->opened_at);
	jsonw_time(w, "last_event", c->last_event_at);
	jsonw_str(w, "asked", str_of(asked_words[asked]));
	jsonw_time(w, "asked_by", by_at);
	jsonw_time(w, "fix_by", c->fix_by_at);
	jsonw_time(w, "appeal_until", c->appeal_until_at);
	jsonw_time(w, "resolved", c->resolved_at);
	jsonw_bool(w, "answered", c->answered);
	jsonw_bool(w, "appealed", c->flags & CASE_APPEALED);
}

static enum err read_place(const struct web_call *call, struct query *q)
{
	struct row row;
	struct casefile c;
	struct str after = call_value(call, "after");
	if (!after.len)
		return OK;
	enum err e = view_case(&call->view, after, &row, &c, call->why);
	if (e)
		return e;
	q->has_after = true;
	q->after_rank = row.rank;
	q->after_key = row.key;
	return OK;
}

/* The number of the last one that was shown: the key of a row says more. */
static enum err put_place(const struct web_call *call, const struct row *last)
{
	char name[CASE_TEXT_MAX];
	struct casefile c = { 0 };
	enum err e = field_decode(call->arena, last->body, casefile_fields, &c, call->why);
	case_text(c.number, name);
	jsonw_str(call->w, "after", str_of(name));
	return e;
}

static enum err put_if_seen(struct web_call *call, const struct row *row, bool *ret_shown)
{
	struct casefile c = { 0 };
	enum err e = field_decode(call->arena, row->body, casefile_fields, &c, call->why);
	*ret_shown = e == OK && principal_sees(&call->who, &c);
	if (!*ret_shown)
		return e;
	jsonw_object(call->w, NULL);
	put_case(call, &c);
	jsonw_end(call->w, '}');
	return OK;
}

enum err read_my_cases(struct web_call *call)
{
	struct query q = call_query(call, TABLE_CASE);
	struct row last;
	enum err e = read_place(call, &q);
	if (e == OK)
		e = call_list_seen(call, "cases", &q, put_if_seen, &last);
	return e == OK && last.key.len ? put_place(call, &last) : e;
}

static enum err put_events(struct web_call *call, struct str text)
{
	const struct query q = { .table = TABLE_CASE_EVENT, .due_by = TIME_NONE, .limit = STORY_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = view_of_case(&call->view, text, &q, &rows, &n, call->why);
	jsonw_array(call->w, "events");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct case_event event = { 0 };
		e = field_decode(call->arena, rows[i].body, case_event_fields, &event, call->why);
		if (e || (size_t)event.type >= sizeof(told) / sizeof(told[0]) || !told[event.type])
			continue;
		jsonw_object(call->w, NULL);
		jsonw_time(call->w, "at", event.at);
		jsonw_str(call->w, "type", str_of(case_event_words[event.type]));
		jsonw_end(call->w, '}');
	}
	jsonw_end(call->w, ']');
	return e;
}

static enum err put_in_force(struct web_call *call, struct str text)
{
	const struct query q = { .table = TABLE_ACT, .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = view_of_case(&call->view, text, &q, &rows, &n, call->why);
	jsonw_array(call->w, "in_force");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct act act = { 0 };
		e = field_decode(call->arena, rows[i].body, act_fields, &act, call->why);
		if (e || act.verb < VERB_LIMIT || act.state != ACT_DONE_ || !act.desired)
			continue;
		jsonw_object(call->w, NULL);
		jsonw_str(call->w, "verb", str_of(verb_words[act.verb]));
		jsonw_str(call->w, "service", act.service);
		jsonw_time(call->w, "until", act.expires_at);
		jsonw_end(call->w, '}');
	}
	jsonw_end(call->w, ']');
	return e;
}

enum err read_my_case(struct web_call *call)
{
	struct row row;
	struct casefile c;
	struct str text = call_value(call, "case");
	enum err e = view_case(&call->view, text, &row, &c, call->why);
	if (e)
		return e;
	put_case(call, &c);
	e = put_events(call, text);
	return e ? e : put_in_force(call, text);
}
