/*
 * Who comes in by an OpenID provider (OpenID Connect Core 1.0, 3.1: the code flow, with PKCE by S256), proves again who he is by it, or binds his
 * account to whom it says that he is. See model/identity.h, judge_oidc.h.
 *
 * The provider says who somebody is, and nothing of what he may: an account is there before, bound to him by an administrator or by himself
 * when he has just proved who he is, and has its role from us. What he shows there, one factor or two, is the provider's matter, and may be
 * asked for (`acr`). No token makes an account.
 *
 * A sign-in is of the browser that began it, and is answered once. Of a refusal nobody is told why; the log says it, and names nobody.
 */
#include "aupd/judge_oidc.h"
#include "aupd/judge_user.h"
#include "base/clock.h"
#include "model/identity.h"

enum { BEGINS_PER_S = 5, BEGINS_BURST = 50, URL_BYTES_MAX = 8192, ERROR_MAX = 60 };

/* Is there time for one more? By the monotonic clock of this process. Each row that it makes is gone after SIGN_IN_MINUTES. */
static bool may_begin(void)
{
	static int64_t since_us, tokens = BEGINS_BURST * SECOND_US;
	int64_t now = clock_monotonic_us();
	if (since_us)
		tokens += (now - since_us) * BEGINS_PER_S;
	since_us = now;
	if (tokens > BEGINS_BURST * SECOND_US)
		tokens = BEGINS_BURST * SECOND_US;
	if (tokens < SECOND_US)
		return false;
	tokens -= SECOND_US;
	return true;
}

static enum err check_can(struct commanding *c)
{
	if (!judge_oidc_at(c->j))
		return why_set(c->why, ERR_UNSUPPORTED, "the configuration has no OpenID provider");
	if (!judge_oidc_again(c) && !may_begin())
		return why_set(c->why, ERR_AGAIN, "too many people come in at this moment; try again in a few seconds");
	return OK;
}

/* --- the way there --- */

static void put_param(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, "&%s=", name);
	buf_put_percent(b, value);
}

static struct str place_of(struct commanding *c, const struct oidc_offer *offer, enum sign_in_purpose purpose, struct str state)
{
	const struct oidc_at *at = judge_oidc_at(c->j);
	const struct seal_key *key = &c->j->fold.token_key;
	struct arena *a = work_arena(c->j->fold.work);
	struct buf b;
	buf_init(&b, URL_BYTES_MAX);
	buf_put(&b, offer->authorize);
	buf_puts(&b, str_chr(offer->authorize, '?') == SIZE_MAX ? "?response_type=code&scope=openid" : "&response_type=code&scope=openid");
	put_param(&b, "client_id", at->client);
	put_param(&b, "redirect_uri", at->back);
	put_param(&b, "state", state);
	put_param(&b, "nonce", sign_in_secret(a, key, "nonce", state));
	put_param(&b, "code_challenge", sign_in_challenge(a, sign_in_secret(a, key, "verifier", state)));
	put_param(&b, "code_challenge_method", STR("S256"));
	if (purpose != SIGN_IN_LOGIN) {
		put_param(&b, "prompt", STR("login"));
		put_param(&b, "max_age", STR("0"));
	}
	for (unsigned i = 0; i < at->acr_count; i++) {
		buf_puts(&b, i ? "%20" : "&acr_values=");
		buf_put_percent(&b, at->acr[i]);
	}
	struct str url = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return url;
}

static enum err begin(struct commanding *c, enum sign_in_purpose purpose)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct sign_in s = { .purpose = purpose, .to = str_sub(command_arg(c, "to"), 0, SIGN_IN_TO_MAX), .session = purpose == SIGN_IN_LOGIN ? STR_NONE : c->p.session,
		.begun_at = c->j->fold.now };
	const struct oidc_offer *offer;
	const struct jose_keys *keys;
	struct row row;
	enum err e = check_can(c);
	if (e == OK)
		e = judge_oidc_offer(c, &offer, &keys);
	if (e)
		return e;
	struct str state = sign_in_token(a), browser = sign_in_token(a), url = place_of(c, offer, purpose, state), key = sign_in_row(a, state);
	if (!key.len || !browser.len || !url.len)
		return why_set(c->why, ERR_NOMEM, "no memory for a sign-in");
	s.browser = user_digest(a, browser);
	e = work_get(c->j->fold.work, TABLE_IDENTITY, key, &row, c->why);
	row.due_at = c->j->fold.now + SIGN_IN_MINUTES * MINUTE_US;
	jsonw_str(c->w, "at", url);
	jsonw_str(c->w, "browser", browser);
	return e ? e : work_store(c->j->fold.work, &row, sign_in_fields, &s, c->why);
}

