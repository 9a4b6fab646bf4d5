/*
 * What is told of versions of the policy, posted ones and drafts: which there are, what one says, and what two say differently. See
 * judge_draft.h.
 *
 * What is posted lies in memory, a draft is loaded for the answer. Everything large lies in an arena of its own, VERSION_BYTES_MAX, and is
 * gone with the answer.
 */
#include "aupd/judge_draft.h"
#include "model/clause.h"
#include "policy/diff.h"
#include "policy/rules.h"
#include "policy/show.h"

enum { VERSION_BYTES_MAX = 256 << 20 };

static void put_head(struct commanding *c, struct arena *a, const struct policy *p)
{
	jsonw_str(c->w, "version", p->version);
	jsonw_str(c->w, "name", p->name);
	jsonw_str(c->w, "digest", digest_hex(a, &p->digest));
	jsonw_str(c->w, "document", digest_hex(a, &p->text_digest));
	jsonw_time(c->w, "posted", p->posted_at);
	jsonw_time(c->w, "effective", p->effective_at);
	jsonw_str(c->w, "significant", p->significance_said ? p->significant ? STR("yes") : STR("no") : STR_NONE);
	jsonw_int(c->w, "clause_count", p->clause_count);
	jsonw_int(c->w, "rule_count", p->rules->count);
}

static const char *state_of(const struct fold *f, const struct policy *p)
{
	return p->effective_at > f->now ? "to-come" : p == fold_policy_at(f, f->now) ? "in-force" : "past";
}

static const struct policy *before_of(const struct fold *f, const struct policy *p)
{
	const struct policy *before = NULL;
	for (unsigned i = 0; i < f->policy_count && f->policies[i]->effective_at < p->effective_at && f->policies[i] != p; i++)
		before = f->policies[i];
	return before;
}

static enum err load_blob(struct arena *a, struct str blob, struct policy **ret_policy, struct why *why)
{
	struct bundle b;
	enum err e = bundle_decode(a, str_copy(a, blob), &b, why);
	return e ? e : policy_load(a, &b, ret_policy, why);
}

/* A version by its name: in memory when it is posted, else of its draft, or of the draft that is tried. *ret_row: of a draft; version 0. */
static enum err find_version(struct commanding *c, struct arena *a, struct str version, const struct policy **ret_policy, struct row *ret_row)
{
	const struct fold *f = &c->j->fold;
	struct policy *p = NULL;
	*ret_row = (struct row){ .version = 0 };
	*ret_policy = fold_policy(f, version);
	if (*ret_policy)
		return OK;
	enum err e = draft_row(c, version, ret_row);
	if (e == OK && !ret_row->version && f->shadow && str_eq(f->shadow->version, version)) {
		*ret_policy = f->shadow;
		return work_get(f->work, TABLE_SWITCH, JUDGE_SHADOW, ret_row, c->why);
	}
	if (e == OK && !ret_row->version)
		e = why_set(c->why, ERR_NOTFOUND, "there is no version \"%.*s\"", STR_ARG(str_sub(version, 0, 64)));
	if (e == OK)
		e = load_blob(a, ret_row->body, &p, c->why);
	*ret_policy = p;
	return e;
}

/* It may be a draft that this program does not take any more: then its name and its fault are told. */
static void put_draft(struct commanding *c, struct arena *a, const struct row *row, struct str version, const struct row *tried)
{
	struct policy *p = NULL;
	struct why why = { .line = 0 };
	bool is_tried = tried->version && str_eq(tried->body, row->body);
	const struct policy *now = fold_policy_at(&c->j->fold, c->j->fold.now);
	jsonw_object(c->w, NULL);
	if (load_blob(a, row->body, &p, &why) == OK)
		put_head(c, a, p);
	else
		jsonw_str(c->w, "version", version);
	jsonw_str(c->w, "fault", str_of(why.text));
	bool is_tested = p && draft_is_tested(c, p->version, digest_hex(a, &p->digest));
	jsonw_str(c->w, "stage", is_tried ? STR("shadow") : is_tested ? STR("back-tested") : STR("draft"));
	jsonw_str(c->w, "by", row->owner);
	jsonw_time(c->w, "at", row->rank);
	jsonw_str(c->w, "proposed_by", is_tried ? tried->owner : STR_NONE);
	jsonw_time(c->w, "since", is_tried ? tried->rank : TIME_NONE);
	jsonw_str(c->w, "before", now ? now->version : STR_NONE);
	jsonw_end(c->w, '}');
}

