/*
 * Answers of bindings as subjects. See bindings.h.
 */
#include "attribution/bindings.h"

#include "attribution/timeline.h"
#include "base/digest.h"

enum { HOLDINGS_MAX = 64, ID_OCTETS = 8 };

struct answering {
	const struct bindings *b;
	struct arena *a;
	const struct registry *r;
	const struct binding_question *q;
	int64_t at;
	struct subject *s;
	struct str customers[SUBJECT_CANDIDATES_MAX];
	unsigned customer_count;
	bool more, unknown, gap;        /* customers beyond those; a subject that the register has not; a customer who was none all the time */
	const struct entity *holder;    /* of the first subject, at the instant */
	enum grade inside;              /* the worst of those behind a shared address; GRADE_A: none was asked */
};

const char *bindings_feed_name(const struct bindings *b, uint8_t feed)
{
	const char *name = feed <= BINDING_FEED_MAX ? b->feed_names[feed] : feed == FEED_ALL ? "(all)" : NULL;
	return name ? name : "(no longer configured)";
}

static struct str when(struct arena *a, int64_t at, const char *otherwise)
{
	return at == TIME_NONE || at == TIME_MAX ? str_of(otherwise) : time_str(a, at);
}

struct str bindings_text(const struct bindings *b, struct arena *a, const struct binding *one)
{
	struct digest d;
	struct str prefix = one->prefix.bits == 128 ? addr_str(a, &one->prefix.addr) : prefix_str(a, &one->prefix), ports = STR("");
	if (one->port_from || one->port_to != BINDING_PORT_LAST)
		ports = str_format(a, " ports %u-%u", one->port_from, one->port_to);
	struct str identity = str_format(a, "%.*s%.*s %lld %u ", STR_ARG(prefix), STR_ARG(ports), (long long)one->start_at, one->feed);
	const struct str parts[] = { identity, { (const char *)one->subject.octets, BINDING_SUBJECT_LEN } };
	digest_sha256_parts(parts, 2, &d);
	struct str id = str_sub(digest_hex(a, &d), 0, 2 * ID_OCTETS);
	return str_format(a, "binding %.*s%.*s, %.*s until %.*s, feed %s, id %.*s", STR_ARG(prefix), STR_ARG(ports), STR_ARG(when(a, one->start_at, "an unknown start")),
		STR_ARG(when(a, one->end_at, "open")), bindings_feed_name(b, one->feed), STR_ARG(id));
}

static void add_customer(struct answering *x, struct str customer)
{
	for (unsigned i = 0; i < x->customer_count; i++)
		if (str_eq(x->customers[i], customer))
			return;
	if (x->customer_count == SUBJECT_CANDIDATES_MAX)
		x->more = true;
	else
		x->customers[x->customer_count++] = customer;
}

/* A login may have gone from one customer to another within the window, as the register has it. */
static enum err customers_of_login(struct answering *x, const struct entity *login)
{
	struct holders h;
	struct timeline t;
	enum err e = holders_init(x->a, x->q->from_at, x->q->until_at, &h);
	if (e)
		return e;
	registry_by_text(x->r, ENTITY_LOGIN, login->resource, &h);
	e = timeline_read(x->a, x->r, &h, 0, x->at, &t);
	if (e)
		return e;
	for (unsigned i = 0; i < t.customer_count; i++)
		add_customer(x, t.customers[i]);
	x->more |= t.more || h.cut;
	x->gap |= t.gap;
	x->holder = x->holder ? x->holder : t.holder;
	return OK;
}

static enum err customers_of(struct answering *x, const struct binding_subject *key)
{
	const struct entity *e = binding_book_find(x->b->book, key);
	if (!e) {
		x->unknown = true;
		return OK;
	}
	if (e->type == ENTITY_LOGIN)
		return customers_of_login(x, e);
	const struct entity *from = registry_customer(x->r, e->id, x->q->from_at), *until = registry_customer(x->r, e->id, x->q->until_at);
	const struct entity *then = registry_customer(x->r, e->id, x->at);
	x->gap |= !from || !until || !entity_valid_at(from, x->q->from_at) || !entity_valid_at(until, x->q->until_at);
	if (then && entity_valid_at(then, x->at))
		add_customer(x, e->id);
	return OK;
}

