/*
 * Attribution by every form of source that a provider meets: names below and above what is held, in both forms of IDN and under
 * public suffixes, logins with realms and like domains, ports of shared addresses, prefixes as sources, re-assignments to the
 * microsecond, reports without a time, customers who left, resellers that changed.
 */
#include "attribution/attribute.h"
#include "tap.h"

enum { NINE = 9, TEN = 10, ELEVEN = 11 };
#define AT(hours) ((int64_t)(hours) * HOUR_US)
#define ALWAYS .from_at = TIME_NONE, .until_at = TIME_NONE, .value = ENTITY_NO_VALUE

static struct arena *arena;
static struct names *names;
static struct registry *r;

static struct entity thing(enum entity_type type, const char *customer, const char *resource)
{
	static unsigned n;
	return (struct entity){ .type = type, .id = str_format(arena, "e%u", n++), .customer = str_of(customer), .resource = str_of(resource), ALWAYS };
}

static void add(struct entity e)
{
	struct why why = { .line = 0 };
	const char *column = NULL;
	if (registry_normalise(arena, &e, &column, &why) != OK || registry_add(r, &e, &why) != OK)
		printf("# %s: %s\n", column ? column : "", why.text);
}

static void begin(void)
{
	registry_free(r);
	r = registry_new(names);
	for (int i = 'a'; i <= 'c'; i++)
		add((struct entity){ .type = ENTITY_CUSTOMER, .id = str_format(arena, "%c", i), ALWAYS });
}

static struct subject ask(struct observation o)
{
	struct subject s = { .ours = OURS_YES };
	struct why why = { .line = 0 };
	if (!registry_version(r) && registry_ready(r, 1, NULL, &why) != OK)
		printf("# %s\n", why.text);
	IS_INT(attribute(arena, r, &o, &s, &why), OK, "an answer");
	return s;
}

static struct observation about(enum source_type type, const char *text)
{
	struct observation o = { .source = { .type = type, .text = str_of(text) }, .event_at = AT(TEN), .first_at = TIME_NONE, .last_at = TIME_NONE,
		.zone_given = true, .received_at = AT(ELEVEN) };
	size_t at = str_chr(o.source.text, '@');
	if (type == SOURCE_ADDR && addr_parse(o.source.text, &o.source.addr) != OK)
		printf("# no address: %s\n", text);
	if (type == SOURCE_DOMAIN || type == SOURCE_URL || type == SOURCE_EMAIL)
		o.source.domain = at == SIZE_MAX ? o.source.text : str_sub(o.source.text, at + 1, o.source.text.len);
	return o;
}

/* "yes A a", "no -", "cannot-tell D" */
static void is_answer(const struct subject *s, const char *want, const char *what)
{
	struct str got = str_format(arena, "%s %s%s%.*s", ours_words[s->ours], grade_words[s->grade], s->customer.len ? " " : "", STR_ARG(s->customer));
	IS_STR(got, str_of(want), what);
	OK_(s->reason_count > 0, "with its reason");
}

static void answer(enum source_type type, const char *text, const char *want, const char *what)
{
	struct subject s = ask(about(type, text));
	is_answer(&s, want, what);
}

static bool has_reason(const struct subject *s, const char *part)
{
	for (unsigned i = 0; i < s->reason_count; i++)
		if (str_find(s->reasons[i], str_of(part)) != SIZE_MAX)
			return true;
	return false;
}

