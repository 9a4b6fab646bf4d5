/*
 * The store behind the fence of a principal. See view.h; the only file of the web that knows the store.
 */
#include "web/view.h"

#include "model/entity.h"
#include "model/user.h"
#include "model/onetime.h"
#include "store/store.h"

enum { MERGES_MAX = 8 };

enum err view_open(struct view_source *s, struct why *why)
{
	enum err e = s->store ? OK : s->driver->open(s->data_fd, s->name, STORE_READ, &s->store, why);
	return e == ERR_NOTFOUND ? ERR_AGAIN : e;
}

void view_close(struct view_source *s)
{
	if (s->store)
		s->driver->close(s->store);
	s->store = NULL;
}

enum err view_principal(struct view_source *s, struct arena *a, struct str key, int64_t now, struct principal *ret_principal, struct why *why)
{
	struct row row;
	struct row_key at = { TABLE_API_KEY, api_key_row(a, key) };
	enum err e = view_open(s, why);
	if (e == OK)
		e = s->driver->load(s->store, a, &at, 1, &row, why);
	return e ? e : principal_of_key(a, &row, now, ret_principal, why);
}

enum err view_session(struct view_source *s, struct arena *a, struct str token, int64_t now, struct user_session *ret_session, struct principal *ret_principal, struct why *why)
{
	struct row row;
	struct row_key at = { TABLE_SESSION, user_session_row(a, token) };
	enum err e = at.key.len ? view_open(s, why) : why_set(why, ERR_DENIED, "the session is over");
	if (e == OK)
		e = s->driver->load(s->store, a, &at, 1, &row, why);
	return e ? e : principal_of_session(a, &row, now, ret_session, ret_principal, why);
}

enum err view_onetime(struct view_source *s, struct arena *a, struct str token, int64_t now, struct onetime *ret_onetime, struct why *why)
{
	struct onetime o = { 0 };
	struct casefile c;
	struct row row;
	struct row_key at = { TABLE_ONETIME, onetime_row(a, token) };
	char number[CASE_TEXT_MAX];
	enum err e = at.key.len ? view_open(s, why) : ERR_NOTFOUND;
	if (e == OK)
		e = s->driver->load(s->store, a, &at, 1, &row, why);
	if (e == OK)
		e = row.version ? field_decode(a, row.body, onetime_fields, &o, why) : ERR_NOTFOUND;
	if (e == OK && !onetime_is_open(&o, false, now))
		e = ERR_NOTFOUND;
	if (e)
		return e;
	const struct principal who = onetime_principal(&o);
	const struct view v = { s, &who, a };
	case_text(o.number, number);
	e = view_case(&v, str_of(number), &row, &c, why);
	if (e == OK && onetime_is_resellers(&o) && c.state >= CASE_RESOLVED)
		e = ERR_NOTFOUND;
	if (e == OK)
		*ret_onetime = o;
	return e;
}

enum err view_page(const struct view *v, const struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why)
{
	struct query fenced = *q;
	*ret_rows = NULL;
	*ret_count = 0;
	if (!principal_fence(v->who, v->arena, &fenced))
		return OK;
	return v->source->driver->page(v->source->store, v->arena, &fenced, ret_rows, ret_count, why);
}

/* By a page of one: the store holds the row against the fence, as it does in a list. */
enum err view_load(const struct view *v, enum table t, struct str key, struct row *ret_row, struct why *why)
{
	struct query q = { .table = t, .key_prefix = key, .by_key = true, .due_by = TIME_NONE, .limit = 1 };
	struct row *rows = NULL;
	size_t n = 0;
	enum err e = key.len && key.len <= ROW_KEY_MAX ? view_page(v, &q, &rows, &n, why) : OK;
	if (e)
		return e;
	if (!n || !str_eq(rows[0].key, key))
		return why_set(why, ERR_NOTFOUND, "there is no such row");
	*ret_row = rows[0];
	return OK;
}

