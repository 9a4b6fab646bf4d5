/*
 * Customers who come back. See returning.h.
 *
 * A row of a mark lists whose contracts were ended that had it, each until its own time. "case/N" lists the marks kept of that case, so
 * that they are found when the decision is taken back, whatever the register says by then. "met/CUSTOMER" lists what was told of him
 * already: a register that is imported again tells nothing twice.
 */
#include "engine/returning.h"

#include "attribution/mark.h"
#include "engine/deed.h"
#include "engine/fold_case.h"

enum { AGAIN_SECONDS = 30, STALE_MINUTES = 2, REASONS_MAX = 4 };

struct ended {
	uint64_t number;
	struct str customer, clause;
	int64_t at, until_at;
};

struct known {
	struct ended *list;
	unsigned count;
};

struct names_list {
	struct str *list;
	unsigned count;
};

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }

static const struct field ended_fields[] = {
	F(ended, number, FIELD_U64), F(ended, customer, FIELD_STR), F(ended, clause, FIELD_STR), F(ended, at, FIELD_TIME), F(ended, until_at, FIELD_TIME), { .name = NULL },
};

static const struct field mark_fields[] = {
	{ .name = "list", .type = FIELD_LIST, .offset = offsetof(struct known, list), .fields = ended_fields, .size = sizeof(struct ended),
		.count_offset = offsetof(struct known, count), .max = RETURNING_ENDED_MAX },
	{ .name = NULL },
};

static const struct field list_fields[] = {
	{ .name = "list", .type = FIELD_STRS, .offset = offsetof(struct names_list, list), .count_offset = offsetof(struct names_list, count), .max = RETURNING_TOLD_MAX },
	{ .name = NULL },
};

static enum err load(struct fold *f, struct str key, const struct field *fields, void *noun, struct row *row, struct why *why)
{
	enum err e = work_load(f->work, TABLE_MARK, key, fields, noun, row, why);
	return e == ERR_NOTFOUND ? OK : e;
}

static struct str case_row(struct fold *f, uint64_t number)
{
	return str_format(work_arena(f->work), "case/%llu", (unsigned long long)number);
}

static struct str met_row(struct fold *f, struct str customer)
{
	return str_format(work_arena(f->work), "met/%.*s", STR_ARG(customer));
}

static struct str mark_row(struct fold *f, const struct entity *mark)
{
	return str_format(work_arena(f->work), "%.*s/%.*s", STR_ARG(mark->kind), STR_ARG(str_sub(mark->resource, sizeof(MARK_DIGEST) - 1, MARK_DIGITS)));
}

static enum mark_kind kind_of(struct str row)
{
	return mark_kind_of(str_sub(row, 0, str_chr(row, '/')));
}

void returning_hide(struct fold *f, struct entity *mark)
{
	struct arena *a = work_arena(f->work);
	if (mark_is_digest(mark->resource))
		return;
	struct str digest = deed_digest(f, str_c(a, str_format(a, "mark/%.*s", STR_ARG(mark->kind))), mark->resource);
	mark->resource = str_format(a, MARK_DIGEST "%.*s", STR_ARG(digest));
}

static enum err put_mark(struct fold *f, struct row *row, const struct known *m, struct why *why)
{
	if (!m->count)
		return row->version ? work_delete(f->work, TABLE_MARK, row->key, why) : OK;
	row->due_at = m->list[0].until_at;
	for (unsigned i = 1; i < m->count; i++)
		row->due_at = m->list[i].until_at < row->due_at ? m->list[i].until_at : row->due_at;
	return work_store(f->work, row, mark_fields, m, why);
}

/* What the customer has of it now, or will have. */
static bool is_over(const struct fold *f, const struct entity *mark)
{
	return mark->until_at != TIME_NONE && mark->until_at <= f->now;
}

static bool is_anothers(const struct fold *f, const struct ended *x, struct str customer)
{
	return x->until_at > f->now && !str_eq(x->customer, customer);
}

enum err returning_ask(struct fold *f, const struct entity *mark, struct why *why)
{
	struct known m = { 0 };
	struct row row;
	bool any = false;
	enum err e = is_over(f, mark) ? OK : load(f, mark_row(f, mark), mark_fields, &m, &row, why);
	for (unsigned i = 0; i < m.count; i++)
		any |= is_anothers(f, &m.list[i], mark->customer);
	if (e || !any)
		return e;
	struct names_list told = { 0 };
	e = load(f, met_row(f, mark->customer), list_fields, &told, &row, why);
	row.owner = mark->customer;
	row.rank = row.due_at = f->now;
	return e ? e : work_store(f->work, &row, list_fields, &told, why);
}

bool returning_is_sure(const struct returning_case *x)
{
	uint32_t weak = x->kinds & ~(uint32_t)MARK_STRONG;
	return x->kinds & MARK_STRONG || weak & (weak - 1);
}

