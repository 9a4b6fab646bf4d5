/*
 * One row, what is left of it. See erase.h.
 *
 * Bodies are changed as JSON, member by member: a noun that gets another text some day is covered by the rule for words
 * whether or not anybody thought of it here.
 */
#include "base/json.h"
#include "cases/case.h"
#include "engine/erase.h"
#include "engine/find.h"
#include "engine/fold_case.h"
#include "engine/letter.h"
#include "engine/queue.h"
#include "engine/returning.h"
#include "evidence/record.h"

const enum table erase_tables[] = { TABLE_CASE, TABLE_CASE_EVENT, TABLE_ITEM, TABLE_ACT, TABLE_WINDOW, TABLE_PARKED, TABLE_ATTRIBUTION, TABLE_IGNORE,
	TABLE_MACRO, TABLE_FIND, TABLE_FORWARDING, TABLE_CONDUCT, TABLE_UPSTREAM, TABLE_RECEIPT, TABLE_MARK, 0 };

/* What goes of a row that is the subject's own, and of an object whose reporter he is. */
static const char *const of_case[] = { "disputed", "because", "source_text", "resolution", "user", "service", "recent", "wanted", "dead", NULL };
static const char *const of_event[] = { "text", "source", "binding", "reasons", "terms", "raw", "incident", "shown", NULL };
static const char *const of_act[] = { "target", "instance", "last_text", "way", "saved", "sessions", "rates", NULL };
static const char *const of_item[] = { "text", "name", "subject_line", "message_id", "in_reply_to", "problems", "about", "raw", "raw_digest", "token", "reason", NULL };
static const char *const of_reporter[] = { "reply_to", "upstream_to", "report_id", "thread", "subject_line", "facts", "message_id", "in_reply_to", "problems", "about", "raw",
	"raw_digest", "shown", NULL };
static const char *const of_receipt[] = { "whose", "to", NULL };
/* Of a candidate that stays: the words of the mail. */
static const char *const of_candidate[] = { "subject_line", "facts", "shown", NULL };
/* Where people write, or what they wrote is repeated. No other member is emptied for a word: a name may be that of a service too. */
static const char *const text_members[] = { "disputed", "text", "because", "source_text", "resolution", "reason", "reasons", "value", "last_text", "subject_line", "message_id",
	"in_reply_to", "about", "problems", "reply_to", "upstream_to", "reporter", "witnesses", "copies", "report_id", "source", "domain", "binding", "target", "subject", "params", NULL };
/* Of these the running texts, in which somebody else's address can stand as well. */
static const char *const free_members[] = { "text", "because", "resolution", "reason", "reasons", "last_text", "subject_line", "about", "problems", "subject", NULL };
/* Where an id stands as such; elsewhere a short one may be any word. */
static const char *const id_members[] = { "customer", "reporter", "witnesses", "copies", "candidates", "reply_to", "actor", "affiliate", "resellers", "reseller", NULL };

static bool is_one_of(struct str key, const char *const *names)
{
	while (*names && !str_eq(key, str_of(*names)))
		names++;
	return *names != NULL;
}