static enum err put_drafts(struct commanding *c, struct arena *a)
{
	struct query q = { .table = TABLE_SWITCH, .key_prefix = STR(DRAFT_ROW), .due_by = TIME_NONE, .by_key = true, .limit = DRAFTS_MAX };
	struct row *rows, tried;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_SWITCH, JUDGE_SHADOW, &tried, c->why);
	if (e)
		return e;
	bool listed = !tried.version;
	jsonw_array(c->w, "drafts");
	for (size_t i = 0; i < n; i++) {
		listed |= str_eq(rows[i].body, tried.body);
		put_draft(c, a, &rows[i], str_sub(rows[i].key, sizeof(DRAFT_ROW) - 1, rows[i].key.len), &tried);
	}
	/* one that was proposed as files, and is no draft that is kept */
	if (!listed)
		put_draft(c, a, &tried, STR_NONE, &tried);
	jsonw_end(c->w, ']');
	return OK;
}

/* What is in the store, loaded anew, against what is in memory. */
static bool is_as_posted(struct commanding *c, struct arena *a, const struct policy *p)
{
	struct policy *again = NULL;
	struct why why = { .line = 0 };
	struct row row;
	enum err e = work_get(c->j->fold.work, TABLE_POLICY, p->version, &row, c->why);
	if (e == OK && row.version)
		e = load_blob(a, row.body, &again, &why);
	return e == OK && again && digest_eq(&again->digest, &p->digest);
}

static enum err tell_versions(struct commanding *c, struct arena *a)
{
	const struct fold *f = &c->j->fold;
	jsonw_array(c->w, "versions");
	for (unsigned i = f->policy_count; i-- > 0;) {
		const struct policy *p = f->policies[i], *before = before_of(f, p);
		jsonw_object(c->w, NULL);
		put_head(c, a, p);
		jsonw_str(c->w, "state", str_of(state_of(f, p)));
		jsonw_str(c->w, "before", before ? before->version : STR_NONE);
		if (p == fold_policy_at(f, f->now))
			jsonw_bool(c->w, "as_posted", is_as_posted(c, a, p));
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	jsonw_bool(c->w, "by_two", c->j->role->share.posting_by_two);
	return put_drafts(c, a);
}

static void put_shown(struct commanding *c, const char *name, const struct buf *b)
{
	jsonw_str(c->w, name, buf_str(b));
}

static void put_clauses(struct commanding *c, const struct policy *p)
{
	jsonw_array(c->w, "clauses");
	for (unsigned i = 0; i < p->clause_count; i++) {
		const struct clause *k = &p->clauses[i];
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "clause", k->id);
		const struct clause_info *info = clause_find(k->id);
		jsonw_str(c->w, "title", k->title.len || !info ? k->title : str_of(info->title));
		jsonw_str(c->w, "text", k->text);
		jsonw_str(c->w, "kept_by", k->unused ? STR("unused") : k->product ? STR("product") : k->manual ? STR("people") : STR("rules"));
		jsonw_str(c->w, "note", k->manual ? k->task : k->reason);
		jsonw_array(c->w, "rules");
		for (unsigned n = 0; n < p->rules->count; n++) {
			const struct rule *r = &p->rules->list[n];
			struct buf b;
			if (r->clause != k)
				continue;
			buf_init(&b, 1 << 20);
			show_rule(r, &b);
			jsonw_object(c->w, NULL);
			jsonw_str(c->w, "rule", r->name);
			put_shown(c, "text", &b);
			jsonw_end(c->w, '}');
			buf_done(&b);
		}
		jsonw_end(c->w, ']');
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
}

static void put_ladders(struct commanding *c, const struct policy *p)
{
	jsonw_array(c->w, "ladders");
	for (unsigned i = 0; i < p->ladder_count; i++) {
		struct buf b;
		buf_init(&b, 1 << 20);
		show_ladder(&p->ladders[i], &b);
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "ladder", p->ladders[i].name);
		put_shown(c, "text", &b);
		jsonw_end(c->w, '}');
		buf_done(&b);
	}
	jsonw_end(c->w, ']');
}