struct str returning_words(struct arena *a, uint32_t kinds)
{
	struct str text = STR("");
	for (unsigned k = 0; k < MARK_KIND_END; k++)
		if (kinds >> k & 1)
			text = str_format(a, "%.*s%s%s", STR_ARG(text), text.len ? " " : "", mark_kind_words[k]);
	return text;
}

/* What a look finds: the cases, and each pair of mark and case. */
struct look {
	struct fold *f;
	struct returning_case *cases;
	unsigned case_count;
	struct str *pairs;
	unsigned pair_count;
	int64_t until_at;               /* of the last pair */
};

static void found(struct look *l, struct str row, const struct ended *x)
{
	unsigned i = 0;
	char number[CASE_TEXT_MAX];
	case_text(x->number, number);
	if (l->pair_count < RETURNING_TOLD_MAX)
		l->pairs[l->pair_count++] = str_format(work_arena(l->f->work), "%.*s %s", STR_ARG(row), number);
	l->until_at = l->until_at == TIME_NONE || x->until_at > l->until_at ? x->until_at : l->until_at;
	while (i < l->case_count && l->cases[i].number != x->number)
		i++;
	if (i == RETURNING_CASES_MAX)
		return;
	if (i == l->case_count)
		l->cases[l->case_count++] = (struct returning_case){ .number = x->number, .clause = x->clause, .ended_at = x->at, .until_at = x->until_at };
	struct returning_case *c = &l->cases[i];
	c->marks++;
	c->kinds |= 1u << kind_of(row);
	c->until_at = x->until_at > c->until_at ? x->until_at : c->until_at;
	for (; i && (returning_is_sure(&l->cases[i]) > returning_is_sure(&l->cases[i - 1]) ||
		(returning_is_sure(&l->cases[i]) == returning_is_sure(&l->cases[i - 1]) && l->cases[i].marks > l->cases[i - 1].marks)); i--) {
		struct returning_case moved = l->cases[i];
		l->cases[i] = l->cases[i - 1];
		l->cases[i - 1] = moved;
	}
}

static enum err look_for(struct look *l, struct str customer, struct why *why)
{
	struct fold *f = l->f;
	l->cases = ARENA_ARRAY(work_arena(f->work), struct returning_case, RETURNING_CASES_MAX);
	l->pairs = ARENA_ARRAY(work_arena(f->work), struct str, RETURNING_TOLD_MAX);
	l->until_at = TIME_NONE;
	if (!l->cases || !l->pairs)
		return why_set(why, ERR_NOMEM, "no memory to compare marks");
	for (const struct entity *mark = NULL; (mark = registry_of(f->registry, ENTITY_MARK, customer, mark));) {
		struct known m = { 0 };
		struct row row;
		enum err e = is_over(f, mark) ? OK : load(f, mark_row(f, mark), mark_fields, &m, &row, why);
		if (e)
			return e;
		for (unsigned i = 0; i < m.count; i++)
			if (is_anothers(f, &m.list[i], customer))
				found(l, row.key, &m.list[i]);
	}
	return OK;
}

enum err returning_find(struct fold *f, struct str customer, struct returning_case **ret_list, unsigned *ret_count, struct why *why)
{
	struct look l = { .f = f };
	enum err e = look_for(&l, customer, why);
	if (e)
		return e;
	*ret_list = l.cases;
	*ret_count = l.case_count;
	return OK;
}

/* Which case, and which kinds: nothing else of whose it was. */
static struct str reason(struct arena *a, const struct returning_case *x)
{
	char number[CASE_TEXT_MAX];
	case_text(x->number, number);
	return str_format(a, "%u in common with the contract that %s ended: %.*s", x->marks, number, STR_ARG(returning_words(a, x->kinds)));
}

/* The rules judge it; whom we gave a contract is known. */
static enum err signal(const struct look *l, struct str customer, struct why *why)
{
	struct fold *f = l->f;
	struct arena *a = work_arena(f->work);
	const struct returning_case *first = &l->cases[0];
	unsigned strong = (unsigned)__builtin_popcount(first->kinds & MARK_STRONG), weak = (unsigned)__builtin_popcount(first->kinds) - strong;
	struct fact facts[] = { { .name = STR("marks"), .value = returning_words(a, first->kinds) }, { .name = STR("strong"), .value = str_format(a, "%u", strong) },
		{ .name = STR("weak"), .value = str_format(a, "%u", weak) } };
	struct observation o = { .kind_text = returning_is_sure(first) ? RETURNING_SURE : RETURNING_PERHAPS, .witness = WITNESS_METER, .event_at = f->now, .first_at = f->now,
		.last_at = f->now, .zone_given = true, .received_at = f->now, .incidents = 1, .reporter = STR("aupd"), .source = { .text = customer }, .facts = facts,
		.fact_count = sizeof(facts) / sizeof(facts[0]) };
	struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = customer, .binding = STR("the register"), .source = STR("registry") };
	struct fold_result r;
	s.reasons = ARENA_ARRAY(a, struct str, REASONS_MAX);
	enum err e = s.reasons ? registry_chain(f->registry, a, customer, f->now, &s.resellers, &s.reseller_count) : ERR_NOMEM;
	if (e)
		return why_set(why, e, "the resellers above the customer cannot be followed");
	s.tenant = registry_tenant(a, s.resellers, s.reseller_count);
	for (; s.reason_count < l->case_count && s.reason_count < REASONS_MAX; s.reason_count++)
		s.reasons[s.reason_count] = reason(a, &l->cases[s.reason_count]);
	e = fold_known(f, &o, &s, &r, why);
	return e ? e : sighting_note(f, &o, &r, why);
}

