/*
 * Bindings as attribution asks them: the book of subjects, answers by what was known then, and what only the register can say of them.
 */
#include "attribution/attribute.h"
#include "attribution/bindings.h"
#include "tap.h"

static struct arena *arena;
static struct registry *registry;
static struct bindings view;
static struct feed_health *health;
static const int64_t T = 1790000000 * SECOND_US;

static void add(enum entity_type type, const char *id, const char *customer, const char *kind, const char *resource)
{
	struct entity e = { .type = type, .id = str_of(id), .customer = str_of(customer), .kind = str_of(kind), .resource = str_of(resource), .from_at = TIME_NONE,
		.until_at = TIME_NONE };
	OK_(registry_add(registry, &e, NULL) == OK, "an entity of the register");
}

static void make_registry(void)
{
	registry = registry_new(NULL);
	add(ENTITY_CUSTOMER, "a", "", "", "");
	add(ENTITY_CUSTOMER, "b", "", "", "");
	add(ENTITY_RESELLER, "b", "", "", "");
	add(ENTITY_LOGIN, "l1", "a", "", "ann@dsl");
	add(ENTITY_LOGIN, "l2", "b", "", "bob@dsl");
	add(ENTITY_LOGIN, "l3", "b", "", "a");
	add(ENTITY_LOGIN, "l4", "b", "", "b");
	add(ENTITY_PREFIX, "pool", "", "dynamic", "10.0.0.0/8");
	OK_(registry_ready(registry, 1, NULL, NULL) == OK, "it is ready");
}

static void books(void)
{
	struct binding_book *book = binding_book_new(registry, STR("secret")), *other = binding_book_new(registry, STR("another"));
	struct binding_subject ann, again, b;
	OK_(binding_book_key(book, STR(" ANN@dsl "), &ann) == OK && binding_book_key(book, STR("ann@dsl"), &again) == OK && binding_subject_eq(&ann, &again),
		"a login in any form has one key");
	OK_(binding_book_key(other, STR("ann@dsl"), &again) == OK && !binding_subject_eq(&ann, &again), "under another secret another one");
	const struct entity *e = binding_book_find(book, &ann);
	OK_(e && e->type == ENTITY_LOGIN && str_eq(e->customer, STR("a")), "which leads back to it");
	OK_(!binding_book_find(book, &again), "and nobody has the other key");
	OK_(binding_book_key(book, STR("carl@dsl"), &b) == ERR_NOTFOUND && binding_book_key(book, STR(""), &b) == ERR_NOTFOUND, "whom the register does not know has none");
	OK_(binding_book_key(book, STR("a"), &b) == ERR_EXISTS, "the login of one customer that is the id of another is neither");
	OK_(binding_book_key(book, STR("b"), &b) == OK, "a login that is its own customer's id is both");
	OK_(binding_book_key(book, STR("B"), &b) == OK && binding_book_key(book, STR("A"), &b) == OK, "ids are told apart by case, logins are not");
	binding_book_free(other);
	view.book = book;
}

static struct binding session(const char *address, const char *who, int64_t from_s, int64_t until_s, int64_t recorded_s)
{
	struct binding b = { .port_to = BINDING_PORT_LAST, .feed = 3, .kind = BINDING_STOP, .start_at = T + from_s * SECOND_US, .start_sure_at = TIME_NONE, .seen_at = TIME_NONE,
		.end_at = T + until_s * SECOND_US, .recorded_at = T + recorded_s * SECOND_US };
	if (prefix_parse(str_of(address), &b.prefix) != OK || binding_book_key(view.book, str_of(who), &b.subject) != OK || binding_normalise(&b, NULL) != OK)
		b.feed = 0;
	return b;
}

static void put(struct binding b)
{
	OK_(b.feed && binding_index_add(view.index, &b, NULL) == OK, "a binding is put");
}

static struct subject ask(const struct bindings *b, const char *address, int64_t at_s, int64_t as_of_s, bool timed)
{
	struct observation o = { .source = { .type = SOURCE_ADDR, .text = str_of(address) }, .event_at = timed ? T + at_s * SECOND_US : TIME_NONE, .first_at = TIME_NONE,
		.last_at = TIME_NONE, .received_at = T + at_s * SECOND_US, .zone_given = true };
	struct subject s = { 0 };
	if (addr_parse(o.source.text, &o.source.addr) != OK || attribute_bound(arena, registry, b, T + as_of_s * SECOND_US, &o, &s, NULL) != OK)
		s.tenant = STR("failed");
	return s;
}

