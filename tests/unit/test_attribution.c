/*
 * Attribution against a plain scan of all entities: random prefixes with random validity, random addresses and times, with and
 * without a zone. The scan knows no index; both must say the same. Then the tree of resellers at its bound.
 */
#include "attribution/attribute.h"
#include "tap.h"

enum { WORLDS = 60, PREFIXES = 120, QUESTIONS = 300, ZONE_WEST = 12, ZONE_EAST = 14, UNSURE_SECONDS = 120 };

static struct arena *arena;
static uint64_t state = 88172645463325252ULL;

static uint32_t dice(uint32_t sides)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 24) % sides;
}

static struct entity list[PREFIXES];
static struct prefix prefixes[PREFIXES];

static int64_t random_time(void)
{
	return (int64_t)(1000 + dice(400)) * HOUR_US;
}

/* Few bits are random, so that prefixes nest and meet often. */
static struct prefix random_prefix(bool six)
{
	struct addr a = { { 0 } };
	struct str text = six ? str_format(arena, "2001:db8:%x::", dice(16) << 12) : str_format(arena, "10.%u.%u.0", dice(4) * 64, dice(8) * 32);
	return addr_parse(text, &a) == OK ? prefix_of(&a, six ? 33 + dice(16) : 8 + dice(17)) : (struct prefix){ 0 };
}

static bool make_world(struct registry *r)
{
	static const char *const kinds[] = { "static", "static", "static", "", "dynamic", "delegated", "shared" };
	for (unsigned i = 0; i < PREFIXES; i++) {
		struct entity e = { .type = ENTITY_PREFIX, .id = str_format(arena, "p%03u", i), .from_at = TIME_NONE, .until_at = TIME_NONE,
			.kind = str_of(kinds[dice(7)]) };
		prefixes[i] = random_prefix(!dice(4));
		e.resource = prefix_str(arena, &prefixes[i]);
		if (dice(5))
			e.customer = str_format(arena, "c%u", dice(6));
		if (dice(3))
			e.from_at = random_time();
		if (dice(3))
			e.until_at = (e.from_at == TIME_NONE ? random_time() : e.from_at) + (1 + dice(200)) * HOUR_US;
		list[i] = e;
		if (registry_add(r, &e, NULL) != OK)
			return false;
	}
	return registry_ready(r, 1, NULL, NULL) == OK;
}

static bool valid(const struct entity *e, int64_t at)
{
	return (e->from_at == TIME_NONE || e->from_at <= at) && (e->until_at == TIME_NONE || e->until_at > at);
}

/* What the scan found at all the instants of a window. */
struct found {
	struct str customers[8];
	unsigned count;
	bool own, gap, dynamic, delegated, shared;
	struct str at_event;            /* who held it at the event's own time */
};

static void scan_instant(const struct observation *o, int64_t at, struct found *f)
{
	for (int bits = 128; bits >= 0; bits--) {
		struct str first = STR_NONE;
		bool dynamic = false;
		for (unsigned i = 0; i < PREFIXES; i++) {
			const struct entity *e = &list[i];
			if ((int)prefixes[i].bits != bits || !prefix_has(&prefixes[i], &o->source.addr) || !valid(e, at))
				continue;
			dynamic |= str_eq(e->kind, STR("dynamic"));
			f->shared |= str_eq(e->kind, STR("shared"));
			f->own |= !e->customer.len;
			if (!e->customer.len)
				continue;
			f->delegated |= str_eq(e->kind, STR("delegated"));
			first = first.len ? first : e->customer;
			unsigned k = 0;
			while (k < f->count && !str_eq(f->customers[k], e->customer))
				k++;
			f->customers[k] = e->customer;
			f->count += k == f->count;
		}
		f->dynamic |= dynamic;
		if (dynamic)
			return;
		if (first.len && at == o->event_at)
			f->at_event = first;
		if (first.len)
			return;
	}
	f->gap = true;
}