enum err cmd_login_oidc(struct commanding *c)
{
	return begin(c, SIGN_IN_LOGIN);
}

static enum err begin_of_session(struct commanding *c, enum sign_in_purpose purpose)
{
	struct user_session s = { 0 };
	struct row row;
	enum err e = user_own_session(c, &s, &row);
	if (e == OK && s.enrols)
		e = why_set(c->why, ERR_DENIED, "the account is not active yet");
	/* a heavy step: whoever finds a session open cannot keep the account so */
	if (e == OK && purpose == SIGN_IN_BIND && (s.proved_at == TIME_NONE || c->j->fold.now - s.proved_at > SESSION_PROVED_MINUTES * MINUTE_US))
		e = why_set(c->why, ERR_DENIED, "this is a heavy step: prove again who you are");
	return e ? e : begin(c, purpose);
}

enum err cmd_prove_oidc(struct commanding *c)
{
	return begin_of_session(c, SIGN_IN_PROVE);
}

enum err cmd_bind_oidc(struct commanding *c)
{
	return begin_of_session(c, SIGN_IN_BIND);
}

/* --- the way back --- */

static enum err say_no(struct commanding *c, const struct sign_in *s, const char *why)
{
	log_warn("a sign-in by the OpenID provider was refused", "why", why);
	jsonw_bool(c->w, "in", false);
	jsonw_str(c->w, "purpose", str_of(sign_in_purpose_words[s->purpose]));
	jsonw_str(c->w, "to", s->to);
	return OK;
}

/* What came with the browser, before anybody is asked. */
static enum err check_back(struct commanding *c, const struct oidc_offer *offer)
{
	struct str iss = command_arg(c, "iss"), code = command_arg(c, "code"), error = command_arg(c, "error");
	/* RFC 9207 2.4 */
	if (iss.len ? !str_eq(iss, judge_oidc_at(c->j)->issuer) : offer->names_itself)
		return why_set(c->why, ERR_DENIED, "the answer is of another issuer, or does not say of which");
	if (error.len)
		return why_set(c->why, ERR_DENIED, "the provider says: %.*s", STR_ARG(str_printable(work_arena(c->j->fold.work), error, ERROR_MAX)));
	if (!code.len || code.len > OIDC_CODE_MAX)
		return why_set(c->why, ERR_DENIED, "there is no code in the answer, or a very long one");
	return OK;
}

static enum err read_token(struct commanding *c, struct str token, const struct jose_keys *keys, const struct json **ret_claims)
{
	struct arena *a = work_arena(c->j->fold.work);
	enum err e = jose_token_read(a, token, keys, ret_claims, c->why);
	if (e != ERR_NOTFOUND)
		return e;
	/* it may have other keys by now */
	e = judge_oidc_renew(c);
	return e ? e : jose_token_read(a, token, keys, ret_claims, c->why);
}

