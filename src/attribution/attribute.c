/*
 * Attribution from the registry. See attribute.h.
 */
#include "attribution/attribute.h"

#include "attribution/bindings.h"
#include "attribution/timeline.h"

enum { UNCERTAINTY_US_SECONDS = 120, ZONE_WEST_HOURS = 12, ZONE_EAST_HOURS = 14, NO_TIME_DAYS = 30, AGREEMENTS_TOLD_MAX = 8 };

struct asking {
	struct arena *a;
	const struct registry *r;
	const struct bindings *bindings;        /* NULL: none */
	int64_t as_of;
	const struct observation *o;
	const struct addr *addr;        /* the source, when it is one address */
	int64_t from_at, until_at, at;  /* the window, and the instant in it that is asked about first */
	bool timed;                     /* the report gives a time */
	struct str domain;              /* in normal form; "" = none */
	struct timeline t;
	struct subject *s;
};

static void reason(struct asking *q, struct str text)
{
	subject_reason(q->a, q->s, text);
}

static void verdict(struct asking *q, enum ours ours, enum grade grade, const char *text)
{
	q->s->ours = ours;
	q->s->grade = grade;
	reason(q, str_of(text));
}

static void set_window(struct asking *q)
{
	const int64_t e = UNCERTAINTY_US_SECONDS * SECOND_US;
	const struct observation *o = q->o;
	int64_t first = o->first_at != TIME_NONE ? o->first_at : o->event_at, last = o->last_at != TIME_NONE ? o->last_at : o->event_at;
	q->timed = first != TIME_NONE || last != TIME_NONE;
	if (!q->timed) {
		q->from_at = o->received_at - NO_TIME_DAYS * DAY_US;
		q->until_at = q->at = o->received_at;
		return;
	}
	first = first == TIME_NONE ? last : first;
	last = last == TIME_NONE || last < first ? first : last;
	q->from_at = first - e - (o->zone_given ? 0 : ZONE_EAST_HOURS * HOUR_US);
	q->until_at = last + e + (o->zone_given ? 0 : ZONE_WEST_HOURS * HOUR_US);
	q->at = o->event_at != TIME_NONE && o->event_at >= first && o->event_at <= last ? o->event_at : last;
}

static void fill_resellers(struct asking *q)
{
	struct subject *s = q->s;
	if (registry_chain(q->r, q->a, s->customer, q->at, &s->resellers, &s->reseller_count) != OK) {
		s->reseller_count = 0;
		s->grade = s->grade == GRADE_A ? GRADE_B : s->grade;
		reason(q, STR("the resellers above the customer cannot be followed"));
	}
	s->tenant = registry_tenant(q->a, s->resellers, s->reseller_count);
}

static void fill_holder(struct asking *q)
{
	struct subject *s = q->s;
	const struct entity *e = q->t.holder;
	s->ours = OURS_YES;
	s->customer = e->customer;
	s->user = e->user;
	s->service = e->service;
	s->affiliate = e->affiliate;
	const struct entity *user = e->user.len && !e->affiliate.len ? registry_find(q->r, ENTITY_USER, e->user) : NULL;
	if (user)
		s->affiliate = user->affiliate;
	s->from_at = e->from_at;
	s->until_at = e->until_at;
	s->binding = str_format(q->a, "%s %.*s%s%.*s", entity_type_words[e->type], STR_ARG(e->resource), e->ports.len ? " ports " : "", STR_ARG(e->ports));
	const struct entity *service = e->service.len ? registry_find(q->r, ENTITY_SERVICE, e->service) : NULL;
	s->lifeline = service && service->lifeline;
}

static void fill_candidates(struct asking *q)
{
	struct subject *s = q->s;
	s->candidates = ARENA_ARRAY(q->a, struct str, SUBJECT_CANDIDATES_MAX);
	for (unsigned i = 0; s->candidates && i < q->t.customer_count; i++)
		s->candidates[s->candidate_count++] = q->t.customers[i];
	if (q->t.more)
		reason(q, STR("there are more candidates than are listed"));
}

/* Of two customers at two times the time tells; of two at one time nothing does. */
static uint32_t missing_time(const struct asking *q)
{
	return !q->timed ? MISSING_TIME : q->o->zone_given ? 0 : MISSING_ZONE;
}

