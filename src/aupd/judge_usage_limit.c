/*
 * Limits of use in the judge: the accounts of the meter are looked through every quarter of an hour, a slice at a time, and what a customer
 * has used, or is going to, beyond a limit of the register is a signal about him that the rules judge.
 *
 * usage.over-limit: it is beyond, whatever comes and whatever is not known. usage.near-limit: it is beyond four fifths of a volume, or it
 * will be beyond by the forecast. Each is told once of a customer, limit and month: a row of TABLE_SEEN under a keyed digest says that it was. Grade A
 * where each cell that has passed is known as it was read, or where it is beyond by those that are; else B: nothing is done then without a person.
 */
#include "aupd/judge_usage.h"

#include "aupd/judge_binding.h"
#include "engine/deed.h"
#include "engine/fold_case.h"

enum { LOOK_MINUTES = 15, SLICE = 5000, EXACT_MAX = 20 /* customers of a slice whose cells are read */, LAST_MONTH_DAYS = 2, KEPT_DAYS = 62 };

static const struct row_key own_row = { TABLE_SWITCH, { "usage", 5 } };

bool judge_usage_is_look(const struct row *row)
{
	return row->table == own_row.table && str_eq(row->key, own_row.key);
}

enum err judge_usage_begin(struct judge *j, struct why *why)
{
	struct row row;
	enum err e = j->usage ? work_get(j->fold.work, own_row.table, own_row.key, &row, why) : OK;
	if (e || !j->usage || row.version)
		return e;
	row.due_at = j->fold.now + LOOK_MINUTES * MINUTE_US;
	return work_put(j->fold.work, &row, why);
}

/* Names nobody, so that it needs no erasing. */
static enum err told_row(struct judge *j, struct str customer, const struct entity *limit, uint32_t month, enum usage_state state, struct row *ret_row, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	struct str text = str_format(a, "%.*s\n%.*s\n%lld\n%.*s\n%u\n%d", STR_ARG(customer), STR_ARG(limit->kind), (long long)limit->value, STR_ARG(limit->unit), month, (int)state);
	return work_get(j->fold.work, TABLE_SEEN, str_format(a, "usage/%.*s", STR_ARG(deed_digest(&j->fold, "usage", text))), ret_row, why);
}

static struct str number(struct arena *a, uint64_t n, const struct usage_limit *l)
{
	return str_format(a, "%llu %s", (unsigned long long)n, l->is_rate ? "bit/s" : "octets");
}

static enum err signal(struct judge *j, struct str customer, const struct entity *limit, const struct usage_limit *l, uint32_t month, const struct usage_verdict *v, struct why *why)
{
	struct fold *f = &j->fold;
	struct arena *a = work_arena(f->work);
	char name[USAGE_MONTH_TEXT];
	int64_t at = f->now / SECOND_US * SECOND_US;
	usage_month_print(month, name);
	struct fact facts[] = { { .name = STR("limit"), .value = limit->kind }, { .name = STR("agreed"), .value = str_format(a, "%lld %.*s", (long long)limit->value, STR_ARG(limit->unit)) },
		{ .name = STR("used"), .value = number(a, v->used, l) }, { .name = STR("forecast"), .value = v->forecast ? number(a, v->forecast, l) : STR("none yet") },
		{ .name = STR("month"), .value = str_copy(a, str_of(name)) },
		{ .name = STR("cells"), .value = str_format(a, "%u of five minutes have passed, %u of them not known, %u inferred", v->passed, v->unknown, v->inferred) } };
	struct observation o = { .kind_text = v->state == USAGE_OVER ? STR("usage.over-limit") : STR("usage.near-limit"), .witness = WITNESS_METER, .event_at = at,
		.first_at = at, .last_at = at, .zone_given = true, .received_at = f->now, .incidents = 1, .reporter = STR("aupd"), .source = { .text = customer },
		.facts = facts, .fact_count = sizeof(facts) / sizeof(facts[0]) };
	struct subject s = { .ours = OURS_YES, .grade = v->sure ? GRADE_A : GRADE_B, .customer = customer, .binding = STR("the register"), .source = STR("registry") };
	struct fold_result r;
	s.reasons = ARENA_NEW(a, struct str);
	enum err e = s.reasons ? registry_chain(f->registry, a, customer, f->now, &s.resellers, &s.reseller_count) : ERR_NOMEM;
	if (e)
		return why_set(why, e, "the resellers above the customer cannot be followed");
	s.tenant = registry_tenant(a, s.resellers, s.reseller_count);
	s.reasons[s.reason_count++] = !v->sure ? STR("of the month's cells some are not known, or inferred") :
		v->unknown || v->inferred ? STR("it is so without the cells that are not known or inferred") : STR("every cell of five minutes is known as it was read");
	e = fold_known(f, &o, &s, &r, why);
	return e ? e : sighting_note(f, &o, &r, why);
}

