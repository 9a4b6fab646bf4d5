/*
 * Brakes over all cases. See brake.h.
 */
#include "engine/brake.h"

#include "base/digest.h"
#include "engine/deed.h"
#include "engine/fold_case.h"

enum { SCOPES_MAX = 16, CUT_DIGEST_LEN = 16 };

/* The cuts of a day in one scope, oldest first: "AT-S ACT CUSTOMER", digests both. */
struct cuts {
	struct str *list;
	unsigned count;
};

static const struct field cuts_fields[] = {
	{ .name = "list", .type = FIELD_STRS, .offset = offsetof(struct cuts, list), .count_offset = offsetof(struct cuts, count), .max = BRAKE_LIST_MAX },
	{ .name = NULL },
};

struct cut {
	int64_t at_s;
	struct str act, customer;
};

/* One count, and the most that it may come to. */
struct scope {
	struct cuts cuts;
	struct row row;
	const char *what;
	uint64_t most;
};

struct braking {
	struct fold *f;
	struct act *act;
	struct str own, customer;       /* digests */
	struct scope scopes[SCOPES_MAX];
	unsigned count;
};

static struct str short_digest(struct fold *f, const char *what, struct str text)
{
	return str_sub(deed_digest(f, what, text), 0, CUT_DIGEST_LEN);
}

static bool read_cut(struct str text, struct cut *ret_cut)
{
	struct str at;
	*ret_cut = (struct cut){ 0 };
	return str_split(&text, ' ', &at) && str_to_i64(at, &ret_cut->at_s) == OK && str_split(&text, ' ', &ret_cut->act) && (ret_cut->customer = text).len;
}

