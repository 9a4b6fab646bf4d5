/*
 * What somebody does about his own account: which sessions he has, ending them, another password, other recovery codes, and which keys he works with.
 * See judge_user.h.
 *
 * A session is named by the first digits of its row's key, which opens nothing. Password and codes are changed by whoever gives the present
 * password and a code, and that ends all other sessions.
 */
#include "aupd/judge_user.h"

enum { SESSION_NAME_LEN = 16, KEYS_BYTES_MAX = 1024, KEYS_MAX = 32 };

static enum err own(struct commanding *c, struct row **ret_rows, size_t *ret_count)
{
	struct query q = { .table = TABLE_SESSION, .owner = c->session.account, .due_by = TIME_NONE, .limit = SESSIONS_OF_ONE_MAX };
	*ret_count = 0;
	/* who comes by the socket has none */
	return c->p.session.len ? c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, ret_rows, ret_count, c->why) : OK;
}

/* The key of that name among the pairs; STR_NONE: it is as usual. */
static struct str own_key(struct str pairs, const char *name)
{
	struct str pair, left;
	while (str_split(&pairs, ' ', &pair))
		if (str_split(&pair, ':', &left) && str_eq(left, str_of(name)))
			return pair;
	return STR_NONE;
}

static void put_keys(struct jsonw *w, struct str pairs)
{
	jsonw_array(w, "keys");
	for (const struct user_key *k = user_keys; k->name; k++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "name", str_of(k->name));
		jsonw_str(w, "usual", str_of(k->usual));
		jsonw_str(w, "own", own_key(pairs, k->name));
		jsonw_str(w, "what", str_of(k->what));
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

enum err cmd_sessions(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct row *rows;
	size_t n;
	struct user x = { .issuer = STR_NONE };
	struct row row;
	enum err e = own(c, &rows, &n);
	if (e == OK && c->p.session.len)
		e = user_load(c, c->session.account, &x, &row);
	jsonw_str(c->w, "account", c->session.account);
	jsonw_str(c->w, "oidc", x.issuer);
	jsonw_array(c->w, "sessions");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct user_session s = { 0 };
		e = field_decode(a, rows[i].body, user_session_fields, &s, c->why);
		if (e || !user_session_valid(&s, c->j->fold.now))
			continue;
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "session", str_sub(rows[i].key, 0, SESSION_NAME_LEN));
		jsonw_bool(c->w, "this", str_eq(rows[i].key, c->p.session));
		jsonw_str(c->w, "from", s.from);
		jsonw_str(c->w, "agent", s.agent);
		jsonw_time(c->w, "made", s.made_at);
		jsonw_time(c->w, "seen", s.seen_at);
		jsonw_time(c->w, "until", s.until_at);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	if (c->p.scope == SCOPE_OPERATOR)
		put_keys(c->w, c->session.keys);
	return e;
}

/* One letter or sign, as a keyboard gives it. */
static bool is_key(struct str s)
{
	unsigned char first = s.len ? (unsigned char)s.ptr[0] : 0;
	size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	return s.len == len && first > ' ' && first != 0x7f && str_utf8_valid(s);
}

/* The members of `set`, as pairs. Each must be one that there is, and no two things may have one key. */
static enum err read_keys(struct commanding *c, struct str *ret_pairs)
{
	const struct json *set = json_get(c->root, "set");
	struct str taken[KEYS_MAX], pairs = STR_NONE;
	unsigned n = 0, known = 0;
	for (const struct json *m = set ? set->child : NULL; m; m = m->next)
		known++;
	for (const struct user_key *k = user_keys; k->name && n < KEYS_MAX; k++) {
		struct str own = set ? json_text(set, k->name) : STR_NONE, key = own.len ? own : str_of(k->usual);
		known -= set && json_get(set, k->name);
		if (!is_key(key))
			return why_set(c->why, ERR_SYNTAX, "%s: a key is one letter or sign", k->what);
		for (unsigned i = 0; i < n; i++)
			if (str_eq(taken[i], key))
				return why_set(c->why, ERR_EXISTS, "%.*s would be two things: %s, and %s", STR_ARG(key), user_keys[i].what, k->what);
		taken[n++] = key;
		if (own.len && !str_eq(own, str_of(k->usual)))
			pairs = str_format(work_arena(c->j->fold.work), "%.*s%s%s:%.*s", STR_ARG(pairs), pairs.len ? " " : "", k->name, STR_ARG(own));
	}
	*ret_pairs = pairs;
	return known ? why_set(c->why, ERR_NOTFOUND, "there is no such thing for a key to do") : OK;
}

enum err cmd_keys_set(struct commanding *c)
{
	struct user x = { 0 };
	struct row row, *rows;
	struct str pairs;
	size_t n;
	enum err e = c->p.session.len ? read_keys(c, &pairs) : why_set(c->why, ERR_DENIED, "keys are kept with an account of the console");
	if (e == OK)
		e = user_load(c, c->session.account, &x, &row);
	if (e)
		return e;
	x.keys = pairs;
	e = user_keep(c, &x, &row);
	if (e == OK)
		e = own(c, &rows, &n);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct user_session s = { 0 };
		struct row one;
		e = work_load(c->j->fold.work, TABLE_SESSION, rows[i].key, user_session_fields, &s, &one, c->why);
		s.keys = pairs;
		e = e ? e : work_store(c->j->fold.work, &one, user_session_fields, &s, c->why);
	}
	put_keys(c->w, pairs);
	return e;
}

enum err cmd_session_end(struct commanding *c)
{
	struct str name = command_arg(c, "session");
	struct row *rows;
	size_t n, ended = 0;
	bool others = json_flag(c->root, "others", false);
	enum err e = own(c, &rows, &n);
	for (size_t i = 0; e == OK && i < n; i++)
		if (others ? !str_eq(rows[i].key, c->p.session) : name.len == SESSION_NAME_LEN && str_starts(rows[i].key, name)) {
			e = work_delete(c->j->fold.work, TABLE_SESSION, rows[i].key, c->why);
			ended++;
		}
	jsonw_int(c->w, "ended", (int64_t)ended);
	return e == OK && !ended && !others ? why_set(c->why, ERR_NOTFOUND, "you have no such session") : e;
}

/* He proves who he is once more, whatever the session has proved. *ret_in: he did. */
static enum err prove_again(struct commanding *c, struct user *ret_user, struct row *ret_row, bool *ret_in)
{
	enum err e = c->p.session.len ? user_load(c, c->session.account, ret_user, ret_row) : why_set(c->why, ERR_DENIED, "this is for a session of the console");
	return e ? e : user_proves(c, ret_user, ret_row, command_arg(c, "password"), command_arg(c, "code"), ret_in);
}

enum err cmd_password(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct user x = { 0 };
	struct row row;
	bool in = false;
	enum err e = user_check_password(c, c->session.account, command_arg(c, "new"));
	if (e == OK)
		e = prove_again(c, &x, &row, &in);
	jsonw_bool(c->w, "in", in);
	if (e || !in)
		return e;
	e = password_hash(a, command_arg(c, "new"), &x.password);
	if (e == OK)
		e = user_end_sessions(c, x.name, c->p.session);
	return e ? e : user_keep(c, &x, &row);
}

enum err cmd_recovery(struct commanding *c)
{
	struct user x = { 0 };
	struct row row;
	bool in = false;
	enum err e = prove_again(c, &x, &row, &in);
	jsonw_bool(c->w, "in", in);
	if (e || !in)
		return e;
	user_make_recovery(c, &x);
	return user_keep(c, &x, &row);
}
