/*
 * What the desk reads. See desk_read.h. A sealed case shows its number, state and time, and nothing else.
 */
#include "aupd/desk_read.h"

#include "base/clock.h"
#include "base/json.h"
#include "model/act.h"
#include "model/case.h"
#include "model/item.h"

enum { ANSWER_BYTES_MAX = 64 << 20, STORY_MAX = 1000 };

void desk_store_close(struct desk_store *d)
{
	if (d->store)
		d->driver->close(d->store);
	d->store = NULL;
}

static struct query query_of(struct http_request *r, enum table t)
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

static bool sealed_body(const struct row *row)
{
	return row->table == TABLE_CASE && str_eq(row->state, STR("sealed"));
}

static void put_row(struct jsonw *w, const struct row *row)
{
	char number[CASE_TEXT_MAX];
	jsonw_object(w, NULL);
	jsonw_str(w, "key", sealed_body(row) ? STR("sealed") : row->key);
	if (row->table == TABLE_CASE) {
		case_text((uint64_t)row->rank, number);
		jsonw_str(w, "case", str_of(number));
	}
	jsonw_str(w, "state", row->state);
	jsonw_time(w, "due", row->due_at);
	if (!sealed_body(row))
		jsonw_raw(w, "body", row->body);
	jsonw_end(w, '}');
}

static enum err list(struct desk_store *d, struct http_request *r, enum table t, struct jsonw *w, struct why *why)
{
	struct query q = query_of(r, t);
	struct row *rows;
	size_t n;
	enum err e = d->driver->page(d->store, r->arena, &q, &rows, &n, why);
	if (e)
		return e;
	jsonw_array(w, "rows");
	for (size_t i = 0; i < n; i++)
		put_row(w, &rows[i]);
	jsonw_end(w, ']');
	if (n == q.limit)
		jsonw_str(w, "after", str_format(r->arena, "%lld,%.*s", (long long)rows[n - 1].rank, STR_ARG(rows[n - 1].key)));
	return OK;
}

static enum err all_of(struct desk_store *d, struct http_request *r, const struct query *q, const char *name, struct jsonw *w, struct why *why)
{
	struct row *rows;
	size_t n;
	enum err e = d->driver->page(d->store, r->arena, q, &rows, &n, why);
	jsonw_array(w, name);
	for (size_t i = 0; e == OK && i < n; i++)
		jsonw_raw(w, NULL, rows[i].body);
	jsonw_end(w, ']');
	return e;
}

static enum err one_case(struct desk_store *d, struct http_request *r, struct str text, struct jsonw *w, struct why *why)
{
	uint64_t number;
	char name[CASE_TEXT_MAX];
	struct row rows[1];
	if (case_parse(text, &number) != OK)
		return why_set(why, ERR_SYNTAX, "no case number");
	struct row_key index = { TABLE_COUNTER, str_format(r->arena, "number/%llu", (unsigned long long)number) };
	enum err e = d->driver->load(d->store, r->arena, &index, 1, rows, why);
	if (e == OK && !rows[0].version)
		return why_set(why, ERR_NOTFOUND, "there is no such case");
	struct row_key key = { TABLE_CASE, rows[0].body };
	if (e == OK)
		e = d->driver->load(d->store, r->arena, &key, 1, rows, why);
	if (e)
		return e;
	case_text(number, name);
	jsonw_str(w, "case", str_of(name));
	jsonw_str(w, "state", rows[0].state);
	if (str_eq(rows[0].state, STR("sealed")))
		return OK;
	jsonw_raw(w, "body", rows[0].body);
	struct query events = { .table = TABLE_CASE_EVENT, .due_by = TIME_NONE, .limit = STORY_MAX,
		.key_prefix = str_format(r->arena, "%llu/", (unsigned long long)number) };
	struct query acts = { .table = TABLE_ACT, .due_by = TIME_NONE, .limit = STORY_MAX, .owner = str_of(name) };
	e = all_of(d, r, &events, "events", w, why);
	return e ? e : all_of(d, r, &acts, "acts", w, why);
}

static enum err one_row(struct desk_store *d, struct http_request *r, enum table t, struct str key, struct jsonw *w, struct why *why)
{
	struct row row;
	struct row_key k = { t, key };
	enum err e = d->driver->load(d->store, r->arena, &k, 1, &row, why);
	if (e == OK && !row.version)
		return why_set(why, ERR_NOTFOUND, "there is no such row");
	if (e == OK)
		jsonw_raw(w, "row", row.body);
	return e;
}

static enum err ignores(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why)
{
	struct row row;
	struct row_key k = { TABLE_IGNORE, STR("rules") };
	enum err e = d->driver->load(d->store, r->arena, &k, 1, &row, why);
	if (e == OK && row.version)
		jsonw_raw(w, "row", row.body);
	return e;
}