static bool drop_members(struct json *object, const char *const *names)
{
	bool changed = false;
	for (struct json **at = &object->child; *at;) {
		bool drop = is_one_of((*at)->key, names);
		changed |= drop;
		if (drop)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
	return changed;
}

static bool mend_text(const struct erasure *x, struct json *node, struct str member, int64_t at)
{
	if (erase_is(x, node->text) && is_one_of(member, id_members))
		node->text = x->alias;
	else if (is_one_of(member, text_members) && !str_eq(node->text, x->alias) && erase_mentions(x, node->text))
		node->text = STR("");
	else if (is_one_of(member, free_members) && erase_tells_address(x, node->text, at))
		node->text = STR("");
	else
		return false;
	return true;
}

/* When what stands in the row happened, as far as it says. */
static int64_t time_of(const struct json *root)
{
	static const char *const names[] = { "event_at", "at", "received_at", "opened_at", "created_at", NULL };
	int64_t at = TIME_NONE;
	for (int i = 0; names[i] && at == TIME_NONE; i++)
		at = json_int(root, names[i], TIME_NONE);
	return at;
}

/* Every text of the tree that names the subject. The depth is bounded by the reader. */
static bool mend(const struct erasure *x, struct json *node, struct str member, int64_t at)
{
	bool changed = false;
	if (node->type == JSON_STRING)
		return mend_text(x, node, member, at);
	if (node->type == JSON_OBJECT && x->reporter && (erase_is(x, json_text(node, "reporter")) || erase_is(x, json_text(node, "reply_to"))))
		changed = drop_members(node, of_reporter);
	for (struct json *m = node->child; m; m = m->next)
		changed |= mend(x, m, node->type == JSON_ARRAY ? member : m->key, at);
	return changed;
}

static enum err put_tree(struct eraser *r, struct row *row, const struct json *root, struct why *why)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, ROW_BODY_MAX);
	jsonw_init(&w, &b);
	jsonw_tree(&w, NULL, root);
	row->body = b.err ? STR_NONE : str_copy(work_arena(r->f->work), buf_str(&b));
	buf_done(&b);
	if (!row->body.ptr)
		return why_set(why, ERR_NOMEM, "no memory for what is left of a row");
	r->x->rows++;
	return work_put(r->f->work, row, why);
}

static enum err remove_row(struct eraser *r, enum table t, struct str key, uint64_t *count, struct why *why)
{
	struct row row;
	enum err e = work_get(r->f->work, t, key, &row, why);
	if (e || !row.version)
		return e;
	++*count;
	return work_delete(r->f->work, t, key, why);
}

/* Already under its alias? A walk meets the cases that it moved, and a second run all of them. */
static bool is_own(const struct eraser *r, const struct casefile *c)
{
	return !r->x->reporter && (str_eq(c->customer, r->x->id) || str_eq(c->customer, r->x->alias));
}

static enum err find_case(struct eraser *r, uint64_t number, struct casefile *c, bool *ret_own, struct why *why)
{
	struct row row;
	enum err e = fold_find_case(r->f, number, c, &row, why);
	*ret_own = e == OK && is_own(r, c);
	return e == ERR_NOTFOUND ? OK : e;
}

/* The reseller that served him may have got an alias; the path says the same as the list. */
static enum err put_case_tree(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	struct arena *a = work_arena(r->f->work);
	struct casefile c = { 0 };
	enum err e = field_read(a, root, casefile_fields, &c, why);
	if (e)
		return e;
	row->tenant = registry_tenant(a, c.resellers, c.reseller_count);
	for (struct json *m = root->child; m; m = m->next)
		if (str_eq(m->key, STR("tenant")))
			m->text = row->tenant;
	return put_tree(r, row, root, why);
}

static enum err erase_case(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	struct casefile c = { 0 };
	struct arena *a = work_arena(r->f->work);
	enum err e = field_read(a, root, casefile_fields, &c, why);
	if (e || !is_own(r, &c)) {
		bool changed = e == OK && mend(r->x, root, STR_NONE, time_of(root));
		return changed ? put_case_tree(r, row, root, why) : e;
	}
	if (str_eq(c.customer, r->x->alias))
		return OK;
	struct row moved = *row;
	struct row index = { .table = TABLE_COUNTER, .key = str_format(a, "number/%llu", (unsigned long long)c.number), .due_at = TIME_NONE };
	moved.key = case_key(a, r->x->alias, c.group, c.thread);
	moved.owner = r->x->alias;
	moved.version = 0;
	index.body = moved.key;
	(void)drop_members(root, of_case);
	(void)mend(r->x, root, STR_NONE, time_of(root));
	e = work_delete(r->f->work, TABLE_CASE, row->key, why);
	if (e == OK)
		e = work_put(r->f->work, &index, why);
	return e ? e : put_tree(r, &moved, root, why);
}

