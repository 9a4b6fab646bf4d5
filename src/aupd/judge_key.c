/*
 * Keys of the API, and what whoever has one may ask for about his own cases. See judge_command.h.
 *
 * A key is told once, to whoever made it, and nowhere kept. Only an operator on the machine makes one: a key that leaked makes no
 * further ones, and nobody makes one that speaks for another operator. The ear, which has no store, is told which keys reporters have
 * whenever that changes, and when it comes.
 */
#include "aupd/judge_command.h"
#include "base/clock.h"
#include "base/seal.h"
#include "intake/report_keys.h"

_Static_assert((int)REPORT_KEYS_BYTES_MAX <= (int)FRAME_BODY_MAX, "the table goes in one frame");

enum { KEYS_OF_ONE_MAX = 100, PAGE = 500, PAGE_BYTES = 4 << 20 };

static bool is_line(struct str s)
{
	return str_chr(s, '\n') == SIZE_MAX && str_chr(s, '\r') == SIZE_MAX;
}

/* A row that cannot be read keeps no other from the table. */
static void put_reporter(struct judge *j, struct arena *a, const struct row *row, struct buf *b)
{
	struct api_key k = { 0 };
	struct why why;
	if (field_decode(a, row->body, api_key_fields, &k, &why) != OK)
		log_error("a key of the API cannot be read and opens nothing", "why", why.text);
	else if (k.scope == SCOPE_REPORTER && api_key_valid(&k, clock_wall_at()) && is_line(k.id) && j->reporter_keys < REPORT_KEYS_MAX) {
		report_keys_put(b, row->key, k.expires_at, k.id);
		j->reporter_keys++;
	}
}

static enum err table_of_reporters(struct judge *j, struct buf *b, struct why *why)
{
	struct query q = { .table = TABLE_API_KEY, .by_key = true, .due_by = TIME_NONE, .limit = PAGE };
	struct arena *a = arena_new("keys", PAGE_BYTES);
	char after[ROW_KEY_MAX];
	struct row *rows;
	size_t n = PAGE;
	enum err e = a ? OK : why_set(why, ERR_NOMEM, "no memory for the table of keys");
	j->reporter_keys = 0;
	while (e == OK && n == PAGE) {
		e = j->driver->page(j->store, a, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n; i++)
			put_reporter(j, a, &rows[i], b);
		if (e || !n)
			break;
		/* outlives the reset of the arena that the page lies in */
		q.has_after = true;
		q.after_key = (struct str){ after, rows[n - 1].key.len };
		memcpy(after, rows[n - 1].key.ptr, rows[n - 1].key.len);
		arena_reset(a);
	}
	arena_free(a);
	return e ? e : b->err;
}

void judge_keys_tell(struct judge *j)
{
	struct frame f = { .type = FRAME_TABLE, .source = 1 };
	struct why why = { .line = 0 };
	struct buf b;
	if (!j->keys_stale || !j->has_ear || j->role->share.number)
		return;
	buf_init(&b, REPORT_KEYS_BYTES_MAX);
	enum err e = table_of_reporters(j, &b, &why);
	f.body = buf_str(&b);
	if (e == OK)
		e = bus_send(&j->ear, &f, NULL, 0);
	buf_done(&b);
	j->keys_stale = e != OK;
	if (e)
		log_warn("the ear cannot be told which keys reporters have; it is tried again", "error", err_text(e), "why", why.text);
}

static enum err expiry(const struct commanding *c, int64_t *ret_at)
{
	struct str text = command_arg(c, "expires");
	int64_t us;
	*ret_at = TIME_NONE;
	if (!text.len)
		return OK;
	if (span_parse(text, &us) == OK)
		*ret_at = c->j->fold.now + us;
	else if (time_parse(text, ret_at) != OK)
		return why_set(c->why, ERR_SYNTAX, "expires: a time, or a span such as 90d");
	return *ret_at > c->j->fold.now ? OK : why_set(c->why, ERR_RANGE, "expires: that is over already");
}

