/*
 * Rows as they stand, for operators: lists of a table, and one row by its key.
 */
#include "web/call.h"

struct str call_value(const struct web_call *c, const char *name)
{
	return route_value(c->route, &c->values, name);
}

struct query call_query(const struct web_call *c, enum table t)
{
	struct query q = { .table = t, .due_by = TIME_NONE, .limit = 50, .descending = true };
	struct str after = call_value(c, "after"), rank;
	uint64_t n;
	q.state = call_value(c, "state");
	q.owner = call_value(c, "owner");
	q.tenant = call_value(c, "tenant");
	q.key_prefix = call_value(c, "prefix");
	if (str_to_u64(call_value(c, "limit"), QUERY_LIMIT_MAX, &n) == OK && n)
		q.limit = (unsigned)n;
	if (after.len && str_split(&after, ',', &rank) && str_to_i64(rank, &q.after_rank) == OK) {
		q.has_after = true;
		q.after_key = after.ptr ? after : STR("");
	}
	return q;
}

void call_after(const struct web_call *c, const struct row *last)
{
	jsonw_str(c->w, "after", str_format(c->arena, "%lld,%.*s", (long long)last->rank, STR_ARG(last->key)));
}

enum err call_list_seen(struct web_call *c, const char *name, struct query *q, call_put_fn *put, struct row *ret_last)
{
	struct row last = { 0 };
	unsigned shown = 0;
	bool more = true;
	enum err e = OK;
	jsonw_array(c->w, name);
	while (e == OK && more && shown < q->limit) {
		struct row *rows;
		size_t n = 0;
		e = view_page(&c->view, q, &rows, &n, c->why);
		for (size_t i = 0; e == OK && i < n && shown < q->limit; i++) {
			bool seen = false;
			e = put(c, &rows[i], &seen);
			q->has_after = true;
			q->after_rank = rows[i].rank;
			q->after_key = rows[i].key;
			if (e || !seen)
				continue;
			last = rows[i];
			shown++;
		}
		more = n == q->limit;
	}
	jsonw_end(c->w, ']');
	*ret_last = more || shown == q->limit ? last : (struct row){ 0 };
	return e;
}

/* text: bodies that are no JSON. */
static enum err list_of(struct web_call *c, struct query q, bool text)
{
	struct row *rows;
	size_t n;
	enum err e = view_page(&c->view, &q, &rows, &n, c->why);
	if (e)
		return e;
	jsonw_array(c->w, "rows");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "key", rows[i].key);
		jsonw_str(c->w, "state", rows[i].state);
		jsonw_time(c->w, "due", rows[i].due_at);
		if (text)
			jsonw_str(c->w, "body", rows[i].body);
		else
			jsonw_raw(c->w, "body", rows[i].body);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	if (n == q.limit)
		call_after(c, &rows[n - 1]);
	return OK;
}

static enum err list(struct web_call *c, enum table t, bool text)
{
	return list_of(c, call_query(c, t), text);
}

static enum err one(struct web_call *c, enum table t, struct str key)
{
	struct row row;
	enum err e = view_load(&c->view, t, key, &row, c->why);
	if (e == OK)
		jsonw_raw(c->w, "row", row.body);
	return e;
}

enum err read_intake(struct web_call *c) { return list(c, TABLE_ITEM, false); }

enum err read_registry(struct web_call *c)
{
	struct query q = call_query(c, TABLE_ENTITY);
	/* no entity ranks above another: the order of keys is the way to a few of them, the customer's to those of one */
	q.by_key = !q.owner.len;
	q.descending = false;
	return list_of(c, q, false);
}

enum err read_records(struct web_call *c) { return list(c, TABLE_RECORD, true); }
enum err read_parked(struct web_call *c) { return list(c, TABLE_PARKED, false); }
enum err read_policies(struct web_call *c) { return list(c, TABLE_POLICY, false); }
enum err read_keys(struct web_call *c) { return list(c, TABLE_API_KEY, false); }

enum err read_item(struct web_call *c)
{
	jsonw_str(c->w, "key", call_value(c, "item"));
	return one(c, TABLE_ITEM, call_value(c, "item"));
}

enum err read_policy(struct web_call *c) { return one(c, TABLE_POLICY, call_value(c, "version")); }

enum err read_entity(struct web_call *c)
{
	return one(c, TABLE_ENTITY, str_format(c->arena, "%.*s/%.*s", STR_ARG(call_value(c, "type")), STR_ARG(call_value(c, "id"))));
}

/* There may be none yet. */
enum err read_ignores(struct web_call *c)
{
	enum err e = one(c, TABLE_IGNORE, STR("rules"));
	return e == ERR_NOTFOUND ? OK : e;
}
