/*
 * Cases for the API. See desk_case.h.
 *
 * A case of the sealed class shows its number, state and time in every state it has, and nothing else; of its events only
 * that there was one.
 */
#include "aupd/desk_case.h"

#include "model/act.h"
#include "model/case.h"

enum { SCAN_MAX = 5000, STORY_PAGE = 500 };

struct query desk_query(struct http_request *r, enum table t)
{
	struct query q = { .table = t, .due_by = TIME_NONE, .limit = 50, .descending = true };
	struct str limit = http_query(r, "limit"), after = http_query(r, "after"), rank;
	uint64_t n;
	if (http_query(r, "state").len)
		q.state = http_query(r, "state");
	if (http_query(r, "owner").len)
		q.owner = http_query(r, "owner");
	if (http_query(r, "tenant").len)
		q.tenant = http_query(r, "tenant");
	if (http_query(r, "prefix").len)
		q.key_prefix = http_query(r, "prefix");
	if (str_to_u64(limit, QUERY_LIMIT_MAX, &n) == OK && n)
		q.limit = (unsigned)n;
	if (after.len && str_split(&after, ',', &rank) && str_to_i64(rank, &q.after_rank) == OK) {
		q.has_after = true;
		q.after_key = after.ptr ? after : STR("");
	}
	return q;
}

void desk_after(struct http_request *r, struct jsonw *w, const struct row *last)
{
	jsonw_str(w, "after", str_format(r->arena, "%lld,%.*s", (long long)last->rank, STR_ARG(last->key)));
}

struct filter {
	struct str clause, group, assigned, reseller;
	uint32_t flag;
	bool tells;             /* whoever asks would learn more of a case than its number, state and time */
};

static enum err read_filter(struct http_request *r, struct filter *f, struct why *why)
{
	static const struct { const char *name; uint32_t flag; } flags[] = { { "do-not-tell", CASE_DO_NOT_TELL }, { "hold", CASE_HOLD }, { "counsel", CASE_COUNSEL },
		{ "emergency", CASE_EMERGENCY }, { "appealed", CASE_APPEALED }, { "bounced", CASE_NOTICE_BOUNCED }, { "advice", CASE_ADVICE },
		{ "corrected", CASE_CORRECTED } };
	struct str flag = http_query(r, "flag");
	*f = (struct filter){ .clause = http_query(r, "clause"), .group = http_query(r, "group"), .assigned = http_query(r, "assigned"),
		.reseller = http_query(r, "reseller") };
	f->tells = f->clause.len || f->group.len || f->reseller.len || f->assigned.len || flag.len || http_query(r, "owner").len || http_query(r, "tenant").len ||
		http_query(r, "prefix").len;
	for (size_t i = 0; flag.len && i < sizeof(flags) / sizeof(flags[0]); i++)
		if (str_eq(flag, str_of(flags[i].name)))
			f->flag = flags[i].flag;
	return flag.len && !f->flag ? why_set(why, ERR_SYNTAX, "there is no flag %.*s", STR_ARG(flag)) : OK;
}

static bool fits(const struct casefile *c, const struct filter *f)
{
	bool below = !f->reseller.len;
	for (unsigned i = 0; i < c->reseller_count; i++)
		below |= str_eq(c->resellers[i], f->reseller);
	/* what is sealed is found by nothing that it says, nor by whose it is */
	if (f->tells && c->flags & CASE_SEALED_CLASS)
		return false;
	return below && (!f->clause.len || str_eq(c->clause, f->clause)) && (!f->group.len || str_eq(c->group, f->group)) &&
		(!f->assigned.len || str_eq(c->assigned, f->assigned)) && (!f->flag || c->flags & f->flag);
}

static void put_case(struct jsonw *w, const struct row *row, const struct casefile *c)
{
	char number[CASE_TEXT_MAX];
	bool sealed = c->flags & CASE_SEALED_CLASS;
	case_text(c->number, number);
	jsonw_object(w, NULL);
	jsonw_str(w, "key", sealed ? STR("sealed") : row->key);
	jsonw_str(w, "case", str_of(number));
	jsonw_str(w, "state", row->state);
	jsonw_time(w, "opened", c->opened_at);
	jsonw_time(w, "due", row->due_at);
	if (!sealed)
		jsonw_raw(w, "body", row->body);
	jsonw_end(w, '}');
}

static enum err find_case(struct desk_store *d, struct http_request *r, struct str text, struct row *ret_row, struct casefile *ret_case, struct why *why);

/* A place in the list is the number of a case: a row's key names the customer, which a sealed one must not. */
static enum err read_place(struct desk_store *d, struct http_request *r, struct query *q, struct why *why)
{
	struct row row;
	struct casefile c = { 0 };
	struct str after = http_query(r, "after");
	enum err e = after.len ? find_case(d, r, after, &row, &c, why) : OK;
	q->has_after = after.len;
	if (e || !after.len)
		return e;
	q->after_rank = row.rank;
	q->after_key = row.key;
	return OK;
}

static enum err number_of(struct http_request *r, const struct row *row, struct str *ret_text, struct why *why)
{
	char number[CASE_TEXT_MAX];
	struct casefile c = { 0 };
	enum err e = field_decode(r->arena, row->body, casefile_fields, &c, why);
	case_text(c.number, number);
	*ret_text = str_copy(r->arena, str_of(number));
	return e;
}