static void lower(struct answering *x, const char *text)
{
	x->s->grade = x->s->grade == GRADE_A ? GRADE_B : x->s->grade;
	subject_reason(x->a, x->s, str_of(text));
}

static void say_reasons(struct answering *x, const struct binding_grade *g)
{
	for (unsigned i = 0; i < BINDING_REASON_END; i++)
		if (g->reasons & UINT32_C(1) << i)
			subject_reason(x->a, x->s, str_of(binding_reason_words[i]));
	if (g->reasons & UINT32_C(1) << BINDING_FEED_HOLE)
		subject_reason(x->a, x->s, str_format(x->a, "feed %s: %s, %.*s until %.*s", bindings_feed_name(x->b, g->hole.feed), feed_reason_words[g->hole.reason],
			STR_ARG(when(x->a, g->hole.from_at, "ever")), STR_ARG(when(x->a, g->hole.until_at, "now"))));
}

static void cite(struct answering *x, const struct binding *one)
{
	struct subject *s = x->s;
	s->binding = bindings_text(x->b, x->a, one);
	s->from_at = one->start_at;
	s->until_at = one->end_at == TIME_NONE ? TIME_MAX : one->end_at;
	s->known_at = one->recorded_at;
}

static void fill_holder(struct answering *x)
{
	struct subject *s = x->s;
	const struct entity *e = x->holder;
	s->ours = OURS_YES;
	s->customer = x->customers[0];
	if (!e || !str_eq(e->customer, s->customer))
		return;
	s->user = e->user;
	s->service = e->service;
	s->affiliate = e->affiliate;
	const struct entity *user = e->user.len && !e->affiliate.len ? registry_find(x->r, ENTITY_USER, e->user) : NULL;
	if (user)
		s->affiliate = user->affiliate;
	const struct entity *service = e->service.len ? registry_find(x->r, ENTITY_SERVICE, e->service) : NULL;
	s->lifeline = service && service->lifeline;
}

static void fill_candidates(struct answering *x)
{
	struct subject *s = x->s;
	s->candidates = ARENA_ARRAY(x->a, struct str, SUBJECT_CANDIDATES_MAX);
	for (unsigned i = 0; s->candidates && i < x->customer_count; i++)
		s->candidates[s->candidate_count++] = x->customers[i];
	if (x->more)
		subject_reason(x->a, s, STR("there are more candidates than are listed"));
}

static bool is_inside(const struct binding_holding *list, unsigned count, const struct binding_subject *s)
{
	for (unsigned i = 0; i < count; i++)
		if (list[i].binding.flags & BINDING_INSIDE && binding_subject_eq(&list[i].binding.subject, s))
			return true;
	return false;
}

/* Both rest on it: the time that both held, and what was known of both. */
static void cite_inside(struct answering *x, const struct binding *one)
{
	struct subject *s = x->s;
	s->binding = str_format(x->a, "%.*s; behind it %.*s", STR_ARG(s->binding), STR_ARG(bindings_text(x->b, x->a, one)));
	s->from_at = one->start_at > s->from_at ? one->start_at : s->from_at;
	s->until_at = one->end_at != TIME_NONE && one->end_at < s->until_at ? one->end_at : s->until_at;
	s->known_at = one->recorded_at > s->known_at ? one->recorded_at : s->known_at;
}

