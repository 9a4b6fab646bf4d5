/*
 * Signs of a day. See metering.h.
 */
#include "engine/metering.h"

#include "engine/deed.h"
#include "engine/fold_case.h"

enum { TOLD_KEPT_DAYS = 3 };

struct account {
	struct str subject;
	uint32_t count;
	int64_t first_at, last_at;
	uint64_t told, known;           /* of the last sign */
};

/* When the list is full it is the server's matter, and nobody is added. */
struct day {
	struct account *list;
	unsigned count;
};

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct account, member) }
static const struct field account_fields[] = { F(subject, FIELD_STR), F(count, FIELD_U32), F(first_at, FIELD_TIME), F(last_at, FIELD_TIME), F(told, FIELD_U64),
	F(known, FIELD_U64), { .name = NULL } };
static const struct field day_fields[] = {
	{ .name = "list", .type = FIELD_LIST, .offset = offsetof(struct day, list), .fields = account_fields, .size = sizeof(struct account),
		.count_offset = offsetof(struct day, count), .max = METERING_ACCOUNTS_MAX }, { .name = NULL },
};

static enum err load_day(struct fold *f, struct str key, struct day *d, struct row *row, struct why *why)
{
	*d = (struct day){ 0 };
	enum err e = work_load(f->work, TABLE_METERING, key, day_fields, d, row, why);
	return e == ERR_NOTFOUND ? OK : e;
}

static struct account *find(struct day *d, struct str subject)
{
	for (unsigned i = 0; i < d->count; i++)
		if (str_eq(d->list[i].subject, subject))
			return &d->list[i];
	return NULL;
}

/* A list of its own, for one more. */
static enum err grow(struct fold *f, struct day *d, const struct metering_sign *s, struct account **ret, struct why *why)
{
	struct account *list = ARENA_ARRAY(work_arena(f->work), struct account, d->count + 1);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for signs");
	if (d->count)
		memcpy(list, d->list, d->count * sizeof(*list));
	d->list = list;
	*ret = &list[d->count++];
	**ret = (struct account){ .subject = s->subject, .first_at = s->at };
	return OK;
}

enum err metering_note(struct fold *f, const struct metering_sign *s, bool *ret_full, struct why *why)
{
	struct day d;
	struct row row;
	struct str key = str_format(work_arena(f->work), "%06x/%s/%lld", s->server, metering_words[s->kind], (long long)(f->now / DAY_US));
	enum err e = load_day(f, key, &d, &row, why);
	*ret_full = d.count == METERING_ACCOUNTS_MAX;
	struct account *x = e == OK ? find(&d, s->subject) : NULL;
	if (e || *ret_full)
		return e;
	if (!x)
		e = grow(f, &d, s, &x, why);
	if (e)
		return e;
	x->count++;
	x->last_at = s->at;
	x->told = s->told;
	x->known = s->known;
	row.due_at = (f->now / DAY_US + 1) * DAY_US + METERING_BEHIND_S * SECOND_US;
	return work_store(f->work, &row, day_fields, &d, why);
}

/* "00ab12/clock/20513" */
static bool read_key(struct str key, uint32_t *ret_server, enum metering_sign_kind *ret_kind)
{
	struct str rest = key, server, kind;
	if (!str_split(&rest, '/', &server) || !str_split(&rest, '/', &kind))
		return false;
	*ret_server = 0;
	for (size_t i = 0; i < server.len; i++)
		*ret_server = *ret_server << 4 | (uint32_t)(server.ptr[i] <= '9' ? server.ptr[i] - '0' : server.ptr[i] - 'a' + 10);
	for (int k = 0; k < METERING_END; k++)
		if (str_eq(kind, str_of(metering_words[k]))) {
			*ret_kind = (enum metering_sign_kind)k;
			return true;
		}
	return false;
}

enum err metering_accounts(struct fold *f, struct str key, struct metering_day *ret_day, struct why *why)
{
	struct day d;
	struct row row;
	*ret_day = (struct metering_day){ .count = 0 };
	enum err e = load_day(f, key, &d, &row, why);
	if (e || !read_key(key, &ret_day->server, &ret_day->kind))
		return e;
	for (; ret_day->count < d.count; ret_day->count++)
		ret_day->list[ret_day->count] = (struct metering_account){ .subject = d.list[ret_day->count].subject };
	return OK;
}

struct str metering_customer(const struct entity *whose)
{
	return !whose ? STR_NONE : whose->type == ENTITY_LOGIN ? whose->customer : whose->id;
}

static bool is_permitted(const struct registry *r, struct str customer, int64_t at)
{
	for (const struct entity *e = NULL; (e = registry_of(r, ENTITY_PERMISSION, customer, e));)
		if (entity_valid_at(e, at) && (str_eq(e->kind, STR("resale")) || str_eq(e->kind, STR("devices"))))
			return true;
	return false;
}

uint64_t metering_allowed(const struct registry *r, enum metering_sign_kind kind, struct str customer, int64_t at)
{
	const struct entity *limit = registry_limit(r, customer, kind == METERING_SESSIONS ? STR("sessions") : STR("devices"), at);
	if (kind < METERING_SESSIONS || is_permitted(r, customer, at))
		return 0;
	if (limit)
		return limit->value > 0 ? (uint64_t)limit->value : 0;
	return kind == METERING_DEVICES ? METERING_DEVICES_MOST : 0;
}

/* He may have shown it on several servers, and by several logins. Names nobody, so that it needs no erasing. */
static enum err told_row(struct fold *f, struct str customer, struct row *ret_row, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct str text = str_format(a, "sessions\n%.*s\n%lld", STR_ARG(customer), (long long)(f->now / DAY_US));
	return work_get(f->work, TABLE_SEEN, str_format(a, "metering/%.*s", STR_ARG(deed_digest(f, "metering", text))), ret_row, why);
}