static void test_reassigned(void)
{
	static const struct { int64_t at; const char *want; } asked[] = { { AT(NINE), "yes A a" }, { AT(TEN) - 1000, "yes C a" }, { AT(TEN), "yes C b" },
		{ AT(TEN) + 120 * SECOND_US - 1, "yes C b" }, { AT(TEN) + 120 * SECOND_US, "yes A b" }, { AT(TEN) - 120 * SECOND_US, "yes C a" },
		{ AT(TEN) - 120 * SECOND_US - 1, "yes A a" } };
	begin();
	struct entity e = thing(ENTITY_PREFIX, "a", "192.0.2.1/32"), f = thing(ENTITY_PREFIX, "b", "192.0.2.1/32");
	e.until_at = f.from_at = AT(TEN);
	add(e);
	add(f);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct observation o = about(SOURCE_ADDR, "192.0.2.1");
		o.event_at = asked[i].at;
		struct subject s = ask(o);
		is_answer(&s, asked[i].want, "an address that changed hands at ten");
		IS_INT(s.candidate_count, asked[i].want[4] == 'C' ? 2 : 1, "with all who could be meant");
	}
	/* the same customer again, in a row of its own */
	begin();
	f.customer = STR("a");
	add(e);
	add(f);
	answer(SOURCE_ADDR, "192.0.2.1", "yes A a", "a renewal is no change of hands");
	/* a longer prefix that begins within the window, below another customer's */
	begin();
	e = thing(ENTITY_PREFIX, "a", "192.0.2.0/24");
	f = thing(ENTITY_PREFIX, "b", "192.0.2.1/32");
	f.from_at = AT(TEN);
	add(e);
	add(f);
	answer(SOURCE_ADDR, "192.0.2.1", "yes C b", "before the longer one began it was the shorter one's");
	begin();
	add(f);
	answer(SOURCE_ADDR, "192.0.2.1", "yes B b", "and with no shorter one for a part only");
}

static void test_kinds_change(void)
{
	begin();
	struct entity e = thing(ENTITY_PREFIX, "a", "192.0.2.0/24"), f = thing(ENTITY_PREFIX, "", "192.0.2.0/24");
	e.until_at = f.from_at = AT(NINE);
	e.kind = STR("static");
	f.kind = STR("dynamic");
	add(e);
	add(f);
	answer(SOURCE_ADDR, "192.0.2.9", "cannot-tell D", "the kind that counts is that of the row that was valid");
	begin();
	struct entity gone = { .type = ENTITY_CUSTOMER, .id = STR("gone"), ALWAYS };
	gone.until_at = AT(NINE);
	add(gone);
	add(thing(ENTITY_PREFIX, "gone", "192.0.2.0/24"));
	struct subject s = ask(about(SOURCE_ADDR, "192.0.2.9"));
	is_answer(&s, "cannot-tell D", "a customer who left holds nothing");
	OK_(has_reason(&s, "no customer at that time"), "and that is said");
	begin();
	for (int i = 0; i < HOLDERS_MAX + 50; i++) {
		e = thing(ENTITY_PREFIX, i % 2 ? "a" : "b", "192.0.2.9/32");
		e.from_at = AT(TEN) - (int64_t)(i + 1) * DAY_US;
		e.until_at = AT(TEN) - (int64_t)i * DAY_US - HOUR_US;
		add(e);
	}
	e = thing(ENTITY_PREFIX, "c", "192.0.2.9/32");
	e.from_at = AT(NINE);
	add(e);
	answer(SOURCE_ADDR, "192.0.2.9", "yes A c", "a long history hides nobody");
	begin();
	for (int i = 0; i <= HOLDERS_MAX; i++)
		add(thing(ENTITY_PREFIX, "a", "192.0.2.9/32"));
	answer(SOURCE_ADDR, "192.0.2.9", "cannot-tell D", "what cannot be weighed is not told");
}

static void test_no_time(void)
{
	struct observation o = about(SOURCE_ADDR, "192.0.2.1");
	o.event_at = TIME_NONE;
	o.received_at = AT(5000);
	begin();
	struct entity e = thing(ENTITY_PREFIX, "a", "192.0.2.1/32"), f = thing(ENTITY_PREFIX, "b", "192.0.2.1/32");
	add(thing(ENTITY_PREFIX, "a", "192.0.2.0/24"));
	struct subject s = ask(o);
	is_answer(&s, "yes B a", "without a time, one customer for long");
	begin();
	e.until_at = f.from_at = AT(4999);
	add(e);
	add(f);
	s = ask(o);
	is_answer(&s, "yes C b", "without a time, and it changed hands lately");
	OK_(has_reason(&s, "gives no time"), "and that is said");
}