static enum err tell(struct judge *j, struct str customer, const struct entity *limit, const struct usage_limit *l, const struct usage_series *u, uint32_t month, struct why *why)
{
	struct usage_verdict v;
	struct row row;
	usage_compare(u, l, &v);
	if (v.state == USAGE_WITHIN)
		return OK;
	enum err e = told_row(j, customer, limit, month, v.state, &row, why);
	if (e || row.version)
		return e;
	row.due_at = (int64_t)usage_month_start_s(month + 1) * SECOND_US + KEPT_DAYS * DAY_US;
	row.body = STR("{}");
	e = work_put(j->fold.work, &row, why);
	return e ? e : signal(j, customer, limit, l, month, &v, why);
}

/*
 * What its logins have together, and whether another of them stands before this one in the meter. The meter's months are those of the configuration: of a
 * contract with others it is that of two of them, and no less than his.
 */
static struct usage_total sum_of(const struct judge *j, struct str customer, uint32_t number_of, uint32_t month, int offset, bool *ret_first)
{
	const struct usage_meter *m = usage_meter_of(j->usage->store);
	struct usage_total sum = { .month = month };
	struct binding_subject subject;
	*ret_first = true;
	for (const struct entity *e = NULL; (e = registry_of(j->registry, ENTITY_LOGIN, customer, e));) {
		const struct usage_account *a = binding_book_login(j->bindings->book, e->resource, &subject) == OK ? usage_meter_account(m, judge_usage_key(&subject)) : NULL;
		if (!a)
			continue;
		struct usage_total t = usage_account_total(a, month), other = { 0 };
		if (offset != usage_months_offset())
			other = usage_account_total(a, offset > usage_months_offset() ? month - 1 : month + 1);
		*ret_first &= (uint32_t)(a - m->accounts) >= number_of;
		sum.in = usage_add(sum.in, usage_add(t.in, other.in));
		sum.out = usage_add(sum.out, usage_add(t.out, other.out));
	}
	return sum;
}

/* Whether the cells need not be read: a volume is so far below that no forecast reaches it. A percentile is in the cells alone. */
static bool is_far(const struct usage_limit *l, const struct usage_total *t, uint32_t month, int offset, uint32_t now_s)
{
	uint32_t from_s = usage_month_start_in_s(month, offset), until_s = usage_month_start_in_s(month + 1, offset), passed_s = (now_s < until_s ? now_s : until_s) - from_s;
	uint64_t used = l->way == USAGE_LIMIT_IN ? t->in : l->way == USAGE_LIMIT_OUT ? t->out : usage_add(t->in, t->out);
	__extension__ unsigned __int128 often = (unsigned __int128)used * (until_s - from_s) * 4;
	return !l->is_rate && used < l->amount / 2 && passed_s && often / passed_s < l->amount;
}

struct looking {
	struct judge *j;
	struct usage_series *u;         /* made when it is needed */
	struct str customer;
	uint32_t month;
	int offset;
	bool over;                      /* the month is */
	struct usage_total total;
	bool have;
	unsigned exact;
};