static enum err signal(struct fold *f, enum metering_sign_kind kind, const struct metering_day *day, const struct account *x, const struct metering_account *known,
	unsigned others, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct entity *whose = known->whose;
	const bool sessions = kind == METERING_SESSIONS, sure = !sessions || known->sure > metering_allowed(f->registry, kind, metering_customer(whose), f->now);
	struct str customer = metering_customer(whose);
	struct fact facts[] = { { .name = STR("check"), .value = str_of(metering_words[kind]) }, { .name = STR("signs"), .value = str_format(a, "%u", x->count) },
		{ .name = STR("told"), .value = str_format(a, "%llu", sessions ? known->open : (unsigned long long)x->told) },
		{ .name = STR("known"), .value = str_format(a, "%llu", (unsigned long long)x->known) },
		{ .name = STR("server"), .value = str_format(a, "%06x", day->server) }, { .name = STR("peers"), .value = str_format(a, "%u", day->peers) },
		{ .name = STR("others"), .value = str_format(a, "%u", others) }, { .name = STR("sure"), .value = str_format(a, "%u", known->sure) },
		{ .name = STR("servers"), .value = str_format(a, "%u", known->servers) } };
	struct observation o = { .kind_text = kind < METERING_SESSIONS ? METERING_SIGNAL : METERING_RESALE, .witness = WITNESS_METER, .event_at = x->last_at, .first_at = x->first_at,
		.last_at = x->last_at, .zone_given = true, .received_at = f->now, .incidents = 1, .reporter = STR("aupd"), .source = { .text = customer }, .facts = facts,
		.fact_count = sizeof(facts) / sizeof(facts[0]) - (sessions ? 0 : 2) };
	struct subject s = { .ours = OURS_YES, .grade = sure ? GRADE_A : GRADE_B, .customer = customer, .user = whose->user, .service = whose->service,
		.binding = STR("the sessions of an account"), .source = STR("accounting"), .from_at = x->first_at, .until_at = TIME_MAX, .known_at = TIME_NONE };
	struct fold_result r;
	enum err e = registry_chain(f->registry, a, customer, f->now, &s.resellers, &s.reseller_count);
	if (e)
		return why_set(why, e, "the resellers above the customer cannot be followed");
	s.tenant = registry_tenant(a, s.resellers, s.reseller_count);
	if (!sure) {
		s.reasons = ARENA_NEW(a, struct str);
		if (!s.reasons)
			return why_set(why, ERR_NOMEM, "no memory for a reason");
		s.reasons[s.reason_count++] = STR("some of the sessions were not heard of lately, or not together with the others: they may be over");
	}
	e = fold_known(f, &o, &s, &r, why);
	return e ? e : sighting_note(f, &o, &r, why);
}

static enum err tell(struct fold *f, enum metering_sign_kind kind, const struct metering_day *day, const struct account *x, const struct metering_account *known,
	unsigned others, struct why *why)
{
	struct row row;
	enum err e = kind == METERING_SESSIONS ? told_row(f, metering_customer(known->whose), &row, why) : OK;
	if (e || (kind == METERING_SESSIONS && row.version))
		return e;
	if (kind == METERING_SESSIONS) {
		row.due_at = f->now + TOLD_KEPT_DAYS * DAY_US;
		row.body = STR("{}");
		e = work_put(f->work, &row, why);
	}
	return e ? e : signal(f, kind, day, x, known, others, why);
}

/* As few as this one: and of sessions and devices only what is still more than was agreed. */
static bool stands_out(const struct fold *f, enum metering_sign_kind kind, const struct account *x, const struct metering_account *known)
{
	struct str customer = metering_customer(known->whose);
	uint64_t allowed = metering_allowed(f->registry, kind, customer, f->now);
	if (!known->whose)
		return false;
	if (kind == METERING_SESSIONS)
		return allowed && known->open > allowed;
	return kind == METERING_DEVICES ? allowed && x->told > allowed : x->count >= METERING_SIGNS_LEAST;
}

static enum err compare(struct fold *f, enum metering_sign_kind kind, const struct day *d, const struct metering_day *day, enum metering_verdict *ret_verdict, struct why *why)
{
	unsigned others = d->count - 1;
	enum err e = OK;
	*ret_verdict = METERING_NOBODY;
	if (d->count == METERING_ACCOUNTS_MAX || (day->peers >= METERING_PEERS_LEAST && others * METERING_PEERS_PART > day->peers)) {
		*ret_verdict = METERING_SERVERS;
		return OK;
	}
	for (unsigned i = 0; e == OK && i < d->count && i < day->count; i++) {
		if (!stands_out(f, kind, &d->list[i], &day->list[i]))
			continue;
		*ret_verdict = day->peers < METERING_PEERS_LEAST ? METERING_CANNOT_TELL : METERING_TOLD;
		if (*ret_verdict == METERING_TOLD)
			e = tell(f, kind, day, &d->list[i], &day->list[i], others, why);
	}
	return e;
}

enum err metering_due(struct fold *f, struct str key, const struct metering_day *day, enum metering_verdict *ret_verdict, struct why *why)
{
	enum metering_sign_kind kind;
	uint32_t server;
	struct day d;
	struct row row;
	*ret_verdict = METERING_NOBODY;
	enum err e = load_day(f, key, &d, &row, why);
	if (e || !row.version || row.due_at == TIME_NONE || row.due_at > f->now)
		return e;
	if (d.count && read_key(key, &server, &kind))
		e = compare(f, kind, &d, day, ret_verdict, why);
	return e ? e : work_delete(f->work, TABLE_METERING, key, why);
}
