/*
 * Drafts of the policy: versions that people work at before anybody is bound by them. See judge_draft.h.
 *
 * A draft is a whole version that could bind: one that does not load, fails a check or one of its own tests is refused, and what was kept
 * stays. It is made of files, or of another version with one file changed and a head of its own, and so an earlier version comes back under
 * a new name. At most DRAFTS_MAX. From here it goes on by what judge_policy.c does: tried beside what is in force, and posted.
 */
#include "aupd/judge_draft.h"
#include "policy/head.h"

static struct str draft_key(struct commanding *c, struct str version)
{
	return str_format(work_arena(c->j->fold.work), DRAFT_ROW "%.*s", STR_ARG(version));
}

enum err draft_row(struct commanding *c, struct str version, struct row *ret_row)
{
	struct str key = draft_key(c, version);
	if (!version.len || key.len > ROW_KEY_MAX)
		return why_set(c->why, ERR_NOTFOUND, "there is no version \"%.*s\"", STR_ARG(str_sub(version, 0, 64)));
	return work_get(c->j->fold.work, TABLE_SWITCH, key, ret_row, c->why);
}

enum err draft_bundle(struct commanding *c, struct str version, struct bundle *ret_bundle)
{
	struct row row;
	enum err e = draft_row(c, version, &row);
	if (e == OK && !row.version)
		e = why_set(c->why, ERR_NOTFOUND, "there is no draft \"%.*s\"", STR_ARG(version));
	return e ? e : bundle_decode(work_arena(c->j->fold.work), row.body, ret_bundle, c->why);
}

enum err draft_forget(struct commanding *c, struct str version)
{
	struct row row;
	enum err e = draft_row(c, version, &row);
	return e || !row.version ? e : work_delete(c->j->fold.work, TABLE_SWITCH, row.key, c->why);
}

enum err version_bundle(struct commanding *c, struct str version, struct bundle *ret_bundle, struct row *ret_row)
{
	enum err e = draft_row(c, version, ret_row);
	if (e == OK && !ret_row->version)
		e = work_get(c->j->fold.work, TABLE_POLICY, version, ret_row, c->why);
	if (e == OK && !ret_row->version)
		e = why_set(c->why, ERR_NOTFOUND, "there is no version \"%.*s\"", STR_ARG(version));
	return e ? e : bundle_decode(work_arena(c->j->fold.work), ret_row->body, ret_bundle, c->why);
}

/* A form sends line ends as CRLF; files have LF. */
static struct str unix_lines(struct arena *a, struct str text)
{
	char *p = arena_alloc(a, text.len + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < text.len; i++)
		if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
			p[n++] = text.ptr[i];
	return (struct str){ p, p ? n : 0 };
}

static enum err change_file(struct commanding *c, struct bundle *b)
{
	struct str name = command_arg(c, "file"), text = unix_lines(work_arena(c->j->fold.work), command_arg(c, "content"));
	for (unsigned i = 0; i < b->count; i++)
		if (str_eq(b->files[i].name, name)) {
			b->files[i].text = text;
			return OK;
		}
	return name.len ? why_set(c->why, ERR_NOTFOUND, "that version has no file %.*s", STR_ARG(name)) : OK;
}

static enum err made_of(struct commanding *c, struct bundle *b)
{
	const struct policy_head head = { command_arg(c, "version"), command_arg(c, "posted"), command_arg(c, "significant") };
	struct row row;
	bool from = command_arg(c, "from").len;
	enum err e = from ? version_bundle(c, command_arg(c, "from"), b, &row) : policy_bundle(c, b);
	if (e == OK && from)
		e = change_file(c, b);
	return e ? e : head_write(work_arena(c->j->fold.work), b, &head, c->why);
}

static enum err check_room(struct commanding *c)
{
	struct query q = { .table = TABLE_SWITCH, .key_prefix = STR(DRAFT_ROW), .due_by = TIME_NONE, .by_key = true, .limit = DRAFTS_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	return e == OK && n == DRAFTS_MAX ? why_set(c->why, ERR_LIMIT, "there are %d drafts, and no room for more: remove one", DRAFTS_MAX) : e;
}

static enum err keep_draft(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct bundle b;
	struct policy *p = NULL;
	struct row row, posted;
	struct str blob;
	enum err e = made_of(c, &b);
	if (e == OK)
		e = bundle_encode(a, &b, &blob);
	if (e == OK)
		e = policy_load(a, &b, &p, c->why);
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_POLICY, p->version, &posted, c->why);
	if (e == OK && posted.version) {
		e = why_set(c->why, ERR_EXISTS, "version %.*s has been posted and does not change", STR_ARG(p->version));
		why_hint(c->why, "give the draft a version and a time of its own");
	}
	if (e == OK)
		e = policy_tried(c, p);
	if (e == OK)
		e = draft_row(c, p->version, &row);
	if (e == OK && !row.version)
		e = check_room(c);
	if (e)
		return e;
	jsonw_str(c->w, "version", p->version);
	jsonw_str(c->w, "digest", digest_hex(a, &p->digest));
	jsonw_bool(c->w, "again", row.version && str_eq(row.body, blob));
	command_changes(c, row.version ? STR("an earlier draft") : STR_NONE, p->version);
	row.owner = c->who;
	row.rank = c->j->fold.now;
	row.body = blob;
	return work_put(c->j->fold.work, &row, c->why);
}

enum err cmd_policy_draft(struct commanding *c)
{
	struct bundle b;
	if (!json_flag(c->root, "remove", false))
		return keep_draft(c);
	enum err e = draft_bundle(c, command_arg(c, "draft"), &b);
	jsonw_str(c->w, "version", command_arg(c, "draft"));
	return e ? e : draft_forget(c, command_arg(c, "draft"));
}