/* Who held the address behind the shared one over the same window; behind that nothing is looked for. */
static enum err customers_inside(struct answering *x, const struct binding_subject *key)
{
	struct binding_holding *list = ARENA_ARRAY(x->a, struct binding_holding, HOLDINGS_MAX);
	struct binding_question q = *x->q;
	struct binding_grade g;
	unsigned count = 0;
	if (!list)
		return ERR_NOMEM;
	q.addr = binding_inside_addr(key);
	q.port = BINDING_PORT_NONE;
	enum err e = binding_index_find(x->b->index, &q, list, HOLDINGS_MAX, &count);
	if (e && e != ERR_LIMIT)
		return e;
	binding_grade(&q, list, count, e == ERR_LIMIT, &x->b->direct, x->b->health, &g);
	for (unsigned i = 0; g.grade != GRADE_A && i < BINDING_REASON_END; i++)
		if (g.reasons & UINT32_C(1) << i)
			subject_reason(x->a, x->s, str_format(x->a, "of the address behind it: %s", binding_reason_words[i]));
	x->inside = g.grade > x->inside ? g.grade : x->inside;
	x->unknown |= g.verdict != BINDING_HELD;
	if (g.verdict != BINDING_HELD)
		return OK;
	cite_inside(x, &list[g.cited].binding);
	e = OK;
	for (unsigned i = 0; e == OK && i < g.subject_count; i++) {
		if (is_inside(list, count, &g.subjects[i]))
			x->unknown = true;
		else
			e = customers_of(x, &g.subjects[i]);
	}
	return e;
}

/* One customer, or nobody is named. */
static void held(struct answering *x, const struct binding_grade *g, bool timed)
{
	struct subject *s = x->s;
	const bool many = g->reasons & UINT32_C(1) << BINDING_MANY;
	fill_candidates(x);
	s->grade = g->grade;
	if (x->unknown) {
		s->grade = s->grade == GRADE_E ? GRADE_E : GRADE_D;
		subject_reason(x->a, s, STR("the register does not know who it was that held it"));
	} else if (!x->customer_count) {
		s->grade = GRADE_D;
		subject_reason(x->a, s, STR("who held it was no customer at that time by the register"));
	} else if (x->customer_count > 1 || x->more) {
		s->grade = s->grade == GRADE_E ? GRADE_E : GRADE_C;
		subject_reason(x->a, s, g->subject_count > 1 ? STR("several customers could be meant") : STR("the register names several customers of its login within the window"));
	} else if (g->grade != GRADE_E && !many) {
		fill_holder(x);
		if (g->grade == GRADE_C) {
			s->grade = GRADE_B;
			subject_reason(x->a, s, STR("they are logins of one customer"));
		}
		if (x->inside > GRADE_A)
			lower(x, "who held the address behind the shared one is not as sure");
		if (x->gap)
			lower(x, "by the register it was a customer for a part of the window only");
		if (!timed)
			lower(x, "the report gives no time");
	}
}

enum err bindings_answer(const struct bindings *b, struct arena *a, const struct registry *r, const struct binding_question *q, int64_t at, bool timed,
	struct subject *s)
{
	struct answering x = { .b = b, .a = a, .r = r, .q = q, .at = at, .s = s, .inside = GRADE_A };
	struct binding_holding *holdings = ARENA_ARRAY(a, struct binding_holding, HOLDINGS_MAX);
	struct binding_grade g;
	unsigned count = 0;
	if (!holdings)
		return ERR_NOMEM;
	enum err e = binding_index_find(b->index, q, holdings, HOLDINGS_MAX, &count);
	if (e && e != ERR_LIMIT)
		return e;
	/* the silence of one NAT says nothing of what another feed tells; of what none tells any may know */
	binding_grade(q, holdings, count, e == ERR_LIMIT, count ? &b->direct : &b->feeds, b->health, &g);
	s->source = STR("bindings");
	say_reasons(&x, &g);
	if (g.verdict != BINDING_HELD) {
		s->ours = g.verdict == BINDING_NOBODY ? OURS_NO : OURS_CANNOT_TELL;
		s->grade = g.grade;
		return OK;
	}
	cite(&x, &holdings[g.cited].binding);
	for (unsigned i = 0; i < g.subject_count; i++) {
		e = is_inside(holdings, count, &g.subjects[i]) ? customers_inside(&x, &g.subjects[i]) : customers_of(&x, &g.subjects[i]);
		if (e)
			return e;
	}
	held(&x, &g, timed);
	return OK;
}
