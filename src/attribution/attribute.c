/*
 * Attribution from the registry. See attribute.h.
 */
#include "attribution/attribute.h"

enum { UNCERTAINTY_US_SECONDS = 120, ZONE_WEST_HOURS = 12, ZONE_EAST_HOURS = 14 };

struct asking {
	struct arena *a;
	const struct registry *r;
	const struct observation *o;
	int64_t from_at, until_at;      /* the window; TIME_NONE when no time is known */
	struct subject *s;
};

static void reason(struct asking *q, struct str text)
{
	if (!q->s->reasons)
		q->s->reasons = ARENA_ARRAY(q->a, struct str, SUBJECT_REASONS_MAX);
	if (q->s->reasons && q->s->reason_count < SUBJECT_REASONS_MAX)
		q->s->reasons[q->s->reason_count++] = text;
}

static void set_window(struct asking *q)
{
	const int64_t e = UNCERTAINTY_US_SECONDS * SECOND_US;
	int64_t first = q->o->first_at != TIME_NONE ? q->o->first_at : q->o->event_at, last = q->o->last_at != TIME_NONE ? q->o->last_at : q->o->event_at;
	if (first == TIME_NONE) {
		q->from_at = q->until_at = q->o->received_at;
		return;
	}
	q->from_at = first - e - (q->o->zone_given ? 0 : ZONE_EAST_HOURS * HOUR_US);
	q->until_at = last + e + (q->o->zone_given ? 0 : ZONE_WEST_HOURS * HOUR_US);
}

/* 2: valid over the whole window; 1: over a part; 0: not at all. */
static int overlap(const struct entity *e, int64_t from_at, int64_t until_at)
{
	int64_t from = e->from_at == TIME_NONE ? INT64_MIN : e->from_at, until = e->until_at == TIME_NONE ? INT64_MAX : e->until_at;
	if (until <= from_at || from > until_at)
		return 0;
	return from <= from_at && until > until_at ? 2 : 1;
}

static enum err fill_holder(struct asking *q, const struct entity *e, const char *what)
{
	struct subject *s = q->s;
	s->ours = OURS_YES;
	s->customer = e->customer;
	s->user = e->user;
	s->service = e->service;
	s->from_at = e->from_at;
	s->until_at = e->until_at;
	s->binding = str_format(q->a, "%s %.*s", what, STR_ARG(e->resource));
	const struct entity *service = e->service.len ? registry_find(q->r, ENTITY_SERVICE, e->service) : NULL;
	s->lifeline = service && service->lifeline;
	enum err err = registry_chain(q->r, q->a, s->customer, &s->resellers, &s->reseller_count);
	s->tenant = registry_tenant(q->a, s->resellers, s->reseller_count);
	return err;
}

static void add_candidate(struct asking *q, struct str customer)
{
	struct subject *s = q->s;
	if (!s->candidates)
		s->candidates = ARENA_ARRAY(q->a, struct str, SUBJECT_CANDIDATES_MAX);
	for (unsigned i = 0; i < s->candidate_count; i++)
		if (str_eq(s->candidates[i], customer))
			return;
	if (s->candidates && s->candidate_count < SUBJECT_CANDIDATES_MAX)
		s->candidates[s->candidate_count++] = customer;
}

/* Decides among holders that are equally specific. Gives false when none of them held it in the window. */
static enum err decide(struct asking *q, const struct holders *h, unsigned from, unsigned to, const char *what, bool *ret_decided)
{
	const struct entity *whole = NULL, *part = NULL;
	for (unsigned i = from; i < to; i++) {
		int n = overlap(h->list[i], q->from_at, q->until_at);
		if (!n || !h->list[i]->customer.len)
			continue;
		add_candidate(q, h->list[i]->customer);
		if (n == 2)
			whole = h->list[i];
		part = h->list[i];
	}
	*ret_decided = part != NULL;
	if (!part)
		return OK;
	enum err e = fill_holder(q, whole ? whole : part, what);
	if (q->s->candidate_count > 1) {
		q->s->grade = GRADE_C;
		reason(q, q->o->zone_given ? STR("several customers held it within the time that the report allows")
			: STR("the report gives no time zone, and several customers held it within the offsets that are possible"));
	} else if (!whole) {
		q->s->grade = GRADE_B;
		reason(q, STR("the customer held it for a part only of the time that the report allows"));
	} else if (q->o->event_at == TIME_NONE) {
		q->s->grade = GRADE_B;
		reason(q, STR("the report gives no time; the holder at its receipt is taken"));
	} else {
		q->s->grade = GRADE_A;
		reason(q, str_format(q->a, "one customer by the register over the whole window, %s", what));
	}
	return e;
}