static enum err check_whose(const struct commanding *c, const struct api_key *k)
{
	const struct registry *reg = c->j->fold.registry;
	bool known = true;
	if (k->scope == SCOPE_OPERATOR && !str_eq(k->id, c->who))
		return why_set(c->why, ERR_DENIED, "an operator makes such a key for himself alone");
	if (k->scope == SCOPE_RESELLER)
		known = registry_find(reg, ENTITY_RESELLER, k->id);
	if (k->scope == SCOPE_CUSTOMER)
		known = registry_find(reg, ENTITY_CUSTOMER, k->id) || registry_find(reg, ENTITY_RESELLER, k->id);
	if (!known)
		return why_set(c->why, ERR_NOTFOUND, "there is no %s %.*s", scope_words[k->scope], STR_ARG(k->id));
	return OK;
}

/* A row more than there may be is one too many. */
static enum err check_room(const struct commanding *c, struct str owner)
{
	struct query q = { .table = TABLE_API_KEY, .owner = owner, .state = STR("valid"), .due_by = TIME_NONE, .limit = KEYS_OF_ONE_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	return e == OK && n == KEYS_OF_ONE_MAX ? why_set(c->why, ERR_LIMIT, "%.*s has %d keys already; revoke some", STR_ARG(owner), KEYS_OF_ONE_MAX) : e;
}

static enum err add(struct commanding *c, enum scope scope, struct str id)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct api_key k = { .scope = scope, .id = id, .label = command_arg(c, "label"), .made_by = c->who, .made_at = c->j->fold.now, .revoked_at = TIME_NONE };
	struct row row;
	if (c->p.key.len)
		return why_set(c->why, ERR_DENIED, "keys are made on the machine, or by an account, not by another key");
	if (!k.id.len || k.id.len > ENTITY_ID_MAX || str_chr(k.id, '/') != SIZE_MAX || !is_line(k.id) || k.label.len > API_KEY_LABEL_MAX)
		return why_set(c->why, ERR_RANGE, "an id has 1 to %d octets, without \"/\" and line ends; a label at most %d", ENTITY_ID_MAX, API_KEY_LABEL_MAX);
	enum err e = expiry(c, &k.expires_at);
	if (e == OK)
		e = check_whose(c, &k);
	if (e == OK)
		e = check_room(c, k.id);
	if (e == OK && k.scope == SCOPE_REPORTER && c->j->reporter_keys == REPORT_KEYS_MAX)
		e = why_set(c->why, ERR_LIMIT, "reporters have %d keys already; revoke some", REPORT_KEYS_MAX);
	if (e)
		return e;
	struct str key = api_key_new(a), digest = api_key_row(a, key);
	if (!key.len || !digest.len)
		return why_set(c->why, ERR_NOMEM, "no memory for a key");
	e = work_get(c->j->fold.work, TABLE_API_KEY, digest, &row, c->why);
	if (e)
		return e;
	row.owner = k.id;
	row.state = STR("valid");
	row.rank = k.made_at;
	c->j->keys_stale = true;
	jsonw_str(c->w, "key", key);
	jsonw_str(c->w, "name", str_sub(digest, 0, API_KEY_NAME_LEN));
	return work_store(c->j->fold.work, &row, api_key_fields, &k, c->why);
}

enum err cmd_key_add(struct commanding *c)
{
	struct str word = command_arg(c, "scope");
	enum scope scope = SCOPE_NOBODY;
	while (scope < SCOPE_END && !str_eq(word, str_of(scope_words[scope])))
		scope++;
	if (scope < SCOPE_OPERATOR || scope == SCOPE_END)
		return why_set(c->why, ERR_SYNTAX, "a key is of an operator, a reseller, a customer or a reporter");
	return add(c, scope, command_arg(c, "id"));
}

/* Of the account that asks: whose it is, and what it opens, is not for him to choose. */
enum err cmd_my_key_add(struct commanding *c) { return add(c, c->p.scope, c->p.id); }

static void put_key(struct commanding *c, const struct row *row, const struct api_key *k)
{
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "name", str_sub(row->key, 0, API_KEY_NAME_LEN));
	jsonw_str(c->w, "label", k->label);
	jsonw_bool(c->w, "valid", api_key_valid(k, c->j->fold.now));
	jsonw_time(c->w, "made", k->made_at);
	jsonw_time(c->w, "expires", k->expires_at);
	jsonw_time(c->w, "revoked", k->revoked_at);
	jsonw_end(c->w, '}');
}