/* Whom the provider says that he is. ERR_AGAIN with c->later: the command is put off; ERR_PEER, ERR_NOMEM: it cannot be told; else refused. */
static enum err ask_who(struct commanding *c, const struct sign_in *s, struct str state, struct str *ret_subject)
{
	struct arena *a = work_arena(c->j->fold.work);
	const struct oidc_at *at = judge_oidc_at(c->j);
	const struct seal_key *key = &c->j->fold.token_key;
	struct oidc_expected x = { .issuer = at->issuer, .client = at->client, .nonce = sign_in_secret(a, key, "nonce", state), .now_at = c->j->fold.now, .begun_at = s->begun_at,
		.fresh = s->purpose != SIGN_IN_LOGIN, .acr = at->acr, .acr_count = at->acr_count };
	const struct oidc_offer *offer;
	const struct jose_keys *keys;
	const struct json *claims;
	struct str octets, token;
	struct json *root;
	unsigned status;
	enum err e = judge_oidc_offer(c, &offer, &keys);
	if (e == OK)
		e = check_back(c, offer);
	if (e == OK)
		e = judge_oidc_exchange(c, command_arg(c, "code"), sign_in_secret(a, key, "verifier", state), &status, &octets);
	if (e)
		return e;
	if (status != 200)
		return why_set(c->why, ERR_DENIED, "the provider gives nothing for the code: %.*s", STR_ARG(json_read(a, octets, &root, NULL) == OK
			? str_printable(a, json_text(root, "error"), ERROR_MAX) : STR("it does not say why")));
	e = oidc_answer_read(a, octets, &token, c->why);
	if (e == OK)
		e = read_token(c, token, keys, &claims);
	return e ? e : oidc_claims_check(claims, &x, ret_subject, c->why);
}

static enum err find_account(struct commanding *c, struct str digest, struct user *ret_user, struct row *ret_row)
{
	struct row row;
	enum err e = work_get(c->j->fold.work, TABLE_IDENTITY, identity_row(work_arena(c->j->fold.work), digest), &row, c->why);
	if (e == OK)
		e = row.version ? user_load(c, row.owner, ret_user, ret_row) : ERR_NOTFOUND;
	return e == OK && !str_eq(ret_user->identity, digest) ? ERR_NOTFOUND : e;
}

static enum err comes_in(struct commanding *c, const struct sign_in *s, struct str digest)
{
	struct user x = { .state = USER_DISABLED };
	struct row row;
	enum err e = find_account(c, digest, &x, &row);
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e || x.state != USER_ACTIVE)
		return say_no(c, s, e ? "no account is bound to whom the provider named" : "the account is not active");
	e = user_comes_in(c, &x, STR("login-oidc"), true);
	jsonw_str(c->w, "to", s->to);
	return e ? e : user_keep(c, &x, &row);
}

/* Of the session that began it: proves who he is once more, or binds the account. */
static enum err goes_on(struct commanding *c, const struct sign_in *s, struct str subject, struct str digest)
{
	struct user_session session = { 0 };
	struct user x = { .state = USER_DISABLED };
	struct row row, account_row;
	enum err e = user_own_session(c, &session, &row);
	if (e == OK)
		e = user_load(c, session.account, &x, &account_row);
	if (e)
		return e;
	if (x.state != USER_ACTIVE)
		return say_no(c, s, "the account is not active");
	if (s->purpose == SIGN_IN_PROVE && !str_eq(x.identity, digest))
		return say_no(c, s, "the account of the session is not bound to whom the provider named");
	if (s->purpose == SIGN_IN_BIND) {
		e = user_bind(c, &x, subject);
		if (e == ERR_EXISTS)
			return say_no(c, s, "another account is bound to whom the provider named");
		if (e == OK && x.scope == SCOPE_OPERATOR)
			e = command_record_deed(c, STR("user-oidc"));
		if (e == OK)
			e = user_keep(c, &x, &account_row);
	}
	session.proved_at = session.seen_at = c->j->fold.now;
	session.by_provider = true;
	jsonw_bool(c->w, "in", true);
	jsonw_str(c->w, "to", s->to);
	return e ? e : work_store(c->j->fold.work, &row, user_session_fields, &session, c->why);
}

static bool is_refusal(const struct commanding *c, enum err e)
{
	return !c->later && (e == ERR_DENIED || e == ERR_SYNTAX || e == ERR_LIMIT || e == ERR_NOTFOUND || e == ERR_RANGE);
}

