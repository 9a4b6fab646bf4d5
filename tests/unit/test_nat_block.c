/*
 * What a NAT tells of blocks, as bindings: whole, with lines that are lost, and by whom a port was held then.
 */
#include "attribution/binding_grade.h"
#include "attribution/nat_block.h"
#include "tap.h"

#define BASE (INT64_C(1790000000) * SECOND_US)
#define OUTSIDE "203.0.113.7"

static struct binding_index *ix;
static struct feed_health *health;
static struct nat_block_count count;
static int64_t now;

static enum err put(void *arg, const struct binding *b, struct why *why)
{
	struct binding one = *b;
	(void)arg;
	one.recorded_at = now;
	enum err e = binding_normalise(&one, why);
	return e ? e : binding_index_add(ix, &one, why);
}

static void begin(void)
{
	struct feed_span heard = { 1, FEED_HEARD, FEED_REASON_NONE, BASE - DAY_US, BASE + 10 * DAY_US, BASE };
	binding_index_free(ix);
	feed_health_free(health);
	ix = binding_index_new(10000);
	health = feed_health_new();
	BUG_ON(!ix || !health || feed_span_normalise(&heard, NULL) != OK || feed_health_add(health, &heard) != OK);
	count = (struct nat_block_count){ 0 };
	now = BASE;
}

/* Whole seconds after the base; what is told is known a second later. */
static void say(enum nat_what what, const char *inside, unsigned from, unsigned to, int64_t at_s, int64_t since_s)
{
	struct nat_event e = { .what = what, .port_from = (uint16_t)from, .port_to = (uint16_t)to, .first_at = BASE + at_s * SECOND_US, .last_at = BASE + (at_s + 1) * SECOND_US,
		.since_at = since_s < 0 ? TIME_NONE : BASE + since_s * SECOND_US, .mapping = from == to };
	BUG_ON(addr_parse(str_of(inside), &e.inside) != OK || addr_parse(STR(OUTSIDE), &e.outside) != OK);
	now += SECOND_US;
	BUG_ON(nat_block_take(ix, 1, &e, put, NULL, &count, NULL) != OK);
}

/* "A 10.0.0.1": who it was at that second, give or take one. */
static const char *who(int port, int64_t at_s)
{
	static char text[2 + SUBJECT_CANDIDATES_MAX * ADDR_TEXT_MAX];
	static const char grades[] = "-ABCDE";
	static const uint8_t feeds[] = { 1 };
	struct binding_question q = { .port = port, .from_at = BASE + (at_s - 1) * SECOND_US, .until_at = BASE + (at_s + 1) * SECOND_US, .as_of = TIME_MAX };
	struct binding_holding list[64];
	struct binding_grade g;
	unsigned n = 0;
	BUG_ON(addr_parse(STR(OUTSIDE), &q.addr) != OK);
	enum err e = binding_index_find(ix, &q, list, 64, &n);
	binding_grade(&q, list, n, e == ERR_LIMIT, &(struct binding_feeds){ feeds, 1 }, health, &g);
	char *p = text;
	*p++ = grades[g.grade];
	for (unsigned i = 0; i < g.subject_count; i++) {
		char a[ADDR_TEXT_MAX];
		struct addr inside = binding_inside_addr(&g.subjects[i]);
		addr_print(&inside, a);
		*p++ = ' ';
		memcpy(p, a, strlen(a));
		p += strlen(a);
	}
	*p = '\0';
	return text;
}

static bool is(const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		printf("# %s, not %s\n", got, want);
	return strcmp(got, want) == 0;
}