static void test_ports(void)
{
	begin();
	const char *const ranges[] = { "1024-2047", "2048-3071" };
	add(thing(ENTITY_PREFIX, "", "192.0.2.0/24"));
	for (int i = 0; i < 2; i++) {
		struct entity e = thing(ENTITY_PREFIX, i ? "b" : "a", "192.0.2.7/32");
		e.kind = STR("shared");
		e.ports = str_of(ranges[i]);
		add(e);
	}
	struct entity pool = thing(ENTITY_PREFIX, "", "192.0.2.8/32");
	pool.kind = STR("shared");
	add(pool);
	static const struct { const char *addr; uint16_t port; const char *want; } asked[] = { { "192.0.2.7", 1024, "yes A a" }, { "192.0.2.7", 2047, "yes A a" },
		{ "192.0.2.7", 2048, "yes A b" }, { "192.0.2.7", 3072, "cannot-tell D" }, { "192.0.2.7", 0, "yes E a" }, { "192.0.2.8", 0, "cannot-tell E" },
		{ "192.0.2.8", 4000, "cannot-tell D" }, { "::ffff:192.0.2.7", 2048, "yes A b" } };
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct observation o = about(SOURCE_ADDR, asked[i].addr);
		o.source.port = asked[i].port;
		struct subject s = ask(o);
		is_answer(&s, asked[i].want, str_c(arena, str_format(arena, "%s port %u", asked[i].addr, asked[i].port)));
		if (!o.source.port && s.ours == OURS_YES)
			IS_INT(s.candidate_count, 2, "all who share it are listed");
	}
}

static void test_prefixes(void)
{
	begin();
	add(thing(ENTITY_PREFIX, "", "2001:db8::/32"));
	add(thing(ENTITY_PREFIX, "a", "2001:db8:1::/48"));
	add(thing(ENTITY_PREFIX, "b", "2001:db8:2::/64"));
	add(thing(ENTITY_PREFIX, "c", "2001:db8:2:1::/64"));
	add(thing(ENTITY_PREFIX, "a", "2001:db8:1:9::/64"));
	add(thing(ENTITY_PREFIX, "a", "198.51.100.0/28"));
	answer(SOURCE_ADDR, "2001:db8:1:ffff::1", "yes A a", "an address in a delegated /48");
	answer(SOURCE_ADDR, "2001:db8:2:2::1", "cannot-tell D", "the next /64 is nobody's");
	answer(SOURCE_PREFIX, "2001:db8:1:7::/64", "yes A a", "a /64 inside a /48");
	answer(SOURCE_PREFIX, "2001:db8:1::/48", "yes A a", "a /48 with a part of the same customer's in it");
	answer(SOURCE_PREFIX, "2001:db8:2::/48", "yes C b", "a /48 of which two customers hold parts");
	answer(SOURCE_PREFIX, "198.51.100.0/24", "yes B a", "a prefix of which one customer holds a part");
	answer(SOURCE_PREFIX, "203.0.113.0/24", "no -", "a prefix of nobody of ours");
	answer(SOURCE_PREFIX, "192.0.2.1/24", "cannot-tell D", "what is no prefix");
}

static void test_names(void)
{
	begin();
	add(thing(ENTITY_DOMAIN, "", "example.net"));
	add(thing(ENTITY_DOMAIN, "a", "b\xc3\xbc" "cher.example.co.uk"));
	add(thing(ENTITY_DOMAIN, "b", "shop.b\xc3\xbc" "cher.example.co.uk"));
	add(thing(ENTITY_DOMAIN, "c", "github.io"));
	add(thing(ENTITY_DOMAIN, "a", "www.other.example"));
	add(thing(ENTITY_MAILBOX, "a", "Joe@B\xc3\xbc" "cher.example.co.uk"));
	answer(SOURCE_DOMAIN, "xn--bcher-kva.example.co.uk", "yes A a", "an A-label");
	answer(SOURCE_DOMAIN, "B\xc3\x9c" "CHER.example.co.uk", "yes A a", "a U-label in capitals");
	answer(SOURCE_DOMAIN, "www.xn--bcher-kva.example.co.uk.", "yes A a", "a name below it, with the dot at the end");
	answer(SOURCE_URL, "x.shop.xn--bcher-kva.example.co.uk", "yes A b", "the nearest one decides");
	answer(SOURCE_EMAIL, "joe@xn--bcher-kva.example.co.uk", "yes A a", "a mailbox in the other form");
	answer(SOURCE_DOMAIN, "other.co.uk", "no -", "a neighbour below the public suffix");
	answer(SOURCE_DOMAIN, "example.co.uk", "cannot-tell D", "the registrable name above what is held");
	answer(SOURCE_DOMAIN, "mail.other.example", "cannot-tell D", "a name beside the one that is held");
	answer(SOURCE_DOMAIN, "github.io", "yes A c", "a private suffix itself");
	answer(SOURCE_DOMAIN, "evil.github.io", "yes B c", "and what others may have registered below it");
	answer(SOURCE_EMAIL, "nobody@example.net", "cannot-tell D", "a mailbox that nobody holds, in the provider's own domain");
	answer(SOURCE_DOMAIN, "300.1.2.3", "cannot-tell D", "what is no name");
	struct why why;
	const char *column = NULL;
	struct entity uk = thing(ENTITY_DOMAIN, "a", "co.uk");
	IS_INT(registry_check(r, &uk, &column, &why), ERR_RANGE, "nobody holds a public suffix");
}