static bool is(const struct subject *s, enum ours ours, enum grade grade, const char *customer)
{
	if (s->ours == ours && s->grade == grade && str_eq(s->customer, str_of(customer)))
		return true;
	(void)printf("# %s %s %.*s\n", ours_words[s->ours], grade_words[s->grade], STR_ARG(s->customer));
	return false;
}

static void answers(void)
{
	struct feed_span heard = { 3, FEED_HEARD, FEED_REASON_NONE, T - DAY_US, T + DAY_US, T };
	struct subject s;
	struct str first, second;
	put(session("10.0.0.1", "ann@dsl", 0, 1000, 1000));
	put(session("10.0.0.2", "ann@dsl", 0, 1000, 1000));
	struct binding gone = session("10.0.0.2", "ann@dsl", 0, 1000, 5000);
	gone.flags |= BINDING_WITHDRAWN;
	put(gone);
	put(session("10.0.0.2", "b", 0, 1000, 5000));
	s = ask(&view, "10.0.0.1", 500, 9000, true);
	OK_(is(&s, OURS_YES, GRADE_B, "a"), "a feed that was not heard lowers the grade");
	s = ask(&view, "10.0.0.9", 500, 9000, true);
	OK_(is(&s, OURS_CANNOT_TELL, GRADE_D, "") && str_eq(s.source, STR("bindings")), "and nobody is never known to be nobody");
	OK_(feed_span_normalise(&heard, NULL) == OK && feed_health_add(health, &heard) == OK, "it is heard");
	s = ask(&view, "10.0.0.1", 500, 9000, true);
	OK_(is(&s, OURS_YES, GRADE_A, "a") && s.from_at == T && s.until_at == T + 1000 * SECOND_US && s.known_at == T + 1000 * SECOND_US, "one holder");
	s = ask(&view, "10.0.0.1", 500, 999, true);
	OK_(is(&s, OURS_NO, GRADE_D, ""), "before it was known nobody held it");
	s = ask(&view, "10.0.0.2", 500, 4000, true);
	OK_(is(&s, OURS_YES, GRADE_A, "a"), "as it was known first");
	s = ask(&view, "10.0.0.2", 500, 6000, true);
	OK_(is(&s, OURS_YES, GRADE_A, "b"), "as it is known since");
	s = ask(&view, "10.0.0.1", 900, 9000, true);
	OK_(is(&s, OURS_YES, GRADE_B, "a"), "a window that reaches beyond the end");
	s = ask(&view, "10.0.0.1", 500, 9000, false);
	OK_(is(&s, OURS_YES, GRADE_B, "a"), "without a time it is never sure");
	s = ask(NULL, "10.0.0.1", 500, 9000, true);
	OK_(is(&s, OURS_CANNOT_TELL, GRADE_D, ""), "without bindings it cannot be told");
	struct subject one = ask(&view, "10.0.0.2", 500, 4000, true), other = ask(&view, "10.0.0.2", 500, 4000, true);
	OK_(field_encode(arena, subject_fields, &one, &first) == OK && field_encode(arena, subject_fields, &other, &second) == OK && str_eq(first, second),
		"asked again as of the same time, the same octets");
}

static void said_before(void)
{
	struct binding b = session("10.0.0.1", "ann@dsl", 0, 1000, 7777);
	OK_(binding_index_said(view.index, &b) && !binding_index_has(view.index, &b), "the same at another time was said before");
	b.end_at += SECOND_US;
	OK_(!binding_index_said(view.index, &b), "another end was not");
	b = session("10.1.0.0/16", "ann@dsl", 0, 1000, 1000);
	OK_(!binding_index_said(view.index, &b), "nor what is of a length that nothing has");
}

/* A block of ports of a shared address: its subject is an address behind it. */
static struct binding block(const char *address, unsigned from, unsigned to, const char *inside, int64_t from_s, int64_t until_s)
{
	struct binding b = { .port_from = (uint16_t)from, .port_to = (uint16_t)to, .feed = 3, .flags = BINDING_INSIDE, .kind = BINDING_STOP, .start_at = T + from_s * SECOND_US,
		.start_sure_at = TIME_NONE, .seen_at = TIME_NONE, .end_at = T + until_s * SECOND_US, .recorded_at = T };
	struct addr a;
	if (prefix_parse(str_of(address), &b.prefix) != OK || addr_parse(str_of(inside), &a) != OK)
		b.feed = 0;
	binding_inside(&a, &b.subject);
	return binding_normalise(&b, NULL) == OK ? b : (struct binding){ 0 };
}