static void whole(void)
{
	begin();
	say(NAT_GIVEN, "100.64.0.1", 1024, 2047, 100, -1);
	OK_(is(who(1500, 200), "B 100.64.0.1"), "while it is not said to be back, nobody vouches for it");
	say(NAT_HELD, "100.64.0.1", 1024, 2047, 1900, -1);
	OK_(is(who(1500, 200), "A 100.64.0.1"), "unless the NAT says that it is active still");
	say(NAT_BACK, "100.64.0.1", 1024, 2047, 2000, -1);
	OK_(is(who(1500, 1000), "A 100.64.0.1") && is(who(2047, 1990), "A 100.64.0.1") && is(who(1024, 103), "A 100.64.0.1"), "given and taken back: held for sure between");
	OK_(is(who(2048, 1000), "D") && is(who(1023, 1000), "D") && is(who(1500, 90), "D") && is(who(1500, 2010), "D"), "not before, behind or beside it");
	OK_(is(who(BINDING_PORT_NONE, 1000), "E 100.64.0.1"), "without a port the address is shared");
	say(NAT_GIVEN, "100.64.0.2", 1024, 2047, 2100, -1);
	say(NAT_BACK, "100.64.0.2", 1024, 2047, 3000, -1);
	OK_(is(who(1500, 1000), "A 100.64.0.1") && is(who(1500, 2500), "A 100.64.0.2") && !count.lost, "the next one");
	uint64_t before = count.bindings;
	say(NAT_GIVEN, "100.64.0.2", 1024, 2047, 2100, -1);
	say(NAT_BACK, "100.64.0.2", 1024, 2047, 3000, -1);
	say(NAT_GIVEN, "100.64.0.1", 1024, 2047, 100, -1);
	say(NAT_BACK, "100.64.0.1", 1024, 2047, 2000, -1);
	OK_(count.bindings == before && count.repeated == 4, "all of it once more is no news");
}

static void lost(void)
{
	begin();
	say(NAT_GIVEN, "100.64.0.1", 1024, 2047, 100, -1);
	say(NAT_GIVEN, "100.64.0.2", 1024, 2047, 2000, -1);
	say(NAT_BACK, "100.64.0.2", 1024, 2047, 3000, -1);
	OK_(is(who(1500, 1000), "B 100.64.0.1") && is(who(1500, 2500), "A 100.64.0.2") && count.lost == 1, "given to another one: the first one's end is inferred, and before it is B at most");
	say(NAT_GIVEN, "100.64.0.2", 1024, 2047, 4000, -1);
	say(NAT_GIVEN, "100.64.0.2", 1024, 2047, 5000, -1);
	say(NAT_BACK, "100.64.0.2", 1024, 2047, 6000, -1);
	OK_(is(who(1500, 4500), "B 100.64.0.2") && is(who(1500, 5500), "A 100.64.0.2"), "given once more to the same one: between both somebody else may have had it");
	say(NAT_BACK, "100.64.0.3", 1024, 2047, 8000, -1);
	OK_(is(who(1500, 7999), "B 100.64.0.3") && is(who(1500, 7000), "B 100.64.0.3") && is(who(1500, 5500), "A 100.64.0.2") && is(who(1500, 8010), "D"),
		"taken back, and never given: since when is not known, but not while it was another's");
	say(NAT_BACK, "100.64.0.4", 1024, 2047, 20000, 19000);
	OK_(is(who(1500, 19500), "A 100.64.0.4") && is(who(1500, 18000), "D"), "unless the NAT says since when");
	say(NAT_GIVEN, "100.64.0.5", 1024, 1535, 30000, -1);
	say(NAT_GIVEN, "100.64.0.6", 1024, 2047, 31000, -1);
	say(NAT_BACK, "100.64.0.6", 1024, 2047, 32000, -1);
	OK_(is(who(1100, 31500), "A 100.64.0.6") && is(who(1100, 30500), "B 100.64.0.5"), "a block of another size over it ends it too");
	say(NAT_GIVEN, "100.64.0.7", 1024, 2047, 40000, -1);
	say(NAT_BACK, "100.64.0.8", 1024, 2047, 41000, -1);
	OK_(is(who(1500, 40500), "E 100.64.0.7 100.64.0.8"), "what one was given another one gives back: it was the one or the other");
}

/* Where it is not known within minutes when something was, as of a clock that is off. */
static void say_wide(enum nat_what what, const char *inside, unsigned from, unsigned to, int64_t first_s, int64_t last_s)
{
	struct nat_event e = { .what = what, .port_from = (uint16_t)from, .port_to = (uint16_t)to, .first_at = BASE + first_s * SECOND_US, .last_at = BASE + last_s * SECOND_US,
		.since_at = TIME_NONE };
	BUG_ON(addr_parse(str_of(inside), &e.inside) != OK || addr_parse(STR(OUTSIDE), &e.outside) != OK);
	now += SECOND_US;
	BUG_ON(nat_block_take(ix, 1, &e, put, NULL, &count, NULL) != OK);
}

