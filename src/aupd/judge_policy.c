/*
 * Posting a version of the policy: checked, stored for good, recorded, and told of when it changes much. See judge_command.h.
 *
 * A version that is significant is written about to each customer who is a direct one; a reseller's customers are told by him. The
 * letters go out from the moment of posting on, TOLD_A_STEP every TOLD_EVERY_US, in the order of ids, so that neither the mail
 * server nor those who answer are flooded; resellers are asked to acknowledge a version in the same way. A row of TABLE_SWITCH says how far it is, and goes with the last one.
 */
#include "aupd/drivers.h"
#include "aupd/judge_draft.h"
#include "engine/acknowledge.h"
#include "engine/deed.h"
#include "engine/runner.h"
#include "policy/check.h"

enum { TOLD_A_STEP = 100 };
#define TOLD_EVERY_US MINUTE_US
#define TELLING "policy-telling/"
#define ASKING "policy-asking/"
#define CUSTOMERS "customer/"
#define RESELLERS "reseller/"

enum err policy_bundle(struct commanding *c, struct bundle *ret_bundle)
{
	struct arena *a = work_arena(c->j->fold.work);
	const struct json *policy = json_get(c->root, "policy");
	struct buf text;
	struct jsonw w;
	if (command_arg(c, "draft").len)
		return draft_bundle(c, command_arg(c, "draft"), ret_bundle);
	if (!policy)
		return why_set(c->why, ERR_SYNTAX, "there is no policy in the command");
	buf_init(&text, BUNDLE_BYTES_MAX);
	jsonw_init(&w, &text);
	jsonw_tree(&w, NULL, policy);
	struct str blob = str_copy(a, buf_str(&text));
	buf_done(&text);
	return bundle_decode(a, blob, ret_bundle, c->why);
}

/* What no version may be that is posted beside others: dated back, or in force from the same moment as another. */
static enum err fits_others(struct commanding *c, const struct policy *p)
{
	const struct fold *f = &c->j->fold;
	struct arena *a = work_arena(c->j->fold.work);
	if (f->policy_count == POLICIES_MAX)
		return why_set(c->why, ERR_LIMIT, "there are %d versions, and no room for more", POLICIES_MAX);
	if (f->policy_count && p->posted_at < f->now) {
		(void)why_set(c->why, ERR_RANGE, "posted lies before now: only the first version may be dated back");
		why_hint(c->why, "write a moment that is still to come, such as: posted %.*s", STR_ARG(time_str(a, (f->now / HOUR_US + 1) * HOUR_US)));
		return ERR_RANGE;
	}
	for (unsigned i = 0; i < f->policy_count; i++)
		if (f->policies[i]->effective_at == p->effective_at)
			return why_set(c->why, ERR_CONFLICT, "version %.*s takes effect at the same moment", STR_ARG(f->policies[i]->version));
	return OK;
}

enum err policy_tried(struct commanding *c, const struct policy *p)
{
	unsigned tests;
	enum err e = policy_check(p, driver_abilities, c->why);
	const struct policy_test *list = e == OK ? policy_tests(p, &tests) : NULL;
	for (unsigned i = 0; list && e == OK && i < tests; i++)
		e = runner_test(p, &list[i], c->why);
	return e;
}

static enum err check_posted(struct commanding *c, struct bundle *b, struct policy **ret_policy)
{
	enum err e = policy_bundle(c, b);
	if (e == OK)
		e = policy_load(work_arena(c->j->fold.work), b, ret_policy, c->why);
	return e ? e : policy_tried(c, *ret_policy);
}

/* What binds when it takes effect, and is replaced by it; NULL when it is the first. */
static const struct policy *version_before(const struct fold *f, const struct policy *p)
{
	const struct policy *before = NULL;
	for (unsigned i = 0; i < f->policy_count && f->policies[i]->effective_at < p->effective_at; i++)
		before = f->policies[i];
	return before;
}

/* Customers are bound by words: whoever changes these says whether they have to be told, in the policy or as he posts it. */
static enum err says_whether_significant(struct commanding *c, const struct policy *p)
{
	const struct policy *before = version_before(&c->j->fold, p);
	if (!before || p->significance_said || json_flag(c->root, "minor", false) || !policy_reworded(before, p))
		return OK;
	(void)why_set(c->why, ERR_CONFLICT, "clauses say something else than in version %.*s, and this one does not say whether that is significant",
		STR_ARG(before->version));
	why_hint(c->why, "write significant yes, and customers are told of it; or aup policy post --minor, when they need not be");
	return ERR_CONFLICT;
}

