/*
 * Acts on what a RADIUS server reads. See judge_aaa.h.
 *
 * A limit that a suspension came upon cannot be undone in the database while that stands, and what the suspension has saved is what the limit
 * had set. So what the limit replaced is handed to the suspension, which puts that back when its time comes: nobody is let in early, and
 * nobody stays limited. The same where two cases want the same of a login.
 */
#include "aupd/judge_aaa.h"

#include "action/aaa_doc.h"
#include "base/json.h"
#include "engine/fold_case.h"

enum { CASES_A_PAGE = 64, CASES_MAX = 1024 };

bool judge_aaa_act(const struct act *act)
{
	return str_starts(act->driver, STR("aaa-"));
}

static enum err settle(struct judge *j, const struct act *act, enum act_result result, struct str text, struct why *why)
{
	struct act_report r = { .key = act->key, .op = act->desired ? ACT_DO : ACT_UNDO, .result = result, .text = text, .retry_at = TIME_NONE };
	enum err e = put_act(&j->fold, act, why);
	return e ? e : fold_report(&j->fold, &r, why);
}

/* The logins of the service, as accounting's are found (judge_session_act.c); one more than are taken tells that there are more. */
static unsigned logins_of(const struct judge *j, const struct act *act, struct str list[AAA_LOGINS_MAX + 1])
{
	unsigned n = 0;
	for (const struct entity *e = NULL; n <= AAA_LOGINS_MAX && (e = registry_of(j->registry, ENTITY_LOGIN, act->customer, e));) {
		bool other = act->instance.len && e->service.len && !str_eq(e->service, act->instance), known = !e->resource.len;
		for (unsigned i = 0; i < n; i++)
			known |= str_eq(list[i], e->resource);
		if (!other && !known && entity_valid_at(e, j->fold.now))
			list[n++] = e->resource;
	}
	return n;
}

/* What stands in the database because of it, or may. */
static bool is_in_force(const struct act *act)
{
	return str_eq(act->driver, STR("aaa-sql")) && act->saved.len && act->done_at != TIME_NONE && act->state != ACT_UNDONE && act->state != ACT_EXPIRED;
}

static bool same_place(const struct aaa_unit *a, const struct aaa_unit *b)
{
	return a->table == b->table && str_eq(a->login, b->login) && str_eq_fold(a->attribute, b->attribute);
}

/* Units of doc that the other one stands upon go to it; how many. */
static unsigned hand_over(struct aaa_doc *doc, struct aaa_doc *above)
{
	unsigned kept = 0, before = doc->count;
	for (unsigned i = 0; i < before; i++) {
		const struct aaa_unit *u = &doc->units[i];
		bool taken = false;
		for (unsigned k = 0; k < above->count && !taken; k++) {
			taken = same_place(u, &above->units[k]) && aaa_rows_eq(&above->units[k].had, &u->set);
			if (taken)
				above->units[k].had = u->had;
		}
		if (!taken)
			doc->units[kept++] = *u;
	}
	doc->count = kept;
	return before - kept;
}

