/*
 * What the desk reads. See desk_read.h.
 */
#include "aupd/desk_read.h"

#include "aupd/desk_case.h"
#include "base/clock.h"
#include "model/case.h"

enum { ANSWER_BYTES_MAX = 64 << 20 };

void desk_store_close(struct desk_store *d)
{
	if (d->store)
		d->driver->close(d->store);
	d->store = NULL;
}

static void put_row(struct jsonw *w, const struct row *row)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "key", row->key);
	jsonw_str(w, "state", row->state);
	jsonw_time(w, "due", row->due_at);
	/* a record is canonical text */
	if (row->table == TABLE_RECORD)
		jsonw_str(w, "body", row->body);
	else
		jsonw_raw(w, "body", row->body);
	jsonw_end(w, '}');
}

static enum err list(struct desk_store *d, struct http_request *r, enum table t, struct jsonw *w, struct why *why)
{
	struct query q = desk_query(r, t);
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
		desk_after(r, w, &rows[n - 1]);
	return OK;
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

/* What the judge tells of bindings: numbers and times; NULL when it keeps none. */
static enum err bindings(struct desk_store *d, struct http_request *r, struct json **ret_root, struct why *why)
{
	struct row row;
	struct row_key key = { TABLE_SWITCH, STR("bindings") };
	*ret_root = NULL;
	enum err e = d->driver->load(d->store, r->arena, &key, 1, &row, why);
	return e || !row.version ? e : json_read(r->arena, row.body, ret_root, why);
}

static enum err put_bindings(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why)
{
	struct json *root;
	enum err e = bindings(d, r, &root, why);
	for (const struct json *m = e == OK && root ? root->child : NULL; m; m = m->next)
		jsonw_tree(w, str_c(r->arena, m->key), m);
	return e;
}

/* What was switched last, the last backup, and since when the oldest item waits for a person. */
static enum err lately(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why)
{
	struct row_key keys[] = { { TABLE_SWITCH, STR("enforcement") }, { TABLE_SWITCH, STR("backup") } };
	struct row rows[2], *oldest;
	size_t n = 0;
	struct query q = { .table = TABLE_ITEM, .due_by = TIME_NONE, .limit = 1, .state = STR("waiting") };
	enum err e = d->driver->load(d->store, r->arena, keys, 2, rows, why);
	if (e == OK)
		e = d->driver->page(d->store, r->arena, &q, &oldest, &n, why);
	if (e)
		return e;
	jsonw_str(w, "switched", rows[0].version ? rows[0].body : STR("never"));
	jsonw_time(w, "last_backup", rows[1].version ? rows[1].rank : TIME_NONE);
	jsonw_time(w, "oldest_waiting", n ? oldest[0].rank : TIME_NONE);
	return put_bindings(d, r, w, why);
}

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
	const struct ometrics *roles[FIGURE_PAGES_MAX];
	struct buf b;
	enum err e = OK;
	buf_init(&b, 1 << 18);
	for (size_t i = 0; e == OK && i < sizeof(counted) / sizeof(counted[0]); i++) {
		uint64_t n = 0;
		e = d->driver->count(d->store, counted[i].table, counted[i].state ? str_of(counted[i].state) : STR_NONE, &n, why);
		buf_printf(&b, "# TYPE aupd_%s gauge\naupd_%s %llu\n", counted[i].name, counted[i].name, (unsigned long long)n);
	}
	struct json *root = NULL;
	if (e == OK)
		e = bindings(d, r, &root, why);
	for (const struct json *m = root ? root->child : NULL; m; m = m->next)
		if (m->is_integer)
			buf_printf(&b, "# TYPE aupd_%.*s gauge\naupd_%.*s %lld\n", STR_ARG(m->key), STR_ARG(m->key), (long long)m->integer);
	for (unsigned i = 0; i < d->figure_count; i++)
		roles[i] = &d->figures[i];
	ometrics_write(roles, d->figure_count, &b);
	*ret_body = str_copy(r->arena, buf_str(&b));
	buf_done(&b);
	return e;
}

static enum err route(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why)
{
	static const struct { const char *path; enum table table; } lists[] = { { "/v1/intake", TABLE_ITEM }, { "/v1/acts", TABLE_ACT },
		{ "/v1/registry", TABLE_ENTITY }, { "/v1/records", TABLE_RECORD }, { "/v1/parked", TABLE_PARKED }, { "/v1/policies", TABLE_POLICY } };
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (str_eq(r->path, str_of(lists[i].path)))
			return list(d, r, lists[i].table, w, why);
	if (str_eq(r->path, STR("/v1/cases")))
		return desk_cases(d, r, w, why);
	if (str_starts(r->path, STR("/v1/cases/")))
		return desk_case(d, r, str_sub(r->path, 10, r->path.len), w, why);
	if (str_eq(r->path, STR("/v1/events")))
		return desk_events(d, r, w, why);
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
	if (str_eq(r->path, STR("/v1/status"))) {
		enum err e = counts(d, w, why);
		return e ? e : lately(d, r, w, why);
	}
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
