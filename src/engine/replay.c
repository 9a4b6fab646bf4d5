/*
 * A replay. See replay.h.
 */
#include "engine/replay.h"

#include <stdlib.h>

#include "engine/fold_case.h"
#include "engine/replay_rows.h"

enum { RESET_EVERY = 256, DUE_MAX = 100000 /* between two sightings, for one row */ };

struct replay {
	struct fold f;
	struct replay_rows *rows;
	struct policy ever;             /* the only version, in force always */
	uint64_t since_reset;
	int64_t day, day_letters;
	struct replay_result sum;
};

struct replay *replay_new(const struct policy *const *versions, unsigned count, bool as_ever, const struct registry *registry)
{
	static const struct seal_key fixed = { { 1 } };
	struct replay *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->rows = replay_rows_new();
	r->f = (struct fold){ .registry = registry, .keyring = keyring_fixed(&fixed), .token_key = fixed, .provider = STR("replay"),
		.mail_domain = STR("replay.invalid"), .mail_local = STR("abuse"), .contact = STR("abuse@replay.invalid"), .now = TIME_NONE, .trial = true };
	if (r->rows) {
		struct row_reader reader = replay_rows_reader(r->rows);
		r->f.work = work_new(&reader);
	}
	if (!r->rows || !r->f.work || !r->f.keyring || !count || count > POLICIES_MAX) {
		replay_free(r);
		return NULL;
	}
	for (unsigned i = 0; i < count; i++)
		r->f.policies[r->f.policy_count++] = versions[i];
	if (as_ever) {
		r->ever = *versions[0];
		r->ever.posted_at = r->ever.effective_at = TIME_NONE + 1;
		r->f.policies[0] = &r->ever;
		r->f.policy_count = 1;
	}
	return r;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	work_free(r->f.work);
	keyring_close(r->f.keyring);
	replay_rows_free(r->rows);
	free(r);
}

/* What was changed can be due at once. */
static enum err take(struct replay *r, struct why *why)
{
	if (work_changes(r->f.work) || ++r->since_reset >= RESET_EVERY) {
		r->since_reset = 0;
		return replay_rows_take(r->rows, r->f.work, why);
	}
	return OK;
}

static void count_letter(struct replay *r)
{
	int64_t day = r->f.now / DAY_US;
	r->day_letters = day == r->day ? r->day_letters + 1 : 1;
	r->day = day;
	r->sum.letters++;
	if ((uint64_t)r->day_letters > r->sum.letters_most)
		r->sum.letters_most = (uint64_t)r->day_letters;
}

/* As the judge releases it, and done at once. */
static enum err release(struct replay *r, const struct row *row, struct why *why)
{
	struct fold *f = &r->f;
	struct act act = { 0 };
	struct row now;
	enum gate gate = GATE_GO;
	enum err e = work_load(f->work, TABLE_ACT, row->key, act_fields, &act, &now, why);
	if (e)
		return e;
	if (act.state == ACT_DONE_ && act.desired && act.expires_at != TIME_NONE && act.expires_at <= f->now) {
		act.desired = false;
		act.state = ACT_UNDOING;
		act.next_at = f->now;
		return put_act(f, &act, why);
	}
	if (!str_eq(act.driver, STR("task")))
		e = fold_gate(f, &act, &gate, why);
	if (e || gate != GATE_GO)
		return e ? e : put_act(f, &act, why);
	if (str_eq(act.driver, STR("notify")) && act.desired)
		count_letter(r);
	struct act_report done = { .key = act.key, .op = act.desired ? ACT_DO : ACT_UNDO, .result = RESULT_DONE, .retry_at = TIME_NONE };
	return fold_report(f, &done, why);
}

static enum err settle(struct replay *r, int64_t until_at, struct why *why)
{
	struct row due;
	enum err e = OK;
	for (unsigned n = 0; e == OK && replay_rows_due(r->rows, until_at, &due); n++) {
		if (due.due_at > r->f.now) {
			r->f.now = due.due_at;
			n = 0;
		}
		if (n == DUE_MAX)
			return why_set(why, ERR_LIMIT, "the replay does not come to rest at one moment");
		replay_rows_pass(r->rows, &due);
		e = due.table == TABLE_ACT ? release(r, &due, why) : fold_due(&r->f, &due, why);
		if (e == OK)
			e = take(r, why);
	}
	if (until_at > r->f.now)
		r->f.now = until_at;
	return e;
}