static struct subject ask_port(const char *address, uint16_t port, int64_t at_s)
{
	struct observation o = { .source = { .type = SOURCE_ADDR, .text = str_of(address), .port = port }, .event_at = T + at_s * SECOND_US, .first_at = TIME_NONE,
		.last_at = TIME_NONE, .received_at = T + at_s * SECOND_US, .zone_given = true };
	struct subject s = { 0 };
	if (addr_parse(o.source.text, &o.source.addr) != OK || attribute_bound(arena, registry, &view, T + 9000 * SECOND_US, &o, &s, NULL) != OK)
		s.tenant = STR("failed");
	return s;
}

static void behind(void)
{
	struct addr a, v6;
	struct binding_subject s4, s6;
	OK_(addr_parse(STR("100.64.0.9"), &a) == OK && addr_parse(STR("2001:db8:1:2::"), &v6) == OK, "addresses");
	binding_inside(&a, &s4);
	binding_inside(&v6, &s6);
	struct addr a_again = binding_inside_addr(&s4), v6_again = binding_inside_addr(&s6);
	OK_(addr_eq(&a, &a_again) && addr_eq(&v6, &v6_again), "an address behind another one can be read again");
	put(block("10.9.0.1", 1024, 2047, "100.64.0.9", 0, 4000));
	put(block("10.9.0.1", 2048, 3071, "100.64.0.10", 0, 4000));
	put(block("10.9.0.1", 3072, 4095, "2001:db8:1:2::1", 0, 4000));
	put(block("10.9.0.1", 4096, 5119, "100.64.0.11", 0, 4000));
	put(block("100.64.0.11", 0, 65535, "100.64.0.11", 0, 4000));
	put(session("100.64.0.9", "ann@dsl", 0, 1000, 100));
	put(session("100.64.0.9", "bob@dsl", 1000, 4000, 100));
	put(session("2001:db8:1:2::/64", "bob@dsl", 0, 4000, 100));
	struct subject s = ask_port("10.9.0.1", 1500, 500);
	OK_(is(&s, OURS_YES, GRADE_A, "a"), "a block, and who held the address behind it then");
	OK_(str_find(s.binding, STR("; behind it binding 100.64.0.9, ")) != SIZE_MAX && s.from_at == T && s.until_at == T + 1000 * SECOND_US, "both are cited, and the time of both");
	s = ask_port("10.9.0.1", 1500, 3000);
	OK_(is(&s, OURS_YES, GRADE_A, "b"), "another one later, in the same block");
	s = ask_port("10.9.0.1", 1500, 1000);
	OK_(is(&s, OURS_CANNOT_TELL, GRADE_C, ""), "either, at the change");
	s = ask_port("10.9.0.1", 3500, 500);
	OK_(is(&s, OURS_YES, GRADE_A, "b"), "an IPv6 address behind it, by its prefix");
	s = ask_port("10.9.0.1", 2500, 500);
	OK_(is(&s, OURS_CANNOT_TELL, GRADE_D, ""), "whose address behind it nobody held: it cannot be told");
	s = ask_port("10.9.0.1", 4500, 500);
	OK_(is(&s, OURS_CANNOT_TELL, GRADE_D, ""), "nor through a second one");
	s = ask_port("10.9.0.1", 0, 500);
	OK_(is(&s, OURS_CANNOT_TELL, GRADE_E, ""), "nor without a port");
	struct binding open = session("100.64.0.12", "ann@dsl", 0, 1, 100);
	open.kind = BINDING_START;
	open.end_at = TIME_NONE;
	open.seen_at = open.start_at;
	put(open);
	put(block("10.9.0.1", 5120, 6143, "100.64.0.12", 0, 4000));
	s = ask_port("10.9.0.1", 5200, 500);
	OK_(is(&s, OURS_YES, GRADE_B, "a"), "it is as sure as the less sure of the two");
}

int main(void)
{
	static const uint8_t feeds[] = { 3 };
	arena = arena_new("test", 64 << 20);
	make_registry();
	books();
	health = feed_health_new();
	view.index = binding_index_new(1000);
	view.health = health;
	view.feeds = view.direct = (struct binding_feeds){ feeds, 1 };
	view.feed_names[3] = "radius";
	answers();
	behind();
	said_before();
	return tap_done();
}