/* What a provider that is made up showed to be wrong at grade A (aup simulate isp --cgnat). */
static void another_time(void)
{
	begin();
	say(NAT_GIVEN, "100.64.0.1", 1024, 2047, 100, -1);
	say(NAT_BACK, "100.64.0.1", 1024, 2047, 9000, 8000);
	OK_(is(who(1500, 4000), "B 100.64.0.1") && is(who(1500, 8500), "A 100.64.0.1"), "given later than is known: that it was taken back before was lost, and so it is not sure between");
	begin();
	say(NAT_GIVEN, "100.64.0.1", 1024, 2047, 100, -1);
	say(NAT_HELD, "100.64.0.1", 1024, 2047, 9000, 8000);
	say(NAT_BACK, "100.64.0.1", 1024, 2047, 9500, 8000);
	OK_(is(who(1500, 4000), "B 100.64.0.1") && is(who(1500, 9200), "A 100.64.0.1"), "nor when it is told that it is active");
	begin();
	say(NAT_GIVEN, "100.64.0.2", 1024, 2047, 100, -1);
	say(NAT_BACK, "100.64.0.2", 1024, 2047, 900, -1);
	say_wide(NAT_HELD, "100.64.0.1", 1024, 2047, 1000, 4600);
	say_wide(NAT_HELD, "100.64.0.1", 1024, 2047, 5000, 8600);
	OK_(is(who(1500, 3000), "B 100.64.0.1") && is(who(1500, 4800), "A 100.64.0.1"), "held at some time: sure from the last on that it may have been");
	begin();
	say(NAT_GIVEN, "100.64.0.1", 1024, 2047, 3000, -1);
	say_wide(NAT_GIVEN, "100.64.0.2", 1024, 2047, 1000, 4600);
	say_wide(NAT_BACK, "100.64.0.2", 1024, 2047, 1200, 4800);
	say_wide(NAT_GIVEN, "100.64.0.1", 1024, 2047, 1300, 4900);
	say_wide(NAT_HELD, "100.64.0.1", 1024, 2047, 5000, 8600);
	OK_(who(1500, 4400)[0] != 'A' && is(who(1500, 4950), "A 100.64.0.1"), "of what may have been before or after what came last counts");
}

static void told_again(void)
{
	begin();
	say(NAT_TOLD, "100.64.0.1", 1024, 3023, 100, -1);
	say(NAT_TOLD, "100.64.0.1", 1024, 3023, 5000, -1);
	OK_(is(who(1500, 4000), "A 100.64.0.1") && count.bindings == 2, "what is told again was held in between");
	say(NAT_TOLD, "100.64.0.2", 1024, 3023, 6000, -1);
	OK_(is(who(1500, 5500), "B 100.64.0.1") && is(who(1500, 6500), "B 100.64.0.2"), "and then another one's");
}

static void mappings(void)
{
	begin();
	say(NAT_GIVEN, "100.64.0.1", 1024, 1024, 100, -1);
	say(NAT_GIVEN, "100.64.0.2", 1024, 1024, 200, -1);
	say(NAT_BACK, "100.64.0.2", 1024, 1024, 300, -1);
	OK_(is(who(1024, 150), "B 100.64.0.1") && is(who(1024, 250), "E 100.64.0.2 100.64.0.1") && !count.lost, "of one protocol: in another one the same port may be another's, and ends nobody's");
	say(NAT_BACK, "100.64.0.1", 1024, 1024, 400, -1);
	OK_(is(who(1024, 150), "B 100.64.0.1") && is(who(1024, 350), "B 100.64.0.1"), "so nobody is sure of it");
}

static void meaning(void)
{
	begin();
	say(NAT_GIVEN, "100.64.0.1", 1024, 2047, 100, -1);
	say(NAT_BACK, "100.64.0.1", 1024, 2047, 200, -1);
	say(NAT_UNVERIFIED, "100.64.0.2", 1024, 2047, 1000, -1);
	say(NAT_UNVERIFIED, "100.64.0.2", 1024, 2047, 1100, -1);
	OK_(is(who(1500, 150), "A 100.64.0.1") && is(who(1500, 2000), "B 0.0.0.0") && count.unverified == 2 && count.repeated == 1, "an event of no known meaning: nobody who is known has the block");
	say(NAT_GIVEN, "100.64.0.3", 1024, 2047, 3000, -1);
	say(NAT_BACK, "100.64.0.3", 1024, 2047, 4000, -1);
	OK_(is(who(1500, 3500), "A 100.64.0.3"), "until something is told that is known");
}

int main(void)
{
	whole();
	lost();
	another_time();
	told_again();
	mappings();
	meaning();
	binding_index_free(ix);
	feed_health_free(health);
	return tap_done();
}