/* Of the record of what happened then. */
struct closing {
	const struct erasure *x;
	int64_t at;
};

static bool stays_open(void *arg, const struct record_line *value)
{
	const struct closing *c = arg;
	return !erase_is(c->x, value->value) && !erase_mentions(c->x, value->value) &&
		!(str_eq(value->key, STR("text")) && erase_tells_address(c->x, value->value, c->at));
}

/* Of a record that is another's: the values that name the subject are closed for good, the others stay open. */
static enum err close_values(struct eraser *r, struct str record, struct str customer, int64_t at, struct why *why)
{
	struct arena *a = work_arena(r->f->work);
	struct closing c = { r->x, at };
	struct seal_key key;
	struct row row;
	struct str left;
	unsigned dropped = 0;
	enum err e = work_get(r->f->work, TABLE_OPENING, record, &row, why);
	if (e || !row.version || keyring_find(r->f->keyring, customer, &key) != OK)
		return e;
	e = record_reopen(a, record, row.body, &key, stays_open, &c, &left, &dropped, why);
	secret_wipe(&key, sizeof(key));
	/* it may lie under a key that is gone: then nobody opens it any more */
	if (e)
		return e == ERR_NOMEM ? e : OK;
	row.body = left;
	r->x->openings += dropped > 0;
	return dropped ? work_put(r->f->work, &row, why) : OK;
}

/* Ids come in the order of their keys: those of a case that follow each other become one text. */
static enum err list_record(struct eraser *r, const char *number, uint64_t n, struct why *why)
{
	struct arena *a = work_arena(r->f->work);
	struct erasure *x = r->x;
	struct str rest = x->record_count ? x->records[x->record_count - 1] : STR_NONE, head, first;
	uint64_t from = 0, to = 0;
	if (str_split(&rest, '.', &head) && str_eq(head, str_of(number)) && str_split(&rest, '-', &first) && str_to_u64(first, UINT32_MAX, &from) == OK)
		to = rest.len && str_to_u64(rest, UINT32_MAX, &to) == OK ? to : from;
	if (to && n >= from && n <= to)
		return OK;
	if (to && n == to + 1) {
		x->records[x->record_count - 1] = str_format(a, "%s.%llu-%llu", number, (unsigned long long)from, (unsigned long long)n);
		return OK;
	}
	if (x->record_count == ERASURE_RECORDS_MAX)
		return why_set(why, ERR_LIMIT, "the subject stands in more than %d places", ERASURE_RECORDS_MAX);
	struct str *list = ARENA_ARRAY(a, struct str, x->record_count + 1);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for a list of records");
	if (x->record_count)
		memcpy(list, x->records, x->record_count * sizeof(*list));
	list[x->record_count++] = str_format(a, "%s.%llu", number, (unsigned long long)n);
	x->records = list;
	return OK;
}

static enum err wipe_raw(struct eraser *r, struct str reference, struct why *why)
{
	return reference.len && r->wipe_raw ? r->wipe_raw(r->arg, reference, why) : OK;
}

static enum err erase_event(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	struct casefile c = { 0 };
	char number[CASE_TEXT_MAX];
	struct str record = str_copy(work_arena(r->f->work), json_text(root, "record"));
	struct str raw = str_copy(work_arena(r->f->work), json_text(root, "raw"));
	bool own, his = r->x->reporter && erase_is(r->x, json_text(root, "reporter"));
	enum err e = find_case(r, (uint64_t)json_int(root, "number", 0), &c, &own, why);
	if (e)
		return e;
	case_text((uint64_t)json_int(root, "number", 0), number);
	bool changed = own && drop_members(root, of_event);
	changed |= mend(r->x, root, STR_NONE, time_of(root));
	if (own && record.len)
		e = remove_row(r, TABLE_OPENING, record, &r->x->openings, why);
	else if (changed && record.len)
		e = close_values(r, record, c.customer, time_of(root), why);
	/* a reporter's mail is his from its first line on; what others need of it stands in the case */
	if (e == OK && (own || his))
		e = wipe_raw(r, raw, why);
	if (e == OK && record.len && (own || changed))
		e = list_record(r, number, (uint64_t)json_int(root, "n", 0), why);
	return e || !changed ? e : put_tree(r, row, root, why);
}

