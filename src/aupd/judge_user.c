/*
 * Accounts of the console: who has one, what it may do, and how it begins. See model/user.h.
 *
 * An account is made with an invitation, told once to whoever made it and nowhere kept; with it its owner chooses a password and a secret of
 * one-time passwords. Nobody learns a password of another, and an administrator who sets somebody back ends his sessions too. The last
 * account that may make others stays.
 */
#include "aupd/judge_user.h"
#include "base/digest.h"
#include "base/seal.h"

enum { INVITATION_LEN = 16, PAGE = 200, ADMINS_MAX = 1000 };

struct str user_digest(struct arena *a, struct str secret)
{
	struct digest d;
	digest_sha256(secret, &d);
	return digest_hex(a, &d);
}

enum err user_load(struct commanding *c, struct str name, struct user *ret_user, struct row *ret_row)
{
	struct user x = { 0 };
	enum err e = user_name_is(name) ? work_load(c->j->fold.work, TABLE_OPERATOR, name, user_fields, &x, ret_row, c->why) : ERR_NOTFOUND;
	if (e)
		return e == ERR_NOTFOUND ? why_set(c->why, e, "there is no account of that name") : e;
	*ret_user = x;
	return OK;
}

enum err user_keep(struct commanding *c, const struct user *x, struct row *row)
{
	row->owner = x->id;
	row->state = str_of(user_state_words[x->state]);
	row->rank = x->made_at;
	return work_store(c->j->fold.work, row, user_fields, x, c->why);
}

enum err user_end_sessions(struct commanding *c, struct str name, struct str but)
{
	struct query q = { .table = TABLE_SESSION, .owner = name, .due_by = TIME_NONE, .limit = SESSIONS_OF_ONE_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++)
		if (!str_eq(rows[i].key, but))
			e = work_delete(c->j->fold.work, TABLE_SESSION, rows[i].key, c->why);
	return e;
}

static enum err invite(struct commanding *c, struct user *x)
{
	struct arena *a = work_arena(c->j->fold.work);
	char secret[INVITATION_LEN];
	random_bytes(secret, sizeof(secret));
	struct str code = str_base64url(a, (struct str){ secret, sizeof(secret) });
	secret_wipe(secret, sizeof(secret));
	if (!code.len)
		return why_set(c->why, ERR_NOMEM, "no memory for an invitation");
	x->invitation = user_digest(a, code);
	x->invited_until_at = c->j->fold.now + USER_INVITED_HOURS * HOUR_US;
	x->password = x->secret = STR_NONE;
	x->recovery_count = 0;
	x->failures = 0;
	x->wait_until_at = TIME_NONE;
	x->state = USER_INVITED;
	jsonw_str(c->w, "name", x->name);
	jsonw_str(c->w, "invitation", code);
	jsonw_time(c->w, "until", x->invited_until_at);
	return OK;
}

/* Without a password of ours, and so without an invitation: the provider's word alone lets him in. */
static enum err begin_bound(struct commanding *c, struct user *x)
{
	x->state = USER_ACTIVE;
	enum err e = user_bind(c, x, command_arg(c, "oidc"));
	jsonw_str(c->w, "name", x->name);
	jsonw_str(c->w, "oidc", x->issuer);
	return e;
}

static enum err read_role(struct commanding *c, enum role_of *ret_role)
{
	struct str word = command_arg(c, "role");
	for (enum role_of r = 0; r < ROLE_OF_END; r++)
		if (str_eq(word, str_of(role_of_words[r]))) {
			*ret_role = r;
			return OK;
		}
	return why_set(c->why, ERR_SYNTAX, "role: viewer, analyst, senior, policy, auditor or admin");
}

/* Of an operator unless it says of which reseller or customer. */
static enum err read_whose(struct commanding *c, struct user *x)
{
	struct str reseller = command_arg(c, "reseller"), customer = command_arg(c, "customer");
	x->scope = reseller.len ? SCOPE_RESELLER : customer.len ? SCOPE_CUSTOMER : SCOPE_OPERATOR;
	x->id = reseller.len ? reseller : customer.len ? customer : x->name;
	if (reseller.len && customer.len)
		return why_set(c->why, ERR_SYNTAX, "an account is of a reseller, of a customer, or of neither");
	if (x->scope == SCOPE_OPERATOR)
		return read_role(c, &x->role);
	if (command_arg(c, "role").len)
		return why_set(c->why, ERR_SYNTAX, "operators alone have a role");
	return registry_find(c->j->fold.registry, reseller.len ? ENTITY_RESELLER : ENTITY_CUSTOMER, x->id) ? OK
		: why_set(c->why, ERR_NOTFOUND, "there is no %s %.*s", scope_words[x->scope], STR_ARG(x->id));
}

