/*
 * Who asks the judge for something, and what he asked before. See judge_command.h.
 *
 * The desk passes proofs on and is believed nothing: the credentials of a connection are read here, and a key is looked up here
 * again. What was answered under an Idempotency-Key is kept in the transaction of its command, so a replay finds both or none.
 */
#include "aupd/judge_command.h"
#include "base/digest.h"

enum { REPLAY_KEPT_HOURS = 24, REPLAY_BYTES_MAX = 64 << 10 };

struct replay { struct str command, answer; };

static const struct field replay_fields[] = {
	{ .name = "command", .type = FIELD_STR, .offset = offsetof(struct replay, command) }, { .name = "answer", .type = FIELD_STR, .offset = offsetof(struct replay, answer) },
	{ .name = NULL },
};

static enum err prove_key(struct judge *j, struct str key, struct commanding *c)
{
	struct arena *a = work_arena(j->fold.work);
	struct row row;
	enum err e = key.len <= API_KEY_MAX ? work_get(j->fold.work, TABLE_API_KEY, api_key_row(a, key), &row, c->why) : ERR_DENIED;
	if (e == OK)
		e = principal_of_key(a, &row, j->fold.now, &c->p, c->why);
	if (e == OK && c->p.scope == SCOPE_OPERATOR && !operator_named(j->role->share.operators, j->role->share.operator_count, c->p.id))
		e = why_set(c->why, ERR_DENIED, "the configuration names no operator %.*s any more", STR_ARG(c->p.id));
	if (e)
		return e;
	c->who = c->p.scope == SCOPE_OPERATOR ? c->p.id : str_format(a, "%s %.*s", scope_words[c->p.scope], STR_ARG(c->p.id));
	return OK;
}

static enum err prove_session(struct judge *j, struct str token, struct commanding *c)
{
	struct arena *a = work_arena(j->fold.work);
	struct str key = user_session_row(a, token);
	struct row row;
	enum err e = key.len ? work_get(j->fold.work, TABLE_SESSION, key, &row, c->why) : why_set(c->why, ERR_DENIED, "the session is over");
	if (e == OK)
		e = principal_of_session(a, &row, j->fold.now, &c->session, &c->p, c->why);
	if (e)
		return e;
	c->who = c->p.scope == SCOPE_OPERATOR ? c->p.id : str_format(a, "%s %.*s", scope_words[c->p.scope], STR_ARG(c->p.id));
	return OK;
}

enum err command_prove(struct judge *j, const struct json *proof, int connection, struct commanding *c)
{
	struct str key = json_text(proof, "key");
	if (key.len)
		return prove_key(j, key, c);
	if (json_text(proof, "session").len)
		return prove_session(j, json_text(proof, "session"), c);
	if (json_text(proof, "page").len)
		return command_prove_page(j, json_text(proof, "page"), c);
	/* a link proves itself where it is used, and so does a password: until then nobody asks */
	if (json_flag(proof, "link", false)) {
		c->p = (struct principal){ .scope = SCOPE_NOBODY };
		c->who = STR("nobody");
		return OK;
	}
	c->who = role_operator(j->role, connection);
	c->p = (struct principal){ .scope = SCOPE_OPERATOR, .id = c->who };
	return c->who.len ? OK : why_set(c->why, ERR_DENIED, "you are no operator: the configuration names none with your user id");
}

/* The same words of two principals are two. */
static struct str replay_key(const struct commanding *c, struct str token)
{
	struct digest d;
	const struct str parts[] = { str_of(scope_words[c->p.scope]), STR("/"), c->p.id, STR("\n"), token };
	digest_sha256_parts(parts, sizeof(parts) / sizeof(parts[0]), &d);
	return digest_hex(work_arena(c->j->fold.work), &d);
}

static struct str digest_of(const struct commanding *c, struct str command)
{
	struct digest d;
	digest_sha256(command, &d);
	return digest_hex(work_arena(c->j->fold.work), &d);
}

enum err command_replay(struct commanding *c, const struct json *proof, struct str command, struct str *ret_text)
{
	struct str token = json_text(proof, "replay");
	struct replay before = { STR_NONE, STR_NONE };
	struct row row;
	*ret_text = STR_NONE;
	if (!token.len)
		return OK;
	enum err e = work_load(c->j->fold.work, TABLE_REPLAY, replay_key(c, token), replay_fields, &before, &row, c->why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (!str_eq(before.command, digest_of(c, command)))
		return why_set(c->why, ERR_EXISTS, "this Idempotency-Key was given with something else before");
	*ret_text = before.answer;
	return OK;
}

enum err command_keep(struct commanding *c, const struct json *proof, struct str command, struct str answer)
{
	struct str token = json_text(proof, "replay");
	struct replay r = { digest_of(c, command), answer };
	struct row row;
	if (!token.len)
		return OK;
	if (answer.len > REPLAY_BYTES_MAX)
		return why_set(c->why, ERR_LIMIT, "the answer is too long to be kept under an Idempotency-Key");
	enum err e = work_get(c->j->fold.work, TABLE_REPLAY, replay_key(c, token), &row, c->why);
	row.due_at = c->j->fold.now + REPLAY_KEPT_HOURS * HOUR_US;
	return e ? e : work_store(c->j->fold.work, &row, replay_fields, &r, c->why);
}

enum err command_case(struct commanding *c, uint64_t *ret_number)
{
	struct casefile found;
	struct row row;
	uint64_t number;
	if (case_parse(command_arg(c, "case"), &number) != OK)
		return why_set(c->why, ERR_SYNTAX, "which case? a number such as C-4711 is needed");
	enum err e = fold_find_case(&c->j->fold, number, &found, &row, c->why);
	if (e == ERR_NOTFOUND || (e == OK && !principal_sees(&c->p, &found)))
		return why_set(c->why, ERR_NOTFOUND, "there is no case C-%llu", (unsigned long long)number);
	if (e == OK)
		*ret_number = number;
	return e;
}