/* Of another scope there may be an owner of the same name: its keys are not theirs. */
enum err cmd_my_keys(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_API_KEY, .owner = c->p.id, .descending = true, .due_by = TIME_NONE, .limit = PAGE };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	jsonw_array(c->w, "keys");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct api_key k = { 0 };
		e = field_decode(a, rows[i].body, api_key_fields, &k, c->why);
		if (e == OK && k.scope == c->p.scope)
			put_key(c, &rows[i], &k);
	}
	jsonw_end(c->w, ']');
	jsonw_bool(c->w, "more", n == PAGE);
	return e;
}

/* By the digits that its name begins with; they must mean one key alone. of: whose it must be, NULL: anybody's. */
static enum err revoke(struct commanding *c, const struct principal *of)
{
	struct str name = command_arg(c, "name");
	struct query q = { .table = TABLE_API_KEY, .key_prefix = name, .by_key = true, .due_by = TIME_NONE, .limit = 2 };
	struct api_key k = { 0 };
	struct row *rows, row;
	size_t n = 0;
	if (name.len < API_KEY_NAME_LEN / 2)
		return why_set(c->why, ERR_SYNTAX, "the name of a key is needed, as aup key list shows it");
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	if (e == OK && n != 1)
		e = why_set(c->why, n && !of ? ERR_RANGE : ERR_NOTFOUND, n && !of ? "more than one key begins so" : "there is no such key");
	if (e == OK)
		e = work_load(c->j->fold.work, TABLE_API_KEY, rows[0].key, api_key_fields, &k, &row, c->why);
	if (e)
		return e;
	if (of && (k.scope != of->scope || !str_eq(k.id, of->id)))
		return why_set(c->why, ERR_NOTFOUND, "there is no such key");
	jsonw_str(c->w, "name", str_sub(row.key, 0, API_KEY_NAME_LEN));
	if (k.revoked_at != TIME_NONE)
		return OK;
	command_changes(c, STR("valid"), STR("revoked"));
	c->j->keys_stale = true;
	k.revoked_at = c->j->fold.now;
	row.state = STR("revoked");
	return work_store(c->j->fold.work, &row, api_key_fields, &k, c->why);
}

enum err cmd_key_revoke(struct commanding *c) { return revoke(c, NULL); }

enum err cmd_my_key_revoke(struct commanding *c)
{
	struct str name = command_arg(c, "name");
	return name.len == API_KEY_NAME_LEN ? revoke(c, &c->p) : why_set(c->why, ERR_NOTFOUND, "there is no such key");
}

enum err command_of_holder(struct commanding *c, enum case_input_type type, uint64_t of)
{
	struct fold_command cmd = { .type = type, .number = of, .actor = c->who, .text = command_arg(c, "text") };
	struct casefile found;
	struct row row;
	uint64_t number = 0;
	enum err e = fold_find_case(&c->j->fold, cmd.number, &found, &row, c->why);
	if (e)
		return e;
	if (!cmd.text.len || cmd.text.len > CASE_NOTE_MAX)
		return why_set(c->why, ERR_RANGE, "text: 1 to %d octets", CASE_NOTE_MAX);
	/* nothing of a closed case asks for a person: whoever answers must learn that nobody would read it */
	if (type != INPUT_APPEAL && case_is_closed(&found))
		return why_set(c->why, ERR_CONFLICT, "the case is %s: an appeal, or a new report, opens it again", case_state_words[found.state]);
	e = fold_command(&c->j->fold, &cmd, &number, c->why);
	if (e)
		return e;
	command_put_case(c, number);
	return OK;
}

static enum err of_my_case(struct commanding *c, enum case_input_type type)
{
	uint64_t number = 0;
	enum err e = command_case(c, &number);
	return e ? e : command_of_holder(c, type, number);
}

enum err cmd_my_answer(struct commanding *c) { return of_my_case(c, INPUT_ANSWER); }
enum err cmd_my_fixed(struct commanding *c) { return of_my_case(c, INPUT_FIXED); }
enum err cmd_my_appeal(struct commanding *c) { return of_my_case(c, INPUT_APPEAL); }