static enum err by_holders(struct asking *q, const struct holders *h, const char *what)
{
	bool decided = false, own = false;
	for (unsigned i = 0; i < h->count && !decided;) {
		unsigned to = i + 1;
		while (to < h->count && str_eq(h->list[to]->resource, h->list[i]->resource))
			to++;
		const struct entity *e = h->list[i];
		own |= overlap(e, q->from_at, q->until_at) > 0;
		if (str_eq(e->kind, STR("dynamic")) && overlap(e, q->from_at, q->until_at)) {
			q->s->ours = OURS_CANNOT_TELL;
			q->s->grade = GRADE_D;
			reason(q, STR("the prefix is handed out dynamically and no session data covers the time"));
			return OK;
		}
		enum err err = decide(q, h, i, to, what, &decided);
		if (err)
			return err;
		if (decided && str_eq(e->kind, STR("delegated")) && q->s->grade == GRADE_A) {
			q->s->grade = GRADE_B;
			reason(q, STR("the prefix is delegated to a reseller: who below held it is not known here"));
		}
		if (decided && str_eq(e->kind, STR("shared")) && !q->o->source.port) {
			q->s->grade = GRADE_E;
			reason(q, STR("the address is shared and the report names no port"));
		}
		i = to;
	}
	if (decided)
		return OK;
	if (own) {
		q->s->ours = OURS_CANNOT_TELL;
		q->s->grade = GRADE_D;
		reason(q, STR("it lies in the provider's own space, and the register names no holder at that time"));
		return OK;
	}
	q->s->ours = OURS_NO;
	reason(q, h->count ? STR("nobody of ours held it at that time") : STR("it lies in no prefix, domain or account of ours"));
	return OK;
}

enum err attribute(struct arena *a, const struct registry *r, const struct observation *o, struct subject *ret_subject, struct why *why)
{
	struct asking q = { .a = a, .r = r, .o = o, .s = ret_subject };
	struct holders h = { 0 };
	*ret_subject = (struct subject){ .from_at = TIME_NONE, .until_at = TIME_NONE, .source = STR("registry"), .registry_version = registry_version(r), .tenant = STR("/") };
	set_window(&q);
	if (!registry_count(r)) {
		reason(&q, STR("the registry is empty"));
		return OK;
	}
	const char *what = "prefix";
	switch (o->source.type) {
	case SOURCE_NONE:
		reason(&q, STR("the report names no source"));
		return OK;
	case SOURCE_ADDR:
		registry_by_addr(r, &o->source.addr, a, &h);
		break;
	case SOURCE_PREFIX: {
		struct prefix p;
		if (prefix_parse(o->source.text, &p) == OK)
			registry_by_addr(r, &p.addr, a, &h);
		break;
	}
	case SOURCE_DOMAIN: case SOURCE_URL: case SOURCE_EMAIL:
		if (o->source.type == SOURCE_EMAIL) {
			registry_by_text(r, ENTITY_MAILBOX, o->source.text, a, &h);
			what = "mailbox";
		}
		if (!h.count && o->source.domain.len) {
			registry_by_domain(r, o->source.domain, a, &h);
			what = "domain";
		} else if (!h.count) {
			registry_by_addr(r, &o->source.addr, a, &h);
			what = "prefix";
		}
		break;
	case SOURCE_LOGIN:
		registry_by_text(r, ENTITY_LOGIN, o->source.text, a, &h);
		what = "login";
		break;
	}
	enum err e = by_holders(&q, &h, what);
	return e ? why_set(why, e, "the resellers above the customer cannot be followed") : OK;
}