enum err cmd_user_add(struct commanding *c)
{
	struct user x = { .name = command_arg(c, "name"), .made_by = c->who, .made_at = c->j->fold.now, .seen_at = TIME_NONE, .invited_until_at = TIME_NONE,
		.wait_until_at = TIME_NONE };
	struct row row;
	if (!user_name_is(x.name))
		return why_set(c->why, ERR_SYNTAX, "name: 1 to %d of a-z, 0-9 and . _ - @, in lower case", USER_NAME_MAX);
	enum err e = read_whose(c, &x);
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_OPERATOR, x.name, &row, c->why);
	if (e == OK && row.version)
		e = why_set(c->why, ERR_EXISTS, "there is an account %.*s already: aup user reset gives it a new invitation", STR_ARG(x.name));
	if (e == OK)
		e = command_arg(c, "oidc").len ? begin_bound(c, &x) : invite(c, &x);
	return e ? e : user_keep(c, &x, &row);
}

/* Is there another one that may make accounts? Whoever is an operator on the machine may, too, but need not be there. */
static enum err check_last_admin(struct commanding *c, const struct user *x)
{
	struct query q = { .table = TABLE_OPERATOR, .state = str_of(user_state_words[USER_ACTIVE]), .due_by = TIME_NONE, .limit = ADMINS_MAX };
	struct arena *a = work_arena(c->j->fold.work);
	struct row *rows;
	size_t n = 0;
	if (x->role != ROLE_ADMIN || x->scope != SCOPE_OPERATOR || x->state != USER_ACTIVE)
		return OK;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct user other = { 0 };
		e = field_decode(a, rows[i].body, user_fields, &other, c->why);
		if (e == OK && other.role == ROLE_ADMIN && other.scope == SCOPE_OPERATOR && !str_eq(other.name, x->name))
			return OK;
	}
	return e ? e : why_set(c->why, ERR_DENIED, "%.*s is the last administrator", STR_ARG(x->name));
}

enum err cmd_user_role(struct commanding *c)
{
	struct user x;
	struct row row;
	enum role_of role;
	enum err e = user_load(c, command_arg(c, "name"), &x, &row);
	if (e == OK && x.scope != SCOPE_OPERATOR)
		e = why_set(c->why, ERR_RANGE, "operators alone have a role");
	if (e == OK)
		e = read_role(c, &role);
	if (e == OK && role != ROLE_ADMIN)
		e = check_last_admin(c, &x);
	if (e)
		return e;
	command_changes(c, str_of(role_of_words[x.role]), str_of(role_of_words[role]));
	x.role = role;
	jsonw_str(c->w, "name", x.name);
	/* a session has the role that it began with */
	e = user_end_sessions(c, x.name, STR_NONE);
	return e ? e : user_keep(c, &x, &row);
}

enum err cmd_user_reset(struct commanding *c)
{
	struct user x;
	struct row row;
	enum err e = user_load(c, command_arg(c, "name"), &x, &row);
	if (e == OK)
		e = check_last_admin(c, &x);
	command_changes(c, e ? STR_NONE : str_of(user_state_words[x.state]), str_of(user_state_words[USER_INVITED]));
	if (e == OK)
		e = user_bind(c, &x, STR_NONE);
	if (e == OK)
		e = invite(c, &x);
	if (e == OK)
		e = user_end_sessions(c, x.name, STR_NONE);
	return e ? e : user_keep(c, &x, &row);
}

enum err cmd_user_disable(struct commanding *c)
{
	struct user x;
	struct row row;
	enum err e = user_load(c, command_arg(c, "name"), &x, &row);
	if (e == OK)
		e = check_last_admin(c, &x);
	if (e)
		return e;
	command_changes(c, str_of(user_state_words[x.state]), str_of(user_state_words[USER_DISABLED]));
	x.state = USER_DISABLED;
	x.password = x.secret = x.invitation = STR_NONE;
	x.recovery_count = 0;
	jsonw_str(c->w, "name", x.name);
	e = user_bind(c, &x, STR_NONE);
	if (e == OK)
		e = user_end_sessions(c, x.name, STR_NONE);
	return e ? e : user_keep(c, &x, &row);
}

enum err cmd_users(struct commanding *c)
{
	struct query q = { .table = TABLE_OPERATOR, .by_key = true, .due_by = TIME_NONE, .limit = PAGE };
	struct arena *a = work_arena(c->j->fold.work);
	struct row *rows;
	size_t n = 0;
	q.after_key = command_arg(c, "after");
	q.has_after = q.after_key.len;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	jsonw_array(c->w, "users");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct user x = { 0 };
		e = field_decode(a, rows[i].body, user_fields, &x, c->why);
		if (e)
			break;
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "name", x.name);
		jsonw_str(c->w, "scope", str_of(scope_words[x.scope]));
		jsonw_str(c->w, "id", x.id);
		jsonw_str(c->w, "role", x.scope == SCOPE_OPERATOR ? str_of(role_of_words[x.role]) : STR_NONE);
		jsonw_str(c->w, "state", str_of(user_state_words[x.state]));
		jsonw_str(c->w, "oidc", x.issuer);
		jsonw_str(c->w, "made_by", x.made_by);
		jsonw_time(c->w, "made", x.made_at);
		jsonw_time(c->w, "seen", x.seen_at);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	jsonw_str(c->w, "after", e == OK && n == PAGE ? rows[n - 1].key : STR_NONE);
	return e;
}