enum err desk_cases(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why)
{
	struct query q = desk_query(r, TABLE_CASE);
	struct filter f;
	struct row *rows, last = { 0 };
	unsigned wanted = q.limit, shown = 0;
	size_t n = 0, seen = 0;
	bool more = true;
	enum err e = read_filter(r, &f, why);
	if (e == OK)
		e = read_place(d, r, &q, why);
	q.limit = wanted < QUERY_LIMIT_MAX / 4 ? wanted * 4 : QUERY_LIMIT_MAX;
	jsonw_array(w, "rows");
	while (e == OK && more && shown < wanted && seen < SCAN_MAX) {
		e = d->driver->page(d->store, r->arena, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n && shown < wanted; i++, seen++) {
			struct casefile c = { 0 };
			last = rows[i];
			e = field_decode(r->arena, rows[i].body, casefile_fields, &c, why);
			if (e || !fits(&c, &f))
				continue;
			put_case(w, &rows[i], &c);
			shown++;
		}
		more = e == OK && n == q.limit;
		q.has_after = true;
		q.after_rank = last.rank;
		q.after_key = last.key;
	}
	jsonw_end(w, ']');
	struct str place;
	if (e == OK && last.key.len && (more || shown == wanted) && (e = number_of(r, &last, &place, why)) == OK)
		jsonw_str(w, "after", place);
	return e;
}

static enum err all_of(struct desk_store *d, struct http_request *r, const struct query *q, const char *name, struct row *ret_last, size_t *ret_count,
	struct jsonw *w, struct why *why)
{
	struct row *rows;
	size_t n = 0;
	enum err e = d->driver->page(d->store, r->arena, q, &rows, &n, why);
	jsonw_array(w, name);
	for (size_t i = 0; e == OK && i < n; i++)
		jsonw_raw(w, NULL, rows[i].body);
	jsonw_end(w, ']');
	if (e == OK && n)
		*ret_last = rows[n - 1];
	*ret_count = n;
	return e;
}

static enum err find_case(struct desk_store *d, struct http_request *r, struct str text, struct row *ret_row, struct casefile *ret_case, struct why *why)
{
	uint64_t number;
	struct row index;
	if (case_parse(text, &number) != OK)
		return why_set(why, ERR_SYNTAX, "a number such as C-4711 is needed");
	struct row_key at = { TABLE_COUNTER, str_format(r->arena, "number/%llu", (unsigned long long)number) };
	enum err e = d->driver->load(d->store, r->arena, &at, 1, &index, why);
	if (e == OK && !index.version)
		return why_set(why, ERR_NOTFOUND, "there is no case C-%llu", (unsigned long long)number);
	struct row_key key = { TABLE_CASE, index.body };
	if (e == OK)
		e = d->driver->load(d->store, r->arena, &key, 1, ret_row, why);
	if (e == OK && !ret_row->version)
		return why_set(why, ERR_AGAIN, "the case is on its way to another place; try again");
	return e ? e : field_decode(r->arena, ret_row->body, casefile_fields, ret_case, why);
}

enum err desk_case(struct desk_store *d, struct http_request *r, struct str text, struct jsonw *w, struct why *why)
{
	char name[CASE_TEXT_MAX];
	struct row row, last;
	struct casefile c = { 0 };
	size_t n;
	enum err e = find_case(d, r, text, &row, &c, why);
	if (e)
		return e;
	case_text(c.number, name);
	jsonw_str(w, "case", str_of(name));
	jsonw_str(w, "state", row.state);
	if (c.flags & CASE_SEALED_CLASS)
		return OK;
	jsonw_raw(w, "body", row.body);
	struct query events = desk_query(r, TABLE_CASE_EVENT);
	events.descending = false;
	events.limit = STORY_PAGE;
	events.owner = events.state = events.tenant = STR_NONE;
	events.key_prefix = str_format(r->arena, "%llu/", (unsigned long long)c.number);
	e = all_of(d, r, &events, "events", &last, &n, w, why);
	if (e == OK && n == STORY_PAGE)
		desk_after(r, w, &last);
	struct query acts = { .table = TABLE_ACT, .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX, .owner = str_of(name) };
	return e ? e : all_of(d, r, &acts, "acts", &last, &n, w, why);
}

/* Events carry no mark of the class: their case says. */
static enum err sealed_case(struct desk_store *d, struct http_request *r, uint64_t number, bool *ret_sealed, struct why *why)
{
	struct row row;
	struct casefile c = { 0 };
	enum err e = find_case(d, r, str_format(r->arena, "%llu", (unsigned long long)number), &row, &c, why);
	*ret_sealed = e != OK || c.flags & CASE_SEALED_CLASS;
	return e == ERR_NOTFOUND || e == ERR_AGAIN ? OK : e;
}

enum err desk_events(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why)
{
	struct query q = desk_query(r, TABLE_CASE_EVENT);
	struct row *rows;
	size_t n = 0;
	/* with a place to begin at: onwards from there; without one the latest */
	q.descending = !q.has_after;
	enum err e = d->driver->page(d->store, r->arena, &q, &rows, &n, why);
	jsonw_array(w, "events");
	for (size_t i = 0; e == OK && i < n; i++) {
		const struct row *row = &rows[q.descending ? n - 1 - i : i];
		struct case_event event = { 0 };
		char name[CASE_TEXT_MAX];
		bool sealed = true;
		e = field_decode(r->arena, row->body, case_event_fields, &event, why);
		if (e == OK)
			e = sealed_case(d, r, event.number, &sealed, why);
		case_text(event.number, name);
		jsonw_object(w, NULL);
		jsonw_str(w, "key", row->key);
		jsonw_str(w, "place", str_format(r->arena, "%lld,%.*s", (long long)row->rank, STR_ARG(row->key)));
		jsonw_str(w, "case", str_of(name));
		jsonw_time(w, "at", event.at);
		jsonw_str(w, "type", str_of(case_event_words[event.type]));
		if (!sealed) {
			jsonw_str(w, "actor", event.actor);
			jsonw_str(w, "text", event.text);
			jsonw_str(w, "clause", event.clause);
		}
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	return e;
}