static void test_logins(void)
{
	begin();
	add(thing(ENTITY_LOGIN, "a", "Joe@DSL.example.net"));
	add(thing(ENTITY_LOGIN, "b", "example.org"));
	add(thing(ENTITY_DOMAIN, "b", "example.org"));
	add(thing(ENTITY_LOGIN, "c", "REALM\\joe"));
	add(thing(ENTITY_MAILBOX, "b", "two@example.org"));
	add(thing(ENTITY_LOGIN, "a", "two@example.org"));
	add(thing(ENTITY_ASN, "c", "64496"));
	answer(SOURCE_EMAIL, "joe@dsl.example.net", "yes A a", "a login with its realm");
	answer(SOURCE_EMAIL, "joe@example.net", "no -", "another realm is another login");
	answer(SOURCE_LOGIN, "realm\\JOE", "yes A c", "in another case");
	answer(SOURCE_EMAIL, "two@example.org", "yes C a", "a mailbox and a login of two customers");
	answer(SOURCE_LOGIN, "as64496", "yes A c", "an AS number");
	struct observation o = about(SOURCE_LOGIN, "example.org");
	o.source.domain = STR("example.org");
	struct subject s = ask(o);
	is_answer(&s, "yes A b", "a login called like the domain that it hosts");
	begin();
	add(thing(ENTITY_PREFIX, "a", "192.0.2.0/24"));
	answer(SOURCE_LOGIN, "joe", "cannot-tell D", "a register that holds no logins cannot say no");
	answer(SOURCE_DOMAIN, "example.org", "cannot-tell D", "nor one without domains");
}

static struct subject served_at(int64_t at)
{
	struct observation o = about(SOURCE_ADDR, "192.0.2.1");
	o.event_at = at;
	return ask(o);
}

static void test_served(void)
{
	struct why why;
	const struct entity *bad = NULL;
	begin();
	for (int i = 0; i < 3; i++)
		add((struct entity){ .type = ENTITY_RESELLER, .id = str_format(arena, "r%d", i), ALWAYS });
	add((struct entity){ .type = ENTITY_CUSTOMER, .id = STR("d"), .reseller = STR("r0"), ALWAYS });
	struct entity e = { .type = ENTITY_SERVED, .id = STR("s1"), .customer = STR("d"), .reseller = STR("r1"), ALWAYS };
	e.from_at = AT(TEN);
	e.until_at = AT(ELEVEN);
	add(e);
	struct entity up = { .type = ENTITY_SERVED, .id = STR("s2"), .customer = STR("r1"), .reseller = STR("r2"), ALWAYS };
	add(up);
	add(thing(ENTITY_PREFIX, "d", "192.0.2.0/24"));
	struct subject s = served_at(AT(NINE));
	IS_STR(s.tenant, STR("/r0/"), "the reseller of the customer's own row");
	s = served_at(AT(TEN));
	IS_STR(s.tenant, STR("/r2/r1/"), "another one who served him then, and who served that one");
	s = served_at(AT(ELEVEN));
	IS_STR(s.tenant, STR("/r0/"), "and the first again");
	begin();
	add((struct entity){ .type = ENTITY_RESELLER, .id = STR("r1"), ALWAYS });
	add((struct entity){ .type = ENTITY_RESELLER, .id = STR("r2"), .reseller = STR("r1"), ALWAYS });
	up.reseller = STR("r2");
	up.from_at = AT(TEN);
	add(up);
	IS_INT(registry_ready(r, 1, &bad, &why), ERR_LIMIT, "a ring that exists at one time only");
	OK_(bad && str_eq(bad->id, STR("s2")), "is told with the row that closes it");
}