static bool is_told(const struct names_list *told, struct str pair)
{
	for (unsigned i = 0; i < told->count; i++)
		if (str_eq(told->list[i], pair))
			return true;
	return false;
}

static enum err look_due(struct fold *f, struct str key, struct why *why)
{
	struct look l = { .f = f };
	struct names_list told = { 0 };
	struct row row;
	struct str customer = str_sub(key, 4, key.len);
	bool fresh = false;
	enum err e = load(f, key, list_fields, &told, &row, why);
	if (e || !row.version || row.due_at > f->now)
		return e;
	e = look_for(&l, customer, why);
	for (unsigned i = 0; i < l.pair_count; i++)
		fresh |= !is_told(&told, l.pairs[i]);
	if (e == OK && fresh)
		e = signal(&l, customer, why);
	if (e)
		return e;
	/* what another judge took in this minute may not be in our view of the register yet */
	bool soon = !fresh && f->now - row.rank < STALE_MINUTES * MINUTE_US;
	if (!l.pair_count && !soon)
		return work_delete(f->work, TABLE_MARK, key, why);
	struct names_list now = { l.pairs, l.pair_count };
	row.due_at = soon ? f->now + AGAIN_SECONDS * SECOND_US : l.until_at;
	return work_store(f->work, &row, list_fields, soon ? &told : &now, why);
}

static enum err keep_one(struct fold *f, struct str key, const struct ended *x, struct why *why)
{
	struct known m = { 0 };
	struct row row;
	struct ended *list = ARENA_ARRAY(work_arena(f->work), struct ended, RETURNING_ENDED_MAX);
	enum err e = list ? load(f, key, mark_fields, &m, &row, why) : why_set(why, ERR_NOMEM, "no memory to keep marks");
	if (e)
		return e;
	unsigned n = 0;
	for (unsigned i = m.count == RETURNING_ENDED_MAX; i < m.count; i++)
		if (m.list[i].number != x->number)
			list[n++] = m.list[i];
	list[n++] = *x;
	m = (struct known){ list, n };
	return put_mark(f, &row, &m, why);
}

static enum err keep(struct fold *f, const struct casefile *c, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	struct names_list kept = { .list = ARENA_ARRAY(work_arena(f->work), struct str, RETURNING_MARKS_MAX) };
	struct row row = { .table = TABLE_MARK, .key = case_row(f, c->number), .owner = c->customer, .rank = f->now };
	if (!p || !p->marks_us)
		return OK;
	if (!kept.list)
		return why_set(why, ERR_NOMEM, "no memory to keep marks");
	struct ended x = { .number = c->number, .customer = c->customer, .clause = c->flags & CASE_SEALED_CLASS ? STR_NONE : c->clause, .at = f->now,
		.until_at = f->now + p->marks_us };
	for (const struct entity *mark = NULL; (mark = registry_of(f->registry, ENTITY_MARK, c->customer, mark)) && kept.count < RETURNING_MARKS_MAX;) {
		struct str key = mark_row(f, mark);
		struct names_list so_far = { kept.list, kept.count };
		if (!entity_valid_at(mark, f->now) || is_told(&so_far, key))
			continue;
		enum err e = keep_one(f, key, &x, why);
		if (e)
			return e;
		kept.list[kept.count++] = key;
	}
	row.due_at = x.until_at;
	return kept.count ? work_store(f->work, &row, list_fields, &kept, why) : OK;
}

/* What of a mark stays when `goes` has taken what it knows. */
static enum err thin_out(struct fold *f, struct str key, bool (*goes)(struct ended *x, void *arg), void *arg, struct why *why)
{
	struct known m = { 0 };
	struct row row;
	unsigned n = 0;
	enum err e = load(f, key, mark_fields, &m, &row, why);
	if (e || !row.version)
		return e;
	for (unsigned i = 0; i < m.count; i++)
		if (!goes(&m.list[i], arg))
			m.list[n++] = m.list[i];
	m.count = n;
	return put_mark(f, &row, &m, why);
}