/* That it was posted is proved from then on, whatever becomes of the store. */
static enum err put_record(struct commanding *c, const struct policy *p)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct record r;
	enum err e = deed_begin(&c->j->fold, "policy-posted", &r, c->why);
	if (e)
		return e;
	record_put(&r, "version", p->version);
	record_put(&r, "policy.digest", digest_hex(a, &p->digest));
	record_put(&r, "document.digest", digest_hex(a, &p->text_digest));
	record_put_time(a, &r, "posted", p->posted_at);
	record_put_time(a, &r, "effective", p->effective_at);
	const struct policy *before = version_before(&c->j->fold, p);
	record_put(&r, "significant", p->significant ? STR("yes") : before && policy_reworded(before, p) ? STR("no") : STR_NONE);
	record_commit(&r, "actor", c->who);
	return deed_write(&c->j->fold, &r, DEED_OFFICE, c->why);
}

static enum err begin_walk(struct commanding *c, const char *walk, const struct policy *p)
{
	struct work *w = c->j->fold.work;
	struct row row;
	enum err e = work_get(w, TABLE_SWITCH, str_format(work_arena(w), "%s%.*s", walk, STR_ARG(p->version)), &row, c->why);
	row.due_at = c->j->fold.now;
	row.owner = c->who;
	return e ? e : work_put(w, &row, c->why);
}

/* Before the first version there was nothing that could change; it is acknowledged like the others. */
static enum err begin_telling(struct commanding *c, const struct policy *p)
{
	bool told = p->significant && c->j->fold.policy_count;
	if (told)
		jsonw_bool(c->w, "told", true);
	enum err e = told ? begin_walk(c, TELLING, p) : OK;
	return e || !p->resellers.acknowledge_us ? e : begin_walk(c, ASKING, p);
}

/* What is posted is not tried any more. Where two people are asked for, it was tried, as it is, and proposed by somebody else. */
static enum err promote(struct commanding *c, struct str blob)
{
	struct work *w = c->j->fold.work;
	struct row row;
	enum err e = work_get(w, TABLE_SWITCH, JUDGE_SHADOW, &row, c->why);
	bool tried = e == OK && row.version && str_eq(row.body, blob);
	if (e == OK && c->j->role->share.posting_by_two && !tried) {
		(void)why_set(c->why, ERR_DENIED, "this version has not been tried: two people post a version, and the first one proposes it");
		why_hint(c->why, "aup policy shadow FILE");
		return ERR_DENIED;
	}
	if (e == OK && c->j->role->share.posting_by_two && str_eq(row.owner, c->who))
		return why_set(c->why, ERR_DENIED, "you proposed this version: another one posts it");
	return e || !tried ? e : work_delete(w, TABLE_SWITCH, JUDGE_SHADOW, c->why);
}

static enum err show_shadow(struct commanding *c, const struct row *row)
{
	if (!row->version)
		return why_set(c->why, ERR_NOTFOUND, "no draft is tried");
	jsonw_time(c->w, "since", row->rank);
	jsonw_str(c->w, "by", row->owner);
	jsonw_raw(c->w, "policy", row->body);
	return OK;
}

/* A draft in place of the one before it; the same again goes on from where it began. */
static enum err try_draft(struct commanding *c, struct row *row)
{
	struct bundle b;
	struct policy *p = NULL;
	struct str blob;
	enum err e = check_posted(c, &b, &p);
	if (e == OK)
		e = bundle_encode(work_arena(c->j->fold.work), &b, &blob);
	if (e)
		return e;
	bool again = row->version && str_eq(row->body, blob);
	command_changes(c, STR_NONE, p->version);
	if (!again) {
		row->owner = c->who;
		row->rank = c->j->fold.now;
		row->body = blob;
	}
	jsonw_str(c->w, "version", p->version);
	jsonw_str(c->w, "digest", digest_hex(work_arena(c->j->fold.work), &p->digest));
	jsonw_time(c->w, "since", row->rank);
	jsonw_bool(c->w, "again", again);
	return again ? OK : work_put(c->j->fold.work, row, c->why);
}