static void several(struct asking *q)
{
	if (!q->t.at_once)
		q->s->missing |= missing_time(q);
	q->s->grade = GRADE_C;
	if (q->t.at_once)
		reason(q, STR("the register names several customers at one time"));
	else if (!q->timed)
		reason(q, STR("the report gives no time, and several customers held it in the days before its receipt"));
	else
		reason(q, q->o->zone_given ? STR("several customers held it within the time that the report allows")
			: STR("the report gives no time zone, and several customers held it within the offsets that are possible"));
}

/* What makes the answer of one customer over the whole window less than sure. */
static void lower(struct asking *q)
{
	const struct entity *e = q->t.holder;
	const struct names *n = registry_names(q->r);
	enum grade grade = q->s->grade;
	if (q->t.delegated) {
		grade = GRADE_B;
		reason(q, STR("the prefix is delegated to a reseller: who below held it is not known here"));
	}
	if (e->type == ENTITY_DOMAIN && q->domain.len > e->resource.len && n && names_is_suffix(n, e->resource)) {
		grade = GRADE_B;
		reason(q, STR("others may register names below the domain that is held"));
	}
	if (q->s->grade == GRADE_A)
		q->s->grade = grade;
}

static void held(struct asking *q)
{
	const bool one = q->t.customer_count == 1 && !q->t.more;
	const bool no_port = q->t.shared && !q->o->source.port;
	fill_holder(q);
	fill_candidates(q);
	if (no_port) {
		q->s->grade = GRADE_E;
		q->s->missing |= MISSING_PORT | missing_time(q);
		reason(q, one ? STR("the address is shared and the report names no port")
			: STR("the address is shared by several customers and the report names no port"));
	} else if (!one) {
		several(q);
	} else if (q->t.gap) {
		q->s->grade = GRADE_B;
		reason(q, q->o->source.type == SOURCE_PREFIX ? STR("the customer held a part of it, or for a part only of the time that the report allows")
			: STR("the customer held it for a part only of the time that the report allows"));
	} else if (!q->timed) {
		q->s->grade = GRADE_B;
		reason(q, STR("the report gives no time; one customer held it in all the days before its receipt"));
	} else {
		q->s->grade = GRADE_A;
		reason(q, str_format(q->a, "one customer by the register over the whole window, %s", entity_type_words[q->t.holder->type]));
	}
	lower(q);
	fill_resellers(q);
}

static void not_held(struct asking *q, const struct holders *h, bool told)
{
	if (q->t.shared && !q->o->source.port)
		q->s->missing |= MISSING_PORT | missing_time(q);
	if (q->t.shared && !q->o->source.port)
		verdict(q, OURS_CANNOT_TELL, GRADE_E, "the address is shared and the report names no port");
	else if (q->t.other_port)
		verdict(q, OURS_CANNOT_TELL, GRADE_D, "the address is shared, and the register names no holder of that port at that time");
	else if (q->t.lapsed)
		verdict(q, OURS_CANNOT_TELL, GRADE_D, "the register names a holder who was no customer at that time");
	else if (q->t.own)
		verdict(q, OURS_CANNOT_TELL, GRADE_D, "it lies in the provider's own space, and the register names no holder at that time");
	else if (!told)
		verdict(q, OURS_CANNOT_TELL, GRADE_D, "the register holds nothing of that kind");
	else
		verdict(q, OURS_NO, GRADE_NONE, h->known ? "nobody of ours held it at that time" : "it lies in no prefix, domain or account of ours");
}

/* Nobody holds the name: does somebody hold another one that only the same registrant can have? */
static enum err near(struct asking *q, bool *ret_near)
{
	struct holders h;
	struct timeline t;
	*ret_near = false;
	if (!q->domain.len || q->t.customer_count || q->t.own || q->t.dynamic)
		return OK;
	enum err e = holders_init(q->a, q->from_at, q->until_at, &h);
	if (e)
		return e;
	registry_by_registrant(q->r, q->domain, &h);
	e = timeline_read(q->a, q->r, &h, 0, q->at, &t);
	if (e || (!t.customer_count && !t.own))
		return e;
	*ret_near = true;
	q->t = t;
	fill_candidates(q);
	verdict(q, OURS_CANNOT_TELL, GRADE_D, "the register names nobody for it, but a holder of another name of the same registrant");
	return OK;
}

