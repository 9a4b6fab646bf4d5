/*
 * A reporter takes a report back ("not spam", a retraction): which counts and which case lose it.
 *
 * Looked for in every clause group of the customer, by reporter and source. Whose name is not proved only asks: a mail that
 * merely claims to be from the reporter must not end a case, so a person confirms it first.
 */
#include "engine/earlier.h"
#include "engine/fold_case.h"

bool retracts(enum kind what, enum kind of)
{
	return what != KIND_NOT_SPAM || str_starts(str_of(kind_info(of)->name), STR("messaging."));
}

enum err take_back(struct fold *f, const struct observation *o, const struct subject *s, struct str version, struct why *why)
{
	const struct policy *p = fold_policy(f, version);
	struct window_source windows = fold_windows(f);
	struct subject_facts facts = fold_facts(f, s);
	return p ? judge_take_back(work_arena(f->work), p, o, s, &facts, &windows, why) : OK;
}

struct retracting {
	struct fold *f;
	const struct observation *o;
	const struct subject *s;
	bool dry, found;
	uint64_t number;
	struct why *why;
};

/* The reporter's incidents of one kind in the open case of one group. */
static enum err from_case(struct retracting *r, struct row *row, struct casefile *c, enum kind k)
{
	struct observation o = *r->o;
	o.kind = k;
	struct str key = incident_key(r->f, &o);
	if (!retracts(r->o->kind, k) || !case_has_witness(c, key, o.reporter))
		return OK;
	r->found = true;
	r->number = c->number;
	if (r->dry)
		return OK;
	for (unsigned i = 0; i < c->recent_count; i++)
		if (str_eq(c->recent[i].key, key))
			o.event_at = o.first_at = o.last_at = c->recent[i].last_at;
	enum err e = take_back(r->f, &o, r->s, c->policy, r->why);
	struct case_input in = { .type = INPUT_RETRACT, .incident_key = key, .reporter = o.reporter };
	return e ? e : step_case(r->f, row, c, &in, r->why);
}

static enum err from_group(struct retracting *r, struct str group)
{
	struct casefile c = { 0 };
	struct row row;
	bool before = false;
	enum err e = earlier_retract(r->f, r->s, group, r->o, r->dry, &before, r->why);
	r->found |= before;
	if (e == OK)
		e = work_load(r->f->work, TABLE_CASE, case_key(work_arena(r->f->work), r->s->customer, group, 0), casefile_fields, &c, &row, r->why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	for (int k = 1; e == OK && k < KIND_COUNT && !case_is_closed(&c); k++)
		e = from_case(r, &row, &c, (enum kind)k);
	return e;
}

static bool first_of_group(const struct policy *p, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (str_eq(p->clauses[k].group, p->clauses[i].group))
			return false;
	return p->clauses[i].group.len;
}

enum err fold_retract(struct fold *f, const struct observation *o, const struct subject *s, const struct policy *p, struct fold_result *r, struct why *why)
{
	bool sure = o->reporter_proven || o->reporter_verified || o->witness == WITNESS_PERSON;
	struct retracting x = { .f = f, .o = o, .s = s, .dry = !sure, .why = why };
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < p->clause_count; i++)
		if (first_of_group(p, i))
			e = from_group(&x, p->clauses[i].group);
	if (e)
		return e;
	r->fate = !x.found ? FATE_COUNTED : sure ? FATE_RETRACTED : FATE_PERSON;
	r->number = sure ? x.number : 0;
	return x.found && !sure ? before_person(f, o, "a reporter who could not be verified takes a report back", why) : OK;
}
