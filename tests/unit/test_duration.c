/*
 * The length of sessions: what the register allows, what is told once and with which grade, and what becomes of the case when they end.
 */
#include "engine/duration.h"
#include "engine/fold_case.h"
#include "model/accounting.h"
#include "store/store.h"
#include "tap.h"

static const char document[] = "# Policy\n\n### Sessions {#session.duration}\n\nSeven days.\n";
static const char rules[] = "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z }\n"
	"ladder l { at once task \"x\"; forget after 180d }\n"
	"clause session.duration \"Sessions\" group session {\n"
	"rule over { when signal session.over-limit, grade A; severity low; ladder l; appeal 30d; because \"since {first}\" }\n"
	"rule silent { when signal session.over-limit, grade B; severity low; ladder l; appeal 30d; because \"silent since {first}\" }\n}\n";
static const int64_t start_at = INT64_C(1772323200) * SECOND_US;        /* 2026-03-01 */

static struct arena *arena;
static struct store *store;
static struct registry *registry;
static struct fold f;
static struct entity logins[4];

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	(void)arg;
	return store_null.load(store, a, keys, count, rows, why);
}

static void add(struct entity e)
{
	e.from_at = e.until_at = TIME_NONE;
	OK_(registry_add(registry, &e, NULL) == OK, "an entity");
}

static void limit(const char *customer, int64_t value, const char *unit)
{
	add((struct entity){ .type = ENTITY_LIMIT, .id = str_format(arena, "l%lld%s%s", (long long)value, unit, customer), .customer = str_of(customer), .kind = DURATION_KIND,
		.value = value, .unit = str_of(unit) });
}

static void begin(void)
{
	struct row_reader reader = { load_rows, NULL };
	struct seal_key fixed = { { 1 } };
	struct bundle_file files[] = { { STR("aup.md"), STR(document) }, { STR("aup.policy"), STR(rules) } };
	struct bundle b = { STR("aup.policy"), files, 2 };
	struct policy *p = NULL;
	struct why why = { .line = 0 };
	if (policy_load(arena, &b, &p, &why) != OK)
		printf("# %s:%u: %s\n", why.file, why.line, why.text);
	registry = registry_new(NULL);
	OK_(store_null.open(-1, "", STORE_WRITE, &store, NULL) == OK, "a store");
	f = (struct fold){ .work = work_new(&reader), .registry = registry, .policies = { p }, .policy_count = 1, .keyring = keyring_fixed(&fixed),
		.token_key = fixed, .mail_domain = STR("test.invalid"), .mail_local = STR("abuse"), .now = start_at + DAY_US, .source = 1, .notes_sightings = true };
	for (unsigned i = 0; i < 4; i++) {
		struct str id = str_format(arena, "c%u", i);
		add((struct entity){ .type = ENTITY_CUSTOMER, .id = id });
		logins[i] = (struct entity){ .type = ENTITY_LOGIN, .id = str_format(arena, "l%u", i), .customer = id, .resource = id };
		add(logins[i]);
	}
	limit("c1", 2, "h");
	limit("c2", 0, "");
	limit("c3", 1, "fortnight");
	OK_(registry_ready(registry, 1, NULL, NULL) == OK, "a register");
}

static void end(void)
{
	work_free(f.work);
	keyring_close(f.keyring);
	registry_free(registry);
	store_null.close(store);
}

static struct duration_session session(uint64_t ref, int whose, int64_t began_at)
{
	return (struct duration_session){ .ref = ref, .subject = str_format(arena, "%016d", whose), .whose = whose < 0 ? NULL : &logins[whose], .held = STR("192.0.2.9"),
		.access = STR("async"), .timeout_s = ACCOUNTING_UNSAID, .began_at = began_at, .heard_at = f.now };
}

static bool began(uint64_t ref, int whose, int64_t joined_us)
{
	struct duration_session s = session(ref, whose, f.now);
	return duration_begin(&f, &s, joined_us, NULL) == OK;
}

/* Heard of now; was it told? */
static bool heard(uint64_t ref, int whose, int64_t began_at)
{
	struct duration_session s = session(ref, whose, began_at);
	bool told = false;
	return duration_go_on(&f, &s, &told, NULL) == OK && told;
}

static bool ended(uint64_t ref, bool inferred, int64_t joined_us)
{
	return duration_end(&f, ref, inferred, joined_us, f.now, NULL) == OK;
}