/* The register says who gives the address away, not who had it then. */
static bool is_handed_out(const struct asking *q)
{
	return q->bindings && q->addr && !q->t.customer_count && !q->t.more && (q->t.dynamic || (q->t.shared && q->o->source.port));
}

static enum err by_bindings(struct asking *q)
{
	struct binding_question asked = { .addr = *q->addr, .port = q->o->source.port ? q->o->source.port : BINDING_PORT_NONE,
		.from_at = q->from_at - q->bindings->slack_us, .until_at = q->until_at + q->bindings->slack_us, .as_of = q->as_of };
	enum err e = bindings_answer(q->bindings, q->a, q->r, &asked, q->at, q->timed, q->s);
	if (e == OK && q->s->candidate_count > 1)
		q->s->missing |= missing_time(q);
	if (e || q->s->ours != OURS_YES)
		return e;
	q->t.customers[0] = q->s->customer;
	q->t.customer_count = 1;
	fill_resellers(q);
	return OK;
}

static enum err decide(struct asking *q, const struct holders *h, bool told)
{
	bool is_near;
	enum err e = near(q, &is_near);
	if (e || is_near)
		return e;
	if (h->cut) {
		verdict(q, OURS_CANNOT_TELL, GRADE_D, "more rows of the register speak of it than can be weighed");
	} else if (is_handed_out(q)) {
		return by_bindings(q);
	} else if (q->t.dynamic) {
		fill_candidates(q);
		verdict(q, OURS_CANNOT_TELL, GRADE_D, "the prefix is handed out dynamically and no session data covers the time");
	} else if (q->t.customer_count) {
		held(q);
	} else {
		not_held(q, h, told);
	}
	return OK;
}

/* A prefix lies in those that cover it, and whoever holds a part of it may be meant as well. */
static enum err by_prefix(struct asking *q, const struct prefix *p)
{
	struct holders h, inside;
	struct timeline t;
	const bool told = registry_has(q->r, ENTITY_PREFIX);
	q->addr = p->bits == 128 ? &p->addr : NULL;
	enum err e = holders_init(q->a, q->from_at, q->until_at, &h);
	if (e)
		return e;
	registry_by_prefix(q->r, p, &h);
	e = timeline_read(q->a, q->r, &h, q->o->source.port, q->at, &q->t);
	if (e || p->bits == 128)
		return e ? e : decide(q, &h, told);
	e = holders_init(q->a, q->from_at, q->until_at, &inside);
	if (e)
		return e;
	registry_within(q->r, p, &inside);
	e = timeline_read(q->a, q->r, &inside, q->o->source.port, q->at, &t);
	if (e)
		return e;
	h.known |= inside.known;
	h.cut |= inside.cut;
	q->t.own |= t.own;
	q->t.dynamic |= t.dynamic;
	q->t.shared |= t.shared;
	q->t.more |= t.more;
	if (t.customer_count) {
		q->t.gap = !q->t.customer_count || q->t.gap;
		q->t.delegated |= t.delegated;
		q->t.holder = q->t.holder ? q->t.holder : t.holder;
	}
	for (unsigned i = 0; i < t.customer_count; i++) {
		bool known = false;
		for (unsigned k = 0; k < q->t.customer_count; k++)
			known |= str_eq(q->t.customers[k], t.customers[i]);
		if (!known && q->t.customer_count < SUBJECT_CANDIDATES_MAX)
			q->t.customers[q->t.customer_count++] = t.customers[i];
		else
			q->t.more |= !known;
	}
	q->t.at_once |= t.customer_count && q->t.customer_count > 1;
	return decide(q, &h, told);
}

static enum err by_name(struct asking *q)
{
	const struct source *s = &q->o->source;
	struct holders h;
	struct str text;
	bool told = registry_has(q->r, ENTITY_DOMAIN);
	enum err e = holders_init(q->a, q->from_at, q->until_at, &h);
	if (e)
		return e;
	if (s->type == SOURCE_EMAIL || s->type == SOURCE_LOGIN) {
		told = registry_has(q->r, ENTITY_LOGIN) || (told && s->type == SOURCE_EMAIL);
		registry_by_text(q->r, ENTITY_LOGIN, str_lower(q->a, str_trim(s->text)), &h);
	}
	if (s->type == SOURCE_EMAIL && normal_mailbox(q->a, s->text, &text) == OK)
		registry_by_text(q->r, ENTITY_MAILBOX, text, &h);
	if (s->type == SOURCE_LOGIN && str_starts_fold(s->text, STR("AS")) && normal_asn(q->a, s->text, &text) == OK) {
		told |= registry_has(q->r, ENTITY_ASN);
		registry_by_text(q->r, ENTITY_ASN, text, &h);
	}
	if (s->type == SOURCE_LOGIN && q->domain.len)
		registry_by_text(q->r, ENTITY_DOMAIN, q->domain, &h);
	h.level++;
	registry_by_domain(q->r, q->domain, &h);
	e = timeline_read(q->a, q->r, &h, 0, q->at, &q->t);
	return e ? e : decide(q, &h, told);
}

