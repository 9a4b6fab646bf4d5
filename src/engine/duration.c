/*
 * Clocks of sessions. See duration.h.
 */
#include "engine/duration.h"

#include "engine/fold_case.h"
#include "model/accounting.h"

struct clock {
	int64_t began_at;               /* at the latest; of one that goes on with others: of the first */
	struct str subject, held, access;
	uint32_t timeout_s;
	bool told;
	int64_t lost_at;                /* its end was inferred then; 0 = it was not */
};

/* The told sessions of one customer that are open, and the case that they went into. */
struct over {
	struct str *refs;
	unsigned ref_count;
	uint64_t number;
};

#define F(noun, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct noun, member) }
static const struct field clock_fields[] = {
	F(clock, began_at, FIELD_TIME), F(clock, subject, FIELD_STR), F(clock, held, FIELD_STR), F(clock, access, FIELD_STR), F(clock, timeout_s, FIELD_U32),
	F(clock, told, FIELD_BOOL), F(clock, lost_at, FIELD_INT), { .name = NULL },
};
static const struct field over_fields[] = {
	{ .name = "refs", .type = FIELD_STRS, .offset = offsetof(struct over, refs), .count_offset = offsetof(struct over, ref_count), .max = DURATION_OVER_MAX },
	F(over, number, FIELD_U64), { .name = NULL },
};

static struct str ref_text(const struct fold *f, uint64_t ref)
{
	return str_format(work_arena(f->work), "%016llx", (unsigned long long)ref);
}

static struct str clock_key(const struct fold *f, uint64_t ref)
{
	return str_format(work_arena(f->work), "clock/%016llx", (unsigned long long)ref);
}

static struct str key_of(const struct fold *f, const char *what, struct str whose)
{
	return str_format(work_arena(f->work), "%s/%.*s", what, STR_ARG(whose));
}

static enum err load_clock(struct fold *f, struct str key, struct clock *c, struct row *row, struct why *why)
{
	*c = (struct clock){ .began_at = TIME_NONE };
	enum err e = work_load(f->work, TABLE_DURATION, key, clock_fields, c, row, why);
	return e == ERR_NOTFOUND ? OK : e;
}

static struct str customer_of(const struct entity *whose)
{
	return !whose ? STR_NONE : whose->type == ENTITY_LOGIN ? whose->customer : whose->id;
}

static int64_t unit_us(struct str unit)
{
	static const struct { const char *name; int64_t us; } units[] = { { "", SECOND_US }, { "s", SECOND_US }, { "m", MINUTE_US }, { "h", HOUR_US }, { "d", DAY_US } };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_eq(unit, str_of(units[i].name)))
			return units[i].us;
	return 0;
}

/* A unit that nobody knows ends nobody's session. */
static int64_t limit_us(const struct entity *limit)
{
	const int64_t unit = unit_us(limit->unit), longest = 3650 * DAY_US;
	return !unit || limit->value <= 0 || limit->value > longest / unit ? 0 : limit->value * unit;
}

int64_t duration_limit_us(const struct registry *r, struct str customer, int64_t at)
{
	const struct entity *limit = registry_limit(r, customer, DURATION_KIND, at);
	return limit ? limit_us(limit) : DURATION_LIMIT_S * SECOND_US;
}

int64_t duration_least_us(const struct registry *r)
{
	int64_t least = DURATION_LIMIT_S * SECOND_US;
	for (const struct entity *e = NULL; (e = registry_all(r, ENTITY_LIMIT, e));)
		if (str_eq(e->kind, DURATION_KIND) && limit_us(e) && limit_us(e) < least)
			least = limit_us(e);
	return least;
}

static enum err put_clock(struct fold *f, struct row *row, const struct clock *c, struct str customer, struct why *why)
{
	row->owner = customer;
	return work_store(f->work, row, clock_fields, c, why);
}

static int64_t limit_passes(const struct fold *f, const struct clock *c, struct str customer)
{
	int64_t limit = duration_limit_us(f->registry, customer, f->now);
	return limit ? c->began_at + limit : TIME_NONE;
}