/* Instant after instant, one length of prefix after another: all changes lie on full hours. */
static void scan(const struct observation *o, struct subject *s, struct found *f)
{
	const int64_t unsure = UNSURE_SECONDS * SECOND_US;
	int64_t from = o->event_at - unsure - (o->zone_given ? 0 : ZONE_EAST * HOUR_US), until = o->event_at + unsure + (o->zone_given ? 0 : ZONE_WEST * HOUR_US);
	bool no_port = !o->source.port;
	*f = (struct found){ .own = false };
	*s = (struct subject){ .ours = OURS_YES };
	scan_instant(o, from, f);
	for (int64_t at = from - from % HOUR_US + HOUR_US; at <= until; at += HOUR_US)
		scan_instant(o, at, f);
	scan_instant(o, o->event_at, f);
	if (f->dynamic || (!f->count && f->own))
		*s = (struct subject){ .ours = OURS_CANNOT_TELL, .grade = !f->dynamic && f->shared && no_port ? GRADE_E : GRADE_D };
	else if (!f->count)
		s->ours = OURS_NO;
	else
		s->grade = f->shared && no_port ? GRADE_E : f->count > 1 ? GRADE_C : f->gap || f->delegated ? GRADE_B : GRADE_A;
}

static bool same_answer(const struct subject *got, const struct subject *want, const struct found *f)
{
	bool same = got->ours == want->ours && got->grade == want->grade;
	if (want->ours != OURS_YES)
		return same && !got->customer.len;
	for (unsigned i = 0; i < f->count; i++) {
		bool listed = false;
		for (unsigned k = 0; k < got->candidate_count; k++)
			listed |= str_eq(got->candidates[k], f->customers[i]);
		same &= listed;
	}
	return same && got->candidate_count == f->count && (!f->at_event.len || str_eq(got->customer, f->at_event));
}

static void test_oracle(void)
{
	struct found found;
	unsigned asked = 0, same = 0, reasons = 0, verdicts[3] = { 0 }, grades[6] = { 0 };
	for (int world = 0; world < WORLDS; world++) {
		struct registry *r = registry_new(NULL);
		bool ready = r && make_world(r);
		for (int q = 0; ready && q < QUESTIONS; q++) {
			struct observation o = { .source = { .type = SOURCE_ADDR, .port = (uint16_t)(dice(2) ? 443 : 0) }, .event_at = random_time(), .first_at = TIME_NONE,
				.last_at = TIME_NONE, .zone_given = dice(4) != 0, .received_at = 5000 * HOUR_US };
			struct subject got, want;
			struct str text = dice(4) ? str_format(arena, "10.%u.%u.%u", dice(256), dice(256), dice(256))
				: str_format(arena, "2001:db8:%x::%x", dice(65536), dice(65536));
			if (addr_parse(text, &o.source.addr) != OK || attribute(arena, r, &o, &got, NULL) != OK)
				continue;
			scan(&o, &want, &found);
			bool equal = same_answer(&got, &want, &found);
			if (!equal && asked - same < 5)
				printf("# world %d, %.*s: got %s %s %.*s, want %s %s %.*s\n", world, STR_ARG(text), ours_words[got.ours], grade_words[got.grade],
					STR_ARG(got.customer), ours_words[want.ours], grade_words[want.grade], STR_ARG(found.at_event));
			asked++;
			same += equal;
			reasons += got.reason_count > 0;
			verdicts[got.ours]++;
			grades[got.grade]++;
		}
		registry_free(r);
		arena_reset(arena);
	}
	IS_INT(asked, WORLDS * QUESTIONS, "every question was asked");
	IS_INT(same, asked, "the index and the plain scan say the same");
	IS_INT(reasons, asked, "each answer has a reason");
	for (int i = 0; i < 3; i++)
		OK_(verdicts[i] > 50, str_c(arena, str_format(arena, "the verdict %s came %u times", ours_words[i], verdicts[i])));
	for (int i = GRADE_A; i <= GRADE_E; i++)
		OK_(grades[i] > 20, str_c(arena, str_format(arena, "the grade %s came %u times", grade_words[i], grades[i])));
}