enum err replay_sighting(struct replay *r, const struct sighting *s, struct why *why)
{
	struct fold_result result;
	struct subject whose = s->whose;
	enum err e = settle(r, s->at, why);
	if (e)
		return e;
	whose.ours = OURS_YES;
	whose.source = STR("recorded");
	whose.from_at = whose.until_at = whose.known_at = TIME_NONE;
	whose.tenant = registry_tenant(work_arena(r->f.work), whose.resellers, whose.reseller_count);
	r->f.told = &whose;
	e = fold_observation(&r->f, &s->seen, &result, why);
	r->f.told = NULL;
	if (e)
		return e;
	r->sum.sightings++;
	r->sum.hits += result.fate == FATE_CASE;
	r->sum.reversed += result.fate == FATE_CASE && s->reversed;
	r->sum.unjudged += result.fate == FATE_PARKED;
	r->sum.persons += result.fate == FATE_PERSON;
	return take(r, why);
}

static enum err copy(struct arena *a, struct str *s)
{
	struct str fresh = s->len ? str_copy(a, *s) : STR("");
	if (!fresh.ptr)
		return ERR_NOMEM;
	*s = fresh;
	return OK;
}

static enum err end_case(struct replay *r, struct arena *a, const struct casefile *c, struct replay_case *ret, struct why *why)
{
	struct replay_case x = { .customer = c->customer, .group = c->group, .number = c->number, .clause = c->clause, .rule = c->rule, .ladder = c->ladder,
		.reseller_count = c->reseller_count, .state = c->state, .opened_at = c->opened_at, .reports = c->report_count, .incidents = c->incident_count,
		.strikes = c->strikes, .step = c->next_step };
	struct str *texts[] = { &x.customer, &x.group, &x.clause, &x.rule, &x.ladder };
	enum err e = OK;
	for (size_t i = 0; e == OK && i < sizeof(texts) / sizeof(texts[0]); i++)
		e = copy(a, texts[i]);
	x.resellers = ARENA_ARRAY(a, struct str, c->reseller_count ? c->reseller_count : 1);
	for (unsigned i = 0; x.resellers && e == OK && i < c->reseller_count; i++) {
		x.resellers[i] = c->resellers[i];
		e = copy(a, &x.resellers[i]);
	}
	for (unsigned i = 0; e == OK && i < c->act_count; i++) {
		struct act act = { 0 };
		struct row row;
		e = work_load(r->f.work, TABLE_ACT, c->acts[i], act_fields, &act, &row, why);
		bool waits = act.state == ACT_HELD;
		if (e == OK && act.desired && (waits || act.state == ACT_DONE_) && act.verb > x.verb) {
			x.verb = act.verb;
			x.waits = waits;
		}
		e = e == ERR_NOTFOUND ? OK : e;
	}
	*ret = x;
	return x.resellers ? e : ERR_NOMEM;
}

static int by_name(const void *x, const void *y)
{
	const struct replay_case *p = x, *q = y;
	int n = str_cmp(p->customer, q->customer);
	if (!n)
		n = str_cmp(p->group, q->group);
	return n ? n : p->number < q->number ? -1 : p->number > q->number;
}

enum err replay_end(struct replay *r, int64_t until_at, struct arena *a, struct replay_result *ret_result, struct why *why)
{
	struct replay_result *sum = &r->sum;
	struct row row;
	size_t i = 0, n = 0;
	enum err e = settle(r, until_at, why);
	while (replay_rows_next(r->rows, TABLE_CASE, &i, &row))
		n++;
	sum->cases = ARENA_ARRAY(a, struct replay_case, n ? n : 1);
	if (e == OK && !sum->cases)
		e = ERR_NOMEM;
	for (i = 0; e == OK && replay_rows_next(r->rows, TABLE_CASE, &i, &row);) {
		struct casefile c = { 0 };
		e = field_decode(work_arena(r->f.work), row.body, casefile_fields, &c, why);
		if (e == OK)
			e = end_case(r, a, &c, &sum->cases[sum->case_count], why);
		sum->case_count += e == OK;
		work_reset(r->f.work);
	}
	if (e)
		return why->text[0] ? e : why_set(why, e, "no memory for the cases of a replay");
	qsort(sum->cases, sum->case_count, sizeof(*sum->cases), by_name);
	for (size_t k = 0; k < sum->case_count; k++) {
		struct replay_case *x = &sum->cases[k], *last = k ? x - 1 : NULL;
		x->which = last && str_eq(last->customer, x->customer) && str_eq(last->group, x->group) ? last->which + 1 : 1;
	}
	*ret_result = *sum;
	return OK;
}
