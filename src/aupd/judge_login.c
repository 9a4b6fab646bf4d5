/*
 * Who comes in to the console, stays, and proves again who he is. See model/user.h.
 *
 * An answer to a login says yes or no and nothing of why: an unknown name, a wrong password, a wrong code and an account that waits are one
 * answer, after the same work. A "no" is an answer, not an error, for what it counts must be kept. All of them together are at most
 * LOGINS_PER_S, for each is work of some 70 ms in which nothing else is judged.
 */
#include "aupd/judge_user.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/seal.h"
#include "model/totp.h"

enum { LOGINS_PER_S = 2, LOGINS_BURST = 10, RECOVERY_LEN = 10 /* letters of 5 bits */ };

/* Fits no password, and costs what one that does costs. */
#define NO_PASSWORD STR("$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

/* Is there time for one more? By the monotonic clock of this process. */
static bool may_try(void)
{
	static int64_t since_us, tokens = LOGINS_BURST * SECOND_US;
	int64_t now = clock_monotonic_us();
	if (since_us)
		tokens += (now - since_us) * LOGINS_PER_S;
	since_us = now;
	if (tokens > LOGINS_BURST * SECOND_US)
		tokens = LOGINS_BURST * SECOND_US;
	if (tokens < SECOND_US)
		return false;
	tokens -= SECOND_US;
	return true;
}

static enum err seal_secret(struct commanding *c, struct user *x, struct str secret)
{
	return seal(work_arena(c->j->fold.work), &c->j->fold.token_key, str_format(work_arena(c->j->fold.work), "totp/%.*s", STR_ARG(x->name)), secret, &x->secret);
}

static enum err open_secret(struct commanding *c, const struct user *x, struct str *ret_secret)
{
	struct arena *a = work_arena(c->j->fold.work);
	return unseal(a, &c->j->fold.token_key, str_format(a, "totp/%.*s", STR_ARG(x->name)), x->secret, ret_secret);
}

/* A code of the app, or one of the recovery codes, which is then gone. */
static bool code_fits(struct commanding *c, struct user *x, struct str code)
{
	struct str secret, digest = user_digest(work_arena(c->j->fold.work), code);
	if (open_secret(c, x, &secret) != OK)
		return false;
	if (totp_check(secret, code, c->j->fold.now, x->secret_step, &x->secret_step))
		return true;
	for (unsigned i = 0; code.len > TOTP_DIGITS && i < x->recovery_count; i++)
		if (str_eq_secret(x->recovery[i], digest)) {
			x->recovery[i] = x->recovery[--x->recovery_count];
			log_warn("an account was opened with a recovery code", "left", log_u64(x->recovery_count));
			return true;
		}
	return false;
}

static bool proves(struct commanding *c, struct user *x, struct str password, struct str code)
{
	bool waits = x->wait_until_at != TIME_NONE && x->wait_until_at > c->j->fold.now;
	bool fits = password_fits(x->password.len ? x->password : NO_PASSWORD, password);
	return fits && !waits && x->state == USER_ACTIVE && code_fits(c, x, code);
}

static enum err make_session(struct commanding *c, const struct user *x, bool enrols, bool by_provider, struct str *ret_token)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_SESSION, .owner = x->name, .due_by = TIME_NONE, .limit = SESSIONS_OF_ONE_MAX };
	int64_t now = c->j->fold.now;
	struct user_session s = { .account = x->name, .scope = x->scope, .id = x->id, .role = x->role, .made_at = now, .seen_at = now, .proved_at = enrols ? TIME_NONE : now,
		.until_at = now + SESSION_HOURS * HOUR_US, .before_at = x->seen_at, .enrols = enrols, .by_provider = by_provider, .keys = x->keys,
		.from = command_arg(c, "from"), .agent = command_arg(c, "agent") };
	struct str token = user_session_new(a), key = user_session_row(a, token);
	struct row *rows, row;
	size_t n = 0;
	if (!key.len)
		return why_set(c->why, ERR_NOMEM, "no memory for a session");
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct user_session old = { 0 };
		e = field_decode(a, rows[i].body, user_session_fields, &old, c->why);
		s.before_at = e == OK && !old.enrols && old.seen_at > s.before_at ? old.seen_at : s.before_at;
	}
	/* the one that began first goes */
	if (e == OK && n == SESSIONS_OF_ONE_MAX)
		e = work_delete(c->j->fold.work, TABLE_SESSION, rows[n - 1].key, c->why);
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_SESSION, key, &row, c->why);
	if (e)
		return e;
	row.owner = x->name;
	row.state = STR("valid");
	row.rank = now;
	row.due_at = s.until_at;
	*ret_token = token;
	return work_store(c->j->fold.work, &row, user_session_fields, &s, c->why);
}