static struct row row_of(const char *key)
{
	struct row row = { .version = 0 };
	OK_(work_get(f.work, TABLE_DURATION, str_of(key), &row, NULL) == OK, key);
	return row;
}

static int64_t due_of(uint64_t ref)
{
	return row_of(str_c(arena, str_format(arena, "clock/%016llx", (unsigned long long)ref))).due_at;
}

/* All that is due by then; the session was heard of last at that time. */
static unsigned pass(int64_t until_at, int whose, int64_t heard_at)
{
	struct row due;
	unsigned told = 0;
	for (int n = 0; n < 1000 && work_next_due(f.work, until_at, &due); n++) {
		f.now = due.due_at > f.now ? due.due_at : f.now;
		if (due.table == TABLE_DURATION) {
			struct duration_session s = session(duration_ref(due.key), whose, 0);
			bool now = false;
			s.heard_at = heard_at;
			OK_(duration_due(&f, due.key, &s, &now, NULL) == OK, "a clock is due");
			told += now;
		} else {
			due.due_at = TIME_NONE;
			OK_(work_put(f.work, &due, NULL) == OK, "another row");
		}
	}
	f.now = until_at;
	return told;
}

static struct casefile case_of(const char *whose)
{
	struct casefile c = { 0 };
	struct row row;
	if (work_load(f.work, TABLE_CASE, case_key(arena, str_of(whose), STR("session"), 0), casefile_fields, &c, &row, NULL) != OK)
		c = (struct casefile){ .state = CASE_NONE };
	return c;
}

static void test_limits(void)
{
	begin();
	IS_INT(duration_limit_us(registry, STR("c0"), f.now), 7 * DAY_US, "seven days");
	IS_INT(duration_limit_us(registry, STR("c1"), f.now), 2 * HOUR_US, "what the register says of a customer");
	IS_INT(duration_limit_us(registry, STR("c2"), f.now), 0, "none is none");
	IS_INT(duration_limit_us(registry, STR("c3"), f.now), 0, "a unit that nobody knows ends nobody's session");
	IS_INT(duration_least_us(registry), 2 * HOUR_US, "the least of them");
	end();
}

static void test_told_once(void)
{
	int64_t at;
	begin();
	at = f.now;
	OK_(began(7, 0, 0) && due_of(7) == at + 7 * DAY_US + HOUR_US, "a clock, an hour behind the limit");
	f.now = at + 7 * DAY_US;
	OK_(!heard(7, 0, at), "no longer than the limit");
	f.now += SECOND_US;
	OK_(heard(7, 0, at), "longer");
	struct casefile c = case_of("c0");
	OK_(c.state == CASE_OPEN && str_eq(c.rule, STR("over")) && c.first_event_at == at, "it is told, with when it began");
	struct duration_session again = session(7, 0, at + SECOND_US);
	OK_(!heard(7, 0, at) && duration_begin(&f, &again, 0, NULL) == OK && !heard(7, 0, at) && case_of("c0").report_count == 1, "once");
	OK_(began(8, 0, 0) && ended(8, false, 0) && case_of("c0").state == CASE_OPEN, "another session of his that ends is nothing");
	f.now += HOUR_US;
	OK_(heard(9, 0, at), "a second one that is too long, without a clock until now");
	OK_(ended(7, false, 0) && case_of("c0").state == CASE_OPEN, "one of two is over");
	OK_(ended(9, false, 0) && case_of("c0").state == CASE_RESOLVED, "both are: so is the case");
	IS_INT(row_of("over/c0").version, 0, "and nothing is left of it");
	IS_INT(pass(f.now + 30 * DAY_US, 0, 0), 0, "nor comes later");
	end();
}

static void test_silent(void)
{
	int64_t at;
	begin();
	at = f.now;
	OK_(began(7, 0, 0) && began(8, 1, 0) && began(9, 2, 0) && began(10, 3, 0), "four sessions");
	OK_(ended(9, false, 0), "one ends");
	IS_INT(pass(at + 2 * HOUR_US + HOUR_US, 1, at), 1, "silence is told an hour behind the limit");
	OK_(str_eq(case_of("c1").rule, STR("silent")) && case_of("c1").grade == GRADE_B, "and is no proof");
	IS_INT(pass(at + 8 * DAY_US, 0, at + 7 * DAY_US + MINUTE_US), 1, "what was heard of behind it is");
	OK_(case_of("c0").grade == GRADE_A && case_of("c2").state == CASE_NONE && case_of("c3").state == CASE_NONE, "who has no limit, or one that nobody understands, is left alone");
	IS_INT(pass(at + 13 * DAY_US, 0, at + 7 * DAY_US), 0, "one that is not heard of for days");
	OK_(case_of("c0").state == CASE_RESOLVED, "is over");
	end();
}