/* Loaded without what is older than a day. */
static enum err add_scope(struct braking *b, struct str key, const char *what, uint64_t most, struct why *why)
{
	struct scope *s = &b->scopes[b->count];
	struct cut one;
	unsigned kept = 0;
	if (b->count == SCOPES_MAX)
		return OK;
	enum err e = work_load(b->f->work, TABLE_REPORTER, str_format(work_arena(b->f->work), "cuts/%.*s", STR_ARG(key)), cuts_fields, &s->cuts, &s->row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	s->what = what;
	s->most = most;
	for (unsigned i = 0; i < s->cuts.count; i++)
		if (read_cut(s->cuts.list[i], &one) && one.at_s > (b->f->now - DAY_US) / SECOND_US)
			s->cuts.list[kept++] = s->cuts.list[i];
	s->cuts.count = kept;
	b->count++;
	return OK;
}

static uint64_t count_since(const struct scope *s, int64_t from_at)
{
	struct cut one;
	uint64_t n = 0;
	for (unsigned i = 0; i < s->cuts.count; i++)
		n += read_cut(s->cuts.list[i], &one) && one.at_s * SECOND_US > from_at;
	return n;
}

/* Others than this act's. */
static uint64_t customers_since(const struct braking *b, const struct scope *s, int64_t from_at)
{
	struct cut one, other;
	uint64_t n = 0;
	for (unsigned i = 0; i < s->cuts.count; i++) {
		bool known = !read_cut(s->cuts.list[i], &one) || one.at_s * SECOND_US <= from_at || str_eq(one.customer, b->customer);
		for (unsigned k = 0; k < i && !known; k++)
			known = read_cut(s->cuts.list[k], &other) && other.at_s * SECOND_US > from_at && str_eq(one.customer, other.customer);
		n += !known;
	}
	return n;
}

static enum err count_here(struct braking *b, struct scope *s, struct why *why)
{
	struct arena *a = work_arena(b->f->work);
	struct str *list = ARENA_ARRAY(a, struct str, s->cuts.count + 1);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for a count");
	unsigned from = s->cuts.count == BRAKE_LIST_MAX;
	for (unsigned i = from; i < s->cuts.count; i++)
		list[i - from] = s->cuts.list[i];
	list[s->cuts.count - from] = str_format(a, "%lld %.*s %.*s", (long long)(b->f->now / SECOND_US), STR_ARG(b->own), STR_ARG(b->customer));
	struct cuts now = { list, s->cuts.count - from + 1 };
	s->row.due_at = b->f->now + DAY_US + HOUR_US;
	return work_store(b->f->work, &s->row, cuts_fields, &now, why);
}

static enum err hold(struct fold *f, struct act *act, enum act_hold hold, struct str text, enum gate *ret_gate)
{
	act->state = ACT_HELD;
	act->hold |= hold;
	act->approvals_needed = act->approvals_needed ? act->approvals_needed : 1;
	act->last_text = text;
	f->brakes->held++;
	*ret_gate = GATE_HOLD;
	return OK;
}

static enum err is_open(struct fold *f, struct str what, bool *ret_open, struct why *why)
{
	struct row row;
	enum err e = work_get(f->work, TABLE_SWITCH, str_format(work_arena(f->work), BRAKE_OPEN "%.*s", STR_ARG(what)), &row, why);
	*ret_open = e == OK && row.version;
	return e;
}

static enum err open_breaker(struct fold *f, struct str what, struct why *why)
{
	struct row row;
	enum err e = work_get(f->work, TABLE_SWITCH, str_format(work_arena(f->work), BRAKE_OPEN "%.*s", STR_ARG(what)), &row, why);
	if (e || row.version)
		return e;
	row.due_at = TIME_NONE;
	row.body = STR("open");
	f->brakes->opened++;
	return work_put(f->work, &row, why);
}

/* A hole that was recorded and lies close behind us: silence alone is none, a feed that is only imported is silent. */
static bool feed_has_hole(const struct fold *f)
{
	const struct bindings *x = f->bindings;
	struct feed_span hole;
	for (unsigned i = 0; x && x->health && i < x->feeds.count; i++)
		if (!feed_health_whole(x->health, x->feeds.list[i], f->now - BRAKE_FEED_MINUTES * MINUTE_US, f->now, TIME_MAX, &hole) && hole.reason != FEED_REASON_NONE)
			return true;
	return false;
}

/* The one reporter on whom it rests; empty when there are several, or none by name. */
static struct str only_reporter(const struct casefile *c)
{
	struct str only = STR_NONE;
	for (unsigned i = 0; i < c->recent_count; i++)
		for (unsigned k = 0; k < c->recent[i].witness_count; k++) {
			struct str who = c->recent[i].witnesses[k];
			if (only.len && !str_eq(only, who))
				return STR_NONE;
			only = who;
		}
	return only;
}

static enum err load(struct braking *b, const struct casefile *c, struct why *why)
{
	struct fold *f = b->f;
	struct arena *a = work_arena(f->work);
	struct str reporter = only_reporter(c);
	enum err e = add_scope(b, STR("all"), "this day", f->brakes->per_day, why);
	if (e == OK)
		e = add_scope(b, str_format(a, "rule/%.*s", STR_ARG(b->act->rule)), "this rule", UINT64_MAX, why);
	for (unsigned i = 0; e == OK && i < c->reseller_count; i++)
		e = add_scope(b, str_format(a, "reseller/%.*s", STR_ARG(c->resellers[i])), "this day for its reseller", f->brakes->per_reseller, why);
	if (e == OK && reporter.len)
		e = add_scope(b, str_format(a, "reporter/%.*s", STR_ARG(short_digest(f, "cuts", reporter))), "this day for its only reporter", f->brakes->per_reporter, why);
	return e;
}

static bool counted(const struct braking *b)
{
	struct cut one;
	for (unsigned i = 0; i < b->scopes[0].cuts.count; i++)
		if (read_cut(b->scopes[0].cuts.list[i], &one) && str_eq(one.act, b->own))
			return true;
	return false;
}

static enum err within(struct braking *b, enum gate *ret_gate, struct why *why)
{
	struct fold *f = b->f;
	struct arena *a = work_arena(f->work);
	if (customers_since(b, &b->scopes[1], f->now - BRAKE_RULE_MINUTES * MINUTE_US) >= f->brakes->per_rule) {
		enum err e = open_breaker(f, b->act->rule, why);
		return e ? e : hold(f, b->act, HOLD_BREAKER, STR("the breaker has opened: its rule hits too many customers at once"), ret_gate);
	}
	if (count_since(&b->scopes[0], f->now - HOUR_US) >= f->brakes->per_hour)
		return hold(f, b->act, HOLD_BUDGET, STR("the budget of this hour is used up"), ret_gate);
	for (unsigned i = 0; i < b->count; i++)
		if (b->scopes[i].cuts.count >= b->scopes[i].most)
			return hold(f, b->act, HOLD_BUDGET, str_format(a, "the budget of %s is used up", b->scopes[i].what), ret_gate);
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < b->count; i++)
		e = count_here(b, &b->scopes[i], why);
	return e;
}