static enum err say_no(struct commanding *c)
{
	jsonw_bool(c->w, "in", false);
	return OK;
}

static enum err count_failure(struct commanding *c, struct user *x, struct row *row)
{
	x->failures++;
	x->wait_until_at = c->j->fold.now + user_wait_us(x->failures);
	if (x->failures == USER_FREE_FAILURES)
		log_warn("an account waits after failed logins");
	return user_keep(c, x, row);
}

static enum err failed(struct commanding *c, struct user *x, struct row *row)
{
	enum err e = count_failure(c, x, row);
	return e ? e : say_no(c);
}

enum err user_proves(struct commanding *c, struct user *x, struct row *row, struct str password, struct str code, bool *ret_in)
{
	*ret_in = false;
	if (!may_try())
		return why_set(c->why, ERR_AGAIN, "too many people come in at this moment; try again in a few seconds");
	if (!proves(c, x, password, code))
		return count_failure(c, x, row);
	x->failures = 0;
	*ret_in = true;
	return OK;
}

/* Who came in, and from where, stands in the audit when he is one of us. */
static enum err record_login(struct commanding *c, const struct user *x, struct str token, struct str op)
{
	if (x->scope != SCOPE_OPERATOR)
		return OK;
	c->who = x->name;
	c->p = (struct principal){ .scope = x->scope, .id = x->id, .session = user_session_row(work_arena(c->j->fold.work), token) };
	c->session.from = command_arg(c, "from");
	c->session.agent = command_arg(c, "agent");
	return command_record_deed(c, op);
}

enum err user_comes_in(struct commanding *c, struct user *x, struct str op, bool by_provider)
{
	struct str token = STR_NONE;
	enum err e = make_session(c, x, false, by_provider, &token);
	x->seen_at = c->j->fold.now;
	if (e == OK)
		e = record_login(c, x, token, op);
	jsonw_bool(c->w, "in", true);
	jsonw_str(c->w, "session", token);
	return e;
}

enum err cmd_login(struct commanding *c)
{
	struct user x = { .state = USER_DISABLED };
	struct row row;
	if (!may_try())
		return why_set(c->why, ERR_AGAIN, "too many people come in at this moment; try again in a few seconds");
	enum err e = user_load(c, command_arg(c, "name"), &x, &row);
	bool known = e == OK;
	if (e && e != ERR_NOTFOUND)
		return e;
	if (!proves(c, &x, command_arg(c, "password"), command_arg(c, "code")))
		return known && x.state == USER_ACTIVE ? failed(c, &x, &row) : say_no(c);
	x.failures = 0;
	x.wait_until_at = TIME_NONE;
	e = user_comes_in(c, &x, STR("login"), false);
	return e ? e : user_keep(c, &x, &row);
}

enum err user_check_password(struct commanding *c, struct str name, struct str password)
{
	if (password.len < USER_PASSWORD_MIN || password.len > USER_PASSWORD_MAX)
		return why_set(c->why, ERR_RANGE, "a password has %d to %d octets", USER_PASSWORD_MIN, USER_PASSWORD_MAX);
	if (str_find_fold(password, name) != SIZE_MAX)
		return why_set(c->why, ERR_RANGE, "a password does not hold the name of its account");
	return OK;
}

/* With the invitation: a password, and a secret for the app. Only with a code of that is the account active. */
enum err cmd_welcome(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct str password = command_arg(c, "password"), token = STR_NONE, clear;
	struct user x = { 0 };
	char secret[TOTP_SECRET_LEN];
	struct row row;
	if (!may_try())
		return why_set(c->why, ERR_AGAIN, "too many people come in at this moment; try again in a few seconds");
	enum err e = user_load(c, command_arg(c, "name"), &x, &row);
	bool fits = e == OK && x.invitation.len && x.invited_until_at > c->j->fold.now && str_eq_secret(x.invitation, user_digest(a, command_arg(c, "invitation")));
	if (e && e != ERR_NOTFOUND)
		return e;
	if (!fits)
		return why_set(c->why, ERR_DENIED, "the invitation is unknown, was used, or is over");
	e = user_check_password(c, x.name, password);
	if (e == OK)
		e = password_hash(a, password, &x.password);
	if (e)
		return e;
	random_bytes(secret, sizeof(secret));
	clear = (struct str){ secret, sizeof(secret) };
	e = seal_secret(c, &x, clear);
	if (e == OK)
		e = make_session(c, &x, true, false, &token);
	jsonw_bool(c->w, "in", true);
	jsonw_str(c->w, "session", token);
	jsonw_str(c->w, "scope", str_of(scope_words[x.scope]));
	jsonw_str(c->w, "id", x.scope == SCOPE_OPERATOR ? x.name : x.id);
	jsonw_str(c->w, "secret", totp_base32(a, clear));
	jsonw_str(c->w, "uri", totp_uri(a, c->j->fold.provider, x.name, clear));
	secret_wipe(secret, sizeof(secret));
	return e ? e : user_keep(c, &x, &row);
}