static enum err tell_version(struct commanding *c, struct arena *a)
{
	const struct fold *f = &c->j->fold;
	const struct policy *p, *before;
	struct row row;
	enum err e = find_version(c, a, command_arg(c, "version"), &p, &row);
	if (e)
		return e;
	bool draft = row.version;
	if (!draft)
		e = work_get(f->work, TABLE_POLICY, p->version, &row, c->why);
	before = draft ? fold_policy_at(f, f->now) : before_of(f, p);
	put_head(c, a, p);
	jsonw_str(c->w, "state", str_of(draft ? "draft" : state_of(f, p)));
	jsonw_str(c->w, "by", row.owner);
	jsonw_str(c->w, "before", before ? before->version : STR_NONE);
	put_clauses(c, p);
	put_ladders(c, p);
	return e;
}

static enum err tell_file(struct commanding *c, struct arena *a)
{
	struct str name = command_arg(c, "file");
	struct bundle b;
	struct row row;
	(void)a;
	enum err e = version_bundle(c, command_arg(c, "version"), &b, &row);
	const struct bundle_file *f = e == OK ? bundle_find(&b, name.len ? name : b.main) : NULL;
	if (e == OK && !f)
		e = why_set(c->why, ERR_NOTFOUND, "that version has no file %.*s", STR_ARG(name));
	if (e)
		return e;
	jsonw_str(c->w, "version", command_arg(c, "version"));
	jsonw_bool(c->w, "draft", str_starts(row.key, STR(DRAFT_ROW)));
	jsonw_str(c->w, "file", f->name);
	jsonw_str(c->w, "text", f->text);
	jsonw_array(c->w, "files");
	for (unsigned i = 0; i < b.count; i++)
		jsonw_str(c->w, NULL, b.files[i].name);
	jsonw_end(c->w, ']');
	return OK;
}

static enum err tell_changes(struct commanding *c, struct arena *a)
{
	const struct policy *before, *after;
	struct changes changes;
	struct row row;
	enum err e = find_version(c, a, command_arg(c, "from"), &before, &row);
	if (e == OK)
		e = find_version(c, a, command_arg(c, "to"), &after, &row);
	if (e == OK)
		e = diff_make(a, before, after, &changes);
	if (e)
		return e;
	jsonw_str(c->w, "from", before->version);
	jsonw_str(c->w, "to", after->version);
	jsonw_time(c->w, "from_effective", before->effective_at);
	jsonw_time(c->w, "to_effective", after->effective_at);
	diff_put(&changes, c->w);
	diff_sides(a, before, after, c->w);
	return OK;
}

static enum err telling(struct commanding *c, enum err (*tell)(struct commanding *, struct arena *))
{
	struct arena *a = arena_new("version", VERSION_BYTES_MAX);
	enum err e = a ? tell(c, a) : why_set(c->why, ERR_NOMEM, "no memory for an answer");
	arena_free(a);
	return e;
}

enum err cmd_policy_versions(struct commanding *c) { return telling(c, tell_versions); }
enum err cmd_policy_version(struct commanding *c) { return telling(c, tell_version); }
enum err cmd_policy_file(struct commanding *c) { return telling(c, tell_file); }
enum err cmd_policy_changes(struct commanding *c) { return telling(c, tell_changes); }