static enum err hand_to(struct judge *j, struct act *act, struct aaa_doc *doc, struct str key, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	struct act other = { 0 };
	struct aaa_doc above;
	struct row row;
	enum err e = work_load(j->fold.work, TABLE_ACT, key, act_fields, &other, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (str_eq(other.key, act->key) || !is_in_force(&other) || aaa_doc_read(a, other.saved, &above, why) != OK || !hand_over(doc, &above))
		return OK;
	e = aaa_doc_write(a, &above, &other.saved);
	if (e == OK)
		e = aaa_doc_write(a, doc, &act->saved);
	if (e)
		return why_set(why, e, "what an act has saved cannot be handed to another one");
	return put_act(&j->fold, &other, why);
}

static enum err hand_to_case(struct judge *j, struct act *act, struct aaa_doc *doc, struct str key, struct why *why)
{
	struct casefile c = { 0 };
	struct row row;
	enum err e = work_load(j->fold.work, TABLE_CASE, key, casefile_fields, &c, &row, why);
	for (unsigned i = 0; e == OK && doc->count && i < c.act_count; i++)
		e = hand_to(j, act, doc, c.acts[i], why);
	return e == ERR_NOTFOUND ? OK : e;
}

/* Every case of the customer is looked through: there are few, and an undoing is rare. */
static enum err hand_up(struct judge *j, struct act *act, struct aaa_doc *doc, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	struct query q = { .table = TABLE_CASE, .owner = act->customer, .due_by = TIME_NONE, .limit = CASES_A_PAGE };
	struct row *rows;
	size_t n = CASES_A_PAGE;
	enum err e = OK;
	for (unsigned seen = 0; e == OK && n == CASES_A_PAGE && seen < CASES_MAX && doc->count; seen += CASES_A_PAGE) {
		e = j->driver->page(j->store, a, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n; i++)
			e = hand_to_case(j, act, doc, rows[i].key, why);
		if (e == OK && n) {
			q.has_after = true;
			q.after_rank = rows[n - 1].rank;
			q.after_key = rows[n - 1].key;
		}
	}
	return e;
}

static enum err release_undo(struct judge *j, struct act *act, bool *ret_order, struct why *why)
{
	struct aaa_doc doc;
	if (!act->saved.len)
		return settle(j, act, RESULT_DONE, STR_NONE, why);
	enum err e = aaa_doc_read(work_arena(j->fold.work), act->saved, &doc, why);
	if (e)
		return settle(j, act, RESULT_REFUSED, STR("what the act has saved cannot be read"), why);
	if (act->done_at != TIME_NONE)
		e = hand_up(j, act, &doc, why);
	if (e == OK && !doc.count)
		return settle(j, act, RESULT_DONE, STR("another act wants it still, and puts back what stood there before"), why);
	*ret_order = e == OK;
	return e;
}

/* Which they were when it was first ordered: those it is asked about until it is over. */
static enum err keep_logins(struct judge *j, struct act *act, const struct str *list, unsigned count)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, AAA_DOC_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	for (unsigned i = 0; i < count; i++)
		jsonw_str(&w, NULL, list[i]);
	jsonw_end(&w, ']');
	act->saved = b.err ? STR_NONE : str_copy(work_arena(j->fold.work), buf_str(&b));
	buf_done(&b);
	return act->saved.len ? OK : ERR_NOMEM;
}

static enum err kept_logins(struct judge *j, const struct act *act, struct str **ret_list, unsigned *ret_count, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	struct json *root;
	struct str *list = ARENA_ARRAY(a, struct str, AAA_LOGINS_MAX);
	unsigned n = 0;
	enum err e = list ? json_read(a, act->saved, &root, why) : ERR_NOMEM;
	for (const struct json *x = e == OK ? root->child : NULL; x && n < AAA_LOGINS_MAX; x = x->next)
		list[n++] = x->text;
	if (e == OK) {
		*ret_list = list;
		*ret_count = n;
	}
	return e;
}

enum err judge_aaa_show(struct judge *j, const struct act *act, struct str **ret_logins, unsigned *ret_count)
{
	struct str *list = ARENA_ARRAY(work_arena(j->fold.work), struct str, AAA_LOGINS_MAX + 1);
	if (!list)
		return ERR_NOMEM;
	*ret_logins = list;
	*ret_count = logins_of(j, act, list);
	return *ret_count > AAA_LOGINS_MAX ? ERR_LIMIT : OK;
}

enum err judge_aaa_release(struct judge *j, struct act *act, bool *ret_order, struct str **ret_logins, unsigned *ret_count, struct why *why)
{
	*ret_order = false;
	*ret_count = 0;
	const bool rest = str_eq(act->driver, STR("aaa-rest"));
	if (rest && act->saved.len) {
		*ret_order = true;
		return kept_logins(j, act, ret_logins, ret_count, why);
	}
	if (act->state == ACT_UNCLEAR) {
		*ret_order = true;
		return OK;
	}
	if (!act->desired && !rest)
		return release_undo(j, act, ret_order, why);
	struct str *list = ARENA_ARRAY(work_arena(j->fold.work), struct str, AAA_LOGINS_MAX + 1);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for the logins of a service");
	unsigned n = logins_of(j, act, list);
	if (!n)
		return settle(j, act, RESULT_REFUSED, STR("the register has no login of the customer"), why);
	if (n > AAA_LOGINS_MAX)
		return settle(j, act, RESULT_REFUSED, STR("the service has more logins than are changed at once"), why);
	*ret_logins = list;
	*ret_count = n;
	*ret_order = true;
	return rest ? keep_logins(j, act, list, n) : OK;
}