enum err view_case(const struct view *v, struct str text, struct row *ret_row, struct casefile *ret_case, struct why *why)
{
	uint64_t number;
	struct row index;
	struct casefile c = { 0 };
	if (case_parse(text, &number) != OK)
		return why_set(why, ERR_SYNTAX, "a number such as C-4711 is needed");
	struct row_key at = { TABLE_COUNTER, str_format(v->arena, "number/%llu", (unsigned long long)number) };
	enum err e = v->source->driver->load(v->source->store, v->arena, &at, 1, &index, why);
	if (e == OK)
		e = index.version ? view_load(v, TABLE_CASE, index.body, ret_row, why) : ERR_NOTFOUND;
	/* to an operator a number without its row is a case that is being moved */
	if (e == ERR_NOTFOUND && index.version && v->who->scope == SCOPE_OPERATOR)
		return why_set(why, ERR_AGAIN, "the case is on its way to another place; try again");
	if (e == OK)
		e = field_decode(v->arena, ret_row->body, casefile_fields, &c, why);
	if (e == OK && !principal_sees(v->who, &c))
		e = ERR_NOTFOUND;
	if (e == OK)
		*ret_case = c;
	return e == ERR_NOTFOUND ? why_set(why, e, "there is no case C-%llu", (unsigned long long)number) : e;
}

static enum err read_case_row(const struct view *v, uint64_t number, bool *ret_found, struct casefile *ret_case, struct why *why)
{
	struct row index, row = { 0 };
	struct row_key at = { TABLE_COUNTER, str_format(v->arena, "number/%llu", (unsigned long long)number) };
	enum err e = v->source->driver->load(v->source->store, v->arena, &at, 1, &index, why);
	*ret_found = false;
	if (e || !index.version)
		return e;
	at = (struct row_key){ TABLE_CASE, index.body };
	e = v->source->driver->load(v->source->store, v->arena, &at, 1, &row, why);
	if (e || !row.version)
		return e;
	*ret_case = (struct casefile){ 0 };
	*ret_found = true;
	return field_decode(v->arena, row.body, casefile_fields, ret_case, why);
}

/* The case as it is now, whatever it went into. */
static enum err read_merged(const struct view *v, uint64_t number, bool *ret_found, struct casefile *ret_case, struct why *why)
{
	enum err e = read_case_row(v, number, ret_found, ret_case, why);
	for (int i = 0; e == OK && *ret_found && ret_case->state == CASE_MERGED && i < MERGES_MAX; i++) {
		uint64_t into;
		if (case_parse(ret_case->merged_into, &into) != OK)
			break;
		e = read_case_row(v, into, ret_found, ret_case, why);
	}
	return e;
}

enum err view_page_link(struct view_source *s, struct arena *a, struct str token, int64_t now, struct principal *ret_principal, uint64_t *ret_number, struct why *why)
{
	struct onetime o = { 0 };
	struct casefile c;
	struct row row;
	struct row_key at = { TABLE_ONETIME, onetime_row(a, token) };
	bool found = false;
	enum err e = at.key.len ? view_open(s, why) : ERR_NOTFOUND;
	*ret_number = 0;
	if (e == OK)
		e = s->driver->load(s->store, a, &at, 1, &row, why);
	if (e == OK)
		e = row.version ? field_decode(a, row.body, onetime_fields, &o, why) : ERR_NOTFOUND;
	if (e == OK && !onetime_is_open(&o, true, now))
		e = ERR_NOTFOUND;
	if (e)
		return e;
	struct principal who = onetime_principal(&o);
	const struct view v = { s, &who, a };
	e = read_merged(&v, o.number, &found, &c, why);
	who.only = found ? c.number : 0;
	who.link = token;
	if (e == OK && (!found || !principal_sees(&who, &c)))
		e = ERR_NOTFOUND;
	if (e)
		return e;
	*ret_principal = who;
	*ret_number = c.number;
	return OK;
}

enum err view_receipt_of_form(const struct view *v, struct str receipt, struct row *ret_row, struct why *why)
{
	struct row row;
	struct row_key at = { TABLE_RECEIPT, receipt };
	enum err e = receipt.len && receipt.len <= ROW_KEY_MAX ? v->source->driver->load(v->source->store, v->arena, &at, 1, &row, why) : ERR_NOTFOUND;
	if (e == OK && (!row.version || row.owner.len))
		e = ERR_NOTFOUND;
	if (e)
		return why_set(why, e, "there is no such receipt");
	*ret_row = row;
	return OK;
}