static const struct { const char *name; enum table table; const char *state; } counted[] = { { "cases", TABLE_CASE, NULL }, { "cases_open", TABLE_CASE, "open" },
	{ "cases_review", TABLE_CASE, "review" }, { "cases_paused", TABLE_CASE, "paused" }, { "items_waiting", TABLE_ITEM, "waiting" },
	{ "parked", TABLE_PARKED, NULL }, { "acts_held", TABLE_ACT, "held" }, { "acts_queued", TABLE_ACT, "queued" }, { "acts_sent", TABLE_ACT, "sent" },
	{ "acts_undoing", TABLE_ACT, "undoing" }, { "acts_unclear", TABLE_ACT, "unclear" }, { "entities", TABLE_ENTITY, NULL }, { "policies", TABLE_POLICY, NULL },
	{ "records", TABLE_RECORD, NULL } };

static enum err counts(struct desk_store *d, struct jsonw *w, struct why *why)
{
	enum err e = OK;
	for (size_t i = 0; e == OK && i < sizeof(counted) / sizeof(counted[0]); i++) {
		uint64_t n = 0;
		e = d->driver->count(d->store, counted[i].table, counted[i].state ? str_of(counted[i].state) : STR_NONE, &n, why);
		jsonw_int(w, counted[i].name, (int64_t)n);
	}
	int64_t due = TIME_NONE;
	if (e == OK)
		e = d->driver->next_due(d->store, &due, why);
	jsonw_bool(w, "judge_linked", d->has_judge);
	jsonw_time(w, "next_due", due);
	jsonw_bool(w, "due_now", due != TIME_NONE && due <= clock_wall_at());
	return e;
}

static enum err metrics(struct desk_store *d, struct http_request *r, struct str *ret_body, struct why *why)
{
	struct buf b;
	enum err e = OK;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; e == OK && i < sizeof(counted) / sizeof(counted[0]); i++) {
		uint64_t n = 0;
		e = d->driver->count(d->store, counted[i].table, counted[i].state ? str_of(counted[i].state) : STR_NONE, &n, why);
		buf_printf(&b, "# TYPE aupd_%s gauge\naupd_%s %llu\n", counted[i].name, counted[i].name, (unsigned long long)n);
	}
	buf_puts(&b, "# EOF\n");
	*ret_body = str_copy(r->arena, buf_str(&b));
	buf_done(&b);
	return e;
}

static enum err route(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why)
{
	static const struct { const char *path; enum table table; } lists[] = { { "/v1/cases", TABLE_CASE }, { "/v1/intake", TABLE_ITEM }, { "/v1/acts", TABLE_ACT },
		{ "/v1/registry", TABLE_ENTITY }, { "/v1/records", TABLE_RECORD }, { "/v1/parked", TABLE_PARKED }, { "/v1/lookups", TABLE_ATTRIBUTION } };
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (str_eq(r->path, str_of(lists[i].path)))
			return list(d, r, lists[i].table, w, why);
	if (str_starts(r->path, STR("/v1/cases/")))
		return one_case(d, r, str_sub(r->path, 10, r->path.len), w, why);
	if (str_starts(r->path, STR("/v1/intake/")))
		return one_row(d, r, TABLE_ITEM, str_sub(r->path, 11, r->path.len), w, why);
	if (str_starts(r->path, STR("/v1/registry/")))
		return one_row(d, r, TABLE_ENTITY, str_sub(r->path, 13, r->path.len), w, why);
	if (str_eq(r->path, STR("/v1/ignores")))
		return ignores(d, r, w, why);
	if (str_starts(r->path, STR("/v1/receipts/")))
		return one_row(d, r, TABLE_RECEIPT, str_sub(r->path, 13, r->path.len), w, why);
	if (str_starts(r->path, STR("/v1/policies/")))
		return one_row(d, r, TABLE_POLICY, str_sub(r->path, 13, r->path.len), w, why);
	if (str_eq(r->path, STR("/v1/status")))
		return counts(d, w, why);
	return why_set(why, ERR_NOTFOUND, "there is no such path");
}

enum err desk_read(struct desk_store *d, struct http_request *r, struct str *ret_body, struct why *why)
{
	struct buf b;
	struct jsonw w;
	enum err e = d->store ? OK : d->driver->open(d->data_fd, d->name, STORE_READ, &d->store, why);
	if (e)
		return e == ERR_NOTFOUND ? ERR_AGAIN : e;
	if (str_eq(r->path, STR("/metrics")))
		return metrics(d, r, ret_body, why);
	buf_init(&b, ANSWER_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	e = route(d, r, &w, why);
	jsonw_end(&w, '}');
	if (e == OK && b.err)
		e = why_set(why, b.err, "the answer is too long");
	if (e == OK)
		*ret_body = str_copy(r->arena, buf_str(&b));
	buf_done(&b);
	return e;
}
