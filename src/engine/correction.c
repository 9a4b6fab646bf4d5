/*
 * Decisions that rest on bindings, and late facts. See fold.h and fold_case.h.
 *
 * Each report of a case whose customer bindings told has a row with what was asked and what was answered, found by its address. When a
 * fact comes about that address and time the question is asked again. Another customer, nobody, or a lower grade is a correction:
 * told to the case once, because the row then holds the new answer. A higher grade changes nothing that was decided.
 */
#include "engine/fold_case.h"

enum { OCTETS_OF_ADDRESS = 16 };

/* The least that asks again; who reported what stands in the case. */
struct use {
	uint64_t number, n;             /* case and event */
	struct str address;
	uint32_t port;
	int64_t event_at, first_at, last_at, received_at, forget_at;
	bool zone_given;
	enum ours ours;
	enum grade grade;
	struct str customer, binding;
	struct str fact;                /* what came and has not been told to the case yet; "" = nothing */
};

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct use, member) }
static const struct field use_fields[] = {
	F(number, FIELD_U64), F(n, FIELD_U64), F(address, FIELD_STR), F(port, FIELD_U32), F(event_at, FIELD_TIME), F(first_at, FIELD_TIME), F(last_at, FIELD_TIME),
	F(received_at, FIELD_TIME), F(zone_given, FIELD_BOOL), { .name = "ours", .type = FIELD_ENUM, .offset = offsetof(struct use, ours), .words = ours_words },
	{ .name = "grade", .type = FIELD_ENUM, .offset = offsetof(struct use, grade), .words = grade_words }, F(customer, FIELD_STR), F(binding, FIELD_STR),
	F(forget_at, FIELD_TIME), F(fact, FIELD_STR),
	{ .name = NULL },
};

static struct str key_of(struct arena *a, const struct addr *addr, uint64_t number, uint64_t n)
{
	struct str hex = STR("");
	for (unsigned i = 0; i < OCTETS_OF_ADDRESS; i++)
		hex = str_format(a, "%.*s%02x", STR_ARG(hex), addr->octets[i]);
	return str_format(a, "%.*s/%llu/%llu", STR_ARG(hex), (unsigned long long)number, (unsigned long long)n);
}

/* As far back as what it rests on is kept: afterwards nothing could be asked again. */
static int64_t forgotten_at(const struct fold *f, int64_t happened_at, const struct subject *whose)
{
	int64_t from = whose->known_at != TIME_NONE && whose->known_at < happened_at ? whose->known_at : happened_at;
	return f->bindings && f->bindings->retention_us ? from + f->bindings->retention_us : TIME_NONE;
}

enum err correction_note(struct fold *f, const struct casefile *c, const struct case_event *e, const struct observation *seen, const struct subject *whose,
	struct why *why)
{
	const struct source *s = &seen->source;
	if (!str_eq(whose->source, STR("bindings")) || whose->ours != OURS_YES)
		return OK;
	struct use u = { .number = c->number, .n = e->n, .address = addr_str(work_arena(f->work), &s->addr), .port = s->port, .event_at = seen->event_at,
		.first_at = seen->first_at, .last_at = seen->last_at, .received_at = seen->received_at, .zone_given = seen->zone_given, .ours = whose->ours,
		.grade = whose->grade, .customer = whose->customer, .binding = whose->binding, .forget_at = forgotten_at(f, e->event_at, whose) };
	struct row row = { .table = TABLE_BINDING_USE, .key = key_of(work_arena(f->work), &s->addr, c->number, e->n), .owner = whose->customer,
		.due_at = u.forget_at, .rank = e->event_at };
	return work_store_new(f->work, &row, use_fields, &u, why);
}

static struct str version(struct arena *a, enum ours ours, struct str customer, enum grade grade, struct str binding)
{
	static const char *const nobody[] = { "cannot be told", "", "nobody" };
	if (ours != OURS_YES)
		return str_format(a, "%s (grade %s)", nobody[ours], grade_words[grade]);
	return str_format(a, "customer %.*s (grade %s, %.*s)", STR_ARG(customer), grade_words[grade], STR_ARG(binding));
}

static bool is_other(const struct use *was, const struct subject *now)
{
	return now->ours != was->ours || !str_eq(now->customer, was->customer) || now->grade > was->grade;
}

static enum err tell_case(struct fold *f, const struct use *was, const struct subject *now, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct casefile c;
	struct row row;
	enum err e = fold_find_case(f, was->number, &c, &row, why);
	if (e == OK)
		e = follow_merged(f, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	struct str text = str_format(a, "whose report %llu was: %.*s then; %.*s now; the fact: %.*s", (unsigned long long)was->n,
		STR_ARG(version(a, was->ours, was->customer, was->grade, was->binding)), STR_ARG(version(a, now->ours, now->customer, now->grade, now->binding)),
		STR_ARG(was->fact));
	struct case_input in = { .type = INPUT_CORRECT, .subject = now, .text = text };
	return step_case(f, &row, &c, &in, why);
}

/* What is the answer today? */
static enum err ask_again(struct fold *f, const struct use *u, struct subject *ret_now, struct why *why)
{
	struct observation o = { .source = { .type = SOURCE_ADDR, .text = u->address, .port = (uint16_t)u->port }, .event_at = u->event_at, .first_at = u->first_at,
		.last_at = u->last_at, .received_at = u->received_at, .zone_given = u->zone_given };
	if (addr_parse(u->address, &o.source.addr) != OK)
		return why_set(why, ERR_CORRUPT, "a row of what bindings told has no address");
	return fold_attribute(f, &o, true, ret_now, why);
}

enum err fold_review(struct fold *f, struct str use_key, struct str fact, bool *ret_other, struct why *why)
{
	struct use u = { 0 };
	struct subject now = { 0 };
	struct row row;
	*ret_other = false;
	enum err e = work_load(f->work, TABLE_BINDING_USE, use_key, use_fields, &u, &row, why);
	/* what came before waits to be told already */
	if (e || u.fact.len)
		return e == ERR_NOTFOUND ? OK : e;
	e = ask_again(f, &u, &now, why);
	if (e || !is_other(&u, &now))
		return e;
	*ret_other = true;
	u.fact = fact;
	row.due_at = f->now;
	return work_store(f->work, &row, use_fields, &u, why);
}

enum err correction_due(struct fold *f, struct str use_key, struct why *why)
{
	struct use u = { 0 };
	struct subject now;
	struct row row;
	enum err e = work_load(f->work, TABLE_BINDING_USE, use_key, use_fields, &u, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (!u.fact.len || (u.forget_at != TIME_NONE && u.forget_at <= f->now))
		return work_delete(f->work, TABLE_BINDING_USE, use_key, why);
	e = ask_again(f, &u, &now, why);
	if (e == OK && is_other(&u, &now))
		e = tell_case(f, &u, &now, why);
	if (e)
		return e;
	u.ours = now.ours;
	u.grade = now.grade;
	u.customer = now.customer;
	u.binding = now.binding;
	u.fact = STR_NONE;
	row.due_at = u.forget_at;
	return work_store(f->work, &row, use_fields, &u, why);
}