static bool is_of_case(struct ended *x, void *arg)
{
	return x->number == *(const uint64_t *)arg;
}

static enum err forget(struct fold *f, uint64_t number, struct why *why)
{
	struct names_list kept = { 0 };
	struct row row;
	enum err e = load(f, case_row(f, number), list_fields, &kept, &row, why);
	for (unsigned i = 0; e == OK && i < kept.count; i++)
		e = thin_out(f, kept.list[i], is_of_case, &number, why);
	return e || !row.version ? e : work_delete(f->work, TABLE_MARK, row.key, why);
}

enum err returning_step(struct fold *f, const struct casefile *c, enum case_state was, const struct case_input *in, const struct case_output *out,
	struct why *why)
{
	bool reviewed = false, undone = false;
	if (c->state != CASE_TERMINATED || f->trial)
		return OK;
	if (was != CASE_TERMINATED)
		return keep(f, c, why);
	/* in a sealed case a first person only asks for it */
	for (unsigned i = 0; i < out->event_count; i++) {
		reviewed |= out->events[i].type == EVENT_REVIEWED;
		undone |= out->events[i].type == EVENT_UNDONE;
	}
	bool overturned = in->type == INPUT_REVIEWED && reviewed && !in->on;
	bool reinstated = in->type == INPUT_UNDO && undone && in->act && in->act->verb == VERB_TERMINATE;
	return overturned || reinstated ? forget(f, c->number, why) : OK;
}

struct passing {
	struct fold *f;
	enum err err;
	struct why *why;
};

/* Over, unless somebody has a hold on it: then it is asked again in a day. */
static bool has_passed(struct ended *x, void *arg)
{
	struct passing *p = arg;
	bool held = false;
	if (x->until_at > p->f->now)
		return false;
	if (p->err == OK)
		p->err = deed_held(p->f, x->customer, x->number, &held, p->why);
	if (held || p->err)
		x->until_at = p->f->now + DAY_US;
	return !held && p->err == OK;
}

/* As long as a mark of the case is held, so is the list. */
static enum err case_due(struct fold *f, struct str key, struct why *why)
{
	struct names_list kept = { 0 };
	struct row row;
	uint64_t number = 0;
	bool held = false;
	enum err e = load(f, key, list_fields, &kept, &row, why);
	if (e || !row.version || row.due_at > f->now)
		return e;
	if (str_to_u64(str_sub(key, 5, key.len), INT64_MAX, &number) != OK)
		return why_set(why, ERR_CORRUPT, "marks of no case");
	e = deed_held(f, row.owner, number, &held, why);
	if (e || !held)
		return e ? e : work_delete(f->work, TABLE_MARK, key, why);
	row.due_at = f->now + DAY_US;
	return work_put(f->work, &row, why);
}

enum err returning_due(struct fold *f, struct str key, struct why *why)
{
	struct passing p = { f, OK, why };
	if (str_starts(key, STR("met/")))
		return look_due(f, key, why);
	if (str_starts(key, STR("case/")))
		return case_due(f, key, why);
	enum err e = thin_out(f, key, has_passed, &p, why);
	return e ? e : p.err;
}

struct erasing_marks {
	struct erasure *x;
	bool keeps;
	uint64_t changed;
};

static bool is_erased(struct ended *x, void *arg)
{
	struct erasing_marks *e = arg;
	if (!str_eq(x->customer, e->x->id))
		return false;
	e->changed++;
	if (e->keeps)
		x->customer = e->x->alias;
	return !e->keeps;
}

enum err returning_erase(struct fold *f, const struct row *row, struct erasure *x, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	struct erasing_marks m = { x, p && p->marks_outlive, 0 };
	struct row mine = *row;
	enum err e = OK;
	if (str_starts(row->key, STR("met/")) || str_starts(row->key, STR("case/"))) {
		if (!str_eq(row->owner, x->id))
			return OK;
		m.changed = 1;
		mine.owner = x->alias;
		e = m.keeps && str_starts(row->key, STR("case/")) ? work_put(f->work, &mine, why) : work_delete(f->work, TABLE_MARK, row->key, why);
	} else {
		e = thin_out(f, row->key, is_erased, &m, why);
	}
	x->rows += m.changed > 0;
	return e;
}

enum err returning_kept(struct fold *f, uint64_t number, uint32_t *ret_kinds, int64_t *ret_until_at, struct why *why)
{
	struct names_list kept = { 0 };
	struct row row;
	enum err e = load(f, case_row(f, number), list_fields, &kept, &row, why);
	if (e)
		return e;
	*ret_kinds = 0;
	*ret_until_at = row.due_at;
	for (unsigned i = 0; i < kept.count; i++)
		*ret_kinds |= 1u << kind_of(kept.list[i]);
	return OK;
}