static enum err put_over(struct fold *f, struct row *row, const struct over *o, struct why *why)
{
	return o->ref_count ? work_store(f->work, row, over_fields, o, why) : work_delete(f->work, TABLE_DURATION, row->key, why);
}

static enum err add_over(struct fold *f, struct str customer, uint64_t ref, uint64_t number, struct why *why)
{
	struct over o = { 0 };
	struct row row;
	struct str *refs = ARENA_ARRAY(work_arena(f->work), struct str, DURATION_OVER_MAX);
	enum err e = refs ? work_load(f->work, TABLE_DURATION, key_of(f, "over", customer), over_fields, &o, &row, why) : why_set(why, ERR_NOMEM, "no memory for sessions");
	if (e && e != ERR_NOTFOUND)
		return e;
	for (unsigned i = 0; i < o.ref_count; i++)
		refs[i] = o.refs[i];
	o.refs = refs;
	if (number)
		o.number = number;
	if (o.ref_count < DURATION_OVER_MAX)
		refs[o.ref_count++] = ref_text(f, ref);
	row.owner = customer;
	row.due_at = TIME_NONE;
	return put_over(f, &row, &o, why);
}

/* Nothing of it lasts any more; what a person has in hand stays with that person. */
static enum err settle(struct fold *f, uint64_t number, struct why *why)
{
	struct casefile c;
	struct row row;
	enum err e = number ? fold_find_case(f, number, &c, &row, why) : ERR_NOTFOUND;
	if (e == OK)
		e = follow_merged(f, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	struct fold_command resolve = { .type = INPUT_RESOLVE, .number = c.number, .actor = STR("clock"), .text = STR("the session has ended") };
	return c.state == CASE_OPEN ? fold_command(f, &resolve, &number, why) : OK;
}

static enum err take_over(struct fold *f, struct str customer, uint64_t ref, struct why *why)
{
	struct over o = { 0 };
	struct row row;
	struct str mine = ref_text(f, ref);
	unsigned n = 0;
	enum err e = work_load(f->work, TABLE_DURATION, key_of(f, "over", customer), over_fields, &o, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	for (unsigned i = 0; i < o.ref_count; i++)
		if (!str_eq(o.refs[i], mine))
			o.refs[n++] = o.refs[i];
	o.ref_count = n;
	e = put_over(f, &row, &o, why);
	return e || n ? e : settle(f, o.number, why);
}

static struct str span_seconds(struct arena *a, int64_t us)
{
	return str_format(a, "%lld", (long long)(us / SECOND_US));
}

/* The rules judge it. Whose it is the register says now; without a customer there is nobody to tell. */
static enum err signal(struct fold *f, const struct clock *c, uint64_t ref, const struct entity *whose, int64_t heard_at, uint64_t *ret_number, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct str customer = customer_of(whose);
	int64_t limit = duration_limit_us(f->registry, customer, f->now), last = heard_at > c->began_at ? heard_at : c->began_at;
	bool heard = last - c->began_at > limit;
	struct fact facts[] = { { .name = STR("began"), .value = time_str(a, c->began_at) },
		{ .name = STR("lasted"), .value = span_seconds(a, (heard ? last : f->now) - c->began_at) }, { .name = STR("limit"), .value = span_seconds(a, limit) },
		{ .name = STR("heard"), .value = time_str(a, last) }, { .name = STR("access"), .value = c->access.len ? c->access : STR("not told") },
		{ .name = STR("server"), .value = str_format(a, "%06x", (unsigned)(ref >> 40)) }, { .name = STR("address"), .value = c->held },
		{ .name = STR("timeout"), .value = c->timeout_s == ACCOUNTING_UNSAID ? STR("not told") : str_format(a, "%u", c->timeout_s) } };
	struct observation o = { .kind_text = DURATION_SIGNAL, .witness = WITNESS_METER, .event_at = c->began_at, .first_at = c->began_at, .last_at = last, .zone_given = true,
		.received_at = f->now, .incidents = 1, .reporter = STR("aupd"), .source = { .text = c->held.len ? c->held : customer }, .facts = facts,
		.fact_count = sizeof(facts) / sizeof(facts[0]) };
	struct subject s = { .ours = OURS_YES, .grade = heard ? GRADE_A : GRADE_B, .customer = customer, .user = whose->user, .service = whose->service,
		.binding = STR("a session of an access server"), .source = STR("accounting"), .from_at = c->began_at, .until_at = TIME_MAX, .known_at = TIME_NONE };
	struct fold_result r;
	struct str silent = STR("its server has told nothing of the session since the limit passed");
	s.reasons = &silent;
	s.reason_count = !heard;
	enum err e = registry_chain(f->registry, a, customer, f->now, &s.resellers, &s.reseller_count);
	if (e)
		return why_set(why, e, "the resellers above the customer cannot be followed");
	s.tenant = registry_tenant(a, s.resellers, s.reseller_count);
	if (addr_parse(c->held, &o.source.addr) == OK)
		o.source.type = SOURCE_ADDR;
	e = fold_known(f, &o, &s, &r, why);
	*ret_number = e == OK ? r.number : 0;
	return e ? e : sighting_note(f, &o, &r, why);
}

static enum err tell(struct fold *f, struct row *row, struct clock *c, uint64_t ref, const struct entity *whose, int64_t heard_at, struct why *why)
{
	uint64_t number = 0;
	enum err e = signal(f, c, ref, whose, heard_at, &number, why);
	if (e == OK)
		e = add_over(f, customer_of(whose), ref, number, why);
	c->told = true;
	row->due_at = f->now + DAY_US;
	return e ? e : put_clock(f, row, c, customer_of(whose), why);
}

/* When did the one begin that it goes on with? */
static enum err join(struct fold *f, const struct duration_session *s, int64_t joined_us, int64_t *began_at, struct why *why)
{
	struct clock before;
	struct row row;
	if (!joined_us || !s->subject.len)
		return OK;
	enum err e = load_clock(f, key_of(f, "left", s->subject), &before, &row, why);
	if (e || !row.version)
		return e;
	if (before.lost_at + joined_us >= s->began_at && before.began_at < s->began_at)
		*began_at = before.began_at;
	return work_delete(f->work, TABLE_DURATION, row.key, why);
}

static enum err begin(struct fold *f, const struct duration_session *s, int64_t joined_us, struct clock *ret_clock, struct row *row, struct why *why)
{
	struct clock c = { .began_at = s->began_at, .subject = s->subject, .held = s->held, .access = s->access, .timeout_s = s->timeout_s };
	enum err e = join(f, s, joined_us, &c.began_at, why);
	int64_t passes = limit_passes(f, &c, customer_of(s->whose));
	*ret_clock = c;
	row->due_at = passes == TIME_NONE ? TIME_NONE : passes + DURATION_GRACE_S * SECOND_US;
	return e ? e : put_clock(f, row, &c, customer_of(s->whose), why);
}

/* The clock of this session, and of no older one under its id. */
static enum err find(struct fold *f, const struct duration_session *s, int64_t joined_us, struct clock *c, struct row *row, struct why *why)
{
	enum err e = load_clock(f, clock_key(f, s->ref), c, row, why);
	if (e == OK && row->version && s->began_at - c->began_at > DURATION_APART_S * SECOND_US && !joined_us) {
		e = duration_end(f, s->ref, false, 0, s->began_at, why);
		if (e == OK)
			e = load_clock(f, clock_key(f, s->ref), c, row, why);
	}
	return e || row->version ? e : begin(f, s, joined_us, c, row, why);
}

enum err duration_begin(struct fold *f, const struct duration_session *s, int64_t joined_us, struct why *why)
{
	struct clock c;
	struct row row;
	return s->began_at <= 0 ? OK : find(f, s, joined_us, &c, &row, why);
}

enum err duration_go_on(struct fold *f, const struct duration_session *s, bool *ret_told, struct why *why)
{
	struct clock c;
	struct row row;
	*ret_told = false;
	enum err e = s->began_at <= 0 ? OK : load_clock(f, clock_key(f, s->ref), &c, &row, why);
	if (e || s->began_at <= 0)
		return e;
	if (!row.version)
		e = begin(f, s, 0, &c, &row, why);
	if (e == OK && c.lost_at) {
		c.lost_at = 0;
		row.due_at = f->now + DAY_US;
		e = put_clock(f, &row, &c, customer_of(s->whose), why);
	}
	int64_t passes = limit_passes(f, &c, customer_of(s->whose));
	if (e || c.told || !s->whose || passes == TIME_NONE || s->heard_at <= passes)
		return e;
	if (s->held.len)
		c.held = s->held;
	*ret_told = true;
	return tell(f, &row, &c, s->ref, s->whose, s->heard_at, why);
}

/* Another one may go on with it. */
static enum err leave(struct fold *f, const struct clock *c, struct str customer, int64_t joined_us, int64_t ended_at, struct why *why)
{
	struct clock left = { .began_at = c->began_at, .lost_at = ended_at };
	struct row row;
	enum err e = work_get(f->work, TABLE_DURATION, key_of(f, "left", c->subject), &row, why);
	row.due_at = ended_at + joined_us + DURATION_GRACE_S * SECOND_US;
	return e ? e : put_clock(f, &row, &left, customer, why);
}

enum err duration_end(struct fold *f, uint64_t ref, bool inferred, int64_t joined_us, int64_t ended_at, struct why *why)
{
	struct clock c;
	struct row row;
	enum err e = load_clock(f, clock_key(f, ref), &c, &row, why);
	if (e || !row.version)
		return e;
	if (inferred && c.told) {
		c.lost_at = f->now;
		row.due_at = f->now + DURATION_KEPT_S * SECOND_US;
		return put_clock(f, &row, &c, row.owner, why);
	}
	if (c.told)
		e = take_over(f, row.owner, ref, why);
	else if (joined_us && c.subject.len && !inferred)
		e = leave(f, &c, row.owner, joined_us, ended_at, why);
	return e ? e : work_delete(f->work, TABLE_DURATION, row.key, why);
}

uint64_t duration_ref(struct str key)
{
	uint64_t ref = 0;
	struct str text = str_sub(key, 6, key.len);
	if (!str_starts(key, STR("clock/")) || text.len != 16)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		ref = ref << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return ref;
}

enum err duration_subject(struct fold *f, struct str key, struct str *ret_subject, struct why *why)
{
	struct clock c;
	struct row row;
	enum err e = load_clock(f, key, &c, &row, why);
	*ret_subject = c.subject;
	return e;
}

static enum err told_due(struct fold *f, struct row *row, struct clock *c, uint64_t ref, int64_t heard_at, struct why *why)
{
	bool goes_on = c->lost_at ? heard_at > c->lost_at : heard_at + DURATION_SILENT_S * SECOND_US > f->now;
	if (!goes_on)
		return duration_end(f, ref, false, 0, f->now, why);
	c->lost_at = 0;
	row->due_at = f->now + DAY_US;
	return put_clock(f, row, c, row->owner, why);
}

enum err duration_due(struct fold *f, struct str key, const struct duration_session *s, bool *ret_told, struct why *why)
{
	struct clock c;
	struct row row;
	*ret_told = false;
	enum err e = load_clock(f, key, &c, &row, why);
	if (e || !row.version || row.due_at == TIME_NONE || row.due_at > f->now)
		return e;
	if (!duration_ref(key))
		return work_delete(f->work, TABLE_DURATION, key, why);
	if (c.told)
		return told_due(f, &row, &c, duration_ref(key), s->heard_at, why);
	int64_t passes = limit_passes(f, &c, customer_of(s->whose));
	row.due_at = passes == TIME_NONE ? TIME_NONE : passes + DURATION_GRACE_S * SECOND_US;
	/* another limit by now; and whom the register does not know today it may know tomorrow */
	if (row.due_at == TIME_NONE || row.due_at > f->now || !s->whose) {
		row.due_at = row.due_at == TIME_NONE || row.due_at > f->now ? row.due_at : f->now + DAY_US;
		return put_clock(f, &row, &c, customer_of(s->whose), why);
	}
	*ret_told = true;
	return tell(f, &row, &c, duration_ref(key), s->whose, s->heard_at, why);
}