/* What binds the customer, for whoever reads the case: conduct is held against what was agreed. */
static void tell_terms(struct asking *q)
{
	char from[TIME_TEXT_MAX];
	const struct entity *e = NULL;
	unsigned told = 0;
	if (q->s->ours != OURS_YES || q->t.customer_count != 1)
		return;
	for (; told < AGREEMENTS_TOLD_MAX && (e = registry_of(q->r, ENTITY_AGREEMENT, q->s->customer, e));) {
		if (!entity_valid_at(e, q->at))
			continue;
		bool other = (e->user.len && !str_eq(e->user, q->s->user)) || (e->affiliate.len && !str_eq(e->affiliate, q->s->affiliate));
		if (other)
			continue;
		if (e->from_at != TIME_NONE)
			time_print(e->from_at, from);
		told++;
		reason(q, str_format(q->a, "bound by %.*s %.*s%s%s", STR_ARG(e->document), STR_ARG(e->document_version), e->from_at != TIME_NONE ? " since " : "",
			e->from_at != TIME_NONE ? from : ""));
	}
	if (!told && registry_has(q->r, ENTITY_AGREEMENT))
		reason(q, STR("the register holds no agreement that bound the customer at that time"));
	for (e = NULL; (e = registry_of(q->r, ENTITY_PERMISSION, q->s->customer, e));)
		if (entity_valid_at(e, q->at))
			reason(q, str_format(q->a, "a written permission stood: %.*s%s%.*s", STR_ARG(e->kind), e->resource.len ? ", " : "", STR_ARG(e->resource)));
}

static enum err ask(struct asking *q)
{
	const struct source *s = &q->o->source;
	struct prefix p;
	if (s->type == SOURCE_NONE) {
		reason(q, STR("the report names no source"));
		return OK;
	}
	if (s->type == SOURCE_PREFIX && prefix_parse(s->text, &p) != OK) {
		verdict(q, OURS_CANNOT_TELL, GRADE_D, "the source is no prefix");
		return OK;
	}
	if (s->type == SOURCE_PREFIX)
		return by_prefix(q, &p);
	if (s->type == SOURCE_ADDR || (s->type == SOURCE_URL && !s->domain.len)) {
		p = prefix_of(&s->addr, addr_is_v4(&s->addr) ? 32 : 128);
		return by_prefix(q, &p);
	}
	bool named = names_normal(q->a, s->domain, &q->domain) == OK;
	if (!named && s->type != SOURCE_LOGIN) {
		verdict(q, OURS_CANNOT_TELL, GRADE_D, "the source is no name that can be looked up");
		return OK;
	}
	return by_name(q);
}

enum err attribute(struct arena *a, const struct registry *r, const struct observation *o, struct subject *ret_subject, struct why *why)
{
	return attribute_bound(a, r, NULL, TIME_NONE, o, ret_subject, why);
}

enum err attribute_bound(struct arena *a, const struct registry *r, const struct bindings *b, int64_t as_of, const struct observation *o,
	struct subject *ret_subject, struct why *why)
{
	struct asking q = { .a = a, .r = r, .bindings = b, .as_of = as_of, .o = o, .s = ret_subject };
	*ret_subject = (struct subject){ .from_at = TIME_NONE, .until_at = TIME_NONE, .known_at = TIME_NONE, .source = STR("registry"), .registry_version = registry_version(r), .tenant = STR("/") };
	set_window(&q);
	if (!registry_count(r)) {
		reason(&q, STR("the registry is empty"));
		return OK;
	}
	enum err e = ask(&q);
	if (e)
		return why_set(why, e, "no memory to attribute");
	tell_terms(&q);
	return OK;
}