static void test_tree(void)
{
	struct str *chain;
	unsigned count;
	struct why why;
	for (unsigned depth = RESELLER_DEPTH_MAX - 1; depth <= RESELLER_DEPTH_MAX + 1; depth++) {
		struct registry *r = registry_new(NULL);
		for (unsigned i = 0; i < depth; i++) {
			struct entity e = { .type = ENTITY_RESELLER, .id = str_format(arena, "r%u", i), .reseller = i ? str_format(arena, "r%u", i - 1) : STR_NONE,
				.from_at = TIME_NONE, .until_at = TIME_NONE };
			OK_(registry_add(r, &e, &why) == OK, "a reseller below another");
		}
		struct entity c = { .type = ENTITY_CUSTOMER, .id = STR("c"), .reseller = str_format(arena, "r%u", depth - 1), .from_at = TIME_NONE, .until_at = TIME_NONE };
		OK_(registry_add(r, &c, &why) == OK, "and a customer below all");
		enum err e = registry_ready(r, 1, NULL, &why);
		if (depth <= RESELLER_DEPTH_MAX) {
			IS_INT(e, OK, "a tree as deep as may be");
			OK_(registry_chain(r, arena, STR("c"), 0, &chain, &count) == OK && count == depth && str_eq(chain[0], STR("r0")), "topmost first");
		} else {
			IS_INT(e, ERR_LIMIT, "one level more is told");
		}
		registry_free(r);
	}
}

static void test_normal(void)
{
	static const struct { enum entity_type type; const char *resource, *want; } good[] = {
		{ ENTITY_PREFIX, "192.0.2.0/24", "192.0.2.0/24" }, { ENTITY_PREFIX, "2001:DB8:0::/48", "2001:db8::/48" }, { ENTITY_ASN, "as64496", "AS64496" },
		{ ENTITY_ASN, "64496", "AS64496" }, { ENTITY_DOMAIN, "EXAMPLE.Net.", "example.net" }, { ENTITY_DOMAIN, "b\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
		{ ENTITY_LOGIN, "Joe", "joe" }, { ENTITY_MAILBOX, "Joe@Example.Net", "joe@example.net" } };
	static const struct { enum entity_type type; const char *resource; } bad[] = { { ENTITY_PREFIX, "192.0.2.0/33" }, { ENTITY_ASN, "AS0" },
		{ ENTITY_ASN, "AS4294967296" }, { ENTITY_DOMAIN, "192.0.2.1" }, { ENTITY_DOMAIN, "a..b" }, { ENTITY_MAILBOX, "joe" }, { ENTITY_MAILBOX, "@example.net" } };
	struct why why;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct entity e = { .type = good[i].type, .id = STR("x"), .customer = STR("c"), .resource = str_of(good[i].resource), .from_at = TIME_NONE,
			.until_at = TIME_NONE, .value = ENTITY_NO_VALUE };
		IS_INT(registry_normalise(arena, &e, NULL, &why), OK, good[i].resource);
		IS_STR(e.resource, str_of(good[i].want), "in its one written form");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *column = NULL;
		struct entity e = { .type = bad[i].type, .id = STR("x"), .customer = STR("c"), .resource = str_of(bad[i].resource), .from_at = TIME_NONE,
			.until_at = TIME_NONE, .value = ENTITY_NO_VALUE };
		OK_(registry_normalise(arena, &e, &column, &why) != OK && str_eq(str_of(column), STR("resource")), bad[i].resource);
	}
}

int main(void)
{
	arena = arena_new("test", 256 << 20);
	test_oracle();
	test_tree();
	test_normal();
	arena_free(arena);
	return tap_done();
}