static void test_terms(void)
{
	begin();
	add(thing(ENTITY_PREFIX, "a", "192.0.2.0/24"));
	add(thing(ENTITY_PREFIX, "b", "198.51.100.0/24"));
	struct entity old = { .type = ENTITY_AGREEMENT, .id = STR("old"), .customer = STR("a"), .document = STR("aup"), .document_version = STR("1"), ALWAYS };
	struct entity new = { .type = ENTITY_AGREEMENT, .id = STR("new"), .customer = STR("a"), .document = STR("aup"), .document_version = STR("2"), ALWAYS };
	old.until_at = new.from_at = AT(TEN);
	add(old);
	add(new);
	struct entity p = { .type = ENTITY_PERMISSION, .id = STR("p"), .customer = STR("a"), .kind = STR("scanning"), ALWAYS };
	add(p);
	struct observation o = about(SOURCE_ADDR, "192.0.2.1");
	struct subject s = ask(o);
	OK_(has_reason(&s, "bound by aup 2 since 1970-01-01T10:00:00Z") && !has_reason(&s, "aup 1"), "the version that bound the customer then");
	OK_(has_reason(&s, "a written permission stood: scanning"), "and what was permitted");
	o.event_at = AT(NINE);
	s = ask(o);
	OK_(has_reason(&s, "bound by aup 1") && !has_reason(&s, "aup 2"), "and before");
	s = ask(about(SOURCE_ADDR, "198.51.100.1"));
	OK_(has_reason(&s, "no agreement"), "a customer whom nothing binds by the register");
	struct entity any = { .type = ENTITY_LIMIT, .id = STR("l1"), .kind = STR("mails"), ALWAYS }, own = any;
	any.value = 1000;
	own.id = STR("l2");
	own.customer = STR("a");
	own.value = 0;
	own.until_at = AT(TEN);
	add(any);
	add(own);
	any.id = STR("l3");
	any.class_name = STR("business");
	any.value = 500;
	add(any);
	own.id = STR("l4");
	own.customer = STR("shop-2");
	own.value = 7;
	add(own);
	add((struct entity){ .type = ENTITY_CUSTOMER, .id = STR("shop-1"), .class_name = STR("business"), ALWAYS });
	add((struct entity){ .type = ENTITY_CUSTOMER, .id = STR("shop-2"), .class_name = STR("business"), ALWAYS });
	IS_INT(registry_limit(r, STR("a"), STR("mails"), AT(NINE))->value, 0, "the limit of the order form, which may be nothing");
	IS_INT(registry_limit(r, STR("a"), STR("mails"), AT(TEN))->value, 1000, "the default after it ended");
	IS_INT(registry_limit(r, STR("b"), STR("mails"), AT(NINE))->value, 1000, "and of whoever has none");
	OK_(!registry_limit(r, STR("b"), STR("other"), AT(NINE)), "no limit where there is none");
	IS_INT(registry_limit(r, STR("shop-1"), STR("mails"), AT(NINE))->value, 500, "the default of a class goes before that of all");
	IS_INT(registry_limit(r, STR("shop-2"), STR("mails"), AT(NINE))->value, 7, "and one's own before that");
	IS_INT(registry_limit(r, STR(""), STR("mails"), AT(NINE))->value, 1000, "nobody is of no class");
}

int main(void)
{
	struct why why;
	arena = arena_new("test", 64 << 20);
	IS_INT(names_open(NULL, &names, &why), OK, "the list of public suffixes");
	test_reassigned();
	test_kinds_change();
	test_no_time();
	test_ports();
	test_prefixes();
	test_names();
	test_logins();
	test_served();
	test_terms();
	registry_free(r);
	names_close(names);
	arena_free(arena);
	return tap_done();
}