static enum err erase_act(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	struct casefile c = { 0 };
	uint64_t number = (uint64_t)json_int(root, "number", 0);
	struct str letter = json_text(root, "letter");
	bool own = false;
	enum err e = number ? find_case(r, number, &c, &own, why) : OK;
	if (e)
		return e;
	bool changed = own && drop_members(root, of_act);
	changed |= mend(r->x, root, STR_NONE, time_of(root));
	if (own && letter.len) {
		uint64_t tokens = 0;
		e = remove_row(r, TABLE_LETTER, letter, &r->x->letters, why);
		if (e == OK)
			e = remove_row(r, TABLE_TOKEN, letter_token(r->f, row->key), &tokens, why);
	}
	return e || !changed ? e : put_tree(r, row, root, why);
}

/* "earlier/CUSTOMER/GROUP", or "VERSION/CLAUSE/RULE/SUBJECT". */
static bool window_is_own(const struct erasure *x, struct str key)
{
	struct str rest = key, part;
	if (str_starts(key, STR("earlier/"))) {
		rest = str_sub(key, 8, key.len);
		return !x->reporter && str_starts(rest, x->id) && rest.len > x->id.len && rest.ptr[x->id.len] == '/';
	}
	for (int i = 0; i < 3; i++)
		if (!str_split(&rest, '/', &part))
			return false;
	return erase_is(x, rest) || (!x->reporter && erase_holds(x, rest, STR_NONE, TIME_NONE));
}

static enum err erase_window(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	if (window_is_own(r->x, row->key)) {
		r->x->rows++;
		return work_delete(r->f->work, TABLE_WINDOW, row->key, why);
	}
	return root && mend(r->x, root, STR_NONE, time_of(root)) ? put_tree(r, row, root, why) : OK;
}

/* An observation of what the subject held then. */
static bool is_about(const struct erasure *x, const struct json *o)
{
	const struct json *source = json_get(o, "source");
	int64_t at = json_int(o, "event_at", json_int(o, "received_at", TIME_NONE));
	return !x->reporter && source && erase_holds(x, json_text(source, "text"), json_text(source, "domain"), at);
}

static enum err erase_parked(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	static const char *const kept[] = { "raw", NULL };
	struct str raw = json_text(root, "raw");
	bool about = is_about(r->x, root);
	if (!about && !mend(r->x, root, STR_NONE, time_of(root)))
		return OK;
	/* its text names the subject all over, whoever wrote it */
	enum err e = wipe_raw(r, raw, why);
	if (e)
		return e;
	struct observation o = { 0 };
	if (about && field_decode(work_arena(r->f->work), row->body, observation_fields, &o, why) == OK)
		e = queue_unparked(r->f, row->key, &o, why);
	if (e)
		return e;
	if (about) {
		r->x->rows++;
		return work_delete(r->f->work, TABLE_PARKED, row->key, why);
	}
	(void)drop_members(root, kept);
	row->owner = STR("");
	return put_tree(r, row, root, why);
}

/* The candidates that speak of the subject go, those of others stay. */
static bool drop_candidates(const struct erasure *x, struct json *root)
{
	bool changed = false;
	for (struct json *list = root->child; list; list = list->next)
		for (struct json **at = str_eq(list->key, STR("candidates")) ? &list->child : NULL; at && *at;) {
			bool drop = is_about(x, *at);
			changed |= drop;
			if (drop)
				*at = (*at)->next;
			else
				at = &(*at)->next;
		}
	return changed;
}