enum err cmd_policy_shadow(struct commanding *c)
{
	struct work *w = c->j->fold.work;
	struct row row;
	enum err e = work_get(w, TABLE_SWITCH, JUDGE_SHADOW, &row, c->why);
	if (e)
		return e;
	if (json_flag(c->root, "show", false))
		return show_shadow(c, &row);
	if (!json_flag(c->root, "off", false))
		e = try_draft(c, &row);
	else if (row.version)
		e = work_delete(w, TABLE_SWITCH, JUDGE_SHADOW, c->why);
	c->j->policies_stale = true;
	return e ? e : judge_tables_change(c->j, c->why);
}

enum err cmd_policy_post(struct commanding *c)
{
	struct judge *j = c->j;
	struct arena *a = work_arena(j->fold.work);
	struct bundle b;
	struct policy *p = NULL;
	struct row row;
	struct str blob;
	enum err e = check_posted(c, &b, &p);
	if (e == OK)
		e = bundle_encode(a, &b, &blob);
	if (e == OK)
		e = work_get(j->fold.work, TABLE_POLICY, p->version, &row, c->why);
	if (e)
		return e;
	if (row.version && !str_eq(row.body, blob))
		return why_set(c->why, ERR_EXISTS, "version %.*s has been posted and does not change; give the new text a version of its own", STR_ARG(p->version));
	/* the same again changes nothing, however late */
	e = row.version ? OK : fits_others(c, p);
	if (e == OK && !row.version)
		e = says_whether_significant(c, p);
	if (e)
		return e;
	jsonw_str(c->w, "version", p->version);
	jsonw_str(c->w, "digest", digest_hex(a, &p->digest));
	jsonw_bool(c->w, "again", row.version != 0);
	if (row.version)
		return OK;
	e = promote(c, blob);
	if (e)
		return e;
	const struct policy *before = version_before(&j->fold, p);
	command_changes(c, before ? before->version : STR_NONE, p->version);
	row.rank = p->effective_at;
	row.owner = c->who;
	row.body = blob;
	j->policies_stale = true;
	e = judge_tables_change(j, c->why);
	if (e == OK)
		e = work_put(j->fold.work, &row, c->why);
	if (e == OK)
		e = put_record(c, p);
	if (e == OK)
		e = draft_forget(c, p->version);
	return e ? e : begin_telling(c, p);
}

bool judge_policy_is_telling(const struct row *due)
{
	return str_starts(due->key, STR(TELLING)) || str_starts(due->key, STR(ASKING));
}

enum err judge_policy_tell(struct judge *j, const struct row *due, struct why *why)
{
	struct fold *f = &j->fold;
	bool asks = str_starts(due->key, STR(ASKING));
	size_t head = asks ? sizeof(ASKING) - 1 : sizeof(TELLING) - 1, whose = asks ? sizeof(RESELLERS) - 1 : sizeof(CUSTOMERS) - 1;
	const struct policy *p = fold_policy(f, str_sub(due->key, head, due->key.len));
	struct query q = { .table = TABLE_ENTITY, .by_key = true, .has_after = due->body.len > 0, .after_key = due->body,
		.key_prefix = asks ? STR(RESELLERS) : STR(CUSTOMERS), .due_by = TIME_NONE, .limit = TOLD_A_STEP };
	struct row row, *rows;
	size_t n = 0;
	enum err e = work_get(f->work, due->table, due->key, &row, why);
	if (e == OK && !p)
		e = why_set(why, ERR_NOTFOUND, "the version that customers are told of is not loaded");
	if (e == OK)
		e = j->driver->page(j->store, work_arena(f->work), &q, &rows, &n, why);
	for (size_t i = 0; e == OK && i < n; i++)
		e = (asks ? acknowledge_ask : fold_tell_policy)(f, p, str_sub(rows[i].key, whose, rows[i].key.len), why);
	if (e || n < TOLD_A_STEP)
		return e ? e : work_delete(f->work, due->table, due->key, why);
	row.body = rows[n - 1].key;
	row.due_at = f->now + TOLD_EVERY_US;
	return work_put(f->work, &row, why);
}
