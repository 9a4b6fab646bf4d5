/*
 * What a digest lists beside what is new in it. See judge_digest.h.
 *
 * The fold reads rows by their keys alone; which cases an account has stands in the store's indexes. What is listed has passed the same
 * fence as the API has for the account's key.
 */
#include "aupd/judge_digest.h"

#include "cases/case.h"
#include "engine/digest.h"
#include "model/principal.h"

enum { PAGE = 1000 };

struct listing {
	struct judge *j;
	struct principal who;
	struct casefile *cases;
	struct digest_open open;
};

static enum err put_case(struct listing *l, const struct row *seen, struct why *why)
{
	struct casefile c = { 0 };
	struct row row;
	/* as this batch has left it */
	enum err e = work_load(l->j->fold.work, TABLE_CASE, seen->key, casefile_fields, &c, &row, why);
	if (e || case_is_closed(&c) || !principal_sees(&l->who, &c))
		return e == ERR_NOTFOUND ? OK : e;
	if (l->open.count == DIGEST_OPEN_MAX)
		l->open.more++;
	else
		l->cases[l->open.count++] = c;
	return OK;
}

static enum err list(struct listing *l, enum scope scope, struct str id, struct why *why)
{
	static const enum case_state states[] = { CASE_OPEN, CASE_PAUSED };
	struct arena *a = work_arena(l->j->fold.work);
	enum err e = OK;
	l->who = (struct principal){ .scope = scope, .id = id };
	for (size_t s = 0; e == OK && s < sizeof(states) / sizeof(states[0]); s++) {
		struct query q = { .table = TABLE_CASE, .state = str_of(case_state_words[states[s]]), .due_by = TIME_NONE, .limit = PAGE };
		struct row *rows;
		size_t n = 0;
		if (!principal_fence(&l->who, a, &q))
			return OK;
		e = l->j->driver->page(l->j->store, a, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n; i++)
			e = put_case(l, &rows[i], why);
		l->open.many |= n == PAGE;
	}
	return e;
}

enum err judge_digest(struct judge *j, const struct row *due, struct why *why)
{
	struct listing l = { .j = j, .cases = ARENA_ARRAY(work_arena(j->fold.work), struct casefile, DIGEST_OPEN_MAX) };
	const struct entity *reseller = registry_find(j->registry, ENTITY_RESELLER, due->owner);
	enum err e = l.cases ? OK : why_set(why, ERR_NOMEM, "no memory for the cases of an account");
	if (e == OK && str_starts(due->key, STR(DIGEST_WAITS)))
		e = list(&l, SCOPE_CUSTOMER, due->owner, why);
	if (e == OK && str_starts(due->key, STR(DIGEST_WAITS)) && reseller && entity_valid_at(reseller, j->fold.now))
		e = list(&l, SCOPE_RESELLER, due->owner, why);
	l.open.cases = l.cases;
	return e ? e : digest_due(&j->fold, due->key, &l.open, why);
}