struct str view_language(struct view_source *s, struct arena *a, const struct principal *who)
{
	struct entity entity = { 0 };
	struct row row;
	struct why why = { .line = 0 };
	struct row_key at = { TABLE_ENTITY, str_format(a, "%s/%.*s", scope_words[who->scope], STR_ARG(who->id)) };
	if (!(SCOPES(who->scope) & (SCOPES(SCOPE_CUSTOMER) | SCOPES(SCOPE_RESELLER))) || view_open(s, &why) != OK)
		return STR_NONE;
	if (s->driver->load(s->store, a, &at, 1, &row, &why) != OK || !row.version || field_decode(a, row.body, entity_fields, &entity, &why) != OK)
		return STR_NONE;
	return entity.language;
}

enum err view_of_receipt(const struct view *v, uint64_t number, bool *ret_found, struct casefile *ret_case, struct forwarding *ret_forwarding, struct why *why)
{
	struct row row;
	enum err e = read_merged(v, number, ret_found, ret_case, why);
	*ret_forwarding = (struct forwarding){ 0 };
	if (e || !*ret_found)
		return e;
	struct row_key at = { TABLE_FORWARDING, str_format(v->arena, "%llu", (unsigned long long)ret_case->number) };
	e = v->source->driver->load(v->source->store, v->arena, &at, 1, &row, why);
	return e || !row.version ? e : field_decode(v->arena, row.body, forwarding_fields, ret_forwarding, why);
}

enum err view_of_case(const struct view *v, struct str text, const struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why)
{
	struct row row;
	struct casefile c;
	char name[CASE_TEXT_MAX];
	struct query of = *q;
	enum err e = view_case(v, text, &row, &c, why);
	if (e)
		return e;
	case_text(c.number, name);
	of.owner = of.key_prefix = STR_NONE;
	if (q->table == TABLE_ACT)
		of.owner = str_copy(v->arena, str_of(name));
	else if (q->table == TABLE_CASE_EVENT)
		of.key_prefix = str_format(v->arena, "%llu/", (unsigned long long)c.number);
	/* a story is in the order of its keys */
	of.by_key = q->table == TABLE_CASE_EVENT;
	BUG_ON(!of.owner.len && !of.key_prefix.len);
	return v->source->driver->page(v->source->store, v->arena, &of, ret_rows, ret_count, why);
}

static bool may_count(const struct view *v)
{
	return v->who->scope == SCOPE_OPERATOR || v->who->scope == SCOPE_LOCAL;
}

enum err view_count(const struct view *v, enum table t, struct str state, uint64_t most, uint64_t *ret_count, struct why *why)
{
	*ret_count = 0;
	return may_count(v) ? v->source->driver->count(v->source->store, t, state, most, ret_count, why) : OK;
}

enum err view_oldest(const struct view *v, enum table t, struct str state, int64_t *ret_rank, struct why *why)
{
	const struct query q = { .table = t, .state = state, .due_by = TIME_NONE, .limit = 1 };
	struct row *rows;
	size_t n = 0;
	enum err e = may_count(v) ? v->source->driver->page(v->source->store, v->arena, &q, &rows, &n, why) : OK;
	*ret_rank = n ? rows[0].rank : TIME_NONE;
	return e;
}

enum err view_next_due(const struct view *v, int64_t *ret_due_at, struct why *why)
{
	*ret_due_at = TIME_NONE;
	return may_count(v) ? v->source->driver->next_due(v->source->store, ret_due_at, why) : OK;
}

enum err view_switch(const struct view *v, struct str key, struct row *ret_row, struct why *why)
{
	struct row_key at = { TABLE_SWITCH, key };
	*ret_row = (struct row){ .table = TABLE_SWITCH };
	return may_count(v) ? v->source->driver->load(v->source->store, v->arena, &at, 1, ret_row, why) : OK;
}
