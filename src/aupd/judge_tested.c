/*
 * Back-tests of drafts that were kept: what a draft would have done, by whom it was found out, and whether it is still that draft. See
 * judge_draft.h.
 *
 * The replay is no work of the judge: whoever asks for it makes it (`aup policy backtest --keep`), of what the judge hands out pseudonymised, and
 * gives the result back. It is kept as it is given, when it is of the very draft that is here; nobody is bound by what it says.
 */
#include "aupd/judge_draft.h"

enum { RESULT_BYTES_MAX = 2 << 20, TESTED_ARENA_MAX = 64 << 20 };
#define TESTED_ROW "policy-tested/"

static enum err tested_row(struct commanding *c, struct str version, struct row *ret_row)
{
	struct str key = str_format(work_arena(c->j->fold.work), TESTED_ROW "%.*s", STR_ARG(version));
	if (!version.len || key.len > ROW_KEY_MAX)
		return why_set(c->why, ERR_NOTFOUND, "there is no version \"%.*s\"", STR_ARG(str_sub(version, 0, 64)));
	return work_get(c->j->fold.work, TABLE_SWITCH, key, ret_row, c->why);
}

bool draft_is_tested(struct commanding *c, struct str version, struct str digest)
{
	struct json *root = NULL;
	struct row row;
	return tested_row(c, version, &row) == OK && row.version && json_read(work_arena(c->j->fold.work), row.body, &root, NULL) == OK &&
		str_eq(json_text(root, "policy_digest"), digest);
}

static enum err check_result(struct commanding *c, const struct json *result)
{
	struct bundle b;
	struct policy *p = NULL;
	struct str version = json_text(result, "version");
	enum err e = draft_bundle(c, version, &b);
	if (e == OK)
		e = policy_load(work_arena(c->j->fold.work), &b, &p, c->why);
	if (e == OK && !str_eq(json_text(result, "policy_digest"), digest_hex(work_arena(c->j->fold.work), &p->digest)))
		e = why_set(c->why, ERR_CONFLICT, "the draft \"%.*s\" that is kept here says something else than the one that was tested", STR_ARG(version));
	if (e == OK && (!json_text(result, "digest").len || !json_get(result, "draft") || !json_get(result, "base")))
		e = why_set(c->why, ERR_SYNTAX, "that is no result of a back-test");
	return e;
}

static enum err show_draft(struct commanding *c)
{
	struct row row;
	enum err e = draft_row(c, command_arg(c, "version"), &row);
	if (e == OK && !row.version)
		e = why_set(c->why, ERR_NOTFOUND, "there is no draft \"%.*s\"", STR_ARG(command_arg(c, "version")));
	if (e == OK)
		jsonw_raw(c->w, "policy", row.body);
	return e;
}

enum err cmd_policy_tested(struct commanding *c)
{
	const struct json *result = json_get(c->root, "result");
	struct row row;
	struct buf b;
	struct jsonw w;
	/* who is about to test one asks first whether he may have it kept */
	if (json_flag(c->root, "show", false))
		return show_draft(c);
	enum err e = result ? check_result(c, result) : why_set(c->why, ERR_SYNTAX, "there is no result in the command");
	if (e == OK)
		e = tested_row(c, json_text(result, "version"), &row);
	if (e)
		return e;
	buf_init(&b, RESULT_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_tree(&w, NULL, result);
	row.body = b.err ? STR_NONE : str_copy(work_arena(c->j->fold.work), buf_str(&b));
	buf_done(&b);
	if (!row.body.len)
		return why_set(c->why, ERR_LIMIT, "the result is too long to be kept: test a shorter time");
	row.owner = c->who;
	row.rank = c->j->fold.now;
	command_changes(c, STR_NONE, json_text(result, "version"));
	jsonw_str(c->w, "version", json_text(result, "version"));
	return work_put(c->j->fold.work, &row, c->why);
}

/* What was kept of a version, posted meanwhile or not. */
enum err cmd_policy_backtest(struct commanding *c)
{
	struct str version = command_arg(c, "version");
	struct bundle b;
	struct policy *p = NULL;
	struct row row, of;
	enum err e = version_bundle(c, version, &b, &of);
	if (e == OK)
		e = policy_load(work_arena(c->j->fold.work), &b, &p, c->why);
	if (e == OK)
		e = tested_row(c, version, &row);
	if (e)
		return e;
	jsonw_str(c->w, "version", version);
	jsonw_bool(c->w, "draft", str_starts(of.key, STR(DRAFT_ROW)));
	if (!row.version)
		return OK;
	jsonw_bool(c->w, "of_this", draft_is_tested(c, version, digest_hex(work_arena(c->j->fold.work), &p->digest)));
	jsonw_str(c->w, "by", row.owner);
	jsonw_time(c->w, "at", row.rank);
	jsonw_raw(c->w, "result", row.body);
	return OK;
}

/* All files of a version, for who wants to test a draft that is kept here. */
enum err cmd_policy_bundle(struct commanding *c)
{
	struct bundle b;
	struct row row;
	enum err e = version_bundle(c, command_arg(c, "version"), &b, &row);
	if (e)
		return e;
	jsonw_str(c->w, "version", command_arg(c, "version"));
	jsonw_raw(c->w, "policy", row.body);
	return OK;
}
