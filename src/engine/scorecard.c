/*
 * What a reseller's scorecard counts, and when it fails. See scorecard.h.
 */
#include "engine/scorecard.h"

#include "engine/fold_case.h"

static enum err today(struct fold *f, struct conduct *c, struct reseller_day **ret_day, struct why *why)
{
	int64_t day = f->now / DAY_US;
	if (c->day_count && c->days[c->day_count - 1].day >= day) {
		*ret_day = &c->days[c->day_count - 1];
		return OK;
	}
	struct reseller_day *days = ARENA_ARRAY(work_arena(f->work), struct reseller_day, c->day_count + 1);
	if (!days)
		return why_set(why, ERR_NOMEM, "no memory for a scorecard");
	unsigned drop = c->day_count == RESELLER_DAYS_MAX;
	if (c->day_count > drop)
		memcpy(days, c->days + drop, (c->day_count - drop) * sizeof(*days));
	c->days = days;
	c->day_count = c->day_count - drop + 1;
	*ret_day = &days[c->day_count - 1];
	**ret_day = (struct reseller_day){ .day = day };
	return OK;
}

static bool reaches(uint32_t n, uint32_t most)
{
	return most && n >= most;
}

struct scorecard scorecard_of(const struct conduct *c, const struct policy *p, int64_t now)
{
	struct scorecard s = { .open = c->open };
	if (!p || !p->resellers.ladder.len)
		return (struct scorecard){ 0 };
	const struct reseller_rules *r = &p->resellers;
	for (unsigned i = 0; i < c->day_count; i++) {
		const struct reseller_day *d = &c->days[i];
		if (d->day <= (now - r->window_us) / DAY_US)
			continue;
		s.sent += d->sent;
		s.repeated += d->repeated;
		s.answered += d->answered;
		s.fixed += d->fixed;
		s.late += d->late;
		s.back += d->back;
	}
	s.failing = reaches(s.open, r->open) || reaches(s.late, r->late) || reaches(s.repeated, r->repeated) || reaches(s.back, r->back);
	return s;
}

enum err scorecard_count(struct fold *f, struct str reseller, const enum score *what, unsigned count, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	struct conduct c = { .failing_at = TIME_NONE };
	struct row row;
	struct reseller_day *day;
	enum err e = work_load(f->work, TABLE_CONDUCT, reseller, conduct_fields, &c, &row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	c.reseller = reseller;
	e = today(f, &c, &day, why);
	for (unsigned i = 0; e == OK && i < count; i++) {
		uint32_t *counters[] = { [SCORE_SENT] = &day->sent, [SCORE_REPEATED] = &day->repeated, [SCORE_ANSWERED] = &day->answered, [SCORE_FIXED] = &day->fixed,
			[SCORE_LATE] = &day->late, [SCORE_BACK] = &day->back, [SCORE_OPEN] = &c.open };
		if (what[i] == SCORE_SETTLED)
			c.open -= c.open > 0;
		else
			++*counters[what[i]];
	}
	if (e)
		return e;
	bool failing = scorecard_of(&c, p, f->now).failing && (c.failing_at == TIME_NONE || f->now - c.failing_at >= p->resellers.window_us);
	c.failing_at = failing ? f->now : c.failing_at;
	row.rank = f->now;
	e = work_store(f->work, &row, conduct_fields, &c, why);
	return e || !failing ? e : scorecard_signal(f, reseller, STR("reseller.scorecard"), why);
}

enum err scorecard_case(struct fold *f, struct str reseller, struct str clause, struct casefile *ret_case, struct row *ret_row, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const struct clause *cl = p ? policy_clause(p, clause) : NULL;
	struct str group = cl && cl->group.len ? cl->group : STR("conduct");
	*ret_case = (struct casefile){ 0 };
	return work_load(f->work, TABLE_CASE, case_key(work_arena(f->work), reseller, group, 0), casefile_fields, ret_case, ret_row, why);
}

enum err scorecard_signal(struct fold *f, struct str reseller, struct str name, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = reseller, .binding = STR("the register"), .source = STR("registry") };
	struct observation o = { .kind_text = name, .witness = WITNESS_METER, .event_at = f->now, .first_at = f->now, .last_at = f->now, .zone_given = true,
		.received_at = f->now, .incidents = 1, .reporter = STR("aupd"), .source = { .text = reseller } };
	struct fold_result r;
	enum err e = registry_chain(f->registry, a, reseller, f->now, &s.resellers, &s.reseller_count);
	if (e)
		return why_set(why, e, "the resellers above a reseller cannot be followed");
	s.tenant = registry_tenant(a, s.resellers, s.reseller_count);
	return fold_known(f, &o, &s, &r, why);
}