static enum err look_limit(struct looking *x, const struct entity *limit, struct why *why)
{
	struct judge *j = x->j;
	struct usage_limit l;
	struct row over;
	unsigned logins;
	if (!usage_limit_is(limit) || registry_limit(j->registry, x->customer, limit->kind, j->fold.now) != limit || usage_limit_read(limit, &l, NULL) != OK)
		return OK;
	/* the meter has two months: of one that is over, and is not its own, it may have a part */
	bool partly = x->over && x->offset != usage_months_offset();
	if (!partly && is_far(&l, &x->total, x->month, x->offset, binding_floor(j->fold.now)))
		return OK;
	enum err e = told_row(j, x->customer, limit, x->month, USAGE_OVER, &over, why);
	if (e || over.version)
		return e;
	if (!x->have) {
		e = judge_usage_series(j, x->customer, x->month, x->u, &logins, why);
		x->have = true;
		x->exact++;
	}
	return e ? e : tell(j, x->customer, limit, &l, x->u, x->month, why);
}

static enum err look_month(struct looking *x, uint32_t number_of, uint32_t month, struct why *why)
{
	const struct str whose[] = { x->customer, STR("") };
	bool first;
	enum err e = OK;
	x->offset = judge_usage_offset(x->j, x->customer, month);
	x->total = sum_of(x->j, x->customer, number_of, month, x->offset, &first);
	x->month = month;
	x->have = false;
	for (unsigned i = 0; first && i < 2; i++)
		for (const struct entity *limit = NULL; e == OK && (limit = registry_of(x->j->registry, ENTITY_LIMIT, whose[i], limit));)
			e = look_limit(x, limit, why);
	return e;
}

static enum err look_account(struct looking *x, uint32_t number_of, struct why *why)
{
	struct judge *j = x->j;
	struct binding_subject subject = judge_usage_subject(usage_meter_of(j->usage->store)->accounts[number_of].key);
	const struct entity *login = binding_book_find(j->bindings->book, &subject);
	uint32_t now_s = binding_floor(j->fold.now), month;
	if (!login || login->type != ENTITY_LOGIN || !registry_customer(j->registry, login->customer, j->fold.now))
		return OK;
	x->customer = login->customer;
	month = judge_usage_month(j, x->customer);
	x->over = false;
	enum err e = look_month(x, number_of, month, why);
	/* what came late belongs to the month before */
	x->over = true;
	if (e == OK && now_s - usage_month_start_in_s(month, x->offset) < LAST_MONTH_DAYS * 86400)
		e = look_month(x, number_of, month - 1, why);
	return e == ERR_LIMIT ? OK : e;
}

static bool has_limits(const struct registry *r)
{
	for (const struct entity *e = NULL; (e = registry_all(r, ENTITY_LIMIT, e));)
		if (usage_limit_is(e))
			return true;
	return false;
}

enum err judge_usage_look(struct judge *j, struct why *why)
{
	struct row row;
	enum err e = judge_bindings_mend(j, why);
	if (e == OK)
		e = work_get(j->fold.work, own_row.table, own_row.key, &row, why);
	/* an earlier configuration left it */
	if (e || !j->usage)
		return e ? e : work_delete(j->fold.work, own_row.table, own_row.key, why);
	struct looking x = { .j = j, .u = arena_alloc(work_arena(j->fold.work), sizeof(*x.u)) };
	uint32_t count = usage_meter_of(j->usage->store)->account_count, from = j->usage->hand, end = from + SLICE < count ? from + SLICE : count;
	if (!x.u)
		return why_set(why, ERR_NOMEM, "no memory for a series of use");
	if (!from && !has_limits(j->registry))
		end = count = 0;
	for (; e == OK && from < end && x.exact < EXACT_MAX; from++)
		e = look_account(&x, from, why);
	if (e)
		return e;
	j->usage->hand = from < count ? from : 0;
	row.due_at = j->usage->hand ? j->fold.now : j->fold.now + LOOK_MINUTES * MINUTE_US;
	j->erasing |= j->usage->hand > 0;
	return work_put(j->fold.work, &row, why);
}