static enum err item_is_own(struct eraser *r, const struct json *root, bool *ret_own, struct why *why)
{
	struct row row;
	uint64_t number;
	struct casefile c = { 0 };
	struct str token = json_text(root, "token");
	const struct erasure *x = r->x;
	*ret_own = erase_is(x, json_text(root, "reporter")) || erase_is(x, json_text(root, "reply_to")) || erase_mentions(x, json_text(root, "reporter")) ||
		erase_mentions(x, json_text(root, "reply_to"));
	if (*ret_own || x->reporter || !token.len)
		return OK;
	enum err e = work_get(r->f->work, TABLE_TOKEN, token, &row, why);
	const struct str of = row.state;        /* its own case, in a digest of several */
	if (e == OK && row.version)
		e = work_get(r->f->work, TABLE_LETTER, row.body, &row, why);
	*ret_own = e == OK && row.version && erase_is(x, row.owner);
	if (e || *ret_own || !row.version || str_to_u64(of.len ? of : row.state, INT64_MAX, &number) != OK || !number)
		return e;
	return find_case(r, number, &c, ret_own, why);
}

static enum err erase_item(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	struct item i = { 0 };
	bool own;
	enum err e = item_is_own(r, root, &own, why);
	if (e == OK)
		e = field_read(work_arena(r->f->work), root, item_fields, &i, why);
	if (e)
		return e;
	bool changed = drop_candidates(r->x, root) || own;
	if (changed)
		(void)drop_members(root, of_item);
	for (struct json *list = changed ? root->child : NULL; list; list = list->next)
		for (struct json *m = str_eq(list->key, STR("candidates")) ? list->child : NULL; m; m = m->next)
			(void)drop_members(m, of_candidate);
	changed |= mend(r->x, root, STR_NONE, time_of(root));
	if (!changed)
		return OK;
	row->owner = json_text(root, "reporter");
	/* its text names the subject all over, whoever wrote it */
	e = wipe_raw(r, i.raw, why);
	return e ? e : put_tree(r, row, root, why);
}

/* What was asked is sealed under the key of all look-ups. */
static enum err erase_lookup(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	struct arena *a = work_arena(r->f->work);
	struct seal_key key;
	struct str octets, asked = STR_NONE, at_text, gone = STR("(erased)");
	int64_t at = row->rank;
	if (keyring_find(r->f->keyring, STR("look-ups"), &key) != OK || str_unbase64(a, json_text(root, "asked"), &octets) != OK ||
	    unseal(a, &key, row->key, octets, &asked) != OK)
		asked = STR_NONE;
	struct str what = asked;
	size_t cut = str_find(asked, STR(" at "));
	if (cut != SIZE_MAX) {
		at_text = str_sub(asked, cut + 4, asked.len);
		what = str_sub(asked, 0, cut);
		at = time_parse(at_text, &at) == OK ? at : row->rank;
	}
	bool theirs = erase_is(r->x, what) || erase_mentions(r->x, asked) || erase_mentions(r->x, json_text(root, "because")) ||
		(!r->x->reporter && erase_holds(r->x, what, STR_NONE, at));
	if (!theirs)
		return OK;
	enum err e = seal_derived(a, &key, row->key, gone, &octets);
	for (struct json *m = root->child; e == OK && m; m = m->next)
		if (str_eq(m->key, STR("asked")) || str_eq(m->key, STR("because")))
			m->text = str_eq(m->key, STR("asked")) ? str_base64(a, octets) : gone;
	return e ? why_set(why, e, "a look-up cannot be sealed") : put_tree(r, row, root, why);
}

