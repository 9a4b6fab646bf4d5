/*
 * What somebody does about his own account: which sessions he has, ending them, another password, other recovery codes. See judge_user.h.
 *
 * A session is named by the first digits of its row's key, which opens nothing. Password and codes are changed by whoever gives the present
 * password and a code, and that ends all other sessions.
 */
#include "aupd/judge_user.h"

enum { SESSION_NAME_LEN = 16 };

static enum err own(struct commanding *c, struct row **ret_rows, size_t *ret_count)
{
	struct query q = { .table = TABLE_SESSION, .owner = c->session.account, .due_by = TIME_NONE, .limit = SESSIONS_OF_ONE_MAX };
	*ret_count = 0;
	/* who comes by the socket has none */
	return c->p.session.len ? c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, ret_rows, ret_count, c->why) : OK;
}

enum err cmd_sessions(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct row *rows;
	size_t n;
	enum err e = own(c, &rows, &n);
	jsonw_str(c->w, "account", c->session.account);
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