enum err cmd_oidc_back(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct str state = command_arg(c, "state"), key = sign_in_row(a, state), subject = STR_NONE;
	struct sign_in s = { .purpose = SIGN_IN_LOGIN };
	struct row row;
	enum err e = check_can(c);
	if (e)
		return e;
	e = key.len ? work_load(c->j->fold.work, TABLE_IDENTITY, key, sign_in_fields, &s, &row, c->why) : ERR_NOTFOUND;
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e)
		return say_no(c, &s, "it was not begun, was answered, or is over");
	/* of another browser it stays, for the one that began it */
	if (!sign_in_holds(&s, a, command_arg(c, "browser"), c->j->fold.now) || (s.session.len && !str_eq(s.session, c->p.session)))
		return say_no(c, &(struct sign_in){ .purpose = SIGN_IN_LOGIN }, "it was begun in another browser or session, or is over");
	e = ask_who(c, &s, state, &subject);
	if (e && !is_refusal(c, e))
		return e;
	enum err gone = work_delete(c->j->fold.work, TABLE_IDENTITY, key, c->why);
	if (gone)
		return gone;
	if (e)
		return say_no(c, &s, c->why->text);
	struct str digest = identity_digest(a, judge_oidc_at(c->j)->issuer, subject);
	return s.purpose == SIGN_IN_LOGIN ? comes_in(c, &s, digest) : goes_on(c, &s, subject, digest);
}

/* --- whose account --- */

static bool is_subject(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= 0 || s.ptr[i] == 0x7f)
			return false;
	return s.len && s.len <= OIDC_SUBJECT_MAX;
}

enum err user_bind(struct commanding *c, struct user *x, struct str subject)
{
	const struct oidc_at *at = judge_oidc_at(c->j);
	struct arena *a = work_arena(c->j->fold.work);
	struct str digest = STR_NONE;
	struct row row;
	enum err e = OK;
	if (subject.len && !at)
		return why_set(c->why, ERR_UNSUPPORTED, "the configuration has no OpenID provider");
	if (subject.len && !is_subject(subject))
		return why_set(c->why, ERR_SYNTAX, "a subject has 1 to %d characters of ASCII", OIDC_SUBJECT_MAX);
	if (subject.len) {
		digest = identity_digest(a, at->issuer, subject);
		e = work_get(c->j->fold.work, TABLE_IDENTITY, identity_row(a, digest), &row, c->why);
		if (e == OK && row.version && !str_eq(row.owner, x->name))
			e = why_set(c->why, ERR_EXISTS, "another account is bound to that subject");
	}
	if (e == OK && x->identity.len && !str_eq(x->identity, digest))
		e = work_delete(c->j->fold.work, TABLE_IDENTITY, identity_row(a, x->identity), c->why);
	if (e)
		return e;
	x->identity = digest;
	x->issuer = subject.len ? at->issuer : STR_NONE;
	if (!subject.len)
		return OK;
	row.owner = x->name;
	row.rank = c->j->fold.now;
	row.body = STR("{}");
	return work_put(c->j->fold.work, &row, c->why);
}

enum err cmd_user_oidc(struct commanding *c)
{
	struct user x = { 0 };
	struct str subject = str_trim(command_arg(c, "subject"));
	struct row row;
	enum err e = user_load(c, command_arg(c, "name"), &x, &row);
	if (e == OK && subject.len && x.state != USER_ACTIVE)
		e = why_set(c->why, ERR_CONFLICT, "the account is not active: aup user add --oidc makes one that needs no password");
	if (e == OK && !subject.len && x.identity.len && !x.password.len)
		e = why_set(c->why, ERR_CONFLICT, "the account has no password: aup user reset gives it an invitation instead");
	struct str before = e == OK && x.issuer.len ? x.issuer : STR("nobody");
	if (e == OK)
		e = user_bind(c, &x, subject);
	if (e)
		return e;
	command_changes(c, before, x.issuer.len ? x.issuer : STR("nobody"));
	jsonw_str(c->w, "name", x.name);
	jsonw_str(c->w, "oidc", x.issuer);
	/* whoever came in by who it was before has no business there any more */
	e = user_end_sessions(c, x.name, STR_NONE);
	return e ? e : user_keep(c, &x, &row);
}