void user_make_recovery(struct commanding *c, struct user *x)
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	struct arena *a = work_arena(c->j->fold.work);
	x->recovery = ARENA_ARRAY(a, struct str, USER_RECOVERY);
	x->recovery_count = 0;
	jsonw_array(c->w, "recovery");
	for (unsigned i = 0; x->recovery && i < USER_RECOVERY; i++) {
		char code[RECOVERY_LEN];
		uint8_t chance[RECOVERY_LEN];
		random_bytes(chance, sizeof(chance));
		for (unsigned n = 0; n < RECOVERY_LEN; n++)
			code[n] = letters[chance[n] & 31];
		struct str text = { code, sizeof(code) };
		jsonw_str(c->w, NULL, text);
		x->recovery[x->recovery_count++] = user_digest(a, text);
	}
	jsonw_end(c->w, ']');
}

enum err user_own_session(struct commanding *c, struct user_session *ret_session, struct row *ret_row)
{
	enum err e = c->p.session.len ? work_load(c->j->fold.work, TABLE_SESSION, c->p.session, user_session_fields, ret_session, ret_row, c->why) : ERR_NOTFOUND;
	return e == ERR_NOTFOUND ? why_set(c->why, ERR_DENIED, "this is for a session of the console") : e;
}

enum err cmd_welcome_code(struct commanding *c)
{
	struct user_session s = { 0 };
	struct user x = { 0 };
	struct row row, account_row;
	struct str secret;
	enum err e = user_own_session(c, &s, &row);
	if (e == OK)
		e = user_load(c, s.account, &x, &account_row);
	if (e == OK && !s.enrols)
		e = why_set(c->why, ERR_CONFLICT, "the account is active already");
	if (e == OK)
		e = open_secret(c, &x, &secret);
	if (e == OK && !totp_check(secret, command_arg(c, "code"), c->j->fold.now, x.secret_step, &x.secret_step))
		e = why_set(c->why, ERR_DENIED, "that is not the code that the app shows now: is its clock right?");
	if (e)
		return e;
	x.state = USER_ACTIVE;
	x.invitation = STR_NONE;
	x.invited_until_at = TIME_NONE;
	x.seen_at = c->j->fold.now;
	s.enrols = false;
	s.proved_at = c->j->fold.now;
	user_make_recovery(c, &x);
	e = user_keep(c, &x, &account_row);
	return e ? e : work_store(c->j->fold.work, &row, user_session_fields, &s, c->why);
}

enum err cmd_prove(struct commanding *c)
{
	struct user_session s = { 0 };
	struct user x = { 0 };
	struct row row, account_row;
	enum err e = user_own_session(c, &s, &row);
	if (e == OK && !may_try())
		e = why_set(c->why, ERR_AGAIN, "too many people come in at this moment; try again in a few seconds");
	if (e == OK)
		e = user_load(c, s.account, &x, &account_row);
	if (e)
		return e;
	if (!proves(c, &x, command_arg(c, "password"), command_arg(c, "code")))
		return failed(c, &x, &account_row);
	x.failures = 0;
	s.proved_at = s.seen_at = c->j->fold.now;
	s.by_provider = false;
	jsonw_bool(c->w, "in", true);
	e = user_keep(c, &x, &account_row);
	return e ? e : work_store(c->j->fold.work, &row, user_session_fields, &s, c->why);
}

enum err cmd_session_seen(struct commanding *c)
{
	struct user_session s = { 0 };
	struct row row;
	enum err e = user_own_session(c, &s, &row);
	s.seen_at = c->j->fold.now;
	return e ? e : work_store(c->j->fold.work, &row, user_session_fields, &s, c->why);
}

enum err cmd_logout(struct commanding *c)
{
	struct user_session s = { 0 };
	struct user x = { 0 };
	struct row row, account_row;
	enum err e = user_own_session(c, &s, &row);
	if (e == OK)
		e = user_load(c, s.account, &x, &account_row);
	x.seen_at = c->j->fold.now;
	if (e == OK)
		e = user_keep(c, &x, &account_row);
	if (e == OK && json_flag(c->root, "everywhere", false))
		e = user_end_sessions(c, s.account, c->p.session);
	return e ? e : work_delete(c->j->fold.work, TABLE_SESSION, c->p.session, c->why);
}