enum err brake_gate(struct fold *f, const struct casefile *c, struct act *act, enum gate *ret_gate, struct why *why)
{
	struct braking b = { .f = f, .act = act };
	bool all, rule;
	if (!f->brakes || !act->automatic || act->verb < VERB_SUSPEND || str_eq(act->driver, STR("null")))
		return OK;
	enum err e = is_open(f, STR("all"), &all, why);
	if (e == OK)
		e = is_open(f, act->rule, &rule, why);
	if (e)
		return e;
	if (all || rule)
		return hold(f, act, HOLD_BREAKER, all ? STR("the breaker is open: too many acts fail") : STR("the breaker is open: its rule hit too many customers at once"), ret_gate);
	b.own = short_digest(f, "cut", act->key);
	b.customer = short_digest(f, "cut", act->customer);
	e = load(&b, c, why);
	/* handed over before, and not done: the same again is no further one */
	if (e || counted(&b))
		return e;
	if (feed_has_hole(f))
		return hold(f, act, HOLD_BREAKER, STR("a feed has a hole just now"), ret_gate);
	return within(&b, ret_gate, why);
}

/* Is that how it ended? What an access server answers is no effect: accounting tells of that, to whoever looks. */
static bool is_result(const struct act *act, enum act_op op, enum act_result result)
{
	bool looked_for = str_starts(act->driver, STR("radius-"));
	if (looked_for && op == ACT_CHECK)
		return result == RESULT_DONE || result == RESULT_REFUSED;
	return op == ACT_DO && result != RESULT_RETRY && result != RESULT_NONE && !(looked_for && result == RESULT_UNKNOWN);
}

/* One letter a result, the last one last. */
enum err brake_result(struct fold *f, const struct act *act, enum act_op op, enum act_result result, struct why *why)
{
	struct cuts kept = { 0 };
	struct row row;
	unsigned bad = 0;
	if (!f->brakes || act->verb < VERB_LIMIT || !act->desired || !is_result(act, op, result) || str_eq(act->driver, STR("null")) || str_eq(act->driver, STR("task")))
		return OK;
	enum err e = work_load(f->work, TABLE_REPORTER, STR("cuts/results"), cuts_fields, &kept, &row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	struct str before = kept.count ? kept.list[0] : STR_NONE;
	struct str all = str_format(work_arena(f->work), "%.*s%c", STR_ARG(str_sub(before, before.len < BRAKE_RESULTS ? 0 : before.len - BRAKE_RESULTS + 1, before.len)),
		result == RESULT_DONE ? '+' : '-');
	for (size_t i = 0; i < all.len; i++)
		bad += all.ptr[i] == '-';
	bool opens = all.len == BRAKE_RESULTS && bad * 100 > BRAKE_RESULTS * BRAKE_BAD_PERCENT;
	e = opens ? open_breaker(f, STR("all"), why) : OK;
	/* who closes it begins to count anew */
	kept = (struct cuts){ &all, opens ? 0 : 1 };
	row.due_at = f->now + DAY_US;
	return e ? e : work_store(f->work, &row, cuts_fields, &kept, why);
}