static void test_lost(void)
{
	int64_t at;
	begin();
	at = f.now;
	OK_(began(7, 0, 0), "a session");
	f.now = at + 8 * DAY_US;
	OK_(heard(7, 0, at) && ended(7, true, 0) && case_of("c0").state == CASE_OPEN, "an end that is inferred may be taken back");
	f.now += HOUR_US;
	OK_(!heard(7, 0, at) && case_of("c0").report_count == 1, "it goes on, and is not told again");
	OK_(ended(7, true, 0), "inferred again");
	IS_INT(pass(f.now + 26 * HOUR_US, 0, 0), 0, "and not taken back");
	OK_(case_of("c0").state == CASE_RESOLVED, "is an end");
	end();
}

static void test_joined(void)
{
	int64_t at;
	begin();
	at = f.now;
	OK_(began(7, 1, 2 * MINUTE_US), "a session");
	f.now = at + HOUR_US;
	OK_(ended(7, false, 2 * MINUTE_US), "ends");
	f.now += MINUTE_US;
	OK_(began(8, 1, 2 * MINUTE_US) && due_of(8) == at + 3 * HOUR_US, "the next one goes on with it");
	OK_(began(9, 1, 2 * MINUTE_US) && due_of(9) == f.now + 3 * HOUR_US, "and no other one does");
	OK_(ended(8, false, 2 * MINUTE_US), "ends");
	f.now += 3 * MINUTE_US;
	OK_(began(10, 1, 2 * MINUTE_US) && due_of(10) == f.now + 3 * HOUR_US, "nor one that begins later");
	end();
}

static void test_whose(void)
{
	int64_t at;
	begin();
	at = f.now;
	OK_(began(7, -1, 0), "a session of nobody whom the register has");
	IS_INT(pass(at + 7 * DAY_US + HOUR_US, -1, at + 7 * DAY_US + MINUTE_US), 0, "is nobody's");
	IS_INT(pass(at + 9 * DAY_US, 0, at + 9 * DAY_US), 1, "until the register has him");
	struct casefile c;
	struct row row;
	OK_(work_load(f.work, TABLE_CASE, case_key(arena, STR("c0"), STR("session"), 0), casefile_fields, &c, &row, NULL) == OK, "his case");
	c.state = CASE_PAUSED;
	OK_(work_store(f.work, &row, casefile_fields, &c, NULL) == OK && ended(7, false, 0) && case_of("c0").state == CASE_PAUSED, "what a person has in hand stays with that person");
	OK_(began(8, 0, 0), "an id");
	f.now += DAY_US;
	OK_(began(8, 0, 0) && due_of(8) == f.now + 7 * DAY_US + HOUR_US, "that comes again is another session");
	end();
}

/* Whatever held up an act of the quiet hours, it is done in no other. */
static void test_gate(void)
{
	begin();
	OK_(began(7, 1, 0), "a session");
	IS_INT(pass(start_at + 3 * DAY_US + 12 * HOUR_US, 1, f.now + 3 * HOUR_US), 1, "too long");
	struct act act = { .key = STR("k"), .number = case_of("c1").number, .desired = true, .state = ACT_QUEUED, .verb = VERB_END, .quiet = true, .next_at = f.now };
	enum gate gate;
	OK_(fold_gate(&f, &act, &gate, NULL) == OK && gate == GATE_WAIT, "it is free at noon, and waits");
	OK_(act.next_at >= start_at + 4 * DAY_US + 3 * HOUR_US && act.next_at < start_at + 4 * DAY_US + 4 * HOUR_US, "for the night");
	f.now = act.next_at;
	OK_(fold_gate(&f, &act, &gate, NULL) == OK && gate == GATE_GO, "when it goes");
	end();
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	test_limits();
	test_told_once();
	test_silent();
	test_lost();
	test_joined();
	test_whose();
	test_gate();
	arena_free(arena);
	return tap_done();
}