/* A rule without its address would hide everything: it goes whole. */
static enum err erase_ignores(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	bool changed = false;
	for (struct json *list = root->child; list; list = list->next)
		for (struct json **at = list->type == JSON_ARRAY ? &list->child : NULL; at && *at;) {
			bool drop = mend(r->x, *at, STR_NONE, TIME_NONE);
			changed |= drop;
			if (drop)
				*at = (*at)->next;
			else
				at = &(*at)->next;
		}
	return changed ? put_tree(r, row, root, why) : OK;
}

/* Nothing leads to what was the subject's any more: to a customer's cases, or from a reporter's words. */
static enum err erase_find(struct eraser *r, const struct row *row, struct why *why)
{
	struct casefile c = { 0 };
	uint64_t number;
	bool own = find_number(row->key, &number) != OK;
	enum err e = own ? OK : find_case(r, number, &c, &own, why);
	struct str his = r->x->reporter ? find_prefix(r->f, FIND_REPORTER, r->x->id) : STR_NONE;
	own |= his.len && row->owner.len && str_eq(str_sub(his, 2, his.len - 3), row->owner);
	if (e || !own)
		return e;
	r->x->rows++;
	return work_delete(r->f->work, TABLE_FIND, row->key, why);
}

/* Who served whom stays, under the alias; the letters to a reseller that is erased have its address. */
static enum err erase_forwarding(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	bool is_reseller = !r->x->reporter && erase_is(r->x, json_text(root, "reseller"));
	const struct json *list = is_reseller ? json_get(root, "letters") : NULL;
	enum err e = OK;
	for (const struct json *m = list ? list->child : NULL; e == OK && m; m = m->next)
		e = remove_row(r, TABLE_LETTER, m->text, &r->x->letters, why);
	if (e || !mend(r->x, root, STR_NONE, time_of(root)))
		return e;
	row->owner = json_text(root, "reseller");
	return put_tree(r, row, root, why);
}

/* What became of a report stays, and nobody is told of it any more. */
static enum err erase_receipt(struct eraser *r, struct row *row, struct json *root, struct why *why)
{
	if (!r->x->reporter || !str_eq(json_text(root, "whose"), r->x->subject))
		return OK;
	(void)drop_members(root, of_receipt);
	return put_tree(r, row, root, why);
}

enum err erase_row(struct eraser *r, const struct row *seen, struct why *why)
{
	struct json *root = NULL;
	struct row row;
	enum err e = work_get(r->f->work, seen->table, seen->key, &row, why);
	if (e || !row.version)
		return e;
	if (json_read(work_arena(r->f->work), row.body, &root, NULL) != OK)
		root = NULL;
	if (!root && row.table != TABLE_WINDOW)
		return OK;
	switch (row.table) {
	case TABLE_CASE: return erase_case(r, &row, root, why);
	case TABLE_CASE_EVENT: return erase_event(r, &row, root, why);
	case TABLE_ACT: return erase_act(r, &row, root, why);
	case TABLE_WINDOW: return erase_window(r, &row, root, why);
	case TABLE_PARKED: return erase_parked(r, &row, root, why);
	case TABLE_ITEM: return erase_item(r, &row, root, why);
	case TABLE_ATTRIBUTION: return erase_lookup(r, &row, root, why);
	case TABLE_FIND: return erase_find(r, &row, why);
	case TABLE_IGNORE: return erase_ignores(r, &row, root, why);
	case TABLE_FORWARDING: return erase_forwarding(r, &row, root, why);
	case TABLE_RECEIPT: return erase_receipt(r, &row, root, why);
	case TABLE_MARK: return r->x->reporter ? OK : returning_erase(r->f, &row, r->x, why);
	case TABLE_CONDUCT:
		if (!r->x->reporter && erase_is(r->x, row.key))
			return remove_row(r, TABLE_CONDUCT, row.key, &r->x->rows, why);
		return mend(r->x, root, STR_NONE, time_of(root)) ? put_tree(r, &row, root, why) : OK;
	default: return mend(r->x, root, STR_NONE, time_of(root)) ? put_tree(r, &row, root, why) : OK;
	}
}
